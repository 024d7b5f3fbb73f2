"""JupyterLab leaves out of the page what is far from the part in view; the explorers must come back alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driver import LESSONS, Lesson, explorer_cells, faults_of_sliders
from servers import NOTEBOOKS, Server

pytestmark = pytest.mark.browser


def test_explorers_work_where_jupyterlab_leaves_out_what_is_not_in_view(
    lab: Server, open_lesson: Callable[[str], Lesson]
) -> None:
    """The other tests have all cells in the page; this is JupyterLab's default, in the lesson with most explorers."""
    lab.set_windowing(None)
    try:
        lesson = open_lesson(max(LESSONS, key=lambda name: explorer_cells(NOTEBOOKS / f"{name}.ipynb")))
    finally:
        lab.set_windowing("none")
    assert lesson.failure is None
    assert lesson.sliders()
    assert list(faults_of_sliders(lesson)) == []
    assert lesson.errors == []
