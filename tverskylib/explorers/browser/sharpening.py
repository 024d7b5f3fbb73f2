"""From soft counts to counts: a probability map whose logits are multiplied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets
from numpy.typing import NDArray
from scipy.special import expit, logit

from tverskylib.counts import Counts, soft_counts
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.of_tile import given_tile, is_crop
from tverskylib.explorers.browser.values import Number, logarithmic
from tverskylib.index import tversky_from_counts

if TYPE_CHECKING:
    from tverskylib.tiles import RealImage

LEVELS = 2**16  # of the probabilities that are shipped: each stands in the middle of its level, so none is 0 or 1


class Sharpening(BrowserExplorer):
    r"""A probability map that is pushed towards 0 and 1, so that its soft counts run into the counts of the mask.

    .. math:: \hat y_i = \text{sigmoid}(k\, z_i), \qquad TP = \sum_i y_i \hat y_i, \quad
        FP = \sum_i (1 - y_i) \hat y_i, \quad FN = \sum_i y_i (1 - \hat y_i)

    where z are the logits of the prediction and k is the sharpness. Probabilities are rounded to 16 bits.

    Args:
        tile: image, target and probability; by default :func:`tverskylib.tiles.real_crop`.
        values: ``sharpness`` k in [0.1, 100].

    Raises:
        TypeError: tile is no RealImage.
        TraitError: a value out of its range.

    Introduced in lesson 04.
    """

    name, title = "sharpening", "From soft counts to counts"
    question = (
        "The mask at 0.5 has a Dice of 0.811. Is Dice of the soft counts larger or smaller, and where does it go?"
    )
    frames = {
        "nearly 0.5 everywhere": {"sharpness": 0.1},
        "what the network says: doubt costs, and soft Dice is 0.628": {"sharpness": 1.0},
        "black and white: the soft counts are those of the mask": {"sharpness": 100.0},
    }
    sharpness = Number(1.0, 0.1, 100, hint="a factor", scale=logarithmic(-1, 2, 0.05), say="scientific")
    height = traitlets.Int().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    levels = traitlets.Bytes().tag(sync=True)
    target = traitlets.Bytes().tag(sync=True)

    def __init__(self, tile: RealImage | None = None, **values: Any) -> None:
        self.tile = given_tile(tile)
        levels = np.minimum(np.asarray(self.tile.probability, dtype=np.float64) * LEVELS, LEVELS - 1).astype("<u2")
        self._logits: NDArray[np.float64] = logit((levels + 0.5) / LEVELS)
        super().__init__(
            **values,
            height=levels.shape[0],
            width=levels.shape[1],
            levels=levels.tobytes(),
            target=self.tile.target.astype(np.uint8).tobytes(),
        )

    @property
    def is_default(self) -> bool:
        return is_crop(self.tile)

    @property
    def counts(self) -> Counts:
        """Soft TP, FP and FN of the sharpened map, in pixels."""
        return self._counts(expit(self.sharpness * self._logits))

    @property
    def numbers(self) -> dict[str, float]:
        counts, mask = self.counts, self._counts(self._logits >= 0)
        return {
            **{name: float(value) for name, value in counts._asdict().items()},
            "dice": float(tversky_from_counts(*counts)),
            "mask": float(tversky_from_counts(*mask)),
        }

    def _counts(self, prediction: NDArray[Any]) -> Counts:
        return soft_counts(prediction[None, None], self.tile.target[None, None])
