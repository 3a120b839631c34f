"""Checks of the exercises of notebook 18."""

from utils.exercises import exercise


@exercise("18.1")
def answer_1(answer):
    yield answer(1), "…"


@exercise("18.2")
def answer_2(answer):
    yield answer(1), "…"


@exercise("18.3")
def answer_3(answer):
    yield answer(1), "…"
