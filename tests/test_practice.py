"""What notebook 19 teaches, at the corners that its own cells do not visit."""

import numpy as np
import pytest
import structure

PATH = structure.ROOT / "notebooks" / "19_practice.ipynb"


@pytest.fixture(scope="module")
def taught():
    return structure.taught(PATH, "ring_all_reduce", "training_days", "intensity")


@pytest.mark.parametrize("n, length", [(1, 5), (2, 7), (3, 9), (5, 5), (7, 3), (8, 64)])
def test_the_ring_adds_for_any_number_of_devices(taught, n, length):
    vectors = np.random.default_rng(n).normal(size=(n, length))
    sums, sent, history = taught["ring_all_reduce"](vectors)
    np.testing.assert_allclose(sums, np.tile(vectors.sum(axis=0), (n, 1)), atol=1e-12)
    assert history.shape == (2 * n - 1, n, n)
    assert (history[-1] == n).all() and (history[0] == 1).all()
    if length % n == 0:
        assert sent == 2 * (n - 1) * length // n


def test_the_ring_leaves_its_input_alone(taught):
    vectors = np.ones((3, 6))
    taught["ring_all_reduce"](vectors)
    assert (vectors == 1).all()


def test_training_days(taught):
    assert taught["training_days"](1e9, 86_400, 6e9, utilization=1) == pytest.approx(1)
    assert taught["training_days"](1e9, 86_400, 6e9, devices=4, utilization=0.5) == 0.5


def test_intensity_of_squares(taught):
    assert taught["intensity"](60, 60, 60) == pytest.approx(10)
