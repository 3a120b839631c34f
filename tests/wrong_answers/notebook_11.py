"""Wrong answers to the exercises of notebook 11."""

import numpy as np


def by_one_example(features, labels, queries):
    first = np.array([features[np.flatnonzero(labels == k)[0]] for k in np.unique(labels)])
    return np.argmin(((queries[:, None] - first) ** 2).sum(-1), axis=1)


def by_product(features, labels, queries):
    means = np.array([features[labels == k].mean(0) for k in np.unique(labels)])
    return np.argmax(queries @ means.T, axis=1)


def fitted(features, labels, decay, kept):
    x = features[kept]
    weights = x.T @ np.linalg.solve(x @ x.T + decay * np.eye(len(x)), np.eye(3)[labels[kept]])
    return weights


def on_its_own_examples(features, labels, decay):
    weights = fitted(features, labels, decay, np.arange(len(labels)))
    return np.mean((features @ weights).argmax(1) == labels)


def without_decay(features, labels, decay):
    return np.mean(
        [
            (
                features[i] @ fitted(features, labels, 1e-9, np.delete(np.arange(len(labels)), i))
            ).argmax()
            == labels[i]
            for i in range(len(labels))
        ]
    )


WRONG = {
    "11.1": [
        by_one_example,
        by_product,
        lambda features, labels, queries: np.zeros(len(queries), int),
    ],
    "11.2": [
        lambda maps: (maps.mean(0).mean(0).mean(0), maps.std(axis=(0, 1, 2))),
        lambda maps: (maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2), ddof=1)),
        lambda maps: (maps.mean(axis=(0, 1, 2)), maps.var(axis=0).mean(axis=(0, 1))),
    ],
    "11.3": [on_its_own_examples, without_decay, lambda features, labels, decay: 1 / 3],
}
