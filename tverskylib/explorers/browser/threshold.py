"""A threshold over the real prediction: pixels sorted by their chance, the mask, its counts, and the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from tverskylib.explorers.browser.of_tile import GRID, TileExplorer
from tverskylib.explorers.browser.shipped import chances
from tverskylib.explorers.browser.values import NEAR, PRESETS, STEPS
from tverskylib.index import tversky_from_counts
from tverskylib.theory import optimal_threshold
from tverskylib.thresholds import threshold_counts

if TYPE_CHECKING:
    from tverskylib.tiles import RealImage


class Threshold(TileExplorer):
    r"""Cut a probability map, and watch the counts, the index and its best threshold.

    .. math:: T(\theta) = \frac{TP}{TP + \alpha FP + \beta FN}, \qquad
        \tau = \frac{\alpha T^*}{1 + (\alpha + \beta - 1) T^*}

    of the mask ``probability >= threshold``; :math:`T^*` is the largest index over all thresholds. Thresholds stand on
    a grid of thousandths, where the browser's counts are exactly those of :func:`tverskylib.threshold_counts`. The
    chance q of a pixel is fitted by isotonic regression on the same target, so it is no forecast for other images.

    Args:
        tile: image, target and probability; by default :func:`tverskylib.tiles.real_crop`.
        values: ``threshold`` in [0, 1], moved to the nearest thousandth; ``alpha`` and ``beta`` in [0.01, 5]; ``guess``.

    Raises:
        TypeError: tile is no RealImage.
        TraitError: a value out of its range.

    Introduced in lesson 02.
    """

    name, title = "threshold", "Cut the prediction at a threshold"
    question = "Add the pixels one by one, the surest first. When does the index stop rising?"
    presets = {"weights with a name": PRESETS}
    frames = {
        "sure pixels come first, and each of them helps": {"threshold": 0.7},
        "the chance has come down to half of Dice: this is the top": {"threshold": 0.425},
        "what joins now has a chance below half of Dice": {"threshold": 0.15},
    }
    guesses = "threshold"
    chances = traitlets.Bytes().tag(sync=True)

    def __init__(self, tile: RealImage | None = None, **values: Any) -> None:
        super().__init__(tile, **values)
        self.chances = chances(self.tile.probability, self.tile.target)

    @property
    def tau(self) -> float:
        """The threshold on the chance of foreground that belongs to the best index."""
        return optimal_threshold(self.best[1], self.alpha, self.beta)

    @property
    def chance(self) -> float:
        """The chance q of the next pixel to join the mask."""
        blocks = np.frombuffer(self.chances).reshape(-1, 2)
        size = self.counts.tp + self.counts.fp
        return float(blocks[min(np.searchsorted(np.cumsum(blocks[:, 0]), size, side="right"), len(blocks) - 1), 1])

    @property
    def share_near_best(self) -> float:
        """The share of foreground among pixels with a probability within 0.03 of the best threshold.

        NaN where there is no such pixel.
        """
        k = round(self.best[0] * STEPS)
        ends = [GRID[max(k - NEAR, 0)], GRID[k + NEAR] if k + NEAR <= STEPS else np.inf]
        every = threshold_counts(self.tile.probability, self.tile.target, ends)
        tp, fp = (float(count[0] - count[1]) for count in (every.tp, every.fp))
        return float(tversky_from_counts(tp, fp, 0, 1, 0))

    @property
    def numbers(self) -> dict[str, float]:
        counts = self.counts
        best, peak = self.best
        return {
            **{name: float(value) for name, value in counts._asdict().items()},
            "index": self.index,
            "precision": float(tversky_from_counts(*counts, 1, 0)),
            "recall": float(tversky_from_counts(*counts, 0, 1)),
            "chance": self.chance,
            "best": best,
            "peak": peak,
            "tau": self.tau,
            "share": self.share_near_best,
        }
