"""The course's data sets as NumPy arrays."""

import json
from pathlib import Path

import numpy as np

from utils import files

PHOTOGRAPHS = {  # name: the package that ships it, and its name there
    "astronaut": ("skimage", "astronaut"),
    "brick": ("skimage", "brick"),
    "camera": ("skimage", "camera"),
    "cat": ("skimage", "chelsea"),
    "coffee": ("skimage", "coffee"),
    "coins": ("skimage", "coins"),
    "grass": ("skimage", "grass"),
    "gravel": ("skimage", "gravel"),
    "hubble": ("skimage", "hubble_deep_field"),
    "immunohistochemistry": ("skimage", "immunohistochemistry"),
    "moon": ("skimage", "moon"),
    "motorcycle": ("skimage", "stereo_motorcycle"),
    "page": ("skimage", "page"),
    "retina": ("skimage", "retina"),
    "rocket": ("skimage", "rocket"),
    "china": ("sklearn", "china.jpg"),
    "flower": ("sklearn", "flower.jpg"),
    "portrait": ("matplotlib", "grace_hopper.jpg"),
}

MATERIALS = (  # photographs that `materials` cuts into patches
    "brick", "grass", "gravel", "immunohistochemistry", "hubble", "retina", "coins",
    "moon", "page", "cat", "motorcycle", "china", "flower",
)  # fmt: skip
PATCH = 32  # pixels a side of a patch of material
MOST = {"train": 100, "validation": 20, "test": 40}  # patches of one material in each set

FASHION_CLASSES = (
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

COCO_CLASSES = (  # in the data set's order; its own numbers, 1 to 90, leave ten out
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip


def mnist():
    """Return MNIST's handwritten digits, ((x_train, y_train), (x_test, y_test)).

    x_train: (60000, 28, 28) uint8, 0 = background to 255 = ink. y_train: (60000,) uint8, 0-9.
    x_test, y_test: the same for 10 000 digits. The order is the original one; the arrays are
    those of `keras.datasets.mnist.load_data()`, from data/mnist.npz. Errors: those of
    `files.find`. Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """
    with np.load(files.find("mnist.npz"), allow_pickle=False) as arrays:
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def fashion_mnist(full=False):
    """Return Fashion-MNIST's pictures of clothes, ((x_train, y_train), (x_test, y_test)).

    x_train: (24000, 28, 28) uint8, 0 = background to 255 = white cloth, the first of the original
    60 000 in their order. y_train: (24000,) uint8, 0-9, which FASHION_CLASSES names. x_test,
    y_test: the same for all 10 000 test pictures. From data/fashion_mnist.npz.

    full: return all 60 000 training pictures, which Keras downloads: it needs a network the first
    time. Errors: those of `files.find`; FileNotFoundError if the download fails, OSError if it
    brings other pictures. Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset
    for benchmarking machine learning algorithms" (2017).
    """
    with np.load(files.find("fashion_mnist.npz"), allow_pickle=False) as arrays:
        shipped = (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    if not full:
        return shipped
    whole = "All 60 000 training pictures of Fashion-MNIST"
    downloaded = _download("fashion_mnist", whole, "check the network, or leave out full=True")
    for ours, theirs in zip(sum(shipped, ()), sum(downloaded, ()), strict=True):
        if not np.array_equal(ours, theirs[: len(ours)]):
            raise OSError(
                "The downloaded Fashion-MNIST does not begin with the course's pictures: "
                "leave out full=True."
            )
    return downloaded


def cifar10():
    """Return CIFAR-10's photographs of ten kinds of thing, ((x_train, y_train), (x_test, y_test)).

    x_train: (50000, 32, 32, 3) uint8, 0 = black to 255 = white, in red, green and blue. y_train:
    (50000,) uint8, 0-9. x_test, y_test: the same for 10 000 photographs. Keras downloads them: it
    needs a network the first time; raises FileNotFoundError if that fails. Source: Krizhevsky,
    "Learning multiple layers of features from tiny images" (2009).
    """
    downloaded = _download("cifar10", "CIFAR-10", "check the network")
    (x_train, y_train), (x_test, y_test) = downloaded
    return (x_train, y_train[:, 0]), (x_test, y_test[:, 0])


def _download(name, what, remedy):
    """Return the data set `name` of Keras; raise FileNotFoundError, in one sentence, without."""
    import keras

    try:
        return getattr(keras.datasets, name).load_data()
    except MemoryError:  # no fault of the network
        raise
    except Exception as error:  # get_file raises bare Exception without a network
        raise FileNotFoundError(
            f"{what} could not be downloaded ({type(error).__name__}): {remedy}."
        ) from None


def video():
    """Return two seconds of an animated film, (48, 90, 160) uint8: frame, row, column.

    Gray, 0 = black to 255 = white, 24 frames a second, no frame twice; each pixel is the mean of
    8 x 8 of the film. Errors: those of `files.find`. Source: "Big Buck Bunny" (Blender Foundation,
    2008), see data/README.md.
    """
    with np.load(files.find("video.npz"), allow_pickle=False) as arrays:
        return arrays["frames"]


def sound():
    """Return five seconds of the same film's sound, (samples, rate).

    samples: (84992,) int16, from -30000 to 30000, the mean of the film's six channels, its loudest
    sample scaled to 30000. rate: 16000 samples a second, an int. Errors: those of `files.find`.
    Source: see `video`; these seconds hold music and noises.
    """
    with np.load(files.find("sound.npz"), allow_pickle=False) as arrays:
        return arrays["samples"], int(arrays["rate"])


def fmri():
    """Return a piece of a brain over time, (17, 21, 3, 20) float32: x, y, z, time.

    Functional magnetic resonance imaging: the signal of voxels of 4 x 4 x 8 mm, a picture every
    2 seconds, in the scanner's own units, about 630 to 5572. Errors: those of `files.find`.
    Source: functional.nii of nibabel, see data/README.md.
    """
    with np.load(files.find("fmri.npz"), allow_pickle=False) as arrays:
        return arrays["slope"] * arrays["voxels"] + arrays["intercept"]


def docstrings():
    """Return beginnings of docstrings, (words, labels, vocabulary, packages).

    words: (n, 20) uint16, the numbers of each text's first 20 words in `vocabulary`, a list of
    str. labels: (n,) uint8, whose docstring it is: numbers in `packages`, a list of eight str.
    Words that name a package are left out. Errors: those of `files.find`. Source: the packages
    that the course installs, see data/README.md.
    """
    with np.load(files.find("docstrings.npz"), allow_pickle=False) as arrays:
        words, labels = arrays["words"], arrays["labels"]
        return words, labels, arrays["vocabulary"].tolist(), arrays["packages"].tolist()


def photograph(name):
    """Return the photograph `name`, one of PHOTOGRAPHS, from the package that ships it.

    uint8, 0 = black to 255 = white: (height, width, 3) in red, green and blue, or (height, width)
    for brick, camera, coins, grass, gravel, moon and page, which are gray. Raises ValueError for
    another name.
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(f"There is no photograph {name!r}; there are {', '.join(PHOTOGRAPHS)}.")
    package, there = PHOTOGRAPHS[name]
    if package == "skimage":
        import skimage.data

        image = getattr(skimage.data, there)()
        return np.asarray(image[0] if isinstance(image, tuple) else image)  # left eye of a pair
    if package == "sklearn":
        from sklearn.datasets import load_sample_image

        return np.asarray(load_sample_image(there))
    import matplotlib.cbook
    import matplotlib.pyplot as plt

    return plt.imread(matplotlib.cbook.get_sample_data(there))


def materials():
    """Return patches of 13 photographs, ((x_train, y_train), (x_validation, y_validation), (x_test,
    y_test)).

    x: (n, 32, 32) uint8, gray, each patch shifted and scaled to mean 127.5 and deviation 51 and cut
    off at 0 and 255, so that neither brightness nor contrast gives a photograph away. y: (n,) int,
    which MATERIALS names. The patches are those of `material_places`, in its order, material by
    material: at most 100 of one material for training, 20 for validation and 40 for testing; the
    smallest photograph, the page, gives 30, 5 and 15.
    """
    sets = {name: ([], []) for name in MOST}
    for label, material in enumerate(MATERIALS):
        gray = _gray(photograph(material))
        for name, places in material_places(material).items():
            for top, left in places:
                patch = gray[top : top + PATCH, left : left + PATCH]
                patch = 127.5 + 51 * (patch - patch.mean()) / patch.std()
                sets[name][0].append(patch.clip(0, 255).round().astype(np.uint8))
                sets[name][1].append(label)
    return tuple((np.array(images), np.array(labels)) for images, labels in sets.values())


def material_places(material):
    """Return where the patches of `material` lie in its photograph, {set: (n, 2) int}.

    The sets are "train", "validation" and "test"; a place is the top row and the left column of
    32 x 32 pixels. No two patches overlap. The training patches lie on the left, the test patches
    on the right, the validation patches in a strip between, with a gap of at least 16 pixels on
    either side of it. Patches whose gray levels deviate by less than 4, such as black sky, are left
    out; of too many a seeded choice is kept. Raises ValueError for another material.
    """
    if material not in MATERIALS:
        raise ValueError(f"There is no material {material!r}; there are {', '.join(MATERIALS)}.")
    gray = _gray(photograph(material))
    height, width = gray.shape
    columns = width // PATCH - 1  # what one column of patches takes is left for the two gaps
    train, validation = round(0.55 * columns), max(1, round(0.12 * columns))
    test = columns - train - validation
    starts = {
        "train": (0, train),
        "validation": (train * PATCH + PATCH // 2, validation),
        "test": (width - test * PATCH, test),
    }
    rng = np.random.default_rng(0)
    places = {}
    for name, (start, count) in starts.items():
        there = [
            (top, left)
            for top in range(0, height - PATCH + 1, PATCH)
            for left in range(start, start + count * PATCH, PATCH)
            if gray[top : top + PATCH, left : left + PATCH].std() >= 4
        ]
        kept = np.sort(rng.permutation(len(there))[: MOST[name]])
        places[name] = np.array(there)[kept]
    return places


def faces():
    """Return small gray pictures of faces and of other things, (images, labels).

    images: (200, 25, 25) uint8. labels: (200,) int, 1 = a face, for the first 100, 0 = none.
    Source: scikit-image's subset of "Labeled Faces in the Wild" (Huang et al., 2007).
    """
    import skimage.data

    images = (255 * skimage.data.lfw_subset()).round().astype(np.uint8)
    return images, np.repeat([1, 0], 100)


def pictures(folder, size=224, most=200):
    """Return a reader's own photographs, (images, labels, names), from a folder a class.

    folder: it holds one folder for each class, named as the class, with its JPEG or PNG pictures.
    images: (n, size, size, 3) float32 from 0 to 1, the central squares. labels: (n,) int, which
    `names`, a list of strings in the order of the alphabet, names. most: pictures to take of a
    class, the first in the order of their names. Files that begin with a dot and files of other
    endings are passed over.

    Raises FileNotFoundError if there is no such folder, ValueError for fewer than two classes, a
    class without a picture, and a picture that cannot be read.
    """
    from utils.images import read, square

    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}: give the path of your pictures.")
    classes = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if len(classes) < 2:
        raise ValueError(
            f"{folder} has {len(classes)} folders: make one for each class, at least two, with "
            "its pictures in it."
        )
    images, labels = [], []
    for label, place in enumerate(classes):
        found = sorted(
            path
            for path in place.iterdir()
            if path.suffix.lower() in (".jpg", ".jpeg", ".png") and not path.name.startswith(".")
        )
        if not found:
            raise ValueError(f"The folder {place.name} holds no picture that ends in .jpg or .png.")
        for path in found[:most]:
            images.append(square(read(path), size))
            labels.append(label)
    return np.array(images), np.array(labels), [place.name for place in classes]


def flowers():
    """Return the folder of 3670 photographs of five flowers, a folder a class, for `pictures`.

    Keras downloads the archive of 229 MB: it needs a network the first time; raises
    FileNotFoundError if that fails. Source: the TensorFlow team, "Flowers" (2019); LICENSE.txt in
    the folder names the photographers and their licences, all CC-BY.
    """
    import keras

    url = "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz"
    try:
        folder = Path(keras.utils.get_file("flower_photos", url, extract=True)) / "flower_photos"
    except MemoryError:  # no fault of the network
        raise
    except Exception as error:  # get_file raises bare Exception without a network
        raise FileNotFoundError(
            f"The flowers could not be downloaded ({type(error).__name__}): check the network."
        ) from None
    if not (folder / "daisy").is_dir():
        raise FileNotFoundError(
            f"The archive of the flowers is not whole: delete {folder.parent} and what begins like "
            "it, and try again."
        )
    return folder


def _gray(image):
    """Return a photograph as floats (height, width), in the luma of red, green and blue."""
    image = np.asarray(image, float)
    return image if image.ndim == 2 else image @ [0.299, 0.587, 0.114]


def ground_truth(second=False):
    """Return {photograph: its objects} for all PHOTOGRAPHS, drawn by hand for this course.

    Each object is a dictionary: "class", one of COCO_CLASSES or "face"; "box", (4,) float32, the
    corners x y x y in pixels, where pixel (row, column) covers y from row to row + 1 and x from
    column to column + 1; "difficult", why an evaluation should leave the object out ("small",
    "doubtful", "crowd"), or "" if it should not. Persons, the cat, the cup and the motorcycle also
    have "polygons", a list of rings (corners, 2) float32 of x and y, and "mask", (height, width)
    bool, the pixels whose centres lie in them. A photograph without objects has an empty list.

    second: return what was drawn a second time instead, {photograph: objects} for the few objects
    that were. Errors: those of `files.find`. Source and rules: see data/README.md.
    """
    from skimage.draw import polygon

    drawn = json.loads(files.find("ground_truth.json").read_text(encoding="utf-8"))
    drawn = drawn["second"] if second else {name: [] for name in PHOTOGRAPHS} | drawn["first"]
    for name, objects in drawn.items():
        for thing in objects:
            thing["box"] = np.float32(thing["box"])
            thing.setdefault("difficult", "")
            if "polygons" not in thing:
                continue
            thing["polygons"] = [np.float32(ring) for ring in thing["polygons"]]
            thing["mask"] = np.zeros(photograph(name).shape[:2], bool)
            for ring in thing["polygons"]:
                x, y = ring.T - 0.5  # polygon takes the centres of pixels for whole numbers
                thing["mask"][polygon(y, x, thing["mask"].shape)] = True
    return drawn
