"""One look for all figures: colours told apart by everyone, and never by colour alone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import matplotlib
from matplotlib.patches import Patch

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Ink(NamedTuple):
    """A colour and the pattern that goes with it, for readers who do not see the colour."""

    colour: str
    hatch: str
    line: Any = "-"
    marker: str = "o"


# Okabe and Ito's colours, darkened until each has a contrast of at least 4.5 to white.
TP = Ink("#00795A", "", "-", "o")
FP = Ink("#B84A00", "///", "--", "^")
FN = Ink("#00629B", "...", ":", "v")
DICE = Ink("#1A1A1A", "", "-", "D")
OTHER = Ink("#8A3E73", "xx", "-.", "s")
COUNT_INKS = (TP, FP, FN)
INK = "#1A1A1A"
FAINT = "#6B6B6B"
GRID = "#D9D9D9"
PAPER = "#FFFFFF"


def dress(patches: Iterable[Patch], inks: Iterable[Ink]) -> None:
    """Give each patch its colour and its pattern."""
    for patch, ink in zip(patches, inks, strict=True):
        patch.set(facecolor="none" if ink.hatch else ink.colour, edgecolor=ink.colour, hatch=ink.hatch)


STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters everywhere
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.grid": False,
    "grid.color": GRID,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "hatch.linewidth": 1.0,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "image.interpolation": "nearest",
    "path.simplify": True,
}


# A backend belongs to the process, not to a figure: those settings stay the reader's.
_SETTINGS: Any = {
    name: value
    for name, value in {**matplotlib.rcParamsDefault, **STYLE}.items()  # type: ignore[misc]
    if name.partition(".")[0] not in ("backend", "backend_fallback", "interactive", "toolbar", "tk", "webagg")
}


def in_style(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run a function that makes or draws artists under the project's style, whatever the reader's own settings are.

    Drawing counts too: matplotlib makes tick labels only when it draws.
    """

    @functools.wraps(function)
    def styled(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with matplotlib.rc_context(_SETTINGS):
            return function(*args, **kwargs)

    return styled
