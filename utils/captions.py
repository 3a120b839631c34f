"""Captions of photographs: the files of Flickr8k and COCO, words and vocabularies."""

import json
import re
from collections import Counter
from pathlib import Path


def words(sentence):
    """Return the words of a sentence, a tuple, in lower case and without marks.

    Digits and apostrophes within a word stay: "A dog's 2 toys." is ("a", "dog's", "2", "toys").
    Raises ValueError for a sentence without a word.
    """
    if not isinstance(sentence, str):
        raise ValueError(f"A caption is a text; got {sentence!r}.")
    found = tuple(re.findall(r"[a-z0-9]+(?:['’][a-z]+)?", sentence.lower()))
    if not found:
        raise ValueError(f"A caption needs at least one word; got {sentence!r}.")
    return found


def vocabulary(captions, least=1):
    """Return the words that occur `least` times or more in the captions, most frequent first.

    captions: {picture: [sentence, ...]}. Words as often come in the order of the alphabet.
    """
    counts = Counter(w for own in captions.values() for sentence in own for w in words(sentence))
    kept = sorted((-count, word) for word, count in counts.items() if count >= least)
    return [word for _, word in kept]


def flickr8k(folder, split=None):
    """Return {name of a photograph: its sentences} of the Flickr8k data set in `folder`.

    The folder is where its text archive was unpacked: Flickr8k.token.txt has lines such as
    "1000268201_693b08cb0e.jpg#0<tab>A child in a pink dress ." split: "train", "dev" or "test"
    keeps the photographs that Flickr_8k.trainImages.txt, devImages or testImages name. Raises
    FileNotFoundError and ValueError, in one sentence. Source: Hodosh, Young and Hockenmaier,
    "Framing image description as a ranking task" (2013).
    """
    if split not in (None, "train", "dev", "test"):
        raise ValueError(f"The splits of Flickr8k are train, dev and test; got {split!r}.")
    found = {}
    for number, line in enumerate(_text(folder, "Flickr8k.token.txt").splitlines(), start=1):
        if not line.strip():
            continue
        match = re.fullmatch(r"(\S+)#\d+\t(.*\S.*)", line)
        if not match:
            raise ValueError(f"Line {number} of Flickr8k.token.txt is no caption: {line[:60]!r}.")
        found.setdefault(match[1], []).append(match[2].strip())
    if split:
        named = _text(folder, f"Flickr_8k.{split}Images.txt").split()
        if missing := [name for name in named if name not in found]:
            raise ValueError(f"Flickr8k.token.txt has no caption of {missing[0]}.")
        found = {name: found[name] for name in named}
    return found


def coco(folder, split="train2017"):
    """Return {name of a photograph: its sentences} of COCO's captions.

    folder: where annotations_trainval2017.zip was unpacked; it holds
    annotations/captions_train2017.json and captions_val2017.json. Raises FileNotFoundError and
    ValueError, in one sentence. Source: Chen et al., "Microsoft COCO captions" (2015).
    """
    name = f"annotations/captions_{split}.json"
    try:
        content = json.loads(_text(folder, name))
        names = {image["id"]: image["file_name"] for image in content["images"]}
        found = {}
        for entry in content["annotations"]:
            found.setdefault(names[entry["image_id"]], []).append(entry["caption"].strip())
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{name} is not a file of COCO's captions.") from None
    return found


def _text(folder, name):
    path = Path(folder) / name
    if not path.is_file():
        raise FileNotFoundError(f"There is no {name} in {folder}: unpack the data set there.")
    return path.read_text(encoding="utf-8")
