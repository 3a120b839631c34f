"""The course's data sets as NumPy arrays."""

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
    "page": ("skimage", "page"),
    "retina": ("skimage", "retina"),
    "rocket": ("skimage", "rocket"),
    "china": ("sklearn", "china.jpg"),
    "flower": ("sklearn", "flower.jpg"),
    "portrait": ("matplotlib", "grace_hopper.jpg"),
}


def mnist():
    """Return MNIST's handwritten digits, ((x_train, y_train), (x_test, y_test)).

    x_train: (60000, 28, 28) uint8, 0 = background to 255 = ink. y_train: (60000,) uint8, 0-9.
    x_test, y_test: the same for 10 000 digits. The order is the original one; the arrays are
    those of `keras.datasets.mnist.load_data()`, from data/mnist.npz. Errors: those of
    `files.find`. Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """
    with np.load(files.find("mnist.npz"), allow_pickle=False) as arrays:
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


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

        return np.asarray(getattr(skimage.data, there)())
    if package == "sklearn":
        from sklearn.datasets import load_sample_image

        return np.asarray(load_sample_image(there))
    import matplotlib.cbook
    import matplotlib.pyplot as plt

    return plt.imread(matplotlib.cbook.get_sample_data(there))
