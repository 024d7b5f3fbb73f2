"""One look for all figures: colours told apart by everyone, and never by colour alone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import matplotlib
from matplotlib.patches import Patch

from tverskylib.figures.grammar import GRAMMAR, colours

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Ink(NamedTuple):
    """A colour and the pattern that goes with it, for readers who do not see the colour."""

    colour: str
    hatch: str
    line: Any = "-"
    marker: str = "o"


_HATCHES = {"plain": "", "stripes": "///", "dots": "...", "cross": "xx"}
_LINES = {"solid": "-", "dashed": "--", "dotted": ":", "dashdot": "-."}
_MARKERS = {"circle": "o", "up": "^", "down": "v", "square": "s", "diamond": "D"}
_COLOURS = colours("light")


def ink(role: str) -> Ink:
    """A role of the grammar as matplotlib draws it."""
    look = GRAMMAR["roles"][role]
    return Ink(look["light"], _HATCHES[look["pattern"]], _LINES[look["dash"]], _MARKERS[look["mark"]])


TP, FP, FN = ink("tp"), ink("fp"), ink("fn")
BATCH, IMAGE = ink("batch"), ink("image")
DICE, OTHER = ink("loss"), ink("noise")
COUNT_INKS = (TP, FP, FN)
INK, FAINT, GRID, PAPER = (_COLOURS[name] for name in ("ink", "faint", "grid", "paper"))


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
