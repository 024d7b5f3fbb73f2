"""Whether two answers are the same, and in which way they are not."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

CLOSE = {"rtol": 1e-3, "atol": 1e-9}  # an answer may be rounded to four digits


def same(given: Any, right: Any) -> bool:
    """Whether two answers agree: text exactly, formulas after simplification, numbers to a thousandth of themselves."""
    if isinstance(right, tuple):
        return isinstance(given, tuple) and len(given) == len(right) and all(map(same, given, right))
    if type(right).__module__.startswith("sympy"):
        import sympy

        try:
            return bool(sympy.simplify(sympy.sympify(given) - right) == 0)
        except (TypeError, sympy.SympifyError):
            return False
    try:
        one, other = as_array(given), as_array(right)
    except (TypeError, ValueError):
        return False
    if one.dtype.kind in "US" or other.dtype.kind in "US":
        return bool(one.shape == other.shape and (one == other).all())
    return one.shape == other.shape and bool(
        np.allclose(one.astype(float), other.astype(float), **CLOSE, equal_nan=True)
    )


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """A number, a list, or an array of NumPy or torch, as an array of numbers or of text.

    Raises:
        TypeError: it is something else.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if value is None or callable(value) or isinstance(value, (dict, set)):
        raise TypeError(f"{value!r} is no number, list or array")
    found = np.asarray(value)
    if found.dtype.kind not in "biufUS":
        raise TypeError(f"{value!r} holds no numbers")
    return found


def kind(value: Any) -> str:
    """What an answer is, in words."""
    if isinstance(value, (bool, np.bool_)):
        return "True or False"
    if isinstance(value, numbers.Number) or (hasattr(value, "ndim") and not value.ndim):
        return "a number"
    if isinstance(value, str):
        return "text"
    if callable(value):
        return "a function"
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"an array of shape {tuple(shape)}"
    return f"a list of {len(value)}" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"
