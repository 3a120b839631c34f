// The perceptron rule, a card at a time: the point looked at, its sum, and the line before and after.

const SIDE = 340, EDGE = 34; // of the drawing, and of its margin at the left and below
const COLOURS = ["#0072b2", "#d55e00"]; // wanted 0, wanted 1

function signed(number) {
  return String(Number(number.toPrecision(6))).replace("-", "−");
}

function render({ model, el }) {
  const { root, close } = box(el, "perceptron");
  const { points, wanted, names } = JSON.parse(model.get("facts"));
  const inputs = points.map((point) => [...point, 1]);
  const every = points.flat(), low = Math.min(0, ...every), high = Math.max(...every) * 1.12 + 0.1;
  let weights, before, cards, looked, corrections;

  const plane = make("canvas", { width: 2 * SIDE, height: 2 * SIDE, role: "img" });
  plane.style.width = `${SIDE}px`;
  plane.style.imageRendering = "auto";
  const said = make("p", { class: "cnn-said", "aria-live": "polite" });
  const list = make("div");
  const button = (text) => make("button", { type: "button" }, text);
  const next = button("Next card"), mistake = button("Next mistake"), again = button("Start again");
  const formula = make("table", { class: "cnn-numbers" });
  root.append(
    make("div", { class: "cnn-row" },
      make("figure", {}, plane, make("figcaption", {}, "blue: wanted 0; orange: wanted 1; shaded: answers 1; dashed: the line before")),
      make("div", { class: "cnn-side" }, formula, said, list, make("div", { class: "cnn-buttons" }, next, mistake, again))),
    make("p", { class: "cnn-help" }, "Tab to a button and press the space bar, or N for the next card, M for the next mistake, R to start again. Cards count from 0."));

  const calls = caller(model, () => ({ cards }), (answer) => {
    if (answer.silent) return; // the browser does without it
    if (answer.error) say(said, answer.error, true);
    else if (answer.cards === cards.length && answer.weights.some((w, i) => Math.abs(w - weights[i]) > 1e-9))
      say(said, `The kernel comes to the weights ${answer.weights.map(signed).join(", ")}.`, true);
  });
  const sum = (w, x) => w[0] * x[0] + w[1] * x[1] + w[2] * x[2];
  const fires = (w, x) => (sum(w, x) > 0 ? 1 : 0);
  const misread = () => inputs.filter((x, i) => fires(weights, x) !== wanted[i]).length;

  function start() {
    weights = [0, 0, 0];
    before = null;
    cards = [];
    looked = -1;
    corrections = 0;
    show("Weights of 0: the sum is never above 0, so the answer is 0 to every card.", null);
    calls.ask();
  }

  // Look at one card; true if it was misread.
  function look() {
    looked = (looked + 1) % inputs.length;
    cards.push(looked);
    const x = inputs[looked], total = sum(weights, x), Y = fires(weights, x), D = wanted[looked];
    const step = { x, total, Y, D, old: weights };
    before = weights;
    weights = weights.map((w, i) => w + (D - Y) * x[i]);
    corrections += Math.abs(D - Y);
    const settled = misread() === 0 ? " No card is misread now: the rule has stopped." : "";
    show(`card ${looked}: the sum is ${signed(total)}, the answer Y = ${Y}, wanted D = ${D}: `
      + (D === Y ? "right, nothing changes." : D ? "the card is added." : "the card is subtracted.") + settled, step);
    calls.ask();
    return D !== Y;
  }

  function show(text, step) {
    say(said, text);
    formula.replaceChildren(...[["", names[0], names[1], "1"], ["X", ...(step ? step.x : ["", "", ""])],
      ["W before", ...(step ? step.old : ["", "", ""])], ["W", ...weights]].map((line) =>
      make("tr", {}, ...line.map((entry) => make("td", {}, typeof entry === "number" ? signed(entry) : entry)))));
    list.textContent = `cards looked at: ${cards.length}, corrections: ${corrections}, misread now: ${misread()}`;
    root.dataset.corrections = corrections;
    root.dataset.weights = JSON.stringify(weights);
    root.dataset.misread = misread();
    draw();
  }

  function draw() {
    const context = plane.getContext("2d"), length = SIDE - EDGE - 8;
    const at = (x, y) => [EDGE + ((x - low) / (high - low)) * length, 8 + length - ((y - low) / (high - low)) * length];
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIDE, SIDE);
    const steps = 85, size = length / steps;
    context.fillStyle = "#fdebc8";
    for (let i = 0; i < steps; i++) for (let j = 0; j < steps; j++) {
      const x = low + ((i + 0.5) / steps) * (high - low), y = low + ((j + 0.5) / steps) * (high - low);
      if (sum(weights, [x, y, 1]) > 0) context.fillRect(EDGE + i * size, 8 + length - (j + 1) * size, size + 0.5, size + 0.5);
    }
    context.strokeStyle = "#767676";
    context.lineWidth = 1;
    context.strokeRect(EDGE, 8, length, length);
    context.save();
    context.beginPath();
    context.rect(EDGE, 8, length, length);
    context.clip();
    for (const [w, colour, dash] of [[before, "#767676", [5, 4]], [weights, "#000", []]]) {
      if (!w || (!w[0] && !w[1])) continue;
      const ends = w[1]
        ? [low, high].map((x) => at(x, -(w[0] * x + w[2]) / w[1]))
        : [low, high].map((y) => at(-w[2] / w[0], y));
      context.setLineDash(dash);
      context.strokeStyle = colour;
      context.lineWidth = 1.8;
      context.beginPath();
      context.moveTo(...ends[0]);
      context.lineTo(...ends[1]);
      context.stroke();
    }
    context.restore();
    context.setLineDash([]);
    points.forEach(([x, y], i) => {
      context.fillStyle = COLOURS[wanted[i]];
      context.beginPath();
      context.arc(...at(x, y), 5, 0, 7);
      context.fill();
      if (i !== looked) return;
      context.strokeStyle = "#000";
      context.beginPath();
      context.arc(...at(x, y), 10, 0, 7);
      context.stroke();
    });
    context.fillStyle = "#1a1a1a";
    context.font = "12px sans-serif";
    context.textAlign = "center";
    context.fillText(names[0], EDGE + length / 2, SIDE - 6);
    for (const tick of [0, Math.floor(high / 2), Math.floor(high)]) {
      context.fillText(tick, at(tick, low)[0], SIDE - 20);
      context.fillText(tick, EDGE - 10, at(low, tick)[1] + 4);
    }
    context.save();
    context.translate(12, 8 + length / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(names[1], 0, 0);
    context.restore();
    plane.setAttribute("aria-label", `${points.length} cards and the line where the neuron changes its answer; ${misread()} are misread`);
  }

  function toMistake() {
    for (let i = 0; i < inputs.length; i++) if (look()) return;
  }

  next.addEventListener("click", look);
  mistake.addEventListener("click", toMistake);
  again.addEventListener("click", start);
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { n: look, m: toMistake, r: start }[event.key.toLowerCase()];
    if (!act) return;
    act();
    event.preventDefault();
  });
  start();
  return () => { calls.close(); close(); };
}

export default { render };
