"""A JupyterLab and a browser that looks at it, for the tests beside this file."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time

import nbformat
import structure
from nbformat.v4 import new_code_cell, new_notebook

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
SWITCHES = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
--disable-background-networking --disable-component-update""".split()
FOLDERS = ["JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"]
BUSY = """() => {
    const found = document.querySelectorAll('.jp-InputPrompt');
    return [...found].filter((prompt) => prompt.innerText.includes('*')).length;
}"""


def write(path, *sources):
    """Write a notebook with the code cells `sources` to `path`."""
    notebook = new_notebook(cells=[new_code_cell(source.strip()) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


def course(folder):
    """Make `folder` look like the course: its notebooks as copies, all else as links."""
    for name in ("utils", "data"):
        (folder / name).symlink_to(structure.ROOT / name)
    for name in ("requirements.txt", "pyproject.toml", "README.md"):
        (folder / name).symlink_to(structure.ROOT / name)
    shutil.copytree(structure.ROOT / "notebooks", folder / "notebooks")


# Of the text and of what it stands on: the ratio that WCAG 2 defines.
CONTRAST = """(root) => {
    const light = (color) => {
        const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((v) => {
            const x = v / 255;
            return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const color = getComputedStyle(node).backgroundColor;
            if (!/, 0\\)$/.test(color)) return color;
        }
        return 'rgb(255, 255, 255)';
    };
    const found = [];
    for (const node of root.querySelectorAll('p, button, span, figcaption, input, label, td, output')) {
        if (!node.textContent && node.tagName !== 'INPUT') continue;
        const pair = [light(getComputedStyle(node).color), light(ground(node))];
        const [dark, bright] = pair.sort((a, b) => a - b);
        found.push([(bright + 0.05) / (dark + 0.05), node.tagName, node.textContent]);
    }
    return found;
}"""
# Show a widget in a page alone: what JupyterLab does for it is done here, its kernel is a function.
PAGE = """async ([esm, css, facts]) => {
    document.head.append(Object.assign(document.createElement('style'), { textContent: css }));
    const file = URL.createObjectURL(new Blob([esm], { type: 'text/javascript' }));
    const module = await import(file);
    const state = { facts, question: '{}', answer: '{}' }, listeners = [];
    const model = {
        get: (name) => state[name],
        set: (name, value) => { state[name] = value; },
        save_changes: async () => {
            state.answer = await window.askPython(state.question);
            for (const listener of [...listeners]) listener();
        },
        on: (event, listener) => listeners.push(listener),
        off: (event, listener) => listeners.splice(listeners.indexOf(listener), 1),
    };
    const el = document.createElement('div');
    document.body.append(el);
    window.close = module.default.render({ model, el });
}"""


@contextlib.contextmanager
def served(command, log, address, seconds, **options):
    """Run a server and yield (what in its log matches `address`, the server), once it is said."""
    with open(log, "w", encoding="utf-8") as file:
        server = subprocess.Popen(command, stdout=file, stderr=file, **options)
    try:
        found = None
        for _ in range(4 * seconds):
            time.sleep(0.25)
            said = log.read_text(encoding="utf-8")
            if found := re.search(address, said):
                break
        assert found, said
        yield found.group(), server
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def jupyterlab(folder, name, **environment):
    """Yield the address of a JupyterLab in `folder` with the notebook `name` open."""
    own = {each: str(folder / f".{each}") for each in [*FOLDERS, "IPYTHONDIR"]}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--IdentityProvider.token=t", "--ServerApp.port=0"]
    command += ["--LabApp.expose_app_in_browser=True"]
    command += ["--LabApp.extension_manager=readonly", f"--ServerApp.root_dir={folder}"]
    options = dict(cwd=folder, env=os.environ | own | environment)
    with served(command, folder / ".log", r"http://127\S+:\d+/", 120, **options) as (address, _):
        own = name.split("/")[-1].split(".")[0]  # a workspace, so that no other notebook opens
        yield f"{address}lab/workspaces/{own}/tree/{name}?token=t"


@contextlib.contextmanager
def opened(chromium, address, **context):
    """Yield a page with the notebook at `address`, its kernel started and idle."""
    view = {"viewport": {"width": 1400, "height": 1100}} | context
    window = chromium.new_context(**view)
    page = window.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(address, wait_until="commit", timeout=120_000)
    page.wait_for_selector(".jp-Notebook", timeout=300_000)
    idle(page)
    yield page
    window.close()


def idle(page, seconds=240):
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=1000 * seconds)


def menu(page, name, entry):
    page.get_by_role("menuitem", name=name, exact=True).click()
    page.get_by_text(entry, exact=True).click()


def run_all(page, seconds=240):
    """Run all cells and wait until none is left."""
    menu(page, "Run", "Run All Cells")
    page.wait_for_timeout(500)
    deadline = time.monotonic() + seconds
    while page.evaluate(BUSY) or not page.locator("text=Python 3 (ipykernel) | Idle").count():
        assert time.monotonic() < deadline, "the cells did not come to their end"
        page.wait_for_timeout(250)


@contextlib.contextmanager
def alone(chromium, widget):
    """Yield a page that holds nothing but `widget`, which answers."""

    def ask(question):
        widget.question = question
        return widget.answer

    window = chromium.new_context(viewport={"width": 1000, "height": 1000})
    page = window.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.expose_function("askPython", ask)
    page.evaluate(PAGE, [str(widget._esm), str(widget._css), widget.facts])
    yield page
    page.evaluate("window.close()")
    assert not page.errors
    window.close()


def said(page, text, seconds=60):
    page.locator(".cnn-said", has_text=re.compile(text)).wait_for(timeout=1000 * seconds)


def picture(page, name):
    """Keep a picture of the widget where COURSE_PICTURES names a folder, to look at."""
    if folder := os.environ.get("COURSE_PICTURES"):
        page.locator(".cnn").screenshot(path=f"{folder}/{name}.png")


def contrast(page, theme, name):
    """Each text has the contrast that WCAG 2 asks for, in the theme that was set."""
    page.wait_for_selector(f".cnn[data-theme={theme}]", timeout=20_000)
    found = page.locator(".cnn").evaluate(CONTRAST)
    assert len(found) > 2 and min(found)[0] >= 4.5, min(found)
    picture(page, f"{name}-{theme}")


def both_contrasts(page, name):
    """The same in a dark and in a light page."""
    for theme, color in (("dark", "#111"), ("light", "#fff")):
        page.evaluate(f"document.body.style.backgroundColor = '{color}'")
        contrast(page, theme, name)
