"""Progress in JupyterLab, seen through a browser."""

import os
import re
import sys
import time
import urllib.error
import urllib.request

import browser
import nbformat
import structure

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


def test_progress_in_jupyterlab(chromium, tmp_path):
    browser.write(tmp_path / "count.ipynb", CELL)
    with (
        browser.jupyterlab(tmp_path, "count.ipynb") as address,
        browser.opened(chromium, address) as page,
    ):
        browser.menu(page, "Run", "Run All Cells")
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
    (cell,) = nbformat.read(tmp_path / "count.ipynb", as_version=4).cells
    assert cell.outputs[0].data == {"text/plain": "counting to twenty"}
    assert cell.outputs[1].text == "counted\n"


def test_the_command_of_the_readme_opens_as_root_and_prints_its_link(chromium, tmp_path):
    """Where there is no browser to open, as on a server."""
    readme = (structure.ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"&& \.venv/bin/(jupyter lab .*)$", readme, re.MULTILINE)
    environment = {
        name: str(tmp_path / name) for name in ["JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"]
    }
    environment |= {"BROWSER": "nowhere", "DISPLAY": ""}
    command = [sys.executable, "-m", *command.split(), "--ServerApp.port=0"]
    options = dict(cwd=structure.ROOT, env=os.environ | environment)
    path, address = tmp_path / "log", r"http://127\S+/lab/tree/\S+\?token=\S+"
    with browser.served(command, path, address, 60, **options) as (link, server):
        for attempt in range(240):  # the link may be printed before the server answers
            try:
                with urllib.request.urlopen(link) as answer:
                    assert answer.status == 200 and b"JupyterLab" in answer.read()
                break
            except urllib.error.URLError:
                assert attempt < 239 and server.poll() is None, path.read_text(encoding="utf-8")
                time.sleep(0.25)
        with browser.opened(chromium, link) as page:
            assert "Start here" in page.locator(".jp-Notebook h1").first.inner_text()
            home = page.locator(".jp-FileBrowser .jp-BreadCrumbs-home").first
            home.click()
            page.wait_for_selector(".jp-DirListing-itemText >> text=utils", timeout=20_000)
            names = page.locator(".jp-DirListing-itemText").all_inner_texts()
            assert {"notebooks", "utils", "data", "README.md"} <= {n.strip() for n in names}
