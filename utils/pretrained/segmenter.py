"""A network that tells a person's pixels from the rest of a photograph."""

import keras
from keras import layers

from utils.pretrained.network import Network, load

BLOCKS = [  # (channels inside, filter, stride, channels out, activation, of the gate inside)
    (16, 3, 2, 16, "relu", 8),
    (72, 3, 2, 24, "relu", None),
    (88, 3, 1, 24, "relu", None),
    (96, 5, 2, 32, "hard_swish", 24),
    (128, 5, 1, 32, "hard_swish", 32),
    (128, 5, 1, 32, "hard_swish", 32),
    (96, 5, 1, 32, "hard_swish", 24),
    (96, 5, 1, 32, "hard_swish", 24),
]
SKIPS = [("block3", 24), ("block1", 16), ("stem", 16)]  # whose maps join the way up, channels


def person_segmenter(weights=True):
    """Return the selfie segmenter: photographs (batch, 256, 256, 3) -> (batch, 256, 256, 1).

    A logit for each pixel, whose sigmoid is how likely it shows a person. It is meant for persons
    within two metres of the camera. Its way down is MobileNetV3's, with gates that weigh the
    channels; on the way up each step takes the maps of the same size from the way down, weighed
    by a gate, too. Layers that others may want: "stem" (128 x 128), "block1" (64), "block3" (32),
    "block8" (16), "up1" to "up3" (32, 64, 128). weights=False leaves the weights as drawn. Errors:
    those of `files.find`, ValueError for unfit photographs. Source: Google, "MediaPipe Selfie
    Segmentation", after Howard et al., "Searching for MobileNetV3" (2019); see data/README.md.
    """

    def convolution(maps, name, channels, activation=None):
        return layers.Conv2D(channels, 1, activation=activation, name=name)(maps)

    def gate(maps, name, inside=None, channels=None):
        """Return a weight from 0 to 1 for each channel, from the channels' means."""
        means = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean")(maps)
        if inside:
            means = convolution(means, f"{name}_squeeze", inside, "relu")
        return convolution(means, f"{name}_gate", channels or maps.shape[-1], "sigmoid")

    def multiply(maps, weights, name):
        return layers.Multiply(name=f"{name}_weighed")([maps, weights])

    images = keras.Input((256, 256, 3), name="photographs")
    options = dict(padding="same", activation="hard_swish")
    maps = layers.Conv2D(16, 3, strides=2, name="stem", **options)(images)
    down = {"stem": maps}
    for number, (inside, size, stride, channels, activation, squeezed) in enumerate(BLOCKS, 1):
        name, before = f"block{number}", maps
        maps = convolution(maps, f"{name}_expand", inside, activation)
        options = dict(strides=stride, padding="same", activation=activation)
        maps = layers.DepthwiseConv2D(size, name=f"{name}_depthwise", **options)(maps)
        if squeezed:
            maps = multiply(maps, gate(maps, name, squeezed), name)
        adds = stride == 1 and before.shape[-1] == channels
        maps = convolution(maps, f"{name}_project" if adds else name, channels)
        if adds:
            maps = layers.Add(name=name)([before, maps])
        down[name] = maps
    head_weights = gate(maps, "head", channels=128)  # of the maps before the convolution
    maps = multiply(convolution(maps, "head", 128, "relu"), head_weights, "head")
    for number, (skip, channels) in enumerate(SKIPS, 1):
        name = f"up{number}"
        maps = layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_larger")(maps)
        maps = convolution(maps, f"{name}_reduce", channels)
        both = layers.Add(name=f"{name}_both")([down[skip], maps])
        skipped = multiply(down[skip], gate(both, name, channels), name)
        maps = layers.Add(name=f"{name}_join")([skipped, maps])
        maps = convolution(maps, f"{name}_mix", channels, "relu")
        options = dict(padding="same", activation="relu", name=f"{name}_depthwise")
        maps = layers.Add(name=name)([maps, layers.DepthwiseConv2D(3, **options)(maps)])
    logits = layers.Conv2DTranspose(1, 2, strides=2, padding="same", name="logits")(maps)
    network = Network(images, logits, name="person_segmenter")
    return load(network, "person_segmenter") if weights else network
