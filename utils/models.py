"""Networks that several notebooks share, and what is done with them.

Each is written out in the notebook that teaches it; a test holds the two equal, but for the check
of the input.
"""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from utils.training import BaseModel as base_model
from utils.training import check_images

F1 = 32  # filters of the first convolutional layer
F2 = 64  # filters of the second
FEAT2 = 7 * 7 * F2  # features that leave it
FC1 = 512  # units of the fully connected layer
DECAY = keras.regularizers.L2(5e-5)  # its gradient is 1e-4 times the weight, the paper's decay


class CNN_LeNet5(base_model):
    """The lecture's LeNet5, CL32-MP4-CL64-MP4-FC512-FC10, taught in notebook 06.

    Images (batch, 28, 28, 1) float32 from 0 to 1 give logits (batch, K) float32. Source: the
    lecture's code01, after LeCun et al., "Gradient-based learning applied to document
    recognition" (1998).
    """

    def __init__(self, K):
        super().__init__()
        self.conv1 = layers.Conv2D(F1, 5, padding="same", activation="relu", name="CL32")
        self.pool1 = layers.MaxPooling2D(2, name="MP4_1")
        self.conv2 = layers.Conv2D(F2, 5, padding="same", activation="relu", name="CL64")
        self.pool2 = layers.MaxPooling2D(2, name="MP4_2")
        self.flatten = layers.Reshape((FEAT2,), name="features")
        self.fc1 = layers.Dense(FC1, activation="relu", name="FC512")
        self.dropout = layers.Dropout(0.5, name="dropout")
        self.fc2 = layers.Dense(K, name="FC10")

    def features(self, images):
        maps = self.pool1(self.conv1(images))  # (batch, 14, 14, F1)
        maps = self.pool2(self.conv2(maps))  # (batch, 7, 7, F2)
        return self.flatten(maps)  # (batch, FEAT2)

    def classify(self, features, training=False):
        hidden = self.dropout(self.fc1(features), training=training)  # (batch, FC1)
        return self.fc2(hidden)  # (batch, K)


def training_step(model, images, labels):
    """Update the weights of `model` once; return the loss and the accuracy of this batch.

    images: (batch, height, width, channels) float32. labels: (batch,) integers. Both results are
    scalar tensors; the accuracy runs from 0 to 1 and is that of before the update, with dropout.
    """
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        loss = model.loss(labels, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply(gradients, model.trainable_variables)
    correct = tf.equal(tf.argmax(logits, axis=1), tf.cast(labels, tf.int64))
    return loss, tf.reduce_mean(tf.cast(correct, tf.float32))


def predict(model, images):
    """Return the probabilities (n, K) of images (n, 28, 28, 1), float32 both, dropout off."""
    logits = [model(images[i : i + 1000]) for i in range(0, len(images), 1000)]
    return tf.nn.softmax(tf.concat(logits, axis=0)).numpy()


def _of_one_image(function):
    @functools.wraps(function)
    def checked(model, image):
        check_images(np.asarray(image)[np.newaxis])
        return function(model, image)

    return checked


@_of_one_image
def layer_outputs(model, image):
    """Return {layer: what it makes of one image (28, 28, 1)}, for layers that follow each other."""
    outputs, signal = {}, image[np.newaxis]  # (1, 28, 28, 1)
    for layer in model.layers:
        signal = layer(signal)
        outputs[layer.name] = signal.numpy()[0]
    return outputs


def conv3(filters, stride=1):
    """Return a 3 x 3 convolution without bias, as ResNet has it: He's start, weights that decay."""
    options = dict(padding="same", use_bias=False, kernel_initializer="he_normal")
    return layers.Conv2D(filters, 3, stride, kernel_regularizer=DECAY, **options)


class CifarBlock(layers.Layer):
    """Two 3 x 3 convolutions F with batch normalization: ReLU(x + F(x)), or plain ReLU(F(x)).

    Maps (batch, side, side, channels) float32 give (batch, side / stride, side / stride, filters)
    float32; the shortcut needs at least as many filters as channels. Taught in notebook 10.
    Source: He et al., "Deep residual learning for image recognition" (2016), option A.
    """

    def __init__(self, filters, stride=1, residual=True):
        super().__init__()
        self.filters, self.stride, self.residual = filters, stride, residual
        self.conv1, self.norm1 = conv3(filters, stride), layers.BatchNormalization()
        self.conv2, self.norm2 = conv3(filters), layers.BatchNormalization()

    def branch(self, x):
        return self.norm2(self.conv2(ops.relu(self.norm1(self.conv1(x)))))

    def shortcut(self, x):
        x = x[:, :: self.stride, :: self.stride]  # every second pixel, where F takes steps of 2
        return ops.pad(x, [(0, 0), (0, 0), (0, 0), (0, self.filters - x.shape[-1])])

    def call(self, x):
        f = self.branch(x)
        return ops.relu(self.shortcut(x) + f if self.residual else f)


class CifarNet(base_model):
    """He et al.'s network for small pictures: 6n + 2 layers, of which 6n are in 3n blocks.

    Images (batch, side, side, channels) float32 give logits (batch, K) float32. block: a class
    like CifarBlock, made with `options`. Taught in notebook 10, with the source of CifarBlock.
    """

    def __init__(self, n, K=10, block=CifarBlock, **options):
        super().__init__()
        self.conv, self.norm = conv3(16), layers.BatchNormalization()
        self.blocks = [
            block(16 * 2**stage, stride=2 if stage and number == 0 else 1, **options)
            for stage in range(3)
            for number in range(n)
        ]
        self.mean = layers.GlobalAveragePooling2D()
        self.fc = layers.Dense(K, kernel_initializer="he_normal", kernel_regularizer=DECAY)

    def stem(self, images):
        return ops.relu(self.norm(self.conv(images)))  # (batch, side, side, 16)

    def features(self, images, without=()):
        maps = self.stem(images)
        for number, block in enumerate(self.blocks):
            if number not in without:
                maps = block(maps)
        return self.mean(maps)  # (batch, 64)

    def classify(self, features, training=False):
        return self.fc(features)  # (batch, K)
