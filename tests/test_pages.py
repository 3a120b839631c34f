"""What Sphinx reads of the course. The site itself is tested in tests/extras/test_site.py."""

import re

import course
import pages
import pytest
import structure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from utils import files

FOLDED = {"jupyter": {"source_hidden": True}}


@pytest.mark.parametrize(
    "link, folder, expected",
    [
        ("05_convolution.ipynb", "notebooks", "05_convolution.ipynb"),
        ("notebooks/05_convolution.ipynb", "", "05_convolution.ipynb"),
        ("05_convolution.ipynb#results", "notebooks", "05_convolution.ipynb#results"),
        ("../OUTLINE.md", "notebooks", "outline.md"),
        ("../data/README.md#mnist", "notebooks", "{}/blob/main/data/README.md#mnist"),
        ("../data", "notebooks", "{}/tree/main/data"),
        ("README.png", "", "README.png"),
        ("#results", "notebooks", "#results"),
        ("https://example.org/a", "", "https://example.org/a"),
    ],
)
def test_links(link, folder, expected):
    expected = expected.format(files.course_url())
    assert pages.relinked(f"see [it]({link}).", folder) == f"see [it]({expected})."


def test_page():
    """Folds the set-up, solutions and hidden code, keeps alternative texts, drops widgets."""
    picture = pages.pictures(structure.read(structure.NOTEBOOKS[0]))[0]
    _, mime, figure = picture
    widget = new_output("display_data", data={"text/plain": "A canvas: run the cells."})
    table = new_output("display_data", data={"text/html": "<table>\n</table>"})
    cells = [
        new_markdown_cell("[![Open in Colab](badge.svg)](https://colab.example/a)"),
        new_code_cell("start()", metadata=FOLDED),
        new_code_cell("plot()", metadata=FOLDED, outputs=[figure, table]),
        new_code_cell("check()", metadata=FOLDED | {"tags": ["solution"]}),
        new_code_cell("1"),
        new_code_cell("widgets.draw_digit(model)", outputs=[widget]),
    ]
    made = pages.page(new_notebook(cells=cells), "50_fake").cells
    assert made[0].source.startswith("[Open in Colab](https://colab.example/a) · [")
    tags = [cell.metadata.get("tags", [])[-1:] for cell in made[1:]]
    assert tags == [["hide-cell"], ["hide-input"], ["hide-cell"], [], []]
    names = [cell.metadata["mystnb"]["code_prompt_show"] for cell in made[1:4]]
    assert names == ["Set-up", "Code", "Solution"]
    assert made[2].outputs[0].metadata[mime]["width"] == pages.decoded(mime, figure).width
    assert made[2].metadata["mystnb"]["image"] == {"alt": figure.metadata[mime]["alt"]}
    assert made[2].outputs[1].data["text/html"] == f"{pages.TABLE}\n</table>"
    assert made[5].outputs == []


def test_front_page():
    """Has a card for each notebook, and links of the short path in place of numbers."""
    text = pages.front_page(course.entries())
    names = [path.stem for path in structure.NOTEBOOKS]
    assert re.findall(r'href="(\w+)\.html"', text) == names
    assert text.index("## The course") < text.index("## Two commands")
    assert course.README_HEAD not in text and not re.search(r"\*\*\d\d[a-z]?\*\*", text)
    assert course.pages_url(files.course_url()) not in text


@pytest.mark.parametrize("entry", course.entries(), ids=lambda entry: entry["name"])
def test_thumbnails(entry):
    """Are made of the cell that course.toml names."""
    notebook = structure.read(structure.ROOT / "notebooks" / f"{entry['name']}.ipynb")
    assert pages.thumbnail(notebook, entry)[:2] == b"\xff\xd8"  # a JPEG


def test_thumbnail_of_a_cell_that_is_gone():
    with pytest.raises(ValueError, match="50_fake: course.toml names a picture of the cell gone"):
        pages.thumbnail(new_notebook(), {"name": "50_fake", "picture": "gone"})
