"""Answers are checked at once, in words, and never given away before the reader asks."""

from __future__ import annotations

import dis
from collections import Counter
from itertools import pairwise
from types import CodeType
from typing import Any

import numpy as np
from IPython.display import Markdown

from tverskylib.exercises.compare import NEARLY, kind, same
from tverskylib.exercises.exercise import Exercise, of_lesson
from tverskylib.notebook import say

TRIES: Counter[tuple[int, int]] = Counter()  # wrong answers so far
PATIENCE = 3  # wrong answers before the way to the solution is told
OTHER = "That is another value than the one asked for."
NEAR = "Nearly: less than a hundredth is missing. Give at least four digits"


def check(lesson: int, number: int, *answers: Any) -> Markdown:
    """Say whether the answer of an exercise is right, and what it looks like where it is not.

    Numbers count as right to a thousandth of themselves, whole numbers exactly. A function is tried on inputs of the
    exercise.

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
    """Whether the starting code still stands in an answer, or in what a function returns."""
    if isinstance(answer, (list, tuple)) or (isinstance(answer, np.ndarray) and answer.dtype == object):
        return any(map(_has_dots, answer))
    code = getattr(answer, "__code__", None)
    return answer is Ellipsis or (isinstance(code, CodeType) and any(map(_has_dots, _returned(code))))


def _returned(code: CodeType) -> list[Any]:
    """The constants that a function returns. Dots elsewhere are an index, as in ``mask[..., 0]``."""
    steps = list(dis.get_instructions(code))
    loaded = [one.argval for one, after in pairwise(steps) if after.opname == "RETURN_VALUE"]
    at_once = [one.argval for one in steps if one.opname == "RETURN_CONST"]  # Python 3.12 and 3.13
    return loaded + at_once


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
        if _is_right(asked, answers, right):
            return None
        slip = next((words for words, one in asked.mistakes.items() if asked.shows(one, answers)), None)
    except Exception as error:  # of the reader's function, or of an answer of another kind
        return f"With your answer there is an error: {type(error).__name__}: {str(error).rstrip('.')}."
    if slip is not None:
        return f"This is what comes out {slip}."
    if asked.accepts is not None:
        return "What is asked for does not hold."
    if asked.probe is not None and len(asked.names) == 1:  # the answer itself is not what is compared
        return OTHER
    return _difference(list(zip(asked.names, asked.compared(answers), asked.compared(right), strict=True)))


def _is_right(asked: Exercise, answers: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    """Whether nothing is missing."""
    if asked.accepts is not None:
        return bool(asked.accepts(*answers))
    return same(asked.compared(answers), asked.compared(right))


def _difference(each: list[tuple[str, Any, Any]]) -> str:
    """What is said of (name, answer, right answer) where no slip is known."""
    for name, given, wanted in each:
        if kind(given) != kind(wanted) and not same(given, wanted):
            return f"`{name}` should be {kind(wanted)}, and is {kind(given)}."
        if isinstance(wanted, int) and float(given) % 1:
            return f"`{name}` should be a whole number."
    wrong = [(name, given, wanted) for name, given, wanted in each if not same(given, wanted)]
    names = " and ".join(f"`{name}`" for name, *_ in wrong)
    if all(same(given, wanted, NEARLY) for _, given, wanted in wrong):
        return f"{NEAR} of {names}."
    return f"It is not yet right in {names}." if len(each) > 1 else OTHER
