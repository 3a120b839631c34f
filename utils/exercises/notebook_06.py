"""Checks of the exercises of notebook 06."""

import numpy as np

from utils.exercises import exercise


@exercise("06.1")
def parameters(answer):
    yield answer(32, 64, 512, 10), 1_663_370
    yield answer(6, 16, 120, 10), 97_982
    yield answer(1, 1, 1, 2), 26 + 26 + 50 + 4


@exercise("06.2")
def max_pool(answer):
    images = np.random.default_rng(0).normal(size=(3, 6, 4, 2))
    expected = np.empty((3, 3, 2, 2))
    for n, i, j, channel in np.ndindex(expected.shape):
        expected[n, i, j, channel] = images[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, channel].max()
    yield answer(images), expected
    yield answer(-images[:1, :2, :2]), -images[:1, :2, :2].min(axis=(1, 2), keepdims=True)


@exercise("06.3")
def dropout(answer):
    activations = np.linspace(1, 2, 40_000).reshape(200, 200)
    yield answer(activations, 0.0, np.random.default_rng(0)), activations
    for rate in (0.5, 0.2):
        dropped = np.asarray(answer(activations, rate, np.random.default_rng(0)))
        kept = dropped != 0
        if abs(kept.mean() - (1 - rate)) > 0.02:
            yield f"With rate {rate} about {1 - rate:.0%} should survive; {kept.mean():.0%} do."
        yield dropped, kept * activations / (1 - rate)
        halves = kept[:100] == kept[100:]
        if abs(halves.mean() - (rate**2 + (1 - rate) ** 2)) > 0.02:
            yield "Some activations are dropped together: draw one random number for each."
