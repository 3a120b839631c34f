"""What notebook 20 teaches about graphs, against values known from theory and worked out by hand."""

import keras
import numpy as np
import pytest
import structure
from scipy.sparse.csgraph import connected_components

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "20")
NAMES = (
    "path", "ring", "four_neighbours", "grid_squares", "laplacian", "spectrum", "rescaled",
    "chebyshev", "nearest_graph", "match", "coarsen", "tree_order", "arranged", "pooling_levels",
    "GraphConvolution", "graph_network", "correlation_squares", "isomap", "rotated",
)  # fmt: skip


@pytest.fixture(scope="module")
def taught():
    return structure.taught(PATH, *NAMES)


@pytest.fixture(scope="module")
def grid(taught):
    return taught["nearest_graph"](taught["grid_squares"](28), 8)


def test_spectra(taught):
    spectrum, path, ring = taught["spectrum"], taught["path"], taught["ring"]
    assert spectrum(path(4)) == pytest.approx([0, 0.585786, 2, 3.414214], abs=1e-6)
    assert spectrum(ring(6)) == pytest.approx([0, 1, 1, 3, 3, 4], abs=1e-10)
    assert spectrum(1 - np.eye(5)) == pytest.approx([0, 5, 5, 5, 5], abs=1e-10)
    values = spectrum(taught["four_neighbours"](28))
    assert values[-1] == pytest.approx(7.974849, abs=1e-6)
    assert values[1] == pytest.approx(0.012576, abs=1e-6)
    for n in (5, 6):  # two camps only in a ring of even length
        assert (spectrum(ring(n), True)[-1] > 2 - 1e-9) == (n == 6)


@pytest.mark.parametrize("m", [6, 8, 10, 28])
def test_edges_of_the_grid(taught, m):
    W = taught["nearest_graph"](taught["grid_squares"](m), 8)
    assert (W > 0).sum() // 2 == 4 * m * m + 2 * m + 6
    assert (W == W.T).all() and connected_components(W)[0] == 1


def test_highest_frequency_of_the_paper(taught, grid):
    assert taught["spectrum"](grid, True)[-1] == pytest.approx(1.38575, abs=5e-5)


@pytest.mark.parametrize("K", [1, 2, 3, 10, 25])
def test_chebyshev_is_the_filter_in_the_spectrum(taught, K):
    rng = np.random.default_rng(K)
    W = np.triu(rng.random((30, 30)) * (rng.random((30, 30)) < 0.2), 1) + np.eye(30, k=1)
    scaled = taught["rescaled"](taught["laplacian"](W + W.T))
    values, U = np.linalg.eigh(scaled)
    assert values[[0, -1]] == pytest.approx([-1, 1], abs=1e-12)
    x = rng.normal(size=(30, 4))
    terms = taught["chebyshev"](scaled, x, K)
    assert len(terms) == K
    for k, term in enumerate(terms):
        exact = U @ (np.cos(k * np.arccos(values.clip(-1, 1)))[:, None] * (U.T @ x))
        assert np.abs(term - exact).max() < 1e-10


def test_the_rule_of_public_code_uses_a_quarter(taught):
    L = taught["laplacian"](taught["path"](9))
    published = L / (2 * np.linalg.eigvalsh(L)[-1]) - np.eye(9)
    assert np.linalg.eigvalsh(published)[[0, -1]] == pytest.approx([-1, -0.5], abs=1e-12)


def test_on_a_ring_it_is_a_plain_convolution(taught):
    L = taught["laplacian"](taught["ring"](8))  # highest frequency 2
    shift = np.roll(np.eye(8), 1, axis=0)
    first = taught["chebyshev"](taught["rescaled"](L), np.eye(8), 2)[1]
    assert np.abs(first + (shift + shift.T) / 2).max() < 1e-12


def test_reach(taught):
    scaled = taught["rescaled"](taught["laplacian"](taught["path"](12)))
    apart = np.abs(np.arange(12)[:, None] - np.arange(12))
    for k, term in enumerate(taught["chebyshev"](scaled, np.eye(12), 6)):
        assert (term[apart > k] == 0).all() and (np.abs(term[apart == k]) > 1e-6).all()


def test_coarsening(taught, grid):
    graphs, clusters = taught["coarsen"](grid, 4)
    for fine, coarse, cluster in zip(graphs[:-1], graphs[1:], clusters, strict=True):
        assert set(np.bincount(cluster)) <= {1, 2} and len(coarse) == cluster.max() + 1
        assert coarse.sum() == pytest.approx(grid.sum())
        for pair in (np.flatnonzero(cluster == c) for c in range(len(coarse))):
            assert len(pair) == 1 or fine[pair[0], pair[1]] > 0
    again, _ = taught["coarsen"](grid, 4)
    assert [len(graph) for graph in again] == [784, 393, 198, 101, 53]


def test_tree(taught):
    orders = taught["tree_order"](
        [np.array([4, 1, 1, 2, 2, 3, 0, 0, 3]), np.array([2, 1, 0, 1, 0])]
    )
    assert [order.tolist() for order in orders] == [
        [3, 4, 0, 9, 1, 2, 5, 8, 6, 7, 10, 11], [2, 4, 1, 3, 0, 5], [0, 1, 2],
    ]  # fmt: skip
    signals = np.arange(18.0).reshape(2, 9) + 1
    in_order = taught["arranged"](signals, orders[0])
    assert (in_order[:, [3, 10, 11]] == 0).all() and (in_order[0, :3] == [4, 5, 1]).all()


@pytest.mark.parametrize("spectral", [False, True])
def test_layer(taught, spectral):
    """Both ways equal the sum written out; fake nodes stay 0 under a bias; renaming is harmless."""
    rng = np.random.default_rng(0)
    W = taught["nearest_graph"](taught["grid_squares"](5), 8)
    scaled, real, order = taught["pooling_levels"](W, (0,), 2)[0]
    assert len(order) > real.sum() == 25
    layer = taught["GraphConvolution"](3, 4, scaled, real, spectral=spectral)
    x = (rng.normal(size=(6, len(order), 2)) * real[:, None]).astype("float32")
    layer.build(x.shape)
    layer.set_weights([rng.normal(size=(8, 3)), np.array([1.0, -1, 0.5])])
    found = keras.ops.convert_to_numpy(layer(x))
    kernel, bias = (keras.ops.convert_to_numpy(weight) for weight in layer.get_weights())
    terms = [
        np.einsum("nm,bmc->bnc", T, x) for T in taught["chebyshev"](scaled, np.eye(len(order)), 4)
    ]
    expected = np.concatenate(terms, axis=2) @ kernel + bias
    assert np.abs(found - np.maximum(expected, 0) * real[:, None]).max() < 1e-4
    assert (found[:, ~real] == 0).all() and (found[:, real] > 0).any()
    P = rng.permutation(len(order))
    renamed = taught["GraphConvolution"](3, 4, scaled[P][:, P], real[P], spectral=spectral)
    renamed.build(x.shape)
    renamed.set_weights([kernel, bias])
    moved = keras.ops.convert_to_numpy(renamed(x[:, P]))
    assert np.abs(moved - found[:, P]).max() < 1e-4


def test_parameters(taught, grid):
    levels = taught["pooling_levels"](grid)
    network = taught["graph_network"](levels, 25)

    def count(nodes):
        return 832 + 51_264 + 4 * nodes * 512 + 512 + 5130

    assert network.count_params() == count(len(levels[0][2]))
    assert (count(976), count(928)) == (2_056_586, 1_958_282)  # as two published runs print


def test_four_neighbours_know_no_direction(taught):
    L = taught["laplacian"](taught["four_neighbours"](28))
    x = np.random.default_rng(0).random((3, 784))
    answer = taught["rotated"]((L @ x.T).T, 1)
    assert np.abs(answer - (L @ taught["rotated"](x, 1).T).T).max() < 1e-12


def test_correlations(taught):
    rng = np.random.default_rng(0)
    x = np.zeros((500, 4), "float32")
    x[:, 0] = rng.normal(size=500)
    x[:, 1], x[:, 2] = 3 * x[:, 0] + 1, -x[:, 0]  # the last one never changes
    squares = taught["correlation_squares"](x)
    assert squares[0] == pytest.approx([0, 0, 4, 2], abs=1e-5)


def test_isomap_finds_a_grid(taught):
    places = np.stack(np.divmod(np.arange(60), 10), axis=1).astype(float)
    squares = ((places[:, None] - places) ** 2).sum(axis=2)
    points, misfit = taught["isomap"](squares, 8)
    assert misfit < 0.02
    turn = np.linalg.lstsq(points, places - places.mean(axis=0), rcond=None)[0]
    assert np.abs(points @ turn - places + places.mean(axis=0)).max() < 0.6
    far = np.kron(1 - np.eye(2), np.full((30, 30), 1e4)) + squares
    assert taught["isomap"](far, 3) == (None, np.inf)
