"""Networks with shipped weights that learned on photographs, their input and class names.

All take photographs (batch, height, width, 3), floats from 0 = black to 1 = white in red, green
and blue; what a network does to these values before its first convolution is a part of it.
`images.square` makes such a photograph. For classes and features: `efficientnet_lite0`, `vgg16`;
for boxes: `ssd_mobilenet`, `tiny_yolo_faces`; for a person's pixels: `person_segmenter`.
"""

from utils.pretrained.detectors import (
    SSD_GRIDS,
    face_anchors,
    ssd_anchors,
    ssd_mobilenet,
    tiny_yolo_faces,
)
from utils.pretrained.imagenet import (
    LITE0_BLOCKS,
    VGG_BLOCKS,
    VGG_MEAN,
    application,
    best_classes,
    class_names,
    efficientnet_lite0,
    vgg16,
)
from utils.pretrained.network import Network
from utils.pretrained.segmenter import person_segmenter

__all__ = [
    "LITE0_BLOCKS",
    "Network",
    "SSD_GRIDS",
    "VGG_BLOCKS",
    "VGG_MEAN",
    "application",
    "best_classes",
    "class_names",
    "efficientnet_lite0",
    "face_anchors",
    "person_segmenter",
    "ssd_anchors",
    "ssd_mobilenet",
    "tiny_yolo_faces",
    "vgg16",
]
