import json

import numpy as np
import pytest

from utils import claims
from utils.claims import ClaimError, claim


@pytest.fixture(autouse=True)
def record(tmp_path, monkeypatch):
    """Five recorded seeds, 0.95 to 0.97, and a broken run, 0.1."""
    monkeypatch.setattr(claims, "BANDS", tmp_path)
    monkeypatch.delenv("COURSE_RECORD", raising=False)
    seeds = [0.95, 0.96, 0.96, 0.97, 0.96]
    content = {"accuracy": {"seeds": seeds, "broken": 0.1}}
    claims.bands_file("00").write_text(json.dumps({"code": "", "claims": content}))


def test_facts(capsys):
    claim("parameters", 1_663_370, equals=1_663_370)
    claim("shape", (28, 28, 6), equals=(28, 28, 6))
    claim("log 10", 2.3026, equals=2.30, within=0.005)
    claim("same", True, equals=True)
    assert capsys.readouterr().out.splitlines() == [
        "✓ parameters: 1663370",
        "✓ shape: (28, 28, 6)",
        "✓ log 10: 2.3 within 0.005",
        "✓ same: True",
    ]


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


def test_measured_figure_prints_its_band(capsys):
    claim("accuracy", 0.951, at_least=0.9)
    claim("accuracy", 0.999, at_least=0.9)
    claim("accuracy", 0.95, at_least=0.9, at_most=1)
    first, again, both = capsys.readouterr().out.splitlines()
    assert first == again == "✓ accuracy: at least 0.9"
    assert both == "✓ accuracy: at least 0.9 and at most 1"


@pytest.mark.parametrize("value", [0.899, 0.1, float("nan")])
def test_measured_figure_outside_its_band(value):
    with pytest.raises(ClaimError, match="Stated is at least 0.9, measured"):
        claim("accuracy", value, at_least=0.9)


def test_band_that_leaves_out_a_seed():
    with pytest.raises(ClaimError, match=r"leaves out recorded values: \[0.95\]"):
        claim("accuracy", 0.96, at_least=0.955)


def test_broken_run_that_never_gets_there(capsys):
    content = {"iterations": {"seeds": [200] * 5, "broken": "inf"}}
    claims.bands_file("01").write_text(json.dumps({"code": "", "claims": content}))
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
    ],
)
def test_unfit_values(options, value, message):
    with pytest.raises(ValueError, match=message):
        claim("accuracy", value, **options)


@pytest.mark.parametrize("options", [{}, dict(equals=1, at_least=0)])
def test_unfit_arguments(options):
    with pytest.raises(ValueError, match="needs either equals, or at_least and at_most"):
        claim("accuracy", 1, **options)


def test_recording_does_not_judge(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "record"))
    claim("accuracy", 0.1, at_least=0.9)
    claim("new", 3, at_most=2)
    lines = (tmp_path / "record").read_text().splitlines()
    assert [json.loads(line)["value"] for line in lines] == [0.1, 3]
    with pytest.raises(ClaimError):
        claim("a fact is judged all the same", 1, equals=2)
