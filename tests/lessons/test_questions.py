"""Questions with a choice, answered in the page: one choice is right, and each says why."""

from __future__ import annotations

import re
from pathlib import Path

import build
import pytest

PROJECT = build.Project(Path(__file__).parents[2])
CHOICE = re.compile(
    r'<details class="tversky-choice"><summary>(.+?)</summary>\n\n(✓ Yes|✗ No)\. (.+?)\n\n</details>', re.DOTALL
)
each_lesson = pytest.mark.parametrize("lesson", PROJECT.lessons, ids=lambda lesson: lesson.name)


def questions(lesson: build.Lesson) -> list[str]:
    return [cell.source for cell in lesson.cells if build.tagged(cell, "question")]


@each_lesson
def test_a_lesson_has_two_or_three_questions_in_its_middle(lesson: build.Lesson) -> None:
    places = [k for k, cell in enumerate(lesson.cells) if build.tagged(cell, "question")]
    assert 2 <= len(places) <= 3
    assert places[0] > 3 and places[-1] < len(lesson.cells) - 1


@each_lesson
def test_one_choice_is_right_and_each_says_why(lesson: build.Lesson) -> None:
    for text in questions(lesson):
        asked, *_ = text.partition("\n\n")
        choices = CHOICE.findall(text)
        assert asked.startswith("**Question.** ") and asked.endswith("?")
        assert text.count("<details") == len(choices) and 3 <= len(choices) <= 4, text
        assert [mark for _, mark, _ in choices].count("✓ Yes") == 1
        assert len({words for words, _, _ in choices}) == len(choices)
        assert min(len(reason.split()) for *_, reason in choices) >= 5, text


def test_the_right_choice_stands_in_no_favourite_place() -> None:
    asked = [CHOICE.findall(text) for lesson in PROJECT.lessons for text in questions(lesson)]
    places = [next(k for k, (_, mark, _) in enumerate(choices) if mark == "✓ Yes") for choices in asked]
    assert max(places.count(place) for place in range(3)) < 0.6 * len(places)
