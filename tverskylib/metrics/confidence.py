"""Whether the probabilities mean what they say, and how sure they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
FLOOR = 1e-7  # the least probability that the negative log-likelihood believes


@dataclass(frozen=True)
class Calibration:
    r"""Calibration of the foreground probability, over all pixels of some images.

    Bin k of 15 holds the probabilities in [k/15, (k+1)/15), the last one 1 as well. For each bin: how many pixels,
    the mean of their probabilities, and the share of them that is foreground; None for a bin without pixels. The
    expected calibration error is

    .. math:: ECE = \sum_k \frac{n_k}{n} \left| \text{foreground}_k - \text{probability}_k \right|

    of the foreground probability. (With the confidence of the class that is called, max(p, 1-p), as in Guo et al.,
    too much foreground and too much background in one bin may cancel.) ``nll`` is the negative log-likelihood and
    ``entropy`` that of the probabilities, both in nats, means over pixels. A pixel adds at most 16.1 to the
    likelihood: the probability of what is true counts as at least 1e-7, for single precision rounds to 0 and 1, and
    one pixel would make the mean infinite. 0 log 0 = 0 in the entropy. All are None without images.

    Source: Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017. Introduced in lesson 10.
    """

    ece: float | None
    nll: float | None
    entropy: float | None
    bin_pixels: tuple[int, ...]
    bin_probability: tuple[float | None, ...]
    bin_foreground: tuple[float | None, ...]


def pixel_sums(probability: NDArray[np.floating], target: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of one image: for each bin the pixels, the probabilities and the foreground; then likelihood and entropy."""
    from scipy.special import entr

    p, y = probability.astype(np.float64).ravel(), target.ravel()
    bins = np.minimum((p * BINS).astype(np.intp), BINS - 1)
    columns = [np.bincount(bins, weights, minlength=BINS) for weights in (None, p, y)]
    nll = -np.log(np.maximum(np.where(y, p, 1 - p), FLOOR)).sum()
    return np.concatenate([*columns, [nll, (entr(p) + entr(1 - p)).sum()]])


def calibration(sums: NDArray[np.float64]) -> Calibration:
    """From the sums of some images, one row an image."""
    total = np.array([math.fsum(column) for column in sums.T])
    pixels, probability, foreground = total[: 3 * BINS].reshape(3, BINS)
    everything = pixels.sum()

    def share(part: float, whole: float) -> float | None:
        return float(part / whole) if whole else None

    return Calibration(
        ece=share(math.fsum(abs(foreground - probability)), everything),
        nll=share(total[-2], everything),
        entropy=share(total[-1], everything),
        bin_pixels=tuple(int(n) for n in pixels),
        bin_probability=tuple(share(*pair) for pair in zip(probability, pixels, strict=True)),
        bin_foreground=tuple(share(*pair) for pair in zip(foreground, pixels, strict=True)),
    )
