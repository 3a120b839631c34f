"""Keep all that a loop needs to go on after a kill, whatever it trains."""

import functools
import inspect
import json
import types
import zipfile
import zlib
from pathlib import Path

import keras
import numpy as np

from utils import files

UNREADABLE = (
    OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, zipfile.BadZipFile,
)  # fmt: skip
PLAIN = (bool, int, float, str, tuple, list, dict, np.ndarray, np.generic)


class Checkpoint:
    """The state of one run, in one .npz file without pickles, written whole or not at all.

    path: the file (see `Session.checkpoint`); None keeps nothing.
    variables: the Keras variables that the run changes: those of its networks and of its
    optimizers, any number, which must be built.
    key: whatever tells this run from another, in nested lists and dicts: numbers, texts, arrays,
    functions, layers, optimizers (see `identity`). A file of another key is not resumed.
    generators: the NumPy generators that the run draws from, whose state is kept too.

        checkpoint = Checkpoint(path, network.variables + optimizer.variables, key=[seed, x_train])
        step, log = checkpoint.load()  # 0, [] at the first start
        while step < steps:
            ...
            checkpoint.save(step, log)
        checkpoint.delete()
    """

    def __init__(self, path, variables, key=(), generators=()):
        self.path = None if path is None else Path(path)
        self.variables, self.generators = list(variables), list(generators)
        if self.path is None:
            return  # nothing to tell apart
        forms = [[variable.dtype, *variable.shape] for variable in self.variables]
        self.key = json.dumps([identity(key), forms, len(self.generators)])

    def load(self):
        """Return (position, log), having put the saved state in place; (0, []) without one.

        A file that belongs to another run, or cannot be read, is left out with one sentence.
        """
        if self.path is None or not self.path.exists():
            return 0, []
        try:
            with np.load(self.path, allow_pickle=False) as saved:
                key, state = str(saved["key"]), json.loads(str(saved["state"]))
                if key != self.key:
                    print("A checkpoint of another run is there: starting anew.")
                    return 0, []
                values = [saved[f"variable_{i}"] for i in range(len(self.variables))]
        except UNREADABLE:
            print("The checkpoint cannot be read: starting anew.")
            return 0, []
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)
        for generator, drawn in zip(self.generators, state["generators"], strict=True):
            generator.bit_generator.state = drawn
        return state["position"], state["log"]

    def save(self, position, log=()):
        """Keep the variables and generators as they are now, with `position` and `log`.

        position: where in its data the run is; log: what it has recorded. Both are numbers, texts,
        lists or dicts. If the disk refuses, one sentence says so and the run goes on without.
        """
        if self.path is None:
            return
        states = [generator.bit_generator.state for generator in self.generators]
        state = json.dumps({"position": position, "log": log, "generators": states})
        arrays = {
            f"variable_{i}": keras.ops.convert_to_numpy(variable)
            for i, variable in enumerate(self.variables)
        }
        arrays |= {"key": self.key, "state": state}
        try:
            files.write_atomically(self.path, lambda file: np.savez(file, **arrays))
        except OSError as error:
            print(f"No checkpoint is kept: {error}")
            self.path = None

    def delete(self):
        """Remove the file, and what a run that was killed while it wrote has left."""
        if self.path is None or not self.path.parent.exists():
            return
        self.path.unlink(missing_ok=True)
        for part in self.path.parent.glob(f"{self.path.name}.*.part"):
            part.unlink(missing_ok=True)


def identity(thing):
    """Return what tells `thing` from others, as JSON takes it, the same in another process.

    Arrays stand by their numbers; functions by their code, their defaults and the values that they
    take from around them; layers, optimizers and losses by their class and settings, which
    include a rate of dropout, and layers of a notebook's own class by their code too; other
    objects by their class and plain attributes.
    """
    return _identity(thing, ())


def _identity(thing, around):
    if thing is None or isinstance(thing, (bool, int, float, str)):
        return thing
    if any(thing is outer for outer in around):
        return "itself"
    around = (*around, thing)

    def of(part):
        return _identity(part, around)

    if isinstance(thing, (np.ndarray, np.generic)):
        array = np.asarray(thing)
        return ["array", str(array.dtype), list(array.shape), zlib.crc32(array.tobytes())]
    if isinstance(thing, keras.Variable):
        return ["variable", of(keras.ops.convert_to_numpy(thing))]
    if isinstance(thing, (bytes, complex, range, Path)):
        return [type(thing).__name__, repr(thing)]
    if isinstance(thing, np.random.Generator):
        return ["generator", of(thing.bit_generator.state)]
    if isinstance(thing, (list, tuple)):
        return [of(part) for part in thing]
    if isinstance(thing, (set, frozenset)):
        return sorted((of(part) for part in thing), key=json.dumps)
    if isinstance(thing, dict):
        return {str(name): of(part) for name, part in thing.items()}
    if isinstance(thing, functools.partial):
        return ["partial", of(thing.func), of(thing.args), of(thing.keywords)]
    if inspect.ismethod(thing):
        return [of(thing.__func__), of(thing.__self__)]
    if inspect.isfunction(thing):
        return _function(thing, of)
    if isinstance(thing, types.CodeType):
        return [thing.co_code.hex(), list(thing.co_names), of(thing.co_consts)]
    if inspect.isclass(thing) or inspect.isbuiltin(thing) or inspect.ismodule(thing):
        return thing.__name__
    if isinstance(thing, keras.Layer):
        return [_layer(layer, of) for layer in thing._flatten_layers()]
    if hasattr(thing, "get_config"):
        return _settings(thing, of)
    attributes = getattr(thing, "__dict__", {})
    plain = {name: part for name, part in attributes.items() if isinstance(part, PLAIN)}
    return [type(thing).__name__, of(plain)]


def _function(function, of):
    """Identify a function, with the functions and constants of its module that it names."""
    code = function.__code__
    names = set(_names(code))
    cells = [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
    named = {}
    for name in sorted(names):
        value = function.__globals__.get(name)
        own = inspect.isfunction(value) and value.__module__ == function.__module__
        if own or isinstance(value, PLAIN):
            named[name] = value
    defaults = [function.__defaults__, function.__kwdefaults__]
    return [of(code), of(cells), of(defaults), of(named)]


def _names(code):
    """Yield the names that a function reads, and those of the functions inside of it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _filled(cell):
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _layer(layer, of):
    """Identify a layer by its settings and, if its class is not Keras's, by the code of that."""
    kinds = [kind for kind in type(layer).__mro__ if not kind.__module__.startswith("keras.")]
    functions = [
        of(value)
        for kind in kinds
        for value in vars(kind).values()
        if inspect.isfunction(value) and not kind.__module__.startswith("utils.")
    ]
    return [_settings(layer, of), functions]


def _settings(thing, of):
    """Identify a layer, optimizer or loss by its class and settings, but for its name."""
    try:
        settings = dict(thing.get_config())
    except NotImplementedError:  # a class of a notebook, which says nothing of its arguments
        settings = {}
    settings.pop("name", None)
    text = json.dumps(of(settings))
    for number, name in enumerate(dict.fromkeys(_names_of_layers(settings))):  # Keras numbers them
        text = text.replace(json.dumps(name), f'"layer {number}"')
    return [type(thing).__name__, text]


def _names_of_layers(settings):
    """Yield the names of the layers in the settings of a network, at any depth."""
    if isinstance(settings, dict):
        if {"trainable", "batch_shape"} & set(settings) and isinstance(settings.get("name"), str):
            yield settings["name"]
        for part in settings.values():
            yield from _names_of_layers(part)
    elif isinstance(settings, (list, tuple)):
        for part in settings:
            yield from _names_of_layers(part)
