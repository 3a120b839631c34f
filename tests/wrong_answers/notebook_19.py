"""Wrong answers to the exercises of notebook 19."""

import numpy as np


def limited(gradient, limit):
    return gradient * np.minimum(1, limit / np.linalg.norm(gradient, axis=-1, keepdims=True))


WRONG = {
    "19.1": [
        lambda inner, columns, ridge: float(np.ceil(2 * ridge)),
        lambda inner, columns, ridge: 6 * ridge,
        lambda inner, columns, ridge: float("inf"),
    ],
    "19.2": [
        lambda means, sizes, limit: limited(means.mean(axis=0), limit),
        lambda means, sizes, limit: np.average(limited(means, limit), axis=0, weights=sizes),
        lambda means, sizes, limit: np.average(means, axis=0, weights=sizes),
    ],
    "19.3": [
        lambda vectors: (np.tile(vectors.sum(axis=0), (len(vectors), 1)), 0),
        lambda vectors: (vectors, vectors.shape[1] * int(np.log2(len(vectors)))),
        lambda vectors: (np.tile(vectors.sum(axis=0), (len(vectors), 1)), 2 * vectors.size),
    ],
}
