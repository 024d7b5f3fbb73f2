"""Thresholded predictions: the talk's figure, and a threshold that moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure, FigureBase
from numpy.typing import NDArray

from tverskylib.counts import Counts
from tverskylib.figures._style import DICE, FAINT, FN, FP, INK, in_style
from tverskylib.figures._words import said
from tverskylib.figures.beside_map import BesideMap
from tverskylib.figures.plate import Plate
from tverskylib.index import tversky_from_counts
from tverskylib.thresholds import threshold_counts

THRESHOLDS = np.linspace(0, 1, 201)
FULL = {"left": 0.005, "right": 0.995, "bottom": 0.01, "top": 0.92, "wspace": 0.04, "hspace": 0.14}


@in_style
def thresholded(
    image: NDArray[np.floating],
    target: NDArray[np.bool_],
    probability: NDArray[np.floating],
    thresholds: Sequence[float] = (0.25, 0.5, 0.75),
) -> Plate:
    """The talk's figure: original image, ground truth, raw prediction, and the prediction at some thresholds."""
    masks = {f"threshold {threshold:g}": probability >= threshold for threshold in thresholds}
    shown = {"original image": image, "ground truth": target, "raw prediction": probability, **masks}
    tall = image.shape[0] > 1.4 * image.shape[1]
    rows, columns = (1, len(shown)) if tall else (2, max(3, len(thresholds)))
    figure = Figure(figsize=(11, 11 / columns * rows * image.shape[0] / image.shape[1] + 0.5))
    axes = figure.subplots(rows, columns, gridspec_kw=FULL).ravel()
    for ax, (title, picture) in zip(axes, shown.items(), strict=False):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(title)
    for ax in axes:
        ax.set_axis_off()
    shares = [f"{mask.mean():.0%} at {threshold:g}" for threshold, mask in zip(thresholds, masks.values(), strict=True)]
    alt = (
        f"{len(shown)} pictures of the same tissue: the original image, with brown stained glands; the ground truth, white on black, "
        f"{target.mean():.0%} of the pixels; the raw prediction in shades of grey; and the prediction thresholded, where the "
        f"white area shrinks: {', '.join(shares)}."
    )
    return Plate(figure, alt)


class Threshold(BesideMap):
    """Values: ``threshold``. Left the error map, right precision, recall and Dice over all thresholds."""

    def __init__(
        self,
        parent: FigureBase,
        image: NDArray[np.floating],
        target: NDArray[np.bool_],
        probability: NDArray[np.floating],
    ) -> None:
        super().__init__(parent, image, target, probability)
        right = self.plot
        self.curves = [_scores(threshold_counts(probability, target, THRESHOLDS))[k] for k in range(3)]
        self.points = []
        for (name, ink), curve in zip(SCORES, self.curves, strict=True):
            right.plot(THRESHOLDS, curve, color=ink.colour, ls=ink.line, label=name)
            self.points += right.plot([0.5], [0.5], ls="", marker=ink.marker, ms=8, color=ink.colour, clip_on=False)
        self.cursor = right.axvline(0.5, color=FAINT, lw=1)
        best = int(np.nanargmax(self.curves[2]))
        self.best, self.best_dice = float(THRESHOLDS[best]), float(self.curves[2][best])
        right.plot([self.best] * 2, [0, self.best_dice], color=INK, lw=1, ls=(0, (1, 2)))
        right.annotate(
            f"best Dice {self.best_dice:.3f} at {self.best:.3f}",
            (self.best, self.best_dice),
            xytext=(0.03, 1.045),
            arrowprops={"arrowstyle": "-", "color": INK, "lw": 1},
        )
        self.label = right.set_title("")
        right.set(xlabel="threshold", ylim=(0, 1.12), xlim=(0, 1), yticks=np.linspace(0, 1, 6))
        right.legend(loc="lower left")

    def update(self, *, threshold: float) -> None:
        self.threshold = threshold
        self.cut(threshold)
        self.counts = threshold_counts(self.probability, self.target, threshold)
        self.scores = [float(score) for score in _scores(self.counts)]
        for point, score in zip(self.points, self.scores, strict=True):
            point.set_data([threshold], [score])
        self.cursor.set_xdata([threshold, threshold])
        tp, fp, fn = (f"{int(count):,}" for count in self.counts)
        self.title.set_text(f"TP {tp}   FP {fp}   FN {fn}")
        words = "   ".join(f"{name} {said(score)}" for (name, _), score in zip(SCORES, self.scores, strict=True))
        self.label.set_text(f"threshold {threshold:.2f}:  {words}")

    def describe(self) -> str:
        tp, fp, fn = (int(count) for count in self.counts)
        precision, recall, dice = self.scores
        return (
            f"Threshold {self.threshold:.2f}: a map of {tp} true positive pixels (plain), {fp} false positive (striped) and {fn} "
            f"false negative (dotted), beside the curves of precision {said(precision)}, recall {said(recall)} and Dice {said(dice)} "
            f"over all thresholds. The best Dice, {self.best_dice:.3f}, is at threshold {self.best:.3f}."
        )


SCORES = (("precision", FP), ("recall", FN), ("Dice", DICE))


def _scores(counts: Counts) -> tuple[NDArray[np.floating], ...]:
    """Precision, recall and Dice are three Tversky indices; a mask without a pixel has no precision."""
    return (
        tversky_from_counts(*counts, alpha=1, beta=0),
        tversky_from_counts(*counts, alpha=0, beta=1),
        tversky_from_counts(*counts),
    )
