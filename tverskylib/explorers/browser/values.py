"""Numbers that the explorers check when they are set, and the grid that Python and the browser share."""

from __future__ import annotations

import math
import numbers
from typing import Any

import traitlets

from tverskylib._checks import describe

STEPS = 1000  # thresholds stand on a grid of thousandths, on which the counts of the browser are exact
NEAR = 30  # "near" a threshold is within 30 steps, 0.03
FRACTIONS = (1e-4, 0.5)  # the axis of p


class Number(traitlets.Float):  # type: ignore[type-arg]
    """A synchronised number in a range. Its error names the value, what was given and what was expected.

    Args:
        default: the value at the start.
        low, high: the range, both ends included.
        step: if given, the value is moved to the nearest multiple of ``1 / step``.
        whole: only whole numbers are taken.
    """

    def __init__(self, default: float, low: float, high: float, *, step: int = 0, whole: bool = False) -> None:
        self.low, self.high, self.step, self.whole = low, high, step, whole
        super().__init__(default)
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> float:
        kind = "whole number" if self.whole else "number"
        expected = f"{self.name} must be a {kind} in [{self.low:g}, {self.high:g}]"
        if not isinstance(value, numbers.Real) or isinstance(value, bool):
            raise traitlets.TraitError(f"{expected}, got {describe(value)}")
        number = float(value)
        if not self.low <= number <= self.high or (self.whole and not number.is_integer()):
            raise traitlets.TraitError(f"{expected}, got {value}")
        return round(number * self.step) / self.step if self.step else number


def check_counts(value: Any, fewest: int, most: int) -> list[list[float]]:
    """Counts of some images, one ``[TP, FP, FN]`` each, as lists of floats.

    Raises:
        TraitError: not so many images, not three counts each, or a count that is no finite number of at least 0.
    """
    expected = f"counts must hold [TP, FP, FN] for {fewest} to {most} images"
    try:
        rows = [list(row) for row in value]
    except TypeError:
        raise traitlets.TraitError(f"{expected}, got {describe(value)}") from None
    if not fewest <= len(rows) <= most:
        raise traitlets.TraitError(f"{expected}, got {len(rows)} images")
    for row in rows:
        if len(row) != 3:
            raise traitlets.TraitError(f"{expected}, got {row!r}")
        for count in row:
            number = isinstance(count, numbers.Real) and not isinstance(count, bool)
            if not number or not 0 <= count < math.inf:
                raise traitlets.TraitError(f"{expected}, each a finite number of at least 0, got {describe(count)}")
    return [[float(count) for count in row] for row in rows]
