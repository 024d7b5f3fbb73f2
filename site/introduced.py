"""Which lesson introduces which public name: read from the docstrings, shown on both sides as links."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import tverskylib

WORDS = re.compile(r"[Ii]ntroduced in lesson (\d\d)")
PACKAGES = ("", "theory", "metrics", "tiles", "training", "figures", "explorers", "peers", "exercises")


def packages() -> Iterator[ModuleType]:
    """The public packages that there are, the outermost first."""
    for name in PACKAGES:
        found = getattr(tverskylib, name, None) if name else tverskylib
        if inspect.ismodule(found):
            yield found


def public(package: ModuleType) -> Iterator[tuple[str, Any]]:
    """The public functions and classes of a package, by name."""
    names = getattr(package, "__all__", None) or [name for name in dir(package) if not name.startswith("_")]
    for name in names:
        thing = getattr(package, name)
        if (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__module__.startswith("tverskylib"):
            yield name, thing


def lesson_of(thing: Any) -> str | None:
    """The two digits of the lesson that a docstring names."""
    found = WORDS.search(inspect.getdoc(thing) or "")
    return found[1] if found else None


def by_lesson() -> dict[str, list[str]]:
    """Two digits -> full public names, in the order of the packages."""
    found: dict[str, list[str]] = {}
    for package in packages():
        for name, thing in public(package):
            if lesson := lesson_of(thing):
                found.setdefault(lesson, []).append(f"{package.__name__}.{name}")
    return found


def with_links(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Turn the words of a docstring into a link."""
    pages = {page.rpartition("/")[2][:2]: page for page in app.env.found_docs if re.match(r"notebooks/\d\d_", page)}
    for k, line in enumerate(lines):
        lines[k] = WORDS.sub(
            lambda m: f"Introduced in :doc:`lesson {m[1]} </{pages[m[1]]}>`" if m[1] in pages else m[0], line
        )


def setup(app: Any) -> dict[str, bool]:
    """Connect."""
    app.connect("autodoc-process-docstring", with_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
