"""What notebook 03 teaches with: its rules against other programs, and the Mark I's wiring."""

import numpy as np
import pytest
import structure
from scipy.optimize import minimize
from sklearn.linear_model import Perceptron

NOTEBOOK = structure.ROOT / "notebooks" / "03_perceptron.ipynb"
NAMES = (
    "answer correct learn margin bound random_set one_pass lecture_step strict_step plug associate"
)


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


@pytest.fixture
def cards():
    marks = [(1, 4), (5, 3), (3, 5), (5, 4), (1, 6), (6, 3), (2, 3), (6, 4)]
    return np.array([(left, right, 1) for left, right in marks]), np.array([1, 0] * 4)


def test_the_cards_take_seven_corrections_and_three_passes(taught, cards):
    corrections, passes = taught["learn"](*cards)
    assert (len(corrections), passes) == (7, 3)
    counts = [int(np.sum(taught["answer"](W, cards[0]) != cards[1])) for _, W in corrections]
    assert counts == [4, 3, 4, 2, 1, 4, 0]


def test_a_small_nudge_changes_no_answer(taught, cards):
    W = taught["learn"](*cards)[0][-1][1]
    for nudge in 1e-6 * np.vstack([np.eye(3), -np.eye(3)]):
        assert np.array_equal(taught["answer"](W + nudge, cards[0]), cards[1])


def test_the_margin_is_that_of_another_solver(taught, cards):
    X, D = cards
    constraint = {"type": "ineq", "fun": lambda w: (2 * D - 1) * (X @ w) - 1}
    shortest = minimize(lambda w: w @ w, [-1, 1, 0], constraints=constraint, method="SLSQP").x
    assert taught["margin"](X, D) == pytest.approx(1 / np.linalg.norm(shortest), abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_separable_sets_are_learned_within_the_bound(taught, seed):
    rng = np.random.default_rng(seed)
    X, D = taught["random_set"](rng)
    corrections, passes = taught["learn"](X, D)
    assert passes < 10_000 and np.array_equal(taught["answer"](corrections[-1][1], X), D)
    assert len(corrections) <= taught["bound"](X, D)


def test_xor_cycles_through_four_sets_of_weights(taught):
    xor, D = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]), np.array([0, 1, 1, 0])
    corrections, passes = taught["learn"](xor, D, passes=50)
    path = np.array([W for _, W in corrections])
    assert passes == 50 and np.array_equal(path[5:], path[1:-4])
    misread = [int(np.sum(taught["answer"](W, xor) != D)) for W in path[1:5]]
    assert misread == [2, 3, 2, 2]


def test_xor_by_two_layers(taught):
    xor = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    hidden = taught["answer"](np.array([[1, 1, -0.5], [1, 1, -1.5]]).T, xor)
    outputs = taught["answer"](np.array([1, -1, -0.5]), np.hstack([hidden, np.ones((4, 1))]))
    assert outputs.tolist() == [0, 1, 1, 0]


def test_the_plugboard(taught):
    wires = taught["plug"](512, np.random.default_rng(0))
    assert wires.shape == (400, 512) and set(np.unique(wires)) == {-1, 0, 1}
    assert np.abs(wires).sum(axis=1).max() <= 40
    photo = (np.random.default_rng(1).random((1, 400)) < 0.3).astype(int)
    units = taught["associate"](photo, wires)
    lit = photo[0] == 1
    for unit in range(0, 512, 37):
        balance = np.sum(wires[lit, unit] == 1) - np.sum(wires[lit, unit] == -1)
        assert units[0, unit] == (balance > 0)
    assert units.shape == (1, 513) and units[0, -1] == 1


def test_tie_rules_and_the_mean_of_the_weights(taught):
    rng = np.random.default_rng(0)
    X = np.hstack([rng.integers(0, 256, (300, 20)) / 256, np.ones((300, 1))])
    y = rng.integers(0, 4, 300)
    D = np.eye(4, dtype=int)[y]
    W, mean = taught["one_pass"](np.zeros((21, 4)), X, D, taught["strict_step"])
    theirs = Perceptron(shuffle=False, max_iter=1, tol=None).fit(X[:, :20], y)
    assert np.array_equal(W, np.vstack([theirs.coef_.T, theirs.intercept_]))
    states = [np.zeros((21, 4))]
    for i in range(300):
        states.append(
            taught["one_pass"](states[-1], X[i : i + 1], D[i : i + 1], taught["strict_step"])[0]
        )
    assert np.allclose(states[-1], W) and np.allclose(np.mean(states[1:], axis=0), mean)
    for step, neurons in ((taught["lecture_step"], 1), (taught["strict_step"], 4)):
        first, _ = taught["one_pass"](np.zeros((21, 4)), X[:1], D[:1], step)
        assert np.any(first, axis=0).sum() == neurons
