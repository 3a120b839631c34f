"""Wrong answers to the exercises of notebook 05."""

import numpy as np


def input_gradient(slopes, filters, stride, height, width, add=True):
    k, _, channels, _ = filters.shape
    result = np.zeros((len(slopes), height, width, channels))
    for i, j in np.ndindex(slopes.shape[1:3]):
        part = result[:, i * stride : i * stride + k, j * stride : j * stride + k]
        part[:] = add * part + np.tensordot(slopes[:, i, j], filters, (1, 3))
    return result


WRONG = {
    "05.1": [
        lambda n, k, stride: k - 1,  # right for stride 1 alone
        lambda n, k, stride: (-(-n // stride) - 1) * stride + k - n,  # may be negative
        lambda n, k, stride: max((n // stride - 1) * stride + k - n, 0),  # rounded down
    ],
    "05.2": [
        lambda slopes: slopes.repeat(2, axis=1).repeat(2, axis=2),  # not divided
        lambda slopes: np.tile(slopes, (1, 2, 2, 1)) / 4,
        lambda slopes: slopes.repeat(2, axis=1).repeat(2, axis=2) / 2,
    ],
    "05.3": [
        lambda slopes, filters, stride, h, w: input_gradient(
            slopes, filters[::-1, ::-1], stride, h, w
        ),
        lambda slopes, filters, stride, h, w: input_gradient(slopes, filters, 1, h, w),
        lambda slopes, filters, stride, h, w: input_gradient(  # overlaps overwritten
            slopes, filters, stride, h, w, add=False
        ),
    ],
}
