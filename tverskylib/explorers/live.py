"""Learning curves that grow while a lesson trains."""

from __future__ import annotations

import html
import time
from typing import Any, Protocol

from IPython.display import display

from tverskylib.figures.curves import LearningCurves, learning_curves
from tverskylib.figures.plate import Plate, mimebundle


class Growing(LearningCurves, Protocol):
    """Curves that know how many epochs they have."""

    @property
    def epochs(self) -> int: ...


class LiveCurves:
    """A picture with a progress bar, for ``train(..., on_epoch=live)``; what stays in the notebook is the last picture.

    One output that is replaced, so that a stored notebook has the curves, and no widget without a kernel.

    Args:
        name: of the run that is training.
        epochs: how many it will have.
        before: name -> curves of finished runs, drawn beside it.

    Introduced in lesson 10.
    """

    def __init__(self, name: str, epochs: int, before: dict[str, Any] | None = None) -> None:
        self.name, self.epochs, self.before = name, epochs, dict(before or {})
        self.start = time.monotonic()
        data, metadata = _shown(self._plate(None), self._bar(0))
        self.handle = display(data, raw=True, metadata=metadata, display_id=True)

    def __call__(self, curves: Growing) -> None:
        """Draw the curves as they are now."""
        self.plate = self._plate(curves)
        data, metadata = _shown(self.plate, self._bar(curves.epochs))
        self.handle.update(data, raw=True, metadata=metadata)

    def _plate(self, curves: Growing | None) -> Plate:
        runs = self.before if curves is None else self.before | {self.name: curves}
        return learning_curves(runs, epochs=None if self.before else self.epochs)

    def _bar(self, done: int) -> str:
        """A progress bar in words and as HTML; empty at the end."""
        if done >= self.epochs:
            return ""
        seconds = (time.monotonic() - self.start) / max(done, 1) * (self.epochs - done)
        left = f", about {seconds:.0f} s to go" if done else ""
        words = html.escape(f"training {self.name}: epoch {done} of {self.epochs}{left}")
        return f'<div><progress value="{done}" max="{self.epochs}" aria-label="{words}"></progress> {words}</div>'


def _shown(plate: Plate, bar: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A picture under a bar, as a notebook stores it: (data, metadata)."""
    data, metadata = mimebundle(plate.png(), plate.alt)
    data["text/html"] = bar + data["text/html"]
    return data, metadata
