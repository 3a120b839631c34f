"""The self-checks of the exercises.

Each check calls the reader's function on inputs with known answers. A check is a function of the
reader's function that yields pairs (found, expected), or a sentence that says what is wrong.
"""

import numpy as np
from scipy import ndimage, signal

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


@_exercise("01.1")
def _two_layers(answer):
    yield answer(28, 28, 1, 5, 16), (12_560, 416)
    yield answer(224, 224, 3, 5, 64), (9_633_856, 4_864)
    yield answer(2, 3, 4, 3, 1), (25, 37)


@_exercise("01.2")
def _unshuffle(answer):
    pixels = np.array([[3, 1, 4, 0, 9, 2], [6, 5, 3, 7, 8, 1]])
    for order in ([2, 0, 1, 5, 3, 4], [5, 4, 3, 2, 1, 0], [0, 2, 1, 4, 5, 3]):
        yield answer(pixels[:, order], np.array(order)), pixels


@_exercise("01.3")
def _correlation_map(answer):
    image = np.random.default_rng(0).normal(size=(9, 12)).cumsum(axis=0).cumsum(axis=1)
    expected = np.empty((5, 5))
    for i, j in np.ndindex(5, 5):
        pairs = [
            (image[row, column], image[row + i - 2, column + j - 2])
            for row, column in np.ndindex(9, 12)
            if 0 <= row + i - 2 < 9 and 0 <= column + j - 2 < 12
        ]
        expected[i, j] = np.corrcoef(np.transpose(pairs))[0, 1]
    yield answer(image.copy(), 2), expected
    yield answer(image.copy(), 0), [[1]]


@_exercise("02.1")
def _preferred(answer):
    angles = np.arange(0, 180, 15)
    for best in (0, 60, 172.5):
        counts = 5 + 4 * np.cos(np.radians(2 * (angles - best)))
        found = answer(angles.copy(), counts)
        nearest = found if found is None else best + 180 * np.round((found - best) / 180)
        yield found, nearest  # 180 is 0
        if not -1e-6 <= found < 180 + 1e-6:
            yield f"A tilt lies between 0 and 180 degrees; found is {found}."
    yield answer(np.array([0, 45]), np.array([2, 2])), 22.5
    yield answer(np.array([30, 60, 90]), np.array([0, 7, 0])), 60


@_exercise("02.2")
def _end_stopped(answer):
    yield answer(np.array([0.0, 4, 4, 4, 4, 0]), 1), [0, 2, 0, 0, 2, 0]
    yield answer(np.array([9.0, 0, 0, 5, 0, 0, 1]), 3), [6.5, 0, 0, 0, 0, 0, 0]
    yield answer(np.array([1.0, 2, 3]), 5), [1, 2, 3]
    rates = np.random.default_rng(0).uniform(0, 50, 30)
    expected = [
        max(0, r - (sum(rates[j] for j in (i - 4, i + 4) if 0 <= j < 30)) / 2)
        for i, r in enumerate(rates)
    ]
    yield answer(rates.copy(), 4), expected


@_exercise("02.3")
def _triggered_average(answer):
    rng = np.random.default_rng(0)
    pictures, counts = rng.normal(0.5, 1, (60, 4, 3)), rng.poisson(2, 60)
    shown_again = np.repeat(pictures, counts, axis=0)  # once for each spike
    yield answer(pictures.copy(), counts), shown_again.mean(axis=0) - pictures.mean(axis=0)
    yield (
        answer(np.eye(4).reshape(4, 2, 2), np.array([0, 0, 3, 0])),
        [[-0.25, -0.25], [0.75, -0.25]],
    )


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


@_exercise("04.1")
def _selectivity(answer):
    for r in (4.0, 1.5, 0.25):
        yield answer(r / (1 + r)), r


@_exercise("04.2")
def _sees(answer):
    yield answer([(5, 1), (5, 2)]), 9
    yield answer([(5, 1), (5, 2), (5, 1), (5, 1), (5, 1), (2, 1)]), 35
    yield answer([(3, 2), (3, 3), (2, 1), (1, 5), (4, 1)]), 1 + 2 + 4 + 6 + 0 + 90


@_exercise("04.3")
def _c_layer(answer):
    rng = np.random.default_rng(0)
    u, d = rng.random((6, 7, 3)) * [0.2, 1, 3], rng.random((3, 3))
    sums = np.stack([signal.correlate2d(u[:, :, k], d, "valid") for k in range(3)], axis=2)
    x = (1 + sums) / (1 + sums.mean(axis=2, keepdims=True)) - 1
    yield answer(u.copy(), d), np.where(x > 0, x / (0.5 + x), 0)


@_exercise("05.1")
def _zeros_to_add(answer):
    for case, zeros in [((28, 5, 1), 4), ((28, 5, 2), 3), ((7, 2, 2), 1), ((9, 2, 3), 0)]:
        yield answer(*case), zeros


@_exercise("05.2")
def _average_backward(answer):
    slopes = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    expected = np.empty((2, 6, 8, 5))
    for n, i, j, channel in np.ndindex(expected.shape):
        expected[n, i, j, channel] = slopes[n, i // 2, j // 2, channel] / 4
    yield answer(slopes.copy()), expected


@_exercise("05.3")
def _input_slopes(answer):
    rng = np.random.default_rng(0)
    for k, stride, rows, columns in [(3, 1, 4, 5), (3, 2, 3, 4), (2, 3, 2, 3)]:
        height, width = (rows - 1) * stride + k + 1, (columns - 1) * stride + k
        slopes, filters = rng.normal(size=(2, rows, columns, 3)), rng.normal(size=(k, k, 2, 3))
        expected = np.zeros((2, height, width, 2))
        for i, j, a, b in np.ndindex(rows, columns, k, k):
            expected[:, i * stride + a, j * stride + b] += slopes[:, i, j] @ filters[a, b].T
        yield answer(slopes.copy(), filters, stride, height, width), expected


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


@_exercise("07.1")
def _rbf(answer):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    expected = np.array([[np.exp(-0.3 * np.sum((x - z) ** 2)) for z in b] for x in a])
    yield answer(a.copy(), b.copy(), 0.3), expected
    yield answer(np.zeros((1, 2)), np.array([[3.0, 4]]), 0.1), [[np.exp(-2.5)]]


@_exercise("07.2")
def _svm_gradient(answer):
    x, y = np.array([[2.0, 0], [0, 1], [-1, 3], [4, 4]]), np.array([1, -1, -1, 1])
    w = np.array([0.5, -1])
    # y f = 0, 2, 4.5, -3 with b = -1: the first and the last pay
    yield answer(w.copy(), -1.0, x.copy(), y, 0.5), [0.5 - 0.5 * 6, -1 - 0.5 * 4, -0.5 * 2]
    # y f = 1, 1, 3.5, -2 with b = 0: the first two stand on the edge of the street
    yield answer(w.copy(), 0.0, x.copy(), y, 2.0), [0.5 - 2 * 4, -1 - 2 * 4, -2]
    # y f = -4, 6, 8.5, -7 with b = -5
    yield answer(w.copy(), -5.0, x[:3], y[:3], 1.0), [0.5 - 2, -1, -1]
    yield answer(w.copy(), 5.0, x[1:3], y[1:3], 1.0), [0.5 - 1, -1 + 4, 2]


@_exercise("07.3")
def _soft_histogram(answer):
    yield answer(np.array([4.0]), np.array([15.0])), [3, 1, 0, 0, 0, 0, 0, 0, 0]
    yield answer(np.array([2.0, 8]), np.array([175.0, 2])), [5.3, 0, 0, 0, 0, 0, 0, 0, 4.7]
    rng = np.random.default_rng(0)
    strength, degrees = rng.random(200), rng.uniform(0, 180, 200)
    centres = np.arange(10, 180, 20)
    apart = np.abs(degrees[:, np.newaxis] - centres)
    share = np.maximum(0, 1 - np.minimum(apart, 180 - apart) / 20)
    yield answer(strength.copy(), degrees.copy()), strength @ share


@_exercise("08.1")
def _backward_rules(answer):
    maps, signal = np.array([[3.0, 0, 1], [0, 2, 5]]), np.array([[1.0, 2, -3], [-4, 5, -6]])
    yield answer(signal.copy(), maps.copy(), "gradient"), [[1, 0, -3], [0, 5, -6]]
    yield answer(signal.copy(), maps.copy(), "deconvnet"), [[1, 2, 0], [0, 5, 0]]
    yield answer(signal.copy(), maps.copy(), "guided"), [[1, 0, 0], [0, 5, 0]]


@_exercise("08.2")
def _grad_cam(answer):
    yield answer(np.ones((2, 2, 1)), -np.ones((2, 2, 1))), np.zeros((2, 2))
    maps, gradients = np.random.default_rng(0).normal(size=(2, 4, 5, 6))
    expected = np.zeros((4, 5))
    for k in range(6):
        expected += gradients[:, :, k].sum() / 20 * maps[:, :, k]
    yield answer(maps.copy(), gradients.copy()), np.where(expected > 0, expected, 0)


@_exercise("08.3")
def _unpool_overlapping(answer):
    maps = np.zeros((5, 5))
    maps[2, 2] = 1
    expected = np.zeros((5, 5))
    expected[2, 2] = 10
    yield answer(np.array([[1.0, 2], [3, 4]]), maps.copy(), 3, 2), expected
    rng = np.random.default_rng(0)
    for height, width, size, stride in ((6, 8, 2, 2), (9, 7, 3, 2), (5, 6, 3, 1)):
        maps = rng.normal(size=(height, width))
        values = rng.normal(size=((height - size) // stride + 1, (width - size) // stride + 1))
        expected = np.zeros((height, width))
        for row, column in np.ndindex(values.shape):
            window = maps[row * stride :, column * stride :][:size, :size]
            there = np.argwhere(maps == window.max())[0]
            expected[there[0], there[1]] += values[row, column]
        yield answer(values.copy(), maps.copy(), size, stride), expected


@_exercise("09.1")
def _convolution(answer):
    yield answer(27, 96, 256, 5, 2), (307_456, 223_948_800)
    yield answer(13, 384, 384, 3, 1), (1_327_488, 169 * 9 * 384 * 384)
    yield answer(5, 6, 4, 1, 1), (28, 600)


@_exercise("09.2")
def _inception_cost(answer):
    yield answer(28, 192, (64, 96, 128, 16, 32, 32)), (163_328, 28**2 * 163_328)
    yield answer(7, 832, (384, 192, 384, 48, 128, 128)), (1_442_816, 49 * 1_442_816)
    yield answer(3, 10, (1, 2, 3, 4, 5, 6)), (10 * 13 + 54 + 500, 9 * 684)


@_exercise("09.3")
def _resnet_products(answer):
    yield answer((3, 4, 6, 3), True), 3_857_973_248
    yield answer((3, 4, 6, 3), False), 4_089_184_256
    yield answer((3, 8, 36, 3), True), 11_282_415_616


@_exercise("10.1")
def _cifar_parameters(answer):
    yield answer(3), 269_722
    yield answer(9), 853_018
    yield answer(18), 1_727_962


@_exercise("10.2")
def _leaky_start(answer):
    yield answer(0), 2
    yield answer(1), 1
    yield answer(0.5), 1.6


@_exercise("10.3")
def _path_shares(answer):
    yield answer(2, 1), [0.25, 0.5, 0.25]
    yield answer(3, 0.5), [8 / 27, 12 / 27, 6 / 27, 1 / 27]
    shares = np.asarray(answer(54, 0.25))
    yield shares.sum(), 1
    yield shares[5:18].sum(), 0.974962
