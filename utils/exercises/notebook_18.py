"""Checks of the exercises of notebook 18."""

import numpy as np

from utils.exercises import exercise


@exercise("18.1")
def best_answer(answer):
    p, q = np.array([0.2, 0.5, 0.0]), np.array([0.6, 0.5, 0.3])
    yield answer(p, q, 0.5), p / (p + q)
    yield answer(p, q, 0.8), [4 / 7, 0.8, 0]
    rng = np.random.default_rng(0)
    p, q = rng.random((2, 7))
    yield answer(p, q, 0.1), 0.1 * p / (0.1 * p + 0.9 * q)


@exercise("18.2")
def with_deviation(answer):
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(8, 3, 2, 5))
    maps[4:] *= 3  # the groups differ
    spread = np.array([maps[:4].std(axis=0).mean(), maps[4:].std(axis=0).mean()])
    found = answer(maps)
    if np.shape(found) != (8, 3, 2, 6):
        yield found, np.zeros((8, 3, 2, 6))
        return
    yield np.asarray(found)[..., :5], maps
    yield np.asarray(found)[:, 0, 0, 5], np.repeat(spread, 4)
    yield np.ptp(np.asarray(found)[..., 5], axis=(1, 2)), np.zeros(8)
    same = answer(np.repeat(maps[:1], 4, axis=0))  # the root of 1e-8, and no division by 0
    yield np.asarray(same)[..., 5].max() < 1e-3, True


@exercise("18.3")
def penalty_by_hand(answer):
    rng = np.random.default_rng(0)
    linear = np.array([[3.0, 4.0]])  # one unit that is always on: f(x) = 3 x + 4 y + 100
    yield answer(rng.normal(size=(6, 2)), linear, np.array([100.0]), np.ones(1)), 16
    yield answer(rng.normal(size=(6, 2)), linear, np.array([-100.0]), np.ones(1)), 1
    x, W = rng.normal(size=(9, 3)), rng.normal(size=(5, 3))
    b, v = rng.normal(size=(2, 5))
    each = []
    for point in x:
        gradient = sum(v[i] * W[i] for i in range(5) if W[i] @ point + b[i] > 0)
        each.append((np.sqrt(np.sum(gradient**2)) - 1) ** 2)
    yield answer(x, W, b, v), np.mean(each)
