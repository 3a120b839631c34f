"""The course as a site: its stored notebooks, rendered. Nothing is run.

`write` lays out what Sphinx reads: a page for each notebook of course.toml, a front page from
README.md with a thumbnail of each, the outline; `build` lets Sphinx make the site of it.
"""

import base64
import importlib.util
import io
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

import course
import structure
from nbformat import writes
from PIL import Image, ImageOps

from utils import files

SITE = structure.ROOT / "_site"
SETTINGS = structure.ROOT / "tests" / "site"
THUMBNAIL = 480, 270  # pixels
CARD = """<a class="notebook" href="{name}.html"><img src="thumbnails/{name}.jpg" alt="" width="480"
height="270" loading="lazy"><b>{label}</b><span>{learn}</span><small>{time}</small></a>"""
TABLE = '<table class="dataframe">'  # which the theme knows, in the light and in the dark
CONTENTS = "\n```{toctree}\n:hidden:\n\noutline\n%s\n```\n"


def source_url(path):
    """Return the address of a file or folder of the course, `path` from its root."""
    kind = "tree" if (structure.ROOT / path).is_dir() else "blob"
    return f"{files.course_url()}/{kind}/main/{path}"


def relinked(text, folder=""):
    """Return Markdown that stands in `folder` of the course with the links of its page."""
    pages = {f"notebooks/{path.name}": path.name for path in structure.NOTEBOOKS}
    pages |= {"README.md": "index.md", "OUTLINE.md": "outline.md"}

    def link(match):
        target, hash_, anchor = match[1].partition("#")
        path = (structure.ROOT / folder / target).resolve()
        if not target or ":" in target or path.suffix == ".png":
            return match[0]
        path = path.relative_to(structure.ROOT).as_posix()
        return f"]({pages.get(path) or source_url(path)}{hash_}{anchor})"

    return re.sub(r"\]\(([^)\s]+)\)", link, text)


def pictures(notebook):
    """Return [(cell, MIME type, output)] of the notebook's figures."""
    return [
        (cell, mime, output)
        for cell in structure.code_cells(notebook)
        for output in cell.outputs
        for mime in output.get("data", {})
        if mime in ("image/png", "image/jpeg")
    ]


def decoded(mime, output):
    return Image.open(io.BytesIO(base64.b64decode(output.data[mime])))


def fold(cell, name):
    """Hide the cell behind `name`; of other code than the set-up and solutions, show the outputs."""
    tags = cell.metadata.setdefault("tags", [])
    name = "Solution" if "solution" in tags else name
    tags.append("hide-input" if name == "Code" else "hide-cell")
    cell.metadata["mystnb"] = {"code_prompt_show": name, "code_prompt_hide": name}


def page(notebook, name):
    """Change the notebook into its page: links, alternative text, folded cells, no widgets."""
    places = f"[Notebook on GitHub]({source_url(f'notebooks/{name}.ipynb')})"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            badge = r"^\[!\[Open in Colab\].*\]\((.*)\)$"
            text = re.sub(badge, rf"[Open in Colab](\1) · {places}", cell.source, flags=re.M)
            cell.source = relinked(text, "notebooks")
            continue
        if structure.SHOWS_WIDGET.search(cell.source):
            cell.outputs = []  # it needs a kernel; beside it stands a still figure
        for output in cell.outputs:
            if table := output.get("data", {}).get("text/html"):
                output.data["text/html"] = table.replace("<table>", TABLE)
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            fold(cell, "Set-up" if cell is structure.code_cells(notebook)[0] else "Code")
    for cell, mime, output in pictures(notebook):
        image = {"alt": output.metadata[mime]["alt"]}
        cell.metadata.setdefault("mystnb", {})["image"] = image
        output.metadata[mime]["width"] = decoded(mime, output).width
    return notebook


def thumbnail(notebook, entry):
    """Return a small JPEG of the figure that course.toml names by its cell, else of the first.

    Raises ValueError if that cell has no figure.
    """
    found = {cell.id: decoded(mime, output) for cell, mime, output in pictures(notebook)}
    if "picture" in entry and entry["picture"] not in found:
        raise ValueError(
            f"{entry['name']}: course.toml names a picture of the cell {entry['picture']}, "
            "which has none."
        )
    first = next(iter(found.values()), Image.new("RGB", THUMBNAIL, "white"))
    picture = found.get(entry.get("picture"), first).convert("RGB")
    file = io.BytesIO()
    ImageOps.pad(picture, THUMBNAIL, color="white").save(file, "JPEG", quality=85)
    return file.getvalue()


def front_page(entries):
    """Return the front page: README.md, its map first, as cards with thumbnails."""
    readme = course.README.read_text(encoding="utf-8")
    here = re.escape(course.pages_url(files.course_url()))
    readme = re.sub(rf"^.*\({here}\).*\n\n", "", readme, flags=re.MULTILINE)
    for entry in entries:
        readme = readme.replace(f"**{entry['number']}**", course.link(entry, "notebooks/"))
    cards = "\n".join(
        CARD.format_map({key: escape(entry[key]) for key in ("name", "label", "learn", "time")})
        for entry in entries
    )
    readme = course.put_table(readme, course.README_HEAD)
    readme = readme.replace(course.README_HEAD, f'<div class="notebooks">\n{cards}\n</div>')
    head, *sections = re.split(r"^(?=## )", readme, flags=re.MULTILINE)
    sections.sort(key=lambda section: not section.startswith("## The course"))
    contents = CONTENTS % "\n".join(entry["name"] for entry in entries)
    return relinked("".join([head, *sections])) + contents


def write(folder):
    """Write what Sphinx reads into `folder`."""
    entries = course.entries()
    shutil.copytree(SETTINGS, folder, dirs_exist_ok=True)
    thumbnails = folder / "extra" / "thumbnails"
    thumbnails.mkdir(parents=True)
    for entry, path in zip(entries, structure.NOTEBOOKS, strict=True):
        notebook = page(structure.read(path), path.stem)
        (folder / path.name).write_text(writes(notebook), encoding="utf-8")
        (thumbnails / f"{path.stem}.jpg").write_bytes(thumbnail(notebook, entry))
    for path in structure.ROOT.glob("README*.png"):
        shutil.copy(path, folder)
    (folder / "index.md").write_text(front_page(entries), encoding="utf-8")
    outline = relinked((structure.ROOT / "OUTLINE.md").read_text(encoding="utf-8"))
    (folder / "outline.md").write_text(outline, encoding="utf-8")


def build(site=SITE):
    """Make the site in the folder `site`, in place of what is there."""
    if importlib.util.find_spec("myst_nb") is None:
        sys.exit("first: pip install -r tests/environments/site.txt")
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "source", Path(folder) / "site"
        write(source)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
        subprocess.run([*command, "-d", Path(folder) / "doctrees", source, made], check=True)
        shutil.rmtree(site, ignore_errors=True)
        shutil.move(made, site)
