import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils import claims
from utils.claims import ClaimError, claim


@pytest.fixture(autouse=True)
def record(tmp_path, monkeypatch):
    """Five recorded seeds, 0.95 to 0.97, and a broken run, 0.1."""
    monkeypatch.setattr(claims, "BANDS", tmp_path)
    monkeypatch.setattr(claims, "_running", [None])
    monkeypatch.delenv("COURSE_RECORD", raising=False)
    claims.begin("00_x")
    write_record("accuracy", [0.95, 0.96, 0.96, 0.97, 0.96], 0.1)


def write_record(text, seeds, broken, notebook="00", **more):
    content = {"claims": {text: {"seeds": seeds, "broken": broken} | more}}
    claims.bands_file(notebook).write_text(json.dumps(content))


def test_facts(capsys):
    claim("parameters", 1_663_370, equals=1_663_370)
    claim("shape", (28, 28, 6), equals=(28, 28, 6))
    claim("log 10", 2.3026, equals=2.30, within=0.005)
    claim("same", True, equals=True)
    assert capsys.readouterr().out.splitlines() == [
        "✓ parameters: 1 663 370",
        "✓ shape: (28, 28, 6)",
        "✓ log 10: ≈ 2.303",
        "✓ same: True",
    ]


@pytest.mark.parametrize(
    "value, printed",
    [
        (98.9612, "≈ 98.96"),
        (100.0, "≈ 100"),
        (0, "≈ 0"),
        (-1.07, "≈ -1.07"),
        (3.14159e-7, "≈ 3.1e-07"),
        (0.00123456, "≈ 0.001235"),
        (4237.6, "≈ 4238"),
        (123456.7, "≈ 123457"),
        (2.5e12, "≈ 2.5e+12"),
    ],
)
def test_values_are_printed_in_few_digits(value, printed, capsys):
    claim("figure", value, at_most=1e13, deterministic=True)
    assert capsys.readouterr().out == f"✓ figure: {printed}\n"


def test_numbers_are_printed_as_in_prose(capsys):
    claim("counts", [9_999, 12_730], equals=[9_999, 12_730])
    claim("pair", (10_000, True), equals=(10_000, True))
    claim("difference", -3.4e-15, equals=0, within=1e-9)
    claim("names", ["a", "b"], equals=["a", "b"])
    assert capsys.readouterr().out.splitlines() == [
        "✓ counts: [9999, 12 730]",
        "✓ pair: (10 000, True)",
        "✓ difference: ≈ 0",
        "✓ names: [a, b]",
    ]


@pytest.mark.parametrize(
    "scalar", [np.array(2.3026), np.float32(2.3026), tf.constant(2.3026), keras.Variable(2.3026)]
)
def test_scalars_of_numpy_and_tensorflow_are_numbers(scalar, capsys):
    claim("log 10", scalar, equals=2.30, within=0.005)
    claim("log 10", scalar, at_most=3, deterministic=True)
    assert capsys.readouterr().out == "✓ log 10: ≈ 2.303\n" * 2
    with pytest.raises(ClaimError, match="Stated is 2.3, found 2.30"):
        claim("log 10", scalar, equals=2.30, within=0.001)
    claim("the other way round", 2.3026, equals=scalar, within=1e-5)
    claim("a truth", tf.constant(True), equals=True)
    with pytest.raises(ClaimError):
        claim("a truth", np.array(False), equals=True)


@pytest.mark.parametrize(
    "value, options",
    [
        (1_663_371, dict(equals=1_663_370)),
        ((28, 28, 5), dict(equals=(28, 28, 6))),
        (2.31, dict(equals=2.30, within=0.005)),
        (float("nan"), dict(equals=2.30, within=0.005)),
        (np.float32(5.1), dict(equals=np.float32(5), within=0.01)),
        ("5", dict(equals=5)),
        (None, dict(equals=5)),
        (np.array([1, 2]), dict(equals=(1, 3))),
        (False, dict(equals=True)),
    ],
)
def test_facts_that_do_not_hold(value, options):
    with pytest.raises(ClaimError, match="This does not hold: fact. Stated is"):
        claim("fact", value, **options)


def test_measured_figure_prints_its_value(capsys):
    claim("accuracy", 0.951, at_least=0.9)
    claim("accuracy", 0.95, at_least=0.9, at_most=1, unit="%")
    assert capsys.readouterr().out.splitlines() == ["✓ accuracy: ≈ 0.951", "✓ accuracy: ≈ 0.95 %"]


def test_deterministic_figure_needs_no_record(capsys):
    claim("largest difference", 3e-7, at_most=1e-6, deterministic=True)
    assert capsys.readouterr().out == "✓ largest difference: ≈ 3e-07\n"
    with pytest.raises(ClaimError, match="Stated is at most 1e-06, measured 3e-06"):
        claim("largest difference", 3e-6, at_most=1e-6, deterministic=True)
    with pytest.raises(ValueError, match="deterministic goes with at_least or at_most"):
        claim("parameters", 3, equals=3, deterministic=True)


def test_a_record_belongs_to_its_notebook():
    write_record("error", [0.1] * 5, 1, notebook="01b")
    with pytest.raises(ClaimError, match="has no record in data/results/bands/00.json"):
        claim("error", 0.1, at_most=0.2)
    claims.begin("01b_other")
    claim("error", 0.1, at_most=0.2)


@pytest.mark.parametrize("value", [0.899, 0.1, float("nan")])
def test_measured_figure_outside_its_band(value):
    with pytest.raises(ClaimError, match="Stated is at least 0.9, measured"):
        claim("accuracy", value, at_least=0.9)


def test_band_that_leaves_out_a_seed():
    with pytest.raises(ClaimError, match=r"leaves out recorded values: \[0.95\]"):
        claim("accuracy", 0.96, at_least=0.955)


def test_band_that_leaves_out_a_seed_of_colab():
    write_record("accuracy", [0.95] * 5, 0.1, colab=[0.94, 0.89])
    with pytest.raises(ClaimError, match=r"leaves out recorded values: \[0.89\]"):
        claim("accuracy", 0.96, at_least=0.9)


def test_broken_run_that_never_gets_there(capsys):
    write_record("iterations", [200] * 5, "inf")
    claim("iterations", 200, at_most=300)
    with pytest.raises(ClaimError, match="the claim could not fail"):
        claim("iterations", 200, at_least=100)


def test_band_that_lets_the_broken_run_in():
    with pytest.raises(ClaimError, match="the claim could not fail"):
        claim("accuracy", 0.96, at_most=1)


def test_measured_figure_without_a_record():
    with pytest.raises(ClaimError, match="has no record"):
        claim("error", 0.04, at_most=0.1)


@pytest.mark.parametrize(
    "options, value, message",
    [
        (dict(equals=(1, 2), within=0.1), (1, 2), "within goes with a number for equals"),
        (dict(at_least=0.9, within=0.1), 0.96, "within goes with a number for equals"),
        (dict(at_least=0.9), "0.96", "is about a number; got '0.96'"),
        (dict(at_least=0.9), np.array([0.96]), "is about a number"),
        (dict(at_least=0.9), True, "is about a number"),
    ],
)
def test_unfit_values(options, value, message):
    with pytest.raises(ValueError, match=message):
        claim("accuracy", value, **options)


@pytest.mark.parametrize("options", [{}, dict(equals=1, at_least=0)])
def test_unfit_arguments(options):
    with pytest.raises(ValueError, match="needs either equals, or at_least and at_most"):
        claim("accuracy", 1, **options)


@pytest.mark.parametrize(
    "options",
    [dict(equals=1, within=float("inf")), dict(at_least=-float("inf"), deterministic=True)],
)
def test_bounds_are_finite(options):
    with pytest.raises(ValueError, match="a bound is a finite number; got"):
        claim("accuracy", 5, **options)


@pytest.mark.parametrize("seeds, broken", [([], 0.1), ([0.95] * 5, "nan")])
def test_record_that_proves_nothing(seeds, broken):
    write_record("accuracy", seeds, broken)
    with pytest.raises(ClaimError, match="has no seeds, or no broken run"):
        claim("accuracy", 0.96, at_least=0.9)


def test_recording_does_not_judge(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "record"))
    claim("accuracy", 0.1, at_least=0.9)
    claim("new", 3, at_most=2)
    claim("exact", 4, at_most=2, deterministic=True)
    lines = [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]
    assert [line["value"] for line in lines] == [0.1, 3, 4]
    assert [line.get("deterministic", False) for line in lines] == [False, False, True]
    with pytest.raises(ClaimError):
        claim("a fact is judged all the same", 1, equals=2)
