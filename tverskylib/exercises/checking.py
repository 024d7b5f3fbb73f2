"""Answers are checked at once, in words, and never given away before the reader asks."""

from __future__ import annotations

import dis
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
from IPython.display import Markdown

from tverskylib.exercises.compare import kind, nearly, same
from tverskylib.exercises.exercise import Exercise, of_lesson
from tverskylib.notebook import say

TRIES: Counter[tuple[int, int]] = Counter()  # wrong answers so far
PATIENCE = 3  # wrong answers before the way to the solution is told
OTHER = "That is another value than the one asked for."
NEARLY = "Nearly: give at least four digits."
SLIP = 1e-4  # a slip is named where its value stands, not near it


def check(lesson: int, number: int, *answers: Any) -> Markdown:
    """Say whether the answer of an exercise is right, and what it looks like where it is not.

    Numbers count as right to a thousandth of themselves, whole numbers if they are equal. A function is tried on inputs of the exercise.

    Args:
        lesson, number: of the exercise, as in ``check(3, 2, mean_j, j_of_mean)``.
        answers: in the order of the statement.

    Raises:
        ValueError: there is no such exercise, or it has another number of answers.

    Introduced in lesson 00.
    """
    asked = _found(lesson, number)
    if len(answers) != len(asked.names):
        raise ValueError(f"answers of this exercise are {', '.join(asked.names)}, got {len(answers)}")
    if any(map(_has_dots, answers)):
        return say("Nothing is answered yet: put your answer in the place of the dots.")
    words = _judged(asked, answers)
    if words is None:
        TRIES.pop((lesson, number), None)
        return say("**Right.**")
    TRIES[lesson, number] += 1
    read = f"Read again: “{asked.section}” in lesson {lesson:02}."
    see = f" See it: `explorers.{asked.see}`." if asked.see else ""
    way = f" Or look at a solution: `exercises.show({lesson}, {number})`." if TRIES[lesson, number] >= PATIENCE else ""
    return say(f"Not yet. {words} {read}{see}{way}")


def show(lesson: int, number: int) -> Markdown:
    """Show a solution of an exercise.

    Args:
        lesson, number: of the exercise, as in ``show(3, 2)``.

    Raises:
        ValueError: there is no such exercise.

    Introduced in lesson 00.
    """
    return say(f"```python\n{_found(lesson, number).code}\n```")


def _has_dots(answer: Any) -> bool:
    """Whether the starting code still stands in an answer, or in a function."""
    if isinstance(answer, (list, tuple)) or (isinstance(answer, np.ndarray) and answer.dtype == object):
        return any(map(_has_dots, answer))
    return answer is Ellipsis or _returns_dots(getattr(answer, "__code__", None))


def _returns_dots(code: Any) -> bool:
    """Whether a function returns the dots; as an index they are an answer."""
    steps = [] if code is None else list(dis.get_instructions(code))
    return any(
        one.argval is Ellipsis and "RETURN" in one.opname + after.opname
        for one, after in pairwise([*steps, *steps[-1:]])
    )


def _found(lesson: int, number: int) -> Exercise:
    every = of_lesson(lesson) if isinstance(lesson, int) and 0 <= lesson < 100 else []
    for one in every:
        if one.number == number:
            return one
    has = (
        f"lesson {lesson} has the exercises {', '.join(str(one.number) for one in every)}"
        if every
        else "that lesson has none to check"
    )
    raise ValueError(f"lesson and number must name an exercise, got {lesson!r} and {number!r}: {has}")


def _judged(asked: Exercise, answers: tuple[Any, ...]) -> str | None:
    """None for a right answer, else what to say."""
    right = asked.answers(asked.solution)
    for name, given, wanted in zip(asked.names, answers, right, strict=True):
        if callable(wanted) and not callable(given):
            return f"`{name}` should be {kind(wanted)}, and is {kind(given)}."
    try:
        if asked.accepts is not None and asked.accepts(*answers):
            return None
        given = asked.compared(answers)
    except Exception as error:  # of the reader's function, or of an answer of another kind
        return f"With your answer there is an error: {type(error).__name__}: {error}."
    if asked.accepts is None and same(given, asked.compared(right)):
        return None
    for words in asked.mistakes:
        if _is_slip(asked, words, answers, given):
            return f"This is what comes out {words}."
    if asked.accepts is not None:
        return "What is asked for does not hold."
    if nearly(given, asked.compared(right)):
        return NEARLY
    if asked.probe is not None:  # the answers themselves are not what is compared
        return OTHER
    each = list(zip(asked.names, answers, right, strict=True))
    for name, one, wanted in each:
        if kind(one) != kind(wanted):
            return f"`{name}` should be {kind(wanted)}, and is {kind(one)}."
    wrong = [f"`{name}`" for name, one, wanted in each if not same(one, wanted)]
    return f"It is not yet right in {' and '.join(wrong)}." if len(each) > 1 else OTHER


def _is_slip(asked: Exercise, words: str, answers: tuple[Any, ...], given: Any) -> bool:
    if words in asked.signs:
        return bool(asked.signs[words](*answers))
    return same(given, asked.compared(asked.answers(asked.mistakes[words])), SLIP)
