"""What a lesson says: sentences with computed numbers, and claims that were checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from IPython.display import Markdown


def say(text: str) -> Markdown:
    """A sentence with numbers that the cell has computed, shown as Markdown: ``say(f"Dice is {dice:.3f}.")``."""
    return Markdown(text)


def checked(sentence: str, *conditions: Any) -> Markdown:
    """Say a sentence as checked, or raise if one of its conditions does not hold.

    ``checked(f"batch-wise {b:.3f} lies between {low:.3f} and {high:.3f}", low < b < high)`` shows "checked: batch-wise
    0.844 lies between 0.333 and 0.900".

    Args:
        sentence: the claim, with its numbers.
        conditions: what makes it true, computed beside it: each True or False, or an array (NumPy, torch, pandas) of
            such, all of which must be True. SymPy's true and false count; a relation that SymPy left open does not.

    Raises:
        AssertionError: the claim is false; the message has the sentence and says which condition fails, and where.
        TypeError: there is no condition, or one that is no truth value, such as a number, None or an empty array.

    Introduced in lesson 00.
    """
    if not isinstance(sentence, str) or not sentence.strip():
        raise TypeError(f"sentence: the claim in words, not {sentence!r}")
    if not conditions:
        raise TypeError(f"nothing to check was given with {sentence!r}: name the conditions after the sentence")
    for number, condition in enumerate(conditions, start=1):
        name = "its condition" if len(conditions) == 1 else f"condition {number} of {len(conditions)}"
        truth = _truth_values(condition, f"{name} in {sentence!r}")
        if not truth.all():
            first = ", ".join(map(str, np.argwhere(~truth)[0]))
            where = f" at {(~truth).sum()} of {truth.size} places, first at [{first}]" if truth.ndim else ""
            raise AssertionError(f"not so: {sentence}: {name} is False{where}")
    return Markdown(f"checked: {sentence}")


def _truth_values(condition: Any, name: str) -> Any:
    """The condition as an array of Booleans."""
    if type(condition).__name__ in {"BooleanTrue", "BooleanFalse"}:  # SymPy's, which NumPy takes for objects
        condition = bool(condition)
    truth = np.asarray(condition)
    if truth.dtype != bool or truth.size == 0:
        given = "an empty array" if truth.size == 0 else f"{condition!r} of type {type(condition).__name__}"
        raise TypeError(f"{name} is no truth value: expected True, False or an array of them, got {given}")
    return truth
