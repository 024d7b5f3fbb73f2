"""From probabilities to masks: the counts of every threshold at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tverskylib._checks import describe
from tverskylib._numbers import as_array, check_array
from tverskylib.counts import Counts


def threshold_counts(probability: NDArray[np.floating], target: NDArray[np.bool_], thresholds: ArrayLike) -> Counts:
    r"""Count TP, FP and FN of the masks ``probability >= threshold``, for many thresholds in one sort.

    .. math:: TP(\theta) = |\{i : y_i = 1, \hat y_i \ge \theta\}|, \quad
        FP(\theta) = |\{i : y_i = 0, \hat y_i \ge \theta\}|, \quad FN(\theta) = P - TP(\theta)

    Args:
        probability: values in [0, 1], any shape; floating-point, an array or what becomes one.
        target: Boolean, the same shape.
        thresholds: numbers in [0, 1], any shape S.

    Returns:
        Counts(tp, fp, fn) of float64, each of shape S, in pixels. Values are compared in double precision: a float32
        probability of 0.7, which is 0.699999988, lies below the threshold 0.7.

    Raises:
        TypeError: numbers of another kind (text, Booleans, integers for probabilities, complex).
        ValueError: the shapes of probability and target differ, or a value lies outside [0, 1] or is NaN.

    Introduced in lesson 02.

    >>> threshold_counts(np.array([0.2, 0.6, 0.9]), np.array([False, True, True]), [0.5]).tp
    array([2.])
    """
    scores = check_array("probability", probability, 0, 1, kinds="f")
    mask = as_array("target", target)
    if mask.dtype != bool:
        raise TypeError(f"target must be Boolean, got {describe(target)}: compare it first, target > 0.5")
    if scores.shape != mask.shape:
        raise ValueError(f"target must have the shape of probability, {scores.shape}, got {mask.shape}")
    cuts = check_array("thresholds", thresholds, 0, 1)
    on_target, off_target = np.sort(scores[mask]), np.sort(scores[~mask])
    tp = (on_target.size - np.searchsorted(on_target, cuts)).astype(float)
    fp = (off_target.size - np.searchsorted(off_target, cuts)).astype(float)
    return Counts(tp, fp, on_target.size - tp)
