"""Checks of the exercises of notebook 10."""

import numpy as np

from utils.exercises import exercise


@exercise("10.1")
def cifar_parameters(answer):
    yield answer(3), 269_722
    yield answer(9), 853_018
    yield answer(18), 1_727_962


@exercise("10.2")
def leaky_start(answer):
    yield answer(0), 2
    yield answer(1), 1
    yield answer(0.5), 1.6


@exercise("10.3")
def path_shares(answer):
    yield answer(2, 1), [0.25, 0.5, 0.25]
    yield answer(3, 0.5), [8 / 27, 12 / 27, 6 / 27, 1 / 27]
    shares = np.asarray(answer(54, 0.25))
    yield shares.sum(), 1
    yield shares[5:18].sum(), 0.974962
