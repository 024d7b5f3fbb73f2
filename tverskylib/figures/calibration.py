"""Calibration afterwards: what a map says against what happens, before and after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from tverskylib.figures._style import DICE, FAINT, FP, OTHER, TP, in_style
from tverskylib.figures.plate import Plate

BINS = np.linspace(0, 1, 11)
LEAST = 30  # a bin with fewer pixels says nothing


@in_style
def calibration(target: ArrayLike, maps: Mapping[str, ArrayLike]) -> Plate:
    """The share of foreground among pixels of like probability, and how many pixels there are of each, for some maps.

    Args:
        target: 0 or 1, any shape.
        maps: name -> probabilities in the shape of target.
    """
    truth = np.ravel(np.asarray(target, dtype=float))
    figure = Figure(figsize=(9.6, 3.8))
    left, right = figure.subplots(
        1, 2, gridspec_kw={"left": 0.075, "right": 0.98, "bottom": 0.26, "top": 0.9, "wspace": 0.22}
    )
    left.plot([0, 1], [0, 1], color=FAINT, lw=1)
    told, lines = [], []
    for (name, probability), ink in zip(maps.items(), (FP, OTHER, TP, DICE), strict=False):
        said = np.ravel(np.asarray(probability, dtype=float))
        place = np.clip(np.digitize(said, BINS) - 1, 0, BINS.size - 2)
        count = np.bincount(place, minlength=BINS.size - 1)
        enough = count >= LEAST
        mean, share = (np.bincount(place, values, BINS.size - 1)[enough] / count[enough] for values in (said, truth))
        lines += left.plot(mean, share, color=ink.colour, ls=ink.line, marker=ink.marker, ms=6)
        middle = (BINS[:-1] + BINS[1:]) / 2
        right.plot(middle, count / truth.size, color=ink.colour, ls=ink.line, marker=ink.marker, ms=6)
        told.append(f"{name}: off by {np.average(abs(mean - share), weights=count[enough]):.3f} in the mean")
    left.set(xlabel="what the map says", ylabel="share that is foreground", xlim=(0, 1), ylim=(0, 1))
    left.set_title("on the grey line the map can be trusted")
    right.set(xlabel="what the map says", ylabel="share of the pixels", xlim=(0, 1), ylim=(0, 1))
    right.set_title("how often it says so")
    figure.legend(lines, list(maps), loc="lower center", ncols=len(maps))
    alt = (
        "The share of foreground among pixels of like probability, against that probability, and how often each is said. "
        f"{'; '.join(told)}."
    )
    return Plate(figure, alt)
