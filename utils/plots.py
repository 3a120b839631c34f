"""The figures and tables that recur. Each figure is shown with `show`, which names it in words."""

import io
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.legend import Legend
from matplotlib.ticker import LogFormatter, ScalarFormatter

LARGEST = 200_000  # bytes a figure may take in the notebook


def show(figure, alt, photo=False):
    """Show `figure` in the notebook with the alternative text `alt`, and close it.

    Beside `alt` the figure's words are stored, for the tests: of a swapped pair of labels its
    pixels say too little.

    photo: store it as JPEG, for photographs. Raises ValueError for an empty `alt` or a figure
    over 200 kB.
    """
    plt.close(figure)
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("A figure needs alternative text: say in a sentence what it shows.")
    kind = "jpeg" if photo else "png"
    file = io.BytesIO()
    options = {} if photo else {"metadata": {"Software": None}}
    figure.savefig(file, format=kind, **options)
    if file.tell() > LARGEST:
        raise ValueError(
            f"The figure takes {file.tell() // 1000} kB, more than {LARGEST // 1000}: "
            "make it smaller, or pass photo=True for photographs."
        )
    mime = f"image/{kind}"
    metadata = {mime: {"alt": alt, "words": words(figure)}}
    display({mime: file.getvalue(), "text/plain": alt}, metadata=metadata, raw=True)


def words(figure):
    """Return the texts in `figure`, but for the numbers that matplotlib itself writes at ticks."""
    found, artists = [], [*figure.texts]
    for axes in figure.axes:
        found += [axes.get_title(loc) for loc in ("left", "center", "right")]
        found += [axes.get_xlabel(), axes.get_ylabel()]
        artists += axes.texts
        for axis in (axes.xaxis, axes.yaxis):
            if not isinstance(axis.get_major_formatter(), LogFormatter | ScalarFormatter):
                artists += axis.get_ticklabels()
    for legend in figure.findobj(Legend):
        artists += [legend.get_title(), *legend.get_texts()]
    found += [text.get_text() for text in artists]
    return [text for text in found if text]


def show_table(headers, rows, caption=""):
    """Show a table: `headers` is a list of strings, `rows` a list of as long lists.

    What is not a string is written with str(). Raises ValueError for a row of another length.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    if any(len(row) != len(headers) for row in cells):
        raise ValueError(f"Each row of the table needs {len(headers)} cells, one a header.")
    # not padded to a width: an approximate figure may take a character more in another run
    lines = [" | ".join(line) for line in [headers, *cells]]
    html = ["<table>", f"<caption>{escape(caption)}</caption>" if caption else ""]
    for tag, line in [("th", headers), *(("td", row) for row in cells)]:
        html.append("<tr>" + "".join(f"<{tag}>{escape(c)}</{tag}>" for c in line) + "</tr>")
    html.append("</table>")
    text = "\n".join([caption] * bool(caption) + lines)
    display({"text/html": "\n".join(html), "text/plain": text}, raw=True)


def image_grid(images, titles=None, columns=8, signed=False, cell=1.1):
    """Return a figure with `images` in a grid of `columns`.

    images: gray, (n, height, width), or in colour, (n, height, width, 3), uint8 or floats from 0
    to 1. titles: n short strings. signed: colour around 0, red above and blue below, one scale for
    all. cell: inches a picture. Without `signed` each gray picture has its own scale from its least
    to its greatest value. Raises ValueError for another shape, number of titles or columns below 1.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4) or images.shape[3:] not in ((), (3,)) or not len(images):
        raise ValueError(
            "image_grid takes images of shape (n, height, width) or (n, height, width, 3), "
            f"not {images.shape}."
        )
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"image_grid got {len(images)} images and {len(titles)} titles.")
    if columns < 1:
        raise ValueError(f"image_grid needs at least 1 column; got {columns}.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = cell * (images.shape[1] / images.shape[2]) + (0.22 if titles is not None else 0.03)
    figure, axes = plt.subplots(rows, columns, figsize=(columns * cell, rows * height))
    limit = np.abs(images).max() or 1
    scale = dict(cmap="RdBu_r", vmin=-limit, vmax=limit) if signed else {}
    for i, axis in enumerate(np.atleast_1d(axes).flat):
        axis.set_axis_off()
        if i < len(images):
            axis.imshow(images[i], **scale)
            if titles is not None:
                axis.set_title(titles[i], fontsize=9)
    return figure


def confusion_matrix(matrix, names):
    """Return a figure of the counts `matrix`, (k, k): rows are true classes, columns answers.

    names: k strings. The mistakes alone are shaded, or the diagonal would drown them. Every count
    that is not 0 is written in its cell. Raises ValueError for another shape.
    """
    from sklearn.metrics import ConfusionMatrixDisplay

    matrix = np.asarray(matrix)
    if matrix.shape != (len(names), len(names)):
        raise ValueError(f"{len(names)} names need a square of counts, not {matrix.shape}.")
    mistakes = matrix * (1 - np.eye(len(names)))
    figure, axes = plt.subplots(figsize=(4.6, 4.3))
    display = ConfusionMatrixDisplay(matrix, display_labels=names)
    black = {"color": "black", "fontsize": 8}
    display.plot(ax=axes, cmap="Oranges", colorbar=False, values_format="d", text_kw=black)
    display.im_.set(data=mistakes, clim=(0, max(mistakes.max(), 1) * 1.3))
    for (row, column), count in np.ndenumerate(matrix):
        display.text_[row, column].set_visible(count > 0)
    axes.set(xlabel="the network's answer", ylabel="true class")
    axes.grid(False)
    return figure
