"""What a reader moves with mouse, finger or keys, beside a still figure that needs no kernel.

Each module holds one widget, and the file .js of the same name what the browser runs; common.js and
common.css serve them all. Arrays travel as base64 text in traits of text, for bytes do not come
back from every browser. Of a widget that is not running the notebook keeps one constant line.
"""

from utils.widgets.convolution import explore_convolution
from utils.widgets.detector import show_detections
from utils.widgets.latent import latent_plane
from utils.widgets.perceptron import step_perceptron

__all__ = [
    "draw_digit",
    "explore_convolution",
    "latent_plane",
    "show_detections",
    "step_perceptron",
]


def draw_digit(model):
    """Return a canvas on which a digit is drawn while `model` reads it, for the end of a cell.

    model: a network from images (n, 28, 28, 1), float32 from 0 to 1, to ten logits. It sees the
    drawing scaled and centred by `digit.as_mnist`. If its layers follow each other, what each makes
    of the digit is shown as well. Raises ValueError for another network.
    """
    from utils.widgets.digit import DrawDigit  # here, for it imports Keras

    return DrawDigit(model)
