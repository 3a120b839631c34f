"""Arrays of images: read, saved, prepared, laid side by side, and what networks take."""

from pathlib import Path

import keras
import numpy as np

from utils import files

SIZE = 224  # pixels a side that the networks of utils/pretrained learned with


def to_input(images):
    """Return gray images (n, height, width) uint8 as networks take them.

    (n, height, width, 1) float32 from 0 to 1. Raises ValueError for another array.
    """
    images = np.asarray(images)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ValueError(
            "Gray images are uint8 of shape (n, height, width); "
            f"got {images.dtype} of shape {images.shape}."
        )
    return (images / 255).astype("float32")[..., np.newaxis]


def square(photograph, size=SIZE, how="crop"):
    """Return a photograph as a square, (size, size, 3) float32 from 0 to 1.

    photograph: uint8, (height, width, 3) in red, green and blue, or (height, width) gray, which
    becomes three equal channels. how: "crop" takes the central square; "stretch" takes the whole
    photograph and changes its proportions; "pad" makes it square with black at the right or below.
    Larger ones are smoothed before they are made smaller. Raises ValueError for another array or
    word or a size below 32.
    """
    from skimage.transform import resize

    image = np.asarray(photograph)
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise ValueError(
            "A photograph is uint8 of shape (height, width, 3) or (height, width); "
            f"got {image.dtype} of shape {image.shape}."
        )
    if size < 32:
        raise ValueError(f"The networks take photographs of at least 32 pixels a side; got {size}.")
    if how not in ("crop", "stretch", "pad"):
        raise ValueError(f'A photograph becomes square by "crop", "stretch" or "pad", not {how!r}.')
    if image.ndim == 2:
        image = np.stack([image] * 3, axis=2)
    if how == "crop":
        side = min(image.shape[:2])
        top, left = ((length - side) // 2 for length in image.shape[:2])
        image = image[top : top + side, left : left + side]
    elif how == "pad":
        below, right = (max(image.shape[:2]) - length for length in image.shape[:2])
        image = np.pad(image, [(0, below), (0, right), (0, 0)])
    return resize(image / 255, (size, size), anti_aliasing=True).astype("float32")


def read(path):
    """Return the picture in the file `path`, (height, width, 3) uint8 in red, green and blue.

    Formats are those of Pillow (JPEG, PNG, WebP and others); a camera's mark for "turned" is
    obeyed, transparent parts become white. Raises FileNotFoundError if there is no such file,
    ValueError if it holds no picture that Pillow can read.
    """
    from PIL import Image, ImageOps

    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}: give the path of a photograph.")
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ValueError(f"{path} cannot be read as a picture: give a JPEG or PNG file.") from None
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("RGB"))


def save(path, picture):
    """Write `picture`, (height, width, 3) floats from 0 to 1, to the file `path` as JPEG.

    Of quality 95 with colours at full resolution, so what `read` returns differs by little.
    Written whole or not at all; raises ValueError for another array or another ending than .jpg,
    OSError if the disk refuses.
    """
    from PIL import Image

    picture = np.asarray(picture)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype.kind != "f":
        raise ValueError(
            "A picture to save is of floats of shape (height, width, 3); "
            f"got {picture.dtype} of shape {picture.shape}."
        )
    if Path(path).suffix != ".jpg":
        raise ValueError(f"A picture is saved as .jpg; got {Path(path).name!r}.")
    image = Image.fromarray(np.round(255 * np.clip(picture, 0, 1)).astype("uint8"))
    options = dict(format="jpeg", quality=95, subsampling=0)
    files.write_atomically(path, lambda file: image.save(file, **options))


def montage(maps, columns):
    """Return `maps`, (height, width, n), side by side in rows of `columns` as one picture.

    Each map is scaled to run from 0 to 1 (a constant one is 0); gaps between them are NaN,
    which `imshow` leaves white. Raises ValueError for another shape or columns below 1.
    """
    from skimage.util import montage as put_together

    maps = np.asarray(maps, float)
    if maps.ndim != 3 or not maps.size:
        raise ValueError(f"montage takes maps of shape (height, width, n), not {maps.shape}.")
    if columns < 1:
        raise ValueError(f"montage needs at least 1 column; got {columns}.")
    lowest, highest = maps.min(axis=(0, 1)), maps.max(axis=(0, 1))
    maps = (maps - lowest) / np.where(highest > lowest, highest - lowest, 1)
    n = maps.shape[2]
    gap = max(1, maps.shape[1] // 14)
    columns = min(columns, n)
    grid = dict(grid_shape=(-(-n // columns), columns), padding_width=gap, fill=np.nan)
    return put_together(np.moveaxis(maps, 2, 0), **grid)[gap:-gap, gap:-gap]


def check_images(images):
    """Raise ValueError, in one sentence, unless images are floats (batch, height, width, channels).

    Values above 100 are taken for gray levels up to 255 that nobody has divided.
    """
    kind, shape = _form(images, "images")
    if len(shape) != 4 or "float" not in kind:
        raise ValueError(
            "The network takes images of floats of shape (batch, height, width, channels); "
            f"got {kind} of shape {shape}."
        )
    if isinstance(images, np.ndarray) and images.size and images.max() > 100:
        raise ValueError(
            f"The values of the images run up to {images.max():g}: divide gray levels by 255."
        )


def check_photographs(images, sides=None):
    """Raise ValueError, in one sentence, unless `images` are photographs for a shipped network.

    They are floats (batch, height, width, 3) from 0 to 1, at least 32 pixels high and wide. sides:
    the height and width that the network takes, None where it takes any.
    """
    kind, shape = _form(images, "photographs")
    if len(shape) != 4 or shape[3] != 3 or "float" not in kind:
        raise ValueError(
            "The network takes photographs of floats of shape (batch, height, width, 3); "
            f"got {kind} of shape {shape}."
        )
    if any(side is not None and side < 32 for side in shape[1:3]):
        raise ValueError(
            "The network takes photographs of at least 32 x 32 pixels, "
            f"not {shape[1]} x {shape[2]}."
        )
    for side, wanted in zip(shape[1:3], sides or (None, None), strict=True):
        if None not in (side, wanted) and side != wanted:
            raise ValueError(
                f"This network takes photographs of {sides[0]} x {sides[1]} pixels, "
                f"not {shape[1]} x {shape[2]}."
            )
    if isinstance(images, np.ndarray) and images.size:
        lowest, highest = images.min(), images.max()
        if not (lowest >= -1e-3 and highest <= 1 + 1e-3):
            raise ValueError(
                f"The values of the photographs run from {lowest:g} to {highest:g}: the network "
                "takes 0 to 1 (divide gray levels by 255) and prepares them itself."
            )


def _form(images, what):
    shape, kind = getattr(images, "shape", None), getattr(images, "dtype", None)
    if shape is None or kind is None:
        raise ValueError(f"The network takes an array of {what}; got {type(images).__name__}.")
    return keras.backend.standardize_dtype(kind), tuple(shape)
