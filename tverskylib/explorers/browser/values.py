"""The values of an explorer: checked when they are set, and told to the browser with label, hint, scale and words."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

import traitlets

from tverskylib._checks import describe
from tverskylib._numbers import is_number

STEPS = 1000  # thresholds stand on a grid of thousandths, on which the counts of the browser are exact
NEAR = 30  # "near" a threshold is within 30 steps, 0.03
FRACTIONS = (1e-4, 0.5)  # the axis of p
WEIGHTS = (0.01, 5.0)  # what alpha and beta may be; their sliders cover the useful part

PRESETS: Mapping[str, Mapping[str, float]] = {
    "Dice": {"alpha": 0.5, "beta": 0.5},
    "Jaccard": {"alpha": 1.0, "beta": 1.0},
    "F2": {"alpha": 0.2, "beta": 0.8},
    "F½": {"alpha": 0.8, "beta": 0.2},
}


def linear(low: float, high: float, step: float) -> dict[str, Any]:
    """A plain scale of a slider."""
    return {"kind": "linear", "low": low, "high": high, "step": step}


def logarithmic(lowest: float, highest: float, step: float, *, zero: bool = False) -> dict[str, Any]:
    """A scale over powers of ten; the three numbers are exponents. With ``zero``, 0 stands one step before the first."""
    return {"kind": "logarithmic", "low": lowest, "high": highest, "step": step, "zero": zero}


class Number(traitlets.Float):  # type: ignore[type-arg]
    """A synchronised number in a range. Its error names the value, what was given and what was expected.

    Args:
        default: the value at the start.
        low, high: the range, both ends included.
        step: if given, the value is moved to the nearest multiple of ``1 / step``.
        whole: only whole numbers are taken.
        label, hint: the words at its slider; the label is the trait's name by default.
        scale: of the slider, from :func:`linear` or :func:`logarithmic`; without one there is no slider.
        say: how it is written and spoken, a name in ``words.js``: "two", "percent", "scientific", "pixels" ...
    """

    def __init__(
        self,
        default: float,
        low: float,
        high: float,
        *,
        step: int = 0,
        whole: bool = False,
        label: str = "",
        hint: str = "",
        scale: Mapping[str, Any] | None = None,
        say: str = "two",
    ) -> None:
        self.low, self.high, self.step, self.whole = low, high, step, whole
        self.label, self.hint, self.scale, self.say = label, hint, scale, say
        super().__init__(default)
        self.tag(sync=True, value=True)

    def about(self, name: str) -> dict[str, Any]:
        """What the browser needs to know of it."""
        return {"name": name, "label": self.label or name, "hint": self.hint, "scale": self.scale, "say": self.say}

    def validate(self, obj: Any, value: Any) -> float:
        kind = "whole number" if self.whole else "number"
        expected = f"{self.name} must be a {kind} in [{self.low:g}, {self.high:g}]"
        if not is_number(value) or abs(value) > 1e300:
            raise traitlets.TraitError(f"{expected}, got {describe(value)}")
        number = float(value)
        if not self.low <= number <= self.high or (self.whole and not number.is_integer()):
            raise traitlets.TraitError(f"{expected}, got {describe(value)}")
        return round(number * self.step) / self.step if self.step else number


class Choice(traitlets.Unicode):  # type: ignore[type-arg]
    """A synchronised choice among named options; the first is where it starts.

    Args:
        options: value -> the words on its button.
        label: the words of the group of buttons.
    """

    def __init__(self, options: Mapping[str, str], *, label: str) -> None:
        self.options, self.label = dict(options), label
        super().__init__(next(iter(options)))
        self.tag(sync=True, value=True)

    def about(self, name: str) -> dict[str, Any]:
        """What the browser needs to know of it."""
        return {"name": name, "label": self.label, "options": self.options}

    def validate(self, obj: Any, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise traitlets.TraitError(f"{self.name} must be one of {', '.join(self.options)}, got {describe(value)}")
        return str(value)


def alpha(default: float = 0.5) -> Number:
    """The weight of the false positives, with the same range and step everywhere."""
    return Number(default, *WEIGHTS, hint="weighs FP", scale=linear(0.05, 2, 0.05))


def beta(default: float = 0.5) -> Number:
    """The weight of the false negatives."""
    return Number(default, *WEIGHTS, hint="weighs FN", scale=linear(0.05, 2, 0.05))


def epsilon(default: float = 0.2) -> Number:
    """The strength of label smoothing."""
    return Number(default, 0, 0.49, hint="smoothing", scale=linear(0, 0.49, 0.01))


def share(default: float = 0.01) -> Number:
    """The share of foreground p."""
    low, high = FRACTIONS
    return Number(
        default, low, high, hint="foreground", scale=logarithmic(math.log10(low), math.log10(high), 0.05), say="percent"
    )


def classes(default: int = 2) -> Number:
    """The C of the smoothing formula."""
    return Number(default, 1, 4, whole=True, label="C", hint="in the formula", scale=linear(1, 4, 1), say="whole")


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
            if not is_number(count) or not 0 <= count <= sys.float_info.max:
                raise traitlets.TraitError(f"{expected}, each a finite number of at least 0, got {describe(count)}")
    return [[float(count) for count in row] for row in rows]
