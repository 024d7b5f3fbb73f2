"""Whether what a lesson needs is installed, in words."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Sequence

from IPython.display import Markdown
from packaging.requirements import Requirement

NAME = "tverskylib"
LESSONS = range(13)
LATER = "lessons"  # the extra that holds what every lesson needs beside the library
# Of that extra, what shows, runs and makes lessons. Whoever asks has some Jupyter that runs: Colab's is another one.
TOOLS = {"ipykernel", "jupyter-client", "jupyterlab", "jupytext", "nbclient", "nbformat", "voila"}
# The other extras that a lesson needs; the lessons that are not named need none.
EXTRAS_OF = {
    4: ("torch",),
    5: ("torch",),
    8: ("torch",),
    9: ("torch", "train"),
    10: ("torch", "train"),
    12: ("torch", "train"),
}


def check_environment(lesson: int | None = None) -> Markdown:
    """Say in words whether what the lessons need is installed, and what to do where it is not.

    Args:
        lesson: the number of one lesson; all of them by default.

    Returns:
        What is in place, or what is missing or too old, the lessons that need it, and the command.

    Raises:
        ValueError: there is no such lesson.

    Introduced in lesson 00.
    """
    if lesson is not None and (isinstance(lesson, bool) or lesson not in LESSONS):
        raise ValueError(f"lesson must be a number from {LESSONS[0]} to {LESSONS[-1]}, or None for all, got {lesson!r}")
    asked = LESSONS if lesson is None else [lesson]
    needed = {number: _requirements(EXTRAS_OF.get(number, ())) for number in asked}
    faults = {number: [fault for one in needs if (fault := _fault(one))] for number, needs in needed.items()}
    ready = [number for number in asked if not faults[number]]
    python = ".".join(map(str, sys.version_info[:3]))
    if len(ready) == len(asked):
        count = len({one.name for needs in needed.values() for one in needs})
        return Markdown(f"Python {python} and all {count} packages are in place. You are ready.")
    parts = (
        [f"Python {python} and all that {_words(ready)} need{'s' * (len(ready) == 1)} are in place."] if ready else []
    )
    for found in dict.fromkeys(tuple(faults[number]) for number in asked if faults[number]):
        lacking = [number for number in asked if tuple(faults[number]) == found]
        listed = "\n".join(f"- {fault}" for fault in found)
        extras = ",".join(dict.fromkeys([LATER, *(extra for one in lacking for extra in EXTRAS_OF.get(one, ()))]))
        parts.append(
            f"For {_words(lacking)} something is missing or too old:\n\n{listed}\n\n"
            f'In a terminal, `python -m pip install "{NAME}[{extras}]"` mends this.'
        )
    return Markdown("\n\n".join([*parts, "In the project's folder, `make lab` installs what all lessons need."]))


def _words(lessons: Sequence[int]) -> str:
    names = [f"{lesson:02}" for lesson in lessons]
    return f"lesson {names[0]}" if len(names) == 1 else f"lessons {', '.join(names[:-1])} and {names[-1]}"


def _requirements(extras: Sequence[str]) -> list[Requirement]:
    """What the library needs with these extras and that of the lessons, as it was declared when it was installed."""
    declared = [Requirement(line) for line in importlib.metadata.requires(NAME) or []]
    chosen = ["", LATER, *extras]  # no extra at all is "", for requirements whose marker speaks of something else
    needed = [r for r in declared if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in chosen)]
    return list({r.name: r for r in needed if r.name not in TOOLS}.values())


def _fault(requirement: Requirement) -> str:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"**{requirement.name}** is not installed; needed is {requirement.name}{requirement.specifier}."
    if not requirement.specifier.contains(version, prereleases=True):
        return f"**{requirement.name}** is at {version}; needed is {requirement.specifier}."
    return ""
