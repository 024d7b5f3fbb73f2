"""All distributions over three classes, and the level lines of a loss over them."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import entr, rel_entr, xlogy

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Choice, Number, epsilon, linear
from tverskylib.figures._labels import smoothed_class


class Simplex(BrowserExplorer):
    r"""A prediction in the triangle of three classes, of which the first is right; level lines of a loss.

    Args:
        values: ``share`` of class 1 in the prediction and ``split``, the share of class 2 in the rest, both in
            [0.01, 0.99]; ``epsilon`` of the label in [0, 0.49]; ``loss``, whose level lines are drawn: "smooth" or
            "hard", the cross-entropy with either label, or a divergence, "from_uniform" :math:`\mathrm{KL}(u \,\|\,
            \hat y)` or "to_uniform" :math:`\mathrm{KL}(\hat y \,\|\, u)`.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 08.
    """

    name, title = "simplex", "Entropy and cross-entropy of three classes"
    question = "Walk straight into the corner of class 1, the right one. What does the loss of the smooth label do?"
    presets = {
        "predictions": {
            "surer than the label": {"share": 0.97, "split": 0.5},
            "uniform": {"share": 1 / 3, "split": 0.5},
        }
    }
    frames = {
        "on the way to the corner the loss falls": {"share": 0.6},
        "at the smooth label it is lowest": {"share": 0.867},
        "a surer prediction is punished: it has risen again": {"share": 0.97},
    }
    share = Number(0.97, 0.01, 0.99, hint="of class 1", scale=linear(0.01, 0.99, 0.01), say="fine")
    split = Number(0.5, 0.01, 0.99, hint="of the rest", scale=linear(0.01, 0.99, 0.01))
    epsilon = epsilon()
    loss = Choice(
        {
            "smooth": "smooth label",
            "hard": "one-hot label",
            "from_uniform": "KL(uniform ‖ prediction)",
            "to_uniform": "KL(prediction ‖ uniform)",
        },
        label="level lines of",
    )

    @property
    def prediction(self) -> tuple[float, float, float]:
        """What is predicted for the three classes."""
        rest = 1 - self.share
        return self.share, rest * self.split, rest * (1 - self.split)

    @property
    def numbers(self) -> dict[str, float]:
        prediction = np.array(self.prediction)
        return {
            "entropy": float(entr(prediction).sum()),
            "hard": -math.log(self.share),
            "smooth": float(-xlogy(smoothed_class(self.epsilon, 3), prediction).sum()),
            "from_uniform": float(rel_entr(1 / 3, prediction).sum()),
            "to_uniform": float(rel_entr(prediction, 1 / 3).sum()),
        }
