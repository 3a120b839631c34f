"""What every notebook of the course has. Each check returns a list of complaints."""

import ast
import base64
import copy
import html
import json
import linecache
import re
from collections import Counter
from pathlib import Path

import nbformat
from nbformat.validator import iter_validate
from packaging.requirements import Requirement
from slices import digest, needed, overwritten

from utils import claims, files

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(
    path
    for path in (ROOT / "notebooks").glob("*.ipynb")
    if re.fullmatch(r"\d\d[a-z]?_\w+", path.stem)  # no copy or draft
)
MACHINE_PATH = re.compile(r"(/home/|/root/|/Users/|/work/|/tmp/|/var/folders/|[A-Z]:\\\\?Users)")

SETUP = """# @title Set-up: find the course (Colab fetches it first) and start
import os
import subprocess
import sys
from pathlib import Path

COURSE, here = "{url}", Path.cwd()
clone = here / "cnn-course"
places = [here, *here.parents, clone]
root = next((place for place in places if (place / "utils" / "session.py").exists()), None)
if root is None and "google.colab" in sys.modules:
    if clone.exists():
        raise RuntimeError(f"{{clone}} is no whole copy of the course: delete it and run this again.")
    clean = {{name: os.environ[name] for name in os.environ if not name.startswith("GIT_")}}
    if subprocess.run(["git", "clone", "-q", "--depth=1", COURSE, clone], env=clean).returncode:
        raise RuntimeError(f"The course could not be cloned from {{COURSE}}: is this its address?")
    root = clone
if root is None:
    raise RuntimeError("Open this notebook from the course's folder, beside utils/ and data/.")
sys.path.insert(0, str(root))
if str(root) not in str(getattr(sys.modules.get("utils"), "__file__", root)):
    for name in [name for name in sys.modules if name.split(".")[0] == "utils"]:
        del sys.modules[name]  # another package of that name

from utils.session import start

session = start("{name}")  # on Colab, drive=True keeps checkpoints on Google Drive"""
SETUP_METADATA = {"cellView": "form", "jupyter": {"source_hidden": True}}  # folded
VIEW = "application/vnd.jupyter.widget-view+json"  # what a running widget is shown by
SHOWS_WIDGET = re.compile(r"\bwidgets\.\w+\(")
MADE_WITH = ("tensorflow", "keras", "numpy", "matplotlib")  # named in the metadata, with Python


def read(path):
    """Return the notebook in the file `path`, as it is stored."""
    # not nbformat.read, which mends what check_format is to find
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def number(path):
    """Return the number of the notebook in the file `path`, such as "06b"."""
    return path.stem.split("_")[0]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def tagged(notebook, tag):
    return [cell for cell in code_cells(notebook) if tag in cell.metadata.get("tags", [])]


def taught(path, *names):
    """Return {name: value} of what the notebook's cells define: functions, classes, constants."""
    text = ast.unparse(ast.Module(needed(read(path), names), type_ignores=[]))
    name = f"<{path.name}: {', '.join(names)}>"
    linecache.cache[name] = len(text), None, text.splitlines(True), name  # for inspect.getsource
    values = {}
    exec(compile(text, name, "exec"), values)
    return {name: values[name] for name in names}


def results_table(notebook):
    """Return the last table of the section "Results" as it is printed, {} if there is none.

    {"headers": [...], "rows": [[...], ...]}, all strings, and "caption" if the table has one.
    """
    heading, table = "", {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^## (.+)$", cell.source, re.MULTILINE) or [heading])[-1]
        for output in cell.get("outputs", []) if heading == "Results" else []:
            shown = output.get("data", {}).get("text/html", "")
            lines = [
                re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", line, re.DOTALL)
                for line in re.findall(r"<tr\b[^>]*>(.*?)</tr>", shown, re.DOTALL)
            ]
            lines = [[html.unescape(text) for text in line] for line in lines]
            if lines:
                table = {"headers": lines[0], "rows": lines[1:]}
                for caption in re.findall(r"<caption\b[^>]*>(.*?)</caption>", shown):
                    table["caption"] = html.unescape(caption)
    return table


def results_file(path):
    """Return the file that keeps the results table of the notebook in the file `path`."""
    return files.DATA / "results" / f"{number(path)}.json"


def readme_pictures(notebook):
    """Return {file name: content} of the pictures that the README shows of this notebook."""
    return {
        cell.metadata["readme-picture"]: base64.b64decode(cell.outputs[0]["data"]["image/png"])
        for cell in code_cells(notebook)
        if "readme-picture" in cell.metadata
    }


def check_format(notebook, path):
    found = []
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        found.append("is not of nbformat 4.5")
    for error in iter_validate(copy.deepcopy(notebook)):
        found.append(f"is not a valid notebook: {error.message}")
    repeated = [i for i, n in Counter(cell.get("id") for cell in notebook.cells).items() if n > 1]
    if repeated:
        found.append(f"has cell ids twice: {repeated}")
    if notebook.metadata.get("accelerator") != "GPU" or "colab" not in notebook.metadata:
        found.append("lacks Colab's metadata")
    return found


def check_title(notebook, path):
    title = notebook.cells[0].source
    forms = {
        f"the title '# {number(path)} · …'": rf"\A# {number(path)} · \S",
        "the Colab badge": re.escape("https://colab.research.google.com/assets/colab-badge.svg"),
        "the lecture section": r"\| lecture section \| \S",
        "the time": r"\| time \| \S.*2 cores.*GPU",
        "what comes before": r"\| before this \| \S",
        "3 to 5 things you will do": r"\| you will \| •[^•]+(<br>•[^•]+){2,4} \|",
    }
    return [f"has no {what}" for what, form in forms.items() if not re.search(form, title)]


def check_placeholders(notebook, path):
    """Nothing is left to fill in of what `maintain.py new` made."""
    form = r'(^|\s)…($|<br>| \|)|"…"|…"""'
    left = [cell.id for cell in notebook.cells if re.search(form, cell.source, re.MULTILINE)]
    return [f"has … to fill in, in the cells {', '.join(left)}"] if left else []


def check_setup(notebook, path):
    expected = SETUP.format(url=files.course_url(), name=path.stem)
    if not code_cells(notebook) or code_cells(notebook)[0].source != expected:
        return ["does not begin with the setup cell of tests/structure.py"]
    if not SETUP_METADATA.items() <= code_cells(notebook)[0].metadata.items():
        return ["has a setup cell that is not folded"]
    return []


def check_address(notebook, path):
    repository = files.course_url().removeprefix("https://github.com/")
    link = f"https://colab.research.google.com/github/{repository}/blob/main/notebooks/{path.name}"
    if link not in notebook.cells[0].source:
        return ["has a badge with another address than pyproject.toml's"]
    return []


def claim_calls(notebook):
    """Return the `claim(...)` calls of the notebook as syntax trees."""
    trees = (ast.parse(cell.source) for cell in code_cells(notebook))
    return [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"
    ]


def check_claims(notebook, path):
    calls = claim_calls(notebook)
    found = [] if len(calls) >= 3 else [f"has {len(calls)} claims, fewer than 3"]
    measured = set()
    for call in calls:
        words = {keyword.arg for keyword in call.keywords}
        if words & {"at_least", "at_most"} and "deterministic" not in words:
            text = call.args[0]
            if not isinstance(text, ast.Constant):
                found.append(f"has a measured claim with a computed text: {ast.unparse(text)}")
            else:
                measured.add(text.value)
    recorded = set(claims.recorded(number(path)))
    found += [f"has a measured claim without a record: {text}" for text in measured - recorded]
    found += [f"lacks the claim of a record: {text}" for text in recorded - measured]
    return found


def check_record(notebook, path):
    """The bands were recorded from the code that stands in the notebook."""
    file = claims.bands_file(number(path))
    if file.exists() and json.loads(file.read_text(encoding="utf-8"))["code"] != digest(notebook):
        command = f"python tests/maintain.py bands {number(path)}"
        return [f"the bands were recorded from other code: record them again with `{command}`"]
    return []


def check_exercises(notebook, path):
    names = [f"{number(path)}.{i}" for i in (1, 2, 3)]
    found = []
    for kind, ending in (("exercise", "not yet. "), ("solution", "passes the check")):
        cells = tagged(notebook, kind)
        if len(cells) != 3:
            found.append(f"has {len(cells)} cells tagged {kind}, not 3")
        for name, cell in zip(names, cells, strict=False):
            if f'check("{name}", ' not in cell.source:
                found.append(f"does not check the {kind} {name}")
            text = "".join(output.get("text", "") for output in cell.outputs)
            if not text.startswith(f"exercise {name}: {ending}"):
                found.append(f"{kind} {name} did not end with '{ending.strip()}'")
    for cell in tagged(notebook, "solution"):
        if not cell.metadata.get("jupyter", {}).get("source_hidden"):
            found.append("has a solution that is not folded")
    return found


def check_ending(notebook, path, notebooks=None):
    """What you did, References, and links to the notebooks before and after."""
    text = prose(notebook)
    found = [
        f"has no section '{section}'"
        for section in ("Results", "Exercises", "What you did", "References")
        if not re.search(rf"^## {section}$", text, re.MULTILINE)
    ]
    names = [other.name for other in notebooks or NOTEBOOKS]
    here = names.index(path.name)
    last = notebook.cells[-1].source
    before = names[here - 1] if here else None
    after = names[here + 1] if here + 1 < len(names) else None
    links = [("previous", before, r"← \[[^]]+\]\({}\)"), ("next", after, r"\[[^]]+\]\({}\) →")]
    for which, name, form in links:
        if name and not re.search(form.format(re.escape(name)), last):
            found.append(f"has no link to the {which} notebook, {name}, in its last cell")
    return found


def check_results(notebook, path):
    """The table of the section "Results" is kept in data/results/NN.json."""
    table, file = results_table(notebook), results_file(path)
    if not table:
        return ["shows no table in its section 'Results'"]
    if not file.exists() or json.loads(file.read_text(encoding="utf-8")) != table:
        command = f"python tests/maintain.py run {number(path)}"
        return [f"has other results than data/results/{file.name}: run it with `{command}`"]
    return []


def check_links(notebook, path):
    """Links to files of the course lead somewhere."""
    targets = re.findall(r"\]\((?!https?://|#|attachment:)([^)#\s]+)", prose(notebook))
    return [f"links to {t}, which is not there" for t in targets if not (path.parent / t).exists()]


def check_clean_run(notebook, path):
    cells = [cell for cell in code_cells(notebook) if cell.source.strip()]
    found = []
    if [cell.execution_count for cell in cells] != list(range(1, len(cells) + 1)):
        found.append("was not run once from top to bottom")
    if any(output.output_type == "error" for output in outputs(notebook)):
        found.append("has an error")
    if any(output.get("name") == "stderr" for output in outputs(notebook)):
        found.append("has output on stderr")
    return found


def check_versions(notebook, path):
    """The metadata name what the outputs were made with, and that is the tested set."""
    named = dict(notebook.metadata.get("made_with", {}))
    if set(named) != {"python", *MADE_WITH}:
        return ["does not name the versions that its outputs were made with"]
    here = {"python_version": ".".join(named["python"].split(".")[:2])}
    found = []
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        wanted = Requirement(line)
        if wanted.name in MADE_WITH and (not wanted.marker or wanted.marker.evaluate(here)):
            if not wanted.specifier.contains(named[wanted.name]):
                found.append(f"was run with {wanted.name} {named[wanted.name]}, not {wanted}")
    return found


def check_no_skip(notebook, path):
    for cell in notebook.cells:
        text = " ".join(cell.metadata.get("tags", [])) + "\n" + cell.source
        if re.search(
            r"nbval[-_](skip|ignore|raises)|validate[-_]ignore|raises[-_]exception",
            text,
            re.IGNORECASE,
        ):
            return ["has a cell that nbval does not run or compare"]
    return []


def check_paths(notebook, path):
    text = "\n".join(cell.source for cell in notebook.cells) + json.dumps(
        [{k: v for k, v in o.items() if k != "data"} for o in outputs(notebook)]
        + [v for o in outputs(notebook) for k, v in o.get("data", {}).items() if "image" not in k]
    )
    paths = sorted(set(MACHINE_PATH.findall(text)))
    return [f"has a machine's path: {', '.join(paths)}"] if paths else []


def check_size(notebook, path):
    found = []
    if len(nbformat.writes(notebook).encode()) > 1.5 * 2**20:
        found.append("is over 1.5 MB")
    lines = [
        len([line for line in cell.source.splitlines() if line.strip()])
        for cell in code_cells(notebook)
    ]
    if sum(n > 25 for n in lines) > 0.1 * len(lines):
        found.append("has more than 10 % of code cells over 25 lines")
    return found


def check_pictures(notebook, path):
    for output in outputs(notebook):
        for mime in output.get("data", {}):
            if mime.startswith("image/") and not output.metadata.get(mime, {}).get("alt"):
                return ["has a picture without alternative text"]
    return []


def check_widgets(notebook, path):
    """A widget is stored as one line of text, and a figure that needs no kernel is beside it."""
    cells, found = code_cells(notebook), []
    if "widgets" in notebook.metadata:
        found.append("stores the state of widgets, which no kernel answers")
    for i, cell in enumerate(cells):
        if any(VIEW in output.get("data", {}) for output in cell.outputs):
            found.append(f"stores the view of a widget in the cell {cell.id}")
        if SHOWS_WIDGET.search(cell.source):
            if [list(output.get("data", {})) for output in cell.outputs] != [["text/plain"]]:
                found.append(f"has more or less than one line of text for the widget {cell.id}")
            beside = [output for other in cells[max(i - 2, 0) : i + 2] for output in other.outputs]
            if not any("image/" in mime for output in beside for mime in output.get("data", {})):
                found.append(f"has no figure beside the widget {cell.id}")
    return found


def check_going_back(notebook, path):
    """A reader may go back to a cell, or run it twice: no cell below has changed what it reads."""
    return [
        f"gives {name} another value below the cell {cell}, which reads it: use another name"
        for cell, name in overwritten(notebook)
    ]


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]
