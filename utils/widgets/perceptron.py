"""A perceptron that learns card by card, at the reader's pace."""

import json

import numpy as np

from utils.widgets import base


class StepPerceptron(base.Widget):
    """The stepper. `weights` and `corrections` are those that the browser last showed."""

    _esm = base.code("perceptron")
    still = "A perceptron to teach card by card: run the cells down to this one to use it."

    def __init__(self, points, wanted, names):
        points, wanted = np.array(points, float), np.array(wanted)
        if points.ndim != 2 or points.shape[1:] != (2,) or not np.isfinite(points).all():
            raise ValueError(
                f"step_perceptron takes points (n, 2), finite numbers; got {points.shape}."
            )
        if wanted.shape != points.shape[:1] or not set(wanted.ravel().tolist()) == {0, 1}:
            raise ValueError(
                "step_perceptron takes one wanted answer a point, 0 and 1, not only one."
            )
        self.inputs = np.column_stack([points, np.ones(len(points))])  # (n, 3)
        self.wanted = wanted.astype(int)
        self.weights, self.corrections = np.zeros(3), 0
        facts = {"points": points.tolist(), "wanted": self.wanted.tolist(), "names": list(names)}
        super().__init__(facts=json.dumps(facts))

    def reply(self, question):
        """Go through the cards that the browser went through; say which weights come out."""
        weights, corrections = np.zeros(3), 0
        for card in question["cards"]:
            change = self.wanted[card] - int(weights @ self.inputs[card] > 0)
            weights, corrections = weights + change * self.inputs[card], corrections + abs(change)
        self.weights, self.corrections = weights, int(corrections)
        return {
            "weights": weights.tolist(),
            "corrections": self.corrections,
            "cards": len(question["cards"]),
        }


def step_perceptron(points, wanted, names=("x1", "x2")):
    """Return a perceptron to teach step by step, for the end of a cell.

    points: (n, 2). wanted: (n,), 0 and 1. names: of the two axes. The rule is notebook 03's with
    the rate 1, from weights of 0, with one more input that is always 1. The browser computes alone;
    the kernel repeats it and says so if it comes to other weights. Raises ValueError for other
    arrays.
    """
    return StepPerceptron(points, wanted, names)
