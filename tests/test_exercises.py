"""Neither the stub of an exercise nor a wrong answer of the right shape passes; the solution does."""

import ast
import importlib
import pkgutil
import re

import numpy as np
import pytest
import structure
import wrong_answers

from utils import exercises


def modules(package):
    """Return {number of the notebook: module} of the package."""
    return {
        module.name.removeprefix("notebook_"): importlib.import_module(
            f"{package.__name__}.{module.name}"
        )
        for module in pkgutil.iter_modules(package.__path__)
    }


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


def test_answer_may_change_its_argument():
    def dropout(activations, rate, rng):
        activations[rng.random(activations.shape) < rate] = 0
        return activations / (1 - rate)

    assert exercises.trouble("06.3", dropout) == ""


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
