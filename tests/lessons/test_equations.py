"""Numbers of equations: in order, of the lesson that they begin with, and mentioned only where they exist."""

from __future__ import annotations

import re
from pathlib import Path

import build
import pytest

PROJECT = build.Project(Path(__file__).parents[2])
each_lesson = pytest.mark.parametrize("lesson", PROJECT.lessons, ids=lambda lesson: lesson.name)


def prose(lesson: build.Lesson) -> str:
    return "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")


def numbered(lesson: build.Lesson) -> list[str]:
    return re.findall(r"\\tag\{([^}]*)\}", prose(lesson))


@each_lesson
def test_equations_are_numbered_in_order(lesson: build.Lesson) -> None:
    found = numbered(lesson)
    assert found == [f"{int(lesson.name[:2])}.{k}" for k in range(1, len(found) + 1)]


def test_the_equations_that_the_lessons_are_about_have_numbers() -> None:
    assert {lesson.name[:2] for lesson in PROJECT.lessons if numbered(lesson)} >= {f"{k:02}" for k in range(3, 10)}


@each_lesson
def test_a_number_that_is_mentioned_exists(lesson: build.Lesson) -> None:
    """A number in parentheses, such as (6.1), is one of an equation; decimals stand without."""
    mentioned = re.findall(r"(?<![\w\]$])\((\d+\.\d+)\)", re.sub(r"\$[^$]*\$|`[^`]*`", "", prose(lesson)))
    assert {*mentioned} <= {number for one in PROJECT.lessons for number in numbered(one)}
