"""Checks of the exercises of notebook 04."""

import numpy as np
from scipy import signal

from utils.exercises import exercise


@exercise("04.1")
def selectivity(answer):
    for r in (4.0, 1.5, 0.25):
        yield answer(r / (1 + r)), r


@exercise("04.2")
def sees(answer):
    yield answer([(5, 1), (5, 2)]), 9
    yield answer([(5, 1), (5, 2), (5, 1), (5, 1), (5, 1), (2, 1)]), 35
    yield answer([(3, 2), (3, 3), (2, 1), (1, 5), (4, 1)]), 1 + 2 + 4 + 6 + 0 + 90


@exercise("04.3")
def c_layer(answer):
    rng = np.random.default_rng(0)
    u, d = rng.random((6, 7, 3)) * [0.2, 1, 3], rng.random((3, 3))
    sums = np.stack([signal.correlate2d(u[:, :, k], d, "valid") for k in range(3)], axis=2)
    x = (1 + sums) / (1 + sums.mean(axis=2, keepdims=True)) - 1
    yield answer(u, d), np.where(x > 0, x / (0.5 + x), 0)
