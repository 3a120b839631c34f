"""What notebook 01 teaches with: bent lines, two networks, correlations, tiles and strokes."""

import keras
import numpy as np
import pytest
import structure
from scipy import ndimage, signal
from sklearn.decomposition import PCA

from utils import datasets

NOTEBOOK = structure.ROOT / "notebooks" / "01_data_structure.ipynb"
NAMES = (
    "roof bend_weights network wave explained NETWORKS dense_network cnn_network shuffled shift "
    "correlation decibels tiles tile_statistics scramble agreement cut_patches compose codes "
    "read_whole read_parts draw_noisy mean_strokes three_learners pieces_of join"
)


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


def test_bent_lines(taught):
    assert taught["roof"](np.array([0, 0.25, 0.5, 1])).tolist() == [0, 0.5, 1, 0]
    x, wave = np.linspace(0, 1, 10_001), taught["wave"]
    for h in (4, 16, 128, 1024):
        knots, weights = taught["bend_weights"](wave, h)
        line = taught["network"](x, wave(0), knots, weights)
        assert np.abs(line - wave(x)).max() <= 1.0001 * np.pi**2 / (2 * h**2)
        assert np.allclose(line[:: 10_000 // 4], wave(x[:: 10_000 // 4]))


def test_bent_lines_are_those_of_keras(taught):
    x, wave = np.linspace(0, 1, 1001), taught["wave"]
    knots, weights = taught["bend_weights"](wave, 16)
    hidden = keras.layers.Dense(16, activation="relu")
    model = keras.Sequential([keras.Input((1,)), hidden, keras.layers.Dense(1)])
    model.set_weights([np.ones((1, 16)), -knots, weights[:, np.newaxis], np.array([wave(0)])])
    by_keras = model(x[:, np.newaxis]).numpy()[:, 0]
    assert np.abs(by_keras - taught["network"](x, wave(0), knots, weights)).max() < 1e-4
    assert model.count_params() == 49


def test_one_input_is_cheap_and_four_are_not(taught):
    assert taught["explained"](1, 32, 250, np.random.default_rng(0)) > 0.99
    assert taught["explained"](4, 32, 250, np.random.default_rng(0)) < 0.3


def test_budgets(taught):
    counts = {name: make().count_params() for name, make in taught["NETWORKS"].items()}
    assert counts == {
        "dense 16": (784 + 1) * 16 + (16 + 1) * 10,
        "dense 512": (784 + 1) * 512 + (512 + 1) * 10,
        "dense 1097": (784 + 1) * 1097 + (1097 + 1) * 10,
        "CNN": (25 + 1) * 8 + (25 * 8 + 1) * 18 + (7 * 7 * 18 + 1) * 10,
    }
    assert (counts["dense 16"], counts["CNN"]) == (12_730, 12_656)
    cnn = 28 * 28 * 25 * 8 + 14 * 14 * 25 * 8 * 18 + 7 * 7 * 18 * 10
    assert abs((784 + 10) * 1097 - cnn) < 794 / 2  # no other width comes nearer


def test_without_pooling_all_else_is_equal(taught, rng):
    pooled, plain = taught["cnn_network"](), taught["cnn_network"](window=1)
    plain.set_weights(pooled.get_weights())
    images = rng.random((2, 28, 28, 1)).astype("float32")
    first = pooled.layers[0](images).numpy()
    assert np.array_equal(plain.layers[1](first), first[:, ::2, ::2])
    assert plain.layers[3](plain.layers[2](plain.layers[1](first))).shape == (2, 7, 7, 18)


def test_shuffled_weights_undo_shuffled_pixels(taught, rng):
    images = rng.random((5, 28, 28, 1)).astype("float32")
    order = np.random.default_rng(3).permutation(784)
    model = taught["dense_network"](16)
    before, weights = model(images).numpy(), model.get_weights()
    model.set_weights([weights[0][order], *weights[1:]])
    assert np.allclose(model(taught["shuffled"](images, 3)), before, atol=1e-5)
    assert not np.allclose(model(images), before, atol=1e-2)


def test_shift(taught, rng):
    images = rng.random((3, 28, 28, 1))
    for step in (0, 1, 4):
        moved = taught["shift"](images, step)
        assert moved.shape == images.shape and not moved[:, :, :step].any()
        assert np.array_equal(moved[:, :, step:], images[:, :, : 28 - step])


def test_correlation(taught, rng):
    correlation = taught["correlation"]
    assert correlation(np.array([1.0, 2, 4, 3]), 0, 1) == pytest.approx(0.327, abs=5e-4)
    data = rng.normal(size=(9, 8, 7))
    expected = np.corrcoef(data[:, :-3].ravel(), data[:, 3:].ravel())[0, 1]
    assert correlation(data, 1, 3) == pytest.approx(expected)


def test_correlation_by_fourier_transform(taught):
    photo = datasets.photograph("cat").mean(axis=2)
    energy = np.abs(np.fft.rfft(photo - photo.mean(), 1024, axis=1)) ** 2
    products = np.fft.irfft(energy, axis=1).sum(axis=0)[:33]  # sums of x_i x_(i + k)
    by_fft = (products / np.arange(451, 451 - 33, -1)) / (products[0] / 451)
    by_sum = [taught["correlation"](photo, 1, k) for k in range(1, 33)]
    assert np.abs(by_fft[1:] - by_sum).max() < 0.02  # one mean and variance, or those of the parts


def test_spectrogram_is_that_of_scipy(taught):
    samples, _ = datasets.sound()
    samples = samples[: 20 * 256].astype(float)
    options = dict(window="boxcar", detrend=False, mode="complex", scaling="spectrum")
    _, _, by_scipy = signal.spectrogram(samples, nperseg=256, noverlap=0, **options)
    by_scipy = 10 * np.log10(np.abs(256 * by_scipy[1:]) ** 2 + 1)  # SciPy divides by 256
    assert np.abs(by_scipy - taught["decibels"](samples.reshape(-1, 256))).max() < 1e-4


def test_tiles(taught):
    parts = taught["tiles"](np.arange(48 * 9).reshape(3, 16, 9), (1, 2))
    assert len(parts) == 16 and sum(part.size for part in parts) == 48 * 9
    assert parts[0].shape == (3, 4, 3) and parts[1].shape == (3, 4, 2)


def test_scrambled_keeps_the_waves(taught, rng):
    data = rng.normal(size=(20, 31)).cumsum(axis=1)
    moved = taught["scramble"](data, rng)
    assert np.allclose(np.abs(np.fft.fft2(moved)), np.abs(np.fft.fft2(data)))
    assert not np.allclose(moved, data) and not np.allclose(moved, -data)


def test_stationarity_can_fail_and_pass(taught, rng):
    smooth = ndimage.gaussian_filter(rng.normal(size=(128, 128)), 2, mode="wrap")
    uneven = smooth * np.linspace(0.2, 3, 128)  # of other contrast at each place

    def excess(data):
        spread = taught["tile_statistics"](data, (0, 1)).std(axis=0)
        others = [taught["scramble"](data, rng) for _ in range(9)]
        return spread / np.max(
            [taught["tile_statistics"](o, (0, 1)).std(0) for o in others], axis=0
        )

    assert excess(smooth).max() < 1.6
    assert excess(uneven)[1] > 2


def test_agreement(taught, rng):
    pattern = rng.normal(size=(20, 20)).cumsum(axis=0)
    assert taught["agreement"]([pattern, 3 * pattern + 1, pattern - 2]) == pytest.approx(1)
    assert abs(taught["agreement"](rng.normal(size=(30, 20, 20)))) < 0.1


def test_components_are_eigenvectors(taught, rng):
    patches = taught["cut_patches"]([rng.normal(size=(40, 50)).cumsum(axis=1)] * 2, rng)
    assert patches.shape == (2000, 144) and np.abs(patches.mean(axis=1)).max() < 1e-9
    eigenvalues = np.linalg.eigvalsh(np.cov(patches.T))[::-1]
    assert np.allclose(PCA().fit(patches).explained_variance_, eigenvalues, atol=1e-6)


def test_whole_and_parts_read_alike(taught, rng):
    codes = taught["codes"]
    assert len(np.unique(taught["compose"](codes), axis=0)) == 256
    noisy = taught["draw_noisy"](rng.integers(256, size=2000), rng)
    assert np.array_equal(taught["read_whole"](noisy), taught["read_parts"](noisy))
    assert np.array_equal(taught["read_parts"](taught["compose"](codes)), codes)


def test_learners_of_strokes(taught, rng):
    codes = taught["codes"]
    clean = taught["compose"](codes)
    assert taught["three_learners"](clean, codes, clean, codes) == (100, 100, 100)
    means = taught["mean_strokes"](np.ones((3, 9)), np.array([0, 0, 2]))
    assert means.shape == (4, 9) and means.sum(axis=1).tolist() == [9, 0, 9, 0]


def test_pieces(taught, rng):
    images = rng.random((3, 28, 28))
    pieces = taught["pieces_of"](images)
    assert pieces.shape == (147, 16)
    assert np.array_equal(pieces[1].reshape(4, 4), images[0, :4, 4:8])
    assert np.array_equal(taught["join"](pieces), images)
