"""Stated numbers, checked where they are stated."""

import json
import math
import os
from numbers import Integral, Real
from pathlib import Path

import numpy as np

BANDS = Path(__file__).resolve().parent.parent / "data" / "results" / "bands"
_running = [None]  # the number of the notebook that runs: "06b"


class ClaimError(AssertionError):
    """A stated number does not hold, or its band is badly chosen."""


def claim(
    text, value, *, equals=None, within=0, at_least=None, at_most=None, deterministic=False, unit=""
):
    """Check that `value` is what `text` states, and print one line with the value.

    equals, within: for facts: `value` equals `equals`, for numbers up to `within`.
    at_least, at_most: for measured figures: `value` lies in this band. data/results/bands/ has a
    file for each notebook that records such a figure over five seeds, over two with the packages
    of Colab, and in a run that was broken on purpose; a band that leaves out a recorded seed or
    lets the broken run in is refused.
    deterministic: the figure is the same for every seed, so its band needs no record.
    unit: of the figure, "%" or "pixels" say, for the printed line.

    A figure that is not exact is printed behind ≈. With COURSE_RECORD=FILE set, figures with a
    band are appended to FILE and not judged.

    Raises ClaimError if the claim or its band does not hold, ValueError for unfit arguments.
    """
    bounded = at_least is not None or at_most is not None
    if bounded == (equals is not None):
        raise ValueError(f"The claim {text!r} needs either equals, or at_least and at_most.")
    if deterministic and not bounded:
        raise ValueError(f"The claim {text!r}: deterministic goes with at_least or at_most.")
    value, equals = _plain(value), _plain(equals)
    for bound in (within, at_least or 0, at_most or 0):
        if not math.isfinite(bound):
            raise ValueError(f"The claim {text!r}: a bound is a finite number; got {bound}.")
    if within and not _is_number(equals):
        raise ValueError(f"The claim {text!r}: within goes with a number for equals.")
    if not bounded:
        if not _equal(value, equals, within):
            raise ClaimError(f"This does not hold: {text}. Stated is {equals}, found {value}.")
        _say(text, _short(value, within) if within else _spaced(equals), unit)
        return
    if not _is_number(value):
        raise ValueError(f"The claim {text!r} is about a number; got {value!r}.")
    value = float(value)
    if record := os.environ.get("COURSE_RECORD"):
        line = {"claim": text, "value": value} | ({"deterministic": True} if deterministic else {})
        with open(record, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
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
    _say(text, _short(value), unit)


def begin(name):
    """Let the claims that follow be those of the notebook `name`."""
    _running[0] = name.split("_")[0]


def bands_file(number):
    """Return the path of the file that records the claims of the notebook `number`, "06b" say."""
    return BANDS / f"{number}.json"


def recorded(number):
    """Return {claim: {"seeds": values, "colab": values, "broken": value}} of a notebook, "06b" say.

    seeds: of five seeds with the tested set; colab: of two with Colab's; broken: of a run that was
    broken on purpose. {} if nothing is recorded.
    """
    path = bands_file(number)
    if not path.exists():
        return {}
    records = json.loads(path.read_text(encoding="utf-8"))["claims"]
    for record in records.values():
        record["broken"] = float(record["broken"])  # JSON has no infinity: "inf"
    return records


def _say(text, value, unit):
    print(f"✓ {text}: {value}{' ' * bool(unit)}{unit}")


def _plain(value):
    """Return the number that a scalar array or tensor holds; anything else as it is."""
    if getattr(value, "shape", None) == () and not isinstance(value, Real):
        return np.asarray(value).item()
    return value


def _short(value, within=0):
    """Return a figure to about four digits, marked as approximate; 0 for what rounding leaves."""
    if abs(value) < within / 1000:
        return "≈ 0"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"≈ {value:.4g}"
    return f"≈ {value:.0f}" if 1e4 <= abs(value) < 1e6 else f"≈ {value:.2g}"


def _spaced(value):
    """Return a fact as text, whole numbers from 10 000 on with spaces: 1 663 370."""
    if isinstance(value, (list, tuple)):
        text = ", ".join(map(_spaced, value))
        return f"[{text}]" if isinstance(value, list) else f"({text})"
    if isinstance(value, Integral) and not isinstance(value, bool) and abs(value) >= 10_000:
        return f"{value:,}".replace(",", " ")
    return str(value)


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
    number = _running[0]
    record = recorded(number).get(text)
    if record is None:
        raise ClaimError(
            f"The claim {text!r} has no record in data/results/bands/{number}.json: "
            f"record it with `python tests/maintain.py bands {number}`."
        )
    if not record["seeds"] or math.isnan(record["broken"]):
        raise ClaimError(f"The record of {text!r} has no seeds, or no broken run: record it again.")
    values = record["seeds"] + record.get("colab", [])
    outside = [value for value in values if not _inside(value, at_least, at_most)]
    if outside:
        raise ClaimError(f"The band of {text!r}, {band}, leaves out recorded values: {outside}.")
    if _inside(record["broken"], at_least, at_most):
        raise ClaimError(
            f"The band of {text!r}, {band}, lets in the run broken on purpose, "
            f"{record['broken']:g}: the claim could not fail."
        )
