"""The lecture's training loop and log, progress, resume after a kill, weights and results."""

import contextlib
import json
import platform
import tempfile
import time
import zipfile
import zlib
from numbers import Integral
from pathlib import Path

import h5py
import keras
import numpy as np
import tensorflow as tf

from utils import files


class BaseModel(keras.Model):
    """A network in the lecture's two parts, with the lecture's training loop.

    A subclass defines
      features(images) -> (batch, FEATURES), the convolutional part, where batch normalisation
      belongs,
      classify(features, training=False) -> logits (batch, K), the classifier with its dropout.
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
    ):
        """Train as the lecture's demo does; print its log and return it.

        training_step: a function (model, images, labels) -> (loss, accuracy) that updates the
        weights once; TensorFlow compiles it.
        train, test: pairs (images, labels): float arrays (n, height, width, channels) and whole
        labels (n,). Each epoch goes through the training images once, in an order drawn from
        `seed` and the epoch; what does not fill a batch is left out. The log has a line at
        iteration 10, as a first sign of life, and every `test_every` iterations one for which the
        test images are classified with dropout left on and with dropout off.

        augment: a function (images, rng) -> images of the same shape, such as a random distortion,
        that each batch passes before the training step; `rng` is a NumPy generator drawn from
        `seed`, the epoch and the batch.

        checkpoint: a file (see `Session.checkpoint`). A run that was killed goes on from it and
        ends as an uninterrupted one does; a run that ends deletes it.

        Returns a list of dicts, one a line, with the log's own keys: iter; acc_train in percent and
        loss_train of that iteration's batch; acc_test, acc_test_nodropout in percent and test_time
        in seconds, or training_time in seconds where iteration 10 has no test. A reader's interrupt
        ends the training with one sentence, keeps the weights and deletes the checkpoint. Raises
        ValueError, in one sentence, for unfit arguments.
        """
        if getattr(self, "optimizer", None) is None or not callable(getattr(self, "loss", None)):
            raise ValueError(
                "Compile the model first, with a loss from keras.losses: "
                "model.compile(optimizer=…, loss=…)."
            )
        x, y = _check_examples("train", train)
        _check_examples("test", test, shape=x.shape[1:])
        numbers = dict(epochs=epochs, batch_size=batch_size, test_every=test_every)
        for name, number in numbers.items():
            if not isinstance(number, Integral) or number < 1:
                raise ValueError(f"{name} is a whole number of at least 1; got {number!r}.")
        if not isinstance(seed, Integral) or seed < 0:
            raise ValueError(f"seed is a whole number of at least 0; got {seed!r}.")
        if batch_size > len(x):
            raise ValueError(f"A batch of {batch_size} needs more than {len(x)} training images.")
        self._fit_to(x, y, test[1])

        per_epoch = len(x) // batch_size
        iterations = epochs * per_epoch
        self.optimizer.build(self.trainable_variables)
        arguments = (epochs, batch_size, test_every, seed, getattr(augment, "__name__", None))
        state = _Checkpoint(checkpoint, self, arguments, train)
        step = tf.function(lambda images, labels: training_step(self, images, labels))
        evaluate = tf.function(self._count_correct)
        order = None
        with progress(iterations, f"training: {iterations} iterations") as show:
            print(f"num_epochs={epochs}, nb_iters={iterations}")
            done, log = state.load()
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

    def _fit_to(self, images, *labels):
        """Build the network for `images`; check that it takes them and has their classes."""
        try:
            if not self.built:
                self.build((None, *images.shape[1:]))
            classes = self(images[:1]).shape[-1]
        except (ValueError, tf.errors.InvalidArgumentError):  # Keras or TensorFlow, of a shape
            raise ValueError(
                f"The layers of the network do not fit images of shape {images.shape[1:]}: "
                "check the sizes that they are made for."
            ) from None
        lowest, highest = (f([f(part) for part in labels]) for f in (np.min, np.max))
        if lowest < 0 or highest >= classes:
            raise ValueError(
                f"The labels run from {lowest} to {highest}, and the network's {classes} outputs "
                f"stand for 0 to {classes - 1}."
            )

    def _count_correct(self, images, labels):
        """Return how many images are classified rightly with dropout left on, and with it off."""
        features = self.features(images)  # once for both
        return [
            tf.reduce_sum(tf.cast(tf.argmax(logits, axis=1) == labels, tf.int32))
            for logits in (self.classify(features, training=on) for on in (True, False))
        ]

    def _test(self, evaluate, test):
        started = time.perf_counter()
        images, labels = test
        labels = np.asarray(labels, np.int64)
        correct = np.zeros(2, int)
        for first in range(0, len(images), 1000):
            part = slice(first, first + 1000)
            correct += [int(count) for count in evaluate(images[part], labels[part])]
        with_dropout, without = 100 * correct / len(images)
        return {
            "acc_test": with_dropout,
            "acc_test_nodropout": without,
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


def check_images(images):
    """Raise ValueError, in one sentence, unless images are floats (batch, height, width, channels).

    Values above 100 are taken for gray levels up to 255 that nobody has divided.
    """
    shape, kind = getattr(images, "shape", None), getattr(images, "dtype", None)
    if shape is None or kind is None:
        raise ValueError(f"The network takes an array of images; got {type(images).__name__}.")
    kind = keras.backend.standardize_dtype(kind)
    if len(shape) != 4 or "float" not in kind:
        raise ValueError(
            "The network takes images of floats of shape (batch, height, width, channels); "
            f"got {kind} of shape {tuple(shape)}."
        )
    if isinstance(images, np.ndarray) and images.size and images.max() > 100:
        raise ValueError(
            f"The values of the images run up to {images.max():g}: divide gray levels by 255."
        )


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


def _check_examples(name, examples, shape=None):
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
    if len(shapes[1]) != 1 or kinds[1] not in "iu":
        raise ValueError(
            f"The labels of {name} are whole numbers of shape (n,); "
            f"got {labels.dtype} of shape {shapes[1]}."
        )
    if shapes[0][0] != shapes[1][0] or not shapes[0][0]:
        raise ValueError(f"{name} has {shapes[0][0]} images and {shapes[1][0]} labels.")
    if shape is not None and shapes[0][1:] != shape:
        raise ValueError(f"The images of {name} are {shapes[0][1:]}, those to learn from {shape}.")
    check_images(images)
    if not np.isfinite(images).all():
        raise ValueError(f"The images of {name} hold values that are not finite (NaN or infinity).")
    return images, labels


class _Checkpoint:
    """All that a run needs to go on: weights, optimizer, dropout's state, iteration and log.

    One .npz file without pickles, written whole or not at all. It belongs to one set of
    arguments, optimizer settings, variables and training examples; a run that differs in one of
    them starts anew.
    """

    def __init__(self, path, model, arguments, train):
        self.path = Path(path) if path is not None else None
        if self.path is None:
            return
        self.variables = model.variables + model.optimizer.variables
        optimizer = model.optimizer.get_config()
        del optimizer["name"]  # Keras numbers it
        self.run = json.dumps(
            [
                *arguments,
                optimizer,
                [[variable.dtype, *variable.shape] for variable in self.variables],
                [zlib.crc32(np.ascontiguousarray(array)) for array in train],
            ],
            default=str,
        )

    def load(self):
        """Return (iteration, log), having put the saved state in place; (0, []) without one."""
        if self.path is None or not self.path.exists():
            return 0, []
        try:
            with np.load(self.path, allow_pickle=False) as saved:
                run, iteration, log = (str(saved[key]) for key in ("run", "iteration", "log"))
                if run != self.run:
                    print("A checkpoint of another run is there: starting anew.")
                    return 0, []
                values = [saved[f"variable_{i}"] for i in range(len(self.variables))]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            print("The checkpoint cannot be read: starting anew.")
            return 0, []
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)
        print(f"Resumed after iteration {iteration}.")
        return int(iteration), json.loads(log)

    def save(self, iteration, log):
        if self.path is None:
            return
        arrays = {
            f"variable_{i}": keras.ops.convert_to_numpy(variable)
            for i, variable in enumerate(self.variables)
        }
        arrays |= {"run": self.run, "iteration": iteration, "log": json.dumps(log)}
        files.write_atomically(self.path, lambda file: np.savez(file, **arrays))

    def delete(self):
        if self.path is None or not self.path.parent.exists():
            return
        self.path.unlink(missing_ok=True)
        for part in self.path.parent.glob(f"{self.path.name}.*.part"):
            part.unlink(missing_ok=True)  # of a run that was killed while it wrote


@contextlib.contextmanager
def progress(total, line):
    """Show how far a long cell has come; give a function to call with the number done.

    While the cell runs, a bar and the time left stand under it; before and after, and so in the
    stored notebook, the constant `line` alone. Outside a notebook it prints `line`.

        with progress(len(images), "classifying 10 000 digits") as show:
            for i, image in enumerate(images):
                ...
                show(i + 1)

    Raises ValueError if `total` is not a whole number of at least 1.
    """
    if not isinstance(total, Integral) or total < 1:
        raise ValueError(f"total is a whole number of at least 1; got {total!r}.")
    handle = _display(line)
    started = shown = time.perf_counter()

    def show(done):
        nonlocal shown
        now = time.perf_counter()
        if handle is None or now - shown < 0.5:
            return
        shown = now
        bar = "█" * round(30 * done / total)
        left = (now - started) * (total - done) / max(done, 1)
        text = f"{line}  [{bar:·<30}] {done}/{total}, about {left:.0f} s left"
        handle.update({"text/plain": text}, raw=True)

    try:
        yield show
    finally:
        if handle is not None:
            handle.update({"text/plain": line}, raw=True)


def _display(line):
    """Show `line` in a notebook and return its display handle; elsewhere print it."""
    from IPython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        print(line)
        return None
    return display({"text/plain": line}, raw=True, display_id=True)


def save_weights(model, path):
    """Write the weights of `model` to the file `path`, *.weights.h5, as float16.

    An array with values beyond float16's 65504 stays float32; the optimizer's state is left out.
    `model.load_weights` reads the file back. Written whole or not at all; raises ValueError for
    another ending, OSError if the disk refuses.
    """
    path = Path(path)
    if not path.name.endswith(".weights.h5"):
        raise ValueError(f"A file of weights ends with .weights.h5; got {path.name!r}.")
    with tempfile.TemporaryDirectory() as folder:
        model.save_weights(Path(folder) / "full.weights.h5")
        small = Path(folder) / "half.weights.h5"
        with h5py.File(Path(folder) / "full.weights.h5") as full, h5py.File(small, "w") as half:

            def copy(key, item):
                if key.split("/")[0] == "optimizer":
                    return
                if isinstance(item, h5py.Group):
                    target = half.require_group(key)
                else:
                    values = item[()]
                    if values.dtype == np.float32 and np.all(np.abs(values) < 65504):
                        values = values.astype(np.float16)
                    target = half.create_dataset(key, data=values)
                target.attrs.update(item.attrs)

            half.attrs.update(full.attrs)
            full.visititems(copy)
        content = small.read_bytes()
    files.write_atomically(path, lambda file: file.write(content))


def save_results(runs, path):
    """Write `runs`, a list of dicts with one training each, to the JSON file `path`.

    The versions of Python, TensorFlow, Keras and NumPy stand beside them. Written whole or not at
    all; raises ValueError if JSON cannot hold `runs`, OSError if the disk refuses.
    """
    versions = {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
    try:
        content = json.dumps({"versions": versions, "runs": runs}, indent=1, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The results cannot be written as JSON: {error}.") from None
    files.write_atomically(path, lambda file: file.write((content + "\n").encode()))


def load_results(path):
    """Return the runs that `save_results` wrote to the file `path`, or [] if it is not there.

    So a notebook goes on where an interruption left its trainings. Raises ValueError for a file
    of another kind.
    """
    path = Path(path)
    if not path.exists():
        return []
    try:
        return json.loads(path.read_text(encoding="utf-8"))["runs"]
    except (ValueError, TypeError, KeyError):
        raise ValueError(
            f"{path.name} holds no results: delete it and run the cell again."
        ) from None
