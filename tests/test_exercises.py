"""Neither the stub of an exercise nor a wrong answer of the right shape passes; the solution does."""

import ast
import copy
import importlib
import pkgutil
import re
import subprocess
import sys

import numpy as np
import pytest
import structure
import wrong_answers

from utils import exercises

NUMBERS = [path.stem.split("_")[0] for path in structure.NOTEBOOKS]


def modules(package):
    """Return {number of the notebook: module} of the package."""
    return {
        module.name.removeprefix("notebook_"): importlib.import_module(
            f"{package.__name__}.{module.name}"
        )
        for module in pkgutil.iter_modules(package.__path__)
    }


CHECKS = modules(exercises)
ANSWERS = modules(wrong_answers)
WRONG = {name: wrong for module in ANSWERS.values() for name, wrong in module.WRONG.items()}

CELLS = {
    (re.search(r'check\("([^"]+)"', cell.source).group(1), kind): cell.source
    for path in structure.NOTEBOOKS
    for kind in ("exercise", "solution")
    for cell in structure.tagged(structure.read(path), kind)
}


def answer(name, kind):
    """Return the function that the cell hands to `check`."""
    tree = ast.parse(CELLS[name, kind])
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    functions = {"np": np}
    exec(compile(tree, name, "exec"), functions)
    return functions[tree.body[-1].name]


def test_every_notebook_has_checks_and_wrong_answers():
    assert list(CHECKS) == list(ANSWERS) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_modules_are_about_their_notebook_alone(number):
    names = {name for name, _ in CELLS if name.startswith(f"{number}.")}
    here = CHECKS[number].__name__
    assert names == {name for name, run in exercises._CHECKS.items() if run.__module__ == here}
    assert names == set(ANSWERS[number].WRONG)


def test_every_exercise_has_wrong_answers():
    names = {name for name, _ in CELLS}
    assert names == set(WRONG) == set(exercises._CHECKS)


@pytest.mark.parametrize("name", WRONG)
def test_stub_does_not_pass(name):
    assert exercises.trouble(name, answer(name, "exercise")) == "Your function returns nothing yet."


@pytest.mark.parametrize("name", WRONG)
def test_solution_passes(name, capsys):
    assert exercises.trouble(name, answer(name, "solution")) == ""
    exercises.check(name, answer(name, "solution"))
    assert capsys.readouterr().out == f"exercise {name}: passes the check\n"


def spoil(value):
    """Change all in `value` that can be changed: the arrays, lists and dicts."""
    if isinstance(value, np.ndarray):
        value[...] = 77
    elif isinstance(value, (tuple, list)):
        for part in value:
            spoil(part)
        if isinstance(value, list):
            value.clear()
    elif isinstance(value, dict):
        spoil(list(value.values()))
        value.clear()


def state(value):
    """Return a copy of an argument that can be compared, of a generator its state."""
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    return copy.deepcopy(value)


@pytest.mark.parametrize("name", WRONG)
def test_answer_may_spoil_its_arguments(name):
    solution = answer(name, "solution")

    def seen(after):
        """Return what each call sees if `after` is done to the arguments when all is computed."""
        calls = []

        def solve(*arguments):
            calls.append([state(value) for value in arguments])
            result = copy.deepcopy(solution(*arguments))
            after(arguments)
            return result

        assert exercises.trouble(name, solve) == ""
        return calls

    np.testing.assert_equal(seen(after=spoil), seen(after=lambda arguments: None))


def softmax(logits):
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def correct_apart(w, b, x, D, rate):
    step = rate * (D - (w @ x + b > 0))
    x *= step
    w += x
    return [*w, b + step]


def dropout(activations, rate, rng):
    activations[rng.random(activations.shape) < rate] = 0
    activations /= 1 - rate
    return activations


def gradient(w, b, x, y, C):
    y[y * (x @ w + b) >= 1] = 0
    x *= y[:, np.newaxis]
    w -= C * x.sum(axis=0)
    return [*w, -C * y.sum()]


def way_down(signal, maps, rule):
    if rule != "deconvnet":
        signal[maps <= 0] = 0
    if rule != "gradient":
        signal[signal < 0] = 0
    return signal


@pytest.mark.parametrize(
    "name, in_place",
    [
        ("00.2", softmax),
        ("03.1", correct_apart),
        ("06.3", dropout),
        ("07.2", gradient),
        ("08.1", way_down),
    ],
)
def test_answer_may_change_its_argument(name, in_place):
    assert exercises.trouble(name, in_place) == ""


def test_arguments_are_copied_but_for_generators(monkeypatch):
    array, rng = np.zeros(2), np.random.default_rng(0)
    handed = [array], (array, 1), {"a": [array]}, rng

    def calls(answer):
        for _ in range(2):
            yield answer(*handed), 0

    def spoiling(in_list, in_tuple, in_dict, same_rng):
        assert same_rng is rng
        np.testing.assert_equal((in_list, in_tuple, in_dict), handed[:3])
        spoil([in_list, in_tuple, in_dict])
        return 0

    monkeypatch.setitem(exercises._CHECKS, "00.1", calls)
    assert exercises.trouble("00.1", spoiling) == ""
    assert array.tolist() == [0, 0]


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid", "ignore:divide")
@pytest.mark.parametrize("name, i", [(name, i) for name in WRONG for i in range(len(WRONG[name]))])
def test_wrong_answer_does_not_pass(name, i):
    assert exercises.trouble(name, WRONG[name][i])


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda p, k: 1 / 0, "Your function stops with ZeroDivisionError"),
        (lambda p: 1, "Your function stops with TypeError"),
        (lambda p, k: p[0], r"The result has the shape \(3,\), wanted is \(1,\)"),
        (lambda p, k: ["1"], "The result is of type"),
        (lambda p, k: [float("nan")], "The result has the right shape and wrong values"),
    ],
)
def test_whatever_the_reader_writes_gets_a_sentence(wrong, message, capsys):
    assert re.match(message, exercises.trouble("00.1", wrong))
    exercises.check("00.1", wrong)
    assert capsys.readouterr().out.startswith("exercise 00.1: not yet. ")


def test_unknown_exercise():
    with pytest.raises(ValueError, match="There is no exercise '00.9'; there are 00.1, 00.2"):
        exercises.check("00.9", abs)


@pytest.mark.parametrize(
    "name, there",
    [
        ("06.9", "there are 06.1, 06.2, 06.3."),
        ("06b", "there are 06b.1, 06b.2, 06b.3."),
        (10.1, "there are 10.1, 10.2, 10.3."),
        *(
            (name, f"there are those of notebooks {', '.join(NUMBERS)}.")
            for name in ("77.1", "x", "", "../x.1", "../notebook_06.1", "06/.1", "06B.1", None, 6.1)
        ),
    ],
)
def test_unknown_exercise_gets_the_names_of_those_there_are(name, there):
    with pytest.raises(ValueError) as raised:
        exercises.check(name, abs)
    assert str(raised.value) == f"There is no exercise {name!r}; {there}"


def test_new_notebook_needs_a_module_with_its_checks(monkeypatch, tmp_path):
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    monkeypatch.setattr(exercises, "_CHECKS", exercises._CHECKS.copy())
    with pytest.raises(ValueError, match="There is no exercise '77.1'; there are those of"):
        exercises.check("77.1", abs)
    (tmp_path / "notebook_77.py").write_text(
        "from utils.exercises import exercise\n\n\n"
        '@exercise("77.1")\ndef absolute(answer):\n    yield answer(-2), 2\n'
    )
    importlib.invalidate_caches()
    assert exercises.trouble("77.1", abs) == ""
    del sys.modules["utils.exercises.notebook_77"]


def test_only_the_notebook_s_own_checks_are_imported():
    code = (
        "import sys; from utils.exercises import check; check('06.1', print)\n"
        "print([name for name in sys.modules if 'notebook_' in name])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=structure.ROOT, capture_output=True, text=True
    )
    assert ran.stdout.splitlines()[-1] == "['utils.exercises.notebook_06']", ran.stderr
