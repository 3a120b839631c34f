"""The setup cell on a stand-in for Colab: a google.colab module and a local clone."""

import os
import shutil
import subprocess
import sys

import pytest
import structure

from utils import files, session

CELL = structure.SETUP.format(url=files.course_url(), name="06_code01_lenet5")
FINDS = CELL.split("from utils.session")[0] + "import utils; print(utils.__path__[0])"  # no start
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def colab(tmp_path):
    """A function that runs code in a fresh process as Colab would; returns the process."""
    source, here, modules = tmp_path / "source", tmp_path / "content", tmp_path / "modules"
    home = tmp_path / "home"
    here.mkdir()
    home.mkdir()
    (modules / "google" / "colab").mkdir(parents=True)
    (modules / "google" / "colab" / "__init__.py").touch()
    (modules / "google" / "colab" / "drive.py").write_text("def mount(path): print('mount', path)")
    ignore = shutil.ignore_patterns("*.npz", "*.h5", "__pycache__")
    for name in ("utils", "data"):
        shutil.copytree(structure.ROOT / name, source / name, ignore=ignore)
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(structure.ROOT / name, source)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=no"]
    subprocess.run([*git, "init", "-q"], cwd=source, check=True)
    subprocess.run([*git, "add", "."], cwd=source, check=True)
    subprocess.run([*git, "commit", "-qm", "course"], cwd=source, check=True)

    def run(code, address=f"file://{source}", **environment):
        (home / ".gitconfig").write_text(f'[url "{address}"]\n\tinsteadOf = {files.course_url()}\n')
        clean = {name: os.environ[name] for name in os.environ if not name.startswith("GIT_")}
        return subprocess.run(
            [sys.executable, "-c", "import google.colab\n" + code],
            cwd=here,
            capture_output=True,
            text=True,
            env=clean | {"PYTHONPATH": str(modules), "HOME": str(home)} | environment,
        )

    run.here = here
    return run


@needs_git
def test_setup_cell_clones_once_and_starts(colab):
    for _ in range(2):
        result = colab(CELL)
        assert result.stdout == "06_code01_lenet5: ready on the CPU, seed 0\n", result.stderr
        assert result.stderr == ""
    shallow = ["git", "rev-parse", "--is-shallow-repository"]
    clone = colab.here / "cnn-course"
    assert subprocess.run(shallow, cwd=clone, capture_output=True, text=True).stdout == "true\n"


@needs_git
def test_clone_obeys_no_variable_of_git(colab, tmp_path):
    """Such as those that git hands to a hook, and with them to a notebook that it runs."""
    user = tmp_path / "user"
    user.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=user, check=True)
    before = sorted(path.relative_to(user) for path in user.rglob("*"))
    variables = {"GIT_DIR": str(user / ".git"), "GIT_INDEX_FILE": str(user / "index")}
    result = colab(FINDS, **variables, GIT_WORK_TREE=str(user))
    assert result.stdout == f"{colab.here / 'cnn-course' / 'utils'}\n", result.stderr
    assert sorted(path.relative_to(user) for path in user.rglob("*")) == before


@needs_git
def test_leftover_of_a_clone_says_so(colab):
    (colab.here / "cnn-course" / "notebooks").mkdir(parents=True)
    last = colab(FINDS).stderr.splitlines()[-1]
    place = colab.here / "cnn-course"
    assert (
        last
        == f"RuntimeError: {place} is no whole copy of the course: delete it and run this again."
    )


@needs_git
def test_another_package_of_the_name_utils_is_left_behind(colab, tmp_path):
    other = tmp_path / "other" / "utils"
    other.mkdir(parents=True)
    (other / "__init__.py").touch()
    before = f"import sys; sys.path.insert(0, {str(other.parent)!r}); import utils\n"
    for other_kind in (before, before.replace("import utils", "import utils as u; u.x = 1")):
        result = colab(other_kind + FINDS)
        assert result.stdout == f"{colab.here / 'cnn-course' / 'utils'}\n", result.stderr


@needs_git
def test_checkpoints_on_drive(colab):
    result = colab(
        CELL.replace('lenet5")', 'lenet5", drive=True)') + "\nprint(session.checkpoint('demo'))"
    )
    assert result.stdout.splitlines() == [
        "mount /content/drive",
        "06_code01_lenet5: ready on the CPU, seed 0",
        "/content/drive/MyDrive/cnn-course/06_code01_lenet5/demo.npz",
    ]


@needs_git
def test_clone_that_fails_says_so(colab):
    result = colab(FINDS, address="file:///nowhere")
    last = result.stderr.splitlines()[-1]
    assert (
        last
        == f"RuntimeError: The course could not be cloned from {files.course_url()}: is this its address?"
    )


def test_outside_the_course_says_so(tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", CELL], cwd=tmp_path, capture_output=True, text=True
    )
    assert "RuntimeError: Open this notebook from the course's folder" in result.stderr


def test_installs_only_what_is_missing(monkeypatch):
    calls = []

    def run(command, **_):
        calls.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setitem(sys.modules, "google.colab", object())
    monkeypatch.setattr(session.subprocess, "run", run)
    session._provide_packages()
    assert calls == []
    monkeypatch.setattr(
        session, "_installed", lambda r: None if r.name == "matplotlib" else "2.20.0"
    )
    session._provide_packages()
    (command,) = calls
    assert [word.split(">=")[0].split("<")[0] for word in command[5:]] == ["matplotlib"]
    monkeypatch.setattr(
        session.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1)
    )
    with pytest.raises(ImportError, match="Colab could not install matplotlib"):
        session._provide_packages()
