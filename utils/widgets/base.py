"""What the widgets share: their look, the way of arrays to the browser and back, and errors."""

import base64
import json
from pathlib import Path

import anywidget
import numpy as np
import traitlets

HERE = Path(__file__).parent


def code(name):
    """Return the JavaScript of the widget `name`, with what all widgets share before it."""
    return "\n".join((HERE / f"{file}.js").read_text(encoding="utf-8") for file in ("common", name))


class Widget(anywidget.AnyWidget):
    """A widget that asks in the trait `question` and hears in the trait `answer`, both JSON.

    A question has a number, "n", that its answer repeats; an answer with "error" says in a sentence
    what went wrong. `facts` is what the browser has to know at first. A subclass sets `_esm`, the
    line `still` that stands in a notebook whose kernel does not run (at most 110 characters), and
    `reply`, from a question to the answer, as dicts.
    """

    _css = (HERE / "common.css").read_text(encoding="utf-8")
    still = "A widget: run this cell to use it."
    facts = traitlets.Unicode("{}").tag(sync=True)
    question = traitlets.Unicode("{}").tag(sync=True)
    answer = traitlets.Unicode("{}").tag(sync=True)

    def __repr__(self):
        return self.still

    def reply(self, question):
        return {}

    @traitlets.observe("question")
    def _asked(self, change):
        asked = json.loads(change["new"])
        number = {"n": asked.get("n", 0)}
        try:
            self.answer = json.dumps(number | self.reply(asked), allow_nan=False)
        except Exception as error:  # else it ends in a log that nobody reads
            self.answer = json.dumps(number | {"error": f"{type(error).__name__}: {error}"})


def pack(pixels):
    """Return `pixels`, (height, width) or (height, width, 3) uint8, as a dict for JSON."""
    pixels = np.ascontiguousarray(pixels, dtype=np.uint8)
    text = base64.b64encode(pixels.tobytes()).decode("ascii")
    return {"height": pixels.shape[0], "width": pixels.shape[1], "data": text}


def unpack(packed, most=512):
    """Return the gray picture (height, width) uint8 that `pack` or the browser made a dict of.

    Raises ValueError where the sizes do not fit the data or a side is above `most`.
    """
    height, width = int(packed["height"]), int(packed["width"])
    data = base64.b64decode(packed["data"], validate=True)
    if not (0 < height <= most and 0 < width <= most) or len(data) != height * width:
        raise ValueError(f"{len(data)} bytes are no gray picture of {height} x {width} pixels.")
    return np.frombuffer(data, np.uint8).reshape(height, width)
