"""Wrong answers to the exercises of notebook 13."""

import numpy as np


def offsets_with(anchors, boxes, centre=10, size=5, by=None):
    """Return offsets, scaled by `centre` and `size`, the centres divided by `by`, (n, 2)."""
    by = anchors[:, 2:] if by is None else by
    moved = centre * (boxes[:, :2] - anchors[:, :2]) / by
    return np.concatenate([moved, size * np.log(boxes[:, 2:] / anchors[:, 2:])], axis=1)


def areas(a, b):
    """Return the area that boxes share, that they cover, and that of the box around both."""
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    covered = np.prod(a[:, 2:] - a[:, :2], axis=1) + np.prod(b[:, 2:] - b[:, :2], axis=1) - shared
    around = np.maximum(a[:, 2:], b[:, 2:]) - np.minimum(a[:, :2], b[:, :2])
    return shared, covered, np.prod(around, axis=1)


def negative_sides(a, b):
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = np.prod(sides, axis=1)  # two negative sides make a positive area
    _, covered, around = areas(a, b)
    return shared / covered - (around - covered) / around


def over_the_limit(overlap, least=0.5):
    """Give each anchor its best object, and no object its best anchor."""
    if not overlap.shape[1]:
        return np.full(len(overlap), -1)
    return np.where(overlap.max(axis=1) >= least, overlap.argmax(axis=1), -1)


def best_anchor_twice(overlap, least=0.5):
    """Give each object its best anchor, though another object may have it."""
    found = over_the_limit(overlap, least)
    for thing in range(overlap.shape[1]):
        found[overlap[:, thing].argmax()] = thing
    return found


WRONG = {
    "13.1": [
        lambda anchors, boxes: boxes - anchors,
        lambda anchors, boxes: offsets_with(anchors, boxes, 1, 1),  # without the scales
        lambda anchors, boxes: offsets_with(anchors, boxes, 5, 10),  # exchanged
        lambda anchors, boxes: offsets_with(anchors, boxes, by=boxes[:, 2:]),
        lambda anchors, boxes: offsets_with(boxes, anchors),
    ],
    "13.2": [
        lambda a, b: areas(a, b)[0] / areas(a, b)[1],  # the plain one
        lambda a, b: areas(a, b)[0] / areas(a, b)[1] - areas(a, b)[1] / areas(a, b)[2],
        lambda a, b: areas(a, b)[0] / areas(a, b)[2],
        negative_sides,
    ],
    "13.3": [over_the_limit, best_anchor_twice, lambda overlap: overlap.argmax(axis=1)],
}
