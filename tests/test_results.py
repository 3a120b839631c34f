import json
import signal

import keras
import numpy as np
import pytest
import small

from utils import files, results
from utils.models import CNN_LeNet5
from utils.session import Session


def test_weights_are_kept_as_float16(tmp_path):
    model = CNN_LeNet5(K=10)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.build((None, 28, 28, 1))
    model.optimizer.build(model.trainable_variables)
    path = tmp_path / "new" / "lenet5.weights.h5"
    results.save_weights(model, path)
    assert path.stat().st_size < 2.1 * model.count_params()
    other = CNN_LeNet5(K=10)
    other.build((None, 28, 28, 1))
    other.load_weights(path)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        assert two.dtype == np.float32
        np.testing.assert_array_equal(one.astype("float16"), two)
    with pytest.raises(ValueError, match="A file of weights ends with .weights.h5"):
        results.save_weights(model, tmp_path / "lenet5.h5")


def test_weights_too_large_for_float16_stay_float32(tmp_path):
    path = tmp_path / "large.weights.h5"
    model, other = small.Small(), small.Small()
    for network in (model, other):
        network.build((None, 28, 28, 1))
    model.trainable_variables[0].assign(model.trainable_variables[0] + 1e6)
    results.save_weights(model, path)
    other.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_results_stand_beside_their_versions(tmp_path):
    path = tmp_path / "runs.json"
    runs = [{"seed": 0, "test": 99.5}, {"seed": 1, "test": 99.4}]
    results.save(runs, path)
    saved = json.loads(path.read_text())
    assert saved["runs"] == runs and saved["versions"]["keras"] == keras.__version__
    for unfit in ([{"test": {1}}], [{"test": float("nan")}]):
        with pytest.raises(ValueError, match="cannot be written as JSON"):
            results.save(unfit, path)
    assert json.loads(path.read_text()) == saved


def test_results_come_back(tmp_path):
    path = tmp_path / "runs.json"
    assert results.load(path) == []
    runs = [{"seed": 0, "test": 99.5}]
    results.save(runs, path)
    assert results.load(path) == runs
    for other in ("not JSON", "[1, 2]", '{"versions": {}}'):
        path.write_text(other)
        with pytest.raises(ValueError, match="^runs.json holds no results: delete it"):
            results.load(path)


@pytest.fixture
def session(tmp_path, monkeypatch):
    """A function that gives the session of a default run, of one under COURSE_FULL=1 or smoke."""
    monkeypatch.setattr(files, "DATA", tmp_path / "data")

    def of(full=False, smoke=False):
        return Session("00_x", 0, "CPU", full or smoke, smoke, tmp_path / "checkpoints")

    return of


PLAN = [{"kind": kind, "seed": seed} for seed in (0, 1) for kind in ("plain", "residual")]


def test_runs_resume_after_an_interruption(session):
    calls = []

    def run(kind, seed):
        calls.append((kind, seed))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return {"test": len(calls), "curve": (1, 2)}

    with pytest.raises(KeyboardInterrupt):
        results.resume(session(full=True), "runs", PLAN, run)
    records = results.resume(session(full=True), "runs", PLAN, run)
    assert calls == [(p["kind"], p["seed"]) for p in [*PLAN[:3], *PLAN[2:]]]
    assert [{k: r[k] for k in ("kind", "seed")} for r in records] == PLAN
    assert [r["test"] for r in records] == [1, 2, 4, 5] and records[0]["curve"] == [1, 2]
    path = session(full=True).file("results/runs.json")
    assert path.parts[-3:] == ("00_x", "results", "runs.json")
    assert results.load(path) == records
    assert results.resume(session(full=True), "runs", PLAN, run) == records  # nothing is left to do
    fewer = results.resume(session(full=True), "runs", PLAN[::-2], run)  # another plan
    assert fewer == records[::-2] == results.load(path)
    assert len(calls) == 5


def test_stored_runs_are_those_of_the_plan(session):
    def never(**_):
        raise AssertionError

    path = files.DATA / "results" / "runs.json"
    results.save([entry | {"test": i} for i, entry in enumerate(PLAN)], path)
    (files.DATA / "SHA256SUMS").write_text(f"{files.sha256(path)}  results/runs.json\n")
    assert [r["test"] for r in results.resume(session(), "runs", PLAN[::-1], never)] == [3, 2, 1, 0]
    with pytest.raises(ValueError, match="has no record of {'kind': 'plain', 'seed': 2}: run the"):
        results.resume(session(), "runs", [*PLAN, {"kind": "plain", "seed": 2}], never)


def test_a_run_that_swallows_an_interrupt_is_not_done(session):
    """As `train` does, which keeps the weights so far."""

    def run(kind, seed):
        if seed == 1 and kind == "plain":
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                return {"test": "half"}
        return {"test": "whole"}

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        results.resume(session(full=True), "runs", PLAN, run)
    kept = results.load(session(full=True).file("results/runs.json"))
    assert [r["test"] for r in kept] == ["whole"] * 2
    assert signal.getsignal(signal.SIGINT) is before


def test_numbers_of_numpy_and_an_empty_plan(session):
    def run(kind, seed):
        return {"test": np.float32(0.5), "seed": 77}

    records = results.resume(session(full=True), "runs", PLAN, run)
    assert [r["test"] for r in records] == [0.5] * 4 and records[2]["seed"] == 1
    assert results.resume(session(full=True), "none", [], run) == []


def test_runs_that_json_cannot_hold(session):
    for unfit in ({1, 2}, float("nan"), np.float64("nan")):
        with pytest.raises(ValueError, match="cannot be written as JSON"):
            results.resume(
                session(full=True), "runs", PLAN, lambda unfit=unfit, **_: {"test": unfit}
            )


def test_signed_sums_see_every_entry():
    arrays = [np.random.default_rng(i).normal(size=(30, 40)) for i in range(2)]
    sums = results.signed_sums(arrays)
    assert np.shape(sums) == (2, 8) and sums == results.signed_sums(arrays)
    assert results.relative_gap(sums, sums) == 0
    changed = [arrays[0], arrays[1].copy()]
    changed[1][3, 4] += 0.01 * np.linalg.norm(arrays[1])
    assert 0.003 < results.relative_gap(results.signed_sums(changed), sums) < 0.03
    for wrong in (arrays[1][::-1], arrays[1].T, 2 * arrays[1]):
        assert results.relative_gap(results.signed_sums([arrays[0], wrong]), sums) > 0.3


def test_a_gap_needs_as_many_arrays_and_no_zeros():
    sums = results.signed_sums([np.ones(5), np.ones(5)])
    with pytest.raises(ValueError, match="The sums are of 1 arrays, the reference of 2"):
        results.relative_gap(sums[:1], sums)
    with pytest.raises(ValueError, match="An array of the reference is 0 throughout"):
        results.relative_gap(sums, results.signed_sums([np.ones(5), np.zeros(5)]))
