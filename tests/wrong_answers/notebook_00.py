"""Wrong answers to the exercises of notebook 00."""

import numpy as np

WRONG = {
    "00.1": [
        lambda p, k: np.argsort(-p.max(axis=1))[:k],
        lambda p, k: np.argsort(p.min(axis=1))[:k],
        lambda p, k: np.sort(np.argsort(p.max(axis=1))[:k]),
    ],
    "00.2": [
        lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),  # overflows
        lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
        lambda z: z / z.sum(axis=1, keepdims=True),
    ],
    "00.3": [
        lambda image, right, down: np.roll(image, (down, right), (0, 1)),
        lambda image, right, down: image,
    ],
}
