"""The site: every page through a browser, at a phone's width and a laptop's, light and dark."""

import functools
import re
import threading
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urldefrag

import course
import pages
import pytest
import structure

from utils import files

WIDTHS = 390, 1366
NAMES = [path.stem for path in structure.NOTEBOOKS]

# What is wrong with the page: formulas, pictures, what is wider than the screen.
LOOK = """async () => {
  const found = [], screen = document.documentElement.clientWidth;
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  await window.MathJax?.startup.promise;
  for (const math of document.querySelectorAll("article .math"))
    if (!math.querySelector("mjx-container") || math.querySelector("mjx-merror"))
      found.push("formula " + math.textContent);
  for (const image of document.images) {
    image.loading = "eager";
    await image.decode().catch(() => found.push("missing picture " + image.src));
    const box = image.getBoundingClientRect();
    let right = screen;
    for (let around = image.parentElement; around; around = around.parentElement)
      if (getComputedStyle(around).overflowX != "visible")
        right = Math.min(right, around.getBoundingClientRect().right);
    if (box.left < 0 || box.right > right + 1) found.push("clipped picture " + image.src);
    if (image.closest(".cell_output") && box.width < Math.min(image.naturalWidth, screen) / 2) found.push("small " + image.src);
  }
  if (document.documentElement.scrollWidth > screen) {
    const wide = [...document.querySelectorAll("article *")].find(
      element => element.getBoundingClientRect().right > screen && !element.closest("pre, table"));
    found.push(`the page is wider than the screen: ${wide?.outerHTML.slice(0, 200)}`);
  }
  return found;
}"""

# The least contrast of text with its ground in the page, below 4.5.
CONTRAST = """() => {
  const worst = {}, made = {};
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const channels = colour => {
    if (made[colour]) return made[colour];
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return made[colour] = [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = rgb => rgb.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (channels(colour)[3] > 127) return colour;
    }
    return "white";
  };
  const seen = {}, texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.getClientRects().length) continue;
    const pair = [getComputedStyle(element).color, ground(element)];
    seen[pair.join(" on ")] ??= [pair, texts.currentNode.data.trim().slice(0, 30)];
  }
  for (const [name, [pair, text]] of Object.entries(seen)) {
    const [a, b] = pair.map(colour => luminance(channels(colour)) + 0.05);
    const ratio = Math.max(a, b) / Math.min(a, b);
    if (ratio < 4.5) worst[name] = `contrast ${ratio.toFixed(1)}: ${text}`;
  }
  return Object.values(worst);
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "made"
    pages.build(folder)
    return folder


@pytest.fixture(scope="module")
def address(site):
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def opened(chromium, address, width=1366, **settings):
    """Return a new page of the browser, and the list to which what goes wrong there is added."""
    page, wrong = (
        chromium.new_page(
            viewport={"width": width, "height": 800}, reduced_motion="reduce", **settings
        ),
        [],
    )
    page.set_default_timeout(300_000)  # on a busy machine
    foreign = re.compile(rf"^(?!{re.escape(address)}|data:)")
    page.route(foreign, lambda route: (wrong.append(f"asks {route.request.url}"), route.abort()))
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    return page, wrong


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page(site, address, chromium, width):
    page, wrong = opened(chromium, address, width)
    complaints = {}
    for file in sorted(site.glob("*.html")):
        wrong.clear()
        page.goto(address + file.name, wait_until="load")
        found = page.evaluate(LOOK)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_selector(f"html[data-theme={scheme}]")
            found += [f"{scheme}: {text}" for text in page.evaluate(CONTRAST)]
        page.emulate_media(color_scheme="light")
        if found or wrong:
            complaints[file.name] = found + wrong
    page.close()
    assert complaints == {}


def leads_somewhere(link, site, name, places):
    url = files.course_url()
    repository = url.removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{repository}"
    target, anchor = urldefrag(link)
    if found := re.match(rf"({url}|{colab})/(blob|tree)/main/", target):
        return (structure.ROOT / target[found.end() :]).exists()
    if target.startswith("https://"):
        return True
    target = target or name
    known = not anchor or target not in places or anchor in places[target]
    return known and (site / target).is_file()


def test_links(site):
    """Those of the site lead to a page and a place in it, those into the course to a file."""
    texts = {file.name: file.read_text(encoding="utf-8") for file in site.glob("*.html")}
    places = {name: set(re.findall(r' id="([^"]+)"', text)) for name, text in texts.items()}
    links = {
        name: {unquote(unescape(link)) for link in re.findall(r'<a\s[^>]*href="([^"]*)"', text)}
        for name, text in texts.items()
    }
    broken = [
        (name, link)
        for name in links
        for link in links[name]
        if not leads_somewhere(link, site, name, places)
    ]
    assert broken == [] and links["index.html"] >= {f"{name}.html" for name in NAMES}


def test_pages_are_those_of_the_course(site, address, chromium):
    """With each figure's alternative text, Colab's link and three solutions that are folded."""
    page, _ = opened(chromium, address)
    page.goto(address)
    entries = course.entries()
    cards = page.locator("a.notebook")
    names = [card.get_attribute("href") for card in cards.all()]
    assert names == [f"{name}.html" for name in NAMES]
    assert all(
        entry["title"] in text for entry, text in zip(entries, cards.all_inner_texts(), strict=True)
    )
    page.close()
    for entry, path in zip(entries, structure.NOTEBOOKS, strict=True):
        text = (site / f"{path.stem}.html").read_text(encoding="utf-8")
        found = pages.pictures(structure.read(path))
        alternatives = [output.metadata[mime]["alt"] for _, mime, output in found]
        shown = [unescape(alt) for alt in re.findall(r'<img alt="([^"]*)" src="_images', text)]
        assert shown == alternatives, path.stem
        assert f"blob/main/notebooks/{path.name}" in text
        assert text.count(">Solution</p>") == 6 and "<details open" not in text, path.stem
        assert entry["label"] in unescape(text)


def test_search_finds_a_notebook(address, chromium):
    page, wrong = opened(chromium, address, 390)
    page.goto(address + "search.html?q=neocognitron")
    result = page.locator("#search-results a", has_text="04 · The neocognitron").first
    result.wait_for()
    page.close()
    assert wrong == []


def test_without_scripts_formulas_are_their_source(address, chromium):
    page, _ = opened(chromium, address, java_script_enabled=False)
    page.goto(address + "17_vae.html")
    assert page.locator("article .math").first.inner_text().startswith(r"\(")
    page.close()
