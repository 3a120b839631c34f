"""Stated numbers, checked where they are stated."""

import json
import os
from numbers import Real
from pathlib import Path

import numpy as np

BANDS = Path(__file__).resolve().parent.parent / "data" / "results" / "bands"


class ClaimError(AssertionError):
    """A stated number does not hold, or its band is badly chosen."""


def claim(text, value, *, equals=None, within=0, at_least=None, at_most=None, deterministic=False):
    """Check that `value` is what `text` states, and print one line that never changes.

    equals, within: for facts: `value` equals `equals`, for numbers up to `within`.
    at_least, at_most: for measured figures: `value` lies in this band. data/results/bands/ records
    such a figure over five seeds, and in a run that was broken on purpose; a band that leaves out
    a recorded seed or lets the broken run in is refused.
    deterministic: the band is of a figure that no seed changes, and has no record.

    With COURSE_RECORD=FILE set, each measured figure is appended to FILE and not judged.

    Raises ClaimError if the claim or its band does not hold, ValueError for unfit arguments.
    """
    measured = at_least is not None or at_most is not None
    if measured == (equals is not None):
        raise ValueError(f"The claim {text!r} needs either equals, or at_least and at_most.")
    if within and not _is_number(equals):
        raise ValueError(f"The claim {text!r}: within goes with a number for equals.")
    if not measured:
        if not _equal(value, equals, within):
            raise ClaimError(f"This does not hold: {text}. Stated is {equals}, found {value}.")
        print(f"✓ {text}: {equals}" + (f" within {within}" if within else ""))
        return
    if not _is_number(value):
        raise ValueError(f"The claim {text!r} is about a number; got {value!r}.")
    value = float(value)
    if record := os.environ.get("COURSE_RECORD"):
        with open(record, "a", encoding="utf-8") as file:
            line = {"claim": text, "value": value}
            file.write(json.dumps(line | ({"deterministic": True} if deterministic else {})) + "\n")
        return
    band = " and ".join(
        f"{word} {bound}"
        for word, bound in (("at least", at_least), ("at most", at_most))
        if bound is not None
    )
    if not deterministic:
        _check_band(text, band, at_least, at_most)
    if not _inside(value, at_least, at_most):
        raise ClaimError(f"This does not hold: {text}. Stated is {band}, measured {value:g}.")
    print(f"✓ {text}: {band}")


def bands_file(number):
    """Return the file that holds the recorded claims of the notebook with this number."""
    return BANDS / f"{number}.json"


def recorded(number):
    """Return {claim: {"seeds": [five values], "broken": value}} of the notebook."""
    if not bands_file(number).exists():
        return {}
    records = json.loads(bands_file(number).read_text(encoding="utf-8"))["claims"]
    for record in records.values():
        record["broken"] = float(record["broken"])  # JSON has no infinity: "inf"
    return records


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _equal(value, equals, within):
    if _is_number(value) and _is_number(equals):
        return abs(value - equals) <= within
    return bool(np.array_equal(value, equals))


def _inside(value, at_least, at_most):
    """Tell whether `value` lies in the band; NaN never does."""
    above = at_least is None or value >= at_least
    below = at_most is None or value <= at_most
    return above and below and value == value


def _check_band(text, band, at_least, at_most):
    records = {}
    for path in BANDS.glob("*.json"):
        records |= recorded(path.stem)
    record = records.get(text)
    if record is None:
        raise ClaimError(
            f"The claim {text!r} has no record in data/results/bands/: "
            "record its notebook with `python tests/maintain.py bands NOTEBOOK`."
        )
    outside = [seed for seed in record["seeds"] if not _inside(seed, at_least, at_most)]
    if outside:
        raise ClaimError(f"The band of {text!r}, {band}, leaves out recorded values: {outside}.")
    if _inside(record["broken"], at_least, at_most):
        raise ClaimError(
            f"The band of {text!r}, {band}, lets in the run broken on purpose, "
            f"{record['broken']:g}: the claim could not fail."
        )
