"""Cross-entropy and Dice along one pixel of a smoothed mask: which of the two asks for doubt."""

from __future__ import annotations

import numpy as np
from scipy.special import rel_entr

from tverskylib.counts import soft_counts
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, classes, epsilon, linear
from tverskylib.figures._labels import smoothed
from tverskylib.index import tversky_from_counts

PIXELS = 16


class OnePixel(BrowserExplorer):
    r"""Two losses over the prediction of one pixel of a smoothed mask of 16, each minus its lowest value.

    .. math:: \tilde y = (1 - \varepsilon)\, y + \frac{\varepsilon}{C}

    Cross-entropy is that of this pixel. Dice is that of the mask, where the other 15 pixels are predicted as the
    unsmoothed mask says; along one pixel it is monotone, so it is lowest at an end.

    Args:
        values: ``epsilon`` in [0, 0.49]; ``num_classes``, the C of the formula, a whole number in [1, 4];
            ``foreground``, how many of the 16 pixels, 1 to 15.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 07.
    """

    name, title = "one_pixel", "One pixel, two losses"
    question = "Epsilon grows. Where do the lowest points go, with cross-entropy and with Dice?"
    frames = {
        "a hard label: both losses are lowest at 1 and 0": {"epsilon": 0.0, "num_classes": 2},
        "a smooth one: cross-entropy follows it, Dice stays at 1 and 0": {"epsilon": 0.2, "num_classes": 2},
        "one-sided and strong: Dice now wants the background at 1": {"epsilon": 0.45, "num_classes": 1},
    }
    epsilon = epsilon()
    num_classes = classes()
    foreground = Number(6, 1, 15, whole=True, hint="of 16 pixels", scale=linear(1, 15, 1), say="whole")

    def dice_loss(self, kind: str, value: float) -> float:
        """The loss of the mask with one pixel, "foreground" or "background", at a value and all others right."""
        prediction = (np.arange(PIXELS) < self.foreground).astype(float)
        target = np.where(prediction == 1, *smoothed(self.epsilon, int(self.num_classes)))
        prediction[0 if kind == "foreground" else -1] = value
        shape = (1, 1, PIXELS, 1)
        return 1 - float(tversky_from_counts(*soft_counts(prediction.reshape(shape), target.reshape(shape))))

    @property
    def numbers(self) -> dict[str, float]:
        found: dict[str, float] = {}
        labels = smoothed(self.epsilon, int(self.num_classes))
        for kind, label in zip(("foreground", "background"), labels, strict=True):
            ends = [self.dice_loss(kind, end) for end in (0.0, 1.0)]
            found[f"cross_{kind}"] = label
            found[f"dice_{kind}"] = float(ends[1] < ends[0])
            found[f"cross_{kind}_half"] = float(rel_entr(label, 0.5) + rel_entr(1 - label, 0.5))
            found[f"dice_{kind}_half"] = self.dice_loss(kind, 0.5) - min(ends)
        return found
