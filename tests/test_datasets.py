import importlib.util

import numpy as np
import pytest

from utils import datasets, files

spec = importlib.util.spec_from_file_location("build", files.DATA / "build.py")
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)


def test_mnist_is_the_canonical_one():
    (x_train, y_train), (x_test, y_test) = datasets.mnist()
    arrays = dict(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    assert {key: array.shape for key, array in arrays.items()} == {
        "x_train": (60000, 28, 28),
        "y_train": (60000,),
        "x_test": (10000, 28, 28),
        "y_test": (10000,),
    }
    assert all(array.dtype == np.uint8 for array in arrays.values())
    build.check_mnist(arrays)
    arrays["y_train"] = np.roll(y_train, 1)
    with pytest.raises(ValueError, match="y_train is not MNIST's"):
        build.check_mnist(arrays)


def test_idx_round_trip():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    np.testing.assert_array_equal(build.read_idx(build.write_idx(array)), array)
    with pytest.raises(ValueError, match="not an IDX file"):
        build.read_idx(b"PK\x03\x04....")


@pytest.mark.parametrize("name", datasets.PHOTOGRAPHS)
def test_photographs(name):
    photograph = datasets.photograph(name)
    assert photograph.dtype == np.uint8 and photograph.shape[2:] in [(), (3,)]
    assert min(photograph.shape[:2]) > 150 and photograph.std() > 5


def test_unknown_photograph():
    with pytest.raises(
        ValueError, match="There is no photograph 'dog'; there are astronaut, brick"
    ):
        datasets.photograph("dog")
