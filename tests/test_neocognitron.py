"""The neocognitron's layers equal plain loops over one cell; its learners are the right cells."""

import numpy as np
import pytest
import structure

NOTEBOOK = structure.ROOT / "notebooks" / "04_neocognitron.ipynb"
NAMES = (
    "fade s_cell s_cells c_cell c_cells frame SLayer CLayer neocognitron representatives learn "
    "show_often reinforce similarity everywhere shown drawn thicker thinner with_thresholds run_through "
    "random_digits trainable frozen TwoStages"
).split()


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


def test_layers_frame_what_they_see(taught):
    """With what is outside taken for 0, and the windows centred."""
    layer = taught["SLayer"](1, 3, size=16, r=4, q=1)
    rng = np.random.default_rng(0)
    layer.a, layer.b = rng.random((5, 5, 1, 3)).astype("float32"), np.full(3, 0.1, "float32")
    image = rng.random((1, 16, 16, 1)).astype("float32")
    outside = np.pad(image[0], ((2, 2), (2, 2), (0, 0)))
    s = np.asarray(layer(image))[0]
    assert s.shape == (16, 16, 3)
    for i, j, k in ((0, 0, 0), (7, 8, 1), (15, 15, 2)):
        window = outside[i : i + 5, j : j + 5]
        expected = taught["s_cell"](window, layer.a[..., k], layer.b[k], layer.c, 4)
        assert s[i, j, k] == pytest.approx(expected, abs=1e-4)
    c_layer = taught["CLayer"](size=10, window=5, stride=2, d_sum=128)
    c = np.asarray(c_layer(s[np.newaxis]))[0]
    assert c.shape == (10, 10, 3)
    outside = np.pad(s, ((4, 3), (4, 3), (0, 0)))
    for i, j, k in ((0, 0, 0), (4, 5, 1), (9, 9, 2)):
        window = outside[2 * i : 2 * i + 5, 2 * j : 2 * j + 5]
        assert c[i, j, k] == pytest.approx(taught["c_cell"](window, k, c_layer.d), abs=1e-4)


def test_fewer_cells_than_fit_are_those_in_the_middle(taught):
    maps = np.arange(16.0).reshape(1, 4, 4, 1).repeat(2, axis=3)
    assert np.array_equal(taught["frame"](maps, 1, 2), maps[:, 1:3, 1:3])
    assert np.asarray(taught["frame"](maps, 4, 5, 2)).shape == (1, 11, 11, 2)


def test_learning_tends_to_one(taught):
    """By the closed form: r ((1 + m) / (1 + r / (1 + r) m) - 1) with m = n q v^2."""
    stroke = np.zeros((5, 5, 1))
    stroke[:, 1:3] = 1
    c = taught["fade"](5, 0.6)
    for r, times in ((4, 1), (4, 20), (1.5, 7)):
        m = times * np.sum(c[..., np.newaxis] * stroke**2)
        expected = r * ((1 + m) / (1 + r / (1 + r) * m) - 1)
        assert taught["show_often"](stroke, times, r) == pytest.approx(expected, abs=1e-6)
    assert taught["show_often"](stroke, 1, 4, q=1e6) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("r", [0.5, 1.5, 4])
def test_selectivity_is_a_cosine_with_a_threshold(taught, r):
    rng, c = np.random.default_rng(0), taught["fade"](5, 0.6)
    p = rng.random((5, 5, 2)) * (rng.random((5, 5, 2)) < 0.4)
    a, b = taught["reinforce"](np.zeros_like(p), 0.0, p, c / 2, q=1e7)
    outputs = []
    for share in np.linspace(0, 1, 21):
        u = (1 - share) * p + share * rng.random((5, 5, 2))
        expected = max((1 + r) * taught["similarity"](p, u, c / 2) - r, 0)
        outputs.append(taught["s_cell"](u, a, b, c / 2, r))
        assert outputs[-1] == pytest.approx(expected, abs=1e-3)
    assert max(outputs) > 0.9
    if r == 4:
        assert min(outputs) == 0


def test_a_thin_stroke_is_0_755_of_a_wide_one(taught):
    thin, wide = np.zeros((2, 5, 5, 1))
    thin[:, 2], wide[:, 2:4] = 1, 1
    s = taught["similarity"](thin, wide, taught["fade"](5, 0.6))
    assert s == pytest.approx(0.755, abs=0.001)


def test_sizes_of_1980(taught):
    network = taught["neocognitron"]()
    assert [layer.a.size for layer in network[::2]] == [600, 14_400, 14_400]
    assert sum(layer.b.size for layer in network[::2]) == 72
    maps, shapes = np.zeros((1, 16, 16, 1), "float32"), []
    for layer in network:
        maps = layer(maps)
        shapes.append(tuple(maps.shape[1:]))
    assert shapes == [(n, n, 24) for n in (16, 10, 8, 6, 2, 1)]
    assert 16 * 16 + sum(np.prod(shape) for shape in shapes) == 11_320


def test_the_choices_reach_their_layers(taught):
    network = taught["neocognitron"](r=(3, 2, 1), q=(5, 6, 7), apart=(1, 2), c1_window=9, d_sum=16)
    assert [(layer.r, layer.q) for layer in network[::2]] == [(3, 5), (2, 6), (1, 7)]
    assert [layer.stride for layer in network[1::2]] == [1, 2, 1]
    assert [len(layer.d) for layer in network[1::2]] == [9, 5, 2]
    assert all(layer.d.sum() == pytest.approx(16, rel=1e-5) for layer in network[1::2])


def test_other_thresholds_leave_the_network_as_it_was(taught):
    network = taught["neocognitron"]()
    lowered = taught["with_thresholds"](network, 2, 1)
    assert [layer.r for layer in lowered[::2]] == [2, 1, 1.5]
    assert [layer.r for layer in network[::2]] == [4, 1.5, 1.5]
    assert all(one.a is other.a for one, other in zip(lowered[::2], network[::2], strict=True))


def test_digits_at_every_place(taught):
    assert [len(images) for images in taught["shown"]] == [63] * 5
    for pattern, images in zip(taught["drawn"], taught["shown"], strict=True):
        assert len(np.unique(images, axis=0)) == 63
        assert np.all(images.sum(axis=(1, 2, 3)) == pattern.sum())
        thick, thin = taught["thicker"](pattern), taught["thinner"](pattern)
        assert thin.sum() < pattern.sum() < thick.sum()
        assert np.all(thick[:-1, :-1] >= pattern) and thick.shape == (11, 9)


def test_only_representatives_planes_learn(taught):
    """The plane of each representative gets what it saw, and no other plane changes."""
    layer, image = taught["neocognitron"]()[0], taught["shown"][1][:1]
    before, chosen = layer.a.copy(), taught["representatives"](np.asarray(layer(image))[0])
    taught["learn"](layer, image)
    changed = np.flatnonzero(layer.b)
    assert sorted(chosen) == list(changed) and 0 < len(changed) < 24
    outside = np.pad(image[0], ((2, 2), (2, 2), (0, 0)))
    for k, (i, j) in chosen.items():
        window = outside[i : i + 5, j : j + 5]
        assert np.allclose(layer.a[..., k], before[..., k] + layer.c[..., np.newaxis] * window)


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


def test_the_trainable_network_is_the_network(taught):
    """Its C2, and what is frozen from it again, are those of the layers it was made from."""
    network = taught["random_digits"]((6, 10), 3)
    model = taught["trainable"](network, 0)
    images = np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")
    expected = np.asarray(taught["run_through"](network, images)).reshape(4, -1)
    assert (expected > 0).mean() > 0.1
    assert np.abs(np.asarray(model.features(images)) / 5 - expected).max() < 1e-4
    model.s2.pattern.assign(model.s2.pattern[..., ::-1])
    again = taught["frozen"](model, network)
    found = np.asarray(taught["run_through"](again, images)).reshape(4, -1)
    assert np.abs(np.asarray(model.features(images)) / 5 - found).max() < 1e-4
    assert np.abs(found - expected).max() > 0.01
    unchanged = np.asarray(taught["run_through"](network, images)).reshape(4, -1)
    assert np.array_equal(unchanged, expected)


def test_random_planes_differ_by_seed_alone(taught):
    one, same, other = (taught["random_digits"]((4, 5), seed) for seed in (0, 0, 1))
    assert np.array_equal(one[2].a, same[2].a) and not np.array_equal(one[2].a, other[2].a)
    assert (one[0].a.shape, one[2].a.shape) == ((5, 5, 1, 4), (5, 5, 4, 5))
