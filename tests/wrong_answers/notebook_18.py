"""Wrong answers to the exercises of notebook 18."""

import numpy as np


def appended(maps, spread):
    """Return maps (n, height, width, c) with one map more that holds `spread`, (n,)."""
    extra = np.asarray(spread)[:, None, None, None] * np.ones((*maps.shape[:3], 1))
    return np.concatenate([maps, extra], axis=3)


def with_deviation(maps, order=lambda maps: maps.reshape(-1, 4, *maps.shape[1:]), ddof=0):
    spread = order(maps).std(axis=1, ddof=ddof).mean(axis=(1, 2, 3))
    return appended(maps, np.repeat(spread, 4))


WRONG = {
    "18.1": [
        lambda p, q, share: p / (p + q),
        lambda p, q, share: share * p / (p + q),
        lambda p, q, share: (1 - share) * p / ((1 - share) * p + share * q),
    ],
    "18.2": [
        lambda maps: with_deviation(
            maps, lambda maps: maps.reshape(4, -1, *maps.shape[1:]).swapaxes(0, 1)
        ),  # fmt: skip
        lambda maps: with_deviation(maps, ddof=1),
        lambda maps: appended(maps, np.full(len(maps), maps.std(axis=0).mean())),
        lambda maps: appended(maps, maps.std(axis=(1, 2, 3))),
    ],
    "18.3": [
        lambda x, W, b, v: (np.linalg.norm(v @ W) - 1) ** 2,
        lambda x, W, b, v: (np.linalg.norm(((x @ W.T + b > 0) * v) @ W, axis=1).mean() - 1) ** 2,
        lambda x, W, b, v: (
            (np.linalg.norm(((x @ W.T + b > 0) * v) @ W, axis=1) ** 2 - 1) ** 2
        ).mean(),
        lambda x, W, b, v: (
            (np.maximum(np.linalg.norm(((x @ W.T + b > 0) * v) @ W, axis=1) - 1, 0)) ** 2
        ).mean(),
    ],
}
