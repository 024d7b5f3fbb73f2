"""Whether two answers are the same, and in which way they are not."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from tverskylib._checks import is_tensor, on_host

ROUNDED, EXACT, NEARLY = 1e-3, 1e-4, 1e-2  # of the number itself; an answer may be rounded to four digits


def same(given: Any, right: Any, to: float = ROUNDED) -> bool:
    """Whether two answers agree: text and whole numbers exactly, formulas after simplification, other numbers nearly.

    Args:
        given: what is judged: a number may come as a tensor or array of one element, a tuple as a list or array.
        right: what it should be.
        to: how much may be missing, as a share of the number.
    """
    if isinstance(right, tuple):
        parts = _parts(given)
        return len(parts) == len(right) and all(same(one, other, to) for one, other in zip(parts, right, strict=True))
    if _is_formula(right):
        return _same_formula(given, right)
    try:
        one, other = as_array(given), as_array(right)
    except (TypeError, ValueError):
        return False
    if one.size == 1 and not other.ndim:
        one = one.reshape(())
    if one.shape != other.shape:
        return False
    if one.dtype.kind in "US" or other.dtype.kind in "US":
        return bool(np.all(one == other))  # before NumPy 2.3, text == a number is a bool of Python
    whole = other.dtype.kind in "biu"  # whole numbers are counted, not rounded
    return bool(np.allclose(one, other, rtol=0 if whole else to, atol=0 if whole else 1e-9, equal_nan=True))


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """A number, a list, or an array of NumPy or torch, as an array of numbers or of text.

    Fractions and numbers of SymPy become floats.

    Raises:
        TypeError: it is something else.
        ValueError: its rows have different lengths.
    """
    if value is None or callable(value) or isinstance(value, (dict, set)):
        raise TypeError(f"a number, list or array is asked for, got {kind(value)}")
    found = np.asarray(_plain(value))
    if found.dtype == object and not any(one is None for one in found.flat):  # None would become nan
        found = found.astype(float)
    if found.dtype.kind not in "biufUS":
        raise TypeError(f"{value!r} holds no numbers")
    return found


def as_number(value: Any) -> float:
    """What a function of the reader returns, where a number is asked for.

    Raises:
        TypeError: it is none, as where `return` was forgotten.
    """
    try:
        return float(as_array(value).reshape(()))
    except (TypeError, ValueError):
        raise TypeError(f"the function should return a number, and returns {kind(value)}") from None


def kind(value: Any) -> str:
    """What an answer is, in words."""
    if isinstance(value, (bool, np.bool_)):
        return "True or False"
    if isinstance(value, numbers.Number) or (hasattr(value, "ndim") and not value.ndim):
        return "a number"
    if _is_formula(value):
        return "a number" if value.is_number else "a SymPy expression"
    if isinstance(value, str):
        return "text"
    if value is None:
        return "None"
    if callable(value):
        return "a function"
    shape = _shape(value)
    if shape is not None:
        return f"a list or array of shape {shape}"
    return f"a list of {len(value)}" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"


def _plain(value: Any) -> Any:
    """Without what torch has beside the numbers: a gradient, a device."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return on_host(value) if is_tensor(value) else value


def _parts(value: Any) -> list[Any]:
    """The elements of a list, a tuple or an array; nothing else has any."""
    if isinstance(value, (list, tuple)):
        return list(value)
    return list(value) if _shape(value) else []


def _shape(value: Any) -> tuple[int, ...] | None:
    """Of an array, a tensor, or a list of lists that are all alike."""
    if isinstance(value, (list, tuple)):
        try:
            return tuple(np.shape(_plain(value)))
        except ValueError:
            return None
    found = getattr(value, "shape", None)
    return None if found is None else tuple(found)


def _is_formula(value: Any) -> bool:
    """Whether it is an expression of SymPy; nobody who has none must import it."""
    return type(value).__module__.startswith("sympy") and hasattr(value, "free_symbols")


def _same_formula(given: Any, right: Any) -> bool:
    """Whether two expressions are equal, letters taken by their names, whatever was assumed of them."""
    import sympy

    try:
        found = sympy.sympify(given)
        letters = {one.name: one for one in right.free_symbols}
        found = found.subs({one: letters.get(one.name, one) for one in found.free_symbols})
        return bool(sympy.simplify(found - right) == 0)
    except (TypeError, AttributeError, sympy.SympifyError):
        return False
