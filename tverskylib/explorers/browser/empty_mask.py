"""What delta does to an image without foreground: a plateau, a cliff, and where the cliff stands."""

from __future__ import annotations

import math

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, alpha, logarithmic
from tverskylib.index import tversky_from_counts
from tverskylib.theory import pixel_gradients

PIXELS = 64 * 64  # of the image, as in empty_mask.js
LEAST = 1e-6


class EmptyMask(BrowserExplorer):
    r"""The loss of an image of 64 by 64 pixels without foreground, and how hard it pulls on each pixel.

    .. math:: L = 1 - \frac{\delta}{\alpha S + \delta}, \qquad
        \frac{\partial L}{\partial \hat y_i} = \frac{\alpha \delta}{(\alpha S + \delta)^2} \le \frac{1}{4 S}

    where S is the sum of the prediction. The loss is one half at the cliff, S = delta/alpha; there the pull is the
    largest that any delta gives.

    Args:
        values: ``delta`` in [0.000001, 10000] pixels; ``predicted``, the sum S, in [0.000001, 4096]; ``alpha`` in
            [0.01, 5]; ``guess``, of delta.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 05.
    """

    name, title = "empty_mask", "An image without foreground"
    question = (
        "The image is empty, and an untrained network says 0.5 everywhere. Which delta pulls it hardest towards 0?"
    )
    presets = {"predictions": {"untrained: 0.5 everywhere": {"predicted": PIXELS / 2}, "one pixel": {"predicted": 1}}}
    frames = {
        "the network stands far out on a plateau: the pull is next to nothing": {"delta": 1e-5},
        "with delta 1 the cliff stands at two pixels": {"delta": 1.0},
        "with delta = αS the cliff has come to the network: no delta pulls harder": {"delta": 1024.0},
    }
    guesses = "delta"
    delta = Number(1e-5, LEAST, 1e4, hint="pixels", scale=logarithmic(-6, 4, 0.25), say="scientific")
    predicted = Number(
        PIXELS / 2,
        LEAST,
        PIXELS,
        label="S",
        hint="sum of the prediction",
        scale=logarithmic(-6, math.log10(PIXELS), 0.25),
        say="scientific",
    )
    alpha = alpha()

    @property
    def numbers(self) -> dict[str, float]:
        counts = (0.0, self.predicted, 0.0)
        _, slope = pixel_gradients(*counts, self.alpha, self.alpha, self.delta)
        return {
            "loss": 1 - float(tversky_from_counts(*counts, self.alpha, self.alpha, self.delta)),
            "pull": -float(slope),
            "strongest": 1 / (4 * self.predicted),
            "cliff": self.delta / self.alpha,
        }
