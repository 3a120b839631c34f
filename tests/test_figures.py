"""A figure passes if an honest run may have drawn it, and fails if it shows something else."""

import base64
import copy
import io
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from functools import cache, partial

import figures
import matplotlib.pyplot as plt
import nbformat
import pytest
import structure
from drawings import DRAWINGS, NAMES, STYLE, bars, curves, filters, matrix, picture, thumbnails
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from utils import plots

VARIES = {"reach": 12, "tolerance": 15}  # of a trained confusion matrix
every_drawing = pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with plt.style.context(STYLE):
        yield


def apart(one, other, reach=figures.REACH):
    return figures.distance(one, other.resize(one.size), reach)[0]


@cache
def stored(draw):
    return picture(draw())


# --- The picture


EARLIER = sorted((structure.ROOT / "tests" / "matplotlib-3.9").glob("*.png"))


@pytest.mark.parametrize("path", EARLIER, ids=lambda path: path.stem)
def test_another_matplotlib_passes(path):
    draw = next(draw for draw in DRAWINGS if draw.__name__ == path.stem)
    with Image.open(path) as kept:
        assert apart(kept.convert("RGB"), stored(draw)) < figures.TOLERANCE


@every_drawing
def test_other_fonts_pass(draw):
    with plt.rc_context({"font.size": 10.5, "text.hinting": "none"}):
        assert apart(stored(draw), picture(draw())) < figures.TOLERANCE


@every_drawing
def test_other_size_and_jpeg_pass(draw):
    assert apart(stored(draw), picture(draw(), "jpeg", dpi=101)) < figures.TOLERANCE


def test_wiggle_passes():
    assert apart(stored(curves), picture(curves(wiggle=0.7))) < figures.TOLERANCE


@every_drawing
def test_blank_fails(draw):
    blank = Image.new("RGB", stored(draw).size, "white")
    assert apart(stored(draw), blank) > 2 * figures.TOLERANCE


def uncentred():
    figure = filters()
    arrays = [axis.images[0].get_array() for axis in figure.axes]
    for axis in figure.axes:
        axis.images[0].set_clim(min(a.min() for a in arrays), max(a.max() for a in arrays))
    return figure


CHANGED = {
    "transposed": (matrix, partial(matrix, transposed=True)),
    "no signed colours": (filters, partial(filters, signed=False)),
    "scale not centred on 0": (filters, uncentred),
    "inverted": (thumbnails, partial(thumbnails, sign=-1)),
    "a panel is missing": (bars, partial(bars, panels=1)),
    "a flat curve": (curves, partial(curves, flat=True)),
}


@pytest.mark.parametrize("name", CHANGED)
def test_changed_picture_fails(name):
    draw, other = CHANGED[name]
    assert apart(stored(draw), picture(other())) > figures.TOLERANCE * 1.5


def test_other_counts_vary_less_than_a_transposed_matrix():
    trained, transposed = (picture(matrix(seed=5, transposed=t)) for t in (False, True))
    assert apart(stored(matrix), trained) > figures.TOLERANCE
    assert apart(stored(matrix), trained, VARIES["reach"]) < VARIES["tolerance"]
    assert apart(stored(matrix), transposed, VARIES["reach"]) > VARIES["tolerance"] * 1.5


# --- The figure in a cell


def encoded(image):
    file = io.BytesIO()
    image.save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def shown(figure, **changed):
    """Return the output of a cell that shows `figure`."""
    words = plots.words(figure)
    metadata = {"image/png": {"alt": "a drawing", "words": words} | changed}
    data = {"image/png": encoded(picture(figure)), "text/plain": "a drawing"}
    return new_output("display_data", data, metadata=metadata)


def complaint(old, new, **metadata):
    cell = new_code_cell("", outputs=old, metadata=metadata)
    return figures.complaint(cell, new, "new.png")


def test_same_figure_has_no_complaint():
    assert complaint([shown(curves())], [shown(curves())]) is None
    assert complaint([], [new_output("stream", text="no figure")]) is None


def test_complaint_names_the_figure(tmp_path):
    found = complaint([shown(curves())], [shown(curves(flat=True))])
    assert "The figure “a drawing” is " in found and "% from the stored one around" in found
    assert str(tmp_path / "new.png") in found
    with Image.open(tmp_path / "new.png") as kept:
        assert apart(kept.convert("RGB"), picture(curves(flat=True))) == 0


@pytest.mark.parametrize("old, new", [(1, 0), (0, 1), (1, 2)])
def test_number_of_figures(old, new):
    output = shown(curves())
    found = complaint([output] * old, [output] * new)
    assert found == f"The cell shows {new} figures, {old} are stored in it."


def test_swapped_names_fail():
    old, new = [shown(thumbnails())], [shown(thumbnails(["trouser", "T-shirt", *NAMES[2:]]))]
    for metadata in ({}, {"figure": VARIES}):
        assert "says 'trouser' where 'T-shirt' is stored" in complaint(old, new, **metadata)


def test_numbers_vary_where_the_cell_says_so():
    old = [shown(thumbnails([f"{name}, {i} %" for i, name in enumerate(NAMES)]))]
    new = [shown(thumbnails([f"{name}, {10 - i} %" for i, name in enumerate(NAMES)]))]
    assert "says 'T-shirt, 10 %'" in complaint(old, new)
    assert complaint(old, new, figure=VARIES) is None
    old, new = [shown(matrix())], [shown(matrix(seed=5))]
    assert "says" in complaint(old, new)
    assert complaint(old, new, figure=VARIES) is None


def test_figure_without_words_and_of_another_size():
    old, wordless = shown(curves()), shown(curves(), words=None)
    assert "is stored without its words" in complaint([wordless], [old])
    assert "says None where" in complaint([old], [wordless])
    larger = curves()
    larger.set_size_inches(6, 4)
    assert "has 600 x 400 pixels, the stored one 500 x 350" in complaint([old], [shown(larger)])


@pytest.mark.parametrize("path", structure.NOTEBOOKS, ids=lambda path: path.stem)
def test_blank_fails_in_cells_that_vary(path):
    for cell in structure.code_cells(structure.read(path)):
        if "figure" in cell.metadata:
            blank = copy.deepcopy(cell.outputs)
            for output in blank:
                for mime in {"image/png", "image/jpeg"} & set(output.get("data", {})):
                    (old,) = figures.figures([output])
                    output.data[mime] = encoded(Image.new("RGB", old.picture.size, "white"))
            assert "% from the stored one" in figures.complaint(cell, blank, "blank.png")


def test_words():
    figure, (left, right) = plt.subplots(1, 2)
    left.bar(["cat", "dog"], [1, 2], label="pets")
    left.set(title="a", xlabel="b", ylabel="c")
    left.set_title("d", loc="left")
    left.legend(title="kind")
    right.loglog([1, 10], [1, 10])
    right.text(1, 1, "7")
    right.set_xticks([1, 5], ["one", "five"])
    figure.suptitle("all")
    picture(figure)
    assert plots.words(figure) == [
        "d", "a", "b", "c", "all", "cat", "dog", "7", "one", "five", "kind", "pets",
    ]  # fmt: skip


# --- nbval

SOURCE = f"""
import sys; sys.path[:0] = {[str(structure.ROOT), str(structure.ROOT / "tests")]}
import matplotlib.pyplot as plt
import drawings
from utils import plots
plt.style.use(drawings.STYLE)
plots.show(drawings.matrix(), "counts")
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """{name: nbval's complaint, or None} of cells whose stored figure was changed."""
    notebook = new_notebook(cells=[new_code_cell(SOURCE.strip())])
    NotebookClient(notebook, record_timing=False).execute()
    (cell,) = notebook.cells
    names = ["same", "blank", "transposed", "words", "lost", "varies", "not run"]
    cells = {name: copy.deepcopy(cell) for name in names}
    with plt.style.context(STYLE):
        pictures = {"blank": plt.figure(figsize=(4.6, 4.3)), "transposed": matrix(transposed=True)}
        for name, figure in pictures.items():
            cells[name].outputs[0].data["image/png"] = encoded(picture(figure))
    cells["words"].outputs[0].metadata["image/png"]["words"][0] = "the answer"
    cells["lost"].outputs[0].data.pop("image/png")
    cells["varies"].metadata["figure"] = VARIES
    cells["varies"].source = cells["varies"].source.replace("matrix()", "matrix(seed=5)")
    cells["not run"].update(execution_count=None, outputs=[])
    for name, cell in cells.items():
        cell.id = name.replace(" ", "-")
    folder = tmp_path_factory.mktemp("figures")
    nbformat.write(new_notebook(cells=[*cells.values()]), folder / "99_figures.ipynb")
    shutil.copy(structure.ROOT / "conftest.py", folder)
    command = [sys.executable, "-m", "pytest", "-c", structure.ROOT / "pyproject.toml"]
    command += ["--rootdir", folder, f"--junit-xml={folder / 'report.xml'}"]
    command += ["-p", "no:cacheprovider", folder / "99_figures.ipynb"]
    subprocess.run(command, capture_output=True, cwd=folder)
    cases = ElementTree.parse(folder / "report.xml").iter("testcase")
    return dict(zip(cells, (case.findtext("failure") for case in cases), strict=True))


@pytest.mark.parametrize("name", ["same", "varies", "not run"])
def test_nbval_passes(outcome, name):
    assert outcome[name] is None


@pytest.mark.parametrize(
    "name, found",
    [
        ("blank", "99_figures.ipynb, cell 1: The figure “counts” is"),
        ("transposed", "`python tests/maintain.py run 99` if the change is meant"),
        ("words", "where 'the answer' is stored"),
        ("lost", "The cell shows 1 figures, 0 are stored in it."),
    ],
)
def test_nbval_fails(outcome, name, found):
    assert found in (outcome[name] or "passed")
