"""Notebook 19's cells compute with JAX where it is installed, and get what is stored."""

import pytest
import structure

from utils import files
from utils.results import load, relative_gap

PATH = structure.ROOT / "notebooks" / "19_practice.ipynb"


def stored(name, **entry):
    records = load(files.find(f"results/{name}.json"))
    return next(record for record in records if record | entry == record)


@pytest.fixture(scope="module")
def taught():
    pytest.importorskip("jax")
    return structure.taught(PATH, "framework_record", "jax_record")


def test_a_step_of_keras_on_jax(taught):
    found = taught["framework_record"]("Keras on JAX", steps=1)
    kept = stored("practice_frameworks", way="Keras on JAX")
    assert found["loss"] == pytest.approx(kept["loss"], rel=1e-5)
    assert relative_gap(found["sums"], kept["sums"]) < 1e-5
    assert found["ms"] != kept["ms"]  # it was timed here


@pytest.mark.parametrize(
    "kind, piece", [("DataParallel", [1152, 10]), ("ModelParallel", [1152, 5])]
)
def test_two_devices_of_jax(taught, kind, piece):
    found, kept = taught["jax_record"](kind), stored("practice_jax", kind=kind)
    assert found["piece"] == piece
    assert found["losses"] == pytest.approx(kept["losses"], rel=1e-12)
    assert relative_gap(found["sums"], kept["sums"]) < 1e-12
