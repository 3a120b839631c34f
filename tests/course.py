"""The map of the course: course.toml, and what is written from it into README and notebooks."""

import re
import sys

import structure
from nbformat import writes

from utils import files

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = structure.ROOT
COURSE = ROOT / "course.toml"
README = ROOT / "README.md"
README_HEAD = "| notebook | what you learn | time on 2 cores |\n|---|---|---|"
HEAD = "| lecture section | notebook | time on 2 cores |\n|---|---|---|"
BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({})"
COLAB = "https://colab.research.google.com/github/{}/blob/main/notebooks/{}.ipynb"


def entries():
    """Return what course.toml says of each notebook, in order, with its number and label."""
    found = tomllib.loads(COURSE.read_text(encoding="utf-8"))["notebook"]
    names, there = [entry["name"] for entry in found], [path.stem for path in structure.NOTEBOOKS]
    if names != there:
        sys.exit(f"course.toml has the notebooks {names}, in notebooks/ are {there}")
    for entry in found:
        entry["number"] = entry["name"].split("_")[0]
        entry["label"] = f"{entry['number']} · {entry['title']}"
    return found


def link(entry, folder=""):
    return f"[{entry['label']}]({folder}{entry['name']}.ipynb)"


def table(course, here):
    """Return the map by lecture sections as a table; `here` is the notebook in which it stands."""
    rows = [HEAD]
    for entry in course:
        name = f"{entry['label']} (this one)" if entry is here else link(entry)
        rows.append(f"| {entry['section']} | {name} | {entry['time']} |")
    return "\n".join(rows)


def readme_table(course):
    """Return README.md's map as a table."""
    rows = [f"| {link(e, 'notebooks/')} | {e['learn']} | {e['time']} |" for e in course]
    return "\n".join([README_HEAD, *rows])


def put_table(text, rows):
    head = "\n".join(rows.split("\n")[:2])
    return re.sub(re.escape(head) + r"(\n\|.*)*", lambda _: rows, text)


def put_entry(notebook, course, i):
    """Write what course.toml says of its notebook number i, counted from 0, into it."""
    entry = course[i]
    url = files.course_url()
    colab = COLAB.format(url.removeprefix("https://github.com/"), entry["name"])
    time = f"{entry['time']} on 2 cores (GPU: {entry.get('gpu', 'not measured')})"
    lines = {
        r"\A# .*": f"# {entry['label']}",
        r"^\[!\[Open in Colab\].*": BADGE.format(colab),
        r"^\| lecture section \|.*": f"| lecture section | {entry.get('lecture', entry['section'])} |",
        r"^\| time \|.*": f"| time | {time} |",
    }
    title, last = notebook.cells[0], notebook.cells[-1]
    for form, line in lines.items():
        title.source = re.sub(form, lambda _, line=line: line, title.source, flags=re.MULTILINE)
    before = [f"← {link(other)}" for other in course[max(i - 1, 0) : i]]
    after = [f"{link(other)} →" for other in course[i + 1 : i + 2]]
    links = " · ".join(before + after)
    last.source = re.sub(r"^(←.*|.*→)$", lambda _: links, last.source, flags=re.MULTILINE)
    setup = structure.code_cells(notebook)[0]
    if "from utils.session import start" in setup.source:
        setup.source = structure.SETUP.format(url=url, name=entry["name"])
        setup.metadata.update(structure.SETUP_METADATA)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = put_table(cell.source, table(course, entry))


def mapped():
    """Return {file: text} of README.md and each notebook, with what course.toml says in it."""
    course = entries()
    texts = {README: put_table(README.read_text(encoding="utf-8"), readme_table(course))}
    for i, path in enumerate(structure.NOTEBOOKS):
        notebook = structure.read(path)
        put_entry(notebook, course, i)
        texts[path] = writes(notebook) + "\n"
    return texts


def write_map():
    """Write what course.toml says into README.md and the notebooks."""
    for path, text in mapped().items():
        if text != path.read_text(encoding="utf-8"):
            write(path, text)
            print(f"{path.relative_to(ROOT)}: changed")


def write(path, text):
    files.write_atomically(path, lambda file: file.write(text.encode()))


def pages_url(url):
    """Return the address of the site that GitHub makes of the repository at `url`."""
    owner, repository = url.split("/")[-2:]
    return f"https://{owner}.github.io/{repository}/"


def change_url(url):
    """Put `url` for the course's address in every file that has it."""
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/?", url):
        sys.exit(f"the address looks like https://github.com/OWNER/REPOSITORY; got {url}")
    old, new = files.course_url(), url.rstrip("/").removesuffix(".git")
    folders = [f" && cd {address.rpartition('/')[2]}\n" for address in (old, new)]
    for path in [ROOT / "pyproject.toml", *ROOT.glob("*.md")]:
        text = path.read_text(encoding="utf-8").replace(old + folders[0], new + folders[1])
        text = text.replace(pages_url(old), pages_url(new))
        write(path, re.sub(re.escape(old) + r"(?![\w-])", new, text))
    write_map()
