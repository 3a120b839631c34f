"""Wrong answers to the exercises of notebook 04."""

import numpy as np


def c_layer(u, d, inhibition):
    windows = np.lib.stride_tricks.sliding_window_view(u, d.shape, axis=(0, 1))
    sums = (windows * d).sum(axis=(3, 4))
    x = np.maximum((1 + sums) / (1 + inhibition(sums)) - 1, 0)
    return x / (0.5 + x)


WRONG = {
    "04.1": [
        lambda t: t / (1 + t),
        lambda t: 1 / (1 - t),
        lambda t: 5 * t,  # right for 0.8 alone
    ],
    "04.2": [
        lambda sizes: 1 + sum(window - 1 for window, _ in sizes),  # strides forgotten
        lambda sizes: np.prod([window for window, _ in sizes]),
        lambda sizes: 1 + sum((window - 1) * stride for window, stride in sizes),
    ],
    "04.3": [
        lambda u, d: c_layer(u, d, lambda sums: sums.sum(axis=2, keepdims=True)),
        lambda u, d: c_layer(u, d, lambda sums: 0 * sums),  # no inhibition
        lambda u, d: c_layer(u, d[::-1, ::-1], lambda sums: sums.mean(axis=2, keepdims=True)),
    ],
}
