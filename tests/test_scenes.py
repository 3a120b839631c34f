import itertools

import numpy as np
import pytest

from utils import datasets, scenes

N = 300


@pytest.fixture(scope="module", params=["train", "validation", "test"])
def made(request):
    return scenes.make(N, 5, request.param)


@pytest.fixture(scope="module")
def train():
    return scenes.make(N, 5, "train")


def objects(made):
    """Yield (scene, k, box, label) of every object."""
    for i, k in zip(*np.nonzero(made.labels >= 0), strict=True):
        yield i, k, made.boxes[i, k].astype(int), int(made.labels[i, k])


def test_shapes_and_padding(made):
    images, boxes, labels, masks, sentences = made
    assert images.shape == (N, 96, 96, 3) and images.dtype == np.uint8
    assert boxes.shape == (N, 4, 4) and boxes.dtype == np.float32
    assert labels.shape == (N, 4) and labels.dtype == np.int32
    assert masks.shape == (N, 96, 96) and masks.dtype == np.uint8 and len(sentences) == N
    here = labels >= 0
    assert (boxes[~here] == -1).all() and (labels[~here] == -1).all()
    assert here[:, 0].all() and not (here[:, 1:] & ~here[:, :-1]).any()  # no gap in the rows
    counts = np.bincount(here.sum(axis=1), minlength=5)
    assert counts[0] == 0 and counts[1:].min() > N / 15
    assert set(labels[here]) == set(range(20))
    np.testing.assert_array_equal(masks.max(axis=(1, 2)), here.sum(axis=1))


def test_boxes_are_the_extent_of_the_masks(made):
    hidden = covered = 0
    for i, k, (x0, y0, x1, y1), _ in objects(made):
        rows, columns = np.nonzero(made.masks[i] == k + 1)
        extent = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert 0 <= x0 <= extent[0] < extent[2] <= x1 <= 96
        assert 0 <= y0 <= extent[1] < extent[3] <= y1 <= 96
        later = (made.masks[i, y0:y1, x0:x1] > k + 1).any()
        if not later:
            assert extent == [x0, y0, x1, y1]
        covered += later
        hidden += extent != [x0, y0, x1, y1]
    assert covered > N / 20 and hidden > N / 50  # some do overlap


def test_sizes_vary_and_most_of_an_object_is_seen(made, monkeypatch):
    longer = [max(x1 - x0, y1 - y0) for _, _, (x0, y0, x1, y1), _ in objects(made)]
    assert min(longer) >= 18 and max(longer) <= 49
    assert np.percentile(longer, 90) - np.percentile(longer, 10) > 18
    # alone on its ground each object has pixels that others may not take from it
    rng = np.random.default_rng(0)
    monkeypatch.setattr(scenes, "_object", lambda *_: (np.ones((40, 40)), np.ones((40, 40))))
    for _ in range(40):
        _, _, mask = scenes._paint(rng, [0, 1, 2], "train")
        assert np.bincount(mask.flat, minlength=4)[1:].min() >= 0.55 * 1600


def test_objects_are_brighter_than_their_ground(made):
    brighter = []
    for i, k, (x0, y0, x1, y1), _ in objects(made):
        light = made.images[i, y0:y1, x0:x1].max(axis=2)
        mask = made.masks[i, y0:y1, x0:x1]
        if (mask == 0).sum() > 30:
            brighter.append(light[mask == k + 1].mean() - light[mask == 0].mean())
    assert np.mean(np.array(brighter) > 20) > 0.97 and min(brighter) > -20


def test_same_seed_same_scenes(train):
    again, fewer = scenes.make(N, 5, "train"), scenes.make(20, np.int64(5), "train")
    other, split = scenes.make(20, 6, "train"), scenes.make(20, 5, "test")
    for i in range(4):
        np.testing.assert_array_equal(train[i], again[i])
        np.testing.assert_array_equal(train[i][:20], fewer[i])
        assert not np.array_equal(other[i], fewer[i]) and not np.array_equal(split[i], fewer[i])
    assert again.sentences == train.sentences and fewer.sentences == train.sentences[:20]


def test_splits_share_neither_objects_nor_photographs():
    textures = [name for names in scenes.TEXTURES.values() for name in names]
    assert len(set(textures)) == len(textures) and set(textures) <= set(datasets.PHOTOGRAPHS)
    for label in (1, 17):
        sets = [{x.tobytes() for x in scenes._pictures(s)[label]} for s in scenes.TEXTURES]
        assert all(len(pictures) > 250 for pictures in sets)
        assert all(not a & b for a, b in itertools.combinations(sets, 2))
    x, y = datasets.fashion_mnist()[1]
    np.testing.assert_array_equal(scenes._pictures("test")[12], x[y == 2])


def kinds(labels):
    return [int(label) for label in labels if label >= 0]


def test_held_out_pairs(made):
    pairs = [(d, g) for d in range(10) for g in range(10, 20) if scenes.is_held_out(d, g)]
    assert len(pairs) == 20
    assert set(np.bincount(np.ravel(pairs))) == {2}
    assert all(scenes.is_held_out(g, d) for d, g in pairs)
    assert not any(scenes.is_held_out(a, b) for a in range(10) for b in range(10))
    assert not any(scenes.is_held_out(a, b) for a in range(10, 20) for b in range(10, 20))

    def has_one(labels):
        return any(scenes.is_held_out(a, b) for a in kinds(labels) for b in kinds(labels))

    assert not any(has_one(labels) for labels in made.labels)
    assert all(has_one(labels) for labels in scenes.make(50, 0, "test", held_out=True).labels)
    with pytest.raises(ValueError, match="never trained on"):
        scenes.make(5, 0, "train", held_out=True)


def meant(words):
    """Return {label: how many} that the words of a list name, read without utils/scenes."""
    found = {}
    for part in " ".join(words).split(" and "):
        number, name = part.split(" ")
        n = 1 if number in ("a", "an") else ("zero", "one", "two", "three", "four").index(number)
        names = scenes.CLASSES if n == 1 else scenes.PLURALS
        assert names.index(name) not in found
        found[names.index(name)] = n
    return found


def test_sentences_are_true(made):
    shown = set()
    for boxes, labels, sentences in zip(made.boxes, made.labels, made.sentences, strict=True):
        here = kinds(labels)
        truth = {label: here.count(label) for label in here}
        assert len(set(sentences)) == len(sentences)
        assert [s.kind for s in sentences[:2]] == ["count", "list"]
        for kind, words, objects in sentences:
            assert len(words) == len(objects) and set(words) <= set(scenes.VOCABULARY)
            shown |= set(words)
            for word, k in zip(words, objects, strict=True):
                single = word in scenes.CLASSES and truth.get(scenes.CLASSES.index(word)) == 1
                if k >= 0:
                    assert word == scenes.CLASSES[labels[k]] and truth[labels[k]] == 1
                elif kind == "list" and single:  # "one" to "four" may count
                    assert scenes.CLASSES.index(word) in (2, 3, 4)
            text = " ".join(words)
            if kind == "count":
                number = ("zero", "one", "two", "three", "four").index(words[2])
                assert number == len(here) and text.endswith("objects" if number > 1 else "object")
            elif kind == "list":
                assert meant(words) == truth
                assert "a eight" not in text
            else:
                a, b = (boxes[k] for k in objects if k >= 0)
                centre_a, centre_b = (a[:2] + a[2:]) / 2, (b[:2] + b[2:]) / 2
                right, down = centre_b - centre_a
                far = {"left": right, "right": -right, "above": down, "below": -down}[words[3]]
                aside = abs(down) if words[3] in ("left", "right") else abs(right)
                assert far >= 12 and aside < far / 2
    assert {*scenes.CLASSES, *scenes.RELATIONS[2:], "left", "an"} <= shown


def test_describe_by_hand():
    boxes = np.float32([[60, 40, 80, 60], [0, 40, 20, 60], [30, 0, 40, 10], [-1, -1, -1, -1]])
    texts = [" ".join(s.words) for s in scenes.describe(boxes, np.array([8, 19, 8, -1]))]
    assert texts == ["there are three objects", "a boot and two eights", "two eights and a boot"]
    found = scenes.describe(boxes[:3], np.array([8, 19, 14]))
    assert [" ".join(s.words) for s in found[1:]] == [
        "a boot and a coat and an eight",
        "a coat and an eight and a boot",
        "the eight is right of the boot",
        "the boot is left of the eight",
    ]
    assert found[3].objects == (-1, 0, -1, -1, -1, -1, 1)
    assert found[1].objects == (-1, 1, -1, -1, 2, -1, -1, 0)
    assert scenes.describe(np.zeros((0, 4)), np.zeros(0, int))[0].words[2] == "zero"
    assert scenes.relation([0, 0, 9, 9], [0, 11, 9, 20]) is None  # too near
    assert scenes.relation([0, 0, 9, 9], [10, 30, 19, 39]) == "above"
    assert scenes.relation([30, 30, 39, 39], [0, 0, 9, 9]) is None  # askew


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ((0, 0, "train"), "n of scenes is a whole number from 1; got 0."),
        ((2.5, 0, "train"), "n of scenes is a whole number from 1; got 2.5."),
        ((True, 0, "train"), "n of scenes is a whole number from 1; got True."),
        ((2, -1, "train"), "seed of scenes is a whole number from 0; got -1."),
        ((2, None, "train"), "seed of scenes is a whole number from 0; got None."),
        ((2, 0, "dev"), "The split of scenes is one of train, validation, test; got 'dev'."),
        ((2, 0, ["test"]), "The split of scenes is one of train, validation, test; got"),
    ],
)
def test_unfit_arguments(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        scenes.make(*arguments)


def test_unfit_descriptions():
    box = np.zeros((1, 4))
    with pytest.raises(ValueError, match="describe takes boxes \\(k, 4\\) and labels \\(k,\\)"):
        scenes.describe(box, np.array([1, 2]))
    for labels in ([20], [0.5], ["seven"]):
        with pytest.raises(ValueError, match="The labels of a scene are integers from -1 to 19"):
            scenes.describe(box, labels)
    with pytest.raises(ValueError, match="at most nine objects; got 10"):
        scenes.describe(np.zeros((10, 4)), np.zeros(10, int))


def test_vocabulary():
    assert len(set(scenes.VOCABULARY)) == len(scenes.VOCABULARY) == 54
    assert len(scenes.CLASSES) == len(scenes.PLURALS) == 20
    assert not set(scenes.CLASSES) & set(scenes.PLURALS)
