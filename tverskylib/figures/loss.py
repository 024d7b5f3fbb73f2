"""The loss: soft counts, its landscape, an empty mask, and a batch of two images."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from numpy.typing import NDArray
from scipy.special import expit, logit

from tverskylib.counts import soft_counts
from tverskylib.figures._style import COUNT_INKS, FAINT, dress
from tverskylib.figures.drawing import Drawing
from tverskylib.figures.error_map import CLASSES
from tverskylib.index import tversky_from_counts

PIXELS = 64 * 64
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}


class Sharpening(Drawing):
    """Values: ``sharpness``. A probability map pushed towards 0 and 1: soft counts become counts."""

    size = (9.6, 3.8)

    def __init__(self, parent: FigureBase, target: NDArray[np.bool_], probability: NDArray[np.floating]) -> None:
        left, right = parent.subplots(
            1,
            2,
            gridspec_kw={
                "left": 0.01,
                "right": 0.97,
                "bottom": 0.14,
                "top": 0.9,
                "wspace": 0.25,
                "width_ratios": (1, 1.3),
            },
        )
        self.target, self.logits = target, logit(np.clip(probability.astype(float), 1e-6, 1 - 1e-6))
        self.map = left.imshow(probability, cmap="gray", vmin=0, vmax=1)
        left.set_axis_off()
        self.title = left.set_title("")
        hard = soft_counts((probability >= 0.5)[None, None], target[None, None])
        rows = np.arange(3)
        self.soft = right.barh(rows - 0.2, [0] * 3, height=0.36)
        limits = right.barh(rows + 0.2, [float(count) for count in hard], height=0.36)
        dress(self.soft, COUNT_INKS)
        dress(limits, COUNT_INKS)
        for bar in limits:
            bar.set_alpha(0.35)
        self.numbers = [right.text(0, row - 0.2, "", va="center") for row in rows]
        for row, count in zip(rows, hard, strict=True):
            right.text(float(count), row + 0.2, f" {float(count):,.0f} thresholded at 0.5", va="center", color=FAINT)
        right.set(yticks=rows, yticklabels=[name for name, _ in CLASSES], xlabel="pixels")
        right.set_xlim(0, 1.55 * max(float(target.sum()), float(hard.tp)))
        right.invert_yaxis()
        self.label = right.set_title("")
        self.hard_index = float(tversky_from_counts(*hard))

    def update(self, *, sharpness: float) -> None:
        sharpened = expit(sharpness * self.logits)
        self.map.set_data(sharpened)
        self.sharpness, self.counts = sharpness, soft_counts(sharpened[None, None], self.target[None, None])
        for bar, number, count in zip(self.soft, self.numbers, self.counts, strict=True):
            bar.set_width(float(count))
            number.set(x=float(count), text=f" {float(count):,.1f} soft")
        self.index = float(tversky_from_counts(*self.counts))
        self.title.set_text(f"logits times {sharpness:g}")
        self.label.set_text(f"Dice of soft counts {self.index:.3f}, of the mask {self.hard_index:.3f}")

    def describe(self) -> str:
        tp, fp, fn = (float(count) for count in self.counts)
        return (
            f"A probability map whose logits are multiplied by {self.sharpness:g}, and bars of its soft counts, TP {tp:.1f}, "
            f"FP {fp:.1f}, FN {fn:.1f}, beside the counts of the thresholded mask. Dice is {self.index:.3f} soft and "
            f"{self.hard_index:.3f} thresholded."
        )
