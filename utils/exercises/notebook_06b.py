"""Checks of the exercises of notebook 06b."""

import numpy as np
from scipy import ndimage

from utils.exercises import exercise


@exercise("06b.1")
def count(answer):
    yield answer(10, 5, [3] * 6 + [4] * 9 + [6]), (1516, 151_600)
    yield answer(28, 5, [1] * 6), (156, 122_304)
    yield answer(7, 3, [2, 5]), (9 * 7 + 2, 49 * 65)


@exercise("06b.2")
def subsample(answer):
    rng = np.random.default_rng(0)
    maps, coefficient, bias = rng.normal(size=(2, 6, 4, 3)), rng.normal(size=3), rng.normal(size=3)
    expected = np.empty((2, 3, 2, 3))
    for n, i, j, c in np.ndindex(expected.shape):
        total = maps[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c].sum()
        expected[n, i, j, c] = 1.7159 * np.tanh(2 / 3 * (coefficient[c] * total + bias[c]))
    yield answer(maps, coefficient, bias), expected


@exercise("06b.3")
def read_between(answer):
    rng = np.random.default_rng(0)
    image = rng.normal(size=(6, 9))
    grid = np.indices(image.shape).reshape(2, -1).astype(float)
    yield answer(image, *grid), image.ravel()
    yield (
        answer(image, np.array([2.5]), np.array([5.25])),
        [image[2:4, 5:7].mean(axis=0) @ [0.75, 0.25]],
    )
    places = rng.uniform([[-3], [-3]], [[8], [11]], (2, 500))
    expected = ndimage.map_coordinates(np.pad(image, 5), places + 5, order=1)
    yield answer(image, *places), expected
