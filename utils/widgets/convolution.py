"""A filter that is moved over a picture by hand, with each product of its sum."""

import json

import numpy as np

from utils.widgets import base

MOST = 64  # pixels a side of the picture


class ExploreConvolution(base.Widget):
    """The explorer. What the browser last showed is in `filter`, `row`, `column` and `total`."""

    _esm = base.code("convolution")
    still = "A filter to move over a picture: run the cells down to this one to use it."

    def __init__(self, picture, weights):
        self.picture, self.filter = np.array(picture, float), np.array(weights, float)
        for array, what in ((self.picture, "picture"), (self.filter, "filter")):
            if array.ndim != 2 or not array.size or not np.isfinite(array).all():
                raise ValueError(
                    f"explore_convolution takes a {what} of finite numbers of shape "
                    f"(rows, columns); got the shape {array.shape}."
                )
        if max(self.picture.shape) > MOST or max(self.filter.shape) > 7:
            raise ValueError(
                f"explore_convolution shows pictures up to {MOST} pixels a side and filters up to "
                f"7; got {self.picture.shape} and {self.filter.shape}."
            )
        if any(k > n for k, n in zip(self.filter.shape, self.picture.shape, strict=True)):
            raise ValueError(
                f"The filter {self.filter.shape} does not fit on the picture {self.picture.shape}."
            )
        self.row = self.column = 0
        self.total = self.sum_at(0, 0)
        facts = {"picture": self.picture.tolist(), "filter": self.filter.tolist()}
        super().__init__(facts=json.dumps(facts))

    def sum_at(self, row, column):
        """Return the sum of products where the filter's first weight lies on (row, column)."""
        k, m = self.filter.shape
        return float(np.sum(self.picture[row : row + k, column : column + m] * self.filter))

    def reply(self, question):
        weights = np.array(question["filter"], float)
        if weights.shape != self.filter.shape or not np.isfinite(weights).all():
            raise ValueError(f"the filter has finite numbers of shape {self.filter.shape}.")
        rows, columns = np.subtract(self.picture.shape, weights.shape) + 1
        row, column = int(question["row"]), int(question["column"])
        if not (0 <= row < rows and 0 <= column < columns):
            raise ValueError(f"the filter has {rows} x {columns} places, not ({row}, {column}).")
        self.filter, self.row, self.column = weights, row, column
        self.total = self.sum_at(row, column)
        return {"sum": self.total, "asked": [row, column, question["filter"]]}


def explore_convolution(picture, weights):
    """Return an explorer of the convolution of networks, for the end of a cell.

    picture: (rows, columns), finite numbers, at most 64 a side. weights: the filter to begin with,
    (rows, columns), at most 7 a side and no larger than the picture. Its place is chosen by click
    or arrow keys, its weights can be edited, and the sums visited fill the map, of the
    cross-correlation on the places where the filter lies inside. The browser does this alone; the
    kernel repeats each sum and says so if it finds another. Raises ValueError for other arrays.
    """
    return ExploreConvolution(picture, weights)
