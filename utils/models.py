"""Networks that several notebooks share, and what is done with them.

Each is written out in the notebook that teaches it; a test holds the two equal, but for the check
of the input.
"""

import functools

import numpy as np
import tensorflow as tf
from keras import layers

from utils.images import check_images
from utils.training import BaseModel as base_model

F1 = 32  # filters of the first convolutional layer
F2 = 64  # filters of the second
FEAT2 = 7 * 7 * F2  # features that leave it
FC1 = 512  # units of the fully connected layer


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


def _checked(function):
    @functools.wraps(function)
    def checked(model, image):
        check_images(np.asarray(image)[np.newaxis])
        outputs = function(model, image)
        answer = np.asarray(model(image[np.newaxis]))[0]
        if not np.allclose(list(outputs.values())[-1], answer, rtol=1e-3, atol=1e-3):
            raise ValueError(
                "layer_outputs is for networks whose layers follow each other, each on the output "
                "of the one before; this network does more between its layers."
            )
        return outputs

    return checked


@_checked
def layer_outputs(model, image):
    """Return {layer: what it makes of one image (28, 28, 1)}, for layers that follow each other.

    Raises ValueError for another network.
    """
    outputs, signal = {}, image[np.newaxis]  # (1, 28, 28, 1)
    for layer in model.layers:
        signal = layer(signal)
        outputs[layer.name] = signal.numpy()[0]
    return outputs
