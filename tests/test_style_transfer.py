"""Notebook 12: a reader's own photograph goes in by its path."""

import ast

import numpy as np
import pytest
import structure
from PIL import Image

from utils import datasets, images

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "12")


def mine(path):
    """Run the notebook's cell for the reader's own photograph up to where it is prepared."""
    notebook = structure.read(PATH)
    cell = next(cell for cell in structure.code_cells(notebook) if cell.id == "own")
    assert 'PATH, STYLE = "", ' in cell.source
    cell.source = cell.source.replace('PATH, STYLE = "", ', f"PATH, STYLE = {str(path)!r}, ")
    body = structure.needed(notebook, ["mine"])
    values = {}
    exec(compile(ast.Module(body, type_ignores=[]), PATH.name, "exec"), values)
    return values["mine"]


def test_own_photograph(tmp_path):
    cat = datasets.photograph("cat")
    Image.fromarray(cat).save(tmp_path / "cat.png")
    np.testing.assert_array_equal(mine(tmp_path / "cat.png"), images.square(cat, 256))


def test_own_photograph_that_is_none(tmp_path):
    (tmp_path / "cat.jpg").write_text("meow")
    with pytest.raises(ValueError, match="cat.jpg cannot be read as a picture"):
        mine(tmp_path / "cat.jpg")
    with pytest.raises(FileNotFoundError, match="give the path of a photograph"):
        mine(tmp_path / "dog.jpg")
