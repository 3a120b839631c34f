"""Checks of the exercises of notebook 17."""

import numpy as np

from utils.exercises import exercise


@exercise("17.1")
def kl_between(answer):
    rng = np.random.default_rng(0)
    zero = np.zeros((1, 2))
    yield answer(zero, zero, zero, zero), [0]
    yield answer(zero + 1, zero, zero, zero), [1]
    mean_1, log_var_1, mean_2, log_var_2 = rng.normal(size=(4, 6, 3))
    terms = log_var_2 - log_var_1 - 1 + np.exp(log_var_1 - log_var_2)
    terms = terms + (mean_1 - mean_2) ** 2 * np.exp(-log_var_2)
    yield answer(mean_1, log_var_1, mean_2, log_var_2), terms.sum(axis=1) / 2


@exercise("17.2")
def effective_variance(answer):
    yield answer(1.0, 1.0, 784, 2, False, False), 0.5
    yield answer(1.0, 1.0, 784, 2, True, False), 392.0  # the mean over pixels
    yield answer(1.0, 1 / 784, 784, 10, True, False), 0.5  # Géron
    yield answer(3.0, 0.1, 100, 5, True, True), 0.1 / 5 * 100 / (2 * 3)
    yield answer(3.0, 0.1, 100, 5, False, True), 0.1 / 5 / (2 * 3)


@exercise("17.3")
def best_log_likelihood(answer):
    constant = np.log(2 * np.pi)
    both = np.array([4.0, 2.0, 1.0])
    # with the variance that a free one would take: the closed form of section 4
    yield answer(both, 1, 1.5), -(np.log(4) + 2 * np.log(1.5) + 3 * constant + 3) / 2
    # one unit more would be silent
    yield answer(both, 3, 1.5), -(np.log(8) + np.log(1.5) + 1 / 1.5 + 2 + 3 * constant) / 2
    yield answer(both, 2, 5.0), -(3 * np.log(5) + 7 / 5 + 3 * constant) / 2
    # in any order
    yield answer(both[::-1], 1, 0.5), -(np.log(4) + 1 + 2 * np.log(0.5) + 6 + 3 * constant) / 2
