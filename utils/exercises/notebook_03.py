"""Checks of the exercises of notebook 03."""

import numpy as np

from utils.exercises import exercise


@exercise("03.1")
def correct_apart(answer):
    w, x = np.array([1.0, -2, 0.5]), np.array([2.0, 1, 4])
    yield answer(w, -3.0, x, 1, 0.5), [2, -1.5, 2.5, -2.5]
    yield answer(w, -1.0, x, 0, 0.5), [0, -2.5, -1.5, -1.5]
    yield answer(w, -2.0, x, 0, 0.5), [*w, -2]  # a sum of 0 is no firing
    yield answer(w, -1.0, x, 1, 0.5), [*w, -1]


@exercise("03.2")
def bound_from(answer):
    X, D = np.array([[3.0, 4], [-1, -2], [2, -1]]), np.array([1, 0, 1])
    yield answer(np.array([1.0, 0]), X, D), 25
    yield answer(np.array([10.0, 0]), X, D), 25
    yield answer(np.array([4.0, 1]), X, D), 25 * 17 / 36


@exercise("03.3")
def averaged(answer):
    rng = np.random.default_rng(0)
    X, D = np.hstack([rng.normal(size=(20, 3)), np.ones((20, 1))]), rng.integers(0, 2, 20)
    for passes in (1, 3):
        states = [np.zeros(4)]
        for i in list(range(20)) * passes:
            states.append(states[-1] + (D[i] - (X[i] @ states[-1] > 0)) * X[i])
        yield answer(X, D, passes), np.mean(states[1:], axis=0)
