"""What maintainers run, in a copy of the course."""

import json
import os
import re
import shutil
import subprocess
import sys

import course
import maintain
import nbformat
import pytest
import skeleton
import slices
import structure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from utils import claims, files

ROOT = structure.ROOT


@pytest.fixture
def copied(tmp_path):
    """A copy of the course without its large files."""
    ignore = shutil.ignore_patterns("*.npz", "*.h5", "__pycache__", ".*")
    for name in ("data", "notebooks", "tests", "utils"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    for name in ("README.md", "constraints.txt", "course.toml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "data" / "mnist.npz").symlink_to(files.DATA / "mnist.npz")
    return tmp_path


def run(folder, *command, **environment):
    """Run a Python program of the copy in `folder`."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


COMPLAINTS = """
import sys

sys.path[:0] = [".", "tests"]
import course, structure

for path in structure.NOTEBOOKS:
    notebook = structure.read(path)
    for check in structure.CHECKS:
        print(*(f"{path.name} {found}\\n" for found in check(notebook, path)), sep="", end="")
for path, text in course.mapped().items():
    if text != path.read_text(encoding="utf-8"):
        print(path.name, "is not as course.toml says")
"""


def complaints(folder):
    """Return what the checks of the structure find in the copy."""
    result = run(folder, "-c", COMPLAINTS)
    assert result.returncode == 0, result.stderr
    return result.stdout


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def content(folder):
    """Return {file: bytes} of what is in the copy."""
    found = [
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_map_mends_everything_that_course_toml_says(copied):
    before = content(copied)
    edit(copied / "README.md", "| about 2 minutes |", "| an hour |")
    edit(copied / "notebooks" / "00_start_here.ipynb", "half a minute on 2", "a minute on 2")
    edit(copied / "notebooks" / "00_start_here.ipynb", "· Depth and residuals]", "· Depth]")
    path = copied / "notebooks" / "06_code01_lenet5.ipynb"
    edit(path, "# 06 · LeNet5, the lecture's demo", "# 6 LeNet5")
    edit(path, 'CNNs, \\"Demo: LeNet5\\" (code01)', "CNNs")
    edit(path, "blob/main/notebooks/06_code01_lenet5.ipynb", "blob/main/06.ipynb")
    edit(path, "← [05 · Convolution from nothing]", "← [04 · Convolution]")
    edit(path, "import subprocess", "import os")
    result = run(copied, "tests/maintain.py", "map")
    assert len(result.stdout.splitlines()) == 3 and content(copied) == before


def test_map_needs_every_notebook_in_course_toml(tmp_path, monkeypatch):
    shutil.copy(course.COURSE, tmp_path)
    monkeypatch.setattr(course, "COURSE", tmp_path / "course.toml")
    edit(course.COURSE, 'name = "10_depth_and_residuals"', 'name = "10_depth"')
    with pytest.raises(SystemExit, match="course.toml has the notebooks"):
        course.mapped()


def fill_in(folder):
    """Write what `new` left open in notebook 11, and its outputs; course.toml has its title."""
    path = folder / "notebooks" / "31_topic.ipynb"
    text = path.read_text(encoding="utf-8").replace("…", "text")
    notebook = nbformat.reads(text, as_version=4)
    for i in (2, 3):
        cell = new_code_cell(f'claim("twice", 2 * {i}, equals={2 * i})', id=f"claim-{i}")
        notebook.cells.insert(5, cell)
    for count, cell in enumerate(structure.code_cells(notebook), start=1):
        cell.execution_count = count
    for kind, ending in (("exercise", "not yet. Nothing"), ("solution", "passes the check")):
        for i, cell in enumerate(structure.tagged(notebook, kind), start=1):
            cell.outputs = [new_output("stream", text=f"exercise 31.{i}: {ending}")]
    table = "<table><tr><th></th><th>here</th></tr><tr><td>a</td><td>≈ 1</td></tr></table>"
    shown = next(cell for cell in notebook.cells if cell.id == "results")
    shown.outputs = [new_output("display_data", data={"text/html": table})]
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    results = json.dumps({"headers": ["", "here"], "rows": [["a", "≈ 1"]]})
    (folder / "data" / "results" / "31.json").write_text(results, encoding="utf-8")
    edit(folder / "course.toml", '"…"', '"text"')


def test_new_notebook_lacks_only_its_content(copied):
    result = run(copied, "tests/maintain.py", "new", "31_topic")
    assert result.returncode == 0, result.stderr
    said = result.stdout.partition("it still lacks:\n")[2].splitlines()
    assert said[0].startswith("- has … to fill in, in the cells title, section-1, ")
    exercises = [
        f"- {kind} 31.{i} did not end with '{ending}'"
        for kind, ending in (("exercise", "not yet."), ("solution", "passes the check"))
        for i in (1, 2, 3)
    ]
    assert said[1:] == [
        "- has 1 claims, fewer than 3",
        *exercises,
        "- shows no table in its section 'Results'",
        "- was not run once from top to bottom",
    ]
    for name in ("utils/exercises/notebook_31.py", "tests/wrong_answers/notebook_31.py"):
        compile((copied / name).read_text(encoding="utf-8"), name, "exec")
    fill_in(copied)
    assert run(copied, "tests/maintain.py", "map").returncode == 0
    assert complaints(copied) == ""


@pytest.fixture
def untouched(monkeypatch):
    """Nothing is written."""

    def refuse(path, text):
        raise AssertionError(f"{path} was written")

    monkeypatch.setattr(course, "write", refuse)


@pytest.mark.parametrize(
    "name, complaint",
    [
        ("topic", "a notebook's name looks like 11_topic; got topic"),
        ("11_Topic", "a notebook's name looks like 11_topic; got 11_Topic"),
        ("06_code01_lenet5", "notebook 06 is there already: 06_code01_lenet5.ipynb"),
        ("06_other", "notebook 06 is there already: 06_code01_lenet5.ipynb"),
        ("99_topic", "tests/wrong_answers/notebook_99.py is there already"),
    ],
)
def test_new_refuses(name, complaint, untouched, tmp_path, monkeypatch):
    (tmp_path / "tests" / "wrong_answers").mkdir(parents=True)
    (tmp_path / "tests" / "wrong_answers" / "notebook_99.py").touch()
    monkeypatch.setattr(course, "ROOT", tmp_path)
    with pytest.raises(SystemExit) as stopped:
        skeleton.new(name)
    assert stopped.value.code == complaint


def store(folder, *sources):
    """Store a notebook 50_fake of these code cells behind the heading Results; return its file."""
    cells = [new_markdown_cell("## Results"), *map(new_code_cell, sources)]
    path = folder / "50_fake.ipynb"
    path.write_text(nbformat.writes(new_notebook(cells=cells)) + "\n", encoding="utf-8")
    return path


MAKE = """import os
from pathlib import Path

folder = Path(os.environ["COURSE_CHECKPOINTS"])
for name in ("weights/a.weights.h5", "results/a.json", "pictures/a.png", "a.npz", "other/b.json"):
    path = folder / "50_fake" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(os.environ["COURSE_FULL"])"""


def test_full_keeps_what_the_notebook_made(copied):
    checkpoints = copied / "checkpoints"
    (checkpoints / "06_code01_lenet5" / "weights").mkdir(parents=True)
    for name in ("06_code01_lenet5/weights/foreign.weights.h5", "foreign.json"):
        (checkpoints / name).touch()
    store(copied / "notebooks", MAKE, "1 / 0")
    before = content(copied / "data")
    command = ["tests/maintain.py", "full", "50"]
    result = run(copied, *command, COURSE_CHECKPOINTS=str(checkpoints))
    assert result.returncode and "ZeroDivisionError" in result.stderr
    assert content(copied / "data") == before
    store(copied / "notebooks", MAKE)
    result = run(copied, *command, COURSE_CHECKPOINTS=str(checkpoints))
    assert result.returncode == 0, result.stderr
    made = ["weights/a.weights.h5", "results/a.json", "pictures/a.png"]
    assert result.stdout.splitlines()[:-1] == [f"kept data/{name}" for name in made]
    after = content(copied / "data")
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {*made, "SHA256SUMS"} and after[made[0]] == b"1"
    assert (checkpoints / "foreign.json").exists()


def test_run_keeps_the_results(copied):
    table = "<table><tr><th>a</th></tr><tr><td>≈ 1</td></tr></table>"
    path = store(copied / "notebooks", f'from IPython.display import HTML\n\nHTML("{table}")')
    result = run(copied, "tests/maintain.py", "run", "50")
    assert result.returncode == 0, result.stderr
    kept = copied / "data" / "results" / "50.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == {"headers": ["a"], "rows": [["≈ 1"]]}
    assert f"{files.sha256(kept)}  results/50.json\n" in (copied / "data/SHA256SUMS").read_text()
    assert structure.code_cells(structure.read(path))[0].execution_count == 1


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Let `bands` record, instead of runs, `lines(seed, broken)`; return how, and its file."""

    def record(lines):
        def execute_with(python, path, record):
            setup, cell = structure.code_cells(structure.read(path))
            seed = int(re.search(r"seed=(\d)", setup.source).group(1))
            seed += 0.5 * (python == "python of colab")
            found = [json.dumps(line) + "\n" for line in lines(seed, "x = 0" in cell.source)]
            record.write_text("".join(found), encoding="utf-8")

        monkeypatch.setattr(maintain, "execute_with", execute_with)
        monkeypatch.setattr(maintain.sets, "python_of", "python of {}".format)
        maintain.bands(path)

    path = store(tmp_path, 'session = start("50_fake")', "x = 1")
    edit(
        path,
        '"metadata": {},\n   "outputs": [],\n   "source": [\n    "x = 1"',
        '"metadata": {"sabotage": "x = 0"},\n   "outputs": [],\n   "source": [\n    "x = 1"',
    )
    monkeypatch.setattr(maintain, "write_sums", lambda: None)
    monkeypatch.setattr(claims, "bands_file", lambda number: tmp_path / f"{number}.json")
    return record, path


def test_bands_records_seeds_here_and_with_colab_and_a_broken_run(recorded):
    record, path = recorded
    fixed = {"claim": "twice 2", "deterministic": True}

    def lines(seed, broken):
        worst = float("inf") if broken else seed
        return [
            {"claim": "error", "value": worst},
            fixed | {"value": 5 if broken else 4 + 1e-9 * seed},
        ]

    record(lines)
    kept = json.loads((path.parent / "50.json").read_text(encoding="utf-8"))
    values = {"seeds": [0, 1, 2, 3, 4], "colab": [0.5, 1.5], "broken": "inf"}
    assert kept["claims"] == {"error": values}
    assert kept["code"] == slices.digest(structure.read(path))


@pytest.mark.parametrize(
    "lines, complaint",
    [
        (
            lambda seed, broken: 2 * [{"claim": "a", "value": 1}],
            "two measured claims have the same text",
        ),
        (
            lambda seed, broken: [{"claim": "a", "value": 1 + 1e-3 * seed, "deterministic": True}],
            "'a' is not deterministic: seed 1 differs",
        ),
        (
            lambda seed, broken: [{"claim": f"a{seed // 4}", "value": 1}],
            "not all runs came to the same measured claims",
        ),
    ],
)
def test_bands_refuses(lines, complaint, recorded):
    record, path = recorded
    with pytest.raises(SystemExit, match=complaint):
        record(lines)
    assert not (path.parent / "50.json").exists()


def test_one_command_changes_the_address(copied):
    """And the structure of the changed course passes."""
    old, new = files.course_url(), f"{files.course_url()}-of-ada"
    result = run(copied, "tests/maintain.py", "url", new + "/")
    assert result.returncode == 0, result.stderr
    changed = content(copied)
    for name in (
        "pyproject.toml",
        "README.md",
        *(f"notebooks/{p.name}" for p in structure.NOTEBOOKS),
    ):
        text = changed[name].decode()
        where = re.findall(re.escape(old.removeprefix("https://")) + "[-a-z]*", text)
        assert where and all(found.endswith("-of-ada") for found in where), name
    assert "](https://OWNER.github.io/cnn-course-of-ada/)" in changed["README.md"].decode()
    assert f"git clone {new} && cd {new.rpartition('/')[2]}\n" in changed["README.md"].decode()
    assert complaints(copied) == ""


@pytest.mark.parametrize("url", ["https://example.org/ada/x", "https://github.com/ada", "ada/x"])
def test_address_looks_like_one(url, untouched):
    with pytest.raises(SystemExit, match="the address looks like https://github.com/OWNER"):
        course.change_url(url)
