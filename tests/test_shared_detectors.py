"""utils.detection is what notebook 13 writes out."""

import numpy as np
import pytest
import structure

from utils import datasets, detection, scenes

PATH = next(path for path in structure.NOTEBOOKS if structure.number(path) == "13")
NAMES = ("yolo_network", "iou", "corners", "decode", "nms", "detect")


@pytest.fixture(scope="module")
def taught():
    return structure.taught(PATH, *NAMES, "objects_in", "faces")


def test_the_network_is_notebook_13s(taught):
    def form(network):
        return [
            (type(layer).__name__, {k: v for k, v in layer.get_config().items() if k != "name"})
            for layer in network.layers[1:]
        ]

    theirs, ours = taught["yolo_network"](), detection.yolo_scenes(weights=False)
    assert [kind for kind, _ in form(theirs)] == [kind for kind, _ in form(ours)]
    assert [w.shape for w in theirs.weights] == [w.shape for w in ours.weights]
    ours.set_weights(theirs.get_weights())
    pictures = scenes.make(2, 0, "test").images.astype("float32")
    np.testing.assert_array_equal(ours(pictures), theirs(pictures))


def test_boxes_are_notebook_13s(taught):
    rng = np.random.default_rng(0)
    output = rng.uniform(0, 1, (3, 6, 6, 30))
    ours, theirs = detection.decode(output), taught["decode"](output)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other)
    for boxes, scores in zip(*ours, strict=True):
        found, expected = (f(boxes, scores, 0.5, 0.4) for f in (detection.detect, taught["detect"]))
        assert [d[:2] for d in found] == [d[:2] for d in expected]
        np.testing.assert_array_equal([d[2] for d in found], [d[2] for d in expected])
        assert detection.nms(boxes, scores[:, 0], 0.3) == taught["nms"](boxes, scores[:, 0], 0.3)
    assert detection.decode(np.zeros((0, 6, 6, 30)))[0].shape == (0, 72, 4)


def test_photographs_are_notebook_13s(taught):
    photograph = datasets.photograph("astronaut")
    ours, theirs = detection.in_photograph(photograph), taught["objects_in"](photograph)
    assert [d[0] for d in ours] == [d[0] for d in theirs] and ours
    np.testing.assert_allclose([d[2] for d in ours], [d[2] for d in theirs], atol=1e-3)
    own = taught["detect"](*taught["faces"](photograph), least=0.5, most=0.4)
    faces = detection.faces(photograph)
    assert len(faces) == len(own) == 1
    np.testing.assert_allclose(faces[0][2], own[0][2], atol=1e-3)


def test_scenes_are_found():
    made = scenes.make(40, 3, "validation")
    found = detection.in_scenes(detection.yolo_scenes(), made.images, 0.3)
    named = [{k for k, *_ in own} for own in found]
    true = [set(own[own >= 0].tolist()) for own in made.labels]
    assert np.mean([a == b for a, b in zip(named, true, strict=True)]) > 0.3
