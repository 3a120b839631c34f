"""Wrong answers to the exercises of notebook 12."""

import numpy as np


def weights(picture):
    return picture @ np.array([0.299, 0.587, 0.114])


WRONG = {
    "12.1": [
        lambda F, S: ((F.T @ F - S.T @ S) ** 2).sum() / (4 * F.shape[1] ** 2),
        lambda F, S: ((F.T @ F / len(F) - S.T @ S / len(S)) ** 2).mean(),
        lambda F, S: ((F.mean(0) - S.mean(0)) ** 2).sum(),
    ],
    "12.2": [
        lambda picture, photo: picture,
        lambda picture, photo: np.clip(photo + (picture - photo).mean(2, keepdims=True), 0, 1),
        lambda picture, photo: np.repeat(weights(picture)[..., None], 3, axis=2),
    ],
    "12.3": [
        lambda F, S: F,
        lambda F, S: (F - F.mean(0)) / F.std(0) * S.std(0) + S.mean(0),
        lambda F, S: F @ np.linalg.inv(F.T @ F / len(F)) @ (S.T @ S / len(S)),
        lambda F, S: np.linalg.qr(F)[0] * np.sqrt(len(F)) * np.sqrt((S**2).mean(0)),
    ],
}
