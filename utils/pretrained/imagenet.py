"""EfficientNet-Lite0 and VGG-16, which learned on ImageNet, and the names of its classes."""

import functools
import importlib
import json

import keras
import numpy as np
from keras import layers
from scipy.special import softmax

from utils import files
from utils.pretrained.network import Network, load

LITE0_BLOCKS = [  # (times wider inside, size of the filters, stride, channels out, repeats)
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
]
# (channels, convolutions); of the fifth block's three the first one only, to keep data/ small
VGG_BLOCKS = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 1)]
VGG_MEAN = (122.67892, 116.66877, 104.00699)  # red, green and blue, of 0 to 255


def efficientnet_lite0(weights=True):
    """Return EfficientNet-Lite0: photographs (batch, height, width, 3) -> logits (batch, 1000).

    It learned on ImageNet with 224 pixels a side (`images.SIZE`), and takes others. Layers that
    others may want: "stem", "block1" to "block16" and "head", the maps after each part; "features",
    the mean of the 1280 maps of "head"; "logits". weights=False leaves the weights as drawn.
    Errors: those of `files.find`, ValueError for unfit photographs. Source: Tan and Le,
    "EfficientNet" (2019), and its Lite variant by R. Liu (2020): without squeeze-and-excitation,
    ReLU6 for swish; see data/README.md.
    """

    def convolution(maps, name, channels, size, stride=1, activation=True, last=None):
        options = dict(strides=stride, padding="same", use_bias=False, name=f"{name}_conv")
        if channels is None:
            maps = layers.DepthwiseConv2D(size, **options)(maps)
        else:
            maps = layers.Conv2D(channels, size, **options)(maps)
        norm = f"{name}_norm" if activation else last or f"{name}_norm"
        maps = layers.BatchNormalization(epsilon=1e-3, name=norm)(maps)
        return layers.ReLU(6.0, name=name)(maps) if activation else maps

    images = keras.Input((None, None, 3), name="photographs")
    maps = layers.Rescaling(255 / 128, -127 / 128, name="rescaling")(images)
    maps = convolution(maps, "stem", 32, 3, stride=2)
    number = 0
    for wider, size, first_stride, channels, repeats in LITE0_BLOCKS:
        for repeat in range(repeats):
            number += 1
            name, stride = f"block{number}", first_stride if repeat == 0 else 1
            before = maps
            if wider > 1:
                maps = convolution(maps, f"{name}_expand", wider * maps.shape[-1], 1)
            maps = convolution(maps, f"{name}_depthwise", None, size, stride)
            last = None if repeat else name
            maps = convolution(maps, f"{name}_project", channels, 1, activation=False, last=last)
            if repeat:
                maps = layers.Add(name=name)([before, maps])
    maps = convolution(maps, "head", 1280, 1)
    features = layers.GlobalAveragePooling2D(name="features")(maps)
    network = Network(images, layers.Dense(1000, name="logits")(features), name="lite0")
    return load(network, "efficientnet_lite0") if weights else network


def vgg16(blocks=5, pooling="max", weights=True):
    """Return the convolutions of VGG-16: photographs (batch, height, width, 3) -> feature maps.

    blocks: how many of the five to build; the fifth has its first convolution only. Layer
    "block4_conv2" is the second convolution, with its ReLU, of the fourth block; the output is
    the last convolution's, "block5_conv1" of all five. pooling: "max" as in the paper, or
    "average" as for style transfer. weights=False leaves the weights as they are drawn. The
    weights started from ImageNet and were trained further to find edges, the fifth block most
    of all. Errors: those of `files.find`, ValueError for other arguments and unfit photographs.
    Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale
    image recognition" (2015); the weights: see data/README.md.
    """
    if blocks not in range(1, 6):
        raise ValueError(f"VGG-16 has blocks 1 to 5; got blocks={blocks!r}.")
    if pooling not in ("max", "average"):
        raise ValueError(f'The pooling of VGG-16 is "max" or "average"; got {pooling!r}.')
    pool = layers.MaxPooling2D if pooling == "max" else layers.AveragePooling2D
    images = keras.Input((None, None, 3), name="photographs")
    # the first filters are stored for red, green and blue, so no channels are swapped here
    maps = layers.Rescaling(255.0, [-mean for mean in VGG_MEAN], name="rescaling")(images)
    for block, (channels, convolutions) in enumerate(VGG_BLOCKS[:blocks], 1):
        if block > 1:
            maps = pool(2, name=f"block{block - 1}_pool")(maps)
        for number in range(1, convolutions + 1):
            name = f"block{block}_conv{number}"
            maps = layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(maps)
    network = Network(images, maps, name="vgg16")
    names = [f"vgg16_block{block}" for block in range(1, blocks + 1)]
    return load(network, *names) if weights else network


@functools.cache
def class_names():
    """Return the names of ImageNet's 1000 classes, a tuple of strings, all different.

    Errors: those of `files.find`.
    """
    return tuple(json.loads(files.find("imagenet_classes.json").read_text(encoding="utf-8")))


def best_classes(logits, n=3):
    """Return the `n` likeliest classes of one photograph: [(name, probability), ...].

    logits: (1000,) or (1, 1000). Raises ValueError for another shape.
    """
    logits = np.asarray(logits, float)
    if logits.shape not in ((1000,), (1, 1000)):
        raise ValueError(f"best_classes takes 1000 logits of one photograph, not {logits.shape}.")
    probabilities = softmax(logits.reshape(1000))
    best = np.argsort(-probabilities, kind="stable")[:n]
    return [(class_names()[i], float(probabilities[i])) for i in best]


def application(name, **options):
    """Return (model, preprocess_input) of the keras.applications model `name`, "ResNet50" say.

    Its ImageNet weights are fetched if they are not on this machine, which needs a network.
    preprocess_input takes floats from 0 to 255. options go to Keras, such as include_top=False.
    Raises ValueError for an unknown name, OSError in one sentence if the weights cannot be had.
    """
    function = getattr(keras.applications, name, None) if isinstance(name, str) else None
    if not callable(function):
        known = [key for key in vars(keras.applications) if key[0].isupper()]
        raise ValueError(f"Keras has no model {name!r}; it has {', '.join(sorted(known))}.")
    module = importlib.import_module(function.__module__)
    try:
        return function(**options), module.preprocess_input
    except (ValueError, TypeError, MemoryError):  # of the options, or of this machine
        raise
    except Exception as error:  # get_file raises bare Exception without a network
        raise OSError(
            f"The weights of {name} could not be fetched ({type(error).__name__}): this needs a "
            "network. efficientnet_lite0() and vgg16() work without one."
        ) from None
