"""Slices of a notebook: what some names need, and a digest of what it computes."""

import ast

import pytest
import slices
import structure

SOURCES = [
    "session = start('00_x')",
    "import numpy as np\nfrom utils.models import CNN_LeNet5\n\nRATE = 0.1",
    "def mean(x):\n    '''Return the mean.'''\n    total = np.sum(x)\n    return total / count\n\n\n"
    "def show_model(model):\n    print(f'the model ≈ {model:.2f}')",
    "count = 4\nruns = []\nother = 1",
    "for i in range(3):\n    run = RATE * i\n    runs.append(run)\n    print(i)",
    "figure, (left, right) = plt.subplots(1, 2)\nleft.plot(runs)\nright.set(xlabel='run')\n"
    "for axis, i in zip((left, right), runs):\n    axis.text(i, i, i)",
    "claim('largest run', max(runs), at_least=0.1, at_most=0.3)",
    "model = build()\nmodel.compile(RATE)\nshuffle(model, 1)\nshow_model(model)",
    "count = 5\nif session.full:\n    weights = mean(model.weights)\nelse:\n    weights = [1]",
]


def notebook(sources=SOURCES):
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    cells[2]["metadata"]["sabotage"] = "RATE = 0"
    answer = {"cell_type": "code", "source": "count = 77", "metadata": {"tags": ["solution"]}}
    return {"cells": [*cells, answer, {"cell_type": "markdown", "source": "count"}]}


@pytest.mark.parametrize(
    "targets, expected",
    [
        (["other"], ["other = 1"]),
        (["runs"], ["RATE = 0.1", "runs = []", "for i in range(3):"]),
        (["mean"], ["import numpy as np", "def mean(x):", "count = 5"]),
        (["RATE", "other"], ["RATE = 0.1", "other = 1"]),
        (["model"], ["RATE = 0.1", "model = build()", "model.compile(RATE)", "shuffle(model, 1)"]),
        (["left"], ["figure, (left, right) = plt.subplots(1, 2)"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_what_is_needed(targets, expected):
    found = slices.needed(notebook(), targets)
    expected = [
        line if line.endswith(":") else ast.unparse(ast.parse(line)) for line in expected
    ]  # Python 3.10 writes more brackets
    assert [ast.unparse(node).splitlines()[0] for node in found] == expected


def test_what_is_needed_runs():
    values = {}
    found = slices.needed(notebook(), ["runs", "mean"])
    found = [node for node in found if "utils" not in ast.unparse(node)]
    exec(compile(ast.Module(found, type_ignores=[]), "x", "exec"), values)
    assert values["runs"] == [0, 0.1, 0.2] and values["mean"]([2, 3]) == 1


def test_what_a_statement_needs():
    branch = ast.parse(SOURCES[-1]).body[1]
    found = [ast.unparse(node) for node in slices.needed(notebook(), [branch])]
    assert found[0] == "session = start('00_x')" and found[-1].startswith("if session.full:")
    assert "count = 5" in found and "count = 4" not in found
    assert not any(line.startswith(("claim", "runs")) for line in found)
    with pytest.raises(ValueError, match="does not have this statement"):
        slices.needed(notebook(), ast.parse("nothing = 1").body)
    with pytest.raises(ValueError, match="does not define nothing"):
        slices.needed(notebook(), ["nothing"])


def sources_with(old, new):
    assert old in "".join(SOURCES)
    return [source.replace(old, new) for source in SOURCES]


def test_digest_is_the_same_under_every_python():
    alone = sources_with("from utils.models", "from others")  # without utils/models.py
    assert slices.digest(notebook(alone)) == "b7fda6432748efc4"


@pytest.mark.parametrize(
    "old, new",
    [
        ("RATE = 0.1", "RATE = 0.2"),
        ("RATE * i", "RATE + i"),
        ("import CNN_LeNet5", "import CNN_LeNet5 as LeNet5"),
        ("claim('largest run', max(runs)", "claim('largest run', min(runs)"),
        ("claim('largest", "claim('smallest"),
        ("shuffle(model, 1)", "shuffle(model, 2)"),
    ],
)
def test_digest_notices(old, new):
    assert slices.digest(notebook(sources_with(old, new))) != slices.digest(notebook())


@pytest.mark.parametrize(
    "old, new",
    [
        ("RATE = 0.1", "# the rate\n\n\nRATE = 0.10  # as in the paper"),
        ("Return the mean.", "Return\nwhat is between."),
        ("at_least=0.1, at_most=0.3", "at_least=0.2"),
        ("at_least=0.1, at_most=0.3", "equals=0.2, within=0.1, unit='%'"),
        ("xlabel='run'", "xlabel='number of the run'"),
        ("plt.subplots(1, 2)", "plt.subplots(1, 2, figsize=(4, 3))"),
        ("axis.text(i, i, i)", "axis.text(i, 2 * i, i)\n    axis.grid(False)"),
        ("the model", "this model"),
        ("print(i)", "print(i, run)"),
    ],
)
def test_digest_does_not_notice(old, new):
    assert slices.digest(notebook(sources_with(old, new))) == slices.digest(notebook())


def test_digest_notices_the_sabotage():
    others = [notebook(), notebook()]
    others[0]["cells"][2]["metadata"]["sabotage"] = "RATE = 1"
    del others[1]["cells"][2]["metadata"]["sabotage"]
    assert len({slices.digest(other) for other in [notebook(), *others]}) == 3


def test_digest_does_not_notice_exercises_prose_and_the_setup_cell():
    other = notebook()
    other["cells"][-2]["source"] = "count = 78"
    other["cells"][-1]["source"] = "counts"
    other["cells"][0]["source"] = "session = start('01_x')"
    assert slices.digest(other) == slices.digest(notebook())


def test_digest_notices_the_networks_that_a_notebook_imports(monkeypatch, tmp_path):
    changed = slices.MODELS.read_text(encoding="utf-8").replace("relu", "elu")
    before, without = slices.digest(notebook()), sources_with("from utils.models", "from others")
    alone = slices.digest(notebook(without))
    monkeypatch.setattr(slices, "MODELS", tmp_path / "models.py")
    slices.MODELS.write_text(changed, encoding="utf-8")
    assert slices.digest(notebook()) != before and slices.digest(notebook(without)) == alone


@pytest.mark.parametrize("path", structure.NOTEBOOKS, ids=lambda path: path.stem)
def test_every_full_branch_can_be_cut_out(path):
    read = structure.read(path)
    code = [node for cell in slices.code_cells(read) for node in ast.parse(cell.source).body]
    for branch in code:
        if isinstance(branch, ast.If) and "session.full" in ast.unparse(branch.test):
            found = slices.needed(read, [branch])
            assert ast.unparse(branch) == ast.unparse(found[-1]) and len(found) < len(code) / 2


@pytest.mark.parametrize(
    "sources, found",
    [
        (["a = 1", "b = a", "a = 2"], [("1", "a")]),
        (["a = 1", "a = a + 1"], [("1", "a")]),  # run twice
        (["a = 1", "def f():\n    return a", "b = f()", "a = 2"], [("1", "a"), ("2", "a")]),
        (["a = 1", "b = a", "for a in range(3):\n    print(a)"], [("1", "a")]),
        (["a = 1", "b = a", "a = 1"], []),  # the same again
        (["a = 1", "b = a", "c = [a for a in range(3)]"], []),
        (["a = 1", "b = a", "a = 2\nc = a"], [("1", "a")]),
        (["a = {}", "b = a", "a |= {1: 2}"], []),
        (["a = 1", "a = 2\nb = a", "a = 3\nb = a"], []),
        (["a = 1", "for a in b:\n    c = a\nd = a", "a = 3"], []),
    ],
)
def test_what_a_later_cell_changes_for_those_above(sources, found):
    cells = [
        {"cell_type": "code", "id": str(i), "source": source, "metadata": {}}
        for i, source in enumerate(sources)
    ]
    assert slices.overwritten({"cells": cells}) == found
