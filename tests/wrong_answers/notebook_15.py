"""Wrong answers to the exercises of notebook 15."""

import numpy as np


def of_true(logits, targets):
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]


def pairs(logits, targets):
    return zip(of_true(logits, targets), targets, strict=True)


def weighed(e, values):
    weights = np.exp(e - e.max())
    weights /= weights.sum()
    return weights, weights @ values


def unigrams(words, references):
    best = max(references, key=lambda true: len(set(words) & set(true)))
    return 2 * len(set(words) & set(best)) / (len(words) + len(best))


def longest_run(words, references):
    best = 0
    for true in references:
        runs = [
            n
            for n in range(len(words) + 1)
            for i in range(len(words) - n + 1)
            for j in range(len(true) - n + 1)
            if words[i : i + n] == true[j : j + n]
        ]
        best = max(best, 2 * max(runs) / (len(words) + len(true)))
    return best


WRONG = {
    "15.1": [
        lambda logits, targets: np.exp(-of_true(logits, targets).mean()),
        lambda logits, targets: -of_true(logits, targets)[targets != 0].mean(),
        lambda logits, targets: np.exp(
            -np.mean([row[t != 0].mean() for row, t in pairs(logits, targets)])
        ),
    ],
    "15.2": [
        lambda q, k, v, ok: weighed(k @ q / np.sqrt(len(q)), v),
        lambda q, k, v, ok: weighed(np.where(ok, k @ q, -np.inf), v),
        lambda q, k, v, ok: weighed(np.where(ok, k @ q / 3, 0), v),
    ],
    "15.3": [unigrams, longest_run],
}
