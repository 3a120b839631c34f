"""A plane of latent numbers to move over, while a decoder draws what lies there."""

import json

import numpy as np

from utils.widgets import base

MOST = 2000  # points that are drawn on the plane


class LatentPlane(base.Widget):
    """The plane. `z` is the last place, (2,), and `picture` what the decoder drew there."""

    _esm = base.code("latent")
    still = "A plane of latent numbers to move over: run the cells down to this one to use it."

    def __init__(self, decode, limit, points, labels):
        if not callable(decode) or not 0 < limit < 100:
            raise ValueError(
                "latent_plane takes a function that decodes, and a limit above 0 and below 100."
            )
        self.decode, self.limit = decode, float(limit)
        self.z, self.picture = np.zeros(2), self.drawn(np.zeros(2))
        facts = {"limit": self.limit, "points": [], "labels": []}
        if points is not None:
            points = np.array(points, float)
            labels = np.zeros(len(points), int) if labels is None else np.array(labels)
            fit = points.ndim == 2 and points.shape[1] == 2 and labels.shape == points.shape[:1]
            if not fit or not np.isfinite(points).all() or not np.isin(labels, np.arange(10)).all():
                raise ValueError(
                    "latent_plane takes points (n, 2), finite numbers, and as many labels, 0 to 9; "
                    f"got {points.shape} and {labels.shape}."
                )
            facts["points"] = np.round(points[:MOST], 3).tolist()
            facts["labels"] = labels[:MOST].tolist()
        super().__init__(facts=json.dumps(facts))

    def drawn(self, z):
        """Return the picture (height, width) from 0 to 1 that the decoder draws at z (2,)."""
        picture = np.asarray(self.decode(np.asarray(z, "float32")[np.newaxis]))
        picture = picture.reshape(picture.shape[1:3]) if picture.ndim in (3, 4) else picture
        if picture.ndim != 2 or min(picture.shape) < 2:
            raise ValueError(
                "latent_plane takes a decoder from (1, 2) to pictures (1, height, width); this one "
                f"gives the shape {picture.shape}."
            )
        return np.clip(picture, 0, 1)

    def reply(self, question):
        z = np.array(question["z"], float)
        if z.shape != (2,) or not np.abs(z).max() <= self.limit:
            raise ValueError(f"a place has two numbers from -{self.limit} to {self.limit}.")
        self.z, self.picture = z, self.drawn(z)
        return base.pack(np.round(255 * self.picture))


def latent_plane(decode, limit=3, points=None, labels=None):
    """Return a plane to move over while `decode` draws, for the end of a cell.

    decode: a function from z (1, 2) float32 to pictures (1, height, width) or (1, height, width,
    1), 0 to 1. The plane runs from -limit to limit in both directions. points: (n, 2) encoded
    pictures to show on it, of which the first 2000 are drawn, in the colours of labels (n,), 0 to
    9. Raises ValueError for anything else.
    """
    return LatentPlane(decode, limit, points, labels)
