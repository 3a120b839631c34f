"""A canvas for a digit of one's own, which a network reads while it is drawn."""

import keras
import numpy as np
import tensorflow as tf

from utils.images import montage
from utils.models import layer_outputs
from utils.widgets import base

BOX = 20  # pixels of the longer side of a digit in MNIST
SIDE = 28  # pixels of the whole picture
CENTRE = 14.5  # where the centre of mass comes, the middle of pixel 14: so in MNIST, on average
GAP = 255  # what stands for the gap between two maps; values of maps run from 0 to 254


def as_mnist(ink):
    """Return a drawing as MNIST's digits are scaled and centred, (28, 28, 1) float32 from 0 to 1.

    ink: (height, width), 0 where nothing is drawn, as dark as it is great elsewhere. The rows and
    columns with ink are cut out; their longer side becomes 20 pixels and the other keeps the
    proportion, each new pixel the mean of what lies under it; then the ink's centre of mass comes
    to that of the pixel 14, 14 (counted from 0), as near as whole pixels allow. No ink gives
    zeros. Raises ValueError for another shape or numbers that are negative or not finite.
    Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998), III.A.
    """
    ink = np.asarray(ink, dtype=float)
    if ink.ndim != 2 or not ink.size or not np.isfinite(ink).all() or ink.min() < 0:
        raise ValueError(
            "A drawing has the shape (height, width) and finite values from 0; "
            f"got the shape {ink.shape}."
        )
    picture = np.zeros((SIDE, SIDE), "float32")
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return picture[..., np.newaxis]
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] / ink.max()
    height, width = (max(1, round(BOX * side / max(ink.shape))) for side in ink.shape)
    small = averages(ink.shape[0], height) @ ink @ averages(ink.shape[1], width).T
    corner = []
    for axis, side in enumerate(small.shape):
        mass = small.sum(axis=1 - axis)
        centre = (mass @ (np.arange(side) + 0.5)) / mass.sum()  # the first pixel's centre is 0.5
        corner.append(int(np.clip(round(CENTRE - centre), 0, SIDE - side)))
    top, left = corner
    picture[top : top + height, left : left + width] = small
    return picture[..., np.newaxis]


def averages(n, m):
    """Return the matrix (m, n) whose rows take means: from n pixels in a row to m as long ones."""
    edges = np.arange(m + 1) * n / m
    lower, upper = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    pixel = np.arange(n)
    overlap = np.minimum(upper, pixel + 1) - np.maximum(lower, pixel)
    return np.maximum(overlap, 0) * m / n


def layer_pictures(outputs):
    """Return [(name, picture uint8)] of what the layers made of one digit.

    outputs: {layer: array} in the order of the layers, without the batch. Maps (height, width, n)
    lie in four rows, each on a scale of its own from 0 to 254 with gaps of 255; plain numbers are
    the pixels of a picture. Left out are the last layer and layers that only rearrange or pass on.
    """
    pictures, before = [], np.empty(0)
    for name, output in list(outputs.items())[:-1]:
        passed = output.size == before.size and np.allclose(output.ravel(), before.ravel())
        before = output
        if output.ndim == 1 and not passed:
            sides = range(1, int(output.size**0.5) + 1)
            rows = max(side for side in sides if output.size % side == 0)  # 16 of 512 numbers
            pictures.append((name, montage(output.reshape(rows, -1, 1), 1)))
        elif output.ndim == 3:
            pictures.append((name, montage(output, max(1, output.shape[2] // 4))))
    return [
        (name, np.where(np.isnan(picture), GAP, np.round(254 * picture)).astype(np.uint8))
        for name, picture in pictures
    ]


def compiled_layers(model):
    """Return a function from images (1, 28, 28, 1) to {layer: output}, each on the one before."""

    @tf.function
    def passes(signal):
        outputs = {}
        for layer in model.layers:
            signal = outputs[layer.name] = layer(signal)
        return outputs

    return passes


class DrawDigit(base.Widget):
    """The canvas. `image` is the last digit as the network saw it, `probabilities` its answer."""

    _esm = base.code("digit")
    still = "A canvas for a digit of your own: run the cells down to this one to draw on it."

    def __init__(self, model):
        self.model = model
        self.image = np.zeros((SIDE, SIDE, 1), "float32")  # (28, 28, 1), 0 to 1
        self.probabilities = None  # (10,), or None while nothing is drawn
        try:
            ramp = np.linspace(0, 1, SIDE * SIDE, dtype="float32").reshape(SIDE, SIDE, 1)
            logits = np.asarray(model(ramp[np.newaxis]))
        except Exception as error:
            raise ValueError(
                "draw_digit takes a network for images (n, 28, 28, 1) of floats; "
                f"this one says {type(error).__name__}."
            ) from error
        if logits.shape != (1, 10):
            raise ValueError(
                "draw_digit takes a network that gives ten logits a digit; this one gives "
                f"the shape {logits.shape} for one."
            )
        self.passes = compiled_layers(model)
        try:
            layer_outputs(model, ramp)
        except (ValueError, AttributeError, TypeError):
            self.passes = None  # layers that do not just follow each other: the answer alone
        super().__init__()
        self.outputs(self.image)  # the first time is slow

    def outputs(self, image):
        """Return {layer: what it makes of `image` (28, 28, 1)}; the last are the ten logits."""
        batch = tf.constant(image[np.newaxis])
        if self.passes is None:
            return {"": np.asarray(self.model(batch))[0]}
        return {name: output.numpy()[0] for name, output in self.passes(batch).items()}

    def reply(self, question):
        ink = base.unpack(question)
        self.image, self.probabilities = as_mnist(ink), None
        if not ink.any():
            return {"empty": True}
        outputs = self.outputs(self.image)
        layers = [{"name": name} | base.pack(p) for name, p in layer_pictures(outputs)]
        logits = list(outputs.values())[-1]
        if not np.isfinite(logits).all():
            raise ValueError("the network's answer is no number: its training went astray.")
        self.probabilities = np.asarray(keras.ops.softmax(logits))
        seen = base.pack(np.round(255 * self.image[:, :, 0]))
        return {"p": self.probabilities.tolist(), "seen": seen, "layers": layers}
