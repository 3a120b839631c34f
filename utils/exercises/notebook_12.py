"""Checks of the exercises of notebook 12."""

import numpy as np

from utils.exercises import exercise


@exercise("12.1")
def style_distance(answer):
    yield answer(np.array([[1.0, 2], [3, 4]]), np.zeros((1, 2))), 13.9375
    rng = np.random.default_rng(0)
    F, S = rng.normal(size=(12, 5)), rng.normal(size=(7, 5))
    yield answer(F, F[::-1]), 0
    yield answer(F, S), ((F.T @ F / 12 - S.T @ S / 7) ** 2).sum() / 100


@exercise("12.2")
def keep_colours(answer):
    rng = np.random.default_rng(0)
    photo, picture = rng.random((2, 4, 5, 3))
    weights = np.array([0.299, 0.587, 0.114])
    gray = np.full((4, 5, 3), 0.5)
    yield answer(gray, gray), gray
    expected = photo + ((picture - photo) @ weights)[..., None]
    yield answer(picture, photo), np.clip(expected, 0, 1)


@exercise("12.3")
def match_gram(answer):
    rng = np.random.default_rng(0)
    F, S = rng.normal(size=(40, 3)), rng.normal(size=(60, 3)) @ rng.normal(size=(3, 3))
    found = answer(F, S)
    if np.shape(found) != (40, 3):
        yield found, F
        return
    found = np.asarray(found)
    yield found.T @ found / 40, S.T @ S / 60
    W = np.linalg.lstsq(F, found, rcond=None)[0]
    if not np.allclose(F @ W, found, atol=1e-6):
        yield "The Gram matrix is right, but the result is not F times a matrix."
