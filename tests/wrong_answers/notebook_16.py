"""Wrong answers to the exercises of notebook 16."""

import numpy as np


def n_step(rewards, ends, after, discount, stop=True, value_at_end=False):
    total, factor = 0.0, 1.0
    for reward, end in zip(rewards, ends, strict=True):
        total, factor = total + factor * reward, factor * discount
        if end and stop:
            return total + factor * after * value_at_end
    return total + factor * after


def q_wrong(chances, rewards, possible, discount, how):
    q = np.where(possible, 0.0, -np.inf)
    for _ in range(500):
        best = np.where(possible, q, 0).max(axis=1) if how == "zeros" else q.max(axis=1)
        if how == "mean":
            best = np.where(possible, q, 0).sum(axis=1) / possible.sum(axis=1)
        follow = chances @ best if how == "reward once" else 0
        new = (chances * (rewards + discount * best)).sum(axis=2)
        if how == "reward once":
            new = rewards.sum(axis=2) + discount * follow
        q = np.where(possible, new, -np.inf)
    return q


def lambda_wrong(rewards, ends, values, discount, lam, how):
    returns, following = np.zeros(rewards.shape), values[-1]
    if how == "nothing behind the last":
        following = np.zeros(rewards.shape[1])
    for t in reversed(range(len(rewards))):
        mixed = (1 - lam) * values[t] + lam * following
        if how == "λ swapped":
            mixed = lam * values[t] + (1 - lam) * following
        going = np.ones(ends.shape[1]) if how == "ends unseen" else ~ends[t]
        returns[t] = following = rewards[t] + discount * mixed * going
    return returns


WRONG = {
    "16.1": [
        lambda *given: n_step(*given, stop=False),
        lambda *given: n_step(*given, value_at_end=True),
        lambda rewards, ends, after, discount: float(
            (rewards * ~ends * discount ** np.arange(len(rewards))).sum()
            + discount ** len(rewards) * after * ~ends.any()
        ),
    ],
    "16.2": [
        lambda *given: q_wrong(*given, "zeros"),
        lambda *given: q_wrong(*given, "mean"),
        lambda *given: q_wrong(*given, "reward once"),
    ],
    "16.3": [
        lambda *given: lambda_wrong(*given, "nothing behind the last"),
        lambda *given: lambda_wrong(*given, "λ swapped"),
        lambda *given: lambda_wrong(*given, "ends unseen"),
    ],
}
