"""What every test and every kernel that nbval starts finds in its environment.

nbval compares no pictures, so each cell's figures are compared here after it has run.
"""

import os
import re
import tempfile
from pathlib import Path

import figures
import pytest
from nbval.plugin import IPyNbCell, NbCellError

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # stored outputs are those of the CPU
_folder = tempfile.TemporaryDirectory()  # so that no reader's checkpoint is resumed
os.environ["COURSE_CHECKPOINTS"] = _folder.name
os.environ["IPYTHONDIR"] = f"{_folder.name}/ipython"  # nor their start-up files run

# What a user's shell, or git when it calls a hook, hands on to every child process: tests must
# neither act on that repository nor depend on these settings.
for name in [*os.environ]:
    if name.startswith("GIT_") or name in (
        "COURSE_FULL",
        "COURSE_RECORD",
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
        "PY_COLORS",
        "PYTEST_ADDOPTS",
        "PYTEST_PLUGINS",
    ):
        del os.environ[name]
os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def pytest_configure(config):
    """Let the tests be called from any folder: pyproject.toml names a file from its own."""
    if rules := config.option.nbval_sanitize_with:
        config.option.nbval_sanitize_with = str(config.inipath.parent / rules)


def pytest_ignore_collect(collection_path):
    """Take the course's notebooks only, not a copy or a draft that lies beside them."""
    here = Path(__file__).resolve().parent / "notebooks"
    if collection_path.suffix == ".ipynb" and collection_path.parent == here:
        return not re.fullmatch(r"\d\d[a-z]?_\w+\.ipynb", collection_path.name) or None
    return None


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
