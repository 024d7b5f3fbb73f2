"""What the records of many runs say: every seed a mark, every mean with its spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from numpy.typing import NDArray

from tverskylib.figures._style import DICE, FAINT, FN, FP, GRID, OTHER, TP, Ink, in_style
from tverskylib.figures.drawing import Drawing
from tverskylib.figures.plate import Plate

if TYPE_CHECKING:
    import pandas as pd

CURVES = (TP, OTHER, DICE._replace(line=":"))  # not those of the domains, which mean something
DOMAINS: Mapping[str, Ink] = {"batch": FN, "image": FP}
NAMES = {
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "dice": "Dice",
    "jaccard": "Jaccard",
    "hd95": "HD95 (lower is better)",
    "pooled_dice": "Dice, pooled",
    "missed_positives": "missed positive images",
    "flooded_negatives": "flooded negative images",
    "predicted_foreground": "predicted foreground",
    "ece": "calibration error (ECE)",
    "nll": "negative log-likelihood",
    "entropy": "entropy of the probabilities",
    "dice_all": "Dice over all images",
    "pooled_dice_all": "Dice pooled over all images",
}


class Cells(Drawing):
    """Every run of a task as a mark, in rows by arm and batch size. Values: ``task`` and ``metric``.

    Args:
        frame: of :func:`tverskylib.training.results_frame`.
    """

    size: ClassVar[tuple[float, float]] = (9.0, 5.4)

    def __init__(self, parent: FigureBase, *, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.axes = parent.subplots(gridspec_kw={"left": 0.36, "right": 0.98, "bottom": 0.1, "top": 0.86})
        self.axes.grid(axis="x", color=GRID)
        self.axes.set_axisbelow(True)
        self.marks: dict[str, Any] = {}
        self.means: dict[str, Any] = {}
        for name, ink in DOMAINS.items():
            [self.marks[name]] = self.axes.plot(
                [], [], ls="", marker=ink.marker, ms=6, mfc="none", color=ink.colour, label=f"{name}wise, each seed"
            )
            [self.means[name]] = self.axes.plot(
                [], [], ls="", marker="|", ms=13, mew=3, color=ink.colour, label=f"{name}wise, mean"
            )
        parent.legend(*self.axes.get_legend_handles_labels(), loc="upper left", ncols=4, fontsize=9)

    def update(self, *, task: str, metric: str) -> None:
        own = self.frame[self.frame["task"] == task].dropna(subset=[metric])
        rows = sorted({*zip(own["arm"], own["batch_size"], strict=True)}, key=lambda row: (row[0] != "grid", *row))
        place = {row: len(rows) - k for k, row in enumerate(rows)}
        self.words = []
        for name in DOMAINS:
            part = own[own["domain"] == name]
            shift = 0.17 if name == "batch" else -0.17
            at = [place[row] + shift for row in zip(part["arm"], part["batch_size"], strict=True)]
            self.marks[name].set_data(part[metric], at)
            means = part.groupby(["arm", "batch_size"])[metric].mean()
            self.means[name].set_data(means.to_numpy(), [place[row] + shift for row in means.index])
            self.words += [f"{arm}, batch size {size}, {name}wise {mean:.3f}" for (arm, size), mean in means.items()]
        self.axes.set_yticks([place[row] for row in rows], [_row_name(*row) for row in rows])
        self.axes.set(ylim=(0.4, max(len(rows), 1) + 0.6), xlim=_limits(own[metric]) if rows else (0, 1))
        undefined = "" if rows else " (not defined for this task)"
        self.axes.set_xlabel(f"{NAMES[metric]}, task: {task}{undefined}")
        self.title = f"{NAMES[metric]} on the test tiles, task {task}"

    def describe(self) -> str:
        return f"{self.title}; means over seeds: {'; '.join(self.words) or 'not defined for this task'}."


def _row_name(arm: str, batch_size: int) -> str:
    return f"plain Dice loss, batch size {batch_size}" if arm == "grid" else arm


def _limits(values: Any) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.06 * max(high - low, 0.02)
    return low - room, high + room


@in_style
def differences(
    table: pd.DataFrame, metrics: Sequence[str], others: Mapping[str, Mapping[int, float]] | None = None
) -> Plate:
    """Batchwise minus imagewise for each metric and batch size, with intervals.

    Args:
        table: of :func:`tverskylib.training.paired_differences`, indexed by batch size.
        metrics: which of its columns.
        others: metric -> batch size -> somebody else's difference, drawn beside as a diamond.
    """
    figure = Figure(figsize=(1.75 * len(metrics) + 0.4, 3.2))
    axes = figure.subplots(
        1,
        len(metrics),
        sharey=True,
        gridspec_kw={"left": 0.07, "right": 0.99, "bottom": 0.2, "top": 0.74, "wspace": 0.1},
    )
    sizes = list(table.index)
    words = []
    for ax, metric in zip(np.atleast_1d(axes), metrics, strict=True):
        for k, size in enumerate(sizes):
            row = table.loc[size, metric]
            reach = [[row["difference"] - row["low"]], [row["high"] - row["difference"]]]
            ax.errorbar(
                row["difference"],
                k,
                xerr=reach,
                color=TP.colour,
                marker="o",
                capsize=4,
                label="ours" if not k else None,
            )
            words.append(f"{NAMES[metric]} at {size}: {row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]")
            if others:
                theirs = others[metric][size]
                label = "the talk's" if not k else None
                ax.plot(theirs, k + 0.25, color=OTHER.colour, marker="D", mfc="none", ls="", label=label)
                words[-1] += f", the talk's {theirs:+.3f}"
        ax.axvline(0, color=DICE.colour, lw=1)
        ax.set_title(NAMES[metric].replace(" (", "\n("), fontsize=10)
        ax.set(ylim=(len(sizes) - 0.5, -0.6))
        ax.tick_params(axis="x", labelsize=8)
        ax.grid(axis="x", color=GRID)
    np.atleast_1d(axes)[0].set_yticks(range(len(sizes)), [str(size) for size in sizes])
    np.atleast_1d(axes)[0].set_ylabel("batch size")
    figure.legend(*np.atleast_1d(axes)[0].get_legend_handles_labels(), loc="upper left", ncols=2)
    figure.text(0.53, 0.02, "batchwise minus imagewise; right of the line batchwise is larger", ha="center", fontsize=9)
    return Plate(figure, f"Batchwise minus imagewise, with 95 % intervals. {'; '.join(words)}.")


@in_style
def reliability(panels: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Plate:
    """Reliability diagrams: the share of foreground among the pixels of a probability.

    Args:
        panels: title -> name -> calibration of a record (``bin_probability``, ``bin_foreground``, ``bin_pixels``).
    """
    size = (3.1 * len(panels) + 0.3, 3.3)
    figure, axes = _row(len(panels), size, left=0.08, right=0.99, bottom=0.16, top=0.9, wspace=0.08)
    words = []
    for ax, (title, curves) in zip(axes, panels.items(), strict=True):
        ax.plot([0, 1], [0, 1], color=FAINT, lw=1, ls=(0, (1, 1)))
        for (name, found), ink in zip(curves.items(), CURVES, strict=False):
            kept = [k for k, pixels in enumerate(found["bin_pixels"]) if pixels >= 50]
            ax.plot(
                [found["bin_probability"][k] for k in kept], [found["bin_foreground"][k] for k in kept],
                color=ink.colour, ls=ink.line, marker=ink.marker, ms=4, label=name,
            )  # fmt: skip
            middle = min(kept, key=lambda k: abs(found["bin_probability"][k] - 0.5), default=None)
            if middle is not None:
                at, share = found["bin_probability"][middle], found["bin_foreground"][middle]
                words.append(f"{title}, {name}: at probability {at:.2f} {share:.2f} is foreground")
            words.append(f"calibration error {found['ece']:.3f}")
        ax.set(title=title, xlabel="probability", xlim=(0, 1), ylim=(0, 1), aspect="equal")
        ax.grid(color=GRID)
        ax.legend(fontsize=8, loc="upper left", labelspacing=0.3)
    axes[0].set_ylabel("share of foreground")
    return Plate(figure, f"Reliability diagrams, bins with at least 50 pixels. {'; '.join(words)}.")


@in_style
def collapse(panels: Mapping[str, tuple[NDArray[np.floating], NDArray[np.floating], float]]) -> Plate:
    """What share of each test image is called foreground, against the share that is.

    Args:
        panels: title -> (true shares, predicted shares, critical fraction; 0 for none).
    """
    size = (2.9 * len(panels) + 0.4, 3.2)
    figure, axes = _row(len(panels), size, left=0.09, right=0.97, bottom=0.17, top=0.84, wspace=0.14)
    words = []
    for ax, (title, (true, predicted, critical)) in zip(axes, panels.items(), strict=True):
        equal = np.geomspace(0.002, 1, 60)
        ax.plot(equal, equal, color=FAINT, lw=1, ls=(0, (1, 1)))
        below = true < critical
        ax.plot(true[~below], predicted[~below], ls="", marker="o", ms=4, mfc="none", color=TP.colour)
        ax.plot(true[below], predicted[below], ls="", marker="^", ms=4, color=FP.colour)
        if critical:
            ax.axvline(critical, color=DICE.colour, ls="--", lw=1.2)
            ax.text(critical, 1.01, "critical", fontsize=8.5, ha="center", transform=ax.get_xaxis_transform())
        ax.set_title(title, pad=16)
        ax.set(xlabel="true share of foreground", xscale="log", xlim=(0.002, 1.1), ylim=(-0.03, 1.03))
        ax.set_xticks([0.01, 0.1, 1], ["1 %", "10 %", "100 %"])
        ax.grid(color=GRID)
        part = (
            f"; of the {below.sum()} below the critical fraction {critical:.3f}, drawn as triangles, "
            f"{predicted[below].mean():.2f} where {true[below].mean():.2f} is true"
            if below.any()
            else ""
        )
        words.append(
            f"{title}, {len(true)} marks: mean predicted share {predicted.mean():.2f} where {true.mean():.2f} is true{part}"
        )
    axes[0].set_ylabel("predicted share")
    return Plate(figure, f"Predicted against true share of foreground, a mark for each test image. {'; '.join(words)}.")


@in_style
def regimes(panels: Mapping[str, Mapping[str, Sequence[tuple[Sequence[float], Sequence[float]]]]], label: str) -> Plate:
    """A validation score over the steps of training: the mean of the seeds in the band from the lowest to the highest.

    Args:
        panels: title -> domain -> for each seed (steps, values).
        label: what the values are.
    """
    size = (3.6 * len(panels) + 0.4, 3.1)
    figure, axes = _row(len(panels), size, left=0.09, right=0.99, bottom=0.17, top=0.8, wspace=0.08)
    words = []
    for ax, (title, domains) in zip(axes, panels.items(), strict=True):
        for name, seeds in domains.items():
            ink = DOMAINS[name]
            steps, values = seeds[0][0], np.array([values for _, values in seeds])
            low, mean, high = values.min(axis=0), values.mean(axis=0), values.max(axis=0)
            ax.fill_between(steps, low, high, color=ink.colour, alpha=0.18, lw=0)
            style = {"color": ink.colour, "ls": ink.line, "marker": ink.marker, "ms": 4, "markevery": 3}
            ax.plot(steps, mean, label=f"{name}wise, mean and range of {len(seeds)} seeds", **style)
            words.append(
                f"{title}, {name}wise {mean[len(mean) // 5]:.3f} after a fifth of it and {mean[-1]:.3f} at its end"
            )
        ax.set(title=title, xlabel="steps", ylim=(0, 1))
        ax.grid(color=GRID)
    axes[0].set_ylabel(label)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="upper right", ncols=2)
    return Plate(figure, f"{label} over the steps of training, {len(seeds)} seeds. {'; '.join(words)}.")


def _row(count: int, size: tuple[float, float], **margins: float) -> tuple[Figure, list[Axes]]:
    """A figure of panels side by side with one vertical axis."""
    figure = Figure(figsize=size)
    return figure, list(figure.subplots(1, count, squeeze=False, sharey=True, gridspec_kw=margins)[0])
