import collections
import importlib.util
import sys

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
    build.check_idx(arrays)
    arrays["y_train"] = np.roll(y_train, 1)
    with pytest.raises(ValueError, match="y_train is not MNIST's"):
        build.check_idx(arrays)


def test_fashion_mnist_is_the_canonical_one():
    (x_train, y_train), (x_test, y_test) = datasets.fashion_mnist()
    assert x_train.shape == (build.FASHION_TRAIN, 28, 28) and x_train.dtype == np.uint8
    assert y_train.shape == (build.FASHION_TRAIN,) and y_train.dtype == np.uint8
    test = {key: build.FASHION_IDX[key] for key in ("x_test", "y_test")}
    build.check_idx(dict(x_test=x_test, y_test=y_test), test, "Fashion-MNIST")
    with pytest.raises(ValueError, match="y_test is not Fashion-MNIST's"):
        build.check_idx(dict(x_test=x_test, y_test=y_test[::-1]), test, "Fashion-MNIST")
    assert len(datasets.FASHION_CLASSES) == 10
    assert np.bincount(y_train).min() > 2300  # every class, in about the original share


def test_all_of_fashion_mnist(monkeypatch):
    import keras

    (x_train, y_train), test = datasets.fashion_mnist()
    longer = np.concatenate([x_train, x_train[:5]]), np.concatenate([y_train, y_train[:5]])
    load = "keras.datasets.fashion_mnist.load_data"
    monkeypatch.setattr(load, lambda: (longer, test))
    assert datasets.fashion_mnist(full=True)[0][0].shape == (len(x_train) + 5, 28, 28)
    monkeypatch.setattr(load, lambda: ((longer[0][::-1], longer[1]), test))
    with pytest.raises(OSError, match="does not begin with the course's pictures"):
        datasets.fashion_mnist(full=True)

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", fail)
    with pytest.raises(FileNotFoundError, match="could not be downloaded"):
        datasets.fashion_mnist(full=True)


def test_cifar10(fake_cifar10):
    (x_train, y_train), (x_test, y_test) = datasets.cifar10()
    for name, x, y in [("train", x_train, y_train), ("test", x_test, y_test)]:
        pixels, labels = fake_cifar10[name]
        assert x.shape == (len(labels), 32, 32, 3) and x.dtype == np.uint8
        np.testing.assert_array_equal(y, labels)
        np.testing.assert_array_equal(x[-1, :, :, 1], pixels[-1][1024:2048].reshape(32, 32))
    assert len(y_train) == 50_000 and y_train.dtype == np.uint8 and y_test.shape == (10_000,)


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
def test_not_every_failure_is_the_networks(monkeypatch, error):
    import keras

    def fail():
        raise error

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    with pytest.raises(error):
        datasets.cifar10()


def test_cifar10_without_a_network(monkeypatch):
    import keras

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    with pytest.raises(FileNotFoundError, match="CIFAR-10 could not be downloaded") as error:
        datasets.cifar10()
    assert "\n" not in str(error.value)


def test_idx_round_trip():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    np.testing.assert_array_equal(build.read_idx(build.write_idx(array)), array)
    with pytest.raises(ValueError, match="not an IDX file"):
        build.read_idx(b"PK\x03\x04....")


def test_video():
    frames = datasets.video()
    assert frames.shape == (48, 90, 160) and frames.dtype == np.uint8
    changes = np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2))
    assert changes.min() > 1 and changes.max() < 20  # no frame twice, no cut


def test_sound():
    samples, rate = datasets.sound()
    assert samples.shape == (84_992,) and samples.dtype == np.int16
    assert np.abs(samples.astype(int)).max() == 30_000
    assert rate == 16_000 and isinstance(rate, int)


def test_fmri():
    brain = datasets.fmri()
    assert brain.shape == (17, 21, 3, 20) and brain.dtype == np.float32
    assert 629 < brain.min() and brain.max() < 5573


@pytest.mark.parametrize(
    "data_set, package", [("film", "av"), ("fmri", "nibabel"), ("lite0", "torch")]
)
def test_package_of_the_maintainer_is_missing(monkeypatch, data_set, package):
    monkeypatch.setitem(sys.modules, package, None)  # an import of it fails
    with pytest.raises(SystemExit, match=f"^{package} is missing: it .* install {package}`.$"):
        getattr(build, f"build_{data_set}")()


def test_sums_list_every_kind_of_file(tmp_path, monkeypatch):
    kept = ["a.npz", "b.json", "pictures/c.jpg", "pictures/d.png", "results/bands/06b.json"]
    kept += ["results/06b.json", "weights/e.weights.h5", "weights/f.weights.npz"]
    for name in [*kept, "README.md", "build.py", "a.npz.123.part"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(build, "DATA", tmp_path)
    monkeypatch.setattr(files, "DATA", tmp_path)
    build.write_sums()
    assert set(files.checksums()) == set(kept)
    assert files.problems() == []


def test_film_is_cut_down():
    luma = np.full((720, 1280), 235, np.uint8)
    luma[:8, :8] = 16
    gray = build.gray_frame(luma)
    assert gray.shape == (90, 160) and gray[0, 0] == 0 and gray[0, 1] == gray[1, 0] == 255
    channels = np.tile(np.sin(np.arange(4800) / 50), (6, 1))
    samples = build.mono(channels, 48_000)
    assert samples.shape == (1600,) and samples.dtype == np.int16
    assert np.abs(samples.astype(int)).max() == 30_000


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


def test_names_of_fashion_mnist_fit_its_pictures():
    """The mean picture of trousers is narrow and high, of shoes low, of bags wide."""
    _, (pictures, labels) = datasets.fashion_mnist()
    width, height = {}, {}
    for k, name in enumerate(datasets.FASHION_CLASSES):
        mean = pictures[labels == k].mean(axis=0) > 60
        width[name], height[name] = mean.any(axis=0).sum(), mean.any(axis=1).sum()
    assert width["trouser"] < 13 < width["dress"] < 17  # pixels
    assert {name for name in width if width[name] > 24} == {"sneaker", "bag", "ankle boot"}
    assert {name for name in width if 19 < width[name] < 22} == {
        "T-shirt", "pullover", "coat", "shirt",
    }  # fmt: skip
    assert {name for name in height if height[name] < 16} == {"sandal", "sneaker"}
    assert height["sneaker"] < height["sandal"] < 20 < height["ankle boot"] < height["bag"]


def every_object():
    return [(name, o) for name, objects in datasets.ground_truth().items() for o in objects]


def test_ground_truth_counts():
    truth = datasets.ground_truth()
    assert [*truth] == [*datasets.PHOTOGRAPHS] and sum(map(bool, truth.values())) == 8
    kinds = collections.Counter(thing["class"] for _, thing in every_object())
    assert kinds == {
        "boat": 18, "person": 3, "face": 3, "bottle": 2, "airplane": 1, "bench": 1, "bicycle": 1,
        "book": 1, "cat": 1, "cup": 1, "dining table": 1, "motorcycle": 1, "skis": 1, "spoon": 1,
        "tie": 1,
    }  # fmt: skip
    drawn = [thing["class"] for _, thing in every_object() if "mask" in thing]
    assert sorted(drawn) == ["cat", "cup", "motorcycle", "person", "person", "person"]
    assert len(set(datasets.COCO_CLASSES)) == len(datasets.COCO_CLASSES) == 80


def test_ground_truth_keeps_its_rules():
    for name, thing in every_object():
        height, width = datasets.photograph(name).shape[:2]
        x0, y0, x1, y1 = thing["box"]
        assert thing["box"].dtype == np.float32 and 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
        assert thing["class"] in (*datasets.COCO_CLASSES, "face")
        assert thing["difficult"] in ("", "small", "doubtful", "crowd")
        sides = sorted([x1 - x0, y1 - y0])
        assert sides[1] >= 4 and (sides[0] < 8) == (thing["difficult"] == "small")
        if "mask" in thing:
            corners = np.concatenate(thing["polygons"])
            assert corners.dtype == np.float32
            np.testing.assert_array_equal(thing["box"], [*corners.min(0), *corners.max(0)])
            assert thing["mask"].shape == (height, width)
            rows, columns = np.nonzero(thing["mask"])
            box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            np.testing.assert_allclose(box, thing["box"], atol=1.01)
            assert 0.4 < thing["mask"].sum() / (sides[0] * sides[1]) < 0.95


def test_faces_lie_in_persons():
    persons = {name: thing["mask"] for name, thing in every_object() if thing["class"] == "person"}
    for name, face in every_object():
        if face["class"] == "face":
            x0, y0, x1, y1 = face["box"].astype(int)
            assert persons[name][y0:y1, x0:x1].mean() > 0.9, name


def test_second_drawing():
    """It is another drawing of the same things."""
    first, second = datasets.ground_truth(), datasets.ground_truth(second=True)
    kinds = collections.Counter(thing["class"] for things in second.values() for thing in things)
    assert kinds == {"face": 2, "person": 1, "cup": 1, "spoon": 1, "bench": 1}
    for name, things in second.items():
        for again in things:
            once = next(thing for thing in first[name] if thing["class"] == again["class"])
            off = np.abs(once["box"] - again["box"]).max()
            assert 0 < off <= 4, (name, off)
            if "mask" in again:
                both, either = once["mask"] & again["mask"], once["mask"] | again["mask"]
                assert 0.97 < both.sum() / either.sum() < 0.995
