"""Checks of the exercises of notebook 05."""

import numpy as np

from utils.exercises import exercise


@exercise("05.1")
def zeros_to_add(answer):
    for case, zeros in [((28, 5, 1), 4), ((28, 5, 2), 3), ((7, 2, 2), 1), ((9, 2, 3), 0)]:
        yield answer(*case), zeros


@exercise("05.2")
def average_backward(answer):
    slopes = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    expected = np.empty((2, 6, 8, 5))
    for n, i, j, channel in np.ndindex(expected.shape):
        expected[n, i, j, channel] = slopes[n, i // 2, j // 2, channel] / 4
    yield answer(slopes), expected


@exercise("05.3")
def input_gradient(answer):
    rng = np.random.default_rng(0)
    for k, stride, rows, columns in [(3, 1, 4, 5), (3, 2, 3, 4), (2, 3, 2, 3)]:
        height, width = (rows - 1) * stride + k + 1, (columns - 1) * stride + k
        slopes, filters = rng.normal(size=(2, rows, columns, 3)), rng.normal(size=(k, k, 2, 3))
        expected = np.zeros((2, height, width, 2))
        for i, j, a, b in np.ndindex(rows, columns, k, k):
            expected[:, i * stride + a, j * stride + b] += slopes[:, i, j] @ filters[a, b].T
        yield answer(slopes, filters, stride, height, width), expected
