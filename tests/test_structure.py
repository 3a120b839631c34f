"""Every notebook has what it should have, and each check fails on a notebook that lacks it."""

import copy
import re

import course
import pytest
import structure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from utils import files

ROOT = structure.ROOT
SAMPLE = next(path for path in structure.NOTEBOOKS if path.stem == "06_code01_lenet5")


@pytest.mark.parametrize("path", structure.NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("check", structure.CHECKS, ids=lambda check: check.__name__)
def test_notebook(check, path):
    assert check(structure.read(path), path) == []


# Each function below breaks a good notebook; the check named must then complain.
BREAKS = []


def breaks(check, complaint):
    def register(function):
        BREAKS.append(pytest.param(check, complaint, function, id=function.__name__))
        return function

    return register


@pytest.mark.parametrize("check, complaint, damage", BREAKS)
def test_check_complains(check, complaint, damage):
    notebook = copy.deepcopy(structure.read(SAMPLE))
    assert check(notebook, SAMPLE) == []
    damage(notebook)
    assert any(complaint in found for found in check(notebook, SAMPLE)), check(notebook, SAMPLE)


def replace(cell, old, new):
    assert re.search(old, cell.source)
    cell.source = re.sub(old, new, cell.source)


def replace_prose(notebook, old, new):
    cell = next(
        c for c in notebook.cells if c.cell_type == "markdown" and re.search(old, c.source, re.M)
    )
    cell.source = re.sub(old, new, cell.source, flags=re.M)


def with_claims(notebook):
    return next(c for c in structure.code_cells(notebook) if "at_least=" in c.source)


@breaks(structure.check_format, "not of nbformat 4.5")
def old_format(notebook):
    notebook.nbformat_minor = 4


@breaks(structure.check_format, "has cell ids twice")
def same_id(notebook):
    notebook.cells[1].id = notebook.cells[0].id


@breaks(structure.check_format, "not a valid notebook")
def no_id(notebook):
    del notebook.cells[1]["id"]


@breaks(structure.check_format, "lacks Colab's metadata")
def no_accelerator(notebook):
    del notebook.metadata["accelerator"]


@breaks(structure.check_title, "has no the title '# 06 · …'")
def other_number(notebook):
    replace(notebook.cells[0], "# 06 · ", "# 07 · ")


@breaks(structure.check_title, "the Colab badge")
def no_badge(notebook):
    replace(notebook.cells[0], "colab-badge", "badge")


@breaks(structure.check_title, "the lecture section")
def no_section(notebook):
    replace(notebook.cells[0], "lecture section", "section")


@breaks(structure.check_title, "the time")
def no_time(notebook):
    replace(notebook.cells[0], "2 cores", "your machine")


@breaks(structure.check_title, "what comes before")
def nothing_before(notebook):
    replace(notebook.cells[0], r"\| before this \|.*", "")


@breaks(structure.check_title, "3 to 5 things")
def two_bullets(notebook):
    replace(notebook.cells[0], r"\| you will \|.*", "| you will | • look<br>• learn |")


@breaks(structure.check_placeholders, "has … to fill in, in the cells title")
def no_sentence(notebook):
    replace(notebook.cells[0], r"\n\nOne network.*", "\n\n…")


@breaks(structure.check_placeholders, "has … to fill in, in the cells title")
def no_bullet(notebook):
    replace(notebook.cells[0], r"<br>• look at .* \|", "<br>• … |")


@breaks(structure.check_setup, "setup cell")
def other_setup(notebook):
    replace(structure.code_cells(notebook)[0], "import subprocess\n", "")


@breaks(structure.check_setup, "setup cell")
def name_of_another(notebook):
    replace(structure.code_cells(notebook)[0], r'start\("06_', 'start("05_')


@breaks(structure.check_setup, "setup cell")
def other_address(notebook):
    replace(structure.code_cells(notebook)[0], "https://github.com/", "https://github.com/x-")


@breaks(structure.check_setup, "not folded")
def open_setup(notebook):
    del structure.code_cells(notebook)[0].metadata["cellView"]


@breaks(structure.check_address, "badge with another address")
def other_badge(notebook):
    replace(notebook.cells[0], "google.com/github/", "google.com/github/x-")


@breaks(structure.check_claims, "fewer than 3")
def no_claims(notebook):
    for cell in structure.code_cells(notebook):
        cell.source = cell.source.replace("claim(", "print(")


@breaks(structure.check_claims, "has a measured claim without a record")
def new_claim(notebook):
    with_claims(notebook).source += '\nclaim("something new", 1, at_least=0)'


@breaks(structure.check_claims, "has a measured claim with a computed text")
def computed_claim(notebook):
    with_claims(notebook).source += '\nclaim(f"{1} new", 1, at_least=0)'


@breaks(structure.check_claims, "lacks the claim of a record")
def lost_claim(notebook):
    replace(with_claims(notebook), "at_least", "equals")


@breaks(structure.check_claims, "lacks the claim of a record")
def claim_without_a_record(notebook):
    replace(with_claims(notebook), r"at_least=", "deterministic=True, at_least=")


@breaks(structure.check_record, "record them again with `python tests/maintain.py bands 06`")
def other_code(notebook):
    cell = next(c for c in structure.code_cells(notebook) if "learning_rate=1e-3" in c.source)
    replace(cell, "learning_rate=1e-3", "learning_rate=2e-3")


@breaks(structure.check_exercises, "has 2 cells tagged exercise")
def lost_exercise(notebook):
    notebook.cells.remove(structure.tagged(notebook, "exercise")[0])


@breaks(structure.check_exercises, "does not check the exercise 06.1")
def unchecked_exercise(notebook):
    replace(structure.tagged(notebook, "exercise")[0], r"check\(.*\)", "")


@breaks(structure.check_exercises, "has 2 cells tagged solution")
def lost_solution(notebook):
    notebook.cells.remove(structure.tagged(notebook, "solution")[2])


@breaks(structure.check_exercises, "solution 06.2 did not end with 'passes the check'")
def wrong_solution(notebook):
    structure.tagged(notebook, "solution")[1].outputs[0].text = "exercise 06.2: not yet. Wrong."


@breaks(structure.check_exercises, "not folded")
def open_solution(notebook):
    del structure.tagged(notebook, "solution")[0].metadata["jupyter"]


@breaks(structure.check_ending, "has no section 'References'")
def no_references(notebook):
    replace_prose(notebook, "^## References$", "Books")


@breaks(structure.check_ending, "has no section 'Results'")
def no_results(notebook):
    replace_prose(notebook, "^## Results$", "")


@breaks(structure.check_ending, "has no section 'Exercises'")
def no_exercises(notebook):
    replace_prose(notebook, "^## Exercises$", "")


@breaks(structure.check_ending, "has no section 'What you did'")
def no_summary(notebook):
    replace_prose(notebook, "^## What you did$", "")


@breaks(structure.check_ending, "no link to the previous notebook")
def no_previous(notebook):
    replace(notebook.cells[-1], "← ", "")


def results(notebook):
    return next(c for c in structure.code_cells(notebook) if c.id == "results").outputs[0].data


@breaks(structure.check_results, "has other results than data/results/06.json")
def other_result(notebook):
    data = results(notebook)
    data["text/html"] = data["text/html"].replace("97.09", "97.10")


@breaks(structure.check_results, "shows no table in its section 'Results'")
def no_table(notebook):
    del results(notebook)["text/html"]


@breaks(structure.check_links, "links to 99_nowhere.ipynb, which is not there")
def dead_link(notebook):
    notebook.cells.append(new_markdown_cell("[nowhere](99_nowhere.ipynb)"))


@breaks(structure.check_widgets, "stores the state of widgets")
def widget_state(notebook):
    notebook.metadata["widgets"] = {}


@breaks(structure.check_going_back, "gives session another value below the cell")
def name_again(notebook):
    notebook.cells.append(new_code_cell("session = 1"))


@breaks(structure.check_clean_run, "not run once from top to bottom")
def run_twice(notebook):
    structure.code_cells(notebook)[2].execution_count = 77


@breaks(structure.check_clean_run, "not run once from top to bottom")
def cell_not_run(notebook):
    notebook.cells.append(new_code_cell("1"))


@breaks(structure.check_clean_run, "has an error")
def error(notebook):
    output = new_output("error", ename="ValueError", evalue="wrong", traceback=[])
    structure.code_cells(notebook)[3].outputs.append(output)


@breaks(structure.check_clean_run, "has output on stderr")
def stderr(notebook):
    output = new_output("stream", name="stderr", text="UserWarning")
    structure.code_cells(notebook)[3].outputs.append(output)


@breaks(structure.check_versions, "does not name the versions")
def no_versions(notebook):
    del notebook.metadata["made_with"]


@breaks(structure.check_versions, "was run with keras 3.1.0, not keras==")
def other_versions(notebook):
    notebook.metadata["made_with"]["keras"] = "3.1.0"


@breaks(structure.check_no_skip, "does not run or compare")
def skipped_by_tag(notebook):
    notebook.cells[3].metadata["tags"] = ["nbval-skip"]


@breaks(structure.check_no_skip, "does not run or compare")
def ignored_by_comment(notebook):
    structure.code_cells(notebook)[3].source += "\n# NBVAL_IGNORE_OUTPUT"


@breaks(structure.check_no_skip, "does not run or compare")
def ignored_by_the_old_comment(notebook):
    structure.code_cells(notebook)[3].source += "\n# PYTEST_VALIDATE_IGNORE_OUTPUT"


@breaks(structure.check_no_skip, "does not run or compare")
def error_allowed(notebook):
    structure.code_cells(notebook)[3].source += "\n# NBVAL_RAISES_EXCEPTION"


@breaks(structure.check_paths, "machine's path: /home/")
def path_in_code(notebook):
    structure.code_cells(notebook)[3].source += '\nopen("/home/ada/x")'


@breaks(structure.check_paths, "machine's path: /Users/")
def path_in_output(notebook):
    output = new_output("display_data", data={"text/plain": "'/Users/ada/x'"})
    structure.code_cells(notebook)[3].outputs.append(output)


@breaks(structure.check_size, "is over 1.5 MB")
def large(notebook):
    output = new_output("display_data", data={"image/png": "A" * (3 * 2**19)})
    structure.code_cells(notebook)[3].outputs.append(output)


@breaks(structure.check_size, "over 25 lines")
def long_cells(notebook):
    for cell in structure.code_cells(notebook)[::4]:
        cell.source = "x = 1\n" * 26


@breaks(structure.check_pictures, "a picture without alternative text")
def picture_without_words(notebook):
    output = new_output("display_data", data={"image/png": "AAAA"})
    structure.code_cells(notebook)[3].outputs.append(output)


def test_results_table_is_the_last_of_its_section():
    def shown(first, caption=""):
        table = f"<table>\n{caption}\n<tr><th>{first}</th><th></th></tr>\n"
        table += "<tr><td>a &lt; b</td><td class='x'>≈ 97 %</td></tr>\n</table>"
        return [new_output("display_data", data={"text/html": table, "text/plain": ""})]

    cells = [
        new_code_cell(outputs=shown("before")),
        new_markdown_cell("text\n\n## Results"),
        new_code_cell(outputs=shown("first")),
        new_code_cell(outputs=shown("last", "<caption>in &amp; out</caption>")),
        new_markdown_cell("text"),
        new_code_cell("1"),
        new_markdown_cell("## Exercises"),
        new_code_cell(outputs=shown("behind")),
    ]
    found = structure.results_table(new_notebook(cells=cells))
    rows = [["a < b", "≈ 97 %"]]
    assert found == {"headers": ["last", ""], "rows": rows, "caption": "in & out"}
    assert structure.results_table(new_notebook(cells=cells[:2])) == {}


def test_every_check_is_broken_by_something():
    assert {parameters.values[0] for parameters in BREAKS} == set(structure.CHECKS)


def test_next_link():
    names = [*(path for path in structure.NOTEBOOKS if path <= SAMPLE), ROOT / "99_later.ipynb"]
    notebook = structure.read(SAMPLE)
    found = structure.check_ending(notebook, SAMPLE, names)
    assert any("no link to the next notebook" in complaint for complaint in found)


def test_course_toml_is_written_everywhere():
    """`python tests/maintain.py map` would change nothing."""
    for path, text in course.mapped().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run maintain.py map"


def test_readme_shows_the_pictures_of_the_notebooks():
    pictures = {}
    for path in structure.NOTEBOOKS:
        pictures |= structure.readme_pictures(structure.read(path))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"!\[.+\]\((.+\.png)\)", readme)) == set(pictures)
    for name, picture in pictures.items():
        assert (ROOT / name).read_bytes() == picture, name


def test_ci_runs_the_command_of_the_readme():
    command = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert f"\n{command}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert command.endswith("-m pytest")


def test_nbval_is_strict():
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"--nbval",' in settings and "nbval-lax" not in settings
    assert re.search(r'"--nbval-cell-timeout=\d+"', settings)
    assert 'testpaths = ["tests", "notebooks"]' in settings


def test_datasheet_lists_every_file():
    """Each by name, or by kind: pictures of one kind, or if every notebook has one.

    No digest stands there, as SHA256SUMS has them.
    """
    sheet = (files.DATA / "README.md").read_text(encoding="utf-8")
    for name, digest in files.checksums().items():
        kind = re.sub(r"/\d\d[a-z]?\.json$", "/NN.json", name)
        kind = re.sub(r"^(pictures/[a-z]+_).+(\.jpg)$", r"\1*\2", kind)
        assert f"`{kind}`" in sheet, name
        assert digest not in sheet, name
