"""Check boxes and labels of objects before a network or a metric takes them."""

import numpy as np


def check_boxes(boxes, labels, width, height, classes):
    """Raise ValueError, in one sentence, unless these are the objects of one picture.

    boxes: (n, 4), corners x y x y, inside 0 to `width` and 0 to `height` and neither empty nor
    inverted. labels: (n,) integers from 0 to `classes` - 1, or -1 for a row that stands for no
    object, whose box is not looked at. A picture without objects, n = 0, is fine.
    """
    boxes, labels = np.asarray(boxes), np.asarray(labels)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or labels.shape != boxes.shape[:1]:
        raise ValueError(
            f"Boxes are of shape (n, 4) and labels (n,); got {boxes.shape} and {labels.shape}."
        )
    if len(labels) and labels.dtype.kind not in "iu":
        raise ValueError(f"Labels are integers; got {labels.dtype}.")
    if unknown := sorted({int(k) for k in labels} - {-1, *range(classes)}):
        raise ValueError(f"There are classes 0 to {classes - 1}; got the label {unknown[0]}.")
    for box in boxes[labels >= 0].astype(float):
        left, top, right, bottom = box
        text = "[" + ", ".join(f"{value:g}" for value in box) + "]"
        if not (left < right and top < bottom):
            raise ValueError(f"A box is left, top, right, bottom; {text} is empty or inverted.")
        if not (left >= 0 and top >= 0 and right <= width and bottom <= height):
            raise ValueError(f"The box {text} reaches beyond a picture of {width} x {height}.")
