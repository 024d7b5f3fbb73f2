"""check_environment says what a lesson lacks, and how to mend it."""

import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from tverskylib import check_environment
from tverskylib.environment import EXTRAS_OF, LESSONS, TOOLS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def installed(monkeypatch):
    """The versions that are there: of every package the newest; a test takes some away."""
    declared = list(PROJECT["dependencies"])
    for extra, lines in PROJECT["optional-dependencies"].items():
        declared += [f'{line}; extra == "{extra}"' for line in lines]
    versions = {}

    def version(name):
        found = versions.get(name, "9999")
        if found is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(importlib.metadata, "requires", lambda name: declared)
    monkeypatch.setattr(importlib.metadata, "version", version)
    return versions


@pytest.mark.parametrize("lesson", [None, *LESSONS])
def test_all_is_well(installed, lesson):
    assert check_environment(lesson).data.endswith("packages are in place. You are ready.")


def test_every_lesson_is_told_what_it_lacks(installed):
    installed |= {"torch": None, "monai": None}
    said = check_environment().data
    ready, torch, train, last = said.split("\n\nFor ")[0], *said.split("\n\nFor ")[1:], said.split("\n\n")[-1]
    assert "all that lessons 00, 01, 02, 03, 06, 07 and 11 need are in place" in ready
    assert torch.startswith("lessons 04, 05 and 08 something is missing")
    assert "- **torch** is not installed; needed is torch>=2.6." in torch and "monai" not in torch
    assert 'python -m pip install "tverskylib[lessons,torch]"' in torch
    assert train.startswith("lessons 09, 10 and 12") and "**monai**" in train and "**torch**" in train
    assert 'python -m pip install "tverskylib[lessons,torch,train]"' in train
    assert "`make lab`" in last


def test_one_lesson_is_told_what_it_lacks_itself(installed):
    installed |= {"torch": None}
    assert "You are ready" in check_environment(3).data
    said = check_environment(4).data
    assert said.startswith("For lesson 04 something is missing") and "lesson 0" not in said.replace("lesson 04", "")


def test_what_is_too_old_is_told(installed):
    installed |= {"numpy": "1.26.4", "matplotlib": None}
    said = check_environment().data
    assert "- **numpy** is at 1.26.4; needed is >=2.0." in said and "**matplotlib** is not installed" in said
    assert "You are ready" not in said and said.count("For lessons") == 1


@pytest.mark.parametrize("lesson", [-1, 13, 2.5, "03", True])
def test_there_is_no_such_lesson(installed, lesson):
    with pytest.raises(ValueError, match="lesson must be a number from 0 to 12, or None for all, got"):
        check_environment(lesson)


def test_it_does_not_matter_which_jupyter_runs(installed):
    """As in Colab, which has one of its own."""
    assert {line.partition(">")[0] for line in PROJECT["optional-dependencies"]["lessons"]} == {*TOOLS, "pandas"}
    installed |= dict.fromkeys(TOOLS)
    assert "You are ready" in check_environment().data
    installed |= {"pandas": None}
    assert "**pandas** is not installed" in check_environment(11).data


def test_extras_of_lessons_exist():
    assert EXTRAS_OF.keys() <= set(LESSONS)
    assert {extra for extras in EXTRAS_OF.values() for extra in extras} <= PROJECT["optional-dependencies"].keys()


def test_every_lesson_there_is_has_a_number_that_is_known():
    numbers = [int(path.name[:2]) for path in (ROOT / "notebooks/source").glob("[0-9]*.py")]
    assert numbers and set(numbers) <= set(LESSONS)
