"""Notebook 13's average precision is that of COCO's own tools."""

import contextlib
import io

import numpy as np
import pytest
import structure

from utils import scenes


def detections(made, rng):
    """Return the true boxes, moved, some left out and others made up: [(image, class, score, box)]."""
    found = []
    for image, (boxes, labels) in enumerate(zip(made.boxes, made.labels, strict=True)):
        for box, label in zip(boxes, labels, strict=True):
            if label >= 0 and rng.random() < 0.8:
                moved = box + rng.normal(0, 2.5, 4)
                found.append((image, int(label % 3), rng.random(), moved))
        while rng.random() < 0.5:
            corner = rng.uniform(0, 60, 2)
            box = np.concatenate([corner, corner + rng.uniform(10, 36, 2)])
            found.append((image, int(rng.integers(3)), rng.random(), box))
    return found


def theirs(made, found):
    """Return COCO's AP at IoU 0.5 of the three classes, from its own evaluation."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def entry(image, kind, box):
        left, top, right, bottom = map(float, box)
        width, height = right - left, bottom - top
        bbox = [left, top, width, height]
        return dict(image_id=image, category_id=kind, bbox=bbox, area=width * height, iscrowd=0)

    objects = [
        entry(image, int(label % 3), box) | {"id": 10 * image + row + 1}
        for image in range(len(made.boxes))
        for row, (box, label) in enumerate(zip(made.boxes[image], made.labels[image], strict=True))
        if label >= 0
    ]
    truth = COCO()
    truth.dataset = dict(
        images=[{"id": image} for image in range(len(made.boxes))],
        categories=[{"id": kind} for kind in range(3)],
        annotations=objects,
    )
    truth.createIndex()
    answers = [entry(image, kind, box) | {"score": score} for image, kind, score, box in found]
    evaluation = COCOeval(truth, truth.loadRes(answers), "bbox")
    evaluation.params.iouThrs = np.array([0.5])
    evaluation.params.recThrs -= 1e-9  # else rounding decides whether 18 of 30 are 0.6
    evaluation.params.maxDets = [1, 10, 1000]
    evaluation.evaluate()
    evaluation.accumulate()
    return evaluation.eval["precision"][0, :, :, 0, 2].mean(axis=0)


@pytest.mark.parametrize("seed", range(3))
def test_average_precision_is_cocos(seed):
    path = next(path for path in structure.NOTEBOOKS if structure.number(path) == "13")
    taught = structure.taught(path, "hits", "average_precision")
    made = scenes.make(60, seed, "validation")
    found = detections(made, np.random.default_rng(seed))
    ours = []
    for kind in range(3):
        kept = made.labels % 3 == kind
        kept &= made.labels >= 0
        truth = {i: boxes[own] for i, (boxes, own) in enumerate(zip(made.boxes, kept, strict=True))}
        of_kind = [(image, score, box) for image, k, score, box in found if k == kind]
        flags = taught["hits"](of_kind, truth)
        ours.append(taught["average_precision"](flags, int(kept.sum()), "101 points"))
    with contextlib.redirect_stdout(io.StringIO()):
        expected = theirs(made, found)
    assert 0.2 < expected.min() and expected.max() < 0.95  # neither all nor nothing
    np.testing.assert_allclose(ours, expected, atol=1e-6)
