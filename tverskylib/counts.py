"""Soft counts: true positives, false positives and false negatives of a prediction that may be unsure."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tverskylib._checks import (
    DOMAINS,
    SOFT_LABELS,
    Domain,
    SoftLabels,
    check_choice,
    check_flag,
    check_mask_values,
    check_pair,
    check_values,
    is_tensor,
    kind_of,
)


class Counts(NamedTuple):
    """True positives, false positives and false negatives, in pixels; each of shape (), (C,), (B,) or (B, C)."""

    tp: Any
    fp: Any
    fn: Any


def soft_counts(
    prediction: Any,
    target: Any,
    *,
    domain: Domain = "batch",
    per_class: bool = False,
    soft_labels: SoftLabels = "product",
    mask: Any = None,
) -> Counts:
    r"""Count agreement and disagreement of a prediction with its target, in pixels.

    .. math:: TP = \sum_i y_i \hat y_i, \quad FP = \sum_i \hat y_i - TP, \quad FN = \sum_i y_i - TP

    With ``soft_labels="minimum"``, :math:`TP = \sum_i \min(y_i, \hat y_i)`: the same for a binary target, and
    for a soft one the form in which ``prediction == target`` makes no mistake.

    Args:
        prediction: probabilities in [0, 1] or a Boolean mask, (B, C, H, W) or (B, C, D, H, W); NumPy or torch.
        target: the same shape and kind, values in [0, 1], any real dtype.
        domain: count over each image (``"image"``) or over the whole batch (``"batch"``).
        per_class: keep the classes apart (True) or add them up (False).
        soft_labels: ``"product"`` or ``"minimum"``.
        mask: 1 where a pixel counts, 0 where it is ignored, whatever stands there (255, NaN):
            (B, 1, ...) or the shape of the prediction.

    Returns:
        Counts(tp, fp, fn), each of shape () or (C,) for a batch, (B,) or (B, C) for images, in [0, number of
        entries]. NumPy counts in float64; torch in float32, or float64 where the prediction is float64.

    Raises:
        TypeError: not an array or tensor, an integer or complex prediction, or one of each kind.
        ValueError: a shape or a value out of place, or an unknown name.

    Source: Salehi, Erdogmus and Gholipour 2017 (product); Wang et al. 2023 (minimum). Introduced in lesson 04.
    """
    check_choice("domain", domain, DOMAINS)
    check_choice("soft_labels", soft_labels, SOFT_LABELS)
    check_flag("per_class", per_class)
    check_pair(prediction, target, mask, allow_bool=True)
    if is_tensor(prediction):
        from tverskylib import _sums

        readable = _sums.readable(prediction, target, mask)
        counts, extremes = _sums.soft_counts(prediction, target, mask, soft_labels, extremes=readable)
        if readable:
            _sums.check_values(extremes, prediction, mask)
        return Counts(*_sums.reduced(counts, domain, per_class))
    return _array_counts(prediction, target, mask, _reduced_axes(prediction.ndim, domain, per_class), soft_labels)


def _reduced_axes(ndim: int, domain: Domain, per_class: bool) -> tuple[int, ...]:
    """The axes that a sum runs over: all but B for images, and all but C where classes stay apart."""
    kept = {0} if domain == "image" else set()
    return tuple(axis for axis in range(ndim) if axis not in (kept | {1} if per_class else kept))


def _array_counts(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None, axes: tuple[int, ...], soft_labels: SoftLabels
) -> Counts:
    slack = 4 * float(np.finfo(prediction.dtype).eps) if kind_of(prediction) == "float" else 0.0
    p, y = prediction.astype(np.float64), target.astype(np.float64)
    if mask is not None:
        check_mask_values(float(mask.min()), float(mask.max()), bool(((mask == 0) | (mask == 1)).all()))
        p, y = np.where(mask != 0, p, 0.0), np.where(mask != 0, y, 0.0)
    check_values(
        (float(p.min()), float(p.max())),
        (float(y.min()), float(y.max())),
        slack=slack,
    )
    tp = (p * y if soft_labels == "product" else np.minimum(p, y)).sum(axis=axes)
    # A difference of two rounded sums may fall below 0 by a rounding error; a count can not.
    return Counts(tp, np.maximum(p.sum(axis=axes) - tp, 0.0), np.maximum(y.sum(axis=axes) - tp, 0.0))
