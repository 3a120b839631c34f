"""Wrong answers to the exercises of notebook 01."""

import numpy as np

WRONG = {
    "01.1": [
        lambda h, w, c, side, n: (h * w * c * n, side**2 * c * n),  # no biases
        lambda h, w, c, side, n: ((h * w * c + 1) * n, (side**2 + 1) * n),  # one colour
        lambda h, w, c, side, n: ((h * w * c + 1) * n, side**2 * c * n + 1),  # one bias
    ],
    "01.2": [
        lambda moved, order: moved[:, order],
        lambda moved, order: moved[:, order[::-1]],
        lambda moved, order: np.sort(moved, axis=1),
    ],
    "01.3": [
        lambda image, r: np.array(  # wraps around
            [
                [
                    np.corrcoef(image.ravel(), np.roll(image, (-i, -j), (0, 1)).ravel())[0, 1]
                    for j in range(-r, r + 1)
                ]
                for i in range(-r, r + 1)
            ]
        ),
        lambda image, r: np.array(  # the two directions exchanged
            [
                [
                    np.corrcoef(
                        image[max(0, -j) : 9 - max(0, j), max(0, -i) : 12 - max(0, i)].ravel(),
                        image[max(0, j) : 9 + min(0, j), max(0, i) : 12 + min(0, i)].ravel(),
                    )[0, 1]
                    for j in range(-r, r + 1)
                ]
                for i in range(-r, r + 1)
            ]
        ),
        lambda image, r: np.ones((2 * r + 1, 2 * r + 1)),
    ],
}
