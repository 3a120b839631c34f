"""Wrong answers to the exercises of notebook 02."""

import numpy as np

WRONG = {
    "02.1": [
        lambda angles, counts: np.sum(angles * counts) / np.sum(counts),
        lambda angles, counts: (
            np.degrees(np.angle(np.sum(counts * np.exp(1j * np.radians(angles))))) % 180
        ),
        lambda angles, counts: angles[np.argmax(counts)],
        lambda angles, counts: (
            np.degrees(np.angle(np.sum(counts * np.exp(2j * np.radians(angles))))) / 2
        ),  # may be negative
    ],
    "02.2": [
        lambda rates, reach: np.maximum(
            0, rates - (np.roll(rates, reach) + np.roll(rates, -reach)) / 2
        ),
        lambda rates, reach: (
            rates - (np.pad(rates, reach)[: len(rates)] + np.pad(rates, reach)[2 * reach :]) / 2
        ),
        lambda rates, reach: np.maximum(
            0, rates - np.pad(rates, reach)[: len(rates)] - np.pad(rates, reach)[2 * reach :]
        ),
    ],
    "02.3": [
        lambda pictures, counts: np.tensordot(counts, pictures, 1) / counts.sum(),
        lambda pictures, counts: pictures[counts > 0].mean(axis=0) - pictures.mean(axis=0),
        lambda pictures, counts: (
            np.tensordot(counts, pictures, 1) / len(counts) - pictures.mean(axis=0)
        ),
    ],
}
