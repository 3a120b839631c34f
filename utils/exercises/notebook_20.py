"""Checks of the exercises of notebook 20."""

import numpy as np

from utils.exercises import exercise


def row(n):
    return np.eye(n, k=1) + np.eye(n, k=-1)


def ring(n):
    return row(n) + np.eye(n, k=n - 1) + np.eye(n, k=1 - n)


def blocks(*graphs):
    """Return the weights of graphs beside each other, their nodes mixed."""
    n = sum(map(len, graphs))
    W, at = np.zeros((n, n)), 0
    for graph in graphs:
        W[at : at + len(graph), at : at + len(graph)] = graph
        at += len(graph)
    mixed = np.random.default_rng(n).permutation(n)
    return W[mixed][:, mixed]


@exercise("20.1")
def pieces(answer):
    yield answer(row(7)), 1
    yield answer(blocks(ring(6), row(4), 1 - np.eye(5))), 3
    weights = np.random.default_rng(0).random((9, 9)) + 0.1
    weights = (weights + weights.T) * (1 - np.eye(9))
    yield answer(blocks(weights, 1e-3 * weights, 50 * weights, ring(11))), 4
    yield answer(1e-4 * blocks(ring(30), ring(40))), 2


def exact(L):
    return 2 * L / np.linalg.eigvalsh(L)[-1] - np.eye(len(L))


def quarter(L):
    return L / (2 * np.linalg.eigvalsh(L)[-1]) - np.eye(len(L))


def unit(L):
    return L - np.eye(len(L))


def tenth(L):
    return 0.1 * L


@exercise("20.2")
def range_used(answer):
    star = np.zeros((6, 6))
    star[0, 1:] = star[1:, 0] = [1, 2, 3, 4, 5]
    for W in (row(9), 1 - np.eye(7), star):
        yield answer(exact, W), 1.0
        yield answer(quarter, W), 0.25
    yield answer(unit, row(9)), 1.0
    yield answer(unit, 1 - np.eye(7)), 7 / 12
    yield answer(tenth, ring(5)), (1 - np.cos(4 * np.pi / 5)) / 20


class Product:
    """The function that multiplies a signal by L, at most 200 times."""

    def __init__(self, L):
        self.L, self.calls = L, 0

    def __call__(self, x):
        self.calls += 1
        if self.calls > 200:
            raise RuntimeError("product was called more than 200 times")
        return self.L @ x

    def __eq__(self, other):
        return isinstance(other, Product) and np.array_equal(self.L, other.L)


@exercise("20.3")
def highest(answer):
    dense = np.random.default_rng(1).random((60, 60))
    for W in (row(300), ring(50), dense + dense.T, 1 - np.eye(8), 40 * row(120)):
        W = W * (1 - np.eye(len(W)))
        L = np.diag(W.sum(axis=1)) - W
        found, true = answer(Product(L), len(W)), np.linalg.eigvalsh(L)[-1]
        if found is None:
            yield found, true
            return
        if np.ndim(found) or not np.isfinite(found):
            yield "The largest eigenvalue is one number."
            return
        if abs(found / true - 1) > 1e-3:
            yield f"On a graph of {len(W)} nodes it is {true:.4f}; your function says {found:.4f}."
            return
        yield 0, 0
