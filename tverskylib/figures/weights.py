"""alpha and beta: what they weigh, where the named indices lie, and how the best threshold moves."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from tverskylib.counts import Counts
from tverskylib.figures._style import FAINT, FN, FP, INK, OTHER, TP, in_style
from tverskylib.figures.plate import Plate
from tverskylib.index import tversky_from_counts

WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


@in_style
def two_sets() -> Plate:
    """Target and prediction as sets: what they share, and what each has alone."""
    figure = Figure(figsize=(8, 3.2))
    ax = figure.add_axes((0.01, 0.01, 0.98, 0.98), aspect="equal")
    ax.set(xlim=(-4.4, 4.4), ylim=(-1.75, 1.75))
    ax.set_axis_off()
    for x, ink in ((-0.9, FN), (0.9, FP)):
        ax.add_patch(Circle((x, 0), 1.4, facecolor="none", edgecolor=ink.colour, lw=2, hatch=ink.hatch, alpha=0.7))
        outline = ax.add_patch(Circle((x, 0), 1.4, facecolor="none", edgecolor=ink.colour, lw=2.5, zorder=3))
    shared = ax.add_patch(Circle((-0.9, 0), 1.4, facecolor=TP.colour, edgecolor="none", zorder=2))
    shared.set_clip_path(outline)
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": "none"}
    for x, text, ink in ((-1.42, "FN\nonly target", FN), (0, "TP\nboth", TP), (1.42, "FP\nonly predicted", FP)):
        ax.text(x, 0, text, ha="center", va="center", color=ink.colour, weight="bold", bbox=box, zorder=4)
    ax.text(-2.3, 1.25, "target Y", ha="right", color=FN.colour)
    ax.text(2.3, 1.25, "prediction Ŷ", color=FP.colour)
    alt = (
        "Two overlapping circles. The left circle is the target Y, the right one the prediction. The overlap is marked TP, "
        "both; the rest of the target FN, only target; the rest of the prediction FP, only predicted."
    )
    return Plate(figure, alt)


@in_style
def weight_plane(counts: Counts) -> Plate:
    """The (alpha, beta) plane for one mask: level lines of the index, and the indices that have names."""
    figure = Figure(figsize=(8.4, 4.6))
    ax = figure.add_axes((0.09, 0.13, 0.6, 0.82))
    steps = np.linspace(0.005, 1.25, 120)
    alpha, beta = np.meshgrid(steps, steps)
    values = tversky_from_counts(*counts, alpha=alpha, beta=beta)
    lines = ax.contour(alpha, beta, values, levels=9, colors=FAINT, linewidths=1)
    tp, fp, fn = (float(count) for count in counts)
    places = []
    for level in lines.levels:  # at the top, where no other line runs, or at the bottom
        places += [(x, y) for y in (1.13, 0.06) if 0.05 < (x := (tp * (1 / level - 1) - y * fn) / fp) < 1.2][:1]
    ax.clabel(lines, fmt="%.2f", fontsize=8.5, manual=places)
    ax.plot([0, 1], [1, 0], color=INK, lw=2)
    ax.plot([0, 1.25], [0, 1.25], color=INK, lw=1.2, ls="--")
    ax.text(1.06, 0.98, "a ray:\none order", va="top", bbox=WHITE)
    marks = []
    for name, a, b, marker in WEIGHTS:
        index = tversky_from_counts(*counts, alpha=a, beta=b)
        ax.plot(a, b, marker=marker, ms=9, color=OTHER.colour, clip_on=False, ls="", label=f"{name}: {index:.3f}")
        marks.append(f"{name} {index:.3f}")
    ax.set(
        xlim=(0, 1.25),
        ylim=(0, 1.25),
        aspect="equal",
        xlabel="alpha: weight of false positives",
        ylabel="beta: weight of false negatives",
    )
    ax.annotate(
        "alpha + beta = 1:\nthe F-measures", (0.36, 0.64), (0.34, 0.86), arrowprops={"arrowstyle": "-"}, bbox=WHITE
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1.04, 1.0), labelspacing=0.9)
    alt = (
        "The plane of alpha (weight of false positives) and beta (weight of false negatives) with level lines of the Tversky "
        f"index of one mask, straight and falling to the right; marked are {', '.join(marks)}. The line alpha + beta = 1 carries the F-measures, with precision "
        "and recall at its ends and Dice in its middle. A dashed ray from the origin passes through Dice and Jaccard."
    )
    return Plate(figure, alt)


WEIGHTS = (
    ("recall (0, 1)", 0.0, 1.0, "v"),
    ("F2 (0.2, 0.8)", 0.2, 0.8, "<"),
    ("Dice = F1 (0.5, 0.5)", 0.5, 0.5, "D"),
    ("F½ (0.8, 0.2)", 0.8, 0.2, ">"),
    ("precision (1, 0)", 1.0, 0.0, "^"),
    ("Jaccard (1, 1)", 1.0, 1.0, "s"),
)
