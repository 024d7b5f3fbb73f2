"""The Tversky index: one formula, and what it is called at three points of the (alpha, beta) plane."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tverskylib._checks import Domain, is_tensor
from tverskylib._numbers import ROUNDING, check_not_both_0, check_representable, check_weights, is_expression, operand
from tverskylib.counts import soft_counts

_FLOAT64 = float(np.finfo(np.float64).max), float(np.finfo(np.float64).tiny), "float64"


def tversky_from_counts(tp: Any, fp: Any, fn: Any, alpha: Any = 0.5, beta: Any = 0.5, delta: Any = 0.0) -> Any:
    r"""The Tversky index of counts that are already known.

    .. math:: T = \frac{TP + \delta}{TP + \alpha FP + \beta FN + \delta}

    This is the only place in the project where the formula is written.

    Args:
        tp, fp, fn: true positives, false positives and false negatives, in pixels. Python numbers, NumPy
            arrays, torch tensors and SymPy expressions all work, and broadcast as their kind does.
        alpha, beta: weights of the false positives and of the false negatives, at least 0 and not both 0.
        delta: smoothing term, at least 0, in pixels.

    Returns:
        The index, of the kind and shape of the counts; in [0, 1] for counts that are not negative.
        0/0 (nothing in the target, nothing predicted, ``delta=0``) is NaN for every kind of number.

    NumPy's numbers are computed with in float64, tensors in float32 at least. The values of tensors and expressions
    are not checked: a tensor may be on a GPU, or inside a transform.

    Raises:
        TypeError: an argument is no number (None, a string, a list, a Boolean, complex).
        ValueError: a number is negative, NaN or infinite, alpha = beta = 0, or the sum is too large for a float.

    Source: Tversky 1977; Salehi, Erdogmus and Gholipour 2017. Introduced in lesson 03.

    >>> tversky_from_counts(tp=6, fp=2, fn=2)
    0.75
    """
    given = {"tp": tp, "fp": fp, "fn": fn, "alpha": alpha, "beta": beta, "delta": delta}
    checked = [operand(name, x, slack=ROUNDING if name in ("tp", "fp", "fn") else 0.0) for name, x in given.items()]
    check_not_both_0(alpha, beta)
    check_together(dict(zip(given, checked, strict=True)))
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            numerator, denominator = terms(*checked)
            index = numerator / denominator
    except ZeroDivisionError:  # Python's own numbers raise where all others give NaN
        return math.nan
    except OverflowError:
        denominator = math.inf
    if isinstance(denominator, (float, np.ndarray, np.generic)) and np.isinf(denominator).any():
        raise ValueError("counts and weights must give a finite denominator, TP + alpha FP + beta FN + delta, got inf")
    return index


def check_together(operands: Mapping[str, Any]) -> None:
    """Raise where arrays, tensors and expressions would be mixed, or shapes do not broadcast."""
    of_kind: dict[str, str] = {}
    for name, x in operands.items():
        kinds = {"an array": isinstance(x, np.ndarray), "a tensor": is_tensor(x), "an expression": is_expression(x)}
        of_kind |= {kind: name for kind, is_it in kinds.items() if is_it}
    if len(of_kind) > 1:
        names, kinds_there = " and ".join(of_kind.values()), " and ".join(of_kind)
        raise TypeError(f"{names} must be of one kind, got {kinds_there}: convert one of them")
    shapes = {name: tuple(x.shape) for name, x in operands.items() if getattr(x, "ndim", 0)}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"{' and '.join(shapes)} must have shapes that go together, got {told}") from None


def terms(tp: Any, fp: Any, fn: Any, alpha: Any, beta: Any, delta: Any) -> tuple[Any, Any]:
    """Numerator and denominator of the index. In a batch, an image weighs as much as its denominator."""
    numerator = tp + delta
    return numerator, numerator + alpha * fp + beta * fn


def tversky_index(
    prediction: Any,
    target: Any,
    alpha: float = 0.5,
    beta: float = 0.5,
    *,
    delta: float = 0.0,
    domain: Domain = "batch",
    per_class: bool = False,
    mask: Any = None,
) -> Any:
    r"""The Tversky index of a prediction against a target; nothing is averaged.

    .. math:: T = \frac{TP + \delta}{TP + \alpha FP + \beta FN + \delta}

    with the soft counts :math:`TP = \sum y \hat y`, :math:`FP = \sum (1-y) \hat y`,
    :math:`FN = \sum y (1-\hat y)` of :func:`soft_counts`.

    Args:
        prediction: probabilities in [0, 1] or a Boolean mask, (B, C, H, W) or (B, C, D, H, W); NumPy or torch.
        target: the same shape and kind, values in [0, 1], any real dtype.
        alpha, beta: weights of the false positives and of the false negatives.
        delta: smoothing term in pixels; with 0, an empty target and an empty prediction give NaN.
        domain: ``"image"``, one value an image, or ``"batch"``, one value for the whole batch.
        per_class: keep the classes apart, or sum their counts.
        mask: 1 where a pixel counts, 0 where it is ignored: (B, 1, ...) or the shape of the prediction.

    Returns:
        (), (C,), (B,) or (B, C), by ``domain`` and ``per_class``; in [0, 1] or NaN. NumPy gives float64,
        torch at least float32.

    Raises:
        TypeError, ValueError: as :func:`soft_counts` and :func:`tversky_from_counts`.

    Source: Salehi, Erdogmus and Gholipour 2017. Introduced in lesson 03.
    """
    weights = check_weights(alpha, beta, delta)
    counts = soft_counts(prediction, target, domain=domain, per_class=per_class, mask=mask)
    if is_tensor(counts.tp):
        import torch

        sums = torch.finfo(counts.tp.dtype)
        check_representable(weights, prediction.numel(), sums.max, sums.tiny, str(sums.dtype))
    else:
        check_representable(weights, prediction.size, *_FLOAT64)
    return tversky_from_counts(*counts, *weights)


def dice_index(
    prediction: Any,
    target: Any,
    *,
    delta: float = 0.0,
    domain: Domain = "batch",
    per_class: bool = False,
    mask: Any = None,
) -> Any:
    r"""The Dice index, :func:`tversky_index` at alpha = beta = 1/2.

    .. math:: D = \frac{2 TP + 2\delta}{2 TP + FP + FN + 2\delta}

    A Dice written with a smoothing term s in this form has :math:`s = 2\delta`. Arguments, shapes, dtypes,
    range and errors as :func:`tversky_index`.

    Source: Dice 1945. Introduced in lesson 02.
    """
    return tversky_index(prediction, target, 0.5, 0.5, delta=delta, domain=domain, per_class=per_class, mask=mask)


def jaccard_index(
    prediction: Any,
    target: Any,
    *,
    delta: float = 0.0,
    domain: Domain = "batch",
    per_class: bool = False,
    mask: Any = None,
) -> Any:
    r"""The Jaccard index (IoU), :func:`tversky_index` at alpha = beta = 1.

    .. math:: J = \frac{TP + \delta}{TP + FP + FN + \delta}, \qquad J = \frac{D}{2-D} \text{ at } \delta = 0

    Arguments, shapes, dtypes, range and errors as :func:`tversky_index`.

    Source: Jaccard 1912. Introduced in lesson 03.
    """
    return tversky_index(prediction, target, 1.0, 1.0, delta=delta, domain=domain, per_class=per_class, mask=mask)
