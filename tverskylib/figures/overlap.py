"""A disc that slides over a disc: the first picture of the collection."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase

from tverskylib.figures._style import COUNT_INKS, INK, dress
from tverskylib.figures.drawing import Drawing
from tverskylib.figures.error_map import CLASSES, ErrorMap
from tverskylib.index import tversky_from_counts

SHAPE = (96, 168)
RADIUS = 24


class Overlap(Drawing):
    """Values: ``shift`` of the prediction in pixels, ``radius`` of the prediction in pixels."""

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1,
            2,
            gridspec_kw={
                "left": 0.02,
                "right": 0.97,
                "bottom": 0.14,
                "top": 0.9,
                "wspace": 0.18,
                "width_ratios": (1.4, 1),
            },
        )
        self.target = _disc(0, RADIUS)
        self.map = ErrorMap(left, np.ones(SHAPE), self.target)
        self.title = left.set_title("")
        self.bars = right.barh([name for name, _ in CLASSES], [0, 0, 0], height=0.6)
        dress(self.bars, COUNT_INKS)
        self.numbers = [right.text(0, bar.get_y() + 0.3, "", va="center", color=INK) for bar in self.bars]
        right.set(xlim=(0, 5200), xlabel="pixels", title="the three counts")
        right.invert_yaxis()

    def update(self, *, shift: float, radius: float = RADIUS) -> None:
        prediction = _disc(shift, radius)
        self.map.update(prediction)
        self.counts = [
            int(where.sum())
            for where in (prediction & self.target, prediction & ~self.target, ~prediction & self.target)
        ]
        for bar, number, count in zip(self.bars, self.numbers, self.counts, strict=True):
            bar.set_width(count)
            number.set(x=count + 80, text=f"{count:,}")
        self.shift, self.dice = shift, tversky_from_counts(*self.counts)
        self.title.set_text(f"shift {shift:.0f} px, radius {radius:.0f} px: Dice {self.dice:.2f}")

    def describe(self) -> str:
        tp, fp, fn = self.counts
        return (
            f"A predicted disc over a target disc, shifted by {self.shift:.0f} pixels: {tp} true positive, {fp} false "
            f"positive and {fn} false negative pixels; the Dice index is {self.dice:.2f}."
        )


def _disc(shift: float, radius: float) -> np.ndarray:
    rows, columns = np.ogrid[: SHAPE[0], : SHAPE[1]]
    down, across = ((side - 1) / 2 for side in SHAPE)
    disc: np.ndarray = (rows - down) ** 2 + (columns - across - shift) ** 2 <= radius**2
    return disc
