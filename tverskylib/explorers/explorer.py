"""Sliders around a drawing: a thin shell that holds no mathematics and no plotting."""

from __future__ import annotations

import functools
import html
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import ipywidgets as widgets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, FigureBase

from tverskylib.explorers.closing import parts
from tverskylib.explorers.picture import Picture, encoded
from tverskylib.explorers.redraw import Redraw
from tverskylib.figures._style import in_style
from tverskylib.figures.drawing import Drawing, static_grid
from tverskylib.figures.plate import DPI, mimebundle

Slider: TypeAlias = widgets.FloatSlider | widgets.FloatLogSlider | widgets.IntSlider | widgets.Dropdown


class Explorer(widgets.VBox):
    """Sliders, presets and a picture that follows them.

    With a kernel the reader moves the sliders, by mouse or by keyboard. Without one (a stored notebook, GitHub, a
    static page) the output is a grid of pictures at telling values, drawn by the same drawing.

    Args:
        make: a Drawing class, or a functools.partial of one, called with the figure.
        sliders: name of the value -> its slider, or dropdown. The value at the start is where Reset goes.
        static: the positions shown where there is no kernel; values left out stay at their start.
        presets: name -> the values it sets.
        columns: how many pictures stand side by side in the static grid.
    """

    def __init__(
        self,
        make: Callable[[FigureBase], Drawing],
        sliders: Mapping[str, Slider],
        *,
        static: Sequence[Mapping[str, Any]],
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        columns: int = 2,
    ) -> None:
        self._make, self._columns = make, columns
        self.sliders = dict(sliders)
        self.start = {name: slider.value for name, slider in self.sliders.items()}
        self._static = [{**self.start, **values} for values in static]
        self._paused = False
        self._shown: dict[str, Any] | None = None  # the values of the picture; none after an error
        self.drawing = self._new_drawing()
        width, height = (round(side * DPI) for side in self.figure.get_size_inches())
        self.picture = Picture(width=width, height=height)
        self.message = widgets.HTML()
        self.buttons = {
            name: self._button(name, values) for name, values in {**(presets or {}), "Reset": self.start}.items()
        }
        self.redraw()
        for slider in self.sliders.values():
            slider.observe(self._moved, names="value")
        controls = widgets.VBox([*self.sliders.values(), widgets.HBox(list(self.buttons.values()))])
        super().__init__([controls, self.message, self.picture])
        self.add_class("tverskylib-explorer")

    @property
    def values(self) -> dict[str, Any]:
        """Where the sliders stand."""
        return {name: slider.value for name, slider in self.sliders.items()}

    def set(self, **values: Any) -> None:
        """Move several sliders and draw once."""
        unknown = sorted(set(values) - set(self.sliders))
        if unknown:
            raise ValueError(f"values must be named {sorted(self.sliders)}, got {unknown}")
        with self._one_redraw():
            for name, value in values.items():
                self.sliders[name].value = value

    def close(self) -> None:
        """Close the box and all that is in it."""
        for part in list(parts(self)):
            part.close()
        super().close()

    @in_style
    def redraw(self) -> None:
        """Draw where the sliders stand. An error is shown to the reader, and raised."""
        values = self.values
        try:
            self.drawing.update(**values)
            self._redraw.draw()
            alt, png = self.drawing.describe(), encoded(self.canvas)
        except Exception:
            self._shown = None
            self.message.value = f'<pre role="alert">{html.escape(traceback.format_exc(limit=-2))}</pre>'
            raise
        if self.message.value:
            self.message.value = ""
        with self.picture.hold_sync():
            self.picture.alt, self.picture.png = alt, png
        self._shown = values

    @in_style
    def _new_drawing(self) -> Drawing:
        kind = getattr(self._make, "func", self._make)
        self.figure = Figure(figsize=getattr(kind, "size", Drawing.size), dpi=DPI)
        self.canvas = FigureCanvasAgg(self.figure)
        self._redraw = Redraw(self.canvas)
        return self._make(self.figure)

    def _moved(self, _change: Any) -> None:
        if not self._paused and self.values != self._shown:
            self.redraw()

    @contextmanager
    def _one_redraw(self) -> Iterator[None]:
        self._paused = True
        try:
            yield
        finally:
            self._paused = False
        self._moved(None)

    def _button(self, name: str, values: Mapping[str, Any]) -> widgets.Button:
        words = ", ".join(
            f"{key} = {value if isinstance(value, str) else f'{value:g}'}" for key, value in values.items()
        )
        button = widgets.Button(description=name, tooltip=f"{name}: {words}", layout=widgets.Layout(width="auto"))
        button.on_click(lambda _: self.set(**values))
        return button

    @functools.cached_property
    def static_picture(self) -> tuple[bytes, str]:
        """PNG and alt text of the grid that is stored in the notebook."""
        grid = static_grid(self._make, self._static, columns=self._columns)
        return grid.png(), grid.alt

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = mimebundle(*self.static_picture)
        return {**super()._repr_mimebundle_(**kwargs), **data}, metadata
