"""A threshold over the real prediction: the mask, its counts, and the index over all thresholds."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from tverskylib.counts import Counts
from tverskylib.explorers import lessons
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import NEAR, STEPS, Number
from tverskylib.index import tversky_from_counts
from tverskylib.theory import optimal_threshold
from tverskylib.thresholds import threshold_counts

if TYPE_CHECKING:
    from tverskylib.tiles import RealImage

GRID = np.arange(STEPS + 1) / STEPS
GREY = np.array([0.2125, 0.7154, 0.0721])  # as the error map of the figures


class ThresholdExplorer(BrowserExplorer):
    r"""Cut a probability map, and watch the counts, the index and its best threshold.

    .. math:: T(\theta) = \frac{TP}{TP + \alpha FP + \beta FN}, \qquad
        \tau = \frac{\alpha T^*}{1 + (\alpha + \beta - 1) T^*}

    of the mask ``probability >= threshold``; :math:`T^*` is the largest index over all thresholds. Thresholds stand on
    a grid of thousandths, where the browser's counts are exactly those of :func:`tverskylib.threshold_counts`.

    Args:
        tile: image, target and probability; by default :func:`tverskylib.tiles.real_crop`.
        threshold: in [0, 1], moved to the nearest thousandth.
        alpha, beta: weights of the false positives and of the false negatives, in [0.01, 5].

    Raises:
        TypeError: tile is no RealImage.
        TraitError: a value out of its range.

    Introduced in lesson 02.
    """

    module, title = "threshold.js", "Cut the prediction at a threshold"
    threshold = Number(0.5, 0, 1, step=STEPS)
    alpha = Number(0.5, 0.01, 5)
    beta = Number(0.5, 0.01, 5)
    height = traitlets.Int().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    codes = traitlets.Bytes().tag(sync=True)
    grey = traitlets.Bytes().tag(sync=True)
    target = traitlets.Bytes().tag(sync=True)

    def __init__(
        self, tile: RealImage | None = None, *, threshold: float = 0.5, alpha: float = 0.5, beta: float = 0.5
    ) -> None:
        from tverskylib.tiles import RealImage, real_crop

        if tile is not None and not isinstance(tile, RealImage):
            raise TypeError(f"tile must be a RealImage, got a {type(tile).__name__}")
        self.tile = real_crop() if tile is None else tile
        height, width = self.tile.target.shape
        super().__init__(
            threshold=threshold,
            alpha=alpha,
            beta=beta,
            height=height,
            width=width,
            codes=_codes(self.tile.probability).tobytes(),
            grey=np.rint(255 * np.clip(self.tile.image @ GREY, 0, 1)).astype(np.uint8).tobytes(),
            target=self.tile.target.astype(np.uint8).tobytes(),
        )

    @property
    def counts(self) -> Counts:
        """TP, FP and FN of the mask at the threshold, in pixels."""
        return threshold_counts(self.tile.probability, self.tile.target, self.threshold)

    @property
    def index(self) -> float:
        """The index of the mask at the threshold."""
        return float(tversky_from_counts(*self.counts, self.alpha, self.beta))

    @property
    def best(self) -> tuple[float, float]:
        """The threshold of the grid with the largest index (the lowest of them), and that index."""
        every = threshold_counts(self.tile.probability, self.tile.target, GRID)
        curve = np.asarray(tversky_from_counts(*every, self.alpha, self.beta))
        k = int(np.nanargmax(curve))
        return float(GRID[k]), float(curve[k])

    @property
    def tau(self) -> float:
        """The threshold on the chance of foreground that belongs to the best index."""
        return optimal_threshold(self.best[1], self.alpha, self.beta)

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

    @functools.cached_property
    def static_picture(self) -> tuple[bytes, str]:
        return lessons.threshold(self.tile).static_picture


def _codes(probability: Any) -> Any:
    """How many steps of the grid lie at or below each probability: ``p >= k / 1000`` if and only if ``code >= k``."""
    codes = np.searchsorted(GRID, np.asarray(probability, dtype=np.float64), side="right") - 1
    return codes.astype("<u2")
