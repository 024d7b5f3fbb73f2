"""What the explorers of a probability map share: the tile that is shipped, the counts, the index, and the best cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from tverskylib.counts import Counts
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.shipped import codes, grey
from tverskylib.explorers.browser.values import STEPS, Number, alpha, beta, linear
from tverskylib.index import tversky_from_counts
from tverskylib.thresholds import threshold_counts

if TYPE_CHECKING:
    from tverskylib.tiles import RealImage

GRID = np.arange(STEPS + 1) / STEPS


def given_tile(tile: RealImage | None) -> RealImage:
    """The tile that a reader gives, or the crop that the lessons show."""
    from tverskylib.tiles import RealImage, real_crop

    if tile is not None and not isinstance(tile, RealImage):
        raise TypeError(f"tile must be a RealImage, got a {type(tile).__name__}")
    return real_crop() if tile is None else tile


def is_crop(tile: RealImage) -> bool:
    """Whether a tile is what the stored strips show."""
    from tverskylib.tiles import real_crop

    crop = real_crop()
    return all(np.array_equal(getattr(tile, name), getattr(crop, name)) for name in ("image", "target", "probability"))


class TileExplorer(BrowserExplorer):
    """A threshold, alpha and beta over the prediction for one image.

    Args:
        tile: image, target and probability; by default :func:`tverskylib.tiles.real_crop`.
        values: as the subclass declares them, and shipped data of its own.

    Raises:
        TypeError: tile is no RealImage.
        TraitError: a value out of its range.
    """

    threshold = Number(0.5, 0, 1, step=STEPS, scale=linear(0, 1, 0.005), say="three")
    alpha, beta = alpha(), beta()
    height = traitlets.Int().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    codes = traitlets.Bytes().tag(sync=True)
    grey = traitlets.Bytes().tag(sync=True)
    target = traitlets.Bytes().tag(sync=True)

    def __init__(self, tile: RealImage | None = None, **values: Any) -> None:
        self.tile = given_tile(tile)
        target = self.tile.target
        super().__init__(
            **values,
            height=target.shape[0],
            width=target.shape[1],
            codes=codes(self.tile.probability),
            grey=grey(self.tile.image),
            target=target.astype(np.uint8).tobytes(),
        )

    @property
    def is_default(self) -> bool:
        return is_crop(self.tile)

    @property
    def counts(self) -> Counts:
        """TP, FP and FN of the mask at the threshold, in pixels."""
        return threshold_counts(self.tile.probability, self.tile.target, self.threshold)

    @property
    def index(self) -> float:
        """The index of the mask at the threshold."""
        return float(tversky_from_counts(*self.counts, self.alpha, self.beta))

    @property
    def best(self) -> tuple[float, float]:
        """The threshold of the grid with the largest index (the lowest of them), and that index."""
        every = threshold_counts(self.tile.probability, self.tile.target, GRID)
        curve = np.asarray(tversky_from_counts(*every, self.alpha, self.beta))
        k = int(np.nanargmax(curve))
        return float(GRID[k]), float(curve[k])
