"""Seeded pictures of digits and clothes with exact boxes, masks and sentences about them.

Where an object lies is known here to the pixel, and every sentence is true by its making, so what
a network says of a scene can be scored without anyone's opinion. The objects are those of MNIST
and Fashion-MNIST, tinted; the grounds are plain or pieces of photographs. Training, validation and
test scenes share neither an object nor a photograph.
"""

import functools
import operator
from typing import NamedTuple

import numpy as np

from utils import datasets

SIDE = 96  # pixels of a scene's height and width
MOST = 4  # objects in a scene
SIZES = (20, 48)  # pixels of an object's longer side, least and most
HIDDEN = 0.45  # share of an object that others may cover

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
CLASSES = (*DIGITS, *datasets.FASHION_CLASSES[:9], "boot")  # the names of labels 0 to 19
PLURALS = (
    "zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines",
    "T-shirts", "trousers", "pullovers", "dresses", "coats", "sandals", "shirts", "sneakers",
    "bags", "boots",
)  # fmt: skip
RELATIONS = ("left of", "right of", "above", "below")
VOCABULARY = (  # every word a sentence can have, once; "one" to "four" name digits and count
    *CLASSES, *PLURALS, "a", "an", "the", "and", "is", "are", "there", "object", "objects",
    "left", "right", "of", "above", "below",
)  # fmt: skip

TEXTURES = {
    "train": ("brick", "coffee", "gravel", "immunohistochemistry", "motorcycle", "retina"),
    "validation": ("cat", "rocket"),
    "test": ("china", "coins", "flower", "grass"),
}
OBJECTS = {  # which of (MNIST's training, Fashion-MNIST's training) pictures; of test scenes, all
    "train": (slice(0, 55_000), slice(0, 21_000)),
    "validation": (slice(55_000, None), slice(21_000, None)),
}


class Sentence(NamedTuple):
    """A sentence about a scene: its kind, its words, and which object each word speaks of.

    kind: "count", "list" or "relation". words: strings of VOCABULARY. objects: as many integers,
    k for the object of row k of the scene's boxes, -1 for a word that speaks of none or of several.
    """

    kind: str
    words: tuple
    objects: tuple


class Scenes(NamedTuple):
    """What `make` returns: arrays of n scenes, and a list of `Sentence`s for each of them."""

    images: np.ndarray  # (n, 96, 96, 3) uint8
    boxes: np.ndarray  # (n, 4, 4) float32
    labels: np.ndarray  # (n, 4) int32
    masks: np.ndarray  # (n, 96, 96) uint8
    sentences: list  # n lists


def make(n, seed, split, held_out=False):
    """Return `n` scenes of one to four objects, a `Scenes`.

    images: (n, 96, 96, 3) uint8, red, green and blue. boxes: (n, 4, 4) float32, the corners
    x y x y in pixels, -1 where there is no object: the tightest box around the whole object, also
    where another covers a part of it. A pixel (row, column) covers y from row to row + 1. labels:
    (n, 4) int32, 0 to 9 for digits and 10 to 19 for clothes, which CLASSES names, -1 where there
    is no object. masks: (n, 96, 96) uint8, 0 for the ground and k for what is seen of the object
    in row k - 1 of the boxes; later objects cover earlier ones, none by more than 45 %. sentences:
    see `describe`.

    seed: an integer from 0. The same one gives the same scenes, and a larger n more of them.
    split: "train", "validation" or "test". held_out: False gives scenes without the pairs of
    `is_held_out`; True, which "train" refuses, gives scenes with such a pair each. (So scenes of
    many objects, which often have one, are rarer than those of few in the first case.) Raises
    ValueError for other arguments; else the errors of `files.find`.
    """
    n, seed = _integer(n, "n", 1), _integer(seed, "seed", 0)
    if not isinstance(split, str) or split not in TEXTURES:
        raise ValueError(f"The split of scenes is one of {', '.join(TEXTURES)}; got {split!r}.")
    if held_out and split == "train":
        raise ValueError('Held-out pairs are never trained on: ask for "validation" or "test".')
    rng = np.random.default_rng([seed, [*TEXTURES].index(split), bool(held_out)])
    scenes = Scenes(
        np.empty((n, SIDE, SIDE, 3), np.uint8),
        np.full((n, MOST, 4), -1, np.float32),
        np.full((n, MOST), -1, np.int32),
        np.empty((n, SIDE, SIDE), np.uint8),
        [],
    )
    for i in range(n):
        labels = _draw_labels(rng, held_out)
        image, boxes, mask = _paint(rng, labels, split)
        scenes.images[i], scenes.masks[i] = image, mask
        scenes.boxes[i, : len(labels)], scenes.labels[i, : len(labels)] = boxes, labels
        scenes.sentences.append(describe(boxes, labels))
    return scenes


def is_held_out(first, second):
    """Return whether two labels, in any order, are a pair that training scenes never show together.

    These are 20 of the 100 pairs of a digit and a garment: those whose labels add to a multiple
    of 5. Each digit and each garment is in two of them, so a network meets all words and objects
    in training, and only their company is new.
    """
    digit, garment = sorted([first, second])
    return digit < 10 <= garment and (digit + garment) % 5 == 0


def describe(boxes, labels):
    """Return the true sentences about a scene of these objects, a list of `Sentence`s.

    boxes: (k, 4), corners x y x y. labels: k integers from 0 to 19, or -1, which is left out.
    One sentence counts ("there are three objects"); one or two list all kinds ("a seven and two
    bags"), from left to right and from top to bottom by the centres, a kind where its first
    object is; the rest tell how two objects lie that are the only ones of their kind ("the seven
    is left of the boot"), for each pair of which `relation` says it. Raises ValueError for other
    shapes or labels and for more than nine objects.
    """
    boxes, labels = np.asarray(boxes, float), np.asarray(labels)
    if boxes.ndim != 2 or boxes.shape[1:] != (4,) or labels.shape != boxes.shape[:1]:
        raise ValueError(
            "describe takes boxes (k, 4) and labels (k,) of one scene, not "
            f"{boxes.shape} and {labels.shape}."
        )
    if labels.dtype.kind not in "iu" or not set(labels.tolist()) <= {-1, *range(20)}:
        raise ValueError(f"The labels of a scene are integers from -1 to 19; got {labels}.")
    here = [k for k in range(len(labels)) if labels[k] >= 0]
    if len(here) > 9:
        raise ValueError(f"describe has words for at most nine objects; got {len(here)}.")
    sentences = [_count(len(here))]
    for axis in (0, 1):
        order = sorted(here, key=lambda k: boxes[k, axis] + boxes[k, axis + 2])
        listed = _list(order, labels)
        if here and listed not in sentences:
            sentences.append(listed)
    single = [k for k in here if (labels == labels[k]).sum() == 1]
    for a in single:
        for b in single:
            if a != b and (word := relation(boxes[a], boxes[b])):
                words = ("the", CLASSES[labels[a]], "is", *word.split(), "the", CLASSES[labels[b]])
                objects = (-1, a, *[-1] * (len(words) - 3), b)
                sentences.append(Sentence("relation", words, objects))
    return sentences


def relation(first, second):
    """Return how the first box lies to the second, one of RELATIONS, or None if that is not clear.

    It is clear if the centres lie at least 12 pixels apart along one axis and less than half as
    far along the other. Boxes are corners x y x y.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    x, y = (first[:2] + first[2:] - second[:2] - second[2:]) / 2
    if abs(x) >= 12 and abs(y) < abs(x) / 2:
        return "left of" if x < 0 else "right of"
    if abs(y) >= 12 and abs(x) < abs(y) / 2:
        return "above" if y < 0 else "below"
    return None


def _count(n):
    words = ("is", "one", "object") if n == 1 else ("are", DIGITS[n], "objects")
    return Sentence("count", ("there", *words), (-1,) * 4)


def _list(order, labels):
    words, objects = [], []
    for label in dict.fromkeys(labels[k] for k in order):
        same = [k for k in order if labels[k] == label]
        if len(same) == 1:
            part = ("an" if CLASSES[label] == "eight" else "a", CLASSES[label])
        else:
            part = (DIGITS[len(same)], PLURALS[label])
        words += ["and"] * bool(words) + [*part]
        objects += [-1] * bool(objects) + [-1, same[0] if len(same) == 1 else -1]
    return Sentence("list", tuple(words), tuple(objects))


def _draw_labels(rng, held_out):
    """Draw one to four labels, now and then one again, with a held-out pair or without any."""
    while True:
        labels = []
        for _ in range(rng.integers(1, MOST + 1)):
            again = labels and rng.random() < 0.2
            labels.append(int(rng.choice(labels) if again else rng.integers(20)))
        if any(is_held_out(a, b) for a in labels for b in labels) == bool(held_out):
            return labels


def _paint(rng, labels, split):
    """Return (image, boxes, mask) of one scene with objects of these labels."""
    image = _ground(rng, split)
    overlapping = rng.random() < 0.4
    boxes, whole, mask = [], [], np.zeros((SIDE, SIDE), np.uint8)
    for number, label in enumerate(labels, 1):
        picture, alpha = _object(rng, label, split)
        height, width = alpha.shape
        for attempt in range(60):
            allowed = HIDDEN if overlapping or attempt >= 40 else 0.0
            if attempt == 59:  # no room was found: begin the scene again
                return _paint(rng, labels, split)
            top, left = rng.integers(SIDE - height + 1), rng.integers(SIDE - width + 1)
            place = np.s_[top : top + height, left : left + width]
            new = mask.copy()
            new[place][alpha > 0.5] = number
            seen = [(new == k).sum() / whole[k - 1] for k in range(1, number)]
            if all(share >= 1 - allowed for share in seen):
                break
        tint = rng.uniform(0.45, 1, 3)
        colour = 255 * picture[..., np.newaxis] * (tint / tint.max())
        image[place] += alpha[..., np.newaxis] * (colour - image[place])
        mask = new
        whole.append((alpha > 0.5).sum())
        boxes.append([left, top, left + width, top + height])
    return np.rint(image).astype(np.uint8), np.float32(boxes), mask


def _ground(rng, split):
    """Return a plain ground or a piece of a photograph, darkened, (96, 96, 3) floats to 255."""
    if rng.random() < 0.4:
        return np.ones((SIDE, SIDE, 3)) * rng.uniform(0, 100, 3)
    photograph = _texture(TEXTURES[split][rng.integers(len(TEXTURES[split]))])
    height, width = photograph.shape[:2]
    top, left = rng.integers(height - SIDE + 1), rng.integers(width - SIDE + 1)
    piece = photograph[top : top + SIDE, left : left + SIDE]
    return piece * (rng.uniform(40, 90) / max(piece.mean(), 90))


@functools.cache
def _texture(name):
    photograph = datasets.photograph(name)
    if photograph.ndim == 2:
        photograph = np.stack([photograph] * 3, axis=2)
    return photograph.astype(float)


def _object(rng, label, split):
    """Return (picture, alpha) of an object of this label, floats from 0 to 1, and its tight box.

    Both are as large as the box around the pixels with alpha over 0.5.
    """
    pictures = _pictures(split)[label]
    ink = pictures[rng.integers(len(pictures))] / 255
    ink = _cropped(ink, ink > 0.25)
    scale = rng.uniform(*SIZES) / max(ink.shape)
    height, width = (max(3, round(length * scale)) for length in ink.shape)
    ink = _resized(ink, height, width)
    # a garment is opaque, dark cloth included; a digit is its ink
    alpha = np.clip(ink * (4 if label >= 10 else 2), 0, 1)
    picture = 0.45 + 0.55 * ink if label >= 10 else np.ones_like(ink)
    kept = alpha > 0.5
    return _cropped(picture, kept), _cropped(alpha, kept)


def _cropped(array, kept):
    """Return `array` cut to the rows and columns where `kept` is anywhere true."""
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    return array[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(picture, height, width):
    """Return `picture` in another size, with bilinear interpolation between centres of pixels."""
    for axis, length in enumerate((height, width)):
        old = picture.shape[axis]
        place = np.clip((np.arange(length) + 0.5) * old / length - 0.5, 0, old - 1)
        lower = np.floor(place).astype(int)
        share = (place - lower).reshape((-1, 1) if axis == 0 else (1, -1))
        upper = np.minimum(lower + 1, old - 1)
        picture = (1 - share) * picture.take(lower, axis) + share * picture.take(upper, axis)
    return picture


@functools.cache
def _pictures(split):
    """Return the pictures (k, 28, 28) uint8 of each of the 20 labels, a list."""
    found = []
    for which, (train, test) in enumerate([datasets.mnist(), datasets.fashion_mnist()]):
        x, y = test if split == "test" else (part[OBJECTS[split][which]] for part in train)
        found += [x[y == k] for k in range(10)]
    return found


def _integer(value, name, least):
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        raise ValueError(f"{name} of scenes is a whole number from {least}; got {value!r}.")
    return number
