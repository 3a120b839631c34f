"""What a reader moves with mouse, finger or keys, beside a still figure that needs no kernel.

Each module holds one widget, and the file .js of the same name what the browser runs; common.js and
common.css serve them all. Arrays travel as base64 text in traits of text, for bytes do not come
back from every browser. Of a widget that is not running the notebook keeps one constant line.
"""

from utils.widgets.convolution import explore_convolution
from utils.widgets.digit import draw_digit

__all__ = ["draw_digit", "explore_convolution"]
