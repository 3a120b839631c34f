"""Checks of the exercises of notebook 01."""

import numpy as np

from utils.exercises import exercise


@exercise("01.1")
def two_layers(answer):
    yield answer(28, 28, 1, 5, 16), (12_560, 416)
    yield answer(224, 224, 3, 5, 64), (9_633_856, 4_864)
    yield answer(2, 3, 4, 3, 1), (25, 37)


@exercise("01.2")
def unshuffle(answer):
    pixels = np.array([[3, 1, 4, 0, 9, 2], [6, 5, 3, 7, 8, 1]])
    for order in ([2, 0, 1, 5, 3, 4], [5, 4, 3, 2, 1, 0], [0, 2, 1, 4, 5, 3]):
        yield answer(pixels[:, order], np.array(order)), pixels


@exercise("01.3")
def correlation_map(answer):
    image = np.random.default_rng(0).normal(size=(9, 12)).cumsum(axis=0).cumsum(axis=1)
    expected = np.empty((5, 5))
    for i, j in np.ndindex(5, 5):
        pairs = [
            (image[row, column], image[row + i - 2, column + j - 2])
            for row, column in np.ndindex(9, 12)
            if 0 <= row + i - 2 < 9 and 0 <= column + j - 2 < 12
        ]
        expected[i, j] = np.corrcoef(np.transpose(pairs))[0, 1]
    yield answer(image, 2), expected
    yield answer(image, 0), [[1]]
