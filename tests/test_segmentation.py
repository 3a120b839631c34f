"""What notebook 14 teaches about masks, against values worked out by hand and brute force."""

import ast

import keras
import numpy as np
import pytest
import structure
from scipy import ndimage

from utils import detection
from utils.masks import check_masks

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "14")
NAMES = (
    "confusion", "ious", "mean_iou", "rim", "boundary_ious", "transposed", "taps", "bilinear",
    "keras_transposed", "class_masks", "fcn", "unet", "multiply_adds", "dice_loss",
    "object_recalls", "tight_box", "overlap", "by_components", "by_watershed", "by_boxes", "matches",
    "touch", "mosaic", "resized",
)  # fmt: skip


@pytest.fixture(scope="module")
def taught():
    return structure.taught(PATH, *NAMES)


def brute_rim(mask, width):
    """The pixels of a mask with a pixel outside it, or outside the picture, within `width`."""
    found = np.zeros(mask.shape, bool)
    for i, j in np.argwhere(mask):
        for a in range(i - width, i + width + 1):
            for b in range(j - width, j + width + 1):
                inside = 0 <= a < mask.shape[0] and 0 <= b < mask.shape[1]
                found[i, j] |= not inside or not mask[a, b]
    return found


def test_metrics_by_hand(taught):
    confusion, ious, mean = taught["confusion"], taught["ious"], taught["mean_iou"]
    counts = confusion([[0, 0, 1, 1]], [[0, 1, 0, 1]], 2)
    assert counts.tolist() == [[1, 1], [1, 1]] and mean(ious(counts)) == pytest.approx(1 / 3)
    values = ious(confusion([[0, 0, 1, 1, 1]], [[0, 1, 0, 1, 1]], 2))
    assert values == pytest.approx([1 / 3, 1 / 2]) and mean(values) == pytest.approx(
        0.41667, abs=1e-5
    )
    ignored = confusion([[0, 1, 2, 255]], [[0, 1, 1, 1]], 3, ignore=255)
    assert ious(ignored) == pytest.approx([1, 1 / 2, 0]) and mean(ious(ignored)) == 0.5
    few = np.repeat([0, 1], [95, 5])[None]
    nothing = confusion(few, np.zeros_like(few), 2)
    assert np.diag(nothing).sum() / nothing.sum() == 0.95
    assert mean(ious(nothing)) == pytest.approx(0.475)
    dice = 2 * np.diag(counts) / (counts.sum(0) + counts.sum(1))
    assert dice == pytest.approx(2 * ious(counts) / (1 + ious(counts)))


def test_metrics_against_keras_and_sets(taught):
    rng = np.random.default_rng(0)
    true, found = rng.integers(0, 4, (2, 3, 9, 8))
    theirs = keras.metrics.MeanIoU(num_classes=4)
    theirs.update_state(true, found)
    values = taught["ious"](taught["confusion"](true, found, 4))
    assert taught["mean_iou"](values) == pytest.approx(float(theirs.result()), abs=1e-6)
    for k in range(4):
        a, b = set(map(tuple, np.argwhere(true == k))), set(map(tuple, np.argwhere(found == k)))
        assert values[k] == pytest.approx(len(a & b) / len(a | b))


def test_boundary_iou_against_brute_force(taught):
    rng = np.random.default_rng(1)
    smooth = ndimage.gaussian_filter(rng.normal(size=(2, 2, 20, 24)), (0, 0, 2, 2)) > 0
    true, found = smooth.astype(int)
    for width in (1, 2, 3):
        for one in smooth.reshape(-1, 20, 24):
            np.testing.assert_array_equal(taught["rim"](one, width), brute_rim(one, width))
        rims = [np.array([brute_rim(one == 1, width) for one in masks]) for masks in (true, found)]
        expected = (rims[0] & rims[1]).sum() / (rims[0] | rims[1]).sum()
        assert taught["boundary_ious"](true, found, 2, width)[1] == pytest.approx(expected)


def test_no_object_breaks_nothing(taught):
    empty = np.zeros((2, 8, 8), int)
    values = taught["ious"](taught["confusion"](empty, empty, 3))
    assert values[0] == 1 and np.isnan(values[1:]).all() and taught["mean_iou"](values[1:]) == 1
    edges = taught["boundary_ious"](empty, empty, 3)
    assert edges[0] == 1 and np.isnan(edges[1:]).all()
    none = np.zeros((0, 8, 8), int)
    assert taught["mean_iou"](taught["ious"](taught["confusion"](none, none, 3))) == 1
    assert (
        taught["overlap"](empty > 0, empty > 0) == 1 and taught["tight_box"](empty[0] > 0) is None
    )
    assert taught["matches"](empty[0], empty[0]) == (0, 0, 0)
    for way in ("by_components", "by_watershed"):
        assert not taught[way](empty[0]).any()
    assert not taught["by_boxes"](empty[0], []).any()
    logits = keras.ops.convert_to_tensor(np.zeros((2, 8, 8, 3), "float32"))
    assert np.isfinite(float(taught["dice_loss"](empty, logits)))
    sure = np.zeros((2, 8, 8, 3), "float32")
    sure[..., 0] = 100
    assert float(taught["dice_loss"](empty, keras.ops.convert_to_tensor(sure))) == pytest.approx(0)


@pytest.mark.parametrize(
    "true, found, text",
    [
        ([[0, 3]], [[0, 1]], "There are classes 0 to 2; true has 3."),
        ([[0, 1]], [[0, -1]], "There are classes 0 to 2; found has -1."),
        ([[0, 1]], [[0, 255]], "found has 255"),
        ([[0, 1]], [[0, 1, 1]], r"one shape .* got \(1, 2\) and \(1, 3\)"),
        ([0, 1], [0, 1], r"one shape \(\.\.\., height, width\)"),
        ([[0.0, 1.0]], [[0, 1]], "integers of its classes; true is float64"),
    ],
)
def test_unfit_masks(true, found, text):
    with pytest.raises(ValueError, match=text):
        check_masks(true, found, 3, ignore=255)


def test_transposed(taught):
    transposed, theirs = taught["transposed"], taught["keras_transposed"]
    four = np.array([[0.0, 1], [2, 3]])
    assert transposed(four, four, 1).tolist() == [[0, 0, 1], [0, 4, 6], [4, 12, 9]]
    assert transposed(four, four, 2).tolist() == [
        [0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]
    ]  # fmt: skip
    rng = np.random.default_rng(0)
    for k, stride in ((2, 1), (3, 2), (4, 2), (5, 3), (2, 3)):
        x, kernel = rng.normal(size=(4, 6)), rng.normal(size=(k, k))
        full = transposed(x, kernel, stride)
        assert full.shape == (stride * 3 + k, stride * 5 + k)
        got = theirs(x, kernel, stride)  # Keras fills up to stride * n where k < stride
        np.testing.assert_allclose(got[: full.shape[0], : full.shape[1]], full, atol=1e-5)


def test_bilinear(taught):
    taps = taught["taps"]
    assert taps(4).tolist() == [0.25, 0.75, 0.75, 0.25] and taps(3).tolist() == [0.5, 1, 0.5]
    assert taps(64)[0] == 0.015625
    for k, total in ((4, 4), (64, 1024)):
        kernel = np.asarray(taught["bilinear"]((k, k, 2, 2)))
        assert kernel[..., 0, 0].sum() == pytest.approx(total) and not kernel[..., 0, 1].any()
    row = taught["keras_transposed"](
        np.tile(np.arange(4.0), (4, 1)), np.outer(taps(4), taps(4)), 2, "same"
    )
    np.testing.assert_allclose(row[3], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 2.25])


def test_class_masks_and_resizing(taught):
    made = detection.scenes.make(5, 3, "validation")
    for classes in (3, 21):
        masks = taught["class_masks"](made, classes)
        for i, (i_row, j_row) in ((i, np.nonzero(made.masks[i])) for i in range(5)):
            for a, b in list(zip(i_row, j_row, strict=True))[::97]:
                label = made.labels[i, made.masks[i, a, b] - 1]
                assert masks[i, a, b] == (label + 1 if classes == 21 else 1 + (label >= 10))
        assert not masks[made.masks == 0].any()
        nearest = taught["resized"](masks, 64, "nearest")
        assert all(
            set(np.unique(a)) <= set(np.unique(b)) for a, b in zip(nearest, masks, strict=True)
        )


def test_controls_have_the_same_size(taught):
    for build in (lambda skips: taught["fcn"](8, skips), lambda skips: taught["unet"](2, skips)):
        networks = [build(skips) for skips in ("maps", "zeros", "bottom")]
        assert len({network.count_params() for network in networks}) == 1
        assert len({taught["multiply_adds"](network) for network in networks}) == 1
        assert all(network.output.shape == (None, 96, 96, 3) for network in networks)


def test_multiply_adds(taught):
    images = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(5, 3, 2, padding="same")(images)  # 4 · 4 · 9 · 3 · 5
    maps = keras.layers.Conv2DTranspose(2, 4, 2, padding="same")(maps)  # 4 · 4 · 16 · 5 · 2
    assert taught["multiply_adds"](keras.Model(images, maps)) == 2160 + 2560


def test_instances(taught):
    matches, by_components = taught["matches"], taught["by_components"]
    row = np.array([[1, 1, 1, 0, 2, 2]])
    assert matches(row, row) == (2, 2, 2) and matches(row, row * 0) == (0, 2, 0)
    assert matches(np.array([[1, 1, 1, 2, 2]]), np.ones((1, 5), int)) == (1, 2, 1)  # 3/5 and 2/5
    assert matches(np.array([[1, 1, 2, 2]]), np.ones((1, 4), int)) == (0, 2, 1)  # ½ is not over ½
    kinds = np.array([[1, 1, 2, 2, 0, 1]])
    found = by_components(kinds)
    assert len(np.unique(found[found > 0])) == 3 and matches(found, found) == (3, 3, 3)
    rng = np.random.default_rng(0)
    true, found = rng.integers(0, 4, (2, 12, 12))
    found = np.where(rng.random((12, 12)) < 0.6, true, found)
    pairs = [((true == a) & (found == b)).sum() / ((true == a) | (found == b)).sum() > 0.5
             for a in (1, 2, 3) for b in (1, 2, 3)]  # fmt: skip
    assert matches(true, found)[0] == sum(pairs)


def test_watershed_and_boxes(taught):
    y, x = np.mgrid[:40, :60]
    one, two = (x - 18) ** 2 + (y - 20) ** 2 <= 144, (x - 40) ** 2 + (y - 20) ** 2 <= 144
    true = np.where(one, 1, np.where(two, 2, 0))
    kinds = (true > 0) * 1
    assert taught["touch"](true, kinds) and not taught["touch"](true, true)
    assert taught["matches"](true, taught["by_components"](kinds)) == (1, 2, 1) or (
        taught["matches"](true, taught["by_components"](kinds)) == (0, 2, 1)
    )
    assert taught["matches"](true, taught["by_watershed"](kinds, 8)) == (2, 2, 2)
    boxes = [(3, 0.9, np.array([6, 8, 31, 33])), (5, 0.8, np.array([28, 8, 53, 33]))]
    assert taught["matches"](true, taught["by_boxes"](kinds, boxes)) == (2, 2, 2)
    garments = [(13, *boxes[0][1:])]  # a garment's box takes no pixel of a digit
    assert not taught["by_boxes"](kinds, garments).any()


def test_tight_box_and_recalls(taught):
    mask = np.zeros((10, 12), bool)
    mask[2:5, 3:9], mask[8, 11] = True, True
    assert taught["tight_box"](mask).tolist() == [3, 2, 9, 5]
    made = detection.scenes.make(3, 0, "validation")
    true = taught["class_masks"](made)
    area, recall = taught["object_recalls"](made, true, true)
    assert (recall == 1).all() and area.sum() == (made.masks > 0).sum()


def test_mosaics_keep_training_and_test_pixels_apart(taught):
    picture, labels = taught["mosaic"](np.random.default_rng(0), "test")
    assert picture.shape == labels.shape == (160, 160) and picture.min() >= 0 <= picture.max() <= 1
    assert len(np.unique(labels)) >= 2


def test_detection_is_notebook_13s():
    """utils/detection.py repeats what notebook 13 teaches, to the letter but for the trunk."""
    path = next(path for path in structure.NOTEBOOKS if structure.number(path) == "13")
    cells = structure.code_cells(structure.read(path))
    written = {}
    for cell in cells:
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.FunctionDef):
                written.setdefault(node.name, ast.dump(node))
    tree = ast.parse(open(detection.__file__, encoding="utf-8").read())
    kept = {node.name: ast.dump(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    same = {name for name in kept.keys() & written.keys() - {"trunk", "faces"}}
    assert len(same) == 7 and all(written[name] == kept[name] for name in same), same
    assert (detection.S, detection.B, detection.K) == (6, 2, len(detection.scenes.CLASSES))


def test_trunk_is_notebook_13s():
    """Notebook 13's can be wrapped, too; as it stands by default the two give the same maps."""
    path = next(path for path in structure.NOTEBOOKS if structure.number(path) == "13")
    theirs = structure.taught(path, "yolo_network")["yolo_network"]()
    ours = detection.yolo_network()
    ours.set_weights(theirs.get_weights())
    pictures = detection.scenes.make(2, 0, "validation").images.astype("float32")
    np.testing.assert_allclose(ours(pictures), theirs(pictures), atol=1e-5)
