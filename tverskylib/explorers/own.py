"""Sliders around a function of the reader's own that draws on axes."""

from __future__ import annotations

import contextlib
import functools
import html
import inspect
import math
import numbers
import textwrap
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tverskylib._checks import describe
from tverskylib._numbers import is_number
from tverskylib.explorers.closing import parts
from tverskylib.explorers.picture import Picture, encoded
from tverskylib.figures._style import styled
from tverskylib.figures.plate import DPI, Plate, mimebundle

SIZE = (7.0, 4.2)  # inches of a hundred pixels
ROW = 8.8  # width of the stored row
LETTERS = 84  # in such a row
MOST = 100  # inches
FARTHEST = 1e100  # from 0, of a slider's end
DOTS = 2  # of the picture for one pixel of the page, each way
HANDLE = "#2F7FC1"  # of a slider, seen on light and on dark ground: that of ipywidgets is white on white


class Interactive(widgets.VBox):
    """Sliders around any function that draws on matplotlib's axes.

    >>> def draw(ax, alpha, beta=0.5):
    ...     ax.plot([0, 1], [alpha, beta])
    >>> explorer = Interactive(draw, alpha=(0.05, 2), beta=(0.05, 2))
    >>> explorer.values
    {'alpha': 1.03, 'beta': 0.5}

    With a kernel the reader moves the sliders, by mouse or by keyboard. Without one the output is a row of pictures, each
    under the values that it shows.

    Args:
        function: called as ``function(ax, **values)``, anew for each picture, on empty axes in the style of the lessons.
        frames: the positions shown where there is no kernel, each a mapping of values; by default the first slider at
            its lowest value, the start, and its highest value.
        alt: what the picture shows, as a text or as a function of the values; by default the labels on the axes.
        size: width and height in inches, of a hundred pixels each.
        ranges: name of an argument -> (low, high), or (low, high, step), or a list of choices, or a slider of ipywidgets.
            Two whole numbers make a slider of whole numbers. A slider starts at the argument's default, or else in the
            middle; a list at its first choice.

    Raises:
        TypeError: function can not be called, or does not take an argument of this name, or a range is none.
        ValueError: low is not below high, the list is empty, or an argument has neither a range nor a default.

    Introduced in lesson 04.
    """

    def __init__(
        self,
        function: Callable[..., object],
        *,
        frames: Sequence[Mapping[str, Any]] | None = None,
        alt: str | Callable[..., str] | None = None,
        size: tuple[float, float] = SIZE,
        **ranges: Any,
    ) -> None:
        defaults = _arguments(function, ranges)
        self._function, self._alt, self._size = function, alt, _checked_size(size)
        self.controls = {name: _control(name, wanted, defaults.get(name)) for name, wanted in ranges.items()}
        self.start = self.values
        self._frames = [{**self.start, **values} for values in _checked_frames(frames, self.start) or self._ends()]
        self._paused = False
        self.picture = Picture(width=round(DPI * size[0]), height=round(DPI * size[1]))
        self.message = widgets.HTML()
        self.redraw()
        for control in self.controls.values():
            control.observe(self._moved, names="value")
        self.picture.observe(self._moved, names="dark")
        reset = widgets.Button(description="Reset", layout=widgets.Layout(width="auto", align_self="flex-start"))
        reset.on_click(lambda _: self.set(**self.start))
        super().__init__([*self.controls.values(), reset, self.message, self.picture])
        self.add_class("tverskylib-explorer")

    @property
    def values(self) -> dict[str, Any]:
        """Where the sliders stand."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values: Any) -> None:
        """Move several sliders and draw once; if one value is refused, none is set.

        Raises:
            ValueError: there is no such slider, or no such place on it.
        """
        if unknown := sorted(set(values) - set(self.controls)):
            raise ValueError(f"values must be named {sorted(self.controls)}, got {unknown}")
        before, self._paused = self.values, True
        try:
            for name, value in values.items():
                _move(name, self.controls[name], value)
        except ValueError:
            for name, value in before.items():
                self.controls[name].value = value
            raise
        finally:
            self._paused = False
        self.redraw()

    def redraw(self) -> None:
        """Draw where the sliders stand. An error is shown to the reader, and raised."""
        try:
            figure, [words] = self._drawn([self.values], DPI * DOTS, dark=self.picture.dark)
            png = encoded(figure.canvas)  # type: ignore[arg-type]
        except Exception:
            self.message.value = f'<pre role="alert">{html.escape(traceback.format_exc(limit=-2))}</pre>'
            raise
        if self.message.value:
            self.message.value = ""
        with self.picture.hold_sync():
            self.picture.alt, self.picture.png = words, png

    def close(self) -> None:
        """Close the box and all that is in it."""
        for part in list(parts(self)):
            part.close()
        super().close()

    @functools.cached_property
    def static_picture(self) -> tuple[bytes, str]:
        """PNG, at two dots a pixel, and alt text of the row of pictures that is stored in the notebook."""
        figure, words = self._drawn(self._frames, DPI * DOTS, dark=False)
        numbered = " ".join(f"({k}) {text}" for k, text in enumerate(words, 1))
        return Plate(figure, f"{len(words)} positions of the sliders. {numbered}", dpi=DPI * DOTS).png(), numbered

    def _drawn(self, settings: Sequence[Mapping[str, Any]], dpi: int, *, dark: bool) -> tuple[Figure, list[str]]:
        """Pictures side by side, and each in words."""
        (width, height), words = self._size, []
        with styled(dark=dark):
            wide = width if len(settings) == 1 else ROW
            figure = Figure(
                figsize=(wide, height if len(settings) == 1 else ROW / 3 + 0.4), dpi=dpi, layout="constrained"
            )
            canvas = FigureCanvasAgg(figure)
            for ax, values in zip(figure.subplots(1, len(settings), squeeze=False)[0], settings, strict=True):
                self._function(ax, **values)
                words.append(self._words(ax, values))
                if len(settings) > 1:
                    # A name stays with its value where the line is broken.
                    said = textwrap.fill(_said(values, "\u00a0"), LETTERS // len(settings))
                    ax.set_title("\n".join(filter(None, [said, _title(ax)])))
            canvas.draw()
        return figure, words

    def _words(self, ax: Axes, values: Mapping[str, Any]) -> str:
        if callable(self._alt):
            return f"{_said(values)}: {self._alt(**values)}"
        if self._alt:
            return f"{_said(values)}: {self._alt}"
        lines = [str(line.get_label()) for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
        labels = {"across": ax.get_xlabel(), "upwards": ax.get_ylabel(), "lines": ", ".join(lines)}
        named = "; ".join(f"{key}: {text}" for key, text in labels.items() if text)
        return " ".join(filter(None, [f"A picture drawn for {_said(values)}.", _title(ax) and f"{_title(ax)}.", named]))

    def _ends(self) -> list[dict[str, Any]]:
        """Positions of the first slider, where its telling values are not named."""
        if not self.controls:
            return [{}]
        name, control = next(iter(self.controls.items()))
        if hasattr(control, "options"):
            return [{name: value} for value in list(control.options)[:3]]
        if not hasattr(control, "min"):  # a check box, a field for a number
            return [{}]
        low, high = (10**control.min, 10**control.max) if hasattr(control, "base") else (control.min, control.max)
        return [{name: low}, {}, {name: high}]

    def _moved(self, _change: Any) -> None:
        if not self._paused:
            self.redraw()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = mimebundle(*self.static_picture, scale=DOTS)
        return {**super()._repr_mimebundle_(**kwargs), **data}, metadata


interactive = Interactive  # as the lessons call it


def _title(ax: Axes) -> str:
    """Wherever it stands: in the lessons' style it is at the left, and matplotlib asks for the one in the middle."""
    return " ".join(filter(None, (ax.get_title(loc) for loc in ("left", "center", "right"))))


def _said(values: Mapping[str, Any], space: str = " ") -> str:
    shown = {name: format(value, ".3g") if isinstance(value, numbers.Real) else value for name, value in values.items()}
    return ", ".join(f"{name}{space}{value}" for name, value in shown.items())


def _checked_size(size: Any) -> tuple[float, float]:
    if not isinstance(size, Sequence) or len(size) != 2 or not all(_is_number(x) and 0 < x <= MOST for x in size):
        raise ValueError(f"size must be (width, height) in inches, each above 0 and at most {MOST}, got {size!r}")
    return size[0], size[1]


def _checked_frames(frames: Any, start: Mapping[str, Any]) -> Sequence[Mapping[str, Any]] | None:
    fits = frames is None or (
        isinstance(frames, Sequence) and all(isinstance(one, Mapping) and {*one} <= {*start} for one in frames)
    )
    if not fits:
        raise ValueError(f"frames must be a list of mappings of values named {sorted(start)}, got {frames!r}")
    checked: Sequence[Mapping[str, Any]] | None = frames
    return checked


def _move(name: str, control: Any, value: Any) -> None:
    """Set a slider, which of itself would go to its end for what lies beyond."""
    with contextlib.suppress(traitlets.TraitError):
        control.value = value
        chosen = getattr(control, "index", 0) is not None  # None takes a choice away
        if chosen and np.array_equal(control.value, float(value) if is_number(value) else value):
            return
    raise ValueError(f"{name} must be a value that its slider takes, got {describe(value)}")


def _arguments(function: Callable[..., object], ranges: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of the function's arguments."""
    if not callable(function):
        raise TypeError(f"function must be a function that draws on axes, got {describe(function)}")
    first, *others = inspect.signature(function).parameters.values()
    takes_all = any(one.kind is one.VAR_KEYWORD for one in others)
    known = {one.name for one in others if one.kind is not one.VAR_KEYWORD}
    if not takes_all and (strange := sorted(set(ranges) - known)):
        raise TypeError(f"function must take the arguments {sorted(ranges)}, but takes no {', '.join(strange)}")
    free = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    open_ = [one.name for one in others if one.default is one.empty and one.name not in ranges and one.kind not in free]
    if open_:
        raise ValueError(f"every argument after {first.name} needs a range or a default, {', '.join(open_)} has none")
    return {one.name: one.default for one in others if one.default is not one.empty}


def _control(name: str, wanted: Any, start: Any) -> Any:
    if isinstance(wanted, widgets.DOMWidget):
        if not hasattr(wanted, "value"):
            raise TypeError(f"{name} must be a slider or another widget with a value, got {describe(wanted)}")
        return wanted
    looks: dict[str, Any] = {"description": name, "style": {"description_width": "11em"}}
    looks["layout"] = widgets.Layout(width="min(34em, 100%)")
    if isinstance(wanted, list):
        if not wanted:
            raise ValueError(f"{name} must be a list of choices, got an empty one")
        return widgets.Dropdown(options=wanted, value=start if start in wanted else wanted[0], **looks)
    plain = isinstance(wanted, tuple) and len(wanted) in (2, 3) and all(_is_number(value) for value in wanted)
    if not plain:
        raise TypeError(f"{name} must be (low, high), (low, high, step), a list or a widget, got {describe(wanted)}")
    low, high, *step = wanted
    if not low < high or any(value <= 0 for value in step) or not 1 / FARTHEST <= high - low <= FARTHEST:
        raise ValueError(f"{name} must be (low, high) with low below high, and a step above 0, got {wanted}")
    whole = all(isinstance(value, numbers.Integral) for value in wanted)
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    by = step[0] if step else 1 if whole else _round_step((high - low) / 100)
    middle = (low + high) // 2 if whole else low + round((high - low) / 2 / by) * by
    chosen = start if _is_number(start) and low <= start <= high else round(middle, 9)
    looks["style"]["handle_color"] = HANDLE
    return kind(value=chosen, min=low, max=high, step=by, continuous_update=True, **looks)


def _is_number(value: Any) -> bool:
    return is_number(value) and abs(value) <= FARTHEST


def _round_step(least: float) -> float:
    """The next smaller of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return round(power * max(factor for factor in (1, 2, 5) if factor * power <= least * (1 + 1e-9)), 12)
