"""Check masks of classes before a metric or a loss takes them."""

import numpy as np


def check_masks(true, found, classes, ignore=None):
    """Return both masks as integer arrays; raise ValueError, in one sentence, if they are unfit.

    true, found: integers from 0 to `classes` - 1, of one shape (..., height, width). ignore: a
    value that `true` may have beside the classes, for pixels that count neither way. Masks
    without any object, and no masks at all (0, height, width), are fine.
    """
    true, found = np.asarray(true), np.asarray(found)
    if true.shape != found.shape or true.ndim < 2:
        raise ValueError(
            "Masks to compare have one shape (..., height, width); "
            f"got {true.shape} and {found.shape}."
        )
    for name, mask in (("true", true), ("found", found)):
        if mask.dtype.kind not in "iu":
            raise ValueError(f"A mask holds the integers of its classes; {name} is {mask.dtype}.")
        known = {*range(classes)} | ({ignore} if name == "true" else set())
        if unknown := sorted({int(k) for k in np.unique(mask)} - known):
            raise ValueError(f"There are classes 0 to {classes - 1}; {name} has {unknown[0]}.")
    return true.astype(int), found.astype(int)
