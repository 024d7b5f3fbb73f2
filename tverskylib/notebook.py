"""What a lesson says of itself: sentences with computed numbers, and whether the reader's set-up is complete."""

from __future__ import annotations

import importlib.metadata
import sys

from IPython.display import Markdown
from packaging.requirements import Requirement

NAME = "tverskylib"
LATER = "lessons"  # the extra that holds what the lessons need beside the library


def say(text: str) -> Markdown:
    """A sentence with numbers that the cell has computed, shown as Markdown: ``say(f"Dice is {dice:.3f}.")``."""
    return Markdown(text)


def check_environment() -> Markdown:
    """Say in words whether everything that the lessons need is installed, and what to do where it is not."""
    faults = [fault for requirement in _requirements() if (fault := _fault(requirement))]
    python = ".".join(map(str, sys.version_info[:3]))
    if not faults:
        return Markdown(f"Python {python} and all {len(_requirements())} packages are in place. You are ready.")
    listed = "\n".join(f"- {fault}" for fault in faults)
    return Markdown(
        f"Something is missing or too old:\n\n{listed}\n\n"
        "In a terminal in the project's folder, `make lab` mends this (or the plain commands of the README)."
    )


def _requirements() -> list[Requirement]:
    declared = [Requirement(line) for line in importlib.metadata.requires(NAME) or []]
    return [r for r in declared if r.marker is None or r.marker.evaluate({"extra": LATER})]


def _fault(requirement: Requirement) -> str:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"**{requirement.name}** is not installed; the lessons need {requirement.name}{requirement.specifier}."
    if not requirement.specifier.contains(version, prereleases=True):
        return f"**{requirement.name}** is at {version}; the lessons need {requirement.specifier}."
    return ""
