"""What all networks with shipped weights share."""

import h5py
import keras

from utils import files
from utils.images import check_photographs


class Network(keras.Model):
    """A Keras model that takes photographs and says in one sentence what is wrong with others."""

    def __call__(self, images, *arguments, **options):
        check_photographs(images, self.inputs[0].shape[1:3] if hasattr(self, "inputs") else None)
        return super().__call__(images, *arguments, **options)


def load(network, *names):
    """Put the weights of the files `names` into the layers of `network`; return it."""
    for name in names:
        with h5py.File(files.find(f"weights/{name}.weights.h5")) as file:
            for layer, stored in file.items():
                weights = [stored[str(i)][()].astype("float32") for i in range(len(stored))]
                network.get_layer(layer).set_weights(weights)
    return network
