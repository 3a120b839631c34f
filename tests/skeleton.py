"""A new notebook, in which "…" stands for what its author writes."""

import re
import sys

import course
import structure
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

TITLE = """# …

…

[![Open in Colab]]

| | |
|---|---|
| lecture section | … |
| time | … |
| before this | {before} |
| you will | • …<br>• …<br>• … |"""

RESULTS = """rows = [
    ["…", "", ""],
]
plots.show_table(["", "lecture", "here"], rows)"""

EXERCISES = """- …

## Exercises

Each cell below runs as it stands and says "not yet". Fill in the function, run the cell again, \
and it tells you whether you are right. A folded solution follows each."""

EXERCISE = '''def answer_{i}(x):
    """Return …"""
    # your code


check("{number}.{i}", answer_{i})'''

SOLUTION = """# Solution of {number}.{i}
def answer_{i}_solution(x):
    return x


check("{number}.{i}", answer_{i}_solution)"""

ENDING = """## What you did

- …
- …
- …

## References

- …"""

CHECKS = '''"""Checks of the exercises of notebook {number}."""

from utils.exercises import exercise


@exercise("{number}.1")
def answer_1(answer):
    yield answer(1), "…"


@exercise("{number}.2")
def answer_2(answer):
    yield answer(1), "…"


@exercise("{number}.3")
def answer_3(answer):
    yield answer(1), "…"
'''

WRONG = '''"""Wrong answers to the exercises of notebook {number}."""

WRONG = {{
    "{number}.1": [lambda x: 0],
    "{number}.2": [lambda x: 0],
    "{number}.3": [lambda x: 0],
}}
'''


def new(name):
    """Make the notebook `name`, its entry in course.toml and its exercises; say what they lack."""
    number = name.split("_")[0]
    path = course.ROOT / "notebooks" / f"{name}.ipynb"
    exercises = course.ROOT / "utils" / "exercises" / f"notebook_{number}.py"
    wrong = course.ROOT / "tests" / "wrong_answers" / f"notebook_{number}.py"
    if not re.fullmatch(r"\d\d[a-z]?_[a-z0-9_]+", name):
        sys.exit(f"a notebook's name looks like 11_topic; got {name}")
    if same := [other.name for other in structure.NOTEBOOKS if structure.number(other) == number]:
        sys.exit(f"notebook {number} is there already: {same[0]}")
    if there := [file for file in (exercises, wrong) if file.exists()]:
        sys.exit(f"{there[0].relative_to(course.ROOT)} is there already")
    before = [entry for entry in course.entries() if entry["name"] < name][-1]
    notebook = skeleton(number, course.link(before))
    course.write(path, writes(notebook) + "\n")
    course.write(exercises, CHECKS.format(number=number))
    course.write(wrong, WRONG.format(number=number))
    course.write(course.COURSE, with_entry(name))
    structure.NOTEBOOKS[:] = sorted([*structure.NOTEBOOKS, path])
    course.write_map()
    print(f"notebooks/{path.name} is made; it still lacks:")
    for check in structure.CHECKS:
        for complaint in check(structure.read(path), path):
            print("-", complaint)


def with_entry(name):
    """Return the text of course.toml with an entry for `name` in its place."""
    mark = "[[notebook]]\n"
    head, *entries = course.COURSE.read_text(encoding="utf-8").split(mark)
    entries.append(f'name = "{name}"\nsection = "…"\ntitle = "…"\nlearn = "…"\ntime = "…"\n')
    return head + "\n".join(f"{mark}{entry.strip()}\n" for entry in sorted(entries))


def skeleton(number, before):
    """Return the notebook `number`, in which `before` is what it comes after."""
    first = structure.read(structure.NOTEBOOKS[0])
    cells = [
        text("title", TITLE.format(before=before)),
        code("setup", structure.SETUP, **structure.code_cells(first)[0].metadata),
        text("section-1", "## 1. …\n\n…"),
        code("imports", "from utils import plots\nfrom utils.claims import claim"),
        code("claim", 'claim("…", 1 + 1, equals=2)'),
        text("section-2", "## 2. …\n\n…"),
        text("results-intro", "## Results"),
        code("results", RESULTS),
        text("conclusions", EXERCISES),
    ]
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}}
    for i, level in enumerate(("easy", "medium", "hard"), start=1):
        exercise, solution = (form.format(number=number, i=i) for form in (EXERCISE, SOLUTION))
        if i == 1:
            exercise = f"from utils.exercises import check\n\n\n{exercise}"
        cells += [
            text(f"exercise-{i}-text", f"**{number}.{i} ({level}).** …"),
            code(f"exercise-{i}", exercise, tags=["exercise"]),
            code(f"solution-{i}", solution, **folded, tags=["solution"]),
        ]
    cells += [text("ending", ENDING), text("links", "← →")]
    return new_notebook(cells=cells, metadata=first.metadata)


def text(name, source):
    return new_markdown_cell(source, id=name)


def code(name, source, **metadata):
    return new_code_cell(source, id=name, metadata=metadata)
