"""The course works, and its tests do no harm, in surroundings that are not ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import structure
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

ROOT = structure.ROOT


def pytest_of(*arguments, cwd=ROOT, **environment):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env=os.environ | environment
    )


@pytest.mark.parametrize("home", ["/proc/nobody", "/"])
def test_first_cell_is_quiet_without_a_home_of_its_own(home):
    """As in a container with a foreign user id."""
    source = [
        f"import sys; sys.path.insert(0, {str(ROOT)!r})",
        "from utils.session import start\nsession = start('00_start_here')",
        "import matplotlib.pyplot as plt\nfigure = plt.figure()\nplt.close()",
    ]
    notebook = new_notebook(cells=[new_code_cell("\n".join(source))])
    names = ("HOME", "MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    environment = {name: os.environ[name] for name in os.environ if name not in names}
    client = NotebookClient(notebook, kernel_name="python3")
    client.execute(env=environment | {"HOME": home})
    (output,) = notebook.cells[0].outputs
    assert (output.name, output.text) == ("stdout", "00_start_here: ready on the CPU, seed 0\n")


def test_hook_of_git_that_runs_tests_keeps_its_repository(tmp_path):
    """git hands its variables to a hook, and the tests of Colab make repositories."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "work.txt").write_text("hours of it", encoding="utf-8")
    hook = tmp_path / ".git" / "hooks" / "pre-commit"
    test = f"{ROOT / 'tests' / 'test_colab.py'}::test_leftover_of_a_clone_says_so"
    run = (
        f"exec '{sys.executable}' -m pytest -q -p no:cacheprovider '{test}' > '{tmp_path / 'log'}'"
    )
    hook.write_text(f"#!/bin/sh\n{run}\n", encoding="utf-8")
    hook.chmod(0o755)
    subprocess.run([*git, "add", "work.txt"], cwd=tmp_path, check=True)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        assert name in os.environ  # what conftest.py sets
    subprocess.run([*git, "commit", "-qm", "work"], cwd=tmp_path, check=True)
    assert "1 passed" in (tmp_path / "log").read_text(encoding="utf-8")
    log = subprocess.run([*git, "log", "--stat", "--format=%s"], cwd=tmp_path, capture_output=True)
    assert (
        log.stdout.decode().split() == "work work.txt | 1 + 1 file changed, 1 insertion(+)".split()
    )


@pytest.mark.parametrize(
    "variables",
    [
        lambda folder: {"GIT_DIR": f"{folder}/.git", "GIT_WORK_TREE": str(folder)},
        lambda folder: {"GIT_INDEX_FILE": f"{folder}/.git/index"},
        lambda folder: {"FORCE_COLOR": "1", "PY_COLORS": "1"},
        lambda folder: {"HOME": str(folder)},  # whose .gitconfig wants commits signed
    ],
    ids=["GIT_DIR", "GIT_INDEX_FILE", "colours", "signed commits"],
)
def test_variables_of_the_shell_change_nothing(variables, tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    config = "[commit]\n\tgpgsign = true\n[user]\n\tsigningkey = nobody\n"
    (tmp_path / ".gitconfig").write_text(config, encoding="utf-8")
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    result = pytest_of(
        "tests/test_colab.py::test_leftover_of_a_clone_says_so", **variables(tmp_path)
    )
    assert "1 passed" in result.stdout, result.stdout
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == before


def test_tests_can_be_called_from_any_folder(request):
    assert Path(request.config.option.nbval_sanitize_with).is_absolute()
    for cwd in (ROOT / "notebooks", "/"):
        found = pytest_of("--collect-only", structure.NOTEBOOKS[0], cwd=cwd)
        assert "00_start_here.ipynb::Cell 0" in found.stdout, found.stdout


def test_copies_and_drafts_beside_the_notebooks_are_left_out():
    names = ["00_start_here-Copy1.ipynb", "Untitled.ipynb", "draft.ipynb"]
    copies = [ROOT / "notebooks" / name for name in names]
    try:
        for copy in copies:
            assert not copy.exists()
            copy.write_bytes(structure.NOTEBOOKS[0].read_bytes())
        found = pytest_of("--collect-only", ROOT / "notebooks").stdout
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)
    assert "00_start_here.ipynb::Cell 0" in found
    assert not any(name in found for name in names)


def test_files_that_libraries_open_are_ascii():
    """They open them in the encoding of the user's locale."""
    names = ["requirements.txt", "constraints.txt", "pyproject.toml", "utils/course.mplstyle"]
    files = [ROOT / name for name in [*names, "tests/nbval_sanitize.cfg"]]
    for file in [*files, *(ROOT / "tests" / "environments").iterdir()]:
        assert file.read_bytes().isascii(), file.name


def test_another_locale():
    """One without UTF-8, as Windows has by default."""
    code = (
        "import sys; sys.path[:0] = ['tests', '.']\n"
        "import course, skeleton, sets, structure\n"
        "from utils import claims, exercises, files, session\n"
        "import locale; assert locale.getpreferredencoding(False).lower() not in ('utf-8', 'utf8')\n"
        "assert len(course.mapped()) == len(structure.NOTEBOOKS) + 1\n"
        "assert claims.recorded('06') and session.problems() == [] and files.checksums()\n"
        "assert exercises.trouble('06.1', lambda *_: 0)\n"
    )
    environment = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    assert result.returncode == 0, result.stderr
