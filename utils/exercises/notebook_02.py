"""Checks of the exercises of notebook 02."""

import numpy as np

from utils.exercises import exercise


@exercise("02.1")
def preferred(answer):
    angles = np.arange(0, 180, 15)
    for best in (0, 60, 172.5):
        counts = 5 + 4 * np.cos(np.radians(2 * (angles - best)))
        found = answer(angles, counts)
        nearest = found if found is None else best + 180 * np.round((found - best) / 180)
        yield found, nearest  # 180 is 0
        if not -1e-6 <= found < 180 + 1e-6:
            yield f"An orientation lies between 0 and 180 degrees; found is {found}."
    yield answer(np.array([0, 45]), np.array([2, 2])), 22.5
    yield answer(np.array([30, 60, 90]), np.array([0, 7, 0])), 60


@exercise("02.2")
def end_stopped(answer):
    yield answer(np.array([0.0, 4, 4, 4, 4, 0]), 1), [0, 2, 0, 0, 2, 0]
    yield answer(np.array([9.0, 0, 0, 5, 0, 0, 1]), 3), [6.5, 0, 0, 0, 0, 0, 0]
    yield answer(np.array([1.0, 2, 3]), 5), [1, 2, 3]
    rates = np.random.default_rng(0).uniform(0, 50, 30)
    expected = [
        max(0, r - (sum(rates[j] for j in (i - 4, i + 4) if 0 <= j < 30)) / 2)
        for i, r in enumerate(rates)
    ]
    yield answer(rates, 4), expected


@exercise("02.3")
def triggered_average(answer):
    rng = np.random.default_rng(0)
    pictures, counts = rng.normal(0.5, 1, (60, 4, 3)), rng.poisson(2, 60)
    shown_again = np.repeat(pictures, counts, axis=0)  # once for each spike
    yield answer(pictures, counts), shown_again.mean(axis=0) - pictures.mean(axis=0)
    yield (
        answer(np.eye(4).reshape(4, 2, 2), np.array([0, 0, 3, 0])),
        [[-0.25, -0.25], [0.75, -0.25]],
    )
