"""Every exercise: its solution is right, its slips are known by name, and nothing wrong is praised or given away."""

from __future__ import annotations

import inspect
import math
import random
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy

from tverskylib import exercises, explorers
from tverskylib.exercises.checking import PATIENCE, TRIES
from tverskylib.exercises.exercise import of_lesson
from tverskylib.exercises.lessons import lesson_11
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
    assert "`p_equal` should be a number, and is a list of 2" in exercises.check(1, 2, [1, 2]).data
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
