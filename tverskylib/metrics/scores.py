"""The five metrics, each of one image or of several taken together."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import check_dense, describe
from tverskylib._extras import optional
from tverskylib._numbers import check_number, is_number
from tverskylib.index import tversky_from_counts


@dataclass(frozen=True)
class Scores:
    """The five metrics, each in [0, 1], or None where undefined. HD95 is better low, the others high."""

    average_precision: float | None = None
    balanced_accuracy: float | None = None
    dice: float | None = None
    jaccard: float | None = None
    hd95: float | None = None


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what is defined, rounded once, whatever the order; None if nothing is."""
    defined = [value for value in values if value is not None]
    return math.fsum(defined) / len(defined) if defined else None


def mean_scores(scores: Sequence[Scores]) -> Scores:
    """Metric by metric, the mean of what is defined."""
    return Scores(**{field.name: mean(getattr(one, field.name) for one in scores) for field in fields(Scores)})


def average_precision(probability: NDArray[np.floating], target: NDArray[np.bool_]) -> float | None:
    r"""Average precision: the area under the steps of precision over recall.

    .. math:: AP = \sum_n (R_n - R_{n-1}) P_n
        = \frac{1}{|Y|} \sum_{i \in Y} \frac{|\{j \in Y : \hat y_j \ge \hat y_i\}|}{|\{j : \hat y_j \ge \hat y_i\}|}

    with :math:`Y` the foreground of the target and one step n for every value that occurs. The second form is the
    first, ordered by pixels: two sorts, over ten times faster than scikit-learn, whose number it is; ties included.

    Args:
        probability: an array of any shape: probabilities, or any other numbers that rank, such as logits; no NaN.
        target: Boolean, the same shape.

    Raises:
        TypeError, ValueError: an argument of another kind, dtype or shape, or a NaN; the message names it.

    Returns:
        A number in (0, 1]; None for a target without foreground, where recall is 0/0. (scikit-learn warns and says 0,
        which would punish a perfect prediction.)

    Introduced in lesson 10.

    >>> average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    _check_masks(target=target)
    check_dense("probability", probability)
    if not isinstance(probability, np.ndarray) or probability.dtype.kind not in "fiub":
        raise TypeError(f"probability must be a NumPy array of numbers, got {describe(probability)}")
    if probability.shape != target.shape:
        raise ValueError(f"target must have the shape of probability, {probability.shape}, got {target.shape}")
    if probability.dtype.kind == "f" and np.isnan(probability).any():
        raise ValueError("probability must hold numbers, got NaN")
    probability, target = np.asarray(probability), np.asarray(target)  # of a matrix, parts have two axes too
    scores, on_target = np.sort(probability, axis=None), np.sort(probability[target])
    if on_target.size == 0:
        return None
    found = on_target.size - np.searchsorted(on_target, on_target)
    called = scores.size - np.searchsorted(scores, on_target)
    return float(np.mean(found / called))


def balanced_accuracy(tp: float, fp: float, fn: float, tn: float) -> float:
    r"""Balanced accuracy: the mean of sensitivity and specificity.

    .. math:: \tfrac12 \left( \frac{TP}{TP + FN} + \frac{TN}{TN + FP} \right)

    With one kind of pixel only in the target, the rate of that kind, as in scikit-learn: the specificity without
    foreground, the sensitivity without background.

    Introduced in lesson 10.

    >>> balanced_accuracy(tp=1, fp=2, fn=1, tn=2)
    0.5
    """
    tp, fp, fn, tn = _checked_counts(tp=tp, fp=fp, fn=fn, tn=tn)
    if not tp + fp + fn + tn:
        raise ValueError("tp, fp, fn and tn must count at least one pixel, got 0 of each")
    if math.isinf(tp + fp + fn + tn):
        raise ValueError("tp, fp, fn and tn must have a finite sum, got inf")
    rates = [right / (right + wrong) for right, wrong in ((tp, fn), (tn, fp)) if right + wrong]
    return sum(rates) / len(rates)


def dice(tp: float, fp: float, fn: float) -> float:
    """The Dice index of :func:`tverskylib.dice_index` from counts; nothing in the target and nothing predicted is 1.

    One false pixel on an empty target gives 0, and so does an empty prediction on a target that is not.

    Introduced in lesson 02.

    >>> dice(tp=6, fp=2, fn=2), dice(tp=0, fp=0, fn=0)
    (0.75, 1.0)
    """
    return _overlap(tp, fp, fn, 0.5)


def jaccard(tp: float, fp: float, fn: float) -> float:
    """The Jaccard index of :func:`tverskylib.jaccard_index` from counts; on empty masks as :func:`dice`.

    Introduced in lesson 03.

    >>> jaccard(tp=6, fp=2, fn=2)
    0.6
    """
    return _overlap(tp, fp, fn, 1.0)


def _overlap(tp: float, fp: float, fn: float, weight: float) -> float:
    tp, fp, fn = _checked_counts(tp=tp, fp=fp, fn=fn)
    return float(tversky_from_counts(tp, fp, fn, weight, weight)) if tp + fp + fn else 1.0


def _checked_counts(**counts: Any) -> list[float]:
    """Numbers of pixels: real, finite, not negative; in double precision."""
    return [check_number(name, given) for name, given in counts.items()]


def _check_masks(**masks: Any) -> None:
    for name, given in masks.items():
        check_dense(name, given)
        if not isinstance(given, np.ndarray) or given.dtype != bool:
            raise TypeError(f"{name} must be a Boolean NumPy array, got {describe(given)}: compare it first, x > 0.5")


def hd95(prediction: NDArray[np.bool_], target: NDArray[np.bool_], *, spacing: Sequence[float] | None = None) -> float:
    r"""The 95 % Hausdorff distance by MONAI's definition, in diagonals of the image.

    .. math:: \frac{1}{\sqrt{(s_1 H)^2 + (s_2 W)^2}} \max \left( Q_{95} \{ d(a, \partial Y) : a \in \partial \hat Y \},
        Q_{95} \{ d(b, \partial \hat Y) : b \in \partial Y \} \right)

    with :math:`\partial` the pixels on the edge of a mask, which still belong to it, and :math:`Q_{95}` the 95th
    percentile, interpolated. Others take the percentile of both sets of distances together, and get less.

    Args:
        prediction, target: Boolean masks of one image, (H, W) or (D, H, W), of one shape.
        spacing: :math:`s`, the edges of a pixel along each axis, as (row, column) in millimetres; all above 0. Only
            their ratio matters, as distance and diagonal are measured alike. None: pixels are squares, or cubes.

    Raises:
        TypeError, ValueError: an argument of another kind, dtype or shape; the message names it.

    Returns:
        A number in [0, 1]: 0 if both masks are empty; 1, which no distance reaches, if one of them is.
        MONAI says NaN in all these cases, and its mean leaves a missed lesion out.

    Source: Huttenlocher, Klanderman and Rucklidge 1993. Introduced in lesson 10.
    """
    _check_masks(prediction=prediction, target=target)
    if prediction.ndim not in (2, 3):
        raise ValueError(f"prediction must have shape (H, W) or (D, H, W), got {prediction.shape}")
    if prediction.shape != target.shape:
        raise ValueError(f"target must have the shape of prediction, {prediction.shape}, got {target.shape}")
    edges = _checked_spacing(spacing, prediction.ndim)
    if not prediction.any() or not target.any():
        return float(prediction.any() != target.any())
    with optional():
        import torch
        from monai.metrics.hausdorff_distance import compute_hausdorff_distance

    first, second = (torch.from_numpy(np.ascontiguousarray(mask))[None, None] for mask in (prediction, target))
    with warnings.catch_warnings():  # MONAI calls a function of its own with an argument that it deprecates
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"monai\.")
        distance = compute_hausdorff_distance(
            first, second, include_background=True, percentile=95, spacing=None if spacing is None else edges
        )
    return float(distance) / math.hypot(*np.multiply(edges, target.shape))


def _checked_spacing(given: Any, axes: int) -> list[float]:
    if given is None:
        return [1.0] * axes
    expected = f"spacing must be {axes} numbers above 0, one an axis"
    if isinstance(given, str | bytes) or not isinstance(given, Sequence | np.ndarray) or np.shape(given)[:1] != (axes,):
        raise TypeError(f"{expected}, got {given if isinstance(given, Sequence) else describe(given)}")
    for edge in given:
        if not is_number(edge) or not 0 < edge <= sys.float_info.max:
            raise ValueError(f"{expected}, got {given}")
    longest = max(float(edge) for edge in given)  # 1: squares of the distances stay within single precision
    return [float(edge) / longest for edge in given]
