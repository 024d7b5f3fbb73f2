"""Cross-entropy with each of the two penalties, and how hard each penalty pushes."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import expit

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, linear

EDGE = 1e-6


class Pushes(BrowserExplorer):
    r"""The label noise penalty and the confidence penalty beside the cross-entropy of one pixel.

    .. math:: -\log q - w \left( \log q + \log (1 - q) \right), \qquad
        -\log q + w \left( q \log q + (1 - q) \log (1 - q) \right)

    Args:
        values: ``weight`` w of the penalties in [0.01, 1]; ``guess``.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 08.
    """

    name, title = "pushes", "How hard the two penalties push"
    question = "With the same weight, which penalty moves the lowest point further away from 1?"
    frames = {
        "a small weight: only label noise is lowest well below 1": {"weight": 0.05},
        "a larger one moves both, label noise further": {"weight": 0.4},
        "even so, near 0 one push grows like 1/q and the other like a logarithm": {"weight": 1.0},
    }
    weight = Number(0.2, 0.01, 1, hint="of the penalty", scale=linear(0.01, 1, 0.01))

    @property
    def minima(self) -> tuple[float, float]:
        """Where the loss is lowest: with the label noise and with the confidence penalty."""
        w = self.weight
        # In the logit z the slope is 0 where w z = 1 + exp(-z); its root is found to the last digits.
        logit = brentq(lambda z: w * z - 1 - math.exp(-z), 0, 2 / w + 1, xtol=1e-14, rtol=1e-15)
        return (1 + w) / (1 + 2 * w), float(expit(logit))

    @property
    def numbers(self) -> dict[str, float]:
        noise, confidence = self.minima
        return {
            "noise": noise,
            "confidence": confidence,
            "noise_push": self.weight * (1 / EDGE - 1 / (1 - EDGE)),
            "confidence_push": self.weight * (math.log(1 - EDGE) - math.log(EDGE)),
        }
