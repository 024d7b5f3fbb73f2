"""How many pixels of an image lie between two cuts: from that follow all scores at all cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tverskylib.index import tversky_from_counts

# The cuts are equally spaced in logits, for the maps of a Dice loss are saturated: their best cuts lie above .95.
LOGITS: NDArray[np.float64] = np.arange(-48, 49) / 4
CUTS: NDArray[np.float64] = 1 / (1 + np.exp(-LOGITS))


@dataclass(frozen=True, eq=False)
class Histogram:
    """Pixels of some images by their probability, foreground and background apart.

    Bin k of 98 holds the probabilities in [CUTS[k-1], CUTS[k]), the first one all below and the last one all above.

    Args:
        foreground, background: int64, (images, 98), numbers of pixels.
    """

    foreground: NDArray[np.int64]
    background: NDArray[np.int64]

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Boolean, (images,): whether an image holds foreground."""
        return np.asarray(self.foreground.sum(axis=1) > 0)

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """TP, FP and FN of each image at each of the 97 cuts, (images, 97): the mask is ``probability >= cut``."""
        tp, fp = (_above(pixels) for pixels in (self.foreground, self.background))
        return tp, fp, self.foreground.sum(axis=1, keepdims=True) - tp

    def dice(self) -> NDArray[np.float64]:
        """Dice of each image at each cut, (images, 97); nothing in the target and nothing predicted is 1."""
        return _dice(*self.counts())

    def pooled(self) -> Histogram:
        """All images as one."""
        return Histogram(*(pixels.sum(axis=0, keepdims=True) for pixels in (self.foreground, self.background)))

    def pick(self, chosen: NDArray[np.bool_]) -> Histogram:
        """Some of the images."""
        return Histogram(self.foreground[chosen], self.background[chosen])

    def precision_and_recall(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of all images pooled, at each of the 97 cuts; precision is NaN where nothing is called foreground."""
        [tp], [fp], [fn] = self.pooled().counts()
        with np.errstate(invalid="ignore"):
            return tp / (tp + fp), tp / (tp + fn)


def histogram(
    probability: NDArray[np.floating], target: NDArray[np.bool_], mask: NDArray[np.bool_] | None
) -> Histogram:
    """Of images with their first axis; pixels where ``mask`` is False are in no bin."""
    bins = len(LOGITS) + 1
    place = np.searchsorted(CUTS, probability.reshape(len(probability), -1), side="right")
    place += bins * np.arange(len(place))[:, None]
    counted = np.ones(place.shape, bool) if mask is None else mask.reshape(place.shape)
    on_target = target.reshape(place.shape)
    rows = [
        np.bincount(place[chosen], minlength=bins * len(place)).reshape(-1, bins)
        for chosen in (counted & on_target, counted & ~on_target)
    ]
    return Histogram(*rows)


def best_cut(scores: NDArray[np.floating]) -> int:
    """Which of the 97 cuts has the best score; of several the one nearest to 1/2."""
    best = np.flatnonzero(scores >= np.nanmax(scores) - 1e-12)
    return int(best[np.argmin(np.abs(LOGITS[best]))])


def _above(pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(pixels[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:])


def _dice(tp: NDArray[np.int64], fp: NDArray[np.int64], fn: NDArray[np.int64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        found = tversky_from_counts(tp, fp, fn)
    return np.asarray(np.where(tp + fp + fn, found, 1.0))
