"""Checkpoint with two networks and two optimizers, and what tells one run from another."""

import functools
import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from utils import files
from utils.checkpoint import Checkpoint, identity


class TwoPlayers:
    """Two networks with an optimizer each, dropout and a NumPy generator, as a GAN would have."""

    def __init__(self, path, key="two players"):
        keras.utils.set_random_seed(0)
        self.first, self.second = (
            keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dropout(0.5, seed=7)])
            for _ in range(2)
        )
        self.optimizers = keras.optimizers.Adam(0.1), keras.optimizers.SGD(0.1, momentum=0.9)
        self.rng = np.random.default_rng(3)
        variables = []
        for network, optimizer in zip((self.first, self.second), self.optimizers, strict=True):
            optimizer.build(network.trainable_variables)
            variables += network.variables + optimizer.variables
        self.checkpoint = Checkpoint(path, variables, key, generators=[self.rng])

    def run(self, steps, stop=None):
        step, log = self.checkpoint.load()
        while step < steps:
            x = self.rng.normal(size=(5, 3)).astype("float32")
            total = 0
            for network, optimizer in zip((self.first, self.second), self.optimizers, strict=True):
                total += float(keras.ops.sum(network(x, training=True) ** 2))
                gradients = [w * 0 + total for w in network.trainable_variables]
                optimizer.apply(gradients, network.trainable_variables)
            step += 1
            log.append(total)
            self.checkpoint.save(step, log)
            if step == stop:
                return log
        self.checkpoint.delete()
        return log


def test_any_number_of_networks_and_optimizers(tmp_path):
    whole = TwoPlayers(None)
    expected = whole.run(6)
    path = tmp_path / "new" / "run.npz"
    assert TwoPlayers(path).run(6, stop=4) == expected[:4]
    resumed = TwoPlayers(path)
    assert resumed.run(6) == expected  # dropout and the generator go on where they were
    for one, other in zip(whole.second.variables, resumed.second.variables, strict=True):
        np.testing.assert_array_equal(one, other)
    assert list(path.parent.iterdir()) == []


def test_checkpoint_of_another_key(tmp_path, capsys):
    TwoPlayers(tmp_path / "run.npz").run(6, stop=4)
    assert TwoPlayers(tmp_path / "run.npz", key="other").checkpoint.load() == (0, [])
    assert capsys.readouterr().out == "A checkpoint of another run is there: starting anew.\n"


@pytest.mark.parametrize("damage", [lambda c: c[: len(c) // 2], lambda c: b"", lambda c: b"x" * 99])
def test_damaged_checkpoint(tmp_path, capsys, damage):
    path = tmp_path / "run.npz"
    TwoPlayers(path).run(6, stop=4)
    path.write_bytes(damage(path.read_bytes()))
    assert TwoPlayers(path).checkpoint.load() == (0, [])
    assert capsys.readouterr().out == "The checkpoint cannot be read: starting anew.\n"


def test_a_disk_that_refuses_costs_one_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()
    players = TwoPlayers(tmp_path / "file" / "run.npz")  # a folder that cannot be made
    assert len(players.run(6)) == 6
    assert capsys.readouterr().out.count("No checkpoint is kept: ") == 1


AMOUNT = 2


def scaled(images, rng):
    return images * AMOUNT


def through(images, rng):
    return scaled(images, rng)


def closure(amount):
    return lambda images, rng: images * amount


class Shaker:
    def __init__(self, amount):
        self.amount = amount

    def __call__(self, images, rng):
        return images * self.amount


def small_network(rate=0.5, units=4):
    return keras.Sequential([keras.Input((3,)), layers.Dense(units), layers.Dropout(rate)])


def functional(shortcut):
    x = keras.Input((3,))
    y = layers.Dense(3)(x)
    z = layers.Add()([y, x if shortcut else y])
    return keras.Model(x, z)


class Own(keras.Model):
    def __init__(self, rate):
        super().__init__()
        self.inner = [small_network(rate)]

    def call(self, x):
        return self.inner[0](x)


Other = type("Own", (Own,), {"call": lambda self, x: 2 * self.inner[0](x)})


def nested(rate):
    return keras.Sequential([keras.Input((3,)), small_network(rate), layers.Dense(1)])


def in_a_list(images, rng):
    return [image * AMOUNT for image in images]


TWINS = {
    "lambda": (lambda: lambda x, r: x + 1, lambda: lambda x, r: x + 2),
    "names in a lambda": (lambda: lambda x, r: r.normal(), lambda: lambda x, r: r.random()),
    "closure": (lambda: closure(1), lambda: closure(2)),
    "array in a closure": (lambda: closure(np.ones(3)), lambda: closure(np.zeros(3))),
    "default": (lambda: lambda x, r, a=1: x * a, lambda: lambda x, r, a=2: x * a),
    "partial": (
        lambda: functools.partial(pow, exp=2),
        lambda: functools.partial(pow, exp=3),
    ),
    "partial or not": (lambda: functools.partial(scaled), lambda: scaled),
    "object": (lambda: Shaker(1), lambda: Shaker(2)),
    "method": (lambda: Shaker(1).__call__, lambda: Shaker(2).__call__),
    "dropout": (lambda: small_network(0.5), lambda: small_network(0.4)),
    "dropout deep inside": (lambda: Own(0.5), lambda: Own(0.4)),
    "width": (lambda: small_network(units=4), lambda: small_network(units=5)),
    "shortcut": (lambda: functional(True), lambda: functional(False)),
    "rate": (lambda: keras.optimizers.Adam(0.1), lambda: keras.optimizers.Adam(0.2)),
    "optimizer": (lambda: keras.optimizers.Adam(0.1), lambda: keras.optimizers.SGD(0.1)),
    "schedule": (
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 10)),
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 20)),
    ),
    "loss": (
        lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    ),
    "array": (lambda: np.arange(3), lambda: np.arange(3) + 1),
    "type of an array": (lambda: np.zeros(2, "float32"), lambda: np.zeros(2, "int32")),
    "number": (lambda: 1, lambda: 2),
    "nothing": (lambda: None, lambda: scaled),
    "bytes": (lambda: b"a", lambda: b"b"),
    "range": (lambda: range(3), lambda: range(4)),
    "generator": (lambda: np.random.default_rng(0), lambda: np.random.default_rng(1)),
    "code of a layer": (lambda: Own(0.5), lambda: Other(0.5)),
    "network in a network": (lambda: nested(0.5), lambda: nested(0.4)),
}


@pytest.mark.parametrize("name", TWINS)
def test_identity_tells_apart(name):
    one, other = TWINS[name]
    assert identity(one()) == identity(one())
    assert identity(one()) != identity(other())


def test_identity_follows_the_functions_and_constants_that_are_named(monkeypatch):
    before = identity([through, in_a_list])
    monkeypatch.setattr(f"{__name__}.AMOUNT", 3)
    assert all(
        one != other for one, other in zip(identity([through, in_a_list]), before, strict=True)
    )
    assert identity(scaled) != identity(through)


def test_identity_is_the_same_in_another_process():
    """So it holds no address in memory, and nothing that Python shuffles."""

    def identities():
        things = [one() for one, _ in TWINS.values()] + [{1, "a", 2}, {"b": through}]
        return [identity(thing) for thing in things]

    code = (
        "import sys; sys.path[:0] = ['tests', '.']\n"
        "import json, test_checkpoint as t\n"
        "things = [one() for one, _ in t.TWINS.values()] + [{1, 'a', 2}, {'b': t.through}]\n"
        "print(json.dumps([t.identity(thing) for thing in things]))"
    )
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, cwd=files.ROOT, capture_output=True, text=True)
    assert other.stdout == json.dumps(identities()) + "\n"
