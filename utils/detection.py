"""What notebook 13 teaches and later notebooks need: boxes, their suppression, its YOLO.

The code is that of the notebook, where each function is derived and explained; a test holds the
two equal.
"""

import functools

import keras
import numpy as np
from keras import layers
from scipy.special import expit

from utils import datasets, files, images, pretrained, scenes

S, B, K = 6, 2, 20  # of the YOLO: cells a side, boxes a cell, classes


def iou(a, b, xp=np):
    """Return the intersection over union of boxes x y x y, (..., 4) both.

    xp: the library that computes, np or keras.ops.
    """
    width = xp.minimum(a[..., 2], b[..., 2]) - xp.maximum(a[..., 0], b[..., 0])
    height = xp.minimum(a[..., 3], b[..., 3]) - xp.maximum(a[..., 1], b[..., 1])
    common = xp.maximum(width, 0) * xp.maximum(height, 0)
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    return common / xp.maximum(area_a + area_b - common, 1e-9)


def corners(centre, size, xp=np):
    """Return boxes x y x y, (..., 4), from centres x y and sizes w h, (..., 2) both."""
    return xp.concatenate([centre - size / 2, centre + size / 2], axis=-1)


def trunk(images):
    """Return maps (batch, 6, 6, 256) of images (batch, 96, 96, 3) from 0 to 255."""
    maps = layers.Rescaling(1 / 127.5, -1.0)(images)
    # 96 pixels a side become 48, 24, 24, 12, 12, 6, 6, 6
    strides = [(16, 2), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (256, 1)]
    for filters, stride in strides:
        maps = layers.Conv2D(filters, 3, stride, padding="same", use_bias=False)(maps)
        maps = layers.BatchNormalization(momentum=0.95)(maps)
        maps = layers.LeakyReLU(negative_slope=0.1)(maps)
    return maps


def yolo_network():
    """Return a YOLO: images (batch, 96, 96, 3) from 0 to 255 -> (batch, 6, 6, 30)."""
    images = keras.Input((scenes.SIDE, scenes.SIDE, 3))
    return keras.Model(images, layers.Conv2D(5 * B + K, 1)(trunk(images)))


def decode(output, S=S, B=B, K=K):
    """Return boxes (n, S S B, 4), parts of the side, and scores (n, S S B, K) of a YOLO v1."""
    output = np.asarray(output)
    found = output[..., :-K].reshape(-1, S, S, B, 5)
    row, column = np.mgrid[:S, :S][..., np.newaxis]  # (S, S, 1) both
    centre = (found[..., :2] + np.stack([column, row], axis=-1)) / S
    boxes = corners(centre, found[..., 2:4] ** 2)
    scores = found[..., 4:] * output[..., np.newaxis, -K:]  # confidence times class
    return boxes.reshape(-1, S * S * B, 4), scores.reshape(-1, S * S * B, K)


def nms(boxes, scores, most=0.5):
    """Return which boxes (n, 4) stay, best score first: none overlaps a better by over `most`."""
    kept = []
    for k in np.argsort(-scores, kind="stable"):
        if not kept or iou(boxes[k], boxes[kept]).max() <= most:
            kept.append(int(k))
    return kept


def detect(boxes, scores, least=0.01, most=0.5):
    """Return the detections of one image, [(class, score, box), ...], best first.

    boxes: (n, 4). scores: (n, K). least: the score from which a box counts. most: see `nms`, which
    looks at one class at a time.
    """
    found = []
    for k in range(scores.shape[1]):
        sure = np.flatnonzero(scores[:, k] >= least)
        for i in nms(boxes[sure], scores[sure, k], most):
            found.append((k, float(scores[sure[i], k]), boxes[sure[i]]))
    return sorted(found, key=lambda detection: -detection[1])


def decode_v2(t, anchors):
    """Return centres and sizes, (n, n, a, 2) both, parts of the side, of t (n, n, a, 4)."""
    n = len(t)
    row, column = np.mgrid[:n, :n][..., np.newaxis]  # (n, n, 1) both
    centre = (np.stack([column, row], axis=-1) + expit(t[..., :2])) / n
    return centre, anchors * np.exp(t[..., 2:]) / n


def yolo_scenes(weights=True):
    """Return the YOLO that finds the 20 classes of scenes: (batch, 96, 96, 3) -> (batch, 6, 6, 30).

    Scenes are floats from 0 to 255. The layer before the last has the trunk's maps. weights=False
    leaves the weights as drawn. Errors: those of `files.find`. Source: Redmon et al., "You only
    look once" (CVPR 2016); the weights are notebook 13's.
    """
    network = yolo_network()
    if weights:
        network.load_weights(files.find("weights/yolo_scenes.weights.h5"))
    return network


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
    boxes = corners(*decode_v2(grid[..., :4], pretrained.face_anchors()))
    longer = max(photograph.shape[:2])  # what was padded to a square
    return detect(boxes.reshape(-1, 4) * longer, expit(grid[..., 4:]).reshape(-1, 1), least, most)
