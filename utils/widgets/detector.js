// A photograph, what a detector finds in it, and the sliders of its two thresholds.

const LINES = ["#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#f0e442", "#d55e00"];

function render({ model, el }) {
  const { root, close } = box(el, "detector");
  const facts = JSON.parse(model.get("facts"));
  const scale = Math.min(560, facts.width) / facts.width;
  const canvas = make("canvas", { width: 2 * Math.round(facts.width * scale), height: 2 * Math.round(facts.height * scale), role: "img" });
  canvas.style.width = `${canvas.width / 2}px`;
  canvas.style.imageRendering = "auto";
  const said = make("p", { class: "cnn-said", "aria-live": "polite" });
  const list = make("p", { class: "cnn-help" });
  const slider = (text, low, high, value) => {
    const input = make("input", { type: "range", min: low, max: high, step: 0.01, value });
    const shown = make("output", {}, Number(value).toFixed(2));
    input.addEventListener("input", () => { shown.textContent = Number(input.value).toFixed(2); calls.ask(); });
    input.style.cssText = "width:15rem;max-width:60vw;vertical-align:middle;accent-color:var(--mark)";
    const label = make("label", {}, make("span", {}, `${text} `), input, " ", shown);
    label.style.display = "block";
    return [label, input];
  };
  const [scoreLabel, least] = slider("least score", 0.05, 0.95, 0.3);
  const [overlapLabel, most] = slider("largest overlap", 0, 1, 0.5);
  root.append(
    make("figure", {}, canvas, make("figcaption", {}, "boxes above the least score, after suppression")),
    scoreLabel, overlapLabel, said, list,
    make("p", { class: "cnn-help" }, "Drag the sliders, or go there with Tab and use the arrow keys. An overlap of 1 suppresses nothing. While a cell runs, the answer waits."));
  let found = [];
  const photograph = new Image();
  photograph.onload = draw;
  const calls = caller(model, () => ({ least: Number(least.value), most: Number(most.value) }), (answer, since) => {
    if (answer.error) return say(said, answer.error, true);
    found = answer.found;
    root.dataset.count = answer.count;
    root.dataset.milliseconds = (performance.now() - since).toFixed(1);
    say(said, `${answer.above} boxes reach the least score, ${answer.count} stay`);
    const best = found.slice(0, 8).map((one) => `${one.name} ${one.score.toFixed(2)}`);
    list.textContent = best.join(", ") + (found.length > 8 ? ", …" : "");
    draw();
  });

  function draw() {
    const context = canvas.getContext("2d"), names = [...new Set(found.map((one) => one.name))];
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.drawImage(photograph, 0, 0, canvas.width / 2, canvas.height / 2);
    context.font = "bold 12px sans-serif";
    for (const one of [...found].reverse()) {
      const [left, top, right, bottom] = one.box.map((value) => value * scale);
      for (const [width, colour] of [[4, "#000"], [2, LINES[names.indexOf(one.name) % LINES.length]]]) {
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.strokeRect(left, top, right - left, bottom - top);
      }
      const text = `${one.name} ${one.score.toFixed(2)}`, width = context.measureText(text).width + 6;
      const x = Math.max(0, Math.min(left, canvas.width / 2 - width)), y = Math.max(0, top - 16);
      context.fillStyle = "#000";
      context.fillRect(x, y, width, 16);
      context.fillStyle = "#fff";
      context.fillText(text, x + 3, y + 12);
    }
    canvas.setAttribute("aria-label", `The photograph with ${found.length} boxes`);
  }

  photograph.src = `data:image/jpeg;base64,${facts.data}`;
  calls.ask();
  return () => { calls.close(); close(); };
}

export default { render };
