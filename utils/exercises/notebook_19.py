"""Checks of the exercises of notebook 19."""

import numpy as np

from utils.exercises import exercise


@exercise("19.1")
def smallest_batch(answer):
    yield answer(100, 100, 10), 34
    yield answer(25_088, 4096, 6), 13
    yield answer(25_088, 4096, 6.5), 14
    yield answer(1280, 13, 6), 178
    yield answer(10, 10, 6), float("inf")


@exercise("19.2")
def joint_gradient(answer):
    means = np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
    yield answer(means, np.array([6, 3, 1]), 10.0), np.array([0.3, 0.6])
    yield answer(means, np.array([6, 3, 1]), 0.1), np.array([0.3, 0.6]) / np.sqrt(45)
    rng = np.random.default_rng(0)
    means, sizes = rng.normal(size=(5, 7)), np.array([50, 50, 49, 20, 1])
    whole = sizes @ means / 170
    yield answer(means, sizes, 0.2), whole * 0.2 / np.linalg.norm(whole)


@exercise("19.3")
def doubling_all_reduce(answer):
    for n in (1, 2, 8):
        vectors = np.random.default_rng(n).normal(size=(n, 5))
        pair = answer(vectors)
        if pair is None:
            yield "Your function returns nothing yet."
        sums, sent = pair
        yield sums, np.tile(vectors.sum(axis=0), (n, 1))
        yield sent, 5 * int(np.log2(n))
