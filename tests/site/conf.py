"""Sphinx's settings. tests/pages.py lays the pages beside a copy of this file and builds them."""

import importlib.util
import shutil
from pathlib import Path

project = "Convolutional networks that run"
html_title = project
html_show_copyright = html_show_sourcelink = html_copy_source = False
html_use_index = smartquotes = False
extensions = ["myst_nb"]
nb_execution_mode = "off"  # what is read is what was stored
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "attrs_inline"]
myst_heading_anchors = 3

html_theme = "sphinx_book_theme"
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system
html_favicon = "icon.svg"
html_theme_options = {
    "navbar_persistent": [],  # the search stands in the sidebar
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "footer_content_items": ["extra-footer.html"],
    "show_prev_next": False,  # the last cell of each notebook has these links
    "extra_footer": "Rendered from the stored notebooks by Sphinx and MyST-NB, formulas by MathJax "
    '(<a href="https://www.apache.org/licenses/LICENSE-2.0">Apache-2.0</a>).',
}
html_static_path = ["course.css"]
html_css_files = ["course.css"]
html_extra_path = ["extra"]  # thumbnails

MATHJAX = "tex-chtml.js", "output/chtml/fonts", "input/tex/extensions"
mathjax_path = f"mathjax/{MATHJAX[0]}"
mathjax3_config = {"options": {"enableMenu": False}}  # it could ask another host for more


def copy_mathjax(app, failure):
    """Copy what formulas need of MathJax beside the pages."""
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    for name in MATHJAX if failure is None else ():
        source, target = package / "static/mathjax" / name, app.outdir / "_static/mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, target)


def setup(app):
    app.connect("build-finished", copy_mathjax)
