"""The self-checks of the exercises, those of each notebook in a module of their own.

A check is a function of the reader's function that yields pairs (found, expected), or a sentence
that says what is wrong. The reader's function gets copies of the arrays that the check hands to
it, so that it may work in place.
"""

import importlib
import pkgutil

import numpy as np

_CHECKS = {}


def check(name, answer):
    """Print one line that says whether the function `answer` solves `name`, such as "06.1"."""
    found = trouble(name, answer)
    print(f"exercise {name}: " + (f"not yet. {found}" if found else "passes the check"))


def trouble(name, answer):
    """Return "" if the function `answer` solves the exercise `name`, else a sentence why not.

    Whatever the reader's function raises becomes such a sentence. Raises ValueError for an
    unknown exercise.
    """
    run = _find(name)
    try:
        for pair in run(lambda *arguments: answer(*_copied(arguments))):
            if isinstance(pair, str):
                return pair
            if difference := _difference(*pair):
                return difference
    except Exception as error:
        return f"Your function stops with {type(error).__name__}: {error}"
    return ""


def exercise(name):
    """Make the decorated function the check of the exercise `name`."""

    def register(function):
        _CHECKS[name] = function
        return function

    return register


def _find(name):
    """Return the check of the exercise `name`, from the module of its notebook."""
    number = str(name).partition(".")[0]
    numbers = [module.name.removeprefix("notebook_") for module in pkgutil.iter_modules(__path__)]
    if number not in numbers:
        there = ", ".join(numbers)
        raise ValueError(f"There is no exercise {name!r}; there are those of notebooks {there}.")
    importlib.import_module(f"{__name__}.notebook_{number}")
    if name not in _CHECKS:
        there = ", ".join(known for known in _CHECKS if known.startswith(f"{number}."))
        raise ValueError(f"There is no exercise {name!r}; there are {there}.")
    return _CHECKS[name]


def _copied(value):
    """Return `value` with copies of its arrays, those in tuples, lists and dicts too."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (tuple, list)):
        return type(value)(_copied(part) for part in value)
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return value  # a generator too: a copy would draw the same numbers twice


def _difference(found, expected):
    """Return "" if `found` is `expected` up to rounding, else a sentence."""
    if found is None:
        return "Your function returns nothing yet."
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        return f"The result has the shape {found.shape}, wanted is {expected.shape}."
    if found.dtype.kind not in "biuf":
        return f"The result is of type {found.dtype}, wanted are numbers."
    if not np.allclose(found, expected, rtol=1e-4, atol=1e-6):
        if not expected.ndim:
            return f"The result is {found}, wanted is {expected}."
        return "The result has the right shape and wrong values."
    return ""
