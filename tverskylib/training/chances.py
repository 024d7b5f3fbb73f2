"""What chance of foreground a network's probabilities stand for, and where the theory would cut it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import describe
from tverskylib._numbers import check_number
from tverskylib.index import tversky_from_counts
from tverskylib.metrics.histogram import LOGITS
from tverskylib.theory import smoothed_cut
from tverskylib.training.record import Record

HALF = int(np.flatnonzero(LOGITS == 0)[0])  # the cut at probability 1/2: bins from HALF + 1 on lie above


def chances(record: Record) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The chance of foreground in each bin of a run's validation histogram, and how many pixels lie there.

    The chance is made to rise with the probability (isotonic regression, weighted by pixels), for a network that ranks
    at all means more by more.

    Args:
        record: of format 2.

    Returns:
        The chance, float64 (98,), in bins without pixels that of the bin before, or of the first; and the pixels, int64 (98,).

    Introduced in lesson 11.
    """
    from scipy.optimize import isotonic_regression

    if not isinstance(record, Mapping) or "histograms" not in record:
        raise TypeError(f"record must be the record of a run, as read_records gives it, got {describe(record)}")
    found = record["histograms"]["validation"]
    foreground = np.array(found["foreground"])
    pixels = foreground + found["background"] + np.array(found["negative"])
    held = np.flatnonzero(pixels)
    rising = isotonic_regression(foreground[held] / pixels[held], weights=pixels[held]).x
    before = np.searchsorted(held, np.arange(pixels.size), side="right") - 1
    return np.asarray(rising[np.maximum(before, 0)]), pixels


def chance_at_half(record: Record) -> float:
    """The chance of foreground where a run's probability is 1/2: where the network cuts.

    Introduced in lesson 11.
    """
    chance, _ = chances(record)
    return float(chance[HALF : HALF + 2].mean())


def predicted_cut(record: Record, epsilon: float) -> float:
    r"""Where the best prediction for labels smoothed with epsilon would cut the chance, taking this run's for true.

    With the chances q of an unsmoothed run, the smoothed labels have the mean :math:`(1-\varepsilon) q + \varepsilon/2`;
    the best of all cuts has an index, and to it belongs the cut of :func:`tverskylib.theory.smoothed_cut`. For Dice,
    pooled, two classes.

    Args:
        record: of a run without smoothing, of format 2.
        epsilon: of label smoothing, in [0, 1).

    Introduced in lesson 11.
    """
    epsilon = check_number("epsilon", epsilon, 0, 1, below=True)
    chance, pixels = chances(record)
    mass = pixels * ((1 - epsilon) * chance + epsilon / 2)
    tp = mass[::-1].cumsum()[::-1]  # of the bins from k on
    fp = pixels[::-1].cumsum()[::-1] - tp
    return float(smoothed_cut(float(np.max(tversky_from_counts(tp, fp, mass.sum() - tp))), 0.5, 0.5, epsilon))
