"""A Tversky loss with a penalty, along one of 16 pixels."""

from __future__ import annotations

import math

from scipy.optimize import bisect
from scipy.special import expit

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import PRESETS, Number, alpha, beta, linear
from tverskylib.index import tversky_from_counts
from tverskylib.theory import pixel_gradients

PIXELS, FOREGROUND = 16, 6
SURE = 700.0  # a logit of which nothing is left in floating-point numbers


class PenalisedPixel(BrowserExplorer):
    r"""The Tversky loss along one pixel, alone and with each of the two penalties.

    .. math:: 1 - T + w \frac{1}{16} \left( -\log q - \log (1 - q) \right), \qquad
        1 - T + w \frac{1}{16} \left( q \log q + (1 - q) \log (1 - q) \right)

    Six of 16 pixels are foreground, and the other 15 are predicted right. Each curve is the loss minus its lowest value.

    Args:
        values: ``weight`` w of the penalty in [0, 1]; ``alpha`` and ``beta`` in [0.01, 5]; ``guess``.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 09.
    """

    name, title = "penalised_pixel", "A penalty along one pixel"
    question = "With the same weight, does a penalty move a pixel further under Dice or under Jaccard?"
    presets = {"weights with a name": PRESETS}
    frames = {
        "Dice: both pixels leave their ends, label noise first": {"weight": 0.4, "alpha": 0.5, "beta": 0.5},
        "Jaccard is steeper here, and they go less far": {"weight": 0.4, "alpha": 1.0, "beta": 1.0},
        "F2: the foreground pixel stays, the background pixel goes": {"weight": 0.4, "alpha": 0.2, "beta": 0.8},
    }
    weight = Number(0.1, 0, 1, hint="of the penalty", scale=linear(0, 1, 0.01))
    alpha, beta = alpha(), beta()

    def loss(self, kind: str, q: float) -> float:
        """The loss without a penalty, a foreground or a background pixel at q."""
        return 1 - float(tversky_from_counts(*self._counts(kind, q), self.alpha, self.beta))

    def lowest(self, kind: str, penalty: str) -> float:
        """Where the loss of a pixel with a penalty is lowest."""

        def slope(z: float) -> float:
            slopes = pixel_gradients(*self._counts(kind, float(expit(z))), self.alpha, self.beta, 0.0)
            push = 2 * math.sinh(z) if penalty == "noise" else z
            return float(self.weight / PIXELS * push - slopes[kind == "background"])

        if slope(-SURE) >= 0:
            return 0.0
        if slope(SURE) <= 0:
            return 1.0
        return float(expit(bisect(slope, -SURE, SURE, xtol=1e-14, rtol=1e-15, maxiter=200)))

    @staticmethod
    def _counts(kind: str, q: float) -> tuple[float, float, float]:
        return (FOREGROUND - 1 + q, 0.0, 1 - q) if kind == "foreground" else (float(FOREGROUND), q, 0.0)

    @property
    def numbers(self) -> dict[str, float]:
        kinds, penalties = ("foreground", "background"), ("noise", "confidence")
        found = {f"{kind}_{penalty}": self.lowest(kind, penalty) for kind in kinds for penalty in penalties}
        return found | {f"{kind}_half": self.loss(kind, 0.5) for kind in kinds}
