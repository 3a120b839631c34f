"""Functions called in processes of their own: other frameworks, several devices, several workers.

What is called stands in the notebook. Its text is sent to a fresh Python, as a worker on another
machine would get it, so that its imports stand inside of it.
"""

import contextlib
import importlib.util
import inspect
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {  # of every worker, if the task says nothing else
    "CUDA_VISIBLE_DEVICES": "-1",
    "JAX_PLATFORMS": "cpu",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "PYTHONWARNINGS": "ignore",
}
PROGRAM = """
import sys

sys.path.insert(0, {root!r})
from utils.workers import answer

{functions}

answer({last}, {folder!r}, {parent})
"""


class WorkerError(RuntimeError):
    """A worker failed, was killed, or did not finish in time; all are ended."""


def installed(package):
    """Tell whether `package`, "jax" say, can be imported; it is not imported for that."""
    return importlib.util.find_spec(package) is not None


def run(functions, tasks, environments=None, seconds=300, line=None, expected=10):
    """Call the last of `functions` once for each of `tasks`, all at once, each in a process.

    functions: a list of functions that need nothing from around them but each other; what they
    import they import inside. tasks: a list of dicts of arguments. What goes in and what comes
    back, a dict, holds NumPy arrays and what JSON takes. environments: a dict for each task of
    environment variables to set. seconds: the time-out. line: what `progress` shows, or None for
    nothing; expected: in how many seconds about it will be done, for the bar.

    Returns a list with what each returned. As soon as one fails, or when the time is up, all are
    ended, and WorkerError says in one sentence which and why. So they are by an interrupt, and
    they end themselves if the notebook goes away. Raises ValueError for unfit arguments.
    """
    if not functions or not all(map(inspect.isfunction, functions)):
        raise ValueError("functions is a list of functions, the one to call last.")
    if not isinstance(tasks, (list, tuple)) or not tasks:
        raise ValueError("tasks is a list with at least one dict of arguments.")
    environments = [{} for _ in tasks] if environments is None else environments
    if len(environments) != len(tasks):
        raise ValueError(f"There are {len(tasks)} tasks and {len(environments)} environments.")
    if not seconds > 0:
        raise ValueError(f"seconds is a number above 0; got {seconds!r}.")
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / str(number) for number in range(len(tasks))]
        for folder, task in zip(folders, tasks, strict=True):
            folder.mkdir()
            _write(folder / "task.npz", task)
            (folder / "program.py").write_text(_program(functions, folder), encoding="utf-8")
        workers = []
        try:
            for folder, environment in zip(folders, environments, strict=True):
                workers.append(_start(folder, environment))
            _wait(workers, folders, seconds, line, expected)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        return [_read(folder / "result.npz") for folder in folders]


def cluster(n):
    """Return n environments in which n processes of TensorFlow on this machine find each other."""
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))  # any port that is free
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    tasks = [{"type": "worker", "index": index} for index in range(n)]
    return [
        {"TF_CONFIG": json.dumps({"cluster": {"worker": addresses}, "task": task})}
        for task in tasks
    ]


def answer(function, folder, parent):
    """In a worker: call `function` with the task of `folder` and leave there what it returns.

    Then it stays until it is ended, so that none waits for another that has gone.
    """
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    folder = Path(folder)
    result = function(**_read(folder / "task.npz"))
    _write(folder / "result.part.npz", result)
    (folder / "result.part.npz").rename(folder / "result.npz")
    while True:
        time.sleep(60)


def _watch(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _program(functions, folder):
    try:
        sources = [textwrap.dedent(inspect.getsource(function)) for function in functions]
    except OSError:
        raise ValueError("The text of a function cannot be found: define it in a cell.") from None
    return PROGRAM.format(
        root=str(ROOT),
        functions="\n\n".join(sources),
        last=functions[-1].__name__,
        folder=str(folder),
        parent=os.getpid(),
    )


def _start(folder, environment):
    inherited = {name: os.environ[name] for name in os.environ if name != "TF_CONFIG"}
    with open(folder / "output.txt", "wb") as output:
        return subprocess.Popen(
            [sys.executable, folder / "program.py"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=inherited | ENVIRONMENT | environment,
        )


def _wait(workers, folders, seconds, line, expected):
    """Return when all workers are done; raise WorkerError as soon as one is not to be."""
    from utils.progress import progress

    started, of = time.monotonic(), len(workers)
    quiet = contextlib.nullcontext(lambda done: None)
    with quiet if line is None else progress(10 * expected, line) as show:
        while True:
            codes = [worker.poll() for worker in workers]
            done = [(folder / "result.npz").exists() for folder in folders]
            if all(done):
                return
            failed = [number for number, code in enumerate(codes) if code is not None]
            failed.sort(key=lambda number: codes[number] > 0)  # first those that were killed
            if failed:
                raise WorkerError(_reason(failed[0], of, codes[failed[0]], folders[failed[0]]))
            past = time.monotonic() - started
            if past > seconds:
                late = " and ".join(str(i) for i, ready in enumerate(done) if not ready)
                raise WorkerError(
                    f"Worker {late} of {of} did not finish within {seconds} s: all were ended."
                )
            show(min(int(10 * past) + 1, 10 * expected - 1))
            time.sleep(0.05)


def _reason(number, of, code, folder):
    if code < 0:
        return f"Worker {number} of {of} was ended by {signal.Signals(-code).name}: all were ended."
    text = (folder / "output.txt").read_text(encoding="utf-8", errors="replace").strip()
    last = text.splitlines()[-1] if text else f"exit status {code}"
    return f"Worker {number} of {of} failed: {last}"


def _write(path, values):
    """Write a dict: arrays as arrays, lists of arrays too, all else as JSON."""
    arrays, rest = {}, {}
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            arrays[name] = value
        elif isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            arrays |= {f"{name}/{i}": part for i, part in enumerate(value)}
        else:
            rest[name] = value
    np.savez(path, **arrays, **{"json/": json.dumps(rest)})


def _read(path):
    with np.load(path, allow_pickle=False) as saved:
        values = json.loads(str(saved["json/"]))
        for name in saved.files:
            if name != "json/" and "/" in name:
                values.setdefault(name.split("/")[0], []).append(saved[name])
            elif name != "json/":
                values[name] = saved[name]
    return values
