"""The course's data sets as NumPy arrays."""

import numpy as np

from utils import files


def mnist():
    """Return MNIST's handwritten digits, ((x_train, y_train), (x_test, y_test)).

    x_train: (60000, 28, 28) uint8, 0 = background to 255 = ink. y_train: (60000,) uint8, 0-9.
    x_test, y_test: the same for 10 000 digits. The order is the original one; the arrays are
    those of `keras.datasets.mnist.load_data()`, from data/mnist.npz. Errors: those of
    `files.find`. Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """
    with np.load(files.find("mnist.npz"), allow_pickle=False) as arrays:
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
