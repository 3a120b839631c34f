"""Two detectors that see a photograph once: an SSD for COCO's 80 classes, a YOLO for faces.

They return what their last convolutions say, numbers for each of many anchors; decoding these to
boxes and leaving out boxes that find the same thing are for the caller.
"""

import keras
import numpy as np
from keras import layers

from utils.pretrained.network import Network, load

MOBILENET_BLOCKS = [  # (times wider inside, stride, channels out, repeats)
    (1, 1, 16, 1),
    (6, 2, 24, 2),
    (6, 2, 32, 3),
    (6, 2, 64, 4),
    (6, 1, 96, 3),
    (6, 2, 160, 3),
    (6, 1, 320, 1),
]
SSD_EXTRAS = [(256, 512), (128, 256), (128, 256), (64, 128)]  # channels inside and out
SSD_GRIDS = (19, 10, 5, 3, 2, 1)  # cells a side, of photographs with 300 pixels a side
FACE_CHANNELS = (16, 32, 64, 128, 256, 512)
FACE_MEAN = (117.001, 114.697, 97.404)  # red, green and blue, of 0 to 255


def ssd_mobilenet(weights=True):
    """Return SSDLite with MobileNetV2: photographs (batch, 300, 300, 3) -> (boxes, logits).

    boxes: (batch, 1917, 4), the offsets tx ty tw th of each of `ssd_anchors`: an anchor with
    centre x y, width w and height h stands for a box with the centre (x + w tx / 10,
    y + h ty / 10), the width w exp(tw / 5) and the height h exp(th / 5). logits: (batch, 1917, 81),
    of the background first and then of the classes that `datasets.COCO_CLASSES` names; their
    sigmoids are scores. It learned on whole photographs made square by stretching, as
    `images.square(photograph, 300, "stretch")` does. Layers that others may want: "grid0_boxes" and
    "grid0_classes" (19 x 19) to "grid5_boxes" and "grid5_classes" (1 x 1), before they are put
    in one row. weights=False leaves the weights as drawn. Errors: those of `files.find`, ValueError
    for unfit photographs. Source: Liu et al., "SSD: single shot multibox detector" (2016), and
    Sandler et al., "MobileNetV2" (2018); batch normalisation is folded into the convolutions; see
    data/README.md.
    """

    def convolution(maps, name, channels, stride=1, size=1, activation=True):
        own = f"{name}_conv" if activation else name
        options = dict(strides=stride, padding="same", name=own)
        if channels is None:
            maps = layers.DepthwiseConv2D(3, **options)(maps)
        else:
            maps = layers.Conv2D(channels, size, **options)(maps)
        return layers.ReLU(6.0, name=name)(maps) if activation else maps

    images = keras.Input((300, 300, 3), name="photographs")
    maps = layers.Rescaling(2.0, -1.0, name="rescaling")(images)
    maps = convolution(maps, "stem", 32, stride=2, size=3)
    grids, number = [], 0
    for wider, first_stride, channels, repeats in MOBILENET_BLOCKS:
        for repeat in range(repeats):
            number += 1
            name, stride = f"block{number}", 1 if repeat else first_stride
            before = maps
            if wider > 1:
                maps = convolution(maps, f"{name}_expand", wider * maps.shape[-1])
            if number == 14:
                grids.append(maps)  # 19 x 19, before it is made smaller
            maps = convolution(maps, f"{name}_depthwise", None, stride)
            maps = convolution(maps, f"{name}_project", channels, activation=False)
            if repeat:
                maps = layers.Add(name=name)([before, maps])
    maps = convolution(maps, "head", 1280)
    grids.append(maps)
    for number, (inside, channels) in enumerate(SSD_EXTRAS, 1):
        maps = convolution(maps, f"extra{number}_reduce", inside)
        maps = convolution(maps, f"extra{number}_depthwise", None, stride=2)
        maps = convolution(maps, f"extra{number}_project", channels)
        grids.append(maps)
    outputs = {"boxes": [], "classes": []}
    for number, maps in enumerate(grids):
        anchors = 6 if number else 3
        for kind, length in (("boxes", 4), ("classes", 81)):
            name = f"grid{number}_{kind}"
            found = convolution(maps, f"{name}_depthwise", None)
            found = convolution(found, name, anchors * length, activation=False)
            outputs[kind].append(layers.Reshape((-1, length), name=f"{name}_row")(found))
    rows = [layers.Concatenate(axis=1, name=kind)(rows) for kind, rows in outputs.items()]
    network = Network(images, rows, name="ssd_mobilenet")
    return load(network, "ssd_mobilenet") if weights else network


def ssd_anchors():
    """Return the boxes that `ssd_mobilenet` starts from, (1917, 4) float32: x y w h.

    Centre, width and height, as parts of the photograph's width and height. They are in the order
    of the network's outputs: grid by grid, in a grid row by row, in a cell by shape. The 19 x 19
    grid has three shapes a cell, the others six: widths to heights of 1, 2, 1/2, 3 and 1/3 at the
    grid's scale and of 1 between this scale and the next.
    """
    scales = [*np.linspace(0.2, 0.95, 6), 1.0]
    anchors = []
    for number, side in enumerate(SSD_GRIDS):
        scale = scales[number]
        shapes = [(scale, ratio) for ratio in (1, 2, 1 / 2, 3, 1 / 3)]
        shapes.append((np.sqrt(scale * scales[number + 1]), 1))
        if number == 0:
            shapes = [(0.1, 1), (scale, 2), (scale, 1 / 2)]
        for row in range(side):
            for column in range(side):
                x, y = (column + 0.5) / side, (row + 0.5) / side
                anchors += [(x, y, s * np.sqrt(ratio), s / np.sqrt(ratio)) for s, ratio in shapes]
    return np.float32(anchors)


def tiny_yolo_faces(weights=True):
    """Return a Tiny YOLO v2 for faces: photographs (batch, side, side, 3) -> (batch, n, n, 25).

    side: any multiple of 32, such as 416, which gives a grid of n = side / 32 = 13 cells; a
    photograph becomes square by `images.square(photograph, side, "pad")`. The 25 numbers of a cell
    are five anchors times tx ty tw th and a logit of confidence: with the anchor (w, h) of
    `face_anchors` they stand, in the cell of row i and column j, for a box with the centre
    ((j + sigmoid(tx)) / n, (i + sigmoid(ty)) / n), the width w exp(tw) / n and the height
    h exp(th) / n of the photograph's side, and the score sigmoid(logit). weights=False leaves the
    weights as drawn. Errors: those of `files.find`, ValueError for unfit photographs. Source:
    Redmon and Farhadi, "YOLO9000" (2017); V. Mühler's face-api.js, with separable convolutions;
    see data/README.md.
    """
    images = keras.Input((None, None, 3), name="photographs")
    offsets = [-mean / 255 for mean in FACE_MEAN]
    maps = layers.Rescaling(1.0, offsets, name="rescaling")(images)
    for number, channels in enumerate(FACE_CHANNELS):
        if number == 0:
            maps = layers.Conv2D(channels, 3, name="conv0")(maps)
        else:
            maps = layers.MaxPooling2D(2, padding="same", name=f"pool{number - 1}")(maps)
            maps = layers.ZeroPadding2D(1, name=f"border{number}")(maps)
            maps = layers.SeparableConv2D(channels, 3, name=f"conv{number}")(maps)
        maps = layers.LeakyReLU(negative_slope=0.1, name=f"leaky{number}")(maps)
    maps = layers.MaxPooling2D(2, strides=1, padding="same", name="pool5")(maps)
    grid = layers.Conv2D(25, 1, name="grid")(maps)
    network = Network(images, grid, name="tiny_yolo_faces")
    return load(network, "tiny_yolo_faces") if weights else network


def face_anchors():
    """Return the five shapes that `tiny_yolo_faces` starts from, (5, 2) float32: w h in cells."""
    return np.float32(
        [
            [1.603231, 2.094468],
            [6.041143, 7.080126],
            [2.882459, 3.518061],
            [4.266906, 5.178857],
            [9.041765, 10.66308],
        ]
    )
