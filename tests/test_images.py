import numpy as np
import pytest
from PIL import Image

from utils import datasets, images


def test_to_input():
    gray = np.array([[[0, 255], [51, 102]]], np.uint8)
    found = images.to_input(gray)
    assert found.shape == (1, 2, 2, 1) and found.dtype == np.float32
    np.testing.assert_allclose(found[0, :, :, 0], [[0, 1], [0.2, 0.4]])
    for other in (gray[0], gray.astype("float32"), gray[..., None]):
        with pytest.raises(ValueError, match="Gray images are uint8 of shape"):
            images.to_input(other)


def test_montage():
    maps = np.stack([np.arange(4).reshape(2, 2), np.full((2, 2), 7), -np.eye(2)], axis=-1)
    nan = np.nan
    expected = [
        [0, 1 / 3, nan, 0, 0],
        [2 / 3, 1, nan, 0, 0],
        [nan] * 5,
        [0, 1, nan, nan, nan],
        [1, 0, nan, nan, nan],
    ]
    np.testing.assert_allclose(images.montage(maps, columns=2), expected)
    np.testing.assert_allclose(images.montage(maps[:, :, :1], columns=4), [[0, 1 / 3], [2 / 3, 1]])
    with pytest.raises(ValueError, match="montage takes maps"):
        images.montage(np.ones((2, 2)), 2)
    with pytest.raises(ValueError, match="at least 1 column"):
        images.montage(maps, 0)


def test_square():
    colour, gray = (images.square(datasets.photograph(n), 64) for n in ("china", "moon"))
    assert colour.shape == gray.shape == (64, 64, 3) and colour.dtype == np.float32
    assert 0 <= colour.min() and colour.max() <= 1
    np.testing.assert_array_equal(gray[..., 0], gray[..., 2])
    wide = np.zeros((40, 100, 3), np.uint8)
    wide[:, 30:70] = 255
    assert images.square(wide, 40).min() == 1  # its middle
    assert images.square(wide, 100, "pad")[:40, 30:70].min() == 1
    assert images.square(wide, 100, "pad")[42:].max() == 0
    stretched = images.square(wide, 100, "stretch")
    assert stretched[:, 32:68].min() == 1 and stretched[:, :28].max() == 0
    with pytest.raises(ValueError, match='by "crop", "stretch" or "pad", not \'zoom\'.'):
        images.square(wide, 40, "zoom")


@pytest.mark.parametrize(
    "photograph", [np.zeros((9, 9)), np.zeros((9, 9, 4), np.uint8), np.zeros(9, np.uint8), "cat"]
)
def test_square_of_something_else(photograph):
    with pytest.raises(ValueError, match="A photograph is uint8 of shape"):
        images.square(photograph)
    with pytest.raises(ValueError, match="at least 32 pixels a side; got 16"):
        images.square(datasets.photograph("cat"), 16)


def test_a_saved_picture_is_read_back(tmp_path):
    picture = images.square(datasets.photograph("cat"), 64)
    images.save(tmp_path / "cat.jpg", picture)
    back = images.read(tmp_path / "cat.jpg")
    assert back.shape == (64, 64, 3) and back.dtype == np.uint8
    assert np.abs(back / 255 - picture).mean() < 0.01


def test_read_takes_gray_transparent_and_turned_pictures(tmp_path):
    gray = np.full((4, 6), 100, "uint8")
    Image.fromarray(gray).save(tmp_path / "gray.png")
    assert np.array_equal(images.read(tmp_path / "gray.png"), np.stack([gray] * 3, axis=2))
    Image.new("RGBA", (6, 4), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert np.all(images.read(tmp_path / "clear.png") == 255)
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter turn
    Image.new("RGB", (6, 4)).save(tmp_path / "turned.jpg", exif=turned)
    assert images.read(tmp_path / "turned.jpg").shape == (6, 4, 3)


def test_read_and_save_say_what_is_wrong(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no file .*none.jpg"):
        images.read(tmp_path / "none.jpg")
    with pytest.raises(FileNotFoundError, match="There is no file /.*none.jpg"):
        images.read("~/none.jpg")  # ~ is the reader's own folder
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(ValueError, match="text.jpg cannot be read as a picture"):
        images.read(tmp_path / "text.jpg")
    with pytest.raises(ValueError, match=r"floats of shape \(height, width, 3\); got uint8"):
        images.save(tmp_path / "a.jpg", np.zeros((4, 4, 3), "uint8"))
    with pytest.raises(ValueError, match="saved as .jpg; got 'a.png'"):
        images.save(tmp_path / "a.png", np.zeros((4, 4, 3)))
