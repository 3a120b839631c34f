"""Checks of the exercises of notebook 14."""

import numpy as np

from utils.exercises import exercise


@exercise("14.1")
def transposed_1d(answer):
    x, kernel = np.array([1.0, 2, 3]), np.array([1.0, 10, 100])
    yield answer(x, kernel, 2, 0), [1, 10, 102, 20, 203, 30, 300]
    yield answer(np.arange(4.0), np.array([0.25, 0.75, 0.75, 0.25]), 2, 1), [
        0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 2.25,
    ]  # fmt: skip
    x, kernel = np.random.default_rng(0).normal(size=(2, 5))
    yield answer(x, kernel, 1, 0), np.convolve(x, kernel)
    yield answer(x, kernel[:3], 3, 1), np.convolve(np.kron(x, [1, 0, 0])[:-2], kernel[:3])[1:-1]


@exercise("14.2")
def dice_each(answer):
    true, found = np.zeros((2, 5, 3, 4), bool)
    true[0, 0], found[0, 0, :2] = True, True  # 2 of 4: 2 · 2 / 6
    true[1, :2] = found[1, :2] = True
    found[3, 1, 1] = True  # an invention
    true[4, 2], found[4, 1] = True, True
    yield answer(true, found), [2 / 3, 1, 1, 0, 0]
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 6, 8, 8)) < rng.random((2, 6, 1, 1))
    expected = [2 * (p & q).sum() / (p.sum() + q.sum()) for p, q in zip(a, b, strict=True)]
    yield answer(a, b), expected


@exercise("14.3")
def gap_weights(answer):
    row = np.array([[1, 0, 0, 2, 2, 0]])
    expected = np.zeros((1, 6))
    expected[0, 1] = expected[0, 2] = 10 * np.exp(-9 / 50)
    expected[0, 5] = 10 * np.exp(-((1 + 5) ** 2) / 50)
    yield answer(row), expected
    three = np.zeros((9, 9), int)
    three[0, 0], three[4, 4], three[8, 0] = 1, 2, 3
    expected = np.zeros((9, 9))
    for i, j in np.argwhere(three == 0):
        far = sorted(np.hypot(i - a, j - b) for a, b in np.argwhere(three > 0))
        expected[i, j] = 4 * np.exp(-((far[0] + far[1]) ** 2) / 18)
    yield answer(three, 4.0, 3.0), expected
    yield answer(np.minimum(three, 1) * (three == 1)), np.zeros((9, 9))  # one object
    yield answer(np.zeros((3, 4), int)), np.zeros((3, 4))  # none
