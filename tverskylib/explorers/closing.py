"""Closing a box with all that is in it: a widget that is not closed stays in memory as long as the kernel runs."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets as widgets


def parts(box: widgets.Widget) -> Iterator[widgets.Widget]:
    """What a widget holds: its children and theirs, and the layout and style of each."""
    for child in getattr(box, "children", ()):
        yield from parts(child)
        yield child
    for name in ("style", "layout"):
        if isinstance(held := getattr(box, name, None), widgets.Widget):
            yield held
