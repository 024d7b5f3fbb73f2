"""What a data set looks like: its tiles, and how much of them is foreground."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tverskylib.figures._style import DICE, FAINT, TP, in_style
from tverskylib.figures.plate import Plate

TILE = 1.05  # inches


@in_style
def contact_sheet(
    images: NDArray[np.generic], targets: NDArray[np.bool_], alt: str, *, columns: int = 8, titles: bool = True
) -> Plate:
    """Tiles in rows, with the border of the target drawn in.

    Args:
        images: (N, H, W, 3), uint8, or in [0, 1].
        targets: Boolean (N, H, W).
        alt: what they are, in words.
        columns: tiles in a row.
        titles: whether each tile has its share of foreground above it.
    """
    rows = -(-len(images) // columns)
    head = 0.24 if titles else 0.05
    figure = Figure(figsize=(columns * (TILE + 0.06), rows * (TILE + head)))
    axes = figure.subplots(
        rows,
        columns,
        squeeze=False,
        gridspec_kw={
            "left": 0.005,
            "right": 0.995,
            "bottom": 0.01,
            "top": 1 - head / (rows * (TILE + head)),
            "wspace": 0.05,
            "hspace": head / TILE,
        },
    ).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, image, target in zip(axes, images, targets, strict=False):
        ax.imshow(image)
        if target.any() and not target.all():
            # Two lines, a dark one on a pale one, are seen on any tissue.
            ax.contour(target, levels=[0.5], colors="white", linewidths=2.6)
            ax.contour(target, levels=[0.5], colors=DICE.colour, linewidths=1.1)
        if titles:
            ax.set_title(f"{target.mean():.0%}" if target.any() else "none", fontsize=8.5, pad=2.5, loc="center")
    return Plate(figure, alt)


@in_style
def foreground_histogram(shares: NDArray[np.floating], critical: dict[str, float] | None = None) -> Plate:
    """How many positive tiles have how much foreground, on a logarithmic scale.

    Args:
        shares: foreground of each positive tile, in (0, 1].
        critical: name -> a share to be marked with a line.
    """
    figure = Figure(figsize=(7.2, 2.7))
    ax = figure.subplots(gridspec_kw={"left": 0.09, "right": 0.98, "bottom": 0.2, "top": 0.8})
    edges = np.geomspace(0.002, 1, 28).tolist()
    ax.hist(shares, edges, color=TP.colour, edgecolor="white")
    for k, (name, share) in enumerate((critical or {}).items()):
        ax.axvline(share, color=DICE.colour, ls=("--", ":", "-.")[k % 3])
        ax.text(share, 1.02 + 0.09 * (k % 2), f" {name}", transform=ax.get_xaxis_transform(), fontsize=8.5)
    ax.set(xscale="log", xlabel="foreground share of a positive tile", ylabel="tiles")
    ax.set_xticks([0.003, 0.01, 0.03, 0.1, 0.3, 1], ["0.3 %", "1 %", "3 %", "10 %", "30 %", "100 %"])
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    ax.tick_params(colors=FAINT, labelcolor=DICE.colour)
    low, middle, high = np.quantile(shares, [0.05, 0.5, 0.95])
    marks = "".join(f" {name} is marked at {share:.1%}." for name, share in (critical or {}).items())
    return Plate(
        figure,
        f"Histogram of the foreground share of {len(shares)} positive tiles on a logarithmic scale: 5 % of them lie "
        f"below {low:.1%}, half below {middle:.1%}, 95 % below {high:.1%}.{marks}",
    )
