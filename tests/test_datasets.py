import collections
import importlib.util
import shutil
import sys
import tarfile

import keras
import numpy as np
import pytest
from PIL import Image

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


def test_materials():
    sets = datasets.materials()
    most = [100, 20, 40]
    for (x, y), n in zip(sets, most, strict=True):
        assert x.shape == (len(y), 32, 32) and x.dtype == np.uint8 and y.dtype.kind == "i"
        counts = np.bincount(y)
        assert len(counts) == len(datasets.MATERIALS) == 13 and counts.max() == n
        assert np.all(np.diff(y) >= 0)
        means, deviations = x.mean(axis=(1, 2)), x.std(axis=(1, 2))
        assert np.abs(means - 127.5).max() < 8  # what is cut off moves a mean a little
        assert np.median(deviations) > 45 and deviations.max() < 52  # stars are cut off
    fewest = [np.bincount(y)[datasets.MATERIALS.index("page")] for _, y in sets]
    assert fewest == [30, 5, 15]


@pytest.mark.parametrize("material", datasets.MATERIALS)
def test_the_places_of_a_material_are_apart(material):
    photograph = datasets.photograph(material)
    height, width = photograph.shape[:2]
    places = datasets.material_places(material)
    times = np.zeros((height, width), int)  # that a pixel is in a patch
    for corners in places.values():
        assert len(corners) and corners.min() >= 0
        for top, left in corners:
            assert top + 32 <= height and left + 32 <= width
            times[top : top + 32, left : left + 32] += 1
    assert times.max() == 1
    left = {name: corners[:, 1] for name, corners in places.items()}
    assert left["validation"].min() - (left["train"].max() + 32) >= 16
    assert left["test"].min() - (left["validation"].max() + 32) >= 16


def test_a_patch_is_what_its_place_says():
    (x, y), _, _ = datasets.materials()
    label = datasets.MATERIALS.index("gravel")
    top, left = datasets.material_places("gravel")["train"][7]
    patch = datasets.photograph("gravel")[top : top + 32, left : left + 32].astype(float)
    patch = np.clip(127.5 + 51 * (patch - patch.mean()) / patch.std(), 0, 255)
    assert np.abs(x[y == label][7] - patch).max() <= 0.5
    with pytest.raises(ValueError, match="no material 'wood'"):
        datasets.material_places("wood")


def test_faces():
    images, labels = datasets.faces()
    assert images.shape == (200, 25, 25) and images.dtype == np.uint8 and images.max() == 255
    assert labels.tolist() == [1] * 100 + [0] * 100


@pytest.fixture
def folder(tmp_path):
    """A reader's folder: two classes, JPEG and PNG, gray, in colour and with transparency."""
    rng = np.random.default_rng(0)
    for name, shades in (("red", (200, 20, 20)), ("blue", (20, 20, 200))):
        (tmp_path / name).mkdir()
        for i in range(3):
            pixels = np.full((50 + 10 * i, 60, 3), shades, np.uint8)
            pixels += rng.integers(0, 20, pixels.shape, dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.jpg")
    Image.fromarray(np.full((40, 40), 128, np.uint8)).save(tmp_path / "red" / "gray.PNG")
    Image.fromarray(np.full((40, 40, 4), 128, np.uint8)).save(tmp_path / "blue" / "pale.png")
    (tmp_path / "red" / "notes.txt").write_text("no picture")
    (tmp_path / "red" / "._0.jpg").write_text("what some file systems leave")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def test_a_readers_own_pictures(folder):
    images, labels, names = datasets.pictures(folder, size=64)
    assert names == ["blue", "red"] and labels.tolist() == [0] * 4 + [1] * 4
    assert images.shape == (8, 64, 64, 3) and images.dtype == np.float32
    blue, red = images[labels == 0][:3], images[labels == 1][:3]
    assert np.all(blue[..., 2].mean((1, 2)) > 0.7) and np.all(red[..., 0].mean((1, 2)) > 0.7)
    assert np.allclose(images[-1], 128 / 255, atol=0.01)  # the gray one
    assert len(datasets.pictures(str(folder), size=64, most=2)[1]) == 4
    assert datasets.pictures(folder)[0].shape[1:] == (224, 224, 3)


def test_what_is_wrong_with_a_readers_pictures(folder):
    with pytest.raises(FileNotFoundError, match="no folder .*nowhere"):
        datasets.pictures(folder / "nowhere")
    with pytest.raises(ValueError, match="has 0 folders: make one for each class"):
        datasets.pictures(folder / "red")
    (folder / "green").mkdir()
    with pytest.raises(ValueError, match="The folder green holds no picture"):
        datasets.pictures(folder)
    (folder / "green" / "broken.jpg").write_text("no picture")
    with pytest.raises(ValueError, match="green/broken.jpg cannot be read as a picture"):
        datasets.pictures(folder)


def test_flowers(folder, monkeypatch, tmp_path_factory):
    """The archive has the form of the true one: flower_photos/, a folder a class, LICENSE.txt."""
    archive = tmp_path_factory.mktemp("flowers") / "flower_photos.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder / "red", "flower_photos/daisy")
        tar.add(folder / "blue", "flower_photos/tulips")
        tar.add(folder / "red" / "notes.txt", "flower_photos/LICENSE.txt")
    get_file, cache = keras.utils.get_file, tmp_path_factory.mktemp("cache")

    def of_the_archive(name, url, **options):
        return get_file(name, archive.as_uri(), cache_dir=str(cache), **options)

    monkeypatch.setattr(keras.utils, "get_file", of_the_archive)
    images, labels, names = datasets.pictures(datasets.flowers(), size=32)
    assert names == ["daisy", "tulips"] and len(images) == len(labels) == 8
    shutil.rmtree(datasets.flowers() / "daisy")
    with pytest.raises(FileNotFoundError, match="archive of the flowers is not whole"):
        monkeypatch.setattr(keras.utils, "get_file", lambda *_, **__: str(cache))
        datasets.flowers()

    def offline(*_, **__):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.utils, "get_file", offline)
    with pytest.raises(FileNotFoundError, match="could not be downloaded .*check the network"):
        datasets.flowers()


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
    drawn_once = ("cup", "cat", "spoon", "bench", "motorcycle", "bicycle")
    assert kinds == {"face": 3, "person": 2} | dict.fromkeys(drawn_once, 1)
    hours_later = ("camera", "cat", "motorcycle")  # photographs; of the last all but the bench
    for name, things in second.items():
        for again in things:
            once = next(thing for thing in first[name] if thing["class"] == again["class"])
            off = np.abs(once["box"] - again["box"])
            if again["class"] == "motorcycle":  # its mirror was overlooked, its upper edge
                assert off[1] == 64
                off[1] = 0
            later = name in hours_later and again["class"] != "bench"
            assert 0 < off.max() <= (5 if later else 4), (name, off)
            if "mask" in again:
                both, either = once["mask"] & again["mask"], once["mask"] | again["mask"]
                assert 0.97 < both.sum() / either.sum() < 0.995
