"""Progress in JupyterLab, seen through a browser."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest
import structure
from nbformat.v4 import new_code_cell, new_notebook
from playwright import sync_api as playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

CELL = f"""
import sys, time
sys.path.insert(0, {str(structure.ROOT)!r})
from utils.progress import progress
with progress(20, "counting to twenty") as show:
    for i in range(20):
        time.sleep(0.3)
        show(i + 1)
print("counted")
"""
SWITCHES = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
--disable-background-networking --disable-component-update""".split()


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab in `tmp_path` with the notebook count.ipynb."""
    notebook = new_notebook(cells=[new_code_cell(CELL.strip())])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "count.ipynb")
    folders = ["JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"]
    environment = {name: str(tmp_path / name) for name in [*folders, "IPYTHONDIR"]}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--IdentityProvider.token=t", "--ServerApp.port=0", "count.ipynb"]
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            command, cwd=tmp_path, env=os.environ | environment, stderr=log, stdout=log
        )
    try:
        for _ in range(240):
            time.sleep(0.25)
            if found := re.search(
                r"http://127\S+:\d+/", (tmp_path / "log").read_text(encoding="utf-8")
            ):
                break
        yield f"{found.group()}lab/tree/count.ipynb?token=t"
    finally:
        server.terminate()
        server.wait()


def test_progress_in_jupyterlab(lab, tmp_path):
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        page = browser.new_page()
        page.goto(lab)
        page.wait_for_selector(".jp-Notebook", timeout=90_000)
        page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=90_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        output = page.locator(".jp-OutputArea")
        page.wait_for_function(
            "document.querySelector('.jp-OutputArea')?.innerText.includes('█')", timeout=60_000
        )
        assert re.search(
            r"counting to twenty  \[█+·+\] \d+/20, about \d s left", output.inner_text()
        )
        page.wait_for_function(
            "document.querySelector('.jp-OutputArea')?.innerText.includes('counted')"
        )
        assert output.inner_text().split() == ["counting", "to", "twenty", "counted"]
        page.keyboard.press("Control+s")
        page.wait_for_timeout(2000)
        browser.close()
    (cell,) = nbformat.read(tmp_path / "count.ipynb", as_version=4).cells
    assert cell.outputs[0].data == {"text/plain": "counting to twenty"}
    assert cell.outputs[1].text == "counted\n"


def test_the_command_of_the_readme_opens_as_root_and_prints_its_link(tmp_path):
    """Where there is no browser to open, as on a server."""
    readme = (structure.ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"&& \.venv/bin/(jupyter lab .*)$", readme, re.MULTILINE)
    environment = {
        name: str(tmp_path / name) for name in ["JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"]
    }
    environment |= {"BROWSER": "nowhere", "DISPLAY": ""}
    path = tmp_path / "log"
    with open(path, "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command.split(), "--ServerApp.port=0"],
            cwd=structure.ROOT,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(240):
            time.sleep(0.25)
            said = path.read_text(encoding="utf-8")
            if link := re.search(r"http://127\S+/lab\?token=\S+", said):
                break
        assert link, said
        for attempt in range(240):  # the link may be printed before the server answers
            try:
                with urllib.request.urlopen(link.group()) as answer:
                    assert answer.status == 200 and b"JupyterLab" in answer.read()
                break
            except urllib.error.URLError:
                assert attempt < 239 and server.poll() is None, path.read_text(encoding="utf-8")
                time.sleep(0.25)
    finally:
        server.terminate()
        server.wait()
