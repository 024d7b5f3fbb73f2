"""What the records of many runs say: every seed a mark, every mean with its spread."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tverskylib.figures._style import BATCH, DICE, FAINT, FP, GRID, IMAGE, OTHER, TP, Ink, in_style
from tverskylib.figures._words import METRIC_WORDS
from tverskylib.figures.plate import Plate

if TYPE_CHECKING:
    import pandas as pd

CURVES = (TP, OTHER, DICE._replace(line=":"))  # not those of the domains, which mean something
DOMAINS: Mapping[str, Ink] = {"batch": BATCH, "image": IMAGE}


@in_style
def own_cuts(
    shares: Mapping[str, Any], cuts: Mapping[str, Any], curves: Mapping[str, Sequence[tuple[Any, Any]]]
) -> Plate:
    """Where each image would be cut best, by its share of foreground; and precision over recall with one cut for all.

    Args:
        shares: domain -> the share of foreground of each image.
        cuts: domain -> the logit of each image's own best cut.
        curves: domain -> for each run (recall, precision) at many cuts.
    """
    figure = Figure(figsize=(9.4, 3.6))
    left, right = figure.subplots(
        1, 2, gridspec_kw={"left": 0.08, "right": 0.98, "bottom": 0.16, "top": 0.86, "wspace": 0.25}
    )
    words = []
    for name, ink in DOMAINS.items():
        own = np.asarray(cuts[name], dtype=float)
        left.plot(shares[name], own, ls="", marker=ink.marker, ms=4, mfc="none", color=ink.colour, label=f"{name}-wise")
        quarter, middle, three = np.percentile(own, [25, 50, 75])
        words.append(
            f"{name}-wise half of the best cuts lie between {quarter:.2f} and {three:.2f}, their median is {middle:.2f}"
        )
        for k, (recall, precision) in enumerate(curves[name]):
            label = f"{name}-wise, each seed" if k == 0 else None
            right.plot(recall, precision, color=ink.colour, ls=ink.line, lw=1.2, label=label)
    left.set(xscale="log", xlabel="share of foreground in the image", ylabel="logit of its own best cut")
    left.set_xticks([0.01, 0.1, 1], ["1 %", "10 %", "100 %"])
    right.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall, all images pooled", ylabel="precision")
    for ax in (left, right):
        ax.grid(color=GRID)
        ax.legend(fontsize=9)
    return Plate(
        figure,
        f"Left, each image's own best cut: {'; '.join(words)}. Right, precision over recall with one cut for all images.",
    )


@in_style
def arms(frame: pd.DataFrame, metrics: Sequence[str]) -> Plate:
    """Arms in rows, a panel a metric: the mean of each domain, on a line from the lowest run to the highest.

    Args:
        frame: of :func:`tverskylib.training.results_frame`: one task, one batch size.
        metrics: names of its columns.
    """
    rows = sorted(frame["arm"].unique(), key=lambda arm: (arm != "grid", arm))
    size = (9.6, 0.4 * len(rows) + 1.3)
    figure = Figure(figsize=size)
    axes = figure.subplots(
        1,
        len(metrics),
        squeeze=False,
        sharey=True,
        gridspec_kw={"left": 0.36, "right": 0.98, "bottom": 0.62 / size[1], "top": 1 - 0.62 / size[1], "wspace": 0.12},
    )[0]
    words = []
    for ax, metric in zip(axes, metrics, strict=True):
        for shift, (name, ink) in zip((-0.14, 0.14), DOMAINS.items(), strict=True):
            for k, arm in enumerate(rows):
                found = frame[(frame["arm"] == arm) & (frame["domain"] == name)][metric].dropna().to_numpy(float)
                if not found.size:
                    continue
                ax.plot([found.min(), found.max()], [k + shift] * 2, color=ink.colour, lw=1.2)
                ax.plot(found.mean(), k + shift, marker=ink.marker, color=ink.colour, ms=6, ls="")
                words.append(
                    f"{METRIC_WORDS[metric]}, {'plain Dice' if arm == 'grid' else arm}, {name}-wise {found.mean():.2f}"
                )
        ax.set_title(METRIC_WORDS[metric], fontsize=9.5)
        ax.grid(color=GRID)
        ax.set(xlim=(-0.03, 1.03))
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    names = ["plain Dice" if arm == "grid" else textwrap.fill(arm, 38) for arm in rows]
    axes[0].set_yticks(range(len(rows)), names, fontsize=9)
    for name, ink in DOMAINS.items():
        axes[0].plot([], [], marker=ink.marker, color=ink.colour, ls="-", lw=1.2, label=f"{name}-wise, mean and range")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="upper left", ncols=2, fontsize=9)
    return Plate(figure, f"Means over seeds by arm and domain. {'; '.join(words)}.")


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
        drawn = predicted.clip(0.002)  # nothing predicted lies on the lower edge
        ax.plot(true[~below], drawn[~below], ls="", marker="o", ms=4, mfc="none", color=TP.colour, label="above")
        ax.plot(
            true[below], drawn[below], ls="", marker="^", ms=4, color=FP.colour, label="below the critical fraction"
        )
        if critical:
            ax.axvline(critical, color=DICE.colour, ls="--", lw=1.2)
            ax.text(critical, 1.01, "critical", fontsize=8.5, ha="center", transform=ax.get_xaxis_transform())
        ax.set_title(title, pad=16)
        ax.set(xlabel="true share of foreground", xscale="log", yscale="log", xlim=(0.002, 1.1), ylim=(0.002, 1.1))
        ax.set_xticks([0.01, 0.1, 1], ["1 %", "10 %", "100 %"])
        ax.set_yticks([0.01, 0.1, 1], ["1 %", "10 %", "100 %"])
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
    axes[-1].legend(fontsize=8.5, loc="lower right")
    return Plate(figure, f"Predicted against true share of foreground, a mark for each test image. {'; '.join(words)}.")


def _row(count: int, size: tuple[float, float], **margins: float) -> tuple[Figure, list[Axes]]:
    """A figure of panels side by side with one vertical axis."""
    figure = Figure(figsize=size)
    return figure, list(figure.subplots(1, count, squeeze=False, sharey=True, gridspec_kw=margins)[0])
