"""nbval passes what two honest runs may differ in, and fails what drifts."""

import copy
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
import structure
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

SOURCE = [
    f"import sys; sys.path.insert(0, {str(structure.ROOT)!r})",
    """
print("iter=100, acc_train=86.00, loss_train=0.57, acc_test=84.86, test time=15.39s")
print("iter=10, training time: 1.82s, acc_train=28.00, loss_train=2.23")
print("accuracy ≈ 98.93 %, in 2.5 s")
print("✓ final accuracy: ≈ 98.96 %")
print("✓ largest difference: ≈ 3.1e-07 pixels")
print("✓ parameters of LeNet-5: 1663370")
print("(28, 28, 32) CL32")
print("this machine: 2 cores.\\nthis machine: no GPU.")
print("The work is done by the CPU")
""",
    """
import matplotlib.pyplot as plt
from utils import plots
figure, axes = plt.subplots()
plots.show(figure, "an empty figure")
plots.show_table(["iteration", "ours"], [[100, "≈ 96.38"]])
""",
    """
import time
from utils.progress import progress
with progress(4, "counting to four") as show:
    for i in range(4):
        time.sleep(0.3)
        show(i + 1)
""",
]
HONEST = {  # what stands in the stored output, and what another run might have put there
    "same": ("", ""),
    "seconds": ("15.39s", "9.01s"),
    "seconds of training": ("1.82s", "12.80s"),
    "figures of the log": ("acc_train=86.00, loss_train=0.57", "acc_train=100.00, loss_train=0.01"),
    "approximate": ("≈ 98.93", "≈ 98.9"),
    "value of a claim": ("final accuracy: ≈ 98.96 %", "final accuracy: ≈ 99 %"),
    "small value": ("≈ 3.1e-07", "≈ 0.0012"),
    "approximate in a table": ("≈ 96.38", "≈ 97.01"),
    "shorter in a table": ("≈ 96.38", "≈ 9.3"),
    "this machine": ("2 cores.\nthis machine: no GPU.", "1 core."),
}
DRIFT = {
    "after this machine": ("done by the CPU", "done by the GPU"),
    "iteration": ("iter=100", "iter=110"),
    "name in the log": ("acc_test=", "accuracy="),
    "not a number": ("loss_train=0.57", "loss_train=nan"),
    "no percentage": ("acc_test=84.86", "acc_test=8486.00"),
    "line of the log lost": (
        "iter=10, training time: 1.82s, acc_train=28.00, loss_train=2.23\n",
        "",
    ),
    "count": ("1663370", "1663371"),
    "shape": ("(28, 28, 32)", "(28, 28, 6)"),
    "name": ("CL32", "CL64"),
    "claim": ("final accuracy", "last accuracy"),
    "unit": ("≈ 98.96 %", "≈ 98.96 points"),
    "no number": ("≈ 3.1e-07", "≈ nan"),
    "no longer approximate": ("≈ 98.93", "98.93"),
    "figure's words": ("an empty figure", "a full figure"),
    "table": ("<td>100</td>", "<td>200</td>"),
    "progress": ("counting to four", "counting to five"),
}


@pytest.fixture(scope="module")
def stored():
    """The notebook after one clean run."""
    notebook = new_notebook(cells=[new_code_cell(source.strip()) for source in SOURCE])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(notebook, coalesce_streams=True, record_timing=False).execute()
    return notebook


def changed(stored, old, new):
    """Return a copy of the first cell in whose stored outputs `old` stands, with `new` there."""
    for cell in stored.cells:
        text = json.dumps(cell.outputs, ensure_ascii=False)
        old_text, new_text = (json.dumps(part, ensure_ascii=False)[1:-1] for part in (old, new))
        if cell.outputs and old_text in text:
            cell = copy.deepcopy(cell)
            outputs = json.loads(text.replace(old_text, new_text))
            cell.update(outputs=[nbformat.from_dict(output) for output in outputs])
            return cell
    raise AssertionError(f"no stored output holds {old!r}")


@pytest.fixture(scope="module")
def outcome(stored, tmp_path_factory):
    """{name: whether nbval passed} of cells whose stored outputs were changed."""
    changes = HONEST | DRIFT
    cells = [changed(stored, old, new) for old, new in changes.values()]
    lost = changed(stored, "an empty figure", "an empty figure")  # it is not shown any more
    lost.source = lost.source.replace('plots.show(figure, "an empty figure")', "pass")
    cells = [copy.deepcopy(stored.cells[0]), *cells, lost]
    for i, cell in enumerate(cells):
        cell.id = f"cell-{i}"
    notebook = new_notebook(cells=cells)
    folder = tmp_path_factory.mktemp("nbval")
    nbformat.write(notebook, folder / "changed.ipynb")
    command = [sys.executable, "-m", "pytest", "-c", structure.ROOT / "pyproject.toml"]
    command += ["--rootdir", folder, f"--junit-xml={folder / 'report.xml'}"]
    command += ["-p", "no:cacheprovider", folder]
    subprocess.run(command, capture_output=True, cwd=structure.ROOT)
    cases = list(ElementTree.parse(folder / "report.xml").iter("testcase"))
    names = ["path", *changes, "figure lost"]
    return dict(zip(names, (len(case) == 0 for case in cases), strict=True))


@pytest.mark.parametrize("name", HONEST)
def test_honest_run_passes(outcome, name):
    assert outcome[name]


@pytest.mark.parametrize("name", [*DRIFT, "figure lost"])
def test_drift_fails(outcome, name):
    assert not outcome[name]


def test_progress_leaves_one_constant_line(stored):
    (output,) = stored.cells[3].outputs
    assert output.data == {"text/plain": "counting to four"}
