import subprocess
import sys
from importlib.metadata import version

import pytest

from utils import session

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
first = start("06_code01_lenet5", seed=3)
again = start("06_code01_lenet5", seed=3)
assert first == again and first.device == "CPU" and not first.full
import tensorflow as tf
try:
    tf.random.Generator.from_non_deterministic_state()
except RuntimeError:  # what op determinism refuses
    pass
else:
    print("operations are not deterministic")
"""
    result = python(code)
    assert result.stdout == "06_code01_lenet5: ready on the CPU, seed 3\n" * 2
    assert result.stderr == ""


def test_seed_repeats_keras_and_numpy():
    code = """
from utils.session import start
start("00_start_here", seed={})
import keras, numpy as np
print(keras.random.normal((2,)).numpy(), np.random.rand())
"""
    first, again, other = (python(code.format(seed)).stdout for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("name", ["lenet5", "6_lenet5", "", None])
def test_bad_name(name):
    with pytest.raises(ValueError, match="A notebook's name looks like"):
        session.start(name)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", 2**32])
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


def test_pick_and_checkpoint(tmp_path):
    cpu, gpu = (session.Session("00_x", 0, device, False, tmp_path) for device in ("CPU", "GPU"))
    assert (cpu.pick(cpu=1, gpu=2), gpu.pick(cpu=1, gpu=2)) == (1, 2)
    assert cpu.checkpoint("demo") == tmp_path / "00_x.demo.npz"
    with pytest.raises(ValueError, match="A run's name has letters"):
        cpu.checkpoint("../demo")


COLAB = {  # what Colab has or had preinstalled
    "tensorflow": ["2.19.0", "2.20.0", "2.21.0"],
    "keras": ["3.8.0", "3.10.0", "3.13.2", "3.15.1"],
    "matplotlib": ["3.10.0"],
    "scipy": ["1.14.1", "1.16.1"],
    "scikit-learn": ["1.6.1"],
    "scikit-image": ["0.25.2"],
    "h5py": ["3.14.0"],
    "packaging": ["24.2", "25.0"],
    "psutil": ["5.9.5"],
}


def test_requirements_admit_colab():
    """So pip has no reason to replace a package of Colab's."""
    for requirement in session._requirements():
        assert all(requirement.specifier.contains(version) for version in COLAB[requirement.name])
