"""What a reader moves with mouse, finger or keys, beside a still figure that needs no kernel.

Each module holds one widget, and the file .js of the same name what the browser runs; common.js and
common.css serve them all. Arrays travel as base64 text in traits of text, for bytes do not come
back from every browser. Of a widget that is not running the notebook keeps one constant line.
"""

from utils.widgets.convolution import explore_convolution
from utils.widgets.detector import show_detections
from utils.widgets.digit import draw_digit
from utils.widgets.latent import latent_plane
from utils.widgets.perceptron import step_perceptron

__all__ = [
    "draw_digit",
    "explore_convolution",
    "latent_plane",
    "show_detections",
    "step_perceptron",
]
