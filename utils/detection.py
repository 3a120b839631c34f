"""The detectors of notebook 13, for the notebooks after it, and what turns their output into boxes.

Boxes are corners x y x y, scores lie from 0 to 1, and a detection is (class, score, box). Notebook
13 writes all of this out and explains it; a test holds the two equal.
"""

import functools

import keras
import numpy as np
from keras import layers
from scipy.special import expit

from utils import datasets, files, images, pretrained, scenes

GRID, BOXES = 6, 2  # YOLO's cells along a side, and its boxes a cell


def trunk(pictures):
    """Return maps (batch, 6, 6, 256) of scenes (batch, 96, 96, 3), from 0 to 255, both symbolic."""
    maps = layers.Rescaling(1 / 127.5, -1.0)(pictures)
    strides = [(16, 2), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (256, 1)]
    for filters, stride in strides:
        maps = layers.Conv2D(filters, 3, stride, padding="same", use_bias=False)(maps)
        maps = layers.BatchNormalization(momentum=0.95)(maps)
        maps = layers.LeakyReLU(negative_slope=0.1)(maps)
    return maps


def yolo_scenes(weights=True):
    """Return the YOLO that finds the 20 classes of scenes: (batch, 96, 96, 3) -> (batch, 6, 6, 30).

    Scenes are floats from 0 to 255. The layer before the last has the trunk's maps. weights=False
    leaves the weights as drawn. Errors: those of `files.find`. Source: Redmon et al., "You only
    look once" (CVPR 2016); the weights are notebook 13's.
    """
    pictures = keras.Input((scenes.SIDE, scenes.SIDE, 3))
    output = layers.Conv2D(5 * BOXES + len(scenes.CLASSES), 1)(trunk(pictures))
    network = keras.Model(pictures, output)
    if weights:
        network.load_weights(files.find("weights/yolo_scenes.weights.h5"))
    return network


def iou(a, b):
    """Return the intersection over union of boxes (..., 4)."""
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    common = np.maximum(width, 0) * np.maximum(height, 0)
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    return common / np.maximum(area_a + area_b - common, 1e-9)


def corners(centre, size):
    """Return boxes (..., 4) from centres x y and sizes w h, (..., 2) both."""
    return np.concatenate([centre - size / 2, centre + size / 2], axis=-1)


def decode(output):
    """Return boxes (n, 72, 4), parts of the side, and scores (n, 72, 20) of YOLO's output."""
    output, K = np.asarray(output), len(scenes.CLASSES)
    found = output[..., :-K].reshape(-1, GRID, GRID, BOXES, 5)
    row, column = np.mgrid[:GRID, :GRID][..., np.newaxis]  # (6, 6, 1) both
    centre = (found[..., :2] + np.stack([column, row], axis=-1)) / GRID
    boxes = corners(centre, found[..., 2:4] ** 2)
    scores = found[..., 4:] * output[..., np.newaxis, -K:]  # confidence times class
    n = GRID * GRID * BOXES
    return boxes.reshape(-1, n, 4), scores.reshape(-1, n, K)


def nms(boxes, scores, most=0.5):
    """Return which boxes (n, 4) stay, best score first: none overlaps a better by over `most`."""
    kept = []
    for k in np.argsort(-scores, kind="stable"):
        if not kept or iou(boxes[k], boxes[kept]).max() <= most:
            kept.append(int(k))
    return kept


def detect(boxes, scores, least=0.01, most=0.5):
    """Return the detections of one picture, best first: boxes (n, 4), scores (n, K).

    least: the score from which a box counts. most: see `nms`, which looks at one class at a time.
    """
    found = []
    for k in range(scores.shape[1]):
        sure = np.flatnonzero(scores[:, k] >= least)
        for i in nms(boxes[sure], scores[sure, k], most):
            found.append((k, float(scores[sure[i], k]), boxes[sure[i]]))
    return sorted(found, key=lambda detection: -detection[1])


def in_scenes(network, pictures, least=0.01):
    """Return the detections in each of the scenes (n, 96, 96, 3), with boxes in pixels.

    network: what `yolo_scenes` returns. Classes are those of `scenes.CLASSES`.
    """
    output = network.predict(np.asarray(pictures, "float32"), batch_size=100, verbose=0)
    found = zip(*decode(output), strict=True)
    return [detect(boxes * scenes.SIDE, scores, least) for boxes, scores in found]


@functools.cache
def _detector(make):
    return make()


def in_photograph(photograph, least=0.3, most=0.5):
    """Return what the SSD finds in a photograph (height, width, 3), with boxes in pixels.

    Classes are those of `datasets.COCO_CLASSES`. Errors: those of `images.square`.
    """
    stretched = images.square(photograph, 300, "stretch")[np.newaxis]
    ssd, anchors = _detector(pretrained.ssd_mobilenet), pretrained.ssd_anchors()
    t, logits = (output.numpy()[0] for output in ssd(stretched))
    centre = anchors[:, :2] + anchors[:, 2:] * t[:, :2] / 10
    boxes = corners(centre, anchors[:, 2:] * np.exp(t[:, 2:] / 5)).clip(0, 1)
    height, width = photograph.shape[:2]
    scores = expit(logits[:, 1:])  # without the background
    assert scores.shape[1] == len(datasets.COCO_CLASSES)
    return detect(boxes * [width, height, width, height], scores, least, most)


def faces(photograph, least=0.5, most=0.4, side=416):
    """Return the faces that the Tiny YOLO v2 finds in a photograph, class 0, boxes in pixels."""
    network = _detector(pretrained.tiny_yolo_faces)
    grid = network(images.square(photograph, side, "pad")[np.newaxis]).numpy()[0]
    grid = grid.reshape(*grid.shape[:2], 5, 5)  # (13, 13, anchors, x y w h and confidence)
    t, n = grid[..., :4], len(grid)
    row, column = np.mgrid[:n, :n][..., np.newaxis]
    centre = (np.stack([column, row], axis=-1) + expit(t[..., :2])) / n
    boxes = corners(centre, pretrained.face_anchors() * np.exp(t[..., 2:]) / n)
    longer = max(photograph.shape[:2])  # what was padded to a square
    return detect(boxes.reshape(-1, 4) * longer, expit(grid[..., 4:]).reshape(-1, 1), least, most)
