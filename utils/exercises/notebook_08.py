"""Checks of the exercises of notebook 08."""

import numpy as np

from utils.exercises import exercise


@exercise("08.1")
def backward_rules(answer):
    maps, signal = np.array([[3.0, 0, 1], [0, 2, 5]]), np.array([[1.0, 2, -3], [-4, 5, -6]])
    yield answer(signal, maps, "gradient"), [[1, 0, -3], [0, 5, -6]]
    yield answer(signal, maps, "deconvnet"), [[1, 2, 0], [0, 5, 0]]
    yield answer(signal, maps, "guided"), [[1, 0, 0], [0, 5, 0]]


@exercise("08.2")
def grad_cam(answer):
    yield answer(np.ones((2, 2, 1)), -np.ones((2, 2, 1))), np.zeros((2, 2))
    maps, gradients = np.random.default_rng(0).normal(size=(2, 4, 5, 6))
    expected = np.zeros((4, 5))
    for k in range(6):
        expected += gradients[:, :, k].sum() / 20 * maps[:, :, k]
    yield answer(maps, gradients), np.where(expected > 0, expected, 0)


@exercise("08.3")
def unpool_overlapping(answer):
    maps = np.zeros((5, 5))
    maps[2, 2] = 1
    expected = np.zeros((5, 5))
    expected[2, 2] = 10
    yield answer(np.array([[1.0, 2], [3, 4]]), maps, 3, 2), expected
    rng = np.random.default_rng(0)
    for height, width, size, stride in ((6, 8, 2, 2), (9, 7, 3, 2), (5, 6, 3, 1)):
        maps = rng.normal(size=(height, width))
        values = rng.normal(size=((height - size) // stride + 1, (width - size) // stride + 1))
        expected = np.zeros((height, width))
        for row, column in np.ndindex(values.shape):
            window = maps[row * stride :, column * stride :][:size, :size]
            there = np.argwhere(maps == window.max())[0]
            expected[there[0], there[1]] += values[row, column]
        yield answer(values, maps, size, stride), expected
