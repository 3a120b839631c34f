"""Wrong answers to the exercises of notebook 06b."""

import numpy as np
from scipy import ndimage

WRONG = {
    "06b.1": [
        lambda size, side, reads: (side**2 * sum(reads), side**2 * sum(reads) * size**2),
        lambda size, side, reads: (
            sum(side**2 * n + 1 for n in reads),
            sum(side**2 * n for n in reads) * size**2 + len(reads),  # each bias once
        ),
    ],
    "06b.2": [
        lambda maps, a, b: 1.7159 * np.tanh(2 / 3 * (4 * a * maps[:, ::2, ::2] + b)),
        lambda maps, a, b: (
            1.7159
            * np.tanh(
                2
                / 3
                * (
                    a
                    * maps.reshape(len(maps), len(maps[0]) // 2, 2, -1, 2, maps.shape[-1]).mean(
                        axis=(2, 4)
                    )
                    + b
                )
            )
        ),
    ],
    "06b.3": [
        lambda image, rows, columns: image[
            np.clip(np.rint(rows).astype(int), 0, len(image) - 1),
            np.clip(np.rint(columns).astype(int), 0, len(image[0]) - 1),
        ],
        lambda image, rows, columns: ndimage.map_coordinates(
            image, [rows, columns], order=1, mode="nearest"
        ),
        lambda image, rows, columns: ndimage.map_coordinates(
            np.pad(image, 5), [columns + 5, rows + 5], order=1
        ),
    ],
}
