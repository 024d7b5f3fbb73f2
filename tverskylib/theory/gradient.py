"""The gradient of the index, derived from the formula itself, so that the two cannot drift apart."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from tverskylib._numbers import ROUNDING, operand
from tverskylib.index import check_together, tversky_from_counts


def pixel_gradients(tp: Any, fp: Any, fn: Any, alpha: Any, beta: Any, delta: Any) -> tuple[Any, Any]:
    r"""dT/dyhat of a foreground pixel and of a background pixel, for a binary target.

    More prediction on a foreground pixel moves as much from FN to TP; on a background pixel it adds to FP:

    .. math:: \frac{\partial T}{\partial \hat y_i} = \frac{\partial T}{\partial TP} - \frac{\partial T}{\partial FN}
        \text{ where } y_i = 1, \qquad \frac{\partial T}{\partial FP} \text{ where } y_i = 0

    Args:
        tp, fp, fn: soft counts in pixels, numbers or NumPy arrays.
        alpha, beta, delta: as in :func:`tversky_from_counts`.

    Returns:
        (foreground, background), per unit of prediction; the loss has the opposite signs. 0/0 is NaN. The partial derivatives
        are SymPy's, turned into NumPy functions on first use. Introduced in lesson 04.
    """
    foreground, background = _derivatives()
    given = {"tp": tp, "fp": fp, "fn": fn, "alpha": alpha, "beta": beta, "delta": delta}
    values = [operand(name, x, slack=ROUNDING if name in ("tp", "fp", "fn") else 0.0) for name, x in given.items()]
    check_together(dict(zip(given, values, strict=True)))
    try:
        return foreground(*values), background(*values)
    except ZeroDivisionError:  # Python's own numbers raise where all others give NaN
        return math.nan, math.nan
    except OverflowError:
        raise ValueError("counts and weights must have squares that are finite, got larger ones") from None


@functools.cache
def _derivatives() -> tuple[Callable[..., Any], Callable[..., Any]]:
    import sympy as sp

    symbols = sp.symbols("TP FP FN alpha beta delta", nonnegative=True)
    tp, fp, fn, *_ = symbols
    index = tversky_from_counts(*symbols)
    foreground = sp.simplify(sp.diff(index, tp) - sp.diff(index, fn))
    background = sp.simplify(sp.diff(index, fp))
    return sp.lambdify(symbols, foreground), sp.lambdify(symbols, background)
