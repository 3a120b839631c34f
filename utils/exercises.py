"""The self-checks of the exercises.

Each check calls the reader's function on inputs with known answers. A check is a function of the
reader's function that yields pairs (found, expected), or a sentence that says what is wrong.
"""

import numpy as np
from scipy import ndimage

_CHECKS = {}


def check(exercise, answer):
    """Print one line that says whether the function `answer` solves `exercise`, such as "06.1"."""
    found = trouble(exercise, answer)
    print(f"exercise {exercise}: " + (f"not yet. {found}" if found else "passes the check"))


def trouble(exercise, answer):
    """Return "" if the function `answer` solves `exercise`, else a sentence that says why not.

    Whatever the reader's function raises becomes such a sentence. Raises ValueError for an
    unknown exercise.
    """
    if exercise not in _CHECKS:
        raise ValueError(f"There is no exercise {exercise!r}; there are {', '.join(_CHECKS)}.")
    try:
        for pair in _CHECKS[exercise](answer):
            if isinstance(pair, str):
                return pair
            if difference := _difference(*pair):
                return difference
    except Exception as error:
        return f"Your function stops with {type(error).__name__}: {error}"
    return ""


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


def _exercise(name):
    def register(function):
        _CHECKS[name] = function
        return function

    return register


@_exercise("00.1")
def _least_sure(answer):
    probabilities = np.array([[0.1, 0.9, 0], [0.4, 0.3, 0.3], [0, 0, 1], [0.6, 0.2, 0.2]])
    yield answer(probabilities, 1), [1]
    yield answer(probabilities, 3), [1, 3, 0]
    yield answer(probabilities[::-1, ::-1], 2), [2, 0]


@_exercise("00.2")
def _softmax(answer):
    yield answer(np.zeros((2, 4))), np.full((2, 4), 0.25)
    yield answer(np.log([[1.0, 3], [7, 1]])), [[0.25, 0.75], [0.875, 0.125]]
    yield answer(np.array([[1000.0, 1000], [0, -1000]])), [[0.5, 0.5], [1, 0]]


@_exercise("00.3")
def _shift(answer):
    image = np.arange(1.0, 13).reshape(3, 4)
    yield answer(image.copy(), 0, 0), image
    yield answer(image.copy(), 1, 0), [[0, 1, 2, 3], [0, 5, 6, 7], [0, 9, 10, 11]]
    yield answer(image.copy(), -2, 0), [[3, 4, 0, 0], [7, 8, 0, 0], [11, 12, 0, 0]]
    yield answer(image.copy(), 0, 1), [[0, 0, 0, 0], [1, 2, 3, 4], [5, 6, 7, 8]]
    yield answer(image.copy(), 1, -1), [[0, 5, 6, 7], [0, 9, 10, 11], [0, 0, 0, 0]]


@_exercise("06.1")
def _parameters(answer):
    yield answer(32, 64, 512, 10), 1_663_370
    yield answer(6, 16, 120, 10), 97_982
    yield answer(1, 1, 1, 2), 26 + 26 + 50 + 4


@_exercise("06.2")
def _max_pool(answer):
    images = np.random.default_rng(0).normal(size=(3, 6, 4, 2))
    expected = np.empty((3, 3, 2, 2))
    for n, i, j, channel in np.ndindex(expected.shape):
        expected[n, i, j, channel] = images[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, channel].max()
    yield answer(images.copy()), expected
    yield answer(-images[:1, :2, :2]), -images[:1, :2, :2].min(axis=(1, 2), keepdims=True)


@_exercise("06.3")
def _dropout(answer):
    activations = np.linspace(1, 2, 40_000).reshape(200, 200)
    yield answer(activations.copy(), 0.0, np.random.default_rng(0)), activations
    for rate in (0.5, 0.2):
        dropped = np.asarray(answer(activations.copy(), rate, np.random.default_rng(0)))
        kept = dropped != 0
        if abs(kept.mean() - (1 - rate)) > 0.02:
            yield f"With rate {rate} about {1 - rate:.0%} should survive; {kept.mean():.0%} do."
        yield dropped, kept * activations / (1 - rate)
        halves = kept[:100] == kept[100:]
        if abs(halves.mean() - (rate**2 + (1 - rate) ** 2)) > 0.02:
            yield "Some activations are dropped together: draw one random number for each."


@_exercise("06b.1")
def _count(answer):
    yield answer(10, 5, [3] * 6 + [4] * 9 + [6]), (1516, 151_600)
    yield answer(28, 5, [1] * 6), (156, 122_304)
    yield answer(7, 3, [2, 5]), (9 * 7 + 2, 49 * 65)


@_exercise("06b.2")
def _subsample(answer):
    rng = np.random.default_rng(0)
    maps, coefficient, bias = rng.normal(size=(2, 6, 4, 3)), rng.normal(size=3), rng.normal(size=3)
    expected = np.empty((2, 3, 2, 3))
    for n, i, j, c in np.ndindex(expected.shape):
        total = maps[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c].sum()
        expected[n, i, j, c] = 1.7159 * np.tanh(2 / 3 * (coefficient[c] * total + bias[c]))
    yield answer(maps.copy(), coefficient, bias), expected


@_exercise("06b.3")
def _read_between(answer):
    rng = np.random.default_rng(0)
    image = rng.normal(size=(6, 9))
    grid = np.indices(image.shape).reshape(2, -1).astype(float)
    yield answer(image.copy(), *grid), image.ravel()
    yield (
        answer(image.copy(), np.array([2.5]), np.array([5.25])),
        [image[2:4, 5:7].mean(axis=0) @ [0.75, 0.25]],
    )
    places = rng.uniform([[-3], [-3]], [[8], [11]], (2, 500))
    expected = ndimage.map_coordinates(np.pad(image, 5), places + 5, order=1)
    yield answer(image.copy(), *places), expected


@_exercise("03.1")
def _correct_apart(answer):
    w, x = np.array([1.0, -2, 0.5]), np.array([2.0, 1, 4])
    yield answer(w.copy(), -3.0, x, 1, 0.5), [2, -1.5, 2.5, -2.5]
    yield answer(w.copy(), -1.0, x, 0, 0.5), [0, -2.5, -1.5, -1.5]
    yield answer(w.copy(), -2.0, x, 0, 0.5), [*w, -2]  # a sum of 0 is no firing
    yield answer(w.copy(), -1.0, x, 1, 0.5), [*w, -1]


@_exercise("03.2")
def _bound_from(answer):
    X, D = np.array([[3.0, 4], [-1, -2], [2, -1]]), np.array([1, 0, 1])
    yield answer(np.array([1.0, 0]), X, D), 25
    yield answer(np.array([10.0, 0]), X, D), 25
    yield answer(np.array([4.0, 1]), X, D), 25 * 17 / 36


@_exercise("03.3")
def _averaged(answer):
    rng = np.random.default_rng(0)
    X, D = np.hstack([rng.normal(size=(20, 3)), np.ones((20, 1))]), rng.integers(0, 2, 20)
    for passes in (1, 3):
        states = [np.zeros(4)]
        for i in list(range(20)) * passes:
            states.append(states[-1] + (D[i] - (X[i] @ states[-1] > 0)) * X[i])
        yield answer(X.copy(), D.copy(), passes), np.mean(states[1:], axis=0)
