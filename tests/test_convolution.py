"""What notebook 05 teaches with: convolution, pooling and their gradients against other programs."""

from itertools import product

import keras
import numpy as np
import pytest
import structure
from scipy import signal

NOTEBOOK = structure.ROOT / "notebooks" / "05_convolution.ipynb"
NAMES = (
    "as_written convolution conv_loops conv_im2col conv_fft conv_keras conv_scipy conv_strips "
    "output_size pool pool_backward conv_backward receptive_fields moved bell side_of"
)


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


def test_the_formula_mended_and_as_written(taught, rng):
    x, F = rng.normal(size=(6, 7)), rng.normal(size=(3, 2))
    assert np.allclose(taught["convolution"](x, F), signal.convolve2d(x, F))
    assert np.allclose(taught["as_written"](x, F), x * F.sum())
    flipped = taught["convolution"](x, F[::-1, ::-1])[2:-2, 1:-1]
    assert np.allclose(flipped, signal.correlate2d(x, F, "valid"))


@pytest.mark.parametrize("stride, padding, dilation", list(product((1, 2, 3), (0, 1), (1, 2))))
def test_five_programs_agree(taught, rng, stride, padding, dilation):
    images = rng.normal(size=(2, 11, 9, 3)).astype("float32")
    filters = rng.normal(size=(3, 3, 3, 4)).astype("float32")
    expected = taught["conv_loops"](images, filters, stride, padding, dilation)
    for name in ("conv_im2col", "conv_fft", "conv_keras", "conv_scipy"):
        maps = taught[name](images, filters, stride, padding, dilation)
        assert maps.shape == expected.shape and np.abs(maps - expected).max() < 1e-4, name


def test_strips_are_the_whole(taught, rng):
    images, filters = rng.normal(size=(2, 41, 30, 3)), rng.normal(size=(5, 5, 3, 2))
    whole = taught["conv_im2col"](images, filters)
    assert np.allclose(taught["conv_strips"](images, filters, rows=8), whole)


def test_sizes(taught):
    for n, k, s, p, d in product((9, 10, 27, 32), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2), (1, 2)):
        maps = taught["conv_keras"](np.zeros((1, n, n, 1)), np.zeros((k, k, 1, 1)), s, p, d)
        assert maps.shape[1] == taught["output_size"](n, k, s, p, d)
    cases = [(32, 5, 1, 0, 1), (32, 5, 1, 2, 1), (32, 5, 2, 2, 1), (32, 5, 1, 0, 2), (28, 2, 2)]
    assert [taught["output_size"](*case) for case in cases] == [28, 32, 16, 24, 14]


@pytest.mark.parametrize("size, side", list(product((2, 3, 4), (8, 9, 13))))
def test_pooling_is_that_of_keras(taught, rng, size, side):
    maps = rng.normal(size=(2, side, side, 3)).astype("float32")
    largest = keras.layers.MaxPooling2D(size)(maps).numpy()
    mean = keras.layers.AveragePooling2D(size)(maps).numpy()
    assert np.abs(taught["pool"](maps, size) - largest).max() < 1e-5
    assert np.abs(taught["pool"](maps, size, np.mean) - mean).max() < 1e-5


def test_the_lecture_layer_is_a_matrix_of_450_weights(taught, rng):
    free = rng.normal(size=(5, 5, 3, 6)).astype("float32")
    single = np.eye(3072, dtype="float32").reshape(-1, 32, 32, 3)
    matrix = taught["conv_keras"](single, free).reshape(3072, -1)
    photo = rng.normal(size=(1, 32, 32, 3)).astype("float32")
    by_matrix = photo.reshape(1, -1) @ matrix
    assert np.allclose(by_matrix, taught["conv_im2col"](photo, free).reshape(1, -1), atol=1e-4)
    used = matrix[matrix != 0]
    assert (len(used), len(np.unique(used))) == (352_800, 450)


def test_borders_and_shifts(taught, rng):
    rim = taught["conv_im2col"](np.ones((1, 28, 28, 1)), np.ones((5, 5, 1, 1)) / 25, padding=2)
    assert rim[0, 0, 0, 0] == pytest.approx(9 / 25)
    assert 100 * np.mean(rim < 1 - 1e-9) == pytest.approx(100 * (28**2 - 24**2) / 28**2)
    images, free = rng.normal(size=(2, 16, 16, 3)), rng.normal(size=(5, 5, 3, 4))
    first = taught["conv_im2col"](taught["moved"](images, 3, 2), free)
    last = taught["moved"](taught["conv_im2col"](images, free), 3, 2)
    assert np.allclose(first[:, 3:, 2:], last[:, 3:, 2:])


def test_fields(taught):
    fields = taught["receptive_fields"]([(5, 1), (2, 2), (5, 1), (2, 2)])
    assert fields == [(5, 1), (6, 2), (14, 2), (16, 4)]
    assert taught["side_of"](0.95, taught["bell"](20)) == 17


def test_backward_passes_by_nudges(taught, rng):
    images, filters = rng.normal(size=(2, 7, 6, 2)), rng.normal(size=(3, 3, 2, 3))
    delta = rng.normal(size=(2, 5, 4, 3))
    of_filters, of_bias, of_images = taught["conv_backward"](delta, images, filters)
    assert np.allclose(of_bias, delta.sum(axis=(0, 1, 2)))
    for array, gradient, place in ((filters, of_filters, 0), (images, of_images, 1)):
        direction = rng.normal(size=array.shape)
        losses = []
        for sign in (1e-6, -1e-6):
            pair = [images, filters]
            pair[1 - place] = array + sign * direction
            losses.append(np.sum(delta * taught["conv_im2col"](*pair)))
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(np.sum(gradient * direction))
    maps, delta = rng.normal(size=(2, 6, 4, 3)), rng.normal(size=(2, 3, 2, 3))
    back = taught["pool_backward"](delta, maps)
    assert np.allclose(back.reshape(2, 3, 2, 2, 2, 3).sum(axis=(2, 4)), delta)
    assert np.all(
        (back != 0) == (maps == np.repeat(np.repeat(taught["pool"](maps, 2), 2, 1), 2, 2))
    )
