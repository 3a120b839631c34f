import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from utils import files, session

ROOT = session.ROOT


def python(code, **options):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, **options
    )


def test_import_utils_is_cheap():
    code = "import utils, utils.session, sys; print({'keras', 'tensorflow'} & set(sys.modules))"
    assert python(code).stdout == "set()\n"


def test_start_is_quiet_and_says_one_line():
    code = """
from utils.session import start
import numpy as np

def draw():
    import keras
    weights = keras.initializers.RandomNormal()((2,))
    return weights.numpy().tolist() + [np.random.rand()]

other, drawn_by_other = start("06_code01_lenet5", seed=4), draw()
first, drawn = start("06_code01_lenet5", seed=3), draw()
again = start("06_code01_lenet5", seed=3)
assert draw() == drawn != drawn_by_other
assert first == again != other and first.device == "CPU" and not first.full and not first.smoke
import tensorflow as tf
try:
    tf.random.Generator.from_non_deterministic_state()
except RuntimeError:  # what op determinism refuses
    pass
else:
    print("operations are not deterministic")
"""
    result = python(code)
    ready = "06_code01_lenet5: ready on the CPU, seed {}\n".format
    assert result.stdout == ready(4) + ready(3) * 2
    assert result.stderr == ""


@pytest.mark.parametrize("name", ["lenet5", "6_lenet5", "", None])
def test_bad_name(name):
    with pytest.raises(ValueError, match="A notebook's name looks like"):
        session.start(name)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", 2**32, True])
def test_bad_seed(seed):
    with pytest.raises(ValueError, match="The seed is a whole number"):
        session.start("00_start_here", seed=seed)


def test_drive_needs_colab():
    with pytest.raises(ValueError, match="works on Colab only"):
        session.start("00_start_here", drive=True)


def test_missing_package(monkeypatch):
    monkeypatch.setattr(session, "_installed", lambda requirement: None)
    with pytest.raises(ImportError, match="tensorflow is missing. Run `python -m pip install"):
        session.start("00_start_here")


def test_old_python_is_refused(monkeypatch):
    monkeypatch.setattr(session.sys, "version_info", (3, 9, 18))
    with pytest.raises(RuntimeError, match="Python is 3.9.18; the course is made for 3.10 to 3.13"):
        session.start("00_start_here")


def test_blank_lines_and_comments_hide_no_requirement(tmp_path, monkeypatch):
    text = "# What the notebooks import.\ntensorflow>=2\n\n# a remark\n\n  keras>=3\n\n"
    (tmp_path / "requirements.txt").write_text(f"{text}{session.OPENS}\nnbval\n", encoding="utf-8")
    monkeypatch.setattr(session, "ROOT", tmp_path)
    assert [r.name for r in session._requirements()] == ["tensorflow", "keras"]


def test_problems(monkeypatch):
    assert session.problems() == []
    installed = {"tensorflow": "2.10.0", "matplotlib": None}
    monkeypatch.setattr(
        session,
        "_installed",
        lambda r: installed[r.name] if r.name in installed else version(r.name),
    )
    monkeypatch.setattr(session.sys, "version_info", (3, 8, 1))
    found = session.problems()
    assert len(found) == 3
    assert "Python is 3.8.1; the course is made for 3.10 to 3.13" in found[0]
    assert "tensorflow is 2.10.0, wanted is tensorflow" in found[1]
    assert "matplotlib is missing" in found[2]


def test_pace(monkeypatch, tmp_path):
    cpu, gpu = (
        session.Session("00_x", 0, device, False, False, tmp_path) for device in ("CPU", "GPU")
    )

    def said(machine, cores, busy, rate):
        monkeypatch.setattr(session, "_cores", lambda: cores)
        monkeypatch.setattr(session, "_busy", lambda: busy)
        monkeypatch.setattr(session, "_rate", lambda: rate)
        lines = session.pace(machine)
        assert all(line.startswith("this machine: ") for line in lines)
        return lines

    quiet = said(cpu, 2, 0.1, 180)
    assert len(quiet) == 2 and "2 processor cores" in quiet[0] and "those times or" in quiet[0]
    assert "no GPU" in quiet[1]
    slow = said(gpu, 1, 0.65, 37)
    assert "1 processor core;" in slow[0] and "expect up to 5 times as long" in slow[0]
    assert "for two cores" in slow[1] and "65 % of the processor" in slow[2] and "a GPU" in slow[3]
    assert "expect up to 2.0 times as long" in said(cpu, 2, 0, 92.5)[0]


def test_pace_of_this_machine():
    assert session._cores() >= 1 and 0 <= session._busy() <= 1 and session._rate() > 1


def test_what_start_takes_and_sets(tmp_path):
    """A seed of NumPy's, COURSE_FULL, and settings that a reader's own files have changed."""
    (tmp_path / "keras.json").write_text(
        '{"image_data_format": "channels_first", "floatx": "float64", "epsilon": 0.1}'
    )
    (tmp_path / "matplotlibrc").write_text(
        "figure.autolayout: True\nimage.cmap: jet\nfont.size: 30\naxes.prop_cycle: cycler(color='k')"
    )
    code = """
import numpy as np
from utils.session import start
session = start("00_start_here", seed=np.int64(3))
print(type(session.seed), session.full, session.smoke, session.size(full=9, smoke=1))
import keras, matplotlib as mpl
print(keras.config.image_data_format(), keras.config.floatx(), keras.config.epsilon())
print(mpl.rcParams["figure.autolayout"], mpl.rcParams["image.cmap"], mpl.rcParams["font.size"])
"""
    environment = {"KERAS_HOME": str(tmp_path), "MATPLOTLIBRC": str(tmp_path)}
    result = python(code, env=os.environ | environment | {"COURSE_FULL": "smoke"})
    assert result.stdout.splitlines() == [
        "00_start_here: ready on the CPU, seed 3",
        "<class 'int'> True True 1",
        "channels_last float32 1e-07",
        "False gray 10.0",
    ], result.stderr
    assert result.stderr == ""


def test_course_full_is_1_or_smoke(monkeypatch):
    monkeypatch.setenv("COURSE_FULL", "yes")
    with pytest.raises(ValueError, match="COURSE_FULL is 1, to train .* got 'yes'"):
        session.start("00_start_here")


def test_pick_and_checkpoint(tmp_path):
    cpu, gpu = (
        session.Session("00_x", 0, device, False, False, tmp_path) for device in ("CPU", "GPU")
    )
    assert (cpu.pick(cpu=1, gpu=2), gpu.pick(cpu=1, gpu=2)) == (1, 2)
    assert cpu.checkpoint("demo") == tmp_path / "00_x" / "demo.npz"
    assert cpu.size(full=10, smoke=1) == 10
    with pytest.raises(ValueError, match="A run's name has letters"):
        cpu.checkpoint("../demo")


def test_files_that_a_notebook_makes(tmp_path):
    default = session.Session("00_x", 0, "CPU", False, False, tmp_path)
    assert default.file("weights/lenet5.weights.h5") == files.find("weights/lenet5.weights.h5")
    with pytest.raises(ValueError, match="data/ has no file named 'weights/new.weights.h5'"):
        default.file("weights/new.weights.h5")
    full = session.Session("00_x", 0, "CPU", True, False, tmp_path)
    path = full.file("weights/new.weights.h5")
    assert path == tmp_path / "00_x" / "weights" / "new.weights.h5" and path.parent.is_dir()
    with pytest.raises(ValueError, match="makes files of weights, results, pictures"):
        full.file("mnist.npz")


COLAB = {  # what Colab has or had preinstalled
    "tensorflow": ["2.20.0", "2.21.0"],
    "keras": ["3.12.4", "3.13.2", "3.15.1"],
    "matplotlib": ["3.10.0"],
    "scipy": ["1.14.1", "1.16.1"],
    "scikit-learn": ["1.6.1"],
    "scikit-image": ["0.25.2"],
    "h5py": ["3.14.0"],
    "packaging": ["24.2", "25.0"],
    "psutil": ["5.9.5"],
    "anywidget": ["0.9.21"],
}


def test_requirements_admit_colab():
    """So pip has no reason to replace a package of Colab's; `start` installs the two it may lack."""
    for requirement in session._requirements():
        if requirement.name in ("ale-py", "gymnasium"):
            assert requirement.name not in COLAB
            continue
        assert all(requirement.specifier.contains(version) for version in COLAB[requirement.name])
