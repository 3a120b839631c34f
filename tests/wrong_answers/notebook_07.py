"""Wrong answers to the exercises of notebook 07."""

import numpy as np


def svm_gradient(w, b, x, y, C, pays):
    return np.append(w - C * (y * pays) @ x, -C * np.sum(y * pays))


def soft_histogram(strength, degrees):
    apart = np.abs((degrees % 180)[:, np.newaxis] - np.arange(10, 180, 20))
    return strength @ np.maximum(0, 1 - np.minimum(apart, 180 - apart) / 20)


WRONG = {
    "07.1": [
        lambda a, b, gamma: np.exp(-gamma * ((a[:, None] - b) ** 2).sum(axis=2) ** 0.5),
        lambda a, b, gamma: np.exp(-((a[:, None] - b) ** 2).sum(axis=2) / gamma),
        lambda a, b, gamma: np.exp(gamma * ((a[:, None] - b) ** 2).sum(axis=2)),
        lambda a, b, gamma: a @ b.T,
    ],
    "07.2": [
        lambda w, b, x, y, C: svm_gradient(w, b, x, y, C, y * (x @ w + b) <= 1),
        lambda w, b, x, y, C: svm_gradient(w, b, x, y, C, y * (x @ w + b) < 0),
        lambda w, b, x, y, C: svm_gradient(w, b, x, y, C, y == y),
        lambda w, b, x, y, C: svm_gradient(0 * w, b, x, y, C, y * (x @ w + b) < 1),
    ],
    "07.3": [
        lambda strength, degrees: np.bincount((degrees // 20).astype(int), strength, 9),
        lambda strength, degrees: soft_histogram(strength, np.clip(degrees, 10, 170)),
        lambda strength, degrees: soft_histogram(np.ones(len(strength)), degrees),
        lambda strength, degrees: soft_histogram(strength, degrees + 10),
    ],
}
