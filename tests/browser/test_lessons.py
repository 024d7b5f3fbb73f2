"""Every lesson and every slider, in a real JupyterLab in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

LESSONS = sorted(path.stem for path in (Path(__file__).parents[2] / "notebooks" / "source").glob("*.py"))
SLIDERS = ".tverskylib-explorer"


@pytest.mark.browser
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_and_its_sliders_follow_the_keyboard(open_lesson, name):
    lesson = open_lesson(name)
    stored = lesson.images()
    assert stored and all(stored), "a stored picture without alt text"

    lesson.run_all()
    assert lesson.errors() == []
    assert lesson.images() and all(lesson.images()), "a picture without alt text after Run All"

    explorers = lesson.page.locator(SLIDERS)
    assert explorers.count() > 0
    for k in range(explorers.count()):
        explorer = explorers.nth(k)
        assert explorer.locator("img").count() == 1, "one figure an explorer"
        handles = explorer.locator(".noUi-handle")
        for j in range(handles.count()):
            follow(lesson.page, explorer, handles.nth(j))
    assert lesson.complaints == []


def follow(page, explorer, handle):
    """Press a key: the value and the picture change, the words too, and nothing jumps."""
    picture = explorer.locator("img")
    assert handle.get_attribute("aria-label"), "a slider without a name"
    before = picture.get_attribute("src"), handle.get_attribute("aria-valuetext"), explorer.bounding_box()["height"]
    handle.focus()
    at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    page.keyboard.press("ArrowLeft" if at_the_end else "ArrowRight")
    page.wait_for_function("([img, src]) => img.src !== src && img.complete", arg=[picture.element_handle(), before[0]])
    assert handle.get_attribute("aria-valuetext") != before[1]
    assert explorer.bounding_box()["height"] == pytest.approx(before[2], abs=1)
    assert explorer.locator("img").count() == 1
    assert picture.get_attribute("alt")
