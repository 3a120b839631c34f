"""Wrong answers to the exercises of notebook 17."""

import numpy as np


def kl(m1, l1, m2, l2):
    return (np.exp(l1 - l2) + (m1 - m2) ** 2 / np.exp(l2) - l1 + l2 - 1) / 2


def likelihood(eigenvalues, model):
    return -(np.log(2 * np.pi * model) + eigenvalues / model).sum() / 2


def all_active(eigenvalues, q, variance):
    eigenvalues = np.sort(eigenvalues)[::-1]
    model = np.full(len(eigenvalues), variance)
    model[:q] = eigenvalues[:q]
    return likelihood(eigenvalues, model)


def best_variance(eigenvalues, q, variance):
    eigenvalues = np.sort(eigenvalues)[::-1]
    rest = eigenvalues[q:].mean() if q < len(eigenvalues) else variance
    return likelihood(eigenvalues, np.append(eigenvalues[:q], np.full(len(eigenvalues) - q, rest)))


def active_alone(eigenvalues, q, variance):
    own = np.sort(eigenvalues)[::-1][:q]
    return likelihood(own, np.maximum(own, variance))


WRONG = {
    "17.1": [
        kl,
        lambda m1, l1, m2, l2: kl(m2, l2, m1, l1).sum(axis=1),
        lambda m1, l1, m2, l2: kl(m1, 2 * l1, m2, 2 * l2).sum(axis=1),
        lambda m1, l1, m2, l2: kl(m1 - m2, l1, 0, 0).sum(axis=1),
        lambda m1, l1, m2, l2: kl(m1, l1, m2, l2).mean(axis=1),
    ],
    "17.2": [
        lambda a, b, D, q, pixels, latents: b / (2 * a),
        lambda a, b, D, q, pixels, latents: (b / q if latents else b) / (a / D if pixels else a),
        lambda a, b, D, q, pixels, latents: b * (D if pixels else 1) / (2 * a),
        lambda a, b, D, q, pixels, latents: (
            (b * q if latents else b) * (D if pixels else 1) / 2 / a
        ),
    ],
    "17.3": [all_active, best_variance, active_alone],
}
