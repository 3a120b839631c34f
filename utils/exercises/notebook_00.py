"""Checks of the exercises of notebook 00."""

import numpy as np

from utils.exercises import exercise


@exercise("00.1")
def least_sure(answer):
    probabilities = np.array([[0.1, 0.9, 0], [0.4, 0.3, 0.3], [0, 0, 1], [0.6, 0.2, 0.2]])
    yield answer(probabilities, 1), [1]
    yield answer(probabilities, 3), [1, 3, 0]
    yield answer(probabilities[::-1, ::-1], 2), [2, 0]


@exercise("00.2")
def softmax(answer):
    yield answer(np.zeros((2, 4))), np.full((2, 4), 0.25)
    yield answer(np.log([[1.0, 3], [7, 1]])), [[0.25, 0.75], [0.875, 0.125]]
    yield answer(np.array([[1000.0, 1000], [0, -1000]])), [[0.5, 0.5], [1, 0]]


@exercise("00.3")
def shift(answer):
    image = np.arange(1.0, 13).reshape(3, 4)
    yield answer(image, 0, 0), image
    yield answer(image, 1, 0), [[0, 1, 2, 3], [0, 5, 6, 7], [0, 9, 10, 11]]
    yield answer(image, -2, 0), [[3, 4, 0, 0], [7, 8, 0, 0], [11, 12, 0, 0]]
    yield answer(image, 0, 1), [[0, 0, 0, 0], [1, 2, 3, 4], [5, 6, 7, 8]]
    yield answer(image, 1, -1), [[0, 5, 6, 7], [0, 9, 10, 11], [0, 0, 0, 0]]
