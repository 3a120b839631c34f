"""What every test and every kernel that nbval starts finds in its environment.

nbval compares no pictures, so each cell's figures are compared here after it has run.
"""

import os
import tempfile

import figures
import pytest
from nbval.plugin import IPyNbCell, NbCellError

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # stored outputs are those of the CPU
_folder = tempfile.TemporaryDirectory()  # so that no reader's checkpoint is resumed
os.environ["COURSE_CHECKPOINTS"] = _folder.name


def pytest_configure(config):
    # pyproject.toml names the file from its own folder, nbval looks from the working directory
    if rules := config.option.nbval_sanitize_with:
        config.option.nbval_sanitize_with = str(config.inipath.parent / rules)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if isinstance(item, IPyNbCell) and item.options["check"] and item.cell.execution_count:
        stem, number = item.path.stem, item.cell_num
        if found := figures.complaint(item.cell, item.test_outputs, f"{stem}-{number}.png"):
            message = (
                f"{item.path.name}, cell {number}: {found} Look at it, and store it again with "
                f"`python tests/maintain.py run {stem.split('_')[0]}` if the change is meant."
            )
            raise NbCellError(number, message, item.cell.source)
    return result
