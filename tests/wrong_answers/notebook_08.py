"""Wrong answers to the exercises of notebook 08."""

import numpy as np


def unpool(values, maps, size, stride, put):
    """Call put(result, row, column, value) for each value at the place of its maximum."""
    result = np.zeros(maps.shape)
    for i, j in np.ndindex(values.shape):
        window = maps[i * stride : i * stride + size, j * stride : j * stride + size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        put(result, i * stride + row, j * stride + column, values[i, j])
    return result


def put_over(result, row, column, value):
    result[row, column] = value


WRONG = {
    "08.1": [
        lambda signal, maps, rule: signal * (maps > 0),  # the gradient, whatever the rule
        lambda signal, maps, rule: np.maximum(signal, 0),
        lambda signal, maps, rule: signal * (maps > 0) if rule == "gradient" else signal,
    ],
    "08.2": [
        lambda maps, gradients: (maps * gradients.mean(axis=(0, 1))).sum(axis=2),  # not rectified
        lambda maps, gradients: np.maximum(0, (maps * gradients).sum(axis=2)),
        lambda maps, gradients: np.maximum(0, (maps * gradients.sum(axis=(0, 1))).sum(axis=2)),
    ],
    "08.3": [
        lambda values, maps, size, stride: unpool(values, maps, size, stride, put_over),
        lambda values, maps, size, stride: unpool(
            values, np.zeros(maps.shape), size, stride, put_over
        ),  # always in the first corner
        lambda values, maps, size, stride: np.zeros(maps.shape),
    ],
}
