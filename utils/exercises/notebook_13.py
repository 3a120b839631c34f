"""Checks of the exercises of notebook 13."""

import numpy as np

from utils.exercises import exercise


def boxes_of(rng, n):
    """Return n boxes with sides, corners x y x y."""
    corner = rng.uniform(0, 1, (n, 2))
    return np.concatenate([corner, corner + rng.uniform(0.2, 1, (n, 2))], axis=1)


@exercise("13.1")
def offsets(answer):
    anchors = np.array([[0.15, 0.25, 0.2, 0.3], [0.4, 0.5, 0.1, 0.4]])
    yield answer(anchors, anchors), np.zeros((2, 4))
    moved = anchors + [[0.02, 0, 0, 0], [0, 0.04, 0, 0]]
    yield answer(anchors, moved), [[1, 0, 0, 0], [0, 1, 0, 0]]
    rng = np.random.default_rng(0)
    anchors, wanted = rng.uniform(0.1, 1, (20, 4)), rng.normal(size=(20, 4))
    centre = anchors[:, :2] + anchors[:, 2:] * wanted[:, :2] / 10
    boxes = np.concatenate([centre, anchors[:, 2:] * np.exp(wanted[:, 2:] / 5)], axis=1)
    yield answer(anchors, boxes), wanted


@exercise("13.2")
def giou(answer):
    a, b = np.array([[0.0, 0, 1, 1]]), np.array([[2.0, 0, 3, 1]])
    yield answer(a, b), [-1 / 3]
    yield answer(a, a), [1]
    yield answer(np.array([[2.0, 2, 6, 6]]), np.array([[4.0, 4, 7, 8]])), [1 / 6 - 6 / 30]
    a, b = (boxes_of(np.random.default_rng(seed), 50) for seed in (0, 1))
    expected = []
    for (x1, y1, x2, y2), (u1, v1, u2, v2) in zip(a, b, strict=True):
        shared = max(min(x2, u2) - max(x1, u1), 0) * max(min(y2, v2) - max(y1, v1), 0)
        covered = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - shared
        around = (max(x2, u2) - min(x1, u1)) * (max(y2, v2) - min(y1, v1))
        expected.append(shared / covered - 1 + covered / around)
    yield answer(a, b), expected


@exercise("13.3")
def assign(answer):
    overlap = np.array(  # five anchors, a dog and a cat
        [[0.0536, 0], [0.1417, 0], [0, 0.5657], [0, 0.2059], [0, 0.7459]]
    )
    yield answer(overlap), [-1, 0, 1, -1, 1]
    yield answer(np.zeros((4, 0))), [-1] * 4  # a picture without objects
    both = np.array([[0.9, 0.8], [0.3, 0.7], [0.6, 0.1]])  # both objects like the first anchor most
    yield answer(both), [0, 1, 0]
    yield answer(np.array([[0.9, 0.8], [0.1, 0.3]])), [0, 1]
    yield answer(np.array([[0.9, 0.2, 0.1]])), [0]  # fewer anchors than objects
