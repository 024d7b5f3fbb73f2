"""Every lesson and every slider, as a learner has them: JupyterLab, Run All, arrow keys."""

from __future__ import annotations

import pytest
from driver import LESSONS, OUTPUTS, Lesson, explorer_cells, faults_of_sliders
from servers import NOTEBOOKS

pytestmark = pytest.mark.browser

EXPLORERS = {name: explorer_cells(NOTEBOOKS / f"{name}.ipynb") for name in LESSONS}


def test_stored_pictures_have_alt_texts(lesson: Lesson) -> None:
    assert all(lesson.stored_alts), lesson.stored_alts


def test_no_barrier_is_found_in_what_is_stored(lesson: Lesson) -> None:
    assert lesson.stored_barriers == ""


def test_run_all_ends_without_errors_and_warnings(lesson: Lesson) -> None:
    assert lesson.complaints == []
    assert lesson.failure is None


def test_pictures_have_alt_texts_after_run_all(lesson: Lesson) -> None:
    ran(lesson)
    alts = lesson.ask("alts")
    assert all(alts), alts


def test_every_cell_that_shows_an_explorer_shows_a_live_one(lesson: Lesson) -> None:
    ran(lesson)
    live = lesson.ask("withExplorer")
    assert live == lesson.ask("withWidget")
    assert lesson.ask("explorers") == len(live)
    assert len(live) >= EXPLORERS[lesson.name]


def test_picture_and_text_follow_every_slider(lesson: Lesson) -> None:
    ran(lesson)
    assert list(faults_of_sliders(lesson)) == []


def test_no_barrier_is_found_after_run_all(lesson: Lesson) -> None:
    ran(lesson)
    # Without a generator behind it, pandas leaves headers empty that head nothing.
    assert lesson.barriers(OUTPUTS, but=["empty-table-header"]) == ""


def test_nothing_complains_and_nothing_is_asked_of_other_hosts(lesson: Lesson) -> None:
    """The last test of a lesson: it covers all that the others did."""
    assert lesson.errors == []
    assert lesson.foreign == []
    assert lesson.ask("complaints") == lesson.complaints  # a test of its own looks at those of Run All


def ran(lesson: Lesson) -> None:
    """Stop here, with few words, where Run All went wrong: a test of its own says how."""
    if lesson.failure is not None:
        pytest.fail(f"Run All went wrong: {lesson.failure}", pytrace=False)
