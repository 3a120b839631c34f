"""What notebook 13 teaches about boxes, against values worked out by hand or printed elsewhere."""

import numpy as np
import pytest
import structure

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "13")
NAMES = ("iou", "corners", "encode", "decode", "yolo_terms", "yolo_loss", "nms", "detect", "hits",
         "average_precision", "mean_ap", "decode_v2", "offsets_solution", "assign_solution")  # fmt: skip


@pytest.fixture(scope="module")
def taught():
    notebook = structure.read(PATH)
    found = structure.taught(PATH, *(name for name in NAMES if "solution" not in name))
    for i in (1, 3):
        cell = structure.tagged(notebook, "solution")[i - 1]
        exec(cell.source.split("\n\n\ncheck(")[0], found | {"np": np}, found)
    return found


def test_iou(taught):
    pairs = [  # centres and sizes, and the IoU
        ((0.8, 0.1, 0.2, 0.2), (0.9, 0.2, 0.2, 0.2), 1 / 7),
        ((0.95, 0.6, 0.5, 0.2), (0.95, 0.7, 0.3, 0.2), 3 / 13),
        ((0.7, 0.95, 0.6, 0.1), (0.5, 1.15, 0.4, 0.7), 3 / 31),
    ]
    for *both, expected in pairs:
        boxes = [taught["corners"](np.array(box[:2]), np.array(box[2:])) for box in both]
        assert taught["iou"](*boxes) == pytest.approx(expected)
    assert taught["iou"](np.array([0, 0, 3, 2]), np.array([1, 1, 3, 3])) == pytest.approx(1 / 4)
    assert taught["iou"](np.array([0, 0, 1, 1]), np.array([1, 0, 2, 1])) == 0


def test_nms(taught):
    boxes = [[0.1, 0.08, 0.52, 0.92], [0.08, 0.2, 0.56, 0.95], [0.15, 0.3, 0.62, 0.91],
             [0.55, 0.2, 0.9, 0.88]]  # fmt: skip
    boxes, scores = np.array(boxes), np.array([0.9, 0.8, 0.7, 0.9])
    overlap = taught["iou"](boxes[[0, 0, 1]], boxes[[1, 2, 2]])
    np.testing.assert_allclose(overlap, [0.7368, 0.5454, 0.6306], atol=1e-4)
    assert taught["nms"](boxes, scores, 0.5) == [0, 3]
    assert taught["nms"](boxes, scores, 0.6) == [0, 3, 2]
    assert taught["nms"](np.ones((10, 4)) * [0, 0, 1, 1], np.full(10, 0.9)) == [0]
    assert taught["nms"](np.zeros((0, 4)), np.zeros(0)) == []


def test_matching_and_offsets(taught):
    anchors = [[0, 0.1, 0.2, 0.3], [0.15, 0.2, 0.4, 0.4], [0.63, 0.05, 0.88, 0.98],
               [0.66, 0.45, 0.8, 0.8], [0.57, 0.3, 0.92, 0.9]]  # fmt: skip
    anchors, objects = (
        np.array(anchors),
        np.array([[0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88]]),
    )
    overlap = taught["iou"](anchors[:, None], objects)
    found = [[0.0536, 0], [0.1417, 0], [0, 0.5657], [0, 0.2059], [0, 0.7459]]
    np.testing.assert_allclose(overlap, found, atol=1e-4)
    assert taught["assign_solution"](overlap).tolist() == [-1, 0, 1, -1, 1]

    def centred(boxes):
        return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], 1)

    offsets = taught["offsets_solution"](centred(anchors[[1, 2, 4]]), centred(objects[[0, 1, 1]]))
    expected = [[1.4, 10, 2.594, 7.1754], [-1.2, 0.2688, 1.6824, -1.5655], [-0.5714, -1, 0, 0.6258]]
    np.testing.assert_allclose(offsets, expected, atol=1e-4)


def test_average_precision(taught):
    ap = taught["average_precision"]
    worked = {"all points": 0.245687, "11 points": 0.268398, "101 points": 0.248160,
              "trapezoid": 0.213439, "sum": 0.227836}  # fmt: skip
    flags = [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    for rule, expected in worked.items():
        assert ap(flags, 15, rule) == pytest.approx(expected, abs=1e-6)
    flags[:2] = 0, 1  # the first two have one score: which comes first matters
    assert ap(flags, 15) == pytest.approx(0.223464, abs=1e-6)
    assert ap([], 3) == ap([0, 0], 0) == 0  # nothing found, nothing there


def test_hits(taught):
    truth = {0: np.array([[0, 0, 10, 10]]), 1: np.zeros((0, 4))}
    found = [(0, 0.5, np.array([0, 0, 10, 10])), (0, 0.9, np.array([0, 0, 10, 8])),
             (1, 0.7, np.array([0, 0, 10, 10])), (0, 0.3, np.array([0, 0, 3, 3]))]  # fmt: skip
    assert taught["hits"](found, truth) == [1, 0, 0, 0]  # found twice is once too often
    assert taught["hits"](found, truth, {0: [True], 1: []}) == [0, 0]  # difficult: left out


def test_encode_and_decode_are_inverse(taught):
    boxes = np.float32([[3, 5, 33, 45], [50, 60, 90, 96], [-1, -1, -1, -1]])
    target = taught["encode"](boxes, np.array([3, 19, -1]))
    assert target.shape == (6, 6, 25) and target[..., 0].sum() == 2
    output = np.zeros((1, 6, 6, 30), "float32")
    output[..., :4], output[..., 4], output[0, ..., 10:] = (
        target[..., 1:5],
        target[..., 0],
        target[..., 5:],
    )
    output[..., 2:4] **= 0.5
    found = taught["detect"](*(part[0] for part in taught["decode"](output)), least=0.5)
    assert sorted(k for k, *_ in found) == [3, 19]
    for k, score, box in found:
        assert score == 1
        np.testing.assert_allclose(96 * box, boxes[0 if k == 3 else 1], atol=1e-4)
    with pytest.raises(ValueError, match="beyond"):
        taught["encode"](boxes + 10, np.array([3, 19, -1]))
    assert not taught["encode"](boxes[:0], np.zeros(0, int)).any()


def test_loss(taught):
    target, output = np.zeros((1, 2, 2, 7), "float32"), np.zeros((1, 2, 2, 12), "float32")
    output[..., 4], output[..., 9] = 0.1, 0.2
    output[0, 0, 0] = [0.7, 0.5, 0.7, 0.5, 0.6, 0.1, 0.1, 0.2, 0.2, 0.3, 0.8, 0.2]
    assert float(taught["yolo_loss"](target, output)) == pytest.approx(0.3)  # no object
    target[0, 0, 0] = [1, 0.5, 0.5, 0.64, 0.36, 1, 0]
    assert float(taught["yolo_loss"](target, output)) == pytest.approx(0.511831, abs=1e-6)


def test_decode_v2(taught):
    t = np.zeros((13, 13, 1, 4))
    centre, size = taught["decode_v2"](t, np.array([[1.08, 1.19]]))
    np.testing.assert_allclose(centre[6, 6, 0], [0.5, 0.5])
    np.testing.assert_allclose(size[6, 6, 0], np.array([1.08, 1.19]) / 13)
    t[7, 3, 0] = [0.2, -0.5, 0.1, -0.3]
    centre, size = taught["decode_v2"](t, np.array([[1.08, 1.19]]))
    np.testing.assert_allclose(centre[7, 3, 0], [0.273064, 0.567503], atol=1e-6)
    np.testing.assert_allclose(size[7, 3, 0], [0.091814, 0.067813], atol=1e-6)
