"""Checks of the exercises of notebook 07."""

import numpy as np

from utils.exercises import exercise


@exercise("07.1")
def rbf(answer):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    expected = np.array([[np.exp(-0.3 * np.sum((x - z) ** 2)) for z in b] for x in a])
    yield answer(a, b, 0.3), expected
    yield answer(np.zeros((1, 2)), np.array([[3.0, 4]]), 0.1), [[np.exp(-2.5)]]


@exercise("07.2")
def svm_gradient(answer):
    x, y = np.array([[2.0, 0], [0, 1], [-1, 3], [4, 4]]), np.array([1, -1, -1, 1])
    w = np.array([0.5, -1])
    # y f = 0, 2, 4.5, -3 with b = -1: the first and the last pay
    yield answer(w, -1.0, x, y, 0.5), [0.5 - 0.5 * 6, -1 - 0.5 * 4, -0.5 * 2]
    # y f = 1, 1, 3.5, -2 with b = 0: the first two stand on the edge of the street
    yield answer(w, 0.0, x, y, 2.0), [0.5 - 2 * 4, -1 - 2 * 4, -2]
    # y f = -4, 6, 8.5, -7 with b = -5
    yield answer(w, -5.0, x[:3], y[:3], 1.0), [0.5 - 2, -1, -1]
    yield answer(w, 5.0, x[1:3], y[1:3], 1.0), [0.5 - 1, -1 + 4, 2]


@exercise("07.3")
def soft_histogram(answer):
    yield answer(np.array([4.0]), np.array([15.0])), [3, 1, 0, 0, 0, 0, 0, 0, 0]
    yield answer(np.array([2.0, 8]), np.array([175.0, 2])), [5.3, 0, 0, 0, 0, 0, 0, 0, 4.7]
    rng = np.random.default_rng(0)
    strength, degrees = rng.random(200), rng.uniform(0, 180, 200)
    centres = np.arange(10, 180, 20)
    apart = np.abs(degrees[:, np.newaxis] - centres)
    share = np.maximum(0, 1 - np.minimum(apart, 180 - apart) / 20)
    yield answer(strength, degrees), strength @ share
