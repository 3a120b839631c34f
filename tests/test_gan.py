"""Notebook 18: the parts of its networks keep what the papers promise, and bad input is named."""

import ast

import numpy as np
import pytest
import structure

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "18")


@pytest.fixture(scope="module")
def parts():
    """Return the notebook's functions and classes, without its data and trainings."""
    names = [
        "value", "best_discriminator", "jensen_shannon", "penalty", "frechet", "moments",
        "classes", "covered", "EqualConv", "PixelNorm", "Deviation", "growing_generator",
        "growing_discriminator", "official", "ring", "modes", "multiply_adds", "work", "drawer",
        "watcher", "schedule", "GrowingGame", "at_32", "draw", "ring_game", "play",
    ]  # fmt: skip
    body = structure.needed(structure.read(PATH), names)
    values = {}
    exec(compile(ast.Module(body, type_ignores=[]), PATH.name, "exec"), values)
    return values


def test_value_of_the_game(parts):
    p, q = np.array([0.5, 0.5, 0]), np.array([0, 0.5, 0.5])
    best = parts["best_discriminator"](p, q)
    np.testing.assert_allclose(best, [1, 0.5, 0])
    assert parts["value"](p, q, best) == pytest.approx(-0.693147, abs=1e-6)
    assert parts["jensen_shannon"](p, q) == pytest.approx(0.346574, abs=1e-6)
    assert parts["value"](p, p, np.full(3, 0.5)) == pytest.approx(-1.386294, abs=1e-6)
    assert parts["jensen_shannon"](np.eye(3)[0], np.eye(3)[2]) == pytest.approx(np.log(2))


def test_sizes(parts):
    assert parts["official"]() == [23_079_115, 23_087_249]
    assert parts["official"](32, 1, 512, 64) == [278_180, 279_073]


def test_the_same_rule_makes_our_networks(parts):
    """Keras counts what the rule says, with the entrances and exits of all sizes."""
    counts = []
    for make in (parts["growing_generator"], parts["growing_discriminator"]):
        networks = make(widths=(64, 64, 64, 32))
        found = {id(v): v for network in networks for v in network.trainable_variables}
        counts.append(sum(int(np.prod(v.shape)) for v in found.values()))
    # ours has a bias for each number of the first layer, the paper's one for each of its maps
    assert [counts[0] - 15 * 64, counts[1]] == parts["official"](32, 1, 512, 64)


def test_frechet_of_two_heaps(parts):
    rng = np.random.default_rng(1)
    heaps = [parts["moments"](rng.normal(size=(1000, 84))) for _ in "ab"]
    assert parts["frechet"](*heaps) == pytest.approx(3.74, abs=0.25)  # d (d + 5) / 2N
    assert parts["frechet"](heaps[0], heaps[0]) == pytest.approx(0, abs=1e-6)
    C = np.diag([1.0, 4.0])
    moved = parts["frechet"]((np.zeros(2), C), (np.array([3.0, 4.0]), C))
    assert moved == pytest.approx(25)


def test_precision_and_classes(parts):
    near = np.random.default_rng(0).normal(size=(60, 3))
    assert parts["covered"](near, near) == 100
    assert parts["covered"](near + 50, near) == 0
    present, entropy = parts["classes"](np.eye(10)[np.arange(200) % 10])
    assert present == 10 and entropy == pytest.approx(2.302585, abs=1e-6)
    assert parts["classes"](np.eye(10)[np.zeros(200, int)])[0] == 1


def test_deviation_does_not_depend_on_the_order_in_a_group(parts):
    maps = np.random.default_rng(0).normal(size=(8, 4, 4, 3)).astype("float32")
    layer = parts["Deviation"]()
    found = layer(maps).numpy()
    assert found.shape == (8, 4, 4, 4)
    order = np.array([6, 1, 2, 5, 4, 3, 0, 7])  # groups are 0 2 4 6 and 1 3 5 7
    np.testing.assert_allclose(layer(maps[order]).numpy()[..., 3], found[..., 3], rtol=1e-5)
    with pytest.raises(ValueError, match="whole groups of 4 pictures; got 6"):
        layer(maps[:6])


def test_equalized_convolution_starts_like_a_plain_one(parts):
    x = np.random.default_rng(0).normal(size=(64, 8, 8, 16)).astype("float32")
    spreads = [float(np.std(parts["EqualConv"](32, equal=equal)(x))) for equal in (True, False)]
    assert spreads[0] == pytest.approx(2**0.5, rel=0.1)  # the gain, but for the border
    assert spreads[1] == pytest.approx(spreads[0], rel=0.1)


def test_modes(parts):
    points = parts["ring"](np.random.default_rng(0), 800)
    assert parts["modes"](points)[0] == 8
    found, near = parts["modes"](np.tile([[2.0, 0.0]], (50, 1)))
    assert (found, near) == (1, 100)


def test_work(parts):
    assert parts["work"]("DCGAN", 10, 1) == 10 + 6 + 30 + 2
    assert parts["work"]("WGAN-GP", 10, 1, looks=5) == 5 * (10 + 12) + 30 + 2
    G, D = parts["drawer"](), parts["watcher"]()
    dense = 64 * 1024
    assert parts["multiply_adds"](G) == dense + 25 * (16 * 64 * 32 + 64 * 32 * 16 + 256 * 16)
    assert parts["multiply_adds"](D) == 25 * (256 * 16 + 64 * 512 + 16 * 2048) + 1024


def test_schedule(parts):
    game = parts["GrowingGame"](0.001)
    steps = parts["schedule"](game, 1e10)
    each = len(steps) // 7
    assert len(steps) == 7 * each and [level for level, _, _ in steps] == sorted(
        level for level, _, _ in steps
    )
    fading = [alpha for level, alpha, _ in steps if level == 2]
    assert fading[each - 1 :] == [1.0] * (each + 1) and fading[0] == 1 / each
    assert {alpha for _, alpha, _ in parts["schedule"](game, 1e10, fade=False)} == {1.0}
    assert {level for level, _, _ in parts["schedule"](game, 1e10, grow=False)} == {3}


def test_bad_input_is_named(parts):
    rng = np.random.default_rng(0)
    heaps = [parts["moments"](rng.normal(size=(100, d))) for d in (3, 4)]
    with pytest.raises(ValueError, match="the same features; got 3 and 4"):
        parts["frechet"](*heaps)
    with pytest.raises(ValueError, match="non-saturating, saturating, WGAN-GP; got 'hinge'"):
        parts["ring_game"]("hinge", 0.001, 0)
    with pytest.raises(ValueError, match="draw from 64 numbers"):
        parts["draw"](parts["watcher"](), 2)


def test_a_penalty_towards_slope_one_does_not_settle(parts):
    settled, circling = (parts["play"](1000, price=0.5, aim=aim)[-100:] for aim in (0, 1))
    assert np.abs(settled).max() < 1e-6
    assert np.linalg.norm(circling, axis=1).min() > 1
