// A plane of two latent numbers: where the pointer is, the decoder draws.

const SIDE = 320;
const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#b8a800", "#000000", "#7f5fd0", "#8c6d4f"];

function render({ model, el }) {
  const { root, close } = box(el, "latent");
  const { limit, points, labels } = JSON.parse(model.get("facts"));
  const plane = make("canvas", { width: 2 * SIDE, height: 2 * SIDE, tabindex: 0, role: "application",
    "aria-label": "The latent plane. Arrow keys move over it, with Shift in larger steps." });
  plane.style.width = `${SIDE}px`;
  plane.style.touchAction = "none";
  plane.style.cursor = "crosshair";
  plane.style.imageRendering = "auto";
  const picture = make("canvas", { width: 28, height: 28, role: "img", "aria-label": "What the decoder draws here" });
  picture.style.width = "224px";
  picture.style.background = "#000";
  const said = make("p", { class: "cnn-said", "aria-live": "polite" });
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const legend = make("p", { class: "cnn-help" });
  if (present.length > 1)
    for (const label of present) {
      const dot = make("span", { "aria-hidden": "true" });
      dot.style.cssText = `display:inline-block;width:0.8em;height:0.8em;border-radius:50%;margin:0 0.3em 0 0.8em;border:1px solid var(--line);background:${PALETTE[label % 10]}`;
      legend.append(dot, String(label));
    }
  root.append(
    make("div", { class: "cnn-row" },
      make("figure", {}, plane, make("figcaption", {}, `the latent plane, −${limit} to ${limit} both ways`)),
      make("div", {}, make("figure", {}, picture, make("figcaption", {}, "what the decoder draws")), said)),
    legend,
    make("p", { class: "cnn-help" }, "Move over the plane with the mouse or a finger; with keys: Tab to it, then the arrows, with Shift in larger steps. While a cell runs, the answer waits."));
  let z = [0, 0];
  const calls = caller(model, () => ({ z }), (answer, since) => {
    if (answer.error) return say(said, answer.error, true);
    paint(picture, answer);
    tell();
    root.dataset.milliseconds = (performance.now() - since).toFixed(1);
    root.dataset.answers = Number(root.dataset.answers || 0) + 1;
  });
  const at = (x, y) => [((x + limit) / (2 * limit)) * SIDE, ((limit - y) / (2 * limit)) * SIDE];

  function draw() {
    const context = plane.getContext("2d");
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIDE, SIDE);
    context.strokeStyle = "#d0d0d0";
    context.lineWidth = 1;
    context.beginPath();
    for (let k = -Math.floor(limit); k <= limit; k++) {
      context.moveTo(at(k, 0)[0], 0);
      context.lineTo(at(k, 0)[0], SIDE);
      context.moveTo(0, at(0, k)[1]);
      context.lineTo(SIDE, at(0, k)[1]);
    }
    context.stroke();
    context.globalAlpha = 0.7;
    points.forEach(([x, y], i) => {
      context.fillStyle = PALETTE[labels[i] % 10];
      context.beginPath();
      context.arc(...at(x, y), 2, 0, 7);
      context.fill();
    });
    context.globalAlpha = 1;
    for (const [width, colour] of [[5, "#fff"], [2.5, "#000"]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(...at(...z), 7, 0, 7);
      context.stroke();
    }
  }

  function tell() {
    say(said, `z = (${z.map((value) => value.toFixed(2).replace("-", "−")).join(", ")})`);
  }

  function go(x, y) {
    z = [x, y].map((value) => Math.min(limit, Math.max(-limit, Math.round(1000 * value) / 1000)));
    draw();
    tell();
    calls.ask();
  }

  function point(event) {
    const place = plane.getBoundingClientRect();
    go(((event.clientX - place.left) / place.width) * 2 * limit - limit, limit - ((event.clientY - place.top) / place.height) * 2 * limit);
  }

  plane.addEventListener("pointerdown", (event) => { plane.focus({ preventScroll: true }); point(event); event.preventDefault(); });
  plane.addEventListener("pointermove", point);
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  plane.addEventListener("keydown", (event) => {
    const by = STEPS[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (event.shiftKey ? 0.5 : 0.1) * (limit / 3);
    go(z[0] + by[0] * step, z[1] + by[1] * step);
    event.preventDefault();
  });
  go(0, 0);
  return () => { calls.close(); close(); };
}

export default { render };
