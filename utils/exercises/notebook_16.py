"""Checks of the exercises of notebook 16."""

import numpy as np

from utils.exercises import exercise


@exercise("16.1")
def n_step_return(answer):
    no = np.zeros(3, bool)
    yield answer(np.array([1.0, 2, 4]), no, 8.0, 0.5), 1 + 1 + 1 + 1
    yield answer(np.array([1.0, 2, 4]), np.array([False, True, False]), 8.0, 0.5), 2
    yield answer(np.array([1.0, 2, 4]), np.array([False, False, True]), 8.0, 0.5), 3
    yield answer(np.array([-1.0]), np.array([True]), 5.0, 0.9), -1
    yield answer(np.array([0.0]), np.array([False]), 5.0, 0.9), 4.5


@exercise("16.2")
def q_values(answer):
    # the world of Géron, 2022, chapter 18; its closed form at 0.9: V0 = 7 / 0.37
    chances, rewards = np.zeros((3, 3, 3)), np.zeros((3, 3, 3))
    chances[0] = [[0.7, 0.3, 0], [1, 0, 0], [0.8, 0.2, 0]]
    chances[1, 0, 1] = chances[1, 2, 2] = 1
    chances[2, 1] = [0.8, 0.1, 0.1]
    rewards[0, 0, 0], rewards[1, 2, 2], rewards[2, 1, 0] = 10, -50, 40
    possible = np.array([[1, 1, 1], [1, 0, 1], [0, 1, 0]], bool)
    first = 7 / 0.37
    last = (32 + 0.72 * first) / 0.91
    expected = [
        [first, 0.9 * first, 0.72 * first],
        [0, -np.inf, -50 + 0.9 * last],
        [-np.inf, last, -np.inf],
    ]
    yield answer(chances, rewards, possible, 0.9), expected
    # one state that costs for ever: a missing action's 0 must not pass for the best
    chances, rewards = np.ones((1, 3, 1)), np.array([[[-1.0], [-2.0], [0.0]]])
    yield answer(chances, rewards, np.array([[True, True, False]]), 0.5), [[-2, -3, -np.inf]]


@exercise("16.3")
def lambda_returns(answer):
    rewards = np.array([[1.0, 0], [0, 1], [2, -1]])
    values = np.array([[4.0, 8], [2, 6], [10, 4]])
    no, ends = np.zeros((3, 2), bool), np.array([[0, 0], [0, 1], [0, 0]], bool)
    yield answer(rewards, no, values, 0.5, 0.0), rewards + 0.5 * values
    yield answer(rewards, no, values, 0.5, 1.0), [[2.75, 0.75], [3.5, 1.5], [7, 1]]
    yield answer(rewards, ends, values, 0.5, 1.0), [[2.75, 0.5], [3.5, 1], [7, 1]]
    rng = np.random.default_rng(0)
    rewards, values = rng.normal(size=(2, 6, 3))
    ends = rng.random((6, 3)) < 0.3
    expected = np.zeros((6, 3))
    for t in range(6):  # from the n-step returns: weights (1 - λ) λ^(n - 1), the last one the rest
        for game in range(3):
            total, factor, weight = 0.0, 1.0, 1.0
            for i in range(t, 6):
                total += factor * rewards[i, game]
                factor *= 0.9
                if ends[i, game] or i == 5:
                    rest = 0 if ends[i, game] else factor * values[i, game]
                    expected[t, game] += weight * (total + rest)
                    break
                expected[t, game] += weight * 0.3 * (total + factor * values[i, game])
                weight *= 0.7
    yield answer(rewards, ends, values, 0.9, 0.7), expected
