"""What nbval leaves out: is the figure that a notebook draws the one that is stored in it?

Two measures answer. The pictures are compared coarsely, see `distance`: a blank, transposed or
wrongly coloured figure fails, fonts and layouts of another matplotlib pass. The words in a figure,
which `plots.show` stores beside the picture, are compared literally: two thumbnails' titles that
were swapped differ by less than two honest drawings of one figure.
"""

import base64
import io
import re
import tempfile
from dataclasses import dataclass
from itertools import product, zip_longest
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter, minimum_filter, uniform_filter

REACH = 4  # pixels within which a colour may be found
BLOCK = 32  # side of the squares, in pixels, over which differences are averaged
MOVES = range(-10, 11, 5)  # pixels by which another matplotlib's layout may move a square
RESIZED = 0.03  # share by which a side may be longer or shorter

# Percent. Measured on the course's 113 figures. Honest, at most 1.6: drawn by matplotlib 3.9 and 3.10
# for 3.11, or computed with another number of threads, other instructions or without oneDNN. More
# had the cells that vary (see `complaint`) and, up to 6, log axes whose ticks are chosen otherwise.
# Damaged: at least 11 with a panel missing, 12 blank, 15 with colours around 0 not centred, 24 with
# these in gray; 58 of 63 flattened curves above 2, the others had been flat or lay under another.
# A trained confusion matrix at reach 12: five honest runs 4 to 10, transposed 28 to 43.
# scikit-image's structural similarity does not part them: 1 less it was 0.12 in the median and up
# to 0.53 for honest figures, 0.04 for a panel missing.
TOLERANCE = 2


@dataclass
class Figure:
    """A figure in the output of a cell: its picture, alternative text and words."""

    picture: Image.Image
    alt: str
    words: list | None


def figures(outputs):
    """Return the figures in the outputs of a cell, in their order."""
    found = []
    for output in outputs:
        data = output.get("data", {})
        for mime in ("image/png", "image/jpeg"):
            if mime in data:
                picture = Image.open(io.BytesIO(base64.b64decode(data[mime]))).convert("RGB")
                words = output["metadata"].get(mime, {}).get("words")
                found.append(Figure(picture, data.get("text/plain", ""), words))
    return found


def complaint(cell, outputs, name):
    """Return a sentence on the first figure in `outputs` unlike the one stored in `cell`, or None.

    What a cell draws may honestly vary from machine to machine: trained answers, times. Its
    metadata then have the key "figure": {"reach": pixels, "tolerance": percent}, one or both, and
    the numbers in its words may vary, too. The new picture is kept as the file `name` in the
    folder for temporary files.
    """
    varies = cell.metadata.get("figure", {})
    stored, new = figures(cell.outputs), figures(outputs)
    if len(new) != len(stored):
        return f"The cell shows {len(new)} figures, {len(stored)} are stored in it."
    for old, drawn in zip(stored, new, strict=True):
        if difference := _difference(old, drawn, varies):
            path = Path(tempfile.gettempdir(), name)
            drawn.picture.save(path)
            return f"The figure “{drawn.alt}” {difference}. The new one is in {path}."
    return None


def _difference(stored, new, varies):
    """Return in what a figure differs from the stored one, or None."""
    if stored.words is None and new.words is not None:
        return "is stored without its words"
    said, says = stored.words or [], new.words or []
    if varies:
        said, says = _numberless(said), _numberless(says)
    if said != says:
        old, now = next(pair for pair in zip_longest(said, says) if pair[0] != pair[1])
        return f"says {now!r} where {old!r} is stored"
    size, kept = new.picture.size, stored.picture.size
    if any(abs(a - b) > RESIZED * b for a, b in zip(size, kept, strict=True)):
        return "has {} x {} pixels, the stored one {} x {}".format(*size, *kept)
    allowed = varies.get("tolerance", TOLERANCE)
    apart, place = distance(stored.picture, new.picture.resize(kept), varies.get("reach", REACH))
    if apart > allowed:
        return (
            f"is {apart:.1f} % from the stored one around the pixel {place}, and {allowed} % "
            "are allowed"
        )
    return None


def _numberless(words):
    """Return `words` without those that are numbers, and # for each number in the others."""
    words = [re.sub(r"[-−]?\d+([.,]\d+)*", "#", word) for word in words]
    return [word for word in words if word != "#"]


def distance(one, other, reach):
    """Return how far two pictures of one size are apart, in percent, and where, (x, y).

    A pixel differs by what its colour lies outside the colours within `reach` of its place in the
    other picture, so that lines may move a little. These differences, of either picture from the
    other, are averaged over the square around each pixel; the greatest average is returned.
    """
    one, other = (np.asarray(a, "int16").transpose(2, 0, 1) for a in (one, other))
    apart = np.maximum(_squares(one, other, reach), _squares(other, one, reach))
    y, x = np.unravel_index(apart.argmax(), apart.shape)
    return float(apart[y, x]), (int(x), int(y))


def _squares(picture, other, reach):
    """Return how far `picture`, (3, height, width), is from `other` around each pixel."""
    window = (1, 2 * reach + 1, 2 * reach + 1)
    least, most = minimum_filter(other, window), maximum_filter(other, window)

    def moved(move):
        below, above = (np.roll(extreme, move, (1, 2)) for extreme in (least, most))
        outside = np.maximum(below - picture, picture - above).clip(0)
        percent = outside.mean(axis=0, dtype="float32") / 2.55
        return uniform_filter(percent, BLOCK, mode="constant")

    apart = moved((0, 0))
    if apart.max() > TOLERANCE:  # only then, for this takes time
        for move in product(MOVES, MOVES):
            apart = np.minimum(apart, moved(move))
    return apart
