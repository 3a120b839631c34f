"""A small network and data set for the tests of the training loop.

As a program, `python small.py FOLDER ...`, it trains once for each folder with dropout, batch
normalisation and distorted images, all that a checkpoint must bring back. The checkpoint is
FOLDER/run.npz; the weights and the log go to FOLDER/result.npz. With --hold=N it waits, once
it has written its checkpoint for the Nth time, for a signal; with --die=N it kills itself in the
middle of that.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from utils.session import start

start("99_small")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

from utils import files  # noqa: E402
from utils.models import training_step  # noqa: E402
from utils.training import BaseModel  # noqa: E402


class Small(BaseModel):
    def __init__(self, normalise=False):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, strides=2, activation="relu")
        self.norm = layers.BatchNormalization() if normalise else layers.Identity()
        self.flatten = layers.Flatten()
        self.dropout = layers.Dropout(0.5)
        self.dense = layers.Dense(2)

    def features(self, images):
        return self.flatten(self.norm(self.conv(images)))

    def classify(self, features, training=False):
        return self.dense(self.dropout(features, training=training))


def examples(n, seed):
    """Bright left halves are of class 0, bright right halves of class 1."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    images = rng.normal(size=(n, 8, 8, 1)).astype("float32")
    images[labels == 0, :, :4] += 1
    images[labels == 1, :, 4:] += 1
    return images, labels


TRAIN, TEST = examples(400, 1), examples(200, 2)


def network(normalise=False):
    keras.utils.set_random_seed(0)
    model = Small(normalise)
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def shake(images, rng):
    return images + rng.normal(size=images.shape)


def train(model, **options):
    options = dict(epochs=3, batch_size=20, test_every=20) | options
    return model.train(training_step, TRAIN, TEST, **options)


def without_seconds(log):
    return [{k: v for k, v in row.items() if not k.endswith("_time")} for row in log]


def at_write(n, half):
    """In the nth `files.write_atomically` kill this process; or, unless `half`, wait after it."""
    real, calls = files.write_atomically, []

    def write_atomically(path, write):
        calls.append(path)
        if len(calls) != n:
            return real(path, write)

        def write_half(file):
            file.write(b"half")
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)

        real(path, write_half if half else write)
        print("waiting", flush=True)
        time.sleep(600)

    files.write_atomically = write_atomically


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    options = dict(word[2:].split("=") for word in sys.argv[1:] if word.startswith("--"))
    for option, n in options.items():
        at_write(int(n), half=option == "die")
    for folder in [Path(word) for word in sys.argv[1:] if not word.startswith("--")]:
        model = network(normalise=True)
        log = train(model, epochs=40, augment=shake, checkpoint=folder / "run.npz")
        weights = [variable.numpy() for variable in model.variables + model.optimizer.variables]
        np.savez(folder / "result.npz", *weights, log=json.dumps(without_seconds(log)))
