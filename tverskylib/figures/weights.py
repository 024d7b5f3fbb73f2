"""alpha and beta: what they weigh, where the named indices lie, and how the best threshold moves."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure, FigureBase
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tverskylib.counts import Counts
from tverskylib.figures._style import DICE, FAINT, FN, FP, GRID, INK, OTHER, TP, in_style
from tverskylib.figures.beside_map import BesideMap
from tverskylib.figures.plate import Plate
from tverskylib.index import tversky_from_counts
from tverskylib.thresholds import threshold_counts

WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
LEVELS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
THRESHOLDS = np.linspace(0, 1, 201)
NAMED = (("Dice", 0.5, 0.5), ("Jaccard", 1.0, 1.0))


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


class Weights(BesideMap):
    """Values: ``alpha``, ``beta``, ``threshold``. Left the error map, right the (FP, FN) plane with level lines."""

    def __init__(
        self,
        parent: FigureBase,
        image: NDArray[np.floating],
        target: NDArray[np.bool_],
        probability: NDArray[np.floating],
    ) -> None:
        super().__init__(parent, image, target, probability)
        right = self.plot
        self.foreground = float(target.sum())
        path = threshold_counts(probability, target, np.linspace(0, 1, 101))
        right.plot(path.fp, path.fn, color=FAINT, lw=1, ls=(0, (1, 2)), label="all thresholds")
        self.levels = [right.plot([0, 1], [1, 0], color=OTHER.colour, lw=1.2)[0] for _ in LEVELS]
        self.names = [right.text(0, 0, f"{level:g}", fontsize=9, color=OTHER.colour, clip_on=True) for level in LEVELS]
        for name in self.names:
            name.set_bbox(WHITE)
        (self.point,) = right.plot([0], [0], ls="", marker="D", ms=9, color=INK, label="this mask")
        self.label = right.set_title("")
        right.set(
            xlim=(0, self.foreground),
            xticks=MaxNLocator(5).tick_values(0, self.foreground)[:-1],
            ylim=(0, self.foreground),
            xlabel="false positives (pixels)",
            ylabel="false negatives (pixels)",
        )
        right.legend(loc="upper right", frameon=True, framealpha=1.0, edgecolor="none")

    def update(self, *, alpha: float, beta: float, threshold: float = 0.5) -> None:
        self.alpha, self.beta, self.threshold = alpha, beta, threshold
        self.counts = threshold_counts(self.probability, self.target, threshold)
        tp, fp, fn = (float(count) for count in self.counts)
        self.cut(threshold)
        self.point.set_data([fp], [fn])
        for level, line, name in zip(LEVELS, self.levels, self.names, strict=True):
            # For one target TP = P - FN, so T = level is a straight line too:
            # level alpha FP + (1 - level + level beta) FN = (1 - level) P.
            on_fp, on_fn = level * alpha, 1 - level + level * beta
            budget = (1 - level) * self.foreground
            x = np.array([0.0, self.foreground])
            line.set_data(x, (budget - on_fp * x) / on_fn)
            # The name stands where the line meets the ray of equal mistakes.
            name.set_position((budget / (on_fp + on_fn), budget / (on_fp + on_fn)))
        self.index = float(tversky_from_counts(tp, fp, fn, alpha, beta))
        self.title.set_text(f"TP {tp:,.0f}   FP {fp:,.0f}   FN {fn:,.0f}")
        self.label.set_text(f"alpha {alpha:.2f}, beta {beta:.2f}, threshold {threshold:.2f}:  index {self.index:.3f}")

    def describe(self) -> str:
        tp, fp, fn = (int(count) for count in self.counts)
        return (
            f"alpha {self.alpha:.2f}, beta {self.beta:.2f}, threshold {self.threshold:.2f}: a map of {tp} true positive, {fp} "
            f"false positive and {fn} false negative pixels. Beside it the plane of false positives and false negatives with "
            f"level lines of the index from {LEVELS[0]} down to {LEVELS[-1]}, straight and falling to the right; this mask is a "
            f"point in it, with index {self.index:.3f}, on the dotted path of all thresholds."
        )


class ThresholdCurves(BesideMap):
    """Values: ``alpha``, ``beta``. The index over all thresholds, beside Dice and Jaccard; each best point marked."""

    def __init__(
        self,
        parent: FigureBase,
        image: NDArray[np.floating],
        target: NDArray[np.bool_],
        probability: NDArray[np.floating],
    ) -> None:
        super().__init__(parent, image, target, probability)
        right = self.plot
        self.counts = threshold_counts(probability, target, THRESHOLDS)
        for (name, alpha, beta), ls in zip(NAMED, ("--", "-."), strict=True):
            curve, best = self._curve(alpha, beta)
            right.plot(THRESHOLDS, curve, color=FAINT, ls=ls, lw=1.4, label=name)
            right.plot(THRESHOLDS[best], curve[best], marker="o", ms=7, mfc="white", color=FAINT, ls="")
        (self.curve,) = right.plot(THRESHOLDS, self.counts.tp, color=INK, label="this alpha, beta")
        (self.point,) = right.plot([0.5], [0.5], ls="", marker=DICE.marker, ms=9, color=INK)
        self.cursor = right.axvline(0.5, color=GRID, lw=1, zorder=0)
        self.label = right.set_title("")
        right.set(xlabel="threshold", ylabel="index", ylim=(0, 1.02), xlim=(0, 1))
        right.legend(loc="lower left")

    def _curve(self, alpha: float, beta: float) -> tuple[NDArray[np.floating], int]:
        curve = np.asarray(tversky_from_counts(*self.counts, alpha=alpha, beta=beta))
        return curve, int(np.nanargmax(curve))

    def update(self, *, alpha: float, beta: float) -> None:
        self.alpha, self.beta = alpha, beta
        curve, best = self._curve(alpha, beta)
        self.threshold, self.best = float(THRESHOLDS[best]), float(curve[best])
        self.curve.set_ydata(curve)
        self.point.set_data([self.threshold], [self.best])
        self.cursor.set_xdata([self.threshold] * 2)
        self.cut(self.threshold)
        self.label.set_text(
            f"alpha {alpha:.2f}, beta {beta:.2f}:  best index {self.best:.3f} at threshold {self.threshold:.3f}"
        )
        self.title.set_text(f"the mask at threshold {self.threshold:.3f}")

    def describe(self) -> str:
        return (
            f"alpha {self.alpha:.2f}, beta {self.beta:.2f}: the Tversky index over all thresholds, with the curves of Dice and "
            f"Jaccard for comparison. Its best point is {self.best:.3f}, at threshold {self.threshold:.3f}; the error map of "
            "the mask at this threshold stands beside it."
        )
