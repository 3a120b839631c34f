"""Wrong answers to the exercises of notebook 20."""

import numpy as np


def spectrum(W):
    return np.linalg.eigvalsh(np.diag(W.sum(axis=1)) - W)


def unnormalised(rule, W):
    values = np.linalg.eigvalsh(rule(np.diag(W.sum(axis=1)) - W))
    return (values[-1] - values[0]) / 2


def power(product, n, steps):
    x = np.random.default_rng(0).normal(size=n)
    for _ in range(steps):
        x = product(x / np.linalg.norm(x))
    return float(np.linalg.norm(x))


WRONG = {
    "20.1": [
        lambda W: int((spectrum(W) == 0).sum()),
        lambda W: int(((W > 0).sum(axis=1) == 1).sum()),
        lambda W: len(np.unique(spectrum(W).round(6))),
        lambda W: int((spectrum(W) < 0.02).sum()),
    ],
    "20.2": [
        lambda rule, W: 1.0,
        unnormalised,
        lambda rule, W: np.ptp(np.linalg.eigvalsh(W / W.sum(axis=1).max())) / 2,
    ],
    "20.3": [
        lambda product, n: 2.0,
        lambda product, n: power(product, n, 10),
        lambda product, n: float(product(np.eye(n)[0])[0]),
    ],
}
