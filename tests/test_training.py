import contextlib
import functools
import logging
import re
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest
import small

from utils import training
from utils.models import CNN_LeNet5


def states(model):
    return [variable.numpy() for variable in model.variables + model.optimizer.variables]


def assert_same(first, second):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_learns_and_logs_as_the_lecture_does(capsys):
    log = small.train(small.network())
    assert [row["iter"] for row in log] == [10, 20, 40, 60]
    assert log[-1]["loss_train"] < 0.6 * log[0]["loss_train"]
    assert log[-1]["acc_test_nodropout"] > 80
    lines = capsys.readouterr().out.splitlines()
    n = r"\d+\.\d\d"
    expected = [
        "training: 60 iterations",
        "num_epochs=3, nb_iters=60",
        f"iter=10, training time: {n}s, acc_train={n}, loss_train={n}",
        *(
            f"iter={i}, acc_train={n}, loss_train={n}, acc_test={n}, acc_test_nodropout={n}, "
            f"test time={n}s"
            for i in (20, 40, 60)
        ),
    ]
    assert len(lines) == len(expected)
    for line, form in zip(lines, expected, strict=True):
        assert re.fullmatch(form, line), line


def test_accuracies_are_those_of_keras():
    model = small.network()
    log = small.train(model)
    answers = model.predict(small.TEST[0], verbose=0).argmax(axis=1)
    assert log[-1]["acc_test_nodropout"] == pytest.approx(100 * np.mean(answers == small.TEST[1]))


def test_test_is_classified_with_dropout_on_and_off():
    class Flag(small.Small):
        def classify(self, features, training=False):
            return keras.ops.one_hot([1 if training else 0] * len(features), 2)

    images, labels = small.TEST
    counts = [int(count) for count in Flag()._count_correct(images, labels)]
    assert counts == [np.sum(labels == 1), np.sum(labels == 0)]


def test_training_accuracy_is_that_of_the_batch():
    model, answers = small.network(), []

    def step(model, images, labels):
        answers.append((model(images), labels))
        return small.training_step(model, images, labels)

    model.dropout.rate = 0
    training.tf.config.run_functions_eagerly(True)
    try:
        log = model.train(step, small.TRAIN, small.TEST, epochs=1, batch_size=20, test_every=20)
    finally:
        training.tf.config.run_functions_eagerly(False)
    for row in log:
        logits, labels = answers[row["iter"] - 1]
        expected = 100 * np.mean(np.argmax(logits, axis=1) == labels)
        assert row["acc_train"] == pytest.approx(expected)
    assert log[-1]["acc_train"] > 60


def test_same_seed_same_run():
    first, again = small.network(), small.network()
    logs = [small.without_seconds(small.train(model)) for model in (first, again)]
    assert logs[0] == logs[1]
    assert_same(states(first), states(again))
    assert logs[0] != small.without_seconds(small.train(small.network(), seed=1))


def test_each_epoch_sees_every_image_once():
    seen = []

    def step(model, images, labels):
        seen.append(training.tf.identity(images))
        return training.tf.constant(0.0), training.tf.constant(0.0)

    training.tf.config.run_functions_eagerly(True)
    try:
        small.network().train(step, small.TRAIN, small.TEST, epochs=2, batch_size=20)
    finally:
        training.tf.config.run_functions_eagerly(False)
    first, second = (np.concatenate(part)[:, 0, 0, 0] for part in (seen[:20], seen[20:]))
    assert not np.array_equal(first, second)
    images = np.sort(small.TRAIN[0][:, 0, 0, 0])
    np.testing.assert_array_equal(np.sort(first), images)
    np.testing.assert_array_equal(np.sort(second), images)


def test_each_batch_is_augmented_with_its_own_random_numbers():
    drawn = []

    def draw(images, rng):
        drawn.append(rng.random())
        return images * 0

    weights = []
    for seed in (0, 0, 1):
        model = small.network()
        small.train(model, augment=draw, seed=seed)
        weights.append(model.conv.kernel.numpy())
    assert len(drawn) == 180 and len(set(drawn)) == 120
    assert drawn[:60] == drawn[60:120]
    fresh = small.network()
    fresh.build((None, 8, 8, 1))
    np.testing.assert_array_equal(weights[0], fresh.conv.kernel)  # black images teach it nothing


def test_augment_keeps_the_shape():
    with pytest.raises(ValueError, match="must keep the shape"):
        small.train(small.network(), augment=lambda images, rng: images[:, 1:])


def test_batch_normalisation_learns_from_training_images_alone():
    means = []
    for test_every in (1, 60):
        model = small.network(normalise=True)
        model.dropout.rate = 0  # whose random numbers tests use up
        small.train(model, test_every=test_every)
        means.append(model.norm.moving_mean.numpy())
    assert np.abs(means[0]).max() > 0.01
    np.testing.assert_array_equal(means[0], means[1])  # more tests change nothing


def test_interrupt_keeps_the_weights(monkeypatch, capsys, tmp_path):
    @contextlib.contextmanager
    def interrupted(total, line):
        def show(done):
            if done == 25:
                raise KeyboardInterrupt

        yield show

    monkeypatch.setattr(training, "progress", interrupted)
    model = small.network()
    log = small.train(model, checkpoint=tmp_path / "run.npz")
    assert [row["iter"] for row in log] == [10, 20]
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "Stopped by you after iteration 25; the weights so far are kept."
    assert int(model.optimizer.iterations) == 25
    assert list(tmp_path.iterdir()) == []


RUNS = {  # name: what the program does in it, and what is done to it
    "whole": ([], None),
    "stopped": (["--hold=6"], signal.SIGINT),  # after iteration 100
    "killed early": (["--hold=2"], signal.SIGKILL),
    "killed late": (["--hold=40"], signal.SIGKILL),  # after 780 of 800
    "killed while it writes": (["--die=5"], None),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """{name: (exit code, lines, folder)} of RUNS, and the lines of a program that goes on with all.

    Each waits for its signal, so that none ends before it comes.
    """
    base, processes, ended = tmp_path_factory.mktemp("runs"), {}, {}

    def program(*arguments):
        command = [sys.executable, "-u", small.__file__, *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    for name, (options, _) in RUNS.items():
        (base / name).mkdir()
        processes[name] = program(base / name, *options)
    for name, process in processes.items():
        lines, sent = [], RUNS[name][1]
        for line in process.stdout:
            lines.append(line.rstrip())
            if lines[-1] == "waiting":
                process.send_signal(sent)
        left = sorted(path.name for path in (base / name).iterdir())
        ended[name] = process.wait(), lines, left
    killed = [name for name in RUNS if name.startswith("killed")]
    lines = program(*(base / name for name in killed)).communicate()[0].splitlines()
    return base, ended, lines


def result(folder):
    assert [path.name for path in folder.iterdir()] == ["result.npz"]
    with np.load(folder / "result.npz") as arrays:
        return dict(arrays)


def test_real_interrupt(runs):
    base, ended, _ = runs
    code, lines, left = ended["stopped"]
    assert code == 0 and left == ["result.npz"]
    assert lines[-1] == "Stopped by you after iteration 100; the weights so far are kept."


@pytest.mark.parametrize("name", [name for name in RUNS if name.startswith("killed")])
def test_killed_run_resumes_and_ends_the_same(runs, name):
    base, ended, lines = runs
    code, _, left = ended[name]
    assert code == -signal.SIGKILL and "run.npz" in left and "result.npz" not in left
    assert ("while it writes" in name) == any(part.endswith(".part") for part in left)
    for one, other in zip(
        result(base / "whole").values(), result(base / name).values(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_resumed_runs_say_so_and_print_the_whole_log(runs):
    lines = runs[2]
    resumed = [line for line in lines if line.startswith("Resumed")]
    assert resumed == [f"Resumed after iteration {n}." for n in (20, 780, 60)]
    assert sum(line.startswith("iter=") for line in lines) == 3 * 41


def checkpoint_of(path, model=None, **options):
    """Leave the checkpoint of a run with `options` at `path`, as a kill would."""

    class Killed(Exception):
        pass

    def save(self, iteration, log, save=training.Checkpoint.save):
        save(self, iteration, log)
        if iteration == 40:
            raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(training.Checkpoint, "save", save)
        small.train(model or small.network(), checkpoint=path, **options)
    assert path.exists()


def test_checkpoint_of_the_same_run(tmp_path, capsys):
    checkpoint_of(tmp_path / "run.npz")
    model, whole = small.network(), small.network()
    log = small.train(model, checkpoint=tmp_path / "run.npz")
    assert "Resumed after iteration 40." in capsys.readouterr().out
    assert small.without_seconds(log) == small.without_seconds(small.train(whole))
    assert_same(states(model), states(whole))


def twice(images, rng):
    return images * 2


def scaled(images, rng, amount):
    return images * amount


def other_step(model, images, labels):
    loss, accuracy = small.training_step(model, images, labels)
    return 2 * loss, accuracy


@pytest.mark.parametrize(
    "options",
    [
        dict(seed=5),
        dict(batch_size=10),
        dict(epochs=4),
        dict(test_every=10),
        dict(augment=small.shake),
        dict(augment=functools.partial(scaled, amount=2)),
    ],
)
def test_checkpoint_of_another_run(tmp_path, capsys, options):
    checkpoint_of(tmp_path / "run.npz", **options)
    model, fresh = small.network(), small.network()
    small.train(model, checkpoint=tmp_path / "run.npz")
    assert "A checkpoint of another run is there: starting anew." in capsys.readouterr().out
    small.train(fresh)
    assert_same(states(model), states(fresh))


@pytest.mark.parametrize(
    "one, other",
    [
        (lambda images, rng: images + 1, lambda images, rng: images + 2),
        (functools.partial(scaled, amount=2), functools.partial(scaled, amount=3)),
        (functools.partial(scaled, amount=2), twice),
    ],
)
def test_checkpoint_of_another_distortion(tmp_path, capsys, one, other):
    checkpoint_of(tmp_path / "run.npz", augment=one)
    small.train(small.network(), checkpoint=tmp_path / "run.npz", augment=other)
    assert "A checkpoint of another run is there: starting anew." in capsys.readouterr().out


def test_checkpoint_of_another_dropout_or_training_step(tmp_path, capsys):
    path = tmp_path / "run.npz"
    other = small.network()
    other.dropout.rate = 0.4
    checkpoint_of(path, other)
    small.train(small.network(), checkpoint=path)
    checkpoint_of(path)
    small.network().train(
        other_step, small.TRAIN, small.TEST, epochs=3, batch_size=20, test_every=20, checkpoint=path
    )
    out = capsys.readouterr().out
    assert out.count("A checkpoint of another run is there: starting anew.") == 2


def test_checkpoint_of_another_learning_rate_or_other_data(tmp_path, capsys, monkeypatch):
    path = tmp_path / "run.npz"
    other = small.network()
    other.compile(optimizer=keras.optimizers.Adam(0.02), loss=other.loss)
    checkpoint_of(path, other)
    small.train(small.network(), checkpoint=path)
    with monkeypatch.context() as patch:
        patch.setattr(small, "TRAIN", small.examples(400, 7))
        checkpoint_of(path)
    small.train(small.network(), checkpoint=path)
    with monkeypatch.context() as patch:
        patch.setattr(small, "TEST", small.examples(200, 8))
        checkpoint_of(path)
    small.train(small.network(), checkpoint=path)
    begun = small.network()
    small.train(begun, epochs=1)
    checkpoint_of(path, begun)  # of weights that had learned before
    small.train(small.network(), checkpoint=path)
    out = capsys.readouterr().out
    assert out.count("A checkpoint of another run is there: starting anew.") == 4


images, labels = small.TRAIN


@pytest.mark.parametrize(
    "examples, message",
    [
        (images, "train is a pair of arrays"),
        ((images, list(labels)), "train is a pair of arrays"),
        ((images[..., 0], labels), r"images of train are floats of shape .* got float32 of shape"),
        (((images * 9).astype("uint8"), labels), "images of train are floats .* got uint8"),
        ((images, labels[:, None]), r"labels of train are whole numbers of shape \(n,\)"),
        ((images, labels / 1), "labels of train are whole numbers .* got float64"),
        ((images, labels[1:]), "train has 400 images and 399 labels"),
        ((images[:0], labels[:0]), "train has 0 images"),
        ((images[:10], labels[:10]), "A batch of 20 needs more than 10 training images"),
        (
            (images, labels + 1),
            "labels run from 0 to 2, and the network's 2 outputs stand for 0 to 1",
        ),
        ((images, labels - 1), "The labels run from -1 to"),
        ((images * 1000, labels), "divide gray levels by 255"),
        ((images * np.nan, labels), "images of train hold values that are not finite"),
        (
            (images[:, :4], labels),
            r"images of test are \(8, 8, 1\), those to learn from \(4, 8, 1\)",
        ),
    ],
)
def test_unfit_examples(examples, message):
    with pytest.raises(ValueError, match=message):
        small.network().train(small.training_step, examples, small.TEST, epochs=1, batch_size=20)


def test_images_that_the_layers_do_not_fit():
    model = CNN_LeNet5(K=10)
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy())
    with pytest.raises(
        ValueError, match=r"The layers of the network do not take images of shape \(8.*: "
    ):
        model.train(small.training_step, small.TRAIN, small.TEST, epochs=1)


class Broken(small.Small):
    def features(self, images):
        raise ValueError("a reader's own mistake")


def test_a_mistake_in_the_layers_is_named():
    model = Broken()
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy())
    with pytest.raises(ValueError, match="do not take images of .*: a reader's own mistake"):
        small.train(model)


class Masks(small.BaseModel):
    """Two answers for each image, trained by an optimizer for each of its two layers."""

    def __init__(self):
        super().__init__()
        self.conv = keras.layers.Conv2D(4, 3, activation="relu")
        self.flatten, self.dense = keras.layers.Flatten(), keras.layers.Dense(2)

    def features(self, images):
        return self.flatten(self.conv(images))

    def classify(self, features, training=False):
        return self.dense(features)

    def correct(self, labels, outputs):
        return keras.ops.mean(keras.ops.cast((outputs > 0) == (labels > 0.5), "float32"), axis=1)


def masks_run(path=None, stop=None):
    """Train Masks with labels (n, 2) of floats; return its log and its state."""
    keras.utils.set_random_seed(0)
    model = Masks()
    model.build((None, 8, 8, 1))
    pairs = [
        (keras.optimizers.SGD(0.05, momentum=0.9), model.conv.trainable_variables),
        (keras.optimizers.Adam(0.01), model.dense.trainable_variables),
    ]

    def step(model, images, labels):
        with training.tf.GradientTape() as tape:
            outputs = model(images)
            loss = keras.ops.mean(keras.losses.binary_crossentropy(labels, outputs, True))
        gradients = tape.gradient(loss, [variables for _, variables in pairs])
        for (optimizer, variables), part in zip(pairs, gradients, strict=True):
            optimizer.apply(part, variables)
        return loss, keras.ops.mean(model.correct(labels, outputs))

    def both(examples):
        return examples[0], np.eye(2, dtype="float32")[examples[1]]

    options = dict(epochs=3, batch_size=20, test_every=20, optimizers=pairs, checkpoint=path)

    class Killed(Exception):
        pass

    def save(self, iteration, log, save=training.Checkpoint.save):
        save(self, iteration, log)
        if iteration == stop:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.Checkpoint, "save", save)
        try:
            log = model.train(step, both(small.TRAIN), both(small.TEST), **options)
        except Killed:
            return None, None
    state = [v.numpy() for v in model.variables + [v for o, _ in pairs for v in o.variables]]
    return small.without_seconds(log), state


def test_other_labels_and_two_optimizers_resume(tmp_path, capsys):
    log, state = masks_run()
    assert log[-1]["acc_test"] == log[-1]["acc_test_nodropout"] > 80
    masks_run(tmp_path / "run.npz", stop=40)
    again, resumed = masks_run(tmp_path / "run.npz")
    assert "Resumed after iteration 40." in capsys.readouterr().out
    assert again == log
    assert_same(resumed, state)


def test_many_trainings_in_one_kernel_warn_of_nothing():
    """Where a function is made again and again, TensorFlow warns of retracing."""
    warned, handler = [], logging.Handler()
    handler.emit = warned.append
    training.tf.get_logger().addHandler(handler)
    try:
        for _ in range(6):
            small.train(small.network(), epochs=1)
    finally:
        training.tf.get_logger().removeHandler(handler)
    assert warned == []


@pytest.mark.parametrize("seed", [-1, 1.5])
def test_unfit_seed(seed):
    with pytest.raises(ValueError, match="seed is a whole number of at least 0"):
        small.train(small.network(), seed=seed)


def test_whole_numbers_of_numpy_are_fit():
    assert small.train(small.network(), epochs=np.int64(1))[-1]["iter"] == 20


@pytest.mark.parametrize("option", [dict(epochs=0), dict(batch_size=2.5), dict(test_every="100")])
def test_unfit_numbers(option):
    with pytest.raises(ValueError, match=f"{next(iter(option))} is a whole number of at least 1"):
        small.train(small.network(), **option)


def test_model_needs_compile_with_a_loss():
    named = small.Small()
    named.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    for model in (small.Small(), named):
        with pytest.raises(ValueError, match="Compile the model first, with a loss from"):
            small.train(model)


def test_fit_of_keras_works_too():
    model = small.network()
    history = model.fit(*small.TRAIN, epochs=3, batch_size=20, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert isinstance(model.optimizer, keras.optimizers.Adam)
