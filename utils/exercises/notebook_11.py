"""Checks of the exercises of notebook 11."""

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestCentroid

from utils.exercises import exercise


@exercise("11.1")
def class_mean(answer):
    rng = np.random.default_rng(0)
    for classes, width in ((3, 4), (5, 20)):
        labels = np.r_[np.arange(classes), rng.integers(0, classes, 30)]
        features = rng.normal(size=(len(labels), width)) + 2 * labels[:, None]
        queries = rng.normal(size=(40, width)) + rng.uniform(0, 2 * classes, (40, 1))
        yield (
            answer(features, labels, queries),
            NearestCentroid().fit(features, labels).predict(queries),
        )


@exercise("11.2")
def anew(answer):
    rng = np.random.default_rng(1)
    x = rng.normal(3, 2, (6, 4, 5, 3))
    yield answer(x), (x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)))
    ramp = np.arange(24.0).reshape(2, 3, 2, 2)
    yield answer(ramp), ([11.0, 12.0], [np.arange(0, 24, 2).var()] * 2)


@exercise("11.3")
def leave_one_out(answer):
    rng = np.random.default_rng(2)
    for n, width, decay in ((12, 3, 0.5), (9, 20, 2.0), (30, 40, 10.0)):
        labels = np.r_[np.arange(3), rng.integers(0, 3, n - 3)]
        features = rng.normal(size=(n, width)) + np.eye(3, width)[labels]
        right = 0
        for out in range(n):
            kept = np.delete(np.arange(n), out)
            ridge = Ridge(decay, fit_intercept=False)
            ridge.fit(features[kept], np.eye(3)[labels[kept]])
            right += ridge.predict(features[[out]])[0].argmax() == labels[out]
        yield answer(features, labels, decay), right / n
