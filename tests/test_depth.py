"""What notebook 10 teaches with: flows, amplitudes, He et al.'s networks, its optimizers, paths."""

import json
import math

import keras
import numpy as np
import pytest
import structure
import tensorflow as tf
from scipy.integrate import solve_ivp

NOTEBOOK = structure.ROOT / "notebooks" / "10_depth_and_residuals.ipynb"
NAMES = (
    "euler steepness w_start slowest wide normalized ACTIVATIONS NETWORKS predicted forward "
    "backward KINDS deep OwnRates own_rates PAPER prepared run schedule shifted Batches "
    "CifarBlock CifarNet PreActivationBlock HighwayBlock network_of relative MeasuredSGD CappedSGD "
    "CopiedSGD CHAINS chain described cross_entropy"
)
NETWORKS = (
    "sigmoid", "tanh", "ReLU, v = 1", "ReLU", "sigmoid, normalized", "ReLU, normalized",
    "ReLU, shortcuts", "ReLU, normalized, shortcuts",
)  # fmt: skip


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


def stored(name):
    path = structure.ROOT / "data" / "results" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["runs"]


def test_euler_follows_the_flow(taught):
    steepness, w = taught["steepness"], taught["w_start"]
    exact = w * np.exp(-steepness)
    solved = solve_ivp(lambda _, w: -steepness * w, (0, 1), w, rtol=1e-9, atol=1e-12).y[:, -1]
    assert np.abs(exact - solved).max() < 1e-8
    errors = [np.linalg.norm(taught["euler"](rate, 1.0)[-1] - exact) for rate in (0.002, 0.001)]
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.01)  # half the rate, half the error
    ends = [np.abs(taught["euler"](rate, 40.0)[-1, 1]) for rate in (0.199, 0.201)]
    assert ends[0] < w[1] < ends[1]  # 2 / steepness is the largest rate that does not grow

    def loss(w):
        return (steepness * w**2).sum() / 2

    falls = (loss(w * np.exp(-steepness * 1e-5)) - loss(w)) / 1e-5
    assert -falls == pytest.approx(((steepness * w) ** 2).sum(), rel=1e-3)


def test_a_flat_loss_is_learned_by_a_large_rate_and_an_unequal_one_by_none(taught):
    assert np.allclose(taught["slowest"]((1, 10), 0.19), taught["slowest"]((0.001, 0.01), 190))
    assert taught["slowest"]((1, 10_000), 0.00019)[0] > 0.98


def test_predicted_amplitudes(taught):
    assert list(taught["NETWORKS"]) == list(NETWORKS)
    predicted = taught["predicted"]
    assert predicted("ReLU, v = 1", 9)[0] == pytest.approx(math.sqrt(0.5), abs=1e-3)
    assert np.allclose(predicted("ReLU", 9), 1, atol=1e-3)
    assert np.allclose(predicted("ReLU, shortcuts", 9), math.sqrt(2), atol=1e-3)
    limit = math.sqrt(np.pi / (np.pi - 1))
    assert predicted("ReLU, normalized", 20)[-1] == pytest.approx(limit, abs=1e-3)
    assert limit == pytest.approx(1.211, abs=5e-4)
    assert math.log10(np.prod(predicted("ReLU, normalized", 50))) == pytest.approx(4, abs=0.1)
    assert predicted("sigmoid, normalized", 50)[1:].mean() == pytest.approx(1.017, abs=1e-3)
    assert np.prod(predicted("sigmoid", 100)) < 1e-45  # below the least number of float32
    grown = np.prod(predicted("ReLU, normalized, shortcuts", 100))
    assert grown == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_way_back_is_the_gradient(taught, name):
    rng = np.random.default_rng(0)
    h, g, direction = rng.normal(size=(3, 20, 8))  # 20 examples, 8 units
    up, down, here = (
        taught["forward"](name, h + e * direction, 5, np.random.default_rng(1))
        for e in (1e-6, -1e-6, 0)
    )
    slope = (g * (up[0] - down[0])).sum() / 2e-6
    gradients = taught["backward"](name, g, here[1])
    assert len(gradients) == 5
    assert slope == pytest.approx((gradients[0] * direction).sum(), abs=1e-4)


@pytest.mark.parametrize("kind", ["sigmoid", "ReLU, normalized"])
def test_own_rates_undo_the_predicted_amplitudes(taught, kind):
    network = taught["deep"](kind, 5)
    optimizer = taught["own_rates"](0.1, network, kind)
    factors = dict(
        zip((v.path for v in network.trainable_variables), optimizer.factors, strict=True)
    )
    dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    found = [factors[layer.kernel.path] for layer in dense]
    back = taught["predicted"](kind, 4)  # between four hidden layers
    assert np.allclose(found, [1 / back.prod(), 1 / back[1:].prod(), 1 / back[2], 1, 1])
    before = [v.numpy() for v in network.trainable_variables]
    gradients = [tf.ones_like(v.value) for v in network.trainable_variables]
    optimizer.apply(gradients, network.trainable_variables)
    for old, new, factor in zip(
        before, network.trainable_variables, optimizer.factors, strict=True
    ):
        assert np.allclose(old - new.numpy(), 0.1 * factor, rtol=1e-3)


def test_parameters_of_the_papers_networks(taught):
    for depth, size in ((20, 269_722), (56, 853_018), (110, 1_727_962)):
        for kind in ("plain", "residual"):
            network = taught["network_of"](f"{kind}-{depth}")
            network.build((None, 32, 32, 3))
            assert sum(math.prod(v.shape) for v in network.trainable_variables) == size


def test_the_papers_recipe_on_cifar10(taught, fake_cifar10):
    paper = taught["PAPER"]
    data = paper["load"]()
    assert [images.shape for images, _ in data] == [(n, 32, 32, 3) for n in (45000, 5000, 10000)]
    few = taught["prepared"]([(images[:300], labels[:300]) for images, labels in data])
    np.testing.assert_allclose(few[0][0].mean(axis=0), 0, atol=1e-6)
    assert few[0][0].dtype == np.float32 and np.abs(few[1][0]).max() <= 1
    rates = taught["schedule"](0.1, paper["iterations"])
    optimizer = keras.optimizers.SGD(rates, momentum=0.9)
    network, record = taught["run"]("residual-8", 0, optimizer, few, 2)
    assert network.fc.kernel.shape == (64, 10) and int(optimizer.iterations) == 4
    assert set(record) == {"training", "validation", "test"}
    assert len(record["training"]) == len(record["validation"]) == 2
    assert all(0 <= error <= 100 for error in record["training"] + record["validation"])
    steps = (0, 31_999, 32_001, 47_999, 48_001, 63_999)
    found = [float(rates(step)) for step in steps]
    np.testing.assert_allclose(found, [0.1, 0.1, 0.01, 0.01, 0.001, 0.001], rtol=1e-5)
    warm = taught["schedule"](0.1, 2340, warm=400)
    found = [float(warm(step)) for step in (0, 399, 400, 1170, 1171, 1756)]
    np.testing.assert_allclose(found, [0.01, 0.01, 0.1, 0.1, 0.01, 0.001], rtol=1e-5)


def test_pictures_are_shifted_and_mirrored(taught):
    rng = np.random.default_rng(0)
    image = np.zeros((32, 32, 3), "float32")
    image[16, 10] = (1, 2, 3)
    moved = taught["shifted"](np.repeat(image[None], 2000, axis=0), rng)
    assert moved.shape == (2000, 32, 32, 3) and moved.dtype == np.float32
    found, rows, columns = np.nonzero(moved[..., 2] == 3)
    assert len(found) == 2000 and set(rows) == set(range(12, 21))
    assert set(columns) == set(range(6, 15)) | set(range(17, 26))  # as it was, and mirrored
    assert 900 < (columns < 16).sum() < 1100


def test_batches_are_the_same_again_and_new_each_epoch(taught):
    images = np.random.default_rng(0).normal(size=(300, 14, 14, 1)).astype("float32")
    one, two = (taught["Batches"](images, np.arange(300), seed=3) for _ in range(2))
    assert len(one) == 2
    labels = np.concatenate([one[0][1], one[1][1]])
    assert len(set(labels)) == 256  # none twice in an epoch
    np.testing.assert_array_equal(one[1][0], two[1][0])
    two.on_epoch_end()
    assert not np.array_equal(one[0][1], two[0][1])


def test_shortcut_is_option_a(taught):
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 4)).astype("float32")
    block = taught["CifarBlock"](8, stride=2)
    around = np.asarray(block.shortcut(x))
    np.testing.assert_array_equal(around[..., :4], x[:, ::2, ::2])
    assert around.shape == (2, 3, 3, 8) and not around[..., 4:].any()
    f = np.asarray(block.branch(x))
    np.testing.assert_allclose(block(x), np.maximum(around + f, 0), atol=1e-6)
    plain = taught["CifarBlock"](8, stride=2, residual=False)
    np.testing.assert_allclose(plain(x), np.maximum(np.asarray(plain.branch(x)), 0), atol=1e-6)


def test_relatives(taught):
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 4)).astype("float32")
    sum_block, highway = (taught[name](4) for name in ("PreActivationBlock", "HighwayBlock"))
    np.testing.assert_allclose(sum_block(x), x + np.asarray(sum_block.branch(x)), atol=1e-5)
    highway(x)
    highway.gate.bias.assign(np.full(4, -30.0))
    np.testing.assert_allclose(highway(x), x, atol=1e-6)  # T near 0 passes x
    highway.gate.bias.assign(np.full(4, 30.0))
    np.testing.assert_allclose(highway(x), np.maximum(np.asarray(highway.branch(x)), 0), atol=1e-5)


def test_the_gradient_of_a_sum_arrives_whole(taught):
    """In pre-activation blocks what is added to the gradient is that of the branches alone."""
    network = taught["CifarNet"](2, block=taught["PreActivationBlock"])
    network.build((None, 14, 14, 1))
    rng = np.random.default_rng(0)
    first = tf.Variable(rng.normal(size=(8, 14, 14, 16)).astype("float32"))
    arriving = rng.normal(size=first.shape).astype("float32")
    with tf.GradientTape(persistent=True) as tape:
        x, branches = first + 0.0, 0.0
        for block in network.blocks[:2]:  # the first stage
            f = block.branch(x)
            x, branches = block(x), branches + f
        through_all = tf.reduce_sum(arriving * x)
        through_branches = tf.reduce_sum(arriving * branches)
    added = tape.gradient(through_all, first) - arriving
    np.testing.assert_allclose(added, tape.gradient(through_branches, first), atol=1e-3)


@pytest.fixture
def small_run(taught, rng):
    """Return a function that trains plain-8 with an optimizer for two steps, and its kernels."""
    images = rng.normal(size=(256, 14, 14, 1)).astype("float32")
    data = [(images, rng.integers(0, 10, 256))] * 3

    def train(optimizer):
        network, _ = taught["run"]("plain-8", 0, optimizer, data, 1)
        return [v.numpy() for v in network.trainable_variables]

    return train


def test_measuring_changes_nothing_and_capping_does(taught, small_run):
    plain = small_run(keras.optimizers.SGD(0.1, momentum=0.9))
    optimizer = taught["MeasuredSGD"](0.1, momentum=0.9)
    measured = small_run(optimizer)
    for one, other in zip(plain, measured, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    log = optimizer.log.numpy()
    assert log.shape == (157, 7) and (log[:2] > 0).all() and not log[2:].any()
    cap = float(np.median(log[0]))
    capped = small_run(taught["CappedSGD"](0.1, cap, momentum=0.9))
    assert max(np.abs(one - other).max() for one, other in zip(plain, capped, strict=True)) > 1e-4


def test_relative_steps_are_capped_and_copied(taught):
    kernels = [keras.Variable(np.full((3, 3, 1, 1), size, "float32")) for size in (1, 2)]
    bias = keras.Variable(np.zeros(2, "float32"))
    gradients = [tf.ones((3, 3, 1, 1)), tf.ones((3, 3, 1, 1)), tf.ones(2)]
    steps = taught["relative"](0.1, gradients[:2], kernels)
    np.testing.assert_allclose(steps, [0.1, 0.05], rtol=1e-5)
    for name, given, first in (("CappedSGD", 0.08, (0.08, 0.05)), ("CopiedSGD", None, (0.3, 0.2))):
        given = np.array([[0.3, 0.2]], "float32") if given is None else given
        optimizer = taught[name](0.1, given)
        optimizer.build([*kernels, bias])
        before = [k.numpy() for k in kernels]
        optimizer.apply(gradients, [*kernels, bias])
        moved = [
            np.linalg.norm(k.numpy() - b) / np.linalg.norm(b)
            for k, b in zip(kernels, before, strict=True)
        ]
        np.testing.assert_allclose(moved, first, rtol=1e-4)
        for kernel, old in zip(kernels, before, strict=True):
            kernel.assign(old)


def test_chains_have_the_parameters_and_fields_that_are_said(taught, monkeypatch):
    for name in taught["CHAINS"]:
        network = taught["chain"](name)
        depth, size, field = taught["described"](name)
        assert sum(math.prod(v.shape) for v in network.trainable_variables) == size
        convolutions = [x for x in network.layers if isinstance(x, keras.layers.Conv2D)]
        assert len(convolutions) == depth
        assert field == 1 + sum(x.kernel_size[0] - 1 for x in convolutions)


def test_stored_scores_of_dense_networks():
    scores = stored("depth_rates") + stored("depth_seeds")
    sigmoid = [r["test"] for r in scores if (r["kind"], r["depth"]) == ("sigmoid", 10)]
    assert max(sigmoid) < 12
    shortcuts = [
        r for r in scores if r["kind"] == "ReLU, normalized, shortcuts" and r["rate"] == 0.1
    ]
    found = [r["test"] for r in shortcuts]
    assert len(found) >= 5 and max(found) - min(found) < 2


def test_most_paths_of_110_layers_are_long():
    """Veit et al.'s paths of 5 to 17 of 54 blocks are half a percent of all."""
    share = 100 * sum(math.comb(54, k) for k in range(5, 18)) / 2**54
    assert share == pytest.approx(0.45, abs=0.005)
    assert 100 * sum(math.comb(27, k) for k in range(11)) / 2**27 == pytest.approx(12.4, abs=0.05)
