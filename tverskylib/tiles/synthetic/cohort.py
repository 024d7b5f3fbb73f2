"""Which tile comes from which slide, which slide is for what, and which tiles hold cancer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.synthetic.settings import TileSettings

SPLITS = ("train", "validation", "test")
BURDEN = 0.8  # shape of the gamma distribution of cancer over slides: most have some, a few have much


@dataclass(frozen=True, eq=False)
class Cohort:
    """The plan of a data set, before any tile is drawn.

    Args:
        slides: int64, (tiles,), the slide of each tile.
        splits: str, (tiles,), "train", "validation" or "test": the same for all tiles of a slide.
        positive: bool, (tiles,), whether the tile holds cancer.
    """

    slides: NDArray[np.int64]
    splits: NDArray[np.str_]
    positive: NDArray[np.bool_]


def seeded(settings: TileSettings, *key: int) -> np.random.Generator:
    """The generator of one thing of the data set, independent of all others."""
    return np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=key))


def plan(settings: TileSettings) -> Cohort:
    """Deals the tiles to slides, the slides to splits, and the cancer to tiles.

    Slides get equally many tiles, up to one. Each split gets its share of the positive tiles, at least one; within a
    split, cancer is spread unevenly over the slides.
    """
    rng = seeded(settings, 0)
    slides = np.arange(settings.tiles, dtype=np.int64) % settings.slides
    training = settings.slides - settings.validation_slides - settings.test_slides
    sizes = (training, settings.validation_slides, settings.test_slides)
    splits = rng.permutation(np.repeat(SPLITS, sizes))[slides]
    burden = rng.gamma(BURDEN, size=settings.slides) + 0.05
    positive = np.zeros(settings.tiles, bool)
    here = [np.flatnonzero(splits == split) for split in SPLITS]
    for tiles, count in zip(here, _shares(settings.positives, [len(tiles) for tiles in here]), strict=True):
        odds = burden[slides[tiles]]
        positive[rng.choice(tiles, count, replace=False, p=odds / odds.sum())] = True
    return Cohort(slides, splits, positive)


def _shares(total: int, sizes: list[int]) -> list[int]:
    """Whole numbers that add up to total, in proportion to sizes, by largest remainders; but none of them 0."""
    exact = [total * size / sum(sizes) for size in sizes]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda k: shares[k] - exact[k])
    for k in by_remainder[: total - sum(shares)]:
        shares[k] += 1
    while 0 in shares:
        shares[shares.index(max(shares))] -= 1
        shares[shares.index(0)] += 1
    return shares
