"""Three notebooks as readers use them in JupyterLab: all at once, again, cell by cell, interrupted."""

import browser
import pytest

NAMES = ["00_start_here", "05_convolution", "12_style_transfer"]
# The ids of the cells that ended with an error, with what it said.
ERRORS = """() => {
    const found = [];
    for (const cell of jupyterapp.shell.currentWidget.content.model.cells)
        if (cell.type === 'code')
            for (const output of cell.outputs.toJSON())
                if (output.output_type === 'error') found.push(`${cell.id}: ${output.ename}`);
    return found;
}"""
# Run the code cells of these places among all cells, one after the other.
RUN = """async (places) => {
    const { content } = jupyterapp.shell.currentWidget;
    for (const place of places) {
        content.activeCellIndex = place;
        content.deselectAll();
        await jupyterapp.commands.execute('notebook:run-cell');
    }
}"""
CODE = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
    .map((cell, place) => [cell.type, place]).filter(([type]) => type === 'code').map(([, place]) => place)"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    browser.course(folder)
    with browser.jupyterlab(folder, f"notebooks/{NAMES[0]}.ipynb") as address:
        yield address


@pytest.mark.parametrize("name", NAMES)
def test_run_all_again_twice_and_after_an_interrupt(chromium, lab, name):
    with browser.opened(chromium, lab.replace(NAMES[0], name)) as page:
        page.set_default_timeout(600_000)
        browser.menu(page, "Run", "Run All Cells")
        page.wait_for_function(
            "document.querySelectorAll('.jp-InputPrompt').length && !!jupyterapp.shell"
            ".currentWidget.content.model.cells.get(1).executionCount",
            timeout=120_000,
        )
        page.wait_for_timeout(1500)  # somewhere in the middle
        page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
        browser.idle(page)
        page.wait_for_timeout(1000)
        interrupted = page.evaluate(ERRORS)
        assert len(interrupted) == 1 and interrupted[0].endswith("KeyboardInterrupt")
        browser.run_all(page, seconds=900)
        assert page.evaluate(ERRORS) == []
        code = page.evaluate(CODE)
        twice = [place for place in reversed(code) for _ in range(2)]  # from the last to the first
        page.evaluate(RUN, twice)
        assert page.evaluate(ERRORS) == []
        browser.run_all(page, seconds=900)
        assert page.evaluate(ERRORS) == [] and not page.errors
