"""Checks of the exercises of notebook 15."""

import numpy as np

from utils.exercises import exercise


@exercise("15.1")
def perplexity(answer):
    yield answer(np.zeros((1, 2, 5)), np.array([[3, 1]])), 5
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(3, 4, 6)), rng.integers(1, 6, (3, 4))
    targets[0, 2:], targets[1, 3:] = 0, 0
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    log_p = [np.log(p[i, t, k]) for (i, t), k in np.ndenumerate(targets) if k]
    yield answer(logits, targets), np.exp(-np.mean(log_p))
    more = np.concatenate([logits, rng.normal(size=(3, 5, 6))], axis=1)
    padded = np.concatenate([targets, np.zeros((3, 5), int)], axis=1)
    yield answer(more, padded), np.exp(-np.mean(log_p))


@exercise("15.2")
def dot_attention(answer):
    rng = np.random.default_rng(0)
    query, keys, values = rng.normal(size=9), rng.normal(size=(5, 9)), rng.normal(size=(5, 3))
    for allowed in (np.ones(5, bool), np.array([True, False, True, True, False])):
        found = answer(query, keys, values, allowed)
        if found is None:
            yield found, 0
            return
        if not isinstance(found, (tuple, list)) or len(found) != 2:
            yield "Return two arrays, the weights and the context."
            return
        weights = np.where(allowed, np.exp(keys @ query / 3), 0)
        weights /= weights.sum()
        yield found[0], weights
        yield found[1], weights @ values
    far = answer(query * 1e4, keys, values, np.ones(5, bool))
    yield far[0], np.eye(5)[np.argmax(keys @ query)]


@exercise("15.3")
def rouge_l(answer):
    cat = "the cat is on the mat".split()
    yield answer(cat, [cat]), 1
    yield answer("a dog".split(), [cat]), 0
    # "the cat the mat": 4 of 5 words, 4 of 6
    yield answer("the cat and the mat".split(), [cat]), 8 / 11
    yield answer("the mat is on the cat".split(), [cat]), 2 * 4 / 12
    yield answer("is on".split(), [cat, ["is", "on", "time"], ["on"]]), 2 * 2 / 5
