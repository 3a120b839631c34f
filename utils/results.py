"""What long trainings leave behind: the records of many runs, and weights."""

import contextlib
import json
import platform
import signal
import tempfile
import threading
from pathlib import Path

import h5py
import keras
import numpy as np
import tensorflow as tf

from utils import files
from utils.progress import progress


def resume(session, name, plan, run):
    """Return one record for each entry of `plan`: the stored ones, or with COURSE_FULL=1 new ones.

    session: what `start` returned. name: of the results, "blocks" for results/blocks.json.
    plan: a list of dicts, all different, that say what to run: {"kind": "plain", "seed": 0}.
    run: a function of an entry's values, run(kind="plain", seed=0), that returns a dict of what it
    measured, numbers, texts and lists; the entry and what was measured make the record.

    By default the records are those of data/. With COURSE_FULL=1 the runs are made one after the
    other, each kept as it ends. After an interruption those that are kept are not made again, and
    the one that was interrupted is. To begin anew, delete `session.file(f"results/{name}.json")`:
    it does not know whether `run` has changed. The records stand in the order of the plan. Raises
    ValueError if data/ lacks a record of the plan or JSON cannot hold what `run` returned.
    """
    path = session.file(f"results/{name}.json")
    plan = json.loads(_as_json(plan))
    kept = load(path)

    def stored(entry):
        return next((r for r in kept if r | entry == r), None)

    missing = [entry for entry in plan if stored(entry) is None]
    if missing and not session.full:
        raise ValueError(
            f"data/results/{name}.json has no record of {missing[0]}: "
            "run the notebook with COURSE_FULL=1 to make it."
        )
    if not session.full:
        return [stored(entry) for entry in plan]
    kept = [r for r in map(stored, plan) if r is not None]
    if not plan:
        return []
    with progress(len(plan), f"{name}: {len(plan)} runs") as show, _interrupts() as interrupted:
        for entry in missing:
            show(len(kept))
            record = json.loads(_as_json(entry | run(**entry) | entry))
            if interrupted:  # a training that ends early when it is interrupted is not done
                raise KeyboardInterrupt
            kept.append(record)
            save(kept, path)
    kept = [stored(entry) for entry in plan]
    save(kept, path)  # in the order of the plan
    return kept


def save(runs, path):
    """Write `runs`, a list of dicts with one run each, to the JSON file `path`.

    The versions of Python, TensorFlow, Keras and NumPy stand beside them. Written whole or not at
    all; raises ValueError if JSON cannot hold `runs`, OSError if the disk refuses.
    """
    versions = {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
    content = _as_json({"versions": versions, "runs": runs}, indent=1) + "\n"
    files.write_atomically(path, lambda file: file.write(content.encode()))


def load(path):
    """Return the runs that `save` wrote to the file `path`, or [] if it is not there.

    Raises ValueError for a file of another kind.
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


def signed_sums(arrays):
    """Return for each of `arrays` eight sums of all its entries, with signs drawn at random.

    If two arrays differ by d, their sums differ by about the length (norm) of d, whichever entries
    it concerns. So the sums, small enough to be stored, tell large arrays apart: `relative_gap`.
    The signs are the same in every call. Returns a list of lists of floats.
    """
    rng = np.random.default_rng(1)
    sums = []
    for array in arrays:
        values = np.asarray(array, float).ravel()
        signs = [2.0 * rng.integers(0, 2, values.size) - 1 for _ in range(8)]
        sums.append([float(row @ values) for row in signs])
    return sums


def relative_gap(sums, reference):
    """Return how far the farthest array is from its reference, relative to the length of that.

    sums, reference: what `signed_sums` returned for as many arrays of the same shapes. The length
    of a difference is estimated from eight sums, to within a factor of about two. Raises ValueError
    for another number of arrays, or a reference that is 0 throughout.
    """
    sums, reference = np.asarray(sums, float), np.asarray(reference, float)
    if sums.shape != reference.shape or sums.ndim != 2:
        raise ValueError(f"The sums are of {len(sums)} arrays, the reference of {len(reference)}.")
    lengths = np.linalg.norm(reference, axis=1)
    if not lengths.all():
        raise ValueError("An array of the reference is 0 throughout: no gap is relative to it.")
    return float(np.max(np.linalg.norm(sums - reference, axis=1) / lengths))


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


@contextlib.contextmanager
def _interrupts():
    """Give a list that is not empty once the user has interrupted, whoever catches it."""
    seen = []

    def interrupt(number, frame):
        seen.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield seen
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _as_json(thing, **options):
    def plain(value):  # a number of NumPy's
        return value.item() if isinstance(value, np.generic) else json.JSONEncoder().default(value)

    try:
        return json.dumps(thing, allow_nan=False, default=plain, **options)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The results cannot be written as JSON: {error}.") from None
