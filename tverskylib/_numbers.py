"""Checks of single numbers: weights, shares, thresholds, whole numbers. Every message names the argument."""

from __future__ import annotations

import math
import numbers
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import check_dense, describe, is_tensor, kind_of, on_host

ROUNDING = 1e-9  # a count that is a difference of rounded sums may fall so far below 0


def is_number(given: Any) -> bool:
    """Python's and NumPy's real numbers, fractions and SymPy's too; Booleans are none, nor spans of time."""
    return isinstance(given, numbers.Real) and not isinstance(given, (bool, np.bool_, np.timedelta64))


def check_number(
    name: str, given: Any, low: float = 0.0, high: float = math.inf, *, above: bool = False, below: bool = False
) -> float:
    """A finite number in [low, high] as a float; ``above`` and ``below`` leave out the ends."""
    if low == -math.inf:
        expected = "number"
    elif high == math.inf:
        expected = f"number above {low:g}" if above else f"number, at least {low:g}"
    else:
        expected = f"number in {'(' if above else '['}{low:g}, {high:g}{')' if below else ']'}"
    if not is_number(given):
        raise TypeError(f"{name} must be a {expected}, got {describe(given)}")
    try:
        number = float(given)
    except OverflowError:
        number = math.inf
    inside = (low < number if above else low <= number) and (number < high if below else number <= high)
    if not (inside and math.isfinite(number)):
        finite = "finite " * (high == math.inf)
        raise ValueError(f"{name} must be a {finite}{expected}, got {describe(given)}")
    return number


def check_whole(name: str, given: Any, low: int = 1, high: int | None = None) -> int:
    """A whole number in [low, high] as an int."""
    expected = f"a whole number, at least {low}" if high is None else f"a whole number from {low} to {high}"
    if not (isinstance(given, numbers.Integral) and is_number(given)):
        raise TypeError(f"{name} must be {expected}, got {describe(given)}")
    number = int(given)
    if number < low or (high is not None and number > high):
        raise ValueError(f"{name} must be {expected}, got {describe(given)}")
    return number


def check_array(
    name: str, given: Any, low: float, high: float, *, below: bool = False, kinds: str = "iuf"
) -> NDArray[np.float64]:
    """A number, an array or nested lists of them, each in [low, high], in float64; kinds are NumPy's letters."""
    expected = f"in [{low}, {high}{')' if below else ']'}"
    if is_number(given):
        given = check_number(name, given, low, high, below=below)
    values = as_array(name, given)
    if values.dtype.kind not in kinds:
        kind = "floating-point numbers" if kinds == "f" else "a number or an array of numbers"
        raise TypeError(f"{name} must be {kind} {expected}, got {describe(given)}")
    values = values.astype(np.float64)
    if np.isnan(values).any():
        raise ValueError(f"{name} must be {expected}, got NaN")
    if values.size and not (values.min() >= low and (values.max() < high if below else values.max() <= high)):
        raise ValueError(f"{name} must be {expected}, got values from {values.min():.4g} to {values.max():.4g}")
    return values


def as_array(name: str, given: Any) -> NDArray[Any]:
    """An array, a tensor or nested lists as an array; what can not be one, as an array of an object."""
    for one in given if isinstance(given, (list, tuple)) else (given,):
        check_dense(name, one)
    try:
        return on_host(given) if is_tensor(given) else np.asarray(given)
    except (TypeError, ValueError, RuntimeError):  # lists of different lengths, or of tensors that require a gradient
        return np.asarray(None)


def check_weights(alpha: Any, beta: Any, delta: Any) -> tuple[float, float, float]:
    """For the indices of predictions and the losses, where each of the three is one number: the three as floats."""
    weights = check_number("alpha", alpha), check_number("beta", beta), check_number("delta", delta)
    check_not_both_0(*weights[:2])
    return weights


def check_not_both_0(alpha: Any, beta: Any) -> None:
    if all(is_number(weight) and weight == 0 for weight in (alpha, beta)):
        raise ValueError(
            "alpha and beta must not both be 0 (the index would be 1 for every prediction), got alpha=0, beta=0"
        )


def check_representable(
    weights: tuple[float, float, float], entries: int, largest: float, smallest: float, dtype: str
) -> None:
    """Weights that the dtype of the sums holds: none becomes 0, and no sum of so many entries becomes infinite."""
    most = largest / 4 / entries
    for name, weight in zip(("alpha", "beta", "delta"), weights, strict=True):
        if weight > most:
            raise ValueError(f"{name} must be at most {most:.2g} for {entries} entries in {dtype}, got {weight}")
        if 0 < weight < smallest:
            raise ValueError(f"{name} must be 0 or at least {smallest:.3g} in {dtype}, got {weight}")


def operand(name: str, given: Any, slack: float = 0.0) -> Any:
    """A count or a weight as the formula takes it: a number, an array, a tensor or an expression, at least 0.

    NumPy's numbers become float64 and tensors at least float32, where small integers do not wrap around and half
    precision does not overflow. Of tensors and expressions the values are not read: a tensor may be on a GPU, or
    batched by ``torch.func.vmap``.
    """
    if is_tensor(given):
        import torch

        check_dense(name, given)
        if kind_of(given) not in ("int", "float"):
            raise TypeError(f"{name} must be a number, at least 0, got {describe(given)}")
        return given.to(torch.promote_types(given.dtype if given.is_floating_point() else torch.float32, torch.float32))
    if isinstance(given, np.ndarray):
        check_dense(name, given)
        if kind_of(given) not in ("int", "float"):
            raise TypeError(f"{name} must be a number, at least 0, got {describe(given)}")
        values = given.astype(np.float64)
        if values.size and not (values.min() >= -slack and values.max() < math.inf):
            low, high = values.min(), values.max()
            raise ValueError(f"{name} must hold finite numbers, at least 0, got values from {low:.4g} to {high:.4g}")
        return values
    if is_number(given):
        if not (is_small_error := -slack <= given < 0):
            check_number(name, given)
        return np.float64(given) if isinstance(given, np.generic) or is_small_error else given
    if is_expression(given):
        if given.is_number and not (given.is_finite and given.is_nonnegative):
            raise ValueError(f"{name} must be a finite number, at least 0, got {given}")
        return given
    raise TypeError(f"{name} must be a number, at least 0, got {describe(given)}")


def is_expression(given: Any) -> bool:
    """Whether it is SymPy's, told without importing SymPy."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(given, sympy.Expr)
