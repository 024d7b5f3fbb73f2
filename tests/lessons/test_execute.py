"""Every lesson runs from top to bottom, solutions included; one that fails says where and why."""

import sys
from pathlib import Path

import build
import pytest
from light import without
from nbformat.v4 import new_code_cell

from tverskylib._extras import EXTRA_OF
from tverskylib.environment import EXTRAS_OF

PROJECT = build.Project(Path(__file__).parents[2])


@pytest.mark.lessons
@pytest.mark.parametrize("lesson", PROJECT.sources, ids=lambda lesson: lesson.name)
def test_the_lesson_runs(lesson, monkeypatch):
    """Without the packages of the extras that it does not declare, and with some of each that it does."""
    monkeypatch.setenv("TVERSKYLIB_PROFILE", "smoke")  # a lesson that trains does so for seconds
    own = EXTRAS_OF.get(int(lesson.name[:2]), ()) if lesson in PROJECT.lessons else ("torch", "train")
    extras = ("lessons", *own)
    declared = {name for name, extra in EXTRA_OF.items() if extra in extras}
    hide = new_code_cell(without(EXTRA_OF.keys() - declared))
    loaded = new_code_cell(f"import sys\nprint(*sys.modules.keys() & {declared})")
    notebook = build.notebook_of(
        PROJECT, build.Document("", [hide, *build.checking_cells(lesson), *lesson.cells, loaded], lesson)
    )
    build.execute(notebook, lesson.name, PROJECT.notebooks)
    used = {EXTRA_OF[name] for name in notebook.cells[-1].outputs[0].text.split()}
    assert set(extras) - {"lessons"} <= used, f"it needs fewer extras than {extras}: change EXTRAS_OF"
    build.clean(notebook)
    assert list(build.faults(notebook)) == []


def failure(notebook, folder, **limits):
    """The report of a notebook that fails."""
    with pytest.raises(build.LessonError) as caught:
        build.execute(notebook, "planted", folder, **limits)
    return str(caught.value)


def test_an_error_is_reported_with_its_cell_and_a_clean_traceback(notebook, tmp_path):
    report = failure(notebook("good = 1", "bad = good / 0", "never = 1"), tmp_path)
    assert report.startswith("planted: cell 3, under 'A title', failed: ZeroDivisionError: division by zero\n")
    assert report.count("\nbad = good / 0\n") == 1
    assert "Traceback (most recent call last)" in report
    assert "\x1b" not in report
    assert "never" not in report


def test_a_cell_that_does_not_end_is_reported(notebook, tmp_path):
    """It comes first: where the machine is busy, one before it could miss the limit too."""
    report = failure(notebook("import time\ntime.sleep(60)", "never = 1"), tmp_path, cell_limit=1)
    assert report.startswith("planted: cell 2, under 'A title', failed: it did not end within 1 s")
    assert report.endswith("time.sleep(60)")


def test_a_lesson_that_does_not_end_is_reported(notebook, tmp_path):
    report = failure(notebook("import time", *["time.sleep(2)"] * 9), tmp_path, limit=3)
    assert "or the lesson within 3 s" in report


def test_a_kernel_that_dies_is_reported(notebook, tmp_path):
    report = failure(notebook("import os", "os._exit(1)"), tmp_path)
    assert report.startswith("planted: cell 3, under 'A title', failed: the kernel died")
    assert report.endswith("os._exit(1)")


def test_the_kernel_is_this_python_in_the_given_folder(notebook, tmp_path, monkeypatch):
    """Even where a user has put another kernel under the same name, and nothing is activated."""
    spec = tmp_path / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text('{"argv": ["no-such-python"], "display_name": "shadow", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    checks = f"""
    import os, sys
    assert os.path.samefile(sys.prefix, {sys.prefix!r})
    assert os.path.samefile(os.getcwd(), {str(tmp_path)!r})
    """
    build.execute(notebook(checks), "own kernel", tmp_path)
