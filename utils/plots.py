"""The figures and tables that recur. Each figure is shown with `show`, which names it in words."""

import io
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
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


def diagram(boxes, arrows=(), size=(8, 2.5)):
    """Return (figure, axes) with a drawing of boxes and arrows, in inches from the lower left.

    boxes: {name: dict(at=(x, y), text=…)}, where `at` is the centre; each may have size=(width,
    height), by default (1.0, 0.5), color="C0" for its edge and, paler, its face, and dashed=True.
    arrows: (from, to) or (from, to, text), from one name to another, straight, with the text at the
    middle; or from or to a point (x, y). size: of the figure, (width, height). Raises ValueError
    for an arrow to a box that is not there.
    """
    figure, axes = plt.subplots(figsize=size)
    axes.set(xlim=(0, size[0]), ylim=(0, size[1]))
    axes.set_axis_off()
    patches = {}
    for name, box in boxes.items():
        (x, y), (width, height) = box["at"], box.get("size", (1.0, 0.5))
        color, line = box.get("color", "C0"), "--" if box.get("dashed") else "-"
        corner, form = (x - width / 2, y - height / 2), "round,pad=0,rounding_size=0.06"
        look = dict(edgecolor=color, linestyle=line, linewidth=1.3)
        for facecolor, alpha in (("white", 1), (color, 0.15)):  # no line shines through
            face = dict(facecolor=facecolor, alpha=alpha, linewidth=0)
            axes.add_patch(FancyBboxPatch(corner, width, height, form, **face))
        patches[name] = FancyBboxPatch(corner, width, height, form, facecolor="none", **look)
        axes.add_patch(patches[name])
        axes.text(x, y, box["text"], ha="center", va="center", fontsize=9, linespacing=1.25)
    for start, end, *text in arrows:
        ends = []
        for place in (start, end):
            if isinstance(place, str) and place not in boxes:
                raise ValueError(f"The diagram has no box {place!r}; it has {', '.join(boxes)}.")
            ends.append(boxes[place]["at"] if isinstance(place, str) else place)
        options = dict(arrowstyle="-|>", mutation_scale=11, color="0.25", shrinkA=1, shrinkB=1)
        clip = dict(patchA=patches.get(start), patchB=patches.get(end))
        axes.add_patch(FancyArrowPatch(*ends, **options, **clip))
        if text:
            middle = np.mean(ends, axis=0)
            patch = dict(facecolor="white", edgecolor="none", pad=1)
            axes.text(*middle, text[0], ha="center", va="center", fontsize=8.5, bbox=patch)
    return figure, axes


def draw_boxes(axes, boxes, texts=None, color="C1", dashed=False):
    """Draw `boxes`, (n, 4) corners x y x y, on a picture in `axes`, with a text above each.

    A box without room above it has its text inside, at the lower edge; one far to the right has
    the text end where the box ends.

    The corners are those of pixels, where the first pixel covers x from 0 to 1. texts: n strings,
    or None. Raises ValueError for another shape or number of texts.
    """
    boxes = np.reshape(boxes, (-1, 4)) if not len(boxes) else np.asarray(boxes, float)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"draw_boxes takes boxes of shape (n, 4), not {boxes.shape}.")
    if texts is not None and len(texts) != len(boxes):
        raise ValueError(f"draw_boxes got {len(boxes)} boxes and {len(texts)} texts.")
    width, height = (abs(np.subtract(*limits)) for limits in (axes.get_xlim(), axes.get_ylim()))
    for i, (left, top, right, bottom) in enumerate(boxes - 0.5):  # imshow centres the first at 0
        line = dict(edgecolor=color, linewidth=1.6, linestyle="--" if dashed else "-")
        axes.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, **line))
        if texts is not None:
            dark = np.dot(to_rgb(color), [0.3, 0.6, 0.1]) < 0.5
            patch = dict(facecolor=color, edgecolor="none", pad=1)
            look = dict(fontsize=8, color="white" if dark else "black", bbox=patch, clip_on=True)
            side, ha = (right, "right") if left > 0.75 * width else (left, "left")
            axes.text(
                side, bottom if top < 0.1 * height else top, texts[i], va="bottom", ha=ha, **look
            )


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
