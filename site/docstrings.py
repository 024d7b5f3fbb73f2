"""Docstrings of the library, as they are meant: what Sphinx reads into them is taken out again."""

from __future__ import annotations

from typing import Any

from docutils import nodes

FIELD = "Alias for field number"  # what Python itself says of each field of a named tuple


def returns_in_words(lines: list[str]) -> list[str]:
    """The same docstring, its "Returns:" a field: its sentence may hold a colon, before which Sphinx sees a type."""
    if "Returns:" not in lines:
        return lines
    start = lines.index("Returns:")
    end = next((k for k in range(start + 1, len(lines)) if lines[k][:1].strip()), len(lines))
    first, *others = lines[start + 1 : end]
    return [*lines[:start], f":returns: {first.strip()}", *others, *lines[end:]]


def as_meant(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Change the lines in place, before Napoleon reads them."""
    lines[:] = returns_in_words(lines)


def left_out(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """A field of a named tuple of which nothing is said: it stands in the signature of its class already."""
    return True if (getattr(thing, "__doc__", None) or "").startswith(FIELD) else None


def with_dashes(app: Any, page: nodes.document, name: str) -> None:
    """Between an argument and its words Sphinx writes two hyphens, which without smart quotes stay two hyphens."""
    for text in list(page.findall(nodes.Text)):
        if text.startswith(" -- "):
            text.parent.replace(text, nodes.Text(" \N{EN DASH} " + text.removeprefix(" -- ")))


def setup(app: Any) -> dict[str, bool]:
    """Connect."""
    app.connect("autodoc-process-docstring", as_meant, priority=400)
    app.connect("autodoc-skip-member", left_out)
    app.connect("doctree-resolved", with_dashes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
