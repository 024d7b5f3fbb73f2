"""alpha and beta as an exchange rate: the plane of the two mistakes, its level line, and the best cut."""

from __future__ import annotations

import math

from tverskylib.explorers.browser.of_tile import TileExplorer
from tverskylib.explorers.browser.values import PRESETS
from tverskylib.theory import pixel_gradients


class Weights(TileExplorer):
    r"""The plane of false positives and false negatives of one target, where masks of one index lie on a line.

    .. math:: \frac{1 - T + T \beta}{T \alpha} = \frac{\beta}{\alpha} + \frac{1 - T}{T \alpha}

    is how many false positives one missed pixel is worth, the slope of that line. For a given mask only
    :math:`\beta/\alpha` turns it. The masks of all thresholds lie on a curve; at the best of them the line touches it.

    Args:
        tile: image, target and probability; by default :func:`tverskylib.tiles.real_crop`.
        values: ``threshold`` in [0, 1], moved to the nearest thousandth; ``alpha`` and ``beta`` in [0.01, 5].

    Raises:
        TypeError: tile is no RealImage.
        TraitError: a value out of its range.

    Introduced in lesson 03.
    """

    name, title = "weights", "What one missed pixel is worth"
    question = (
        "How many false pixels is one missed pixel worth? And which way does the best cut go as it is worth more?"
    )
    presets = {"weights with a name": PRESETS}
    frames = {
        "Dice: one missed pixel is worth 1.47 false ones": {"alpha": 0.5, "beta": 0.5, "threshold": 0.5},
        "Jaccard: another index, the same line, the same best cut": {"alpha": 1.0, "beta": 1.0, "threshold": 0.5},
        "F2: a missed pixel is worth more, and the best cut lies lower: there the line only touches the curve": {
            "alpha": 0.2,
            "beta": 0.8,
            "threshold": 0.362,
        },
    }

    @property
    def rate(self) -> float:
        """How many false positives one missed pixel is worth, for the mask at the threshold; inf if it finds nothing."""
        tp, fp, fn = map(float, self.counts)
        foreground, background = pixel_gradients(tp, fp, fn, self.alpha, self.beta, 0.0)
        return foreground / -background if background else math.inf

    @property
    def numbers(self) -> dict[str, float]:
        best, peak = self.best
        counts = {name: float(value) for name, value in self.counts._asdict().items()}
        return {
            **counts,
            "index": self.index,
            "rate": self.rate,
            "ratio": self.beta / self.alpha,
            "best": best,
            "peak": peak,
        }
