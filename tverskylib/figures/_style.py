"""One look for all figures: colours told apart by everyone, and never by colour alone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, ParamSpec, TypeVar

import matplotlib
from matplotlib.patches import Patch
from matplotlib.rcsetup import cycler

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


def style(theme: str) -> dict[str, Any]:
    """matplotlib's settings on light or on dark ground."""
    shades = colours(theme)
    ink, faint, paper = shades["ink"], shades["faint"], shades["paper"]
    cycle = [shades[role] for role in ("loss", "batch", "image", "level", "fn", "fp", "tp")]
    return {
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters everywhere
        "font.size": 10.5,
        "axes.titlesize": 10.5,
        "axes.titlelocation": "left",
        "axes.labelsize": 10.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": faint,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.grid": False,
        "axes.prop_cycle": cycler(color=cycle),
        "grid.color": shades["grid"],
        "xtick.color": faint,
        "ytick.color": faint,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "text.color": ink,
        "figure.facecolor": paper,
        "axes.facecolor": paper,
        "savefig.facecolor": paper,
        "hatch.linewidth": 1.0,
        "lines.linewidth": 1.8,
        "legend.frameon": False,
        "image.interpolation": "nearest",
        "path.simplify": True,
    }


# A backend belongs to the process, not to a figure: those settings stay the reader's.
_NOT_OURS = ("backend", "backend_fallback", "interactive", "toolbar", "tk", "webagg")


@functools.cache
def _settings(theme: str) -> Any:
    every = {**matplotlib.rcParamsDefault, **style(theme)}  # type: ignore[misc]
    return {name: value for name, value in every.items() if name.partition(".")[0] not in _NOT_OURS}


def styled(*, dark: bool = False) -> AbstractContextManager[None]:
    """The project's style, whatever the reader's own settings are."""
    return matplotlib.rc_context(_settings("dark" if dark else "light"))


def in_style(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run a function that makes or draws artists under the project's style, whatever the reader's own settings are.

    Drawing counts too: matplotlib makes tick labels only when it draws.
    """

    @functools.wraps(function)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with styled():
            return function(*args, **kwargs)

    return wrapped
