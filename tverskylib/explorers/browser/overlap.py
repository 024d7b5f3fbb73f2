"""A disc over a disc: the first picture of the collection, and Dice as a fraction of coloured areas."""

from __future__ import annotations

import numpy as np

from tverskylib.counts import Counts
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, linear
from tverskylib.index import tversky_from_counts

SHAPE = (96, 168)  # pixels, as in overlap.js
RADIUS = 24  # of the target


class Overlap(BrowserExplorer):
    r"""Slide a predicted disc over a target disc of radius 24, and watch the three counts and Dice.

    .. math:: \text{Dice} = \frac{TP}{TP + \frac12 FP + \frac12 FN}

    The counts are those of a grid of 96 by 168 pixels: a pixel belongs to a disc if its centre does.

    Args:
        values: ``shift`` of the prediction, a whole number of pixels in [-40, 40]; its ``radius``, in [4, 40].

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 00.
    """

    name, title = "overlap", "Two discs and three counts"
    question = "Dice is one half. Has half of the target then been found, whatever the sizes of the discs?"
    frames = {
        "the discs lie on each other: no mistake, and Dice is 1": {"shift": 0, "radius": 24},
        "equal discs: Dice is the share of the target that is found": {"shift": 19, "radius": 24},
        "all of the target is found, and still Dice is 0.62: what is too much counts as well": {
            "shift": 0,
            "radius": 36,
        },
    }
    shift = Number(12, -40, 40, whole=True, hint="pixels", scale=linear(-40, 40, 1), say="whole")
    radius = Number(24, 4, 40, whole=True, hint="predicted", scale=linear(4, 40, 1), say="whole")

    @property
    def counts(self) -> Counts:
        """TP, FP and FN in pixels."""
        target, prediction = disc(0, RADIUS), disc(self.shift, self.radius)
        kinds = (prediction & target, prediction & ~target, ~prediction & target)
        return Counts(*(float(kind.sum()) for kind in kinds))

    @property
    def numbers(self) -> dict[str, float]:
        counts = self.counts
        return {
            **counts._asdict(),
            "dice": float(tversky_from_counts(*counts)),
            "found": float(tversky_from_counts(*counts, 0, 1)),
        }


def disc(shift: float, radius: float) -> np.ndarray:
    """The pixels of a disc in the middle of the grid, moved to the right."""
    rows, columns = np.ogrid[: SHAPE[0], : SHAPE[1]]
    down, across = ((side - 1) / 2 for side in SHAPE)
    inside: np.ndarray = (rows - down) ** 2 + (columns - across - shift) ** 2 <= radius**2
    return inside
