"""Files of captions in the form of Flickr8k and COCO, and what is wrong with others."""

import json

import pytest

from utils import captions


@pytest.fixture
def flickr(tmp_path):
    lines = [
        "1000268201_693b08cb0e.jpg#0\tA child in a pink dress .",
        "1000268201_693b08cb0e.jpg#1\tA girl going into a wooden building .",
        "1001773457_577c3a7d70.jpg#0\tA black dog and a spotted dog",
        "",
    ]
    (tmp_path / "Flickr8k.token.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "Flickr_8k.devImages.txt").write_text("1001773457_577c3a7d70.jpg\n")
    return tmp_path


def test_flickr8k(flickr):
    found = captions.flickr8k(flickr)
    assert [len(own) for own in found.values()] == [2, 1]
    assert found["1000268201_693b08cb0e.jpg"][0] == "A child in a pink dress ."
    assert [*captions.flickr8k(flickr, "dev")] == ["1001773457_577c3a7d70.jpg"]
    assert captions.vocabulary(found, 2) == ["a", "dog"]
    assert captions.vocabulary(found)[:2] == ["a", "dog"]


def test_flickr8k_that_is_none(flickr, tmp_path):
    with pytest.raises(ValueError, match="splits of Flickr8k are train, dev and test"):
        captions.flickr8k(flickr, "val")
    with pytest.raises(FileNotFoundError, match=r"no Flickr_8k.trainImages.txt .* unpack"):
        captions.flickr8k(flickr, "train")
    (flickr / "Flickr_8k.testImages.txt").write_text("other.jpg")
    with pytest.raises(ValueError, match="no caption of other.jpg"):
        captions.flickr8k(flickr, "test")
    (flickr / "Flickr8k.token.txt").write_text("a.jpg#0\t\n")
    with pytest.raises(ValueError, match="Line 1 .* is no caption"):
        captions.flickr8k(flickr)
    with pytest.raises(FileNotFoundError, match=r"no Flickr8k.token.txt in nowhere"):
        captions.flickr8k("nowhere")


def test_coco(tmp_path):
    (tmp_path / "annotations").mkdir()
    content = {
        "info": {},
        "licenses": [],
        "images": [{"id": 9, "file_name": "000000000009.jpg"}, {"id": 25, "file_name": "25.jpg"}],
        "annotations": [
            {"image_id": 9, "id": 661611, "caption": "Closeup of bins of food. "},
            {"image_id": 9, "id": 661977, "caption": "A meal is presented."},
        ],
    }
    file = tmp_path / "annotations" / "captions_val2017.json"
    file.write_text(json.dumps(content))
    found = captions.coco(tmp_path, "val2017")
    assert found == {"000000000009.jpg": ["Closeup of bins of food.", "A meal is presented."]}
    for wrong in ("{}", "no JSON", '{"images": [], "annotations": [{"image_id": 1}]}'):
        file.write_text(wrong)
        with pytest.raises(ValueError, match="not a file of COCO's captions"):
            captions.coco(tmp_path, "val2017")
    with pytest.raises(FileNotFoundError, match="no annotations/captions_train2017.json"):
        captions.coco(tmp_path)


def test_words():
    assert captions.words("A dog's 2 toys.") == ("a", "dog's", "2", "toys")
    for wrong in ("", " . !", None, 3):
        with pytest.raises(ValueError, match="A caption"):
            captions.words(wrong)
