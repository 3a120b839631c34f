"""What notebooks 06 and 06b teach with: code01's LeNet5, LeNet-5 of 1998 and its controls."""

import keras
import numpy as np
import pytest
import structure

from utils import datasets, files, models, results

DEMO = structure.ROOT / "notebooks" / "06_code01_lenet5.ipynb"
OLD = structure.ROOT / "notebooks" / "06b_lenet5_1998.ipynb"
OLD_NAMES = (
    "to_input squash Subsampling PartialConvolution PAIRS flat RBF with_none map_loss HEADS "
    "network_1998 trained_1998 log_odds largest_logit refused read_off places_of distort DeeperCNN"
)


@pytest.fixture(scope="module")
def demo():
    names = "by_hand LECTURE tilt strip as_above without_dropout with_frozen slow"
    return structure.taught(DEMO, *names.split())


@pytest.fixture(scope="module")
def old():
    return structure.taught(OLD, *OLD_NAMES.split())


def test_demo_layers_are_those_by_hand(demo):
    network = models.CNN_LeNet5(10)
    network.build((None, 28, 28, 1))
    outputs = models.layer_outputs(network, np.zeros((28, 28, 1), "float32"))
    for name, (shape, parameters) in demo["by_hand"].items():
        assert outputs[name].shape == shape
        assert network.get_layer(name).count_params() == parameters
    assert sum(parameters for _, parameters in demo["by_hand"].values()) == 1_663_370


def test_demo_loss_and_gradient(rng):
    logits, labels = rng.normal(size=(50, 10)).astype("float32"), rng.integers(0, 10, 50)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    by_keras = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    assert np.mean(-np.log(p[np.arange(50), labels])) == pytest.approx(float(by_keras), abs=1e-5)
    assert np.log(10) == pytest.approx(2.30, abs=0.005)


def test_demo_lecture_log(demo):
    accuracies = np.array(list(demo["LECTURE"].values()))
    assert np.mean(accuracies[:, 1] - accuracies[:, 0]) == pytest.approx(1.77, abs=0.005)
    assert list(demo["LECTURE"]) == list(range(100, 1101, 100))


def test_demo_shipped_weights():
    network = models.CNN_LeNet5(10)
    network.build((None, 28, 28, 1))
    network.load_weights(files.find("weights/lenet5.weights.h5"))
    digits, labels = (part[55_000:] for part in datasets.mnist()[0])
    p = models.predict(network, (digits / 255).astype("float32")[..., np.newaxis])
    right = p.argmax(axis=1) == labels
    assert np.mean(right) > 0.99
    assert p.max(axis=1)[right].mean() - p.max(axis=1)[~right].mean() > 0.05


def test_demo_tilt_is_of_planes(demo, rng):
    row, column = np.indices((5, 5)) - 2
    shapes = np.array([3 * row - column + 7, (row**2 + column**2), rng.normal(size=(5, 5))])
    plane, bowl, noise = demo["tilt"](shapes.astype(float))
    assert plane == pytest.approx(1) and bowl == pytest.approx(0, abs=1e-9) and 0 < noise < 1
    assert demo["tilt"](rng.normal(size=(4000, 5, 5))).mean() == pytest.approx(2 / 24, abs=0.01)


def test_demo_strip(demo, rng):
    maps = rng.uniform(0.1, 1, size=(7, 7, 9))
    shown = demo["strip"](maps, n=3)
    assert shown.shape == (7, 3 * 7 + 2) and np.nanmax(shown) == 1


def test_demo_records(demo):
    assert 98.5 < min(demo["as_above"]) and 98.5 < min(demo["without_dropout"])
    assert max(demo["with_frozen"]) < min(demo["as_above"]) - 1
    assert list(demo["slow"]) == list(demo["LECTURE"])
    assert all(on < off for on, off in demo["slow"].values())


def test_old_inputs(old):
    levels = old["to_input"](datasets.mnist()[0][0][:55_000])
    assert levels.shape == (55_000, 32, 32, 1)
    assert round(float(levels.mean()), 2) == 0.03 and round(float(levels.var()), 2) == 0.12


def test_old_units(old, rng):
    assert float(old["squash"](1.0)) == pytest.approx(1, abs=1e-4)
    assert len(old["PAIRS"]) == 60
    maps = rng.normal(size=(1, 14, 14, 6)).astype("float32")
    layer = old["PartialConvolution"]()
    values, filters = layer(maps).numpy(), layer.filters.numpy()
    for m, row, column in ((4, 3, 7), (15, 0, 9), (12, 9, 0)):
        total = layer.bias.numpy()[m]
        for (source, target), weights in zip(old["PAIRS"], filters, strict=True):
            if target == m:
                total += np.sum(weights * maps[0, row : row + 5, column : column + 5, source])
        by_hand = 1.7159 * np.tanh(2 / 3 * total)
        assert values[0, row, column, m] == pytest.approx(by_hand, abs=1e-5)


def test_old_codes(old):
    apart = ((old["flat"][:, np.newaxis] - old["flat"]) ** 2).sum(axis=2)
    assert apart[apart > 0].min() == 44 == apart[0, 8]
    layer, by_lot = old["RBF"](), old["RBF"](seed=1)
    logits = layer(old["flat"].astype("float32")).numpy()
    assert np.allclose(logits, -apart, atol=1e-3)
    by_lot.build((None, 84))
    assert set(np.unique(by_lot.codes)) == {-1, 1}
    assert not layer.trainable_weights and not by_lot.trainable_weights


def test_old_losses(old, rng):
    y = rng.uniform(0, 20, (6, 10)).astype("float32")
    labels = rng.integers(0, 10, 6)
    own = y[np.arange(6), labels]
    by_hand = np.mean(own + np.log(np.exp(-1) + np.exp(-y).sum(axis=1)))
    assert float(old["map_loss"](labels, -y)) == pytest.approx(by_hand, abs=1e-4)
    with_zero = np.mean(own + np.log(1 + np.exp(-y).sum(axis=1)))
    assert float(old["with_none"](0.0)(labels, -y)) == pytest.approx(with_zero, abs=1e-4)


def test_old_networks_have_their_parameters(old):
    for head, count in zip(old["HEADS"], (60_000, 60_000, 60_850, 60_850), strict=True):
        network, _ = old["network_1998"](head, 0)
        network.build((None, 32, 32, 1))
        assert sum(weight.shape.num_elements() for weight in network.trainable_weights) == count
    deeper = old["DeeperCNN"](10)
    deeper.build((None, 28, 28, 1))
    learned = sum(weight.shape.num_elements() for weight in deeper.trainable_weights)
    assert learned == 412_266


def test_old_heads_start_alike(old):
    kernels = [old["network_1998"](head, 3)[0] for head in old["HEADS"]]
    for network in kernels:
        network.build((None, 32, 32, 1))
    for network in kernels[1:]:
        assert np.array_equal(network.c1.kernel, kernels[0].c1.kernel)
        assert np.array_equal(network.f6.kernel, kernels[0].f6.kernel)


def test_old_weights_are_those_of_the_records(old):
    digits, labels = (part[55_000:] for part in datasets.mnist()[0])
    images = old["to_input"](digits)
    stored = results.load(files.find("results/lenet5_1998.json"))
    assert len(stored) == 12
    for run in stored:
        network = old["trained_1998"](run["head"], run["seed"])
        accuracy = 100 * np.mean(models.predict(network, images).argmax(axis=1) == labels)
        assert accuracy == pytest.approx(run["validation"], abs=0.05), run


def test_old_best_weights_are_those_of_the_record(old):
    digits, labels = (part[55_000:] for part in datasets.mnist()[0])
    best = old["DeeperCNN"](10)
    best.build((None, 28, 28, 1))
    best.load_weights(files.find("weights/distorted.weights.h5"))
    p = models.predict(best, (digits / 255).astype("float32")[..., np.newaxis])
    accuracy = 100 * np.mean(p.argmax(axis=1) == labels)
    runs = results.load(files.find("results/distorted.json"))
    assert accuracy == pytest.approx(max(run["validation"] for run in runs), abs=0.05)


def test_old_scores(old, rng):
    logits = rng.normal(size=(20, 10))
    p = np.exp(logits).max(axis=1) / np.exp(logits).sum(axis=1)
    assert np.allclose(old["log_odds"](logits), np.log(p / (1 - p)))
    far = np.array([[0.0, -40] + [-60] * 8], "float32")  # p is 1 in 32 bits, and in 64
    assert old["log_odds"](far)[0] == pytest.approx(40, abs=1e-6)
    known = rng.normal(size=(1000, 10))
    shares = old["refused"](old["largest_logit"], known, {"same": known, "far": known - 100})
    assert shares["same"] == pytest.approx(5) and shares["far"] == 100


def test_old_distortions(old, rng):
    images = rng.uniform(size=(3, 28, 28, 1)).astype("float32")
    same = np.broadcast_to(np.indices((28, 28)).reshape(2, 784).astype(float), (3, 2, 784))
    assert np.allclose(old["read_off"](images, same), images, atol=1e-6)
    outside = old["read_off"](images - 0.1, same + 100)
    assert np.allclose(outside, (images - 0.1).min())
    for side in (28, 32):
        pictures = np.full((4, side, side, 1), -0.1, "float32")
        assert np.allclose(old["distort"](pictures, rng), -0.1)
        places = old["places_of"](400, side, rng)
        centre = (side - 1) / 2
        assert np.abs(places.mean() - centre) < 0.1
