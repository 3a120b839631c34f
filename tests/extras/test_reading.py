"""Three notebooks as readers use them in JupyterLab: all at once, again, cell by cell, interrupted."""

import browser
import pytest

# The cell in which each is interrupted: one that takes a second or more.
NOTEBOOKS = {
    "00_start_here": "noise",
    "05_convolution": "train-run",
    "12_style_transfer": "verdicts",
}
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
# Is the code cell before the one with this id done?
REACHED = """(id) => {
    const cells = [...jupyterapp.shell.currentWidget.content.model.cells];
    const code = cells.filter((cell) => cell.type === 'code');
    return code[code.findIndex((cell) => cell.id === id) - 1].executionCount !== null;
}"""
CODE = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
    .map((cell, place) => [cell.type, place]).filter(([type]) => type === 'code').map(([, place]) => place)"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    browser.course(folder)
    with browser.jupyterlab(folder, "notebooks/00_start_here.ipynb") as address:
        yield address


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_again_twice_and_after_an_interrupt(chromium, lab, name):
    with browser.opened(chromium, lab.replace("00_start_here", name)) as page:
        page.set_default_timeout(120_000)
        page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        browser.menu(page, "Run", "Run All Cells")
        page.wait_for_function(REACHED, arg=NOTEBOOKS[name])
        page.wait_for_timeout(300)
        page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
        browser.idle(page)
        interrupted = page.evaluate(ERRORS)
        assert interrupted == [f"{NOTEBOOKS[name]}: KeyboardInterrupt"]
        browser.run_all(page, seconds=900)
        assert page.evaluate(ERRORS) == []
        page.set_default_timeout(600_000)
        code = page.evaluate(CODE)
        twice = [place for place in reversed(code) for _ in range(2)]  # from the last to the first
        page.evaluate(RUN, twice)
        assert page.evaluate(ERRORS) == []
        browser.run_all(page, seconds=900)
        assert page.evaluate(ERRORS) == [] and not page.errors
