"""The lecture's training loop and log."""

import functools
import time
from numbers import Integral

import keras
import numpy as np
import tensorflow as tf

from utils.checkpoint import Checkpoint
from utils.images import check_images
from utils.progress import progress


class BaseModel(keras.Model):
    """A network in the lecture's two parts, with the lecture's training loop.

    A subclass defines
      features(images) -> (batch, FEATURES), the convolutional part, where batch normalisation
      belongs,
      classify(features, training=False) -> logits (batch, K), the classifier with its dropout,
      and, if its labels are not whole numbers from 0 to K - 1,
      correct(labels, outputs) -> (batch,), how right each answer is, from 0 to 1.
    """

    def build(self, input_shape):
        """Create the weights for images of `input_shape`, such as (None, 28, 28, 1)."""
        self.call(keras.KerasTensor(input_shape))

    def __call__(self, images, *arguments, **options):
        """Return logits (batch, K) of images (batch, height, width, channels) of floats.

        Raises ValueError, in one sentence, for what is not such an array or has values up to 255.
        """
        check_images(images)
        return super().__call__(images, *arguments, **options)

    def call(self, images, training=False):
        return self.classify(self.features(images), training=training)

    def correct(self, labels, outputs):
        """Return (batch,) booleans: whether the largest of the logits (batch, K) is the label's."""
        return tf.argmax(outputs, axis=1) == tf.cast(labels, tf.int64)

    def train(
        self,
        training_step,
        train,
        test,
        *,
        epochs,
        batch_size=100,
        test_every=100,
        seed=0,
        augment=None,
        checkpoint=None,
        optimizers=None,
    ):
        """Train as the lecture's demo does; print its log and return it.

        training_step: a function (model, images, labels) -> (loss, accuracy) that updates the
        weights once; TensorFlow compiles it.
        train, test: pairs (images, labels): float arrays (n, height, width, channels) and labels
        (n, ...), by default whole numbers (n,). Each epoch goes through the training images once,
        in an order drawn from `seed` and the epoch; what does not fill a batch is left out. The log
        has a line at iteration 10, as a first sign of life, and every `test_every` iterations one
        for which the test images are classified with dropout left on and with dropout off.

        augment: a function (images, rng) -> images of the same shape, such as a random distortion,
        that each batch passes before the training step; `rng` is a NumPy generator drawn from
        `seed`, the epoch and the batch.

        checkpoint: a file (see `Session.checkpoint`). A run that was killed goes on from it and
        ends as an uninterrupted one does; a run that ends deletes it. It is kept at each line of
        the log, and is taken up by the same run only: the same arguments, layers and examples.

        optimizers: those that `training_step` applies, with the variables of each, as pairs
        (optimizer, variables); by default the one that the model was compiled with, for all
        trainable variables.

        Returns a list of dicts, one a line, with the log's own keys: iter; acc_train in percent and
        loss_train of that iteration's batch; acc_test, acc_test_nodropout in percent and test_time
        in seconds, or training_time in seconds where iteration 10 has no test. A reader's interrupt
        ends the training with one sentence, keeps the weights and deletes the checkpoint. Raises
        ValueError, in one sentence, for unfit arguments.
        """
        if optimizers is None:
            compiled = getattr(self, "optimizer", None)
            if compiled is None or not callable(getattr(self, "loss", None)):
                raise ValueError(
                    "Compile the model first, with a loss from keras.losses: "
                    "model.compile(optimizer=…, loss=…)."
                )
        whole = type(self).correct is BaseModel.correct  # labels of a class each
        x, y = _check_examples("train", train, whole)
        _check_examples("test", test, whole, shape=x.shape[1:])
        numbers = dict(epochs=epochs, batch_size=batch_size, test_every=test_every)
        for name, number in numbers.items():
            if not isinstance(number, Integral) or number < 1:
                raise ValueError(f"{name} is a whole number of at least 1; got {number!r}.")
        if not isinstance(seed, Integral) or seed < 0:
            raise ValueError(f"seed is a whole number of at least 0; got {seed!r}.")
        if batch_size > len(x):
            raise ValueError(f"A batch of {batch_size} needs more than {len(x)} training images.")
        outputs = self._fit_to(x)
        if whole:
            _check_classes(outputs, y, test[1])

        per_epoch = len(x) // batch_size
        iterations = epochs * per_epoch
        pairs = [(self.optimizer, self.trainable_variables)] if optimizers is None else optimizers
        variables = list(self.variables)
        for optimizer, trained in pairs:
            optimizer.build(trained)
            variables += optimizer.variables
        state = Checkpoint(
            checkpoint,
            variables,
            key=[
                [int(epochs), int(batch_size), int(test_every), int(seed)],
                [training_step, augment, getattr(self, "loss", None)],
                [self, *(optimizer for optimizer, _ in pairs)],
                [x, y, *test, self.variables],
            ],
        )
        # of partials: TensorFlow takes lambdas of one line for one function, and warns of the fifth
        step = tf.function(functools.partial(training_step, self))
        evaluate = tf.function(functools.partial(type(self)._count_correct, self))
        order = None
        with progress(iterations, f"training: {iterations} iterations") as show:
            print(f"num_epochs={epochs}, nb_iters={iterations}")
            done, log = state.load()
            if done:
                print(f"Resumed after iteration {done}.")
            for row in log:
                print(_log_line(row))
            started = time.perf_counter()
            try:
                for iteration in range(done + 1, iterations + 1):
                    epoch, batch = divmod(iteration - 1, per_epoch)
                    if order is None or batch == 0:
                        order = np.random.default_rng([seed, epoch]).permutation(len(x))
                    chosen = order[batch * batch_size : (batch + 1) * batch_size]
                    images = x[chosen]
                    if augment is not None:
                        images = _augmented(augment, images, [seed, epoch, batch])
                    loss, accuracy = step(images, y[chosen])
                    done = iteration
                    show(iteration)
                    tested = iteration % test_every == 0
                    if not tested and iteration != 10:
                        continue
                    row = {"iter": iteration}
                    if not tested:
                        row["training_time"] = time.perf_counter() - started
                    row |= {"acc_train": 100 * float(accuracy), "loss_train": float(loss)}
                    if tested:
                        row |= self._test(evaluate, test)
                    log.append(row)
                    print(_log_line(row))
                    state.save(iteration, log)
            except KeyboardInterrupt:
                print(f"Stopped by you after iteration {done}; the weights so far are kept.")
        state.delete()
        return log

    def _fit_to(self, images):
        """Build the network for `images`, check that it takes them and return its answer to one."""
        try:
            if not self.built:
                self.build((None, *images.shape[1:]))
            return self(images[:1])
        except (ValueError, tf.errors.InvalidArgumentError) as error:  # of a shape, or a reader's
            reason = str(error).strip().splitlines()[0]
            raise ValueError(
                f"The layers of the network do not take images of shape {images.shape[1:]}: "
                f"{reason}"
            ) from error

    def _count_correct(self, images, labels):
        """Return how many images are answered rightly with dropout left on, and with it off."""
        features = self.features(images)  # once for both
        return [
            tf.reduce_sum(tf.cast(self.correct(labels, outputs), tf.float32))
            for outputs in (self.classify(features, training=on) for on in (True, False))
        ]

    def _test(self, evaluate, test):
        started = time.perf_counter()
        images, labels = test
        correct = np.zeros(2)
        for first in range(0, len(images), 1000):
            part = slice(first, first + 1000)
            correct += [float(count) for count in evaluate(images[part], labels[part])]
        with_dropout, without = 100 * correct / len(images)
        return {
            "acc_test": float(with_dropout),
            "acc_test_nodropout": float(without),
            "test_time": time.perf_counter() - started,
        }


def _augmented(augment, images, seed):
    changed = np.asarray(augment(images, np.random.default_rng(seed)), images.dtype)
    if changed.shape != images.shape:
        raise ValueError(
            f"augment made images of shape {changed.shape} of those of shape {images.shape}; "
            "it must keep the shape."
        )
    return changed


def _log_line(row):
    """Return one line in the lecture's own format."""
    line = f"iter={row['iter']}, "
    if "training_time" in row:
        line += f"training time: {row['training_time']:.2f}s, "
    line += f"acc_train={row['acc_train']:.2f}, loss_train={row['loss_train']:.2f}"
    if "acc_test" in row:
        line += (
            f", acc_test={row['acc_test']:.2f}, acc_test_nodropout={row['acc_test_nodropout']:.2f}"
            f", test time={row['test_time']:.2f}s"
        )
    return line


def _check_examples(name, examples, whole, shape=None):
    try:
        images, labels = examples
        shapes = images.shape, labels.shape
        kinds = images.dtype.kind, labels.dtype.kind
    except (TypeError, ValueError, AttributeError):
        raise ValueError(f"{name} is a pair of arrays, (images, labels).") from None
    if len(shapes[0]) != 4 or kinds[0] != "f":
        raise ValueError(
            f"The images of {name} are floats of shape (n, height, width, channels); "
            f"got {images.dtype} of shape {shapes[0]}."
        )
    if whole and (len(shapes[1]) != 1 or kinds[1] not in "iu"):
        raise ValueError(
            f"The labels of {name} are whole numbers of shape (n,); "
            f"got {labels.dtype} of shape {shapes[1]}."
        )
    if not shapes[1] or shapes[0][0] != shapes[1][0] or not shapes[0][0]:
        raise ValueError(
            f"{name} has {shapes[0][0]} images and {shapes[1][0] if shapes[1] else 1} labels."
        )
    if shape is not None and shapes[0][1:] != shape:
        raise ValueError(f"The images of {name} are {shapes[0][1:]}, those to learn from {shape}.")
    check_images(images)
    if not np.isfinite(images).all():
        raise ValueError(f"The images of {name} hold values that are not finite (NaN or infinity).")
    return images, labels


def _check_classes(outputs, *labels):
    classes = outputs.shape[-1]
    lowest, highest = (f([f(part) for part in labels]) for f in (np.min, np.max))
    if lowest < 0 or highest >= classes:
        raise ValueError(
            f"The labels run from {lowest} to {highest}, and the network's {classes} outputs "
            f"stand for 0 to {classes - 1}."
        )
