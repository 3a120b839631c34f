"""utils/svm.py and what notebook 07 teaches with, against scikit-learn, scikit-image and counts."""

import numpy as np
import pytest
import structure
from skimage import feature
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from utils import datasets, models, svm

NOTEBOOK = structure.ROOT / "notebooks" / "07_lenet5_vs_svm.ipynb"
NAMES = (
    "skew straighten cell_histograms hog kernel_matrix six numbers describe FEATURES move MOVES "
    "centre PAPER"
)
SETTINGS = [("linear", 0, 0.02), ("polynomial", 4, 10), ("rbf", 0.03, 10)]


@pytest.fixture(scope="module")
def taught():
    return structure.taught(NOTEBOOK, *NAMES.split())


@pytest.fixture(scope="module")
def digits():
    (x, y), _ = datasets.mnist()
    return (x[:700] / 255).astype("float32"), y[:700]


@pytest.fixture(scope="module")
def flat(digits):
    return digits[0].reshape(-1, 784), digits[1]


@pytest.mark.parametrize("kernel, value, C", SETTINGS)
def test_kernels_are_those_of_the_notebook_and_of_scikit_learn(taught, flat, kernel, value, C):
    a, b = flat[0][:20], flat[0][20:50]
    ours = np.asarray(svm.kernel_matrix(a, b, kernel, value))
    assert ours.shape == (20, 30)
    assert np.allclose(ours, taught["kernel_matrix"](a, b, kernel, value), rtol=1e-4, atol=1e-4)
    distances = ((a[:, np.newaxis] - b) ** 2).sum(axis=2)
    expected = {"linear": a @ b.T, "polynomial": (a @ b.T / 50 + 1) ** 4}
    expected["rbf"] = np.exp(-0.03 * distances)
    assert np.allclose(ours, expected[kernel], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kernel, value, C", SETTINGS)
def test_the_45_machines_are_those_of_scikit_learn(flat, kernel, value, C):
    x, y = flat[0][:500], flat[1][:500]
    machine = svm.fit(x, y, kernel, value, C)
    options = dict(kernel="poly" if kernel == "polynomial" else kernel, C=C)
    options |= {"polynomial": dict(gamma=1 / 50, coef0=1, degree=4), "rbf": dict(gamma=0.03)}.get(
        kernel, {}
    )
    with threadpool_limits(1):
        theirs = SVC(decision_function_shape="ovo", **options).fit(x, y)
        expected, answers = theirs.decision_function(flat[0][500:]), theirs.predict(flat[0][500:])
    decisions = machine.decisions(flat[0][500:])
    assert decisions.shape == (200, 45)
    assert np.abs(decisions - expected).max() < 0.02
    assert np.mean(machine(flat[0][500:]) == answers) > 0.98  # of as many votes either may win
    assert set(machine.index) == set(theirs.support_)


def test_a_linear_machine_is_the_sum_of_its_digits(flat):
    x, y = flat
    machine = svm.fit(x, y, "linear", 0, 0.02)
    assert machine.vectors.shape == (45, 784)
    assert machine.numbers == 45 * 784 + 45 and machine.products == 45 * 784
    assert np.allclose(machine.decisions(x[:5]), x[:5] @ machine.vectors.T + machine.b, atol=1e-4)


@pytest.mark.parametrize("kernel, value, C", SETTINGS)
def test_a_file_brings_the_machine_back(flat, tmp_path, kernel, value, C):
    x, y = flat
    machine, path = svm.fit(x, y, kernel, value, C), tmp_path / "machine.npz"
    svm.save(machine, path, machine.index, np.zeros(len(machine.index)), 1.5)
    loaded, seconds = svm.load(path, kernel, value, lambda index, moved: x[index])
    assert seconds == 1.5 and loaded.numbers == machine.numbers
    assert np.array_equal(loaded.decisions(x[:50]), machine.decisions(x[:50]))


def test_most_votes_win_and_the_smallest_of_equals(monkeypatch):
    machine = svm.Machine(np.zeros((1, 2)), np.zeros((1, 45)), np.zeros(45), "linear", 0)
    decisions = np.full((2, 45), -1.0)  # each pair for its second: 9 has nine votes
    decisions[1] = [1 if (j - i) % 2 else -1 for i, j in svm.PAIRS]
    monkeypatch.setattr(machine, "decisions", lambda x: decisions)
    votes = np.zeros(10, int)
    for (i, j), decision in zip(svm.PAIRS, decisions[1], strict=True):
        votes[i if decision > 0 else j] += 1
    assert list(machine(np.zeros((2, 2)))) == [9, np.flatnonzero(votes == votes.max())[0]]


def test_wrong_input_is_named(flat):
    x, y = flat
    with pytest.raises(ValueError, match="no kernel 'cubic'; there are linear, polynomial, rbf"):
        svm.kernel_matrix(x[:2], x[:2], "cubic", 3)
    with pytest.raises(ValueError, match="700 examples and 699 labels"):
        svm.fit(x, y[1:], "linear", 0, 1)
    with pytest.raises(ValueError, match="each digit from 0 to 9"):
        svm.fit(x[y > 0], y[y > 0], "linear", 0, 1)


def test_straightened_digits_stand_straight_in_the_middle(taught, digits):
    for image in taught["straighten"](digits[0][:30]):
        row, column, slope = taught["skew"](image)
        assert abs(slope) < 0.05 and abs(row - 14) < 0.1 and abs(column - 14) < 0.1
    bar = np.zeros((1, 28, 28))
    bar[0, np.arange(6, 23, 2), 7 + np.arange(6, 23, 2) // 2] = 1
    assert abs(taught["skew"](taught["straighten"](bar)[0])[2]) < 1e-6


def test_hog_is_that_of_scikit_image(taught, digits):
    options = dict(orientations=9, pixels_per_cell=(4, 4), cells_per_block=(2, 2))
    expected = np.array([feature.hog(image, **options) for image in digits[0][:100]])
    assert np.abs(taught["hog"](digits[0][:100]) - expected).max() < 1e-5


def test_a_cell_on_an_edge(taught):
    halves = np.zeros((1, 28, 28), "float32")
    halves[:, :, 14:] = 1
    histograms = taught["cell_histograms"](halves)[0]
    assert list(histograms[3, 3]) == [0.5] + 8 * [0]
    assert not histograms[3, 0].any() and not histograms[3, 6].any()


def test_four_descriptions(taught, digits):
    image = digits[0][:3]
    straight = taught["straighten"](image)
    expected = [image.reshape(3, 784), straight.reshape(3, 784), taught["hog"](image)]
    expected.append(taught["hog"](straight))
    for features, values in zip(taught["FEATURES"], expected, strict=True):
        assert np.array_equal(taught["describe"](image, features), values), features


def test_moves(taught, digits):
    image = digits[0][:1]
    assert len(set(taught["MOVES"])) == 5 and taught["MOVES"][0] == (0, 0)
    for down, right in taught["MOVES"]:
        moved = taught["move"](image, down, right)
        assert np.array_equal(moved, np.roll(image, (down, right), axis=(1, 2)))
    there = taught["move"](image, 0, 4)
    assert np.array_equal(taught["centre"](there), taught["centre"](image))


def test_the_kernel_of_degree_two_is_a_product_of_six(taught, rng):
    for x, z in rng.normal(size=(20, 2, 2)):
        assert taught["six"](x) @ taught["six"](z) == pytest.approx((x @ z + 1) ** 2)


def test_what_lenet5_costs():
    network = models.CNN_LeNet5(10)
    network.build((None, 28, 28, 1))
    assert network.count_params() == 1_663_370
    products = 25 * 32 * 28**2 + 25 * 32 * 64 * 14**2 + 7 * 7 * 64 * 512 + 512 * 10
    assert round(products / 1e6, 1) == 12.3
    weights = {layer.name: layer.weights[0] for layer in network.layers if layer.weights}
    places = {"CL32": 28**2, "CL64": 14**2, "FC512": 1, "FC10": 1}
    assert products == sum(int(np.prod(weights[name].shape)) * n for name, n in places.items())


def test_1998_was_a_tie(taught):
    errors = dict(taught["PAPER"])
    assert errors["LeNet-5, distorted digits too"] == errors["virtual SVM, polynomial of degree 9"]
    assert min(errors, key=errors.get).startswith("boosted")
