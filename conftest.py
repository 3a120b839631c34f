"""What every test and every kernel that nbval starts finds in its environment."""

import os
import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent

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
    """Let the tests be called from any folder."""
    rules = config.getoption("nbval_sanitize_with", None)
    if rules and not Path(rules).is_absolute():
        config.option.nbval_sanitize_with = str(ROOT / rules)


def pytest_ignore_collect(collection_path):
    """Take the course's notebooks only, not a copy or a draft that lies beside them."""
    if collection_path.suffix == ".ipynb" and collection_path.parent == ROOT / "notebooks":
        return not re.fullmatch(r"\d\d[a-z]?_\w+\.ipynb", collection_path.name) or None
    return None
