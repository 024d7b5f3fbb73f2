"""From probabilities to masks: the counts of every threshold at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tverskylib.counts import Counts


def threshold_counts(probability: NDArray[np.floating], target: NDArray[np.bool_], thresholds: ArrayLike) -> Counts:
    r"""Count TP, FP and FN of the masks ``probability >= threshold``, for many thresholds in one sort.

    .. math:: TP(\theta) = |\{i : y_i = 1, \hat y_i \ge \theta\}|, \quad
        FP(\theta) = |\{i : y_i = 0, \hat y_i \ge \theta\}|, \quad FN(\theta) = P - TP(\theta)

    Args:
        probability: values in [0, 1], any shape.
        target: Boolean, the same shape.
        thresholds: numbers, any shape S.

    Returns:
        Counts(tp, fp, fn) of float64, each of shape S, in pixels.

    Raises:
        ValueError: the shapes of probability and target differ, or a probability is NaN.
        TypeError: target is not Boolean.

    Introduced in lesson 02.

    >>> threshold_counts(np.array([0.2, 0.6, 0.9]), np.array([False, True, True]), [0.5]).tp
    array([2.])
    """
    probability, target = np.asarray(probability), np.asarray(target)
    if target.dtype != bool:
        raise TypeError(f"target must be Boolean, got dtype {target.dtype}: compare it first, target > 0.5")
    if probability.shape != target.shape:
        raise ValueError(f"target must have the shape of probability, {probability.shape}, got {target.shape}")
    if np.isnan(probability).any():
        raise ValueError("probability must hold numbers, got NaN")
    on_target, off_target = np.sort(probability[target]), np.sort(probability[~target])
    tp = (on_target.size - np.searchsorted(on_target, thresholds)).astype(float)
    fp = (off_target.size - np.searchsorted(off_target, thresholds)).astype(float)
    return Counts(tp, fp, on_target.size - tp)
