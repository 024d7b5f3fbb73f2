"""Whether two answers are the same, and in which way they are not."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

ROUNDED = 1e-3  # an answer may be rounded to four digits
NEARLY = 1e-2


def same(given: Any, right: Any, tolerance: float = ROUNDED) -> bool:
    """Whether two answers agree: text and whole numbers exactly, formulas after simplification, others to a share."""
    if isinstance(right, tuple):
        given = given.tolist() if hasattr(given, "tolist") else given
        if not isinstance(given, (list, tuple)) or len(given) != len(right):
            return False
        return all(same(one, other, tolerance) for one, other in zip(given, right, strict=True))
    if _is_formula(right):
        import sympy

        try:
            return bool(sympy.simplify(sympy.sympify(given) - right) == 0)
        except (TypeError, sympy.SympifyError):
            return False
    try:
        one, other = as_array(given), as_array(right)
    except (TypeError, ValueError):
        return False
    if not other.ndim and one.size == 1:  # one number in a list or a tensor is that number
        one = one.reshape(())
    if one.shape != other.shape:
        return False
    if one.dtype.kind in "US" or other.dtype.kind in "US" or other.dtype.kind in "biu":
        return bool((one == other).all())
    return np.allclose(one.astype(float), other.astype(float), rtol=tolerance, atol=1e-9, equal_nan=True)


def nearly(given: Any, right: Any) -> bool:
    """Whether numbers are close, and rounded too much."""
    return same(given, right, NEARLY)


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """A number, a list, or an array of NumPy or torch, as an array of numbers or of text; exact numbers too.

    Raises:
        TypeError, ValueError: it is something else.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if value is None or callable(value) or isinstance(value, (dict, set)):
        raise TypeError(f"{value!r} is no number, list or array")
    found = np.asarray(value)
    if found.dtype == object:  # fractions, decimals, numbers of SymPy
        found = found.astype(float)
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
    if _is_formula(value):
        return "a SymPy expression"
    if callable(value):
        return "a function"
    if isinstance(value, (list, tuple)) or hasattr(value, "shape"):
        try:
            return f"a list or array of shape {tuple(as_array(value).shape)}"
        except (TypeError, ValueError):
            return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


def _is_formula(value: Any) -> bool:
    return type(value).__module__.startswith("sympy") and not getattr(value, "is_number", False)
