"""Start a notebook: quiet TensorFlow, one seed, repeatable runs, plot style, device.

Keras and TensorFlow are first imported here, with their start-up lines silenced.
"""

import atexit
import contextlib
import functools
import importlib.metadata
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path

from utils import files

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ((3, 10), (3, 13))  # first and last version the course is made for
DRIVE = Path("/content/drive")  # where Colab mounts Google Drive
OPENS = "# What opens and checks the course."  # in requirements.txt, below what notebooks import
RATE = 185  # billions of operations a second in a matrix product where times were measured
MADE = ("weights", "results", "pictures")  # folders of data/ that notebooks fill


@dataclass(frozen=True)
class Session:
    """What `start` returned: the notebook's name, and how this run of it works.

    name: the notebook's name. seed: the seed of this run. device: "CPU" or "GPU".
    full: True under COURSE_FULL=1, when long trainings run instead of loading their result.
    smoke: True under COURSE_FULL=smoke, when they run on tiny sizes; then full is True as well.
    checkpoints: the folder for checkpoints: on Google Drive if `start` mounted it, else that named
    by COURSE_CHECKPOINTS, else checkpoints/ in the course; under smoke its subfolder smoke/.
    """

    name: str
    seed: int
    device: str
    full: bool
    smoke: bool
    checkpoints: Path

    def pick(self, *, cpu, gpu):
        """Return `cpu` on the CPU and `gpu` on a GPU: scales work to the machine."""
        return gpu if self.device == "GPU" else cpu

    def size(self, *, full, smoke):
        """Return `smoke` under COURSE_FULL=smoke, which tries the long trainings, else `full`."""
        return smoke if self.smoke else full

    def file(self, name):
        """Return the path of `name`, "weights/lenet5.weights.h5" say, that this notebook makes.

        With COURSE_FULL=1 it is the notebook's own new file, in its folder of `checkpoints`, to be
        written and read; by default it is that of data/, with the errors of `files.find`.
        """
        if not self.full:
            return files.find(name)
        if name.split("/")[0] not in MADE:
            raise ValueError(f"A notebook makes files of {', '.join(MADE)}; got {name!r}.")
        path = self.checkpoints / self.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def checkpoint(self, run):
        """Return the file in which the training named `run` keeps its checkpoint."""
        if not re.fullmatch(r"[\w-]+", run):
            raise ValueError(f"A run's name has letters, digits, _ and - only; got {run!r}.")
        return self.checkpoints / self.name / f"{run}.npz"


def start(name, seed=0, drive=False):
    """Start the notebook `name` and return its `Session`.

    Imports TensorFlow and Keras quietly, seeds Python, NumPy and Keras with `seed`, makes
    TensorFlow's operations deterministic on the CPU (some GPU operations have no deterministic
    kernel) and sets the plot style. On Colab it installs the packages that are missing, and
    `drive=True` mounts Google Drive to keep checkpoints there.

    Raises RuntimeError for a Python that is too old, ValueError for a bad name, seed, COURSE_FULL
    or `drive` outside Colab, ImportError for a package that is missing outside Colab.
    """
    if sys.version_info < PYTHON[0]:
        raise RuntimeError(_wrong_python())
    if not re.fullmatch(r"\d\d[a-z]?_\w+", str(name)):
        raise ValueError(f"A notebook's name looks like '06_code01_lenet5'; got {name!r}.")
    whole = isinstance(seed, Integral) and not isinstance(seed, bool)
    if not whole or not 0 <= seed < 2**32:
        raise ValueError(f"The seed is a whole number from 0 to 4294967295; got {seed!r}.")
    full = os.environ.get("COURSE_FULL", "")
    if full not in ("", "0", "1", "smoke"):
        raise ValueError(f"COURSE_FULL is 1, to train what is stored anew, or smoke; got {full!r}.")
    _provide_packages()
    checkpoints = Path(os.environ.get("COURSE_CHECKPOINTS") or ROOT / "checkpoints")
    if drive:
        checkpoints = _mount_drive()
    if full == "smoke":
        checkpoints /= "smoke"  # nothing of a tiny size among what is to be kept

    if not os.access(os.path.expanduser("~"), os.W_OK):  # where matplotlib would complain
        os.environ.setdefault("MPLCONFIGDIR", _temporary_folder())
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # else the processor's make decides
    with _silence():
        import keras
        import tensorflow as tf

        # what a reader's keras.json may have set otherwise
        keras.config.set_image_data_format("channels_last")
        keras.config.set_floatx("float32")
        keras.config.set_epsilon(1e-7)
        device = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
        if device == "CPU":
            tf.config.experimental.enable_op_determinism()
        keras.utils.set_random_seed(int(seed))

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # first start on a machine
    # of scikit-learn 1.6 with a newer SciPy, as on Colab: it asks for an option that is gone
    warnings.filterwarnings("ignore", "Unknown solver options: iprint")
    import matplotlib.pyplot as plt

    from utils import claims

    # what a reader's matplotlibrc may have set otherwise, but for how figures reach the screen
    plt.style.use(["default", ROOT / "utils" / "course.mplstyle"])
    claims.begin(name)
    print(f"{name}: ready on the {device}, seed {seed}")
    return Session(name, int(seed), device, full in ("1", "smoke"), full == "smoke", checkpoints)


def problems():
    """Look at Python, packages and GPU; return a list of sentences, one a problem (or none)."""
    found = []
    if not PYTHON[0] <= sys.version_info[:2] <= PYTHON[1]:
        found.append(_wrong_python())
    for requirement in _requirements():
        version = _installed(requirement)
        if version is None:
            found.append(f"{requirement.name} is missing. {_remedy(requirement)}")
        elif not requirement.specifier.contains(version, prereleases=True):
            wanted = f"{requirement.name}{requirement.specifier}"
            found.append(
                f"{requirement.name} is {version}, wanted is {wanted}. {_remedy(requirement)}"
            )
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("-1", "")
    if Path("/dev/nvidia0").exists() and not hidden:
        import tensorflow as tf

        if not tf.config.list_physical_devices("GPU"):
            found.append(
                "This machine has a GPU that TensorFlow does not find, so the CPU does the work. "
                'Run `python -m pip install "tensorflow[and-cuda]"`, then restart the kernel.'
            )
    return found


def pace(session):
    """Return sentences on how fast this machine is, each a line that begins "this machine: ".

    session: what `start` returned. Looked at are the cores, what other programs take of them, the
    speed of a product of matrices beside that of the machine on which the notebooks' times were
    measured, and the GPU. It takes about a second.
    """
    cores, busy = _cores(), _busy()
    rate = _rate()
    times = RATE / rate
    if times > 1.25:
        expect = f"so expect up to {times:.{0 if times > 3 else 1}f} times as long"
    else:
        expect = "so expect those times or less"
    found = [
        f"{cores} processor core{'s' if cores > 1 else ''}; large matrices are multiplied at "
        f"{rate:.0f} billion operations a second, where the times above were measured at "
        f"{RATE}, {expect}."
    ]
    if cores < 2:
        found.append("the times above are for two cores; one alone takes up to twice as long.")
    if busy > 0.3:
        found.append(
            f"other programs keep {100 * busy:.0f} % of the processor busy. Close them, and shut "
            "down the kernels of notebooks that you have left; then run this cell again."
        )
    if session.device == "CPU":
        found.append(
            "no GPU that TensorFlow can use. You lack nothing: every notebook is made for the "
            "processor."
        )
    else:
        found.append("a GPU that TensorFlow uses; the times above are for the processor.")
    return [f"this machine: {sentence}" for sentence in found]


def _cores():
    """Return how many processor cores this program may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


def _busy():
    """Return the share of the processor, 0 to 1, that is in use while this program waits."""
    import psutil

    return psutil.cpu_percent(interval=0.5) / 100


def _rate():
    """Return the processor's billions of operations a second, the median of 15 matrix products."""
    import numpy as np
    import tensorflow as tf

    seconds = []
    with tf.device("CPU"):
        matrix = tf.ones((1024, 1024))
        for _ in range(15):
            started = time.perf_counter()
            tf.matmul(matrix, matrix).numpy()
            seconds.append(time.perf_counter() - started)
    return 2 * 1.024**3 / float(np.median(seconds))


def _wrong_python():
    wanted = " to ".join(".".join(map(str, version)) for version in PYTHON)
    running = ".".join(map(str, sys.version_info[:3]))
    return f"Python is {running}; the course is made for {wanted}. Install one of these."


def _requirements():
    """What the notebooks import: requirements.txt up to the comment on what opens the course."""
    from packaging.requirements import Requirement

    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.split(OPENS)[0].splitlines()]
    return [Requirement(line) for line in lines if line and line[0] != "#"]


def _installed(requirement):
    try:
        return importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _remedy(requirement):
    return f'Run `python -m pip install "{requirement}"` in a terminal, then restart the kernel.'


def _provide_packages():
    missing = [requirement for requirement in _requirements() if _installed(requirement) is None]
    if missing and "google.colab" in sys.modules:
        pip = [sys.executable, "-m", "pip", "install", "-q", *map(str, missing)]
        if subprocess.run(pip, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            names = ", ".join(requirement.name for requirement in missing)
            raise ImportError(f"Colab could not install {names}: run the cell again.")
    elif missing:
        requirement = missing[0]
        raise ImportError(f"The package {requirement.name} is missing. {_remedy(requirement)}")


def _mount_drive():
    if "google.colab" not in sys.modules:
        raise ValueError("drive=True works on Colab only: elsewhere leave it out.")
    from google.colab import drive

    drive.mount(str(DRIVE))
    return DRIVE / "MyDrive" / "cnn-course"


@functools.cache
def _temporary_folder():
    """Return a new folder that goes when Python ends."""
    folder = tempfile.mkdtemp(prefix="cnn-course-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextlib.contextmanager
def _silence():
    """Drop warnings and what C++ libraries write to file descriptor 2."""
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
