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


@contextlib.contextmanager
def jupyterlab(folder, name, **environment):
    """Yield the address of a JupyterLab in `folder` with the notebook `name` open."""
    own = {each: str(folder / f".{each}") for each in [*FOLDERS, "IPYTHONDIR"]}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--IdentityProvider.token=t", "--ServerApp.port=0"]
    command += ["--LabApp.expose_app_in_browser=True", name]
    path = folder / ".log"
    with open(path, "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | own | environment, stderr=log, stdout=log
        )
    try:
        found = None
        for _ in range(480):
            time.sleep(0.25)
            said = path.read_text(encoding="utf-8")
            if found := re.search(r"http://127\S+:\d+/", said):
                break
        assert found, said
        own = name.split("/")[-1].split(".")[0]  # a workspace, so that no other notebook opens
        yield f"{found.group()}lab/workspaces/{own}/tree/{name}?token=t"
    finally:
        server.terminate()
        server.wait()


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
