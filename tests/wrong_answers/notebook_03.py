"""Wrong answers to the exercises of notebook 03."""

import numpy as np


def perceptron(X, D, passes):
    """Return the weights before the first input and after each."""
    states = [np.zeros(X.shape[1])]
    for i in list(range(len(X))) * passes:
        states.append(states[-1] + (D[i] - (X[i] @ states[-1] > 0)) * X[i])
    return states


WRONG = {
    "03.1": [
        lambda w, b, x, D, rate: [*(w + rate * (D - (w @ x + b > 0)) * x), b],  # b stays
        lambda w, b, x, D, rate: [
            *(w + rate * (D - (w @ x > 0)) * x),
            b + rate * (D - (w @ x > 0)),  # answers without b
        ],
        lambda w, b, x, D, rate: [
            *(w + rate * (D - (w @ x + b >= 0)) * x),
            b + rate * (D - (w @ x + b >= 0)),  # fires at 0
        ],
        lambda w, b, x, D, rate: [*(w + rate * (D - (w @ x + b)) * x), b + rate * (D - w @ x - b)],
    ],
    "03.2": [
        lambda W, X, D: (
            (X**2).sum(1).max() / ((2 * D - 1) * (X @ W)).min() ** 2
        ),  # W not of length 1
        lambda W, X, D: (X**2).sum(1).max() * (W @ W) / (D * (X @ W)).max() ** 2,
        lambda W, X, D: np.sqrt((X**2).sum(1).max() * (W @ W)) / ((2 * D - 1) * (X @ W)).min(),
    ],
    "03.3": [
        lambda X, D, passes: perceptron(X, D, passes)[-1],  # the last weights
        lambda X, D, passes: np.mean(  # over the corrections alone
            np.unique(perceptron(X, D, passes)[1:], axis=0), axis=0
        ),
        lambda X, D, passes: np.mean(perceptron(X, D, passes)[len(X) :: len(X)], axis=0),
    ],
}
