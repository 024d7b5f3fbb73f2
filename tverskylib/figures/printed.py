"""Where a printed pair of Dice and Jaccard can lie: on one curve if pooled, in a narrow leaf if a mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from tverskylib.figures._style import BATCH, FAINT, GRID, IMAGE, INK, in_style
from tverskylib.figures.plate import Plate
from tverskylib.metrics import printed_scores


@in_style
def dice_and_jaccard(groups: Mapping[str, Sequence[tuple[float, float]]]) -> Plate:
    """Printed pairs in the leaf of what is possible.

    Args:
        groups: "image" and "batch" -> (Dice, Jaccard) of each line of a table.
    """
    figure = Figure(figsize=(5.6, 4.2))
    ax = figure.subplots(gridspec_kw={"left": 0.12, "right": 0.97, "bottom": 0.13, "top": 0.97})
    dice = np.linspace(0, 1, 101)
    lowest = np.array([printed_scores(float(d), float(d)).lowest for d in dice])
    ax.fill_between(dice, lowest, dice, color=GRID)
    ax.plot(dice, lowest, color=INK)
    ax.plot(dice, dice, color=INK, ls=":")
    ax.text(0.62, 0.36, "one confusion matrix\nJ = D / (2 - D)", va="top")
    ax.text(0.3, 0.34, "J = D", ha="right")
    ax.text(0.42, 0.62, "impossible", color=FAINT, ha="right")
    ax.text(0.8, 0.2, "impossible", color=FAINT)
    words = []
    for (name, pairs), ink in zip(groups.items(), (IMAGE, BATCH), strict=False):
        ax.plot(*np.transpose(pairs), ls="", marker=ink.marker, color=ink.colour, label=f"{name}-wise", zorder=3)
        above = [jaccard - printed_scores(d, jaccard).lowest for d, jaccard in pairs]
        words.append(f"{len(pairs)} {name}-wise, {min(above):.3f} to {max(above):.3f} above the curve")
    ax.set(xlabel="Dice, as printed", ylabel="Jaccard, as printed", xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.legend(loc="upper left")
    return Plate(
        figure,
        "Jaccard against Dice. Between the curve of one confusion matrix, below, and the diagonal, above, lies a leaf "
        f"in which every mean is; outside is impossible. The printed pairs lie in the leaf: {'; '.join(words)}.",
    )
