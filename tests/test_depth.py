"""Notebook 10's training by the paper's recipe, on an archive in the format of CIFAR-10's."""

import numpy as np
import pytest
import structure

NOTEBOOK = structure.ROOT / "notebooks" / "10_depth_and_residuals.ipynb"
NAMES = "PAPER prepared run shifted Batches CifarBlock PreActivationBlock HighwayBlock".split()


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES)


def test_the_papers_recipe_on_cifar10(taught, fake_cifar10):
    paper = taught["PAPER"]
    data = paper["load"]()
    assert [images.shape for images, _ in data] == [(n, 32, 32, 3) for n in (45000, 5000, 10000)]
    few = taught["prepared"]([(images[:300], labels[:300]) for images, labels in data])
    np.testing.assert_allclose(few[0][0].mean(axis=0), 0, atol=1e-6)
    assert few[0][0].dtype == np.float32 and np.abs(few[1][0]).max() <= 1
    network, record = taught["run"]("residual-8", 0, paper, few, epochs=2)
    assert network.fc.kernel.shape == (64, 10)
    assert {key: record[key] for key in ("network", "seed")} == {"network": "residual-8", "seed": 0}
    assert len(record["training"]) == len(record["validation"]) == 2
    assert all(0 <= error <= 100 for error in record["training"] + record["validation"])
    optimizer = network.optimizer
    assert optimizer.momentum == 0.9 and int(optimizer.iterations) == 4
    steps = np.array([0, 31_999, 32_001, 47_999, 48_001, 63_999])
    rates = [float(optimizer._learning_rate(int(step))) for step in steps]
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.01, 0.01, 0.001, 0.001], rtol=1e-5)


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
    np.testing.assert_allclose(highway(x), x, atol=1e-6)  # a shut gate passes x
    highway.gate.bias.assign(np.full(4, 30.0))
    np.testing.assert_allclose(highway(x), np.maximum(np.asarray(highway.branch(x)), 0), atol=1e-5)
