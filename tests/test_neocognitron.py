"""The neocognitron's layers equal plain loops over one cell; its learners are the right cells."""

import numpy as np
import pytest
import structure

NOTEBOOK = structure.ROOT / "notebooks" / "04_neocognitron.ipynb"
NAMES = "fade s_cell s_cells c_cell c_cells Stage representatives".split()


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES)


@pytest.mark.parametrize("seed", range(3))
def test_s_layer_is_the_loop(taught, seed):
    rng = np.random.default_rng(seed)
    maps = rng.random((2, 9, 9, 3)).astype("float32") * (rng.random((2, 9, 9, 3)) < 0.5)
    a, b = 0.1 * rng.random((5, 5, 3, 6)), 5 * rng.random(6)
    a, b = a.astype("float32"), b.astype("float32")
    c = taught["fade"](5, 0.7) / 3
    layer = np.asarray(taught["s_cells"](maps, a, b, c, r=1.5))
    assert layer.shape == (2, 5, 5, 6) and (layer > 0).any() and (layer == 0).any()
    for n, i, j, k in np.ndindex(layer.shape):
        window = maps[n, i : i + 5, j : j + 5]
        expected = taught["s_cell"](window, a[..., k], b[k], c, 1.5)
        assert layer[n, i, j, k] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_c_layer_is_the_loop(taught, stride):
    rng = np.random.default_rng(stride)
    maps = rng.random((2, 9, 9, 4)).astype("float32") * [0.1, 1, 2, 3]
    d = 16 * taught["fade"](5, 0.9)
    layer = np.asarray(taught["c_cells"](maps.astype("float32"), d, stride))
    assert layer.shape == (2, *(len(range(0, 5, stride)),) * 2, 4)
    assert (layer > 0).any() and (layer == 0).any()
    for n, i, j, k in np.ndindex(layer.shape):
        window = maps[n, stride * i : stride * i + 5, stride * j : stride * j + 5]
        assert layer[n, i, j, k] == pytest.approx(taught["c_cell"](window, k, d), abs=1e-5)


def test_a_stage_is_its_cells(taught):
    """With what is outside taken for 0, and the windows centred."""
    stage = taught["Stage"](1, 3, (16, 10), r=4, q=1, stride=2)
    rng = np.random.default_rng(0)
    stage.a, stage.b = rng.random((5, 5, 1, 3)).astype("float32"), np.full(3, 0.1, "float32")
    image = rng.random((1, 16, 16, 1)).astype("float32")
    outside = np.pad(image[0], ((2, 2), (2, 2), (0, 0)))
    s = np.asarray(stage.s(image))[0]
    assert s.shape == (16, 16, 3)
    for i, j, k in ((0, 0, 0), (7, 8, 1), (15, 15, 2)):
        window = outside[i : i + 5, j : j + 5]
        expected = taught["s_cell"](window, stage.a[..., k], stage.b[k], stage.c, 4)
        assert s[i, j, k] == pytest.approx(expected, abs=1e-4)
    c = np.asarray(stage(image))[0]
    assert c.shape == (10, 10, 3)
    outside = np.pad(s, ((4, 3), (4, 3), (0, 0)))
    for i, j, k in ((0, 0, 0), (4, 5, 1), (9, 9, 2)):
        window = outside[2 * i : 2 * i + 5, 2 * j : 2 * j + 5]
        assert c[i, j, k] == pytest.approx(taught["c_cell"](window, k, stage.d), abs=1e-4)


def test_representatives(taught):
    u = np.zeros((7, 7, 3))
    u[1, 1, 0], u[1, 2, 1], u[6, 6, 0] = 5, 4, 3
    assert taught["representatives"](u) == {0: (1, 1), 1: (1, 2)}
    assert taught["representatives"](np.zeros((7, 7, 3))) == {}
    whole = taught["representatives"](u[:2, :2], side=5)  # a column as large as the layer
    assert list(whole) == [0]


def test_representatives_are_the_strongest_of_columns(taught):
    """By a plain loop over the columns, as the paper states the rule."""
    u = np.random.default_rng(0).random((12, 12, 6))
    strongest = {}
    for i in range(8):
        for j in range(8):
            column = u[i : i + 5, j : j + 5]
            row, col, plane = np.unravel_index(column.argmax(), column.shape)
            if column.max() > strongest.get(plane, (0,))[0]:
                strongest[plane] = (column.max(), i + row, j + col)
    expected = {k: (i, j) for k, (_, i, j) in strongest.items()}
    assert taught["representatives"](u) == expected and len(expected) > 2
