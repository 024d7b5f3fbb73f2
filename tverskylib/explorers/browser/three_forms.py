"""Three forms of the Dice loss against a smoothed mask, along one of 16 pixels."""

from __future__ import annotations

import numpy as np

from tverskylib.counts import soft_counts
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, epsilon, linear
from tverskylib.figures._labels import smoothed
from tverskylib.index import tversky_from_counts

PIXELS = 16


class ThreeForms(BrowserExplorer):
    r"""The product, the minimum and the squared form of the Dice loss, while one pixel goes from 0 to 1.

    The other 15 pixels stand where each form wants them: on the mask for the product, on the labels for the others.
    Each curve is the loss minus its lowest value.

    Args:
        values: ``epsilon`` of two-sided smoothing in [0, 0.49]; ``foreground``, how many of the 16 pixels, 1 to 15;
            ``guess``.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 09.
    """

    name, title = "three_forms", "Three forms of the Dice loss"
    question = "The label is smooth. Where is each of the three forms lowest, and how does its curve look there?"
    frames = {
        "a hard label: all three are lowest on it": {"epsilon": 0.0, "foreground": 6},
        "a smooth one: minimum and squared form follow it, the product does not": {"epsilon": 0.3, "foreground": 6},
        "one pixel of foreground: now the product wants the background at 1": {"epsilon": 0.4, "foreground": 1},
    }
    epsilon = epsilon()
    foreground = Number(6, 1, 15, whole=True, hint="of 16 pixels", scale=linear(1, 15, 1), say="whole")

    def losses(self, pixel: int, value: float) -> tuple[float, float, float]:
        """Product, minimum and squared form with one pixel at a value."""
        mask = (np.arange(PIXELS) < self.foreground).astype(float)
        target = np.where(mask == 1, *smoothed(self.epsilon, 2))
        on_mask, on_labels = mask.copy(), target.copy()
        on_mask[pixel] = on_labels[pixel] = value
        shape = (1, 1, PIXELS, 1)
        product = soft_counts(on_mask.reshape(shape), target.reshape(shape))
        minimum = soft_counts(on_labels.reshape(shape), target.reshape(shape), soft_labels="minimum")
        squared = ((target - on_labels) ** 2).sum() / ((target**2).sum() + (on_labels**2).sum())
        return 1 - float(tversky_from_counts(*product)), 1 - float(tversky_from_counts(*minimum)), float(squared)

    @property
    def numbers(self) -> dict[str, float]:
        labels = smoothed(self.epsilon, 2)
        found: dict[str, float] = {}
        for kind, pixel, label in zip(("foreground", "background"), (0, PIXELS - 1), labels, strict=True):
            ends = [self.losses(pixel, end)[0] for end in (0.0, 1.0)]
            found |= {f"product_{kind}": float(ends[1] < ends[0]), f"label_{kind}": label}
            at_half = self.losses(pixel, 0.5)
            found |= {
                f"{form}_{kind}_half": x for form, x in zip(("product", "minimum", "squared"), at_half, strict=True)
            }
        return found
