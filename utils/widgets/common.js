// What all widgets share. Each widget's own file follows it in one module.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// The box of a widget: it takes the keys from the page's shortcuts, and its colours from the page.
function box(el, name) {
  const root = make("div", { class: "cnn", "data-widget": name, "data-lm-suppress-shortcuts": "true" });
  // Keys with Ctrl or ⌘ remain the page's: to save, to search.
  for (const kind of ["keydown", "keyup"])
    root.addEventListener(kind, (event) => {
      const ofPage = event.ctrlKey || event.metaKey;
      root.toggleAttribute("data-lm-suppress-shortcuts", !ofPage);
      if (!ofPage) event.stopPropagation();
    });
  el.append(root);
  const theme = () => { root.dataset.theme = isDark(el) ? "dark" : "light"; };
  const watcher = new MutationObserver(theme);
  for (const node of [document.documentElement, document.body])
    watcher.observe(node, { attributes: true, attributeFilter: ["class", "style", "theme", "data-jp-theme-light", "data-vscode-theme-kind"] });
  const soon = requestAnimationFrame(theme); // once it stands in the page
  theme();
  return { root, close: () => { watcher.disconnect(); cancelAnimationFrame(soon); } };
}

// Is what lies behind the element dark? Where nothing is painted, what the reader prefers decides.
function isDark(element) {
  for (let node = element; node; node = node.parentElement) {
    const found = getComputedStyle(node).backgroundColor.match(/[\d.]+/g);
    if (found && (found.length < 4 || Number(found[3]) > 0.5)) {
      const [red, green, blue] = found.map(Number);
      return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
    }
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function toText(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

// Put a gray picture {height, width, data} on a canvas, pixel for pixel; `gap` is left transparent.
function paint(canvas, picture, gap = -1) {
  const { height, width } = picture;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const text = atob(picture.data), image = new ImageData(width, height), rgba = image.data;
  for (let i = 0, k = 0; i < text.length; i++, k += 4) {
    const value = text.charCodeAt(i);
    rgba[k] = rgba[k + 1] = rgba[k + 2] = value;
    rgba[k + 3] = value === gap ? 0 : 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Ask the kernel. One question is under way at a time, and of those that wait only the last is
// asked, so a slow kernel falls behind by one answer at most. `content` makes the question when it
// is sent; `heard` gets the answer and the milliseconds since the first `ask` that it answers.
function caller(model, content, heard) {
  const mine = Math.random().toString(36).slice(2); // another view of this widget hears its own
  let count = 0, sent = null, waiting = null, timer = 0, late = false;
  const send = () => {
    const n = `${mine}-${++count}`;
    sent = { n, since: waiting };
    waiting = null;
    clearTimeout(timer);
    late = false;
    timer = setTimeout(() => {
      late = true; // the answer may still come; a new question does not wait for it
      heard({ silent: true, error: "The kernel does not answer yet: it is busy, or it was stopped. If it was stopped, run the cell again." }, 0);
    }, 8000);
    model.set("question", JSON.stringify({ n, ...content() }));
    model.save_changes();
  };
  const listen = () => {
    const answer = JSON.parse(model.get("answer"));
    if (!sent || answer.n !== sent.n) return;
    clearTimeout(timer);
    const since = sent.since;
    sent = null;
    heard(answer, since);
    if (waiting !== null) send();
  };
  model.on("change:answer", listen);
  return {
    ask() {
      if (waiting === null) waiting = performance.now();
      if (!sent || late) send();
    },
    close() { clearTimeout(timer); model.off("change:answer", listen); },
  };
}

function say(line, text, wrong = false) {
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle("cnn-error", wrong);
}
