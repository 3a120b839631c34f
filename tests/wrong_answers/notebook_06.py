"""Wrong answers to the exercises of notebook 06."""

import numpy as np

WRONG = {
    "06.1": [
        lambda F1, F2, FC1, K: 25 * F1 + 25 * F1 * F2 + 49 * F2 * FC1 + FC1 * K,  # no biases
        lambda F1, F2, FC1, K: 1_663_370,
    ],
    "06.2": [
        lambda x: x[:, ::2, ::2],
        lambda x: x.reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2, -1).mean(axis=(2, 4)),
        lambda x: (
            np.abs(x).reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2, -1).max(axis=(2, 4))
        ),
    ],
    "06.3": [
        lambda x, rate, rng: x * (rng.random(x.shape) >= rate),  # not divided
        lambda x, rate, rng: x * (rng.random(x.shape[1]) >= rate) / (1 - rate),  # whole columns
        lambda x, rate, rng: x * (rng.random(x.shape) < rate) / rate if rate else x,  # keeps rate
        lambda x, rate, rng: x * (1 - rate),
    ],
}
