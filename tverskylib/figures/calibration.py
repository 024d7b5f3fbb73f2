"""Calibration afterwards: what some maps say of the same pixels, against what is true of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from tverskylib.figures._style import DICE, FAINT, FP, GRID, OTHER, in_style
from tverskylib.figures.plate import Plate

INKS = (FP, OTHER, DICE)


@in_style
def calibration(target: ArrayLike, maps: Mapping[str, ArrayLike], *, groups: int = 20) -> Plate:
    """The share of foreground in groups of pixels, and what each map says of them on average.

    Args:
        target: 0 or 1, any shape.
        maps: name -> probabilities in the shape of target; three at most. They order the pixels alike, as a map and its
            calibrated versions do.
        groups: how many groups of equal size, in the order of the first map.

    Introduced in lesson 09.
    """
    truth = np.ravel(np.asarray(target, dtype=float))
    said = {name: np.ravel(np.asarray(values, dtype=float)) for name, values in maps.items()}
    parts = np.array_split(np.argsort(next(iter(said.values())), kind="stable"), groups)
    shares = np.array([truth[part].mean() for part in parts])
    figure = Figure(figsize=(9.6, 3.8))
    ax = figure.subplots(gridspec_kw={"left": 0.07, "right": 0.98, "bottom": 0.27, "top": 0.95})
    places = np.arange(1, groups + 1)
    bars = ax.bar(places, shares, 0.9, color=GRID, edgecolor=FAINT)
    handles: list[Any] = [bars]
    told = []
    for (name, values), ink in zip(said.items(), INKS, strict=False):
        means = np.array([values[part].mean() for part in parts])
        handles += ax.plot(places, means, color=ink.colour, ls=ink.line, marker=ink.marker, ms=6, clip_on=False)
        told.append(
            f"{name} is off by {abs(means - shares).mean():.2f} on average and {abs(means - shares).max():.2f} at most"
        )
    ax.set(
        xlabel=f"{groups} groups of pixels, from the least sure of foreground to the most",
        ylabel="probability, share",
        ylim=(0, 1),
        xlim=(0.4, groups + 0.6),
        xticks=places[:: max(1, groups // 10)],
    )
    figure.legend(handles, ["share that is foreground", *said], loc="lower center", ncols=1 + len(said))
    alt = (
        f"Bars: the share of foreground in {groups} groups of pixels in the order of the map, rising from {shares[0]:.2f} to "
        f"{shares[-1]:.2f}. Lines: what each map says of them. {'; '.join(told)}."
    )
    return Plate(figure, alt)
