"""COURSE_FULL=smoke runs the long trainings of every notebook on tiny sizes.

They write every file of data/ that a notebook makes, with the keys and shapes of the shipped one.
"""

import ast
import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import slices
import structure

from utils import files, session


def branches(notebook):
    """Return the notebook's top-level statements that run, or ask for, long trainings."""
    body = [node for cell in slices.code_cells(notebook) for node in ast.parse(cell["source"]).body]
    functions = {node.name: node for node in body if isinstance(node, slices.DEFINITIONS)}
    asking = {name for name, node in functions.items() if asks_for_full(node)}
    return [
        node
        for node in body
        if not isinstance(node, slices.DEFINITIONS)
        and (asks_for_full(node) or slices.read(node) & asking)
    ]


def asks_for_full(tree):
    """Tell whether the tree calls `resume` or looks at session.full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "resume":
            return True
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "session.full":
            return True
    return False


def program(notebook):
    """Return the code of the full branches with all that they need, and no more."""
    body = slices.needed(notebook, branches(notebook))
    return ast.unparse(ast.Module(body, type_ignores=[]))


def smoke(code, folder):
    """Run `code` as a notebook under COURSE_FULL=smoke, with its checkpoints in `folder`."""
    environment = {
        "COURSE_FULL": "smoke",
        "COURSE_CHECKPOINTS": str(folder),
        "COURSE_RECORD": os.devnull,
        "MPLBACKEND": "agg",
        "PYTHONPATH": str(structure.ROOT),
    }
    script = folder / "notebook.py"
    # a graph of 56 layers takes longer to make than the few steps to take without one
    eager = "import tensorflow\ntensorflow.config.run_functions_eagerly(True)\n"
    script.write_text(eager + code, encoding="utf-8")
    notebooks = structure.ROOT / "notebooks"
    return subprocess.run(
        [sys.executable, script],
        cwd=notebooks,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def form(path):
    """Return the keys and shapes of what the file `path` holds."""
    if path.suffix == ".json":
        return keys(json.loads(path.read_text(encoding="utf-8")))
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            # as many support vectors as the digits give: the first axis is free
            return {name: (arrays[name].dtype.str, *arrays[name].shape[1:]) for name in arrays}
    if path.suffix == ".h5":
        found = {}
        with h5py.File(path) as file:
            file.visititems(lambda name, item: found.update({name: getattr(item, "shape", None)}))
        return found
    return path.suffix


def keys(content):
    """Return the keys of nested dicts; of a list, those of all its entries together."""
    if isinstance(content, dict):
        return {key: keys(value) for key, value in content.items()}
    if isinstance(content, list):
        return sorted({json.dumps(keys(entry), sort_keys=True) for entry in content})
    return "number" if isinstance(content, (int, float)) else type(content).__name__


FULL = [path for path in structure.NOTEBOOKS if branches(structure.read(path))]
BUILT = (  # weights that data/build.py makes
    "efficientnet_lite0", "vgg16_", "ssd_mobilenet", "tiny_yolo_faces", "person_segmenter",
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    """{file of data/: the notebook that made it}, as the tests below find them."""
    return {}


@pytest.mark.parametrize("path", FULL, ids=structure.number)
def test_full_branches(path, tmp_path, made):
    result = smoke(program(structure.read(path)), tmp_path)
    assert result.returncode == 0, result.stdout[-500:] + result.stderr[-3000:]
    folder = tmp_path / "smoke" / path.stem
    written = [file for place in session.MADE for file in folder.glob(f"{place}/*")]
    assert written, "nothing was written"
    for file in written:
        name = file.relative_to(folder).as_posix()
        assert name in files.checksums(), f"{name} is not shipped"
        assert form(file) == form(files.DATA / name), name
        made[name] = path.stem


def test_every_file_that_notebooks_make_is_made(made):
    """After the tests above, in one run with them."""
    if set(made.values()) != {path.stem for path in FULL}:
        pytest.fail("run the whole file: this test looks at what the others made")
    shipped = {
        name
        for name in files.checksums()
        if name.split("/")[0] in session.MADE
        and not name.startswith(("results/bands/", *(f"weights/{built}" for built in BUILT)))
        and name not in {f"results/{structure.number(path)}.json" for path in structure.NOTEBOOKS}
    }
    assert shipped == set(made)


@pytest.mark.parametrize(
    "fault, complaint", [("pass", ""), ("1 / 0", "ZeroDivisionError"), ("nowhere", "NameError")]
)
def test_an_error_in_a_full_branch_is_found(fault, complaint, tmp_path):
    notebook = structure.read(structure.NOTEBOOKS[0])
    structure.code_cells(notebook)[0].source += f"\nif session.full:\n    {fault}"
    result = smoke(program(notebook), tmp_path)
    assert (result.returncode == 0) == (not complaint) and complaint in result.stderr
