"""What label smoothing does to the cut on the chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from tverskylib.figures._style import DICE, FAINT, OTHER, in_style
from tverskylib.figures.plate import Plate
from tverskylib.index import tversky_from_counts
from tverskylib.theory import best_prediction, critical_fraction, smoothed_cut


def cuts_of(
    chances: ArrayLike, epsilons: Sequence[float], alpha: float = 0.5, beta: float = 0.5, *, num_classes: int = 2
) -> NDArray[np.float64]:
    """What the best prediction for smoothed labels does, for each epsilon.

    Args:
        chances: the chance of foreground of equally likely pixels.
        epsilons: strengths of the smoothing.
        alpha, beta, num_classes: as in :func:`tverskylib.theory.smoothed_cut`.

    Returns:
        (len(epsilons), 3): the cut on the chance, the share of pixels that is marked, and the pooled index of the mask
        against the chances themselves.
    """
    q = np.ravel(np.asarray(chances, dtype=float))
    rows = []
    for epsilon in epsilons:
        marked, index = best_prediction((1 - epsilon) * q + epsilon / num_classes, alpha, beta)
        tp = float(q @ marked)
        pooled = tversky_from_counts(tp, marked.sum() - tp, q.sum() - tp, alpha, beta)
        rows.append([smoothed_cut(index, alpha, beta, epsilon, num_classes=num_classes), marked.mean(), pooled])
    return np.array(rows)


@in_style
def smoothed_cuts(chances: ArrayLike, law: str, *, strongest: float = 0.4) -> Plate:
    """Dice with smoothed labels: the cut on the chance, what is marked, and pooled Dice, over epsilon.

    Args:
        chances: the chance of foreground of equally likely pixels.
        law: what is said of them in the title.
        strongest: the largest epsilon.

    Introduced in lesson 07.
    """
    q = np.ravel(np.asarray(chances, dtype=float))
    epsilons = np.linspace(0, strongest, 33)
    figure = Figure(figsize=(9.6, 3.4))
    axes = figure.subplots(
        1, 3, gridspec_kw={"left": 0.06, "right": 0.985, "bottom": 0.29, "top": 0.84, "wspace": 0.25}
    )
    names = ("cut on the chance", "share of pixels marked", "pooled Dice")
    lines, told = [], []
    for classes, ink in ((2, DICE), (1, OTHER)):
        found = cuts_of(q, list(epsilons), num_classes=classes)
        for ax, column in zip(axes, found.T, strict=True):
            lines += ax.plot(epsilons, column, color=ink.colour, ls=ink.line)
            ax.plot(epsilons[::8], column[::8], ls="", color=ink.colour, marker=ink.marker, ms=6, clip_on=False)
        told.append(
            f"with C = {classes} "
            + ", ".join(f"{name} {a:.3g} to {b:.3g}" for name, a, b in zip(names, found[0], found[-1], strict=True))
        )
    axes[1].axhline(q.mean(), color=FAINT, lw=1)
    axes[1].text(strongest, q.mean(), "expected foreground", ha="right", va="bottom", color=FAINT)
    safe = [e for e in epsilons if critical_fraction(0.5, 0.5, float(e)) <= q.mean()]
    for ax, name in zip(axes, names, strict=True):
        ax.set(xlabel="epsilon", title=name, ylim=(0, None), xlim=(0, strongest))
        ax.margins(y=0.1)
    figure.legend([lines[0], lines[3]], ["C = 2", "C = 1"], loc="lower center", ncols=2)
    figure.suptitle(f"chances: {law}, {q.mean():.1%} foreground", x=0.01, ha="left", fontsize=10.5)
    alt = (
        f"Three curves over epsilon from 0 to {strongest:g}, for Dice and chances of the law {law}: {'; '.join(told)}. A mask of "
        f"that foreground fraction, {q.mean():.1%}, would be its own optimum up to epsilon {max(safe):.2f} with C = 2."
    )
    return Plate(figure, alt)
