"""Drawings: artists that are made once and then follow named values."""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from matplotlib.figure import Figure, FigureBase

from tverskylib._numbers import check_number
from tverskylib.figures._style import in_style
from tverskylib.figures.plate import Plate

GRID_DPI = 72


class Drawing(ABC):
    """Artists on a figure or a part of one. ``update`` moves them; nothing is made anew, so a slider stays quick."""

    size: ClassVar[tuple[float, float]] = (8.0, 3.6)  # inches

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "update" in vars(cls):
            cls.update = _of_numbers(cls.update)

    update: Callable[..., None]
    """Show these values, all given by name; the names are those of the sliders."""

    @abstractmethod
    def describe(self) -> str:
        """The picture in words, as it stands: its alt text."""


def _of_numbers(update: Callable[..., None]) -> Callable[..., None]:
    """The same update, which refuses by name what is no finite number."""
    named = [name for name, kind in update.__annotations__.items() if kind in ("float", float)]

    @functools.wraps(update)
    def checked(self: Drawing, /, *args: Any, **values: Any) -> None:
        for name in named:
            if name in values:
                check_number(name, values[name], -math.inf)
        update(self, *args, **values)

    return checked


@in_style
def still(make: Callable[[FigureBase], Drawing], **values: float) -> Plate:
    """One position of a drawing, as a picture of its own."""
    figure = Figure(figsize=_size_of(make))
    drawing = make(figure)
    drawing.update(**values)
    return Plate(figure, drawing.describe())


@in_style
def static_grid(
    make: Callable[[FigureBase], Drawing], settings: Sequence[Mapping[str, Any]], *, columns: int = 2
) -> Plate:
    """The same drawing at telling values, side by side: what stands for a slider where no kernel runs."""
    if not settings:
        raise ValueError("settings must hold at least one position of the sliders, got none")
    width, height = _size_of(make)
    rows = -(-len(settings) // columns)
    figure = Figure(figsize=(width * columns, height * rows))
    parts = figure.subfigures(rows, columns, squeeze=False).ravel()
    words = []
    for part, values in zip(parts, settings, strict=False):
        drawing = make(part)
        drawing.update(**values)
        words.append(drawing.describe())
    numbered = " ".join(f"({k}) {text}" for k, text in enumerate(words, 1))
    alt = words[0] if len(words) == 1 else f"{len(words)} positions of the sliders. {numbered}"
    return Plate(figure, alt, dpi=GRID_DPI)


def _size_of(make: Callable[[FigureBase], Drawing]) -> tuple[float, float]:
    """The size of what ``make`` makes: it is a Drawing class, or a functools.partial of one."""
    size: tuple[float, float] = getattr(getattr(make, "func", make), "size", Drawing.size)
    return size
