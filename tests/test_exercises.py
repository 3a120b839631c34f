"""Neither the stub of an exercise nor a wrong answer of the right shape passes; the solution does."""

import ast
import re

import numpy as np
import pytest
import structure
from scipy import ndimage
from scipy.special import comb

from utils import exercises


def c_layer(u, d, inhibition):
    windows = np.lib.stride_tricks.sliding_window_view(u, d.shape, axis=(0, 1))
    sums = (windows * d).sum(axis=(3, 4))
    x = np.maximum((1 + sums) / (1 + inhibition(sums)) - 1, 0)
    return x / (0.5 + x)


def _perceptron(X, D, passes):
    """Return the weights before the first input and after each."""
    states = [np.zeros(X.shape[1])]
    for i in list(range(len(X))) * passes:
        states.append(states[-1] + (D[i] - (X[i] @ states[-1] > 0)) * X[i])
    return states


def input_slopes(slopes, filters, stride, height, width, add=True):
    k, _, channels, _ = filters.shape
    result = np.zeros((len(slopes), height, width, channels))
    for i, j in np.ndindex(slopes.shape[1:3]):
        part = result[:, i * stride : i * stride + k, j * stride : j * stride + k]
        part[:] = add * part + np.tensordot(slopes[:, i, j], filters, (1, 3))
    return result


def svm_gradient(w, b, x, y, C, pays):
    return np.append(w - C * (y * pays) @ x, -C * np.sum(y * pays))


def soft_histogram(strength, degrees):
    apart = np.abs((degrees % 180)[:, np.newaxis] - np.arange(10, 180, 20))
    return strength @ np.maximum(0, 1 - np.minimum(apart, 180 - apart) / 20)


def unpool(values, maps, size, stride, put):
    """Call put(result, row, column, value) for each value at the place of its maximum."""
    result = np.zeros(maps.shape)
    for i, j in np.ndindex(values.shape):
        window = maps[i * stride : i * stride + size, j * stride : j * stride + size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        put(result, i * stride + row, j * stride + column, values[i, j])
    return result


def put_over(result, row, column, value):
    result[row, column] = value


def _inception(side, maps, sizes, reduced):
    one, reduce3, three, reduce5, five, project = sizes
    weights = maps * (one + reduce3 + reduce5 + project)
    weights += (reduce3 if reduced else maps) * 9 * three + (
        reduce5 if reduced else maps
    ) * 25 * five
    return weights, side**2 * weights


def _cifar(n, biases=False, norms=2, shortcuts=False):
    total, channels = 432 + 16 * (norms + biases), 16
    for filters in (16, 32, 64):
        total += shortcuts * channels * filters * (channels < filters)
        for _ in range(2 * n):
            total += 9 * channels * filters + filters * (norms + biases)
            channels = filters
    return total + 650


def _resnet(counts, step_in_first, shortcut=True):
    products, side, maps = 112**2 * 49 * 3 * 64, 56, 64
    for stage, blocks in enumerate(counts):
        width = 64 * 2**stage
        for number in range(blocks):
            after = side // 2 if stage and number == 0 else side
            products += (after if step_in_first else side) ** 2 * maps * width
            products += after**2 * 13 * width**2
            products += after**2 * maps * 4 * width * (shortcut and number == 0)
            side, maps = after, 4 * width
    return products + maps * 1000


WRONG = {
    "00.1": [
        lambda p, k: np.argsort(-p.max(axis=1))[:k],
        lambda p, k: np.argsort(p.min(axis=1))[:k],
        lambda p, k: np.sort(np.argsort(p.max(axis=1))[:k]),
    ],
    "00.2": [
        lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),  # overflows
        lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
        lambda z: z / z.sum(axis=1, keepdims=True),
    ],
    "00.3": [
        lambda image, right, down: np.roll(image, (down, right), (0, 1)),
        lambda image, right, down: image,
    ],
    "01.1": [
        lambda h, w, c, side, n: (h * w * c * n, side**2 * c * n),  # no biases
        lambda h, w, c, side, n: ((h * w * c + 1) * n, (side**2 + 1) * n),  # one colour
        lambda h, w, c, side, n: ((h * w * c + 1) * n, side**2 * c * n + 1),  # one bias
    ],
    "01.2": [
        lambda moved, order: moved[:, order],
        lambda moved, order: moved[:, order[::-1]],
        lambda moved, order: np.sort(moved, axis=1),
    ],
    "01.3": [
        lambda image, r: np.array(  # wraps around
            [
                [
                    np.corrcoef(image.ravel(), np.roll(image, (-i, -j), (0, 1)).ravel())[0, 1]
                    for j in range(-r, r + 1)
                ]
                for i in range(-r, r + 1)
            ]
        ),
        lambda image, r: np.array(  # the two directions exchanged
            [
                [
                    np.corrcoef(
                        image[max(0, -j) : 9 - max(0, j), max(0, -i) : 12 - max(0, i)].ravel(),
                        image[max(0, j) : 9 + min(0, j), max(0, i) : 12 + min(0, i)].ravel(),
                    )[0, 1]
                    for j in range(-r, r + 1)
                ]
                for i in range(-r, r + 1)
            ]
        ),
        lambda image, r: np.ones((2 * r + 1, 2 * r + 1)),
    ],
    "02.1": [
        lambda angles, counts: np.sum(angles * counts) / np.sum(counts),
        lambda angles, counts: (
            np.degrees(np.angle(np.sum(counts * np.exp(1j * np.radians(angles))))) % 180
        ),
        lambda angles, counts: angles[np.argmax(counts)],
        lambda angles, counts: (
            np.degrees(np.angle(np.sum(counts * np.exp(2j * np.radians(angles))))) / 2
        ),  # may be negative
    ],
    "02.2": [
        lambda rates, reach: np.maximum(
            0, rates - (np.roll(rates, reach) + np.roll(rates, -reach)) / 2
        ),
        lambda rates, reach: (
            rates - (np.pad(rates, reach)[: len(rates)] + np.pad(rates, reach)[2 * reach :]) / 2
        ),
        lambda rates, reach: np.maximum(
            0, rates - np.pad(rates, reach)[: len(rates)] - np.pad(rates, reach)[2 * reach :]
        ),
    ],
    "02.3": [
        lambda pictures, counts: np.tensordot(counts, pictures, 1) / counts.sum(),
        lambda pictures, counts: pictures[counts > 0].mean(axis=0) - pictures.mean(axis=0),
        lambda pictures, counts: (
            np.tensordot(counts, pictures, 1) / len(counts) - pictures.mean(axis=0)
        ),
    ],
    "03.1": [
        lambda w, b, x, D, rate: [*(w + rate * (D - (w @ x + b > 0)) * x), b],  # b stays
        lambda w, b, x, D, rate: [
            *(w + rate * (D - (w @ x > 0)) * x),
            b + rate * (D - (w @ x > 0)),  # answers without b
        ],
        lambda w, b, x, D, rate: [
            *(w + rate * (D - (w @ x + b >= 0)) * x),
            b + rate * (D - (w @ x + b >= 0)),  # fires at 0
        ],
        lambda w, b, x, D, rate: [*(w + rate * (D - (w @ x + b)) * x), b + rate * (D - w @ x - b)],
    ],
    "03.2": [
        lambda W, X, D: (
            (X**2).sum(1).max() / ((2 * D - 1) * (X @ W)).min() ** 2
        ),  # W not of length 1
        lambda W, X, D: (X**2).sum(1).max() * (W @ W) / (D * (X @ W)).max() ** 2,
        lambda W, X, D: np.sqrt((X**2).sum(1).max() * (W @ W)) / ((2 * D - 1) * (X @ W)).min(),
    ],
    "03.3": [
        lambda X, D, passes: _perceptron(X, D, passes)[-1],  # the last weights
        lambda X, D, passes: np.mean(  # over the corrections alone
            np.unique(_perceptron(X, D, passes)[1:], axis=0), axis=0
        ),
        lambda X, D, passes: np.mean(_perceptron(X, D, passes)[len(X) :: len(X)], axis=0),
    ],
    "04.1": [
        lambda t: t / (1 + t),
        lambda t: 1 / (1 - t),
        lambda t: 5 * t,  # right for 0.8 alone
    ],
    "04.2": [
        lambda sizes: 1 + sum(window - 1 for window, _ in sizes),  # strides forgotten
        lambda sizes: np.prod([window for window, _ in sizes]),
        lambda sizes: 1 + sum((window - 1) * stride for window, stride in sizes),
    ],
    "04.3": [
        lambda u, d: c_layer(u, d, lambda sums: sums.sum(axis=2, keepdims=True)),
        lambda u, d: c_layer(u, d, lambda sums: 0 * sums),  # no inhibition
        lambda u, d: c_layer(u, d[::-1, ::-1], lambda sums: sums.mean(axis=2, keepdims=True)),
    ],
    "05.1": [
        lambda n, k, stride: k - 1,  # right for stride 1 alone
        lambda n, k, stride: (-(-n // stride) - 1) * stride + k - n,  # may be negative
        lambda n, k, stride: max((n // stride - 1) * stride + k - n, 0),  # rounded down
    ],
    "05.2": [
        lambda slopes: slopes.repeat(2, axis=1).repeat(2, axis=2),  # not divided
        lambda slopes: np.tile(slopes, (1, 2, 2, 1)) / 4,
        lambda slopes: slopes.repeat(2, axis=1).repeat(2, axis=2) / 2,
    ],
    "05.3": [
        lambda slopes, filters, stride, h, w: input_slopes(
            slopes, filters[::-1, ::-1], stride, h, w
        ),
        lambda slopes, filters, stride, h, w: input_slopes(slopes, filters, 1, h, w),
        lambda slopes, filters, stride, h, w: input_slopes(  # overlaps overwritten
            slopes, filters, stride, h, w, add=False
        ),
    ],
    "06.1": [
        lambda F1, F2, FC1, K: 25 * F1 + 25 * F1 * F2 + 49 * F2 * FC1 + FC1 * K,  # no biases
        lambda F1, F2, FC1, K: 1_663_370,
    ],
    "06.2": [
        lambda x: x[:, ::2, ::2],
        lambda x: x.reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2, -1).mean(axis=(2, 4)),
        lambda x: (
            np.abs(x).reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2, -1).max(axis=(2, 4))
        ),
    ],
    "06.3": [
        lambda x, rate, rng: x * (rng.random(x.shape) >= rate),  # not divided
        lambda x, rate, rng: x * (rng.random(x.shape[1]) >= rate) / (1 - rate),  # whole columns
        lambda x, rate, rng: x * (rng.random(x.shape) < rate) / rate if rate else x,  # keeps rate
        lambda x, rate, rng: x * (1 - rate),
    ],
    "06b.1": [
        lambda size, side, reads: (side**2 * sum(reads), side**2 * sum(reads) * size**2),
        lambda size, side, reads: (
            sum(side**2 * n + 1 for n in reads),
            sum(side**2 * n for n in reads) * size**2 + len(reads),  # each bias once
        ),
    ],
    "06b.2": [
        lambda maps, a, b: 1.7159 * np.tanh(2 / 3 * (4 * a * maps[:, ::2, ::2] + b)),
        lambda maps, a, b: (
            1.7159
            * np.tanh(
                2
                / 3
                * (
                    a
                    * maps.reshape(len(maps), len(maps[0]) // 2, 2, -1, 2, maps.shape[-1]).mean(
                        axis=(2, 4)
                    )
                    + b
                )
            )
        ),
    ],
    "06b.3": [
        lambda image, rows, columns: image[
            np.clip(np.rint(rows).astype(int), 0, len(image) - 1),
            np.clip(np.rint(columns).astype(int), 0, len(image[0]) - 1),
        ],
        lambda image, rows, columns: ndimage.map_coordinates(
            image, [rows, columns], order=1, mode="nearest"
        ),
        lambda image, rows, columns: ndimage.map_coordinates(
            np.pad(image, 5), [columns + 5, rows + 5], order=1
        ),
    ],
    "07.1": [
        lambda a, b, gamma: np.exp(-gamma * ((a[:, None] - b) ** 2).sum(axis=2) ** 0.5),
        lambda a, b, gamma: np.exp(-((a[:, None] - b) ** 2).sum(axis=2) / gamma),
        lambda a, b, gamma: np.exp(gamma * ((a[:, None] - b) ** 2).sum(axis=2)),
        lambda a, b, gamma: a @ b.T,
    ],
    "07.2": [
        lambda w, b, x, y, C: svm_gradient(w, b, x, y, C, y * (x @ w + b) <= 1),
        lambda w, b, x, y, C: svm_gradient(w, b, x, y, C, y * (x @ w + b) < 0),
        lambda w, b, x, y, C: svm_gradient(w, b, x, y, C, y == y),
        lambda w, b, x, y, C: svm_gradient(0 * w, b, x, y, C, y * (x @ w + b) < 1),
    ],
    "07.3": [
        lambda strength, degrees: np.bincount((degrees // 20).astype(int), strength, 9),
        lambda strength, degrees: soft_histogram(strength, np.clip(degrees, 10, 170)),
        lambda strength, degrees: soft_histogram(np.ones(len(strength)), degrees),
        lambda strength, degrees: soft_histogram(strength, degrees + 10),
    ],
    "08.1": [
        lambda signal, maps, rule: signal * (maps > 0),  # the gradient, whatever the rule
        lambda signal, maps, rule: np.maximum(signal, 0),
        lambda signal, maps, rule: signal * (maps > 0) if rule == "gradient" else signal,
    ],
    "08.2": [
        lambda maps, gradients: (maps * gradients.mean(axis=(0, 1))).sum(axis=2),  # not rectified
        lambda maps, gradients: np.maximum(0, (maps * gradients).sum(axis=2)),
        lambda maps, gradients: np.maximum(0, (maps * gradients.sum(axis=(0, 1))).sum(axis=2)),
    ],
    "08.3": [
        lambda values, maps, size, stride: unpool(values, maps, size, stride, put_over),
        lambda values, maps, size, stride: unpool(
            values, np.zeros(maps.shape), size, stride, put_over
        ),  # always in the first corner
        lambda values, maps, size, stride: np.zeros(maps.shape),
    ],
    "09.1": [
        lambda side, maps, filters, size, groups: (  # groups forgotten
            size**2 * maps * filters + filters,
            side**2 * size**2 * maps * filters,
        ),
        lambda side, maps, filters, size, groups: (  # biases multiplied
            size**2 * (maps // groups) * filters + filters,
            side**2 * (size**2 * (maps // groups) * filters + filters),
        ),
        lambda side, maps, filters, size, groups: (  # no biases
            size**2 * (maps // groups) * filters,
            side**2 * size**2 * (maps // groups) * filters,
        ),
    ],
    "09.2": [
        lambda side, maps, sizes: _inception(side, maps, sizes, reduced=False),
        lambda side, maps, sizes: (  # the branches without their reductions' own weights
            9 * sizes[1] * sizes[2] + 25 * sizes[3] * sizes[4] + maps * (sizes[0] + sizes[5]),
            side**2
            * (9 * sizes[1] * sizes[2] + 25 * sizes[3] * sizes[4] + maps * (sizes[0] + sizes[5])),
        ),
    ],
    "09.3": [
        lambda counts, step_in_first: _resnet(counts, True),
        lambda counts, step_in_first: _resnet(counts, step_in_first, shortcut=False),
        lambda counts, step_in_first: _resnet(counts, not step_in_first),
    ],
    "10.1": [
        lambda n: _cifar(n, biases=True),
        lambda n: _cifar(n, norms=1),
        lambda n: _cifar(n, shortcuts=True),
    ],
    "10.2": [
        lambda a: 2,  # He's, whatever the slope
        lambda a: 2 / (1 + a),
        lambda a: (1 + a**2) / 2,
    ],
    "10.3": [
        lambda n, r: [comb(n, k) / 2**n for k in range(n + 1)],
        lambda n, r: [r**k / sum(r**j for j in range(n + 1)) for k in range(n + 1)],
        lambda n, r: [comb(n, k) * r ** (2 * k) / (1 + r**2) ** n for k in range(n + 1)],
    ],
}

CELLS = {
    (re.search(r'check\("([^"]+)"', cell.source).group(1), kind): cell.source
    for path in structure.NOTEBOOKS
    for kind in ("exercise", "solution")
    for cell in structure.tagged(structure.read(path), kind)
}


def answer(name, kind):
    """Return the function that the cell hands to `check`."""
    tree = ast.parse(CELLS[name, kind])
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    functions = {"np": np}
    exec(compile(tree, name, "exec"), functions)
    return functions[tree.body[-1].name]


def test_every_exercise_has_wrong_answers():
    names = {name for name, _ in CELLS}
    assert names == set(WRONG) == set(exercises._CHECKS)


@pytest.mark.parametrize("name", WRONG)
def test_stub_does_not_pass(name):
    assert exercises.trouble(name, answer(name, "exercise")) == "Your function returns nothing yet."


@pytest.mark.parametrize("name", WRONG)
def test_solution_passes(name, capsys):
    assert exercises.trouble(name, answer(name, "solution")) == ""
    exercises.check(name, answer(name, "solution"))
    assert capsys.readouterr().out == f"exercise {name}: passes the check\n"


def test_answer_may_change_its_argument():
    def dropout(activations, rate, rng):
        activations[rng.random(activations.shape) < rate] = 0
        return activations / (1 - rate)

    assert exercises.trouble("06.3", dropout) == ""


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid", "ignore:divide")
@pytest.mark.parametrize("name, i", [(name, i) for name in WRONG for i in range(len(WRONG[name]))])
def test_wrong_answer_does_not_pass(name, i):
    assert exercises.trouble(name, WRONG[name][i])


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda p, k: 1 / 0, "Your function stops with ZeroDivisionError"),
        (lambda p: 1, "Your function stops with TypeError"),
        (lambda p, k: p[0], r"The result has the shape \(3,\), wanted is \(1,\)"),
        (lambda p, k: ["1"], "The result is of type"),
        (lambda p, k: [float("nan")], "The result has the right shape and wrong values"),
    ],
)
def test_whatever_the_reader_writes_gets_a_sentence(wrong, message, capsys):
    assert re.match(message, exercises.trouble("00.1", wrong))
    exercises.check("00.1", wrong)
    assert capsys.readouterr().out.startswith("exercise 00.1: not yet. ")


def test_unknown_exercise():
    with pytest.raises(ValueError, match="There is no exercise '00.9'; there are 00.1, 00.2"):
        exercises.check("00.9", abs)
