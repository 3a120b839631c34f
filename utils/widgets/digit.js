// The canvas for a digit: ink goes to the kernel while it is drawn, the answer is drawn beside it.

const PIXELS = 140; // of the canvas a side; the page shows it twice as large
const PEN = 11; // width of a line, about 2.5 of MNIST's pixels in a digit of usual size
const RUBBER = 22;

function render({ model, el }) {
  const { root, close } = box(el, "digit");
  const pad = make("canvas", { class: "cnn-pad", width: PIXELS, height: PIXELS, tabindex: 0, role: "application",
    "aria-label": "Canvas. Arrow keys move the pen, the space bar lowers and lifts it, E takes the eraser, Delete clears." });
  pad.style.width = `${2 * PIXELS}px`; // the height follows, on a narrow page too
  const context = pad.getContext("2d", { willReadFrequently: true });
  const pen = make("button", { type: "button", "aria-pressed": "true" }, "Pen");
  const rubber = make("button", { type: "button", "aria-pressed": "false" }, "Eraser");
  const clear = make("button", { type: "button" }, "Clear");
  const said = make("p", { class: "cnn-said", "aria-live": "polite" }, "Draw a digit.");
  const seen = make("canvas", { width: 28, height: 28, role: "img", "aria-label": "The digit as the network sees it" });
  seen.style.width = seen.style.height = "112px";
  seen.style.background = "#000";
  const bars = make("div", { class: "cnn-bars" });
  const rows = [...Array(10).keys()].map((digit) => {
    const row = { name: make("span", {}, String(digit)), bar: make("div"), text: make("span", {}, "–") };
    bars.append(row.name, make("div", { class: "cnn-bar" }, row.bar), row.text);
    return row;
  });
  const layers = make("div", { class: "cnn-row" });
  const help = make("p", { class: "cnn-help" },
    "Mouse, finger or pen; with keys: Tab to the canvas, arrows move, space lowers and lifts the pen, E takes the eraser or the pen, Delete clears. While a cell runs, the answer waits.");
  root.append(
    make("div", { class: "cnn-row" },
      make("div", {}, pad, make("div", { class: "cnn-buttons" }, pen, rubber, clear)),
      make("div", {}, make("figure", {}, seen, make("figcaption", {}, "what the network sees")), said),
      make("figure", {}, bars, make("figcaption", {}, "probability of each digit"))),
    layers, help);

  let erasing = false, down = false, inked = false, last = null, cursor = [PIXELS / 2, PIXELS / 4];
  const calls = caller(model, ink, heard);

  function ink() {
    const rgba = context.getImageData(0, 0, PIXELS, PIXELS).data, gray = new Uint8Array(PIXELS * PIXELS);
    for (let i = 0; i < gray.length; i++) gray[i] = rgba[4 * i];
    return { height: PIXELS, width: PIXELS, data: toText(gray) };
  }

  function heard(answer, since) {
    if (answer.error) return say(said, answer.error, true);
    rows.forEach((row, digit) => {
      const p = answer.empty ? 0 : answer.p[digit], best = !answer.empty && p === Math.max(...answer.p);
      row.bar.style.width = `${100 * p}%`;
      row.text.textContent = answer.empty ? "–" : `${Math.round(100 * p)} %`;
      for (const part of [row.name, row.text]) part.classList.toggle("cnn-best", best);
      if (best) say(said, `reads ${digit}`);
    });
    if (answer.empty) {
      say(said, "Draw a digit.");
      seen.getContext("2d").clearRect(0, 0, 28, 28);
      layers.replaceChildren();
      return;
    }
    paint(seen, answer.seen);
    answer.layers.forEach((layer, i) => {
      let figure = layers.children[i];
      if (!figure) {
        const canvas = make("canvas", { role: "img", "aria-label": `What ${layer.name} makes of it` });
        figure = make("figure", {}, canvas, make("figcaption", {}, layer.name));
        layers.append(figure);
      }
      paint(figure.firstChild, layer, 255);
      figure.firstChild.style.width = `${(112 * layer.width) / layer.height}px`;
    });
    const milliseconds = performance.now() - since;
    root.dataset.milliseconds = milliseconds.toFixed(1);
    root.dataset.answers = Number(root.dataset.answers || 0) + 1;
  }

  function line(from, to) {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = erasing ? RUBBER : PEN;
    context.strokeStyle = erasing ? "#000" : "#fff";
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(to[0] + 0.01, to[1]); // a point alone leaves a dot
    context.stroke();
    inked = true;
    calls.ask();
  }

  function empty() {
    context.fillStyle = "#000";
    context.fillRect(0, 0, PIXELS, PIXELS);
    if (inked) calls.ask();
    inked = false;
    lower(false);
  }

  function take(eraser) {
    erasing = eraser;
    pen.setAttribute("aria-pressed", String(!eraser));
    rubber.setAttribute("aria-pressed", String(eraser));
  }

  function at(event) {
    const place = pad.getBoundingClientRect(), border = 2;
    const scale = PIXELS / (place.width - 2 * border);
    return [(event.clientX - place.left - border) * scale, (event.clientY - place.top - border) * scale];
  }

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    pad.setPointerCapture(event.pointerId);
    pad.focus({ preventScroll: true });
    mark.style.display = "none";
    event.preventDefault();
    last = at(event);
    line(last, last);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!last || !event.isPrimary) return;
    for (const part of event.getCoalescedEvents?.() ?? []) { line(last, at(part)); last = at(part); }
    line(last, at(event));
    last = at(event);
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    pad.addEventListener(end, (event) => { if (event.isPrimary) last = null; });

  // With keys the pen has a place, which a ring of the page's outline cannot show: it is marked.
  const mark = make("div", { "aria-hidden": "true" });
  mark.style.cssText = "position:absolute;width:14px;height:14px;margin:-5px 0 0 -5px;border:2px solid #e69f00;border-radius:50%;pointer-events:none;display:none";
  pad.parentElement.style.position = "relative";
  pad.after(mark);
  function lower(now) {
    down = now;
    mark.style.background = down ? "#e69f00" : "transparent";
  }
  function move(dx, dy) {
    const next = [cursor[0] + dx, cursor[1] + dy].map((x) => Math.min(PIXELS, Math.max(0, x)));
    if (down) line(cursor, next);
    cursor = next;
    const scale = (pad.clientWidth || 2 * PIXELS) / PIXELS;
    mark.style.left = `${cursor[0] * scale}px`;
    mark.style.top = `${cursor[1] * scale}px`;
    mark.style.display = "block";
  }
  const STEPS = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] };
  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (STEPS[event.key]) move(...STEPS[event.key]);
    else if (event.key === " ") { lower(!down); move(0, 0); }
    else if (event.key === "e" || event.key === "E") take(!erasing);
    else if (event.key === "Delete" || event.key === "Backspace") empty();
    else return;
    event.preventDefault();
  });
  pad.addEventListener("blur", () => { mark.style.display = "none"; lower(false); });
  pen.addEventListener("click", () => take(false));
  rubber.addEventListener("click", () => take(true));
  clear.addEventListener("click", empty);
  empty();
  return () => { calls.close(); close(); };
}

export default { render };
