"""Functions in processes of their own: what comes back, and how every failure ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from utils import workers
from utils.workers import WorkerError, cluster, run

ROOT = Path(__file__).resolve().parent.parent


def double(x):
    return 2 * x


def doubled(x, names, parts):
    print("what a worker prints goes nowhere")
    return {"x": double(x), "names": names, "parts": [double(part) for part in parts], "none": None}


def environment(name):
    import os

    return {"value": os.environ.get(name), "folder": os.getcwd()}


def sleeps(seconds):
    import time

    time.sleep(seconds)
    return {}


def fails(kind):
    import os
    import signal
    import time

    if kind == "error":
        raise ValueError("there is no such digit")
    if kind == "exit":
        os._exit(3)
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def children():
    return [process for process in psutil.Process().children() if process.status() != "zombie"]


def test_arrays_lists_and_json_go_in_and_come_back():
    task = {
        "x": np.arange(3.0),
        "names": ["a", 1],
        "parts": [np.ones((2, 2)), np.zeros(1, "int32")],
    }
    one, two = run([double, doubled], [task, task | {"x": np.float32([[5]])}])
    assert one["names"] == ["a", 1] and one["none"] is None
    np.testing.assert_array_equal(one["x"], [0, 2, 4])
    np.testing.assert_array_equal(two["x"], [[10]])
    assert two["x"].dtype == np.float32
    assert [part.tolist() for part in one["parts"]] == [[[2, 2], [2, 2]], [0]]


def test_each_has_its_environment():
    places = [{"COURSE_TEST": "here"}, {}]
    found = run([environment], [{"name": "COURSE_TEST"}] * 2, places)
    assert [record["value"] for record in found] == ["here", None]
    assert found[0]["folder"] != found[1]["folder"] and not Path(found[0]["folder"]).exists()


def test_they_run_at_the_same_time():
    started = time.monotonic()
    run([sleeps], [{"seconds": 2}] * 3)
    assert time.monotonic() - started < 5.5


def test_one_that_never_comes():
    started = time.monotonic()
    with pytest.raises(
        WorkerError, match="^Worker 1 of 2 did not finish within 3 s: all were ended.$"
    ):
        run([sleeps], [{"seconds": 0}, {"seconds": 600}], seconds=3)
    assert time.monotonic() - started < 20 and not children()


@pytest.mark.parametrize(
    "kind, sentence",
    [
        ("error", "Worker 0 of 2 failed: ValueError: there is no such digit"),
        ("exit", "Worker 0 of 2 failed: exit status 3"),
        ("kill", "Worker 0 of 2 was ended by SIGKILL: all were ended."),
    ],
)
def test_when_one_fails_all_end(kind, sentence):
    started = time.monotonic()
    with pytest.raises(WorkerError) as caught:
        run([fails], [{"kind": kind}, {"kind": "wait"}])
    assert str(caught.value) == sentence
    assert time.monotonic() - started < 20 and not children()


def test_the_killed_one_is_named_before_those_that_fail_from_it(tmp_path):
    codes = [1, -signal.SIGKILL]
    processes = [type("Done", (), {"poll": lambda self, code=code: code})() for code in codes]
    with pytest.raises(WorkerError, match="Worker 1 of 2 was ended by SIGKILL"):
        workers._wait(processes, [tmp_path, tmp_path], 1, None, 1)


def test_an_unfit_result_is_an_error_of_the_worker():
    with pytest.raises(WorkerError, match="Worker 0 of 1 failed: "):
        run([double], [{"x": 1}])  # no dict


def test_they_end_when_the_notebook_goes_away(tmp_path):
    program = textwrap.dedent(f"""
        import os, sys, threading, time
        sys.path.insert(0, {str(ROOT)!r})
        from utils import workers

        def sleeps(seconds, place):
            import os, time
            open(place, "w").write(str(os.getpid()))
            time.sleep(seconds)

        workers.run([sleeps], [dict(seconds=600, place={str(tmp_path / "number")!r})])
    """)
    file = tmp_path / "program.py"
    file.write_text(program)
    notebook = subprocess.Popen([sys.executable, file], stdout=subprocess.DEVNULL)
    number = tmp_path / "number"
    deadline = time.monotonic() + 60
    while not (number.exists() and number.read_text()):
        assert time.monotonic() < deadline, "the worker did not start"
        time.sleep(0.05)
    notebook.kill()
    notebook.wait()
    worker = int(number.read_text())
    while psutil.pid_exists(worker) and psutil.Process(worker).status() != "zombie":
        assert time.monotonic() < deadline, "the worker goes on"
        with contextlib.suppress(psutil.NoSuchProcess):
            time.sleep(0.1)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (([], [{}]), "functions is a list of functions"),
        ((["sleeps"], [{}]), "functions is a list of functions"),
        (([sleeps], []), "tasks is a list"),
        (([sleeps], {"seconds": 1}), "tasks is a list"),
        (([sleeps], [{}], [{}, {}]), "1 tasks and 2 environments"),
        (([sleeps], [{}], None, 0), "seconds is a number above 0"),
        (([eval("lambda: {}")], [{}]), "define it in a cell"),
    ],
)
def test_unfit_arguments(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        run(*arguments)


def test_a_cluster_has_an_address_for_each():
    import json

    places = [json.loads(place["TF_CONFIG"]) for place in cluster(3)]
    addresses = places[0]["cluster"]["worker"]
    assert len(set(addresses)) == 3
    assert [place["task"]["index"] for place in places] == [0, 1, 2]
    for address in addresses:
        host, port = address.split(":")
        with socket.socket() as one:
            one.bind((host, int(port)))  # still free


def test_installed():
    assert workers.installed("numpy") and not workers.installed("nowhere_at_all")
    assert "nowhere_at_all" not in sys.modules and os.path.exists(ROOT)
