"""Boxes and labels that no network or metric should take."""

import numpy as np
import pytest

from utils.boxes import check_boxes


def test_good_objects_pass():
    check_boxes([[0, 0, 10, 20], [-1, -1, -1, -1]], [3, -1], 10, 20, 4)
    check_boxes(np.zeros((0, 4)), np.zeros(0), 10, 20, 4)  # a picture without objects


@pytest.mark.parametrize(
    "boxes, labels, words",
    [
        ([[0, 0, 11, 5]], [0], "beyond a picture of 10 x 20"),
        ([[-1, 0, 5, 5]], [0], "beyond"),
        ([[5, 0, 5, 5]], [0], "empty or inverted"),
        ([[0, 6, 5, 5]], [0], "empty or inverted"),
        ([[0, np.nan, 5, 5]], [0], "empty or inverted"),
        ([[0, 0, 5, 5]], [4], "got the label 4"),
        ([[0, 0, 5, 5]], [-2], "got the label -2"),
        ([[0, 0, 5, 5]], [0.5], "integers"),
        ([[0, 0, 5, 5]], [0, 1], r"\(1, 4\) and \(2,\)"),
        ([0, 0, 5, 5], [0], "shape"),
    ],
)
def test_bad_objects_get_one_sentence(boxes, labels, words):
    with pytest.raises(ValueError, match=words) as error:
        check_boxes(boxes, labels, 10, 20, 4)
    assert "\n" not in str(error.value)
