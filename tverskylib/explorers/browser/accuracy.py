"""Why accuracy deceives: a thousand pixels, two predictors, accuracy and Dice."""

from __future__ import annotations

import math

from tverskylib.counts import Counts
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, linear, logarithmic
from tverskylib.index import tversky_from_counts


class Accuracy(BrowserExplorer):
    r"""Accuracy and Dice of two predictors as the foreground gets rare.

    .. math:: \text{accuracy} = 1 - FP - FN, \qquad TP = s p, \quad FP = r (1 - p), \quad FN = (1 - s) p

    as shares of all pixels. One predictor finds nothing, s = r = 0. The other has a sensitivity s and a false alarm
    rate r. The picture rounds to a thousand pixels; the numbers do not.

    Args:
        values: ``p``, share of foreground, in [0.001, 0.5]; ``sensitivity`` in [0, 1]; ``false_alarms``, the share of
            the background that is marked, in [0.00001, 0.5]; ``guess``, of p.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 01.
    """

    name, title = "accuracy", "Accuracy and Dice of two predictors"
    question = "Accuracy prefers the one that finds nothing. From which share of foreground p on does that change?"
    frames = {
        "half of the pixels are foreground: accuracy and Dice prefer the same one": {"p": 0.5},
        "one in a hundred: accuracy prefers the one that finds nothing": {"p": 0.01},
        "one in a thousand: finding nothing has accuracy 0.999, and Dice 0": {"p": 0.001},
    }
    guesses = "p"
    p = Number(0.01, 0.001, 0.5, hint="foreground", scale=logarithmic(-3, math.log10(0.5), 0.05), say="percent")
    sensitivity = Number(0.8, 0, 1, hint="found", scale=linear(0, 1, 0.01))
    false_alarms = Number(
        0.05,
        1e-5,
        0.5,
        label="false alarms",
        hint="by mistake",
        scale=logarithmic(-5, math.log10(0.5), 0.05),
        say="percent",
    )

    def _counts(self, sensitivity: float, false_alarms: float) -> Counts:
        p = self.p
        return Counts(sensitivity * p, false_alarms * (1 - p), (1 - sensitivity) * p)

    @property
    def numbers(self) -> dict[str, float]:
        found = {}
        for name, rates in {"nothing": (0.0, 0.0), "some": (self.sensitivity, self.false_alarms)}.items():
            counts = self._counts(*rates)
            found[f"accuracy_{name}"] = 1 - counts.fp - counts.fn
            found[f"dice_{name}"] = float(tversky_from_counts(*counts))
        return found
