"""The tests of the lessons can fail: what is wrong in these notebooks, they notice."""

from __future__ import annotations

from collections.abc import Callable

import driver
import nbformat
import pytest
from driver import Lesson, faults_of_sliders
from nbformat.v4 import new_code_cell, new_notebook
from servers import Server

pytestmark = pytest.mark.browser

SETUP = """
import warnings
from IPython.display import HTML, Javascript, display
from tverskylib import explorers

def bar(ax, shift=12):
    ax.bar([0], [shift])
    ax.set_ylim(0, 40)

def small(function=bar):
    return explorers.interactive(function, shift=(0, 40))
"""

BROKEN = """
def breaks(ax, shift=12):
    bar(ax, shift)
    if shift != 12:
        raise ValueError("planted in a callback")
explorers.interactive(breaks, frames=[{}], shift=(0, 40))
"""

DEAD = """
dead = small()
dead.controls["shift"].unobserve_all("value")
dead
"""

JUMPING = """
jumping = small()
jumping.controls["shift"].observe(lambda change: setattr(jumping.message, "value", "<p>planted</p>"), "value")
jumping
"""

FLICKERING = """
import time
flickering = small()
def leave_and_come_back(change):
    flickering.picture.layout.display = "none"
    time.sleep(0.3)
    flickering.picture.layout.display = None
flickering.controls["shift"].observe(leave_and_come_back, "value")
flickering
"""


def write(lab: Server, name: str, *sources: str) -> str:
    """A notebook beside the lessons; its name."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    cells = [new_code_cell(source.strip()) for source in sources]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.home / "notebooks" / f"{name}.ipynb")
    return name


def test_faults_of_cells_are_noticed(lab: Server, open_lesson: Callable[[str], Lesson]) -> None:
    lesson = open_lesson(
        write(
            lab,
            "planted_in_cells",
            SETUP,
            'HTML("<img src=data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==>")',
            "Javascript(\"console.error('planted in the console')\")",
            "Javascript(\"fetch('https://lessons.invalid/planted').catch(() => null)\")",
            'warnings.warn("planted warning")',
            "1 / 0",
            "never = 1",
        )
    )
    assert lesson.stored_alts == []
    assert lesson.ask("alts") == [""]
    assert lesson.failure == "a cell failed"
    warning, error = lesson.complaints
    assert "cell 5, stderr" in warning
    assert "planted warning" in warning
    assert error == "cell 6: ZeroDivisionError: division by zero"
    assert any("planted in the console" in said for said in lesson.errors)
    assert lesson.foreign == ["https://lessons.invalid/planted"]


def test_faults_of_sliders_are_noticed(
    lab: Server, open_lesson: Callable[[str], Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = open_lesson(write(lab, "planted_in_sliders", SETUP, BROKEN, DEAD, JUMPING, FLICKERING))
    assert lesson.failure is None
    monkeypatch.setattr(driver, "MOVE", 5)
    first = [at for at in lesson.sliders() if at["slider"] == 0]
    monkeypatch.setattr(lesson, "sliders", lambda: first)
    broken, dead, jumping, flickering = faults_of_sliders(lesson)
    assert "the explorer shows an error" in broken
    assert "planted in a callback" in broken
    assert "explorer 2" in dead
    assert "the picture does not change" in dead
    assert "explorer 3" in jumping
    assert "jumps by" in jumping
    assert "explorer 4" in flickering
    assert "jumps by" in flickering


def test_a_cell_that_runs_too_long_is_noticed(
    lab: Server, open_lesson: Callable[[str], Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "RUN", 1)
    lesson = open_lesson(write(lab, "planted_delay", "import time", "time.sleep(60)"))
    assert lesson.failure == "Run All did not end within 1 s"
