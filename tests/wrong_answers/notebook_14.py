"""Wrong answers to the exercises of notebook 14."""

import numpy as np
from scipy import ndimage


def spread(x, stride):
    """Return x with stride - 1 zeros between its numbers."""
    out = np.zeros(stride * (len(x) - 1) + 1)
    out[::stride] = x
    return out


def cut(full, padding):
    return full[padding : len(full) - padding]


def weights(instances, w0, sigma, both=True, on_objects=False):
    numbers = [k for k in np.unique(instances) if k]
    if len(numbers) < 2:
        return np.zeros(instances.shape)
    far = np.sort([ndimage.distance_transform_edt(instances != k) for k in numbers], axis=0)
    total = far[0] + far[1] if both else 2 * far[0]
    found = w0 * np.exp(-(total**2) / (2 * sigma**2))
    return found if on_objects else np.where(instances == 0, found, 0)


WRONG = {
    "14.1": [
        lambda x, kernel, stride, padding: cut(
            np.convolve(spread(x, stride), kernel[::-1]), padding
        ),
        lambda x, kernel, stride, padding: np.convolve(spread(x, stride), kernel),
        lambda x, kernel, stride, padding: cut(np.convolve(np.repeat(x, stride), kernel), padding),
    ],
    "14.2": [
        lambda a, b: np.full(len(a), 2 * (a & b).sum() / (a.sum() + b.sum())),
        lambda a, b: (a & b).sum((1, 2)) / np.maximum((a | b).sum((1, 2)), 1),
        lambda a, b: 2 * (a & b).sum((1, 2)) / np.maximum(a.sum((1, 2)) + b.sum((1, 2)), 1),
        lambda a, b: (2 * (a & b).sum((1, 2)) + 1) / (a.sum((1, 2)) + b.sum((1, 2)) + 1),
    ],
    "14.3": [
        lambda instances, w0=10.0, sigma=5.0: weights(instances, w0, sigma, both=False),
        lambda instances, w0=10.0, sigma=5.0: weights(instances, w0, sigma, on_objects=True),
        lambda instances, w0=10.0, sigma=5.0: weights(instances, 10.0, 5.0),
    ],
}
