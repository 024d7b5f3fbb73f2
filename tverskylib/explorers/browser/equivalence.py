"""Smooth labels against a penalty: two losses of one pixel, and the difference that the right weight takes away."""

from __future__ import annotations

import math

from scipy.special import rel_entr

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, epsilon, linear
from tverskylib.figures._labels import smoothed_class

NEARLY_SURE = 0.99


class Equivalence(BrowserExplorer):
    r"""Cross-entropy with smooth labels, and cross-entropy with a weighted divergence, over one prediction.

    .. math:: H(\tilde y, \hat y) = (1 - \varepsilon) \left[ H(y, \hat y)
        + \frac{\varepsilon}{1 - \varepsilon} \mathrm{KL}(u \,\|\, \hat y) \right] + \varepsilon \log 2

    Args:
        values: ``epsilon`` in [0, 0.49]; ``weight`` of the divergence in [0, 1]; ``guess``.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 08.
    """

    name, title = "equivalence", "Smooth labels or a penalty"
    question = "With which weight of the penalty are the two losses lowest at the same place?"
    presets = {
        "a weight for epsilon 0.2": {
            "ε": {"epsilon": 0.2, "weight": 0.2},
            "ε / (1 − ε)": {"epsilon": 0.2, "weight": 0.25},
        }
    }
    frames = {
        "with the talk's weight ε the lowest points lie apart": {"epsilon": 0.4, "weight": 0.4},
        "with a small ε the difference is hardly seen": {"epsilon": 0.2, "weight": 0.2},
        "with ε / (1 − ε) nothing is left of it: one loss, scaled and lifted": {"epsilon": 0.2, "weight": 0.25},
    }
    guesses = "weight"
    epsilon = epsilon()
    weight = Number(0.2, 0, 1, hint="of the penalty", scale=linear(0, 1, 0.005), say="three")

    @property
    def same(self) -> bool:
        """Whether the second loss is the first, scaled and lifted."""
        return math.isclose(self.weight, self.epsilon / (1 - self.epsilon), abs_tol=1e-9)

    @property
    def numbers(self) -> dict[str, float]:
        first, second = smoothed_class(self.epsilon, 2)
        divergence = float(sum(rel_entr(0.5, q) for q in (NEARLY_SURE, 1 - NEARLY_SURE)))
        smooth = -first * math.log(NEARLY_SURE) - second * math.log(1 - NEARLY_SURE)
        penalised = -math.log(NEARLY_SURE) + self.weight * divergence
        return {
            "smooth": float(first),
            "penalised": (1 + self.weight / 2) / (1 + self.weight),
            "exact": self.epsilon / (1 - self.epsilon),
            "difference": smooth - (1 - self.epsilon) * penalised - self.epsilon * math.log(2),
        }
