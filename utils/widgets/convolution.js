// A filter on a picture: patch, filter, products and their sum, and the map that fills.

const LARGEST = 300; // of a picture on the page, in pixels

function shown(number) {
  return String(Number(number.toPrecision(6))).replace("-", "−");
}

function render({ model, el }) {
  const { root, close } = box(el, "convolution");
  const { picture, filter: given } = JSON.parse(model.get("facts"));
  const filter = given.map((row) => [...row]);
  const k = filter.length, m = filter[0].length;
  const rows = picture.length - k + 1, columns = picture[0].length - m + 1;
  const cell = Math.max(4, Math.floor(LARGEST / Math.max(picture.length, picture[0].length)));
  const all = picture.flat(), low = Math.min(...all), high = Math.max(...all);
  let row = 0, column = 0, visited = new Set(), timer = 0;

  const canvas = (height, width, label) => {
    const made = make("canvas", { height: height * cell, width: width * cell, tabindex: 0, role: "application", "aria-label": label });
    made.style.width = `${width * cell}px`;
    made.style.border = "1px solid var(--line)";
    return made;
  };
  const from = canvas(picture.length, picture[0].length, "The picture. Arrow keys or a click move the filter.");
  const map = canvas(rows, columns, "The map. Arrow keys or a click move the filter.");
  const sum = make("p", { class: "cnn-said", "aria-live": "polite" });
  const tables = { patch: [], filter: [], products: [] };
  const block = (name, caption) => {
    const table = make("table", { class: "cnn-numbers" });
    for (let i = 0; i < k; i++) {
      const line = make("tr");
      tables[name].push([]);
      for (let j = 0; j < m; j++) {
        const inside = name === "filter"
          ? make("input", { type: "number", step: "any", value: filter[i][j], "aria-label": `weight in row ${i}, column ${j}` })
          : "";
        const field = make("td", {}, inside);
        tables[name][i].push(inside || field);
        line.append(field);
      }
      table.append(line);
    }
    return make("figure", {}, table, make("figcaption", {}, caption));
  };
  const button = (text) => make("button", { type: "button" }, text);
  const next = button("Next place"), play = button("Play"), fill = button("Fill the map"), clear = button("Empty it");
  root.append(
    make("div", { class: "cnn-row" },
      make("figure", {}, from, make("figcaption", {}, `picture, ${picture.length} × ${picture[0].length}`)),
      make("figure", {}, map, make("figcaption", {}, `map, ${rows} × ${columns}: red above 0, blue below`))),
    make("div", { class: "cnn-row" }, block("patch", "patch"), block("filter", "filter (edit it)"), block("products", "products")),
    sum,
    make("div", { class: "cnn-buttons" }, next, play, fill, clear),
    make("p", { class: "cnn-help" },
      "Click on the picture or the map, or go there with Tab and use the arrow keys. Rows and columns count from 0."));

  const calls = caller(model, () => ({ row, column, filter }), (answer) => {
    if (answer.silent) return; // the browser does without it
    if (answer.error) say(sum, answer.error, true);
    else if (JSON.stringify(answer.asked) !== JSON.stringify([row, column, filter])) return; // gone on since
    else if (Math.abs(answer.sum - total(row, column)) > 1e-6 * (1 + Math.abs(answer.sum)))
      say(sum, `The kernel finds ${shown(answer.sum)}.`, true);
  });

  function total(i, j) {
    let found = 0;
    for (let a = 0; a < k; a++) for (let b = 0; b < m; b++) found += picture[i + a][j + b] * filter[a][b];
    return found;
  }

  // White at 0, red above and blue below, as in the course's figures.
  function colour(share) {
    const end = share > 0 ? [178, 24, 43] : [33, 102, 172], part = Math.min(1, Math.abs(share));
    return `rgb(${end.map((c) => Math.round(255 + part * (c - 255))).join()})`;
  }

  function draw() {
    const context = from.getContext("2d");
    picture.forEach((line, i) => line.forEach((value, j) => {
      const gray = high > low ? Math.round((255 * (value - low)) / (high - low)) : 0;
      context.fillStyle = `rgb(${gray}, ${gray}, ${gray})`;
      context.fillRect(j * cell, i * cell, cell, cell);
    }));
    outline(context, m * cell, k * cell);
    const values = [];
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) values.push(total(i, j));
    const limit = Math.max(...values.map(Math.abs)) || 1, on = map.getContext("2d");
    values.forEach((value, at) => {
      const i = Math.floor(at / columns), j = at % columns;
      on.fillStyle = visited.has(at) ? colour(value / limit) : "#8a8a8a";
      on.fillRect(j * cell, i * cell, cell, cell);
    });
    outline(on, cell, cell);
    let found = 0;
    for (let a = 0; a < k; a++) for (let b = 0; b < m; b++) {
      const pixel = picture[row + a][column + b], product = pixel * filter[a][b];
      tables.patch[a][b].textContent = shown(pixel);
      tables.products[a][b].textContent = shown(product);
      found += product;
    }
    root.dataset.sum = found;
    root.dataset.visited = visited.size;
    say(sum, `row ${row}, column ${column}: the products add up to ${shown(found)}`);
  }

  function outline(context, width, height) {
    for (const [line, style] of [[4, "#000"], [2, "#e69f00"]]) {
      context.lineWidth = line;
      context.strokeStyle = style;
      context.strokeRect(column * cell + 1, row * cell + 1, width - 2, height - 2);
    }
  }

  function go(i, j) {
    row = Math.min(rows - 1, Math.max(0, i));
    column = Math.min(columns - 1, Math.max(0, j));
    visited.add(row * columns + column);
    draw();
    calls.ask();
  }

  function step() {
    const at = (row * columns + column + 1) % (rows * columns);
    go(Math.floor(at / columns), at % columns);
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
    sum.setAttribute("aria-live", "polite");
  }

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  for (const [surface, half] of [[from, [k, m]], [map, [1, 1]]]) {
    surface.addEventListener("keydown", (event) => {
      const by = STEPS[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      stop();
      go(row + by[0], column + by[1]);
      event.preventDefault();
    });
    surface.addEventListener("click", (event) => {
      const place = surface.getBoundingClientRect();
      const at = (share, length) => Math.floor((share * length) / cell);
      const i = at((event.clientY - place.top) / place.height, surface.height);
      const j = at((event.clientX - place.left) / place.width, surface.width);
      stop();
      go(i - Math.floor((half[0] - 1) / 2), j - Math.floor((half[1] - 1) / 2)); // the place's middle
    });
  }
  tables.filter.forEach((line, i) => line.forEach((input, j) => input.addEventListener("input", () => {
    const value = input.valueAsNumber;
    if (!Number.isFinite(value)) return say(sum, "A weight is a number.", true);
    filter[i][j] = value;
    visited = new Set();
    go(row, column);
  })));
  next.addEventListener("click", () => { stop(); step(); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    sum.setAttribute("aria-live", "off"); // hundreds of sums are not read aloud
    timer = setInterval(() => {
      step();
      if (row === rows - 1 && column === columns - 1) stop();
    }, 60);
  });
  fill.addEventListener("click", () => {
    stop();
    for (let at = 0; at < rows * columns; at++) visited.add(at);
    draw();
  });
  clear.addEventListener("click", () => { stop(); visited = new Set(); go(0, 0); });
  go(0, 0);
  return () => { stop(); calls.close(); close(); };
}

export default { render };
