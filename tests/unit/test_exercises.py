"""Every exercise: its solution is right, its slips are known by name, and nothing wrong is praised or given away."""

from __future__ import annotations

import inspect
import math
import random
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy
import torch

from tverskylib import exercises, explorers, tversky_loss
from tverskylib.exercises.checking import PATIENCE, TRIES
from tverskylib.exercises.exercise import of_lesson
from tverskylib.exercises.lessons import lesson_11, lesson_12
from tverskylib.exercises.lessons.lesson_00 import far_apart
from tverskylib.training import read_records, results_frame

ROOT = Path(__file__).parents[2]
EVERY = [one for lesson in range(13) for one in of_lesson(lesson)]
SLIPS = [(one, words) for one in EVERY for words in one.mistakes]
each = pytest.mark.parametrize("one", EVERY, ids=lambda one: f"{one.lesson}.{one.number}")


def said(one, *answers):
    return exercises.check(one.lesson, one.number, *answers).data


@pytest.fixture(autouse=True)
def fresh():
    TRIES.clear()


@pytest.mark.parametrize("lesson", range(13))
def test_each_lesson_has_three_to_five(lesson):
    numbers = [one.number for one in of_lesson(lesson)]
    assert numbers == list(range(1, len(numbers) + 1)) and 3 <= len(numbers) <= 5


def test_numbers_of_the_records_are_those_of_the_records():
    frame = results_frame(read_records(ROOT / "results" / "cpu")).query(
        "task == 'positive' and arm == 'grid' and batch_size == 8 and seed < 5"
    )
    wide = frame.pivot(index="seed", columns="domain", values="pooled_average_precision").astype(float)
    assert wide["batch"].round(3).tolist() == lesson_11.BATCH.tolist()
    assert wide["image"].round(3).tolist() == lesson_11.IMAGE.tolist()
    talk = pd.read_csv(ROOT / "results" / "talk.csv").query("domain == 'batch' and batch_size in (8, 64)")
    assert talk[["dice", "jaccard"]].T.to_numpy().tolist() == [lesson_11.DICE.tolist(), lesson_11.JACCARD.tolist()]


@each
def test_the_solution_is_right_and_the_stub_is_not_answered_yet(one):
    assert said(one, *one.answers(one.solution)) == "**Right.**"
    assert said(one, *[...] * len(one.names)).startswith("Nothing is answered yet")
    assert one.call in one.starting_code and "..." in one.starting_code


@pytest.mark.parametrize(
    ("one", "words"), SLIPS, ids=[f"{one.lesson}.{one.number}-{k}" for k, (one, _) in enumerate(SLIPS)]
)
def test_a_slip_is_known_as_itself(one, words):
    """The first that fits is named, so each must be another value than those before it, and than the answer."""
    told = said(one, *one.answers(one.mistakes[words]))
    assert told.startswith(f"Not yet. This is what comes out {words}. Read again: “{one.section}”"), told


@each
def test_an_exercise_knows_a_slip_or_has_many_answers(one):
    assert one.mistakes or one.accepts


@each
def test_nothing_wrong_is_praised(one):
    draw = random.Random(0)
    wrong = [
        None,
        "text",
        math.nan,
        math.inf,
        [],
        {},
        object(),
        np.zeros((0,)),
        lambda *_: None,
        lambda *_: 1 / 0,
        -7.7,
    ]
    right = one.answers(one.solution)
    for k in range(len(right)):
        for answer in [*wrong, *(draw.uniform(-3, 3) for _ in range(10)), np.full(4, 0.123)]:
            given = [answer if j == k else value for j, value in enumerate(right)]
            assert said(one, *given) != "**Right.**", answer


@each
def test_the_answer_is_not_told_before_it_is_asked_for(one):
    tries = [said(one, *["nonsense"] * len(one.names)) for _ in range(PATIENCE)]
    assert ["exercises.show" in told for told in tries] == [False] * (PATIENCE - 1) + [True]
    right = [value for value in one.answers(one.solution) if isinstance(value, float)]
    assert not any(f"{value:.3g}" in told for value in right for told in tries)


@each
def test_the_solution_that_is_shown_is_the_answer(one):
    names = {**vars(inspect.getmodule(one.solution)), "exercises": exercises}
    exec(exercises.show(one.lesson, one.number).data.removeprefix("```python\n").removesuffix("\n```"), names)
    assert eval(one.call, names).data == "**Right.**"


@each
def test_section_and_explorer_exist(one):
    (source,) = (ROOT / "notebooks" / "source").glob(f"{one.lesson:02}_*.py")
    assert re.search(rf"^# ##+ {re.escape(one.section)}$", source.read_text(encoding="utf-8"), re.MULTILINE)
    if one.see:
        eval(f"explorers.{one.see}", {"explorers": explorers})


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ((3, 9, 1), r"^lesson and number must name an exercise, got 3 and 9: lesson 3 has the exercises 1, 2, 3"),
        ((77, 1, 1), "^lesson and number must name an exercise, got 77 and 1: that lesson has none"),
        (("three", 1, 1), "^lesson and number must name an exercise, got 'three' and 1"),
        ((3, 2, 1), r"^answers of this exercise are mean_j, j_of_mean, got 1"),
    ],
)
def test_what_is_no_exercise_is_an_error(given, match):
    with pytest.raises(ValueError, match=match):
        exercises.check(*given)


def test_another_kind_of_answer_is_told_in_words():
    assert "`p_equal` should be a number, and is a list or array of shape (2,)" in exercises.check(1, 2, [1, 2]).data
    assert "`my_dice_loss` should be a function, and is a number" in exercises.check(4, 1, 0.5).data
    assert "there is an error: ZeroDivisionError" in exercises.check(4, 1, lambda p, t: 1 / 0).data
    assert "It is not yet right in `j_of_mean`" in exercises.check(3, 2, (0.2 / 1.8 + 0.8 / 1.2) / 2, 0.5).data


@each
def test_the_starting_code_runs_and_is_no_answer(one):
    names = {
        **vars(inspect.getmodule(one.solution)),
        "np": np,
        "sp": sympy,
        "exercises": exercises,
        "explorers": explorers,
    }
    code, _, call = one.starting_code.rpartition("\n\n")
    exec(code, names)
    assert eval(call, names).data.startswith("Nothing is answered yet")


def _plain_dice(p, t):
    return 1 - ((p * t).sum() + 1) / (0.5 * p.sum() + 0.5 * t.sum() + 1)


def _written_gradient(p, t, alpha, beta, delta):
    tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
    below = tp + alpha * fp + beta * fn + delta
    return (-(t * below - (tp + delta) * (t + alpha * (1 - t) - beta * t)) / below**2).tolist()


def _by_autograd(p, t, alpha, beta, delta):
    p = p.clone().requires_grad_()
    return torch.autograd.grad(tversky_loss(p[None, None], t[None, None], alpha, beta, delta=delta), p)[0]


SQUARES = np.pad(np.ones((4, 4)), 1)[None, None], np.pad(np.ones((2, 2)), 2)[None, None]


@pytest.mark.parametrize(
    ("exercise", "answers"),
    [
        ((0, 1), [Fraction(2, 3)]),
        ((0, 1), [sympy.Rational(2, 3)]),
        ((0, 2), [Decimal("0.6667"), torch.tensor([2 / 3])]),
        ((1, 1), [8, 4, torch.rand(8, 4, 128, 128).softmax(1)]),
        ((3, 1), list(SQUARES)),
        ((3, 1), [one.astype(int).tolist() for one in SQUARES]),
        ((3, 3), [np.array([1, 2]) / 3, math.sqrt(2)]),
        ((3, 3), [[Fraction(1, 3), Fraction(2, 3)], math.sqrt(2)]),
        ((4, 1), [_plain_dice]),
        ((4, 3), [_written_gradient]),
        ((6, 1), [np.array([True, True, False, False]), [1, 1, 1, 0]]),
        ((7, 2), [np.array([0.3, 0.7])]),
        ((12, 2), [lesson_12.which_line.solution()[0], 0]),
    ],
)
def test_what_people_pass_is_right(exercise, answers):
    if exercise == (12, 2):  # a line by its place
        dice = lesson_12.table["dice"]
        answers[1] = int((dice - answers[0]).abs().to_numpy().argmin())
    assert exercises.check(*exercise, *answers).data == "**Right.**"


@pytest.mark.parametrize(
    ("exercise", "answers", "words"),
    [
        ((0, 1), [0.67], "Nearly: give at least four digits"),
        ((0, 3), [far_apart.solution() + 0.001], "That is another value"),
        ((1, 1), [8, 4, np.full((8, 4, 128, 128), 0.5) * [[[[3]], [[-1]], [[-1]], [[1]]]]], "That is another value"),
        (
            (3, 1),
            [np.pad(np.ones((2, 2)), 3)[None, None], np.pad(np.ones((4, 4)), 2)[None, None]],
            "taken for each other",
        ),
        ((3, 1), [SQUARES[0] * 0.5, SQUARES[1]], "a mask holds only False and True"),
        ((4, 1), [lambda p, t: float(_plain_dice(p, t))], "so that it has a gradient"),
        ((4, 1), [lambda p, t: tversky_loss(p, t, delta=1.0, per_class=True)], "the mean of the channels' losses"),
        ((4, 3), [_by_autograd], "there is an error"),
        ((7, 2), [(0.3, 0.7, 0.1)], "there is an error"),
        ((7, 2), [(0.9, 0.4)], "alpha and beta are swapped"),
        ((3, 4), [0.5], "`scaled` should be a SymPy expression, and is a number"),
    ],
)
def test_what_is_not_right_is_told(exercise, answers, words):
    assert words in exercises.check(*exercise, *answers).data


def test_dots_as_an_index_are_an_answer():
    def with_index(p, t):
        return _plain_dice(p[...], t)

    assert exercises.check(4, 1, with_index).data == "**Right.**"
    assert exercises.check(4, 1, lambda p, t: ...).data.startswith("Nothing is answered yet")
