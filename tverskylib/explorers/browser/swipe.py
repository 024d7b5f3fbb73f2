"""Two trained networks on one tile, under a line that is moved, from the first epoch to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.swipe_data import CUTS, NAMES, TILES, Seen, seen_of, shipped
from tverskylib.explorers.browser.values import PRESETS, Choice, Number, alpha, beta, linear
from tverskylib.index import tversky_from_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tverskylib.training import Trained


class Swipe(BrowserExplorer):
    r"""Error maps of a batch-wise and an image-wise trained network on a test tile, and their index over all thresholds.

    .. math:: \frac1K \sum_k T(TP_k, FP_k, FN_k), \qquad T\Big(\sum_k TP_k, \sum_k FP_k, \sum_k FN_k\Big)

    over the K test tiles with foreground: the mean of images, and pooled. Thresholds stand on a grid of fiftieths.

    Args:
        runs: "batch" and "image" -> the trained runs, on the same tiles; by default two that come with the lessons.
        history: "batch" and "image" -> what each predicted on the test tiles at the end of each epoch, (N, 1, H, W),
            as ``train(..., on_test=found.append)`` collects it.
        values: ``divider`` in [0, 1], left of it the batch-wise network; ``threshold``; ``alpha`` and ``beta``;
            ``training``, which part of it is over; ``lesion``, "small", "middle" or "large".

    Raises:
        ValueError: runs without a history, or with that of others, of unequal lengths, on other tiles, or on tiles
            without foreground.
        TraitError: a value out of its range.

    Introduced in lesson 10.
    """

    name, title = "swipe", "Two trained networks, one tile"
    question = (
        "Move the line over the lesion: which network marks more? Is there a threshold at which the other is better?"
    )
    presets = {"weights": PRESETS}
    frames = {
        "after the first epoch: next to nothing is known": {"training": 0.0},
        "at the end: left of the line batch-wise, right of it image-wise": {"training": 1.0},
        "cut at 0.7 the other network is ahead, in the mean of images": {"threshold": 0.7},
    }
    divider = Number(0.5, 0, 1, hint="batch-wise left of it", scale=linear(0, 1, 0.02))
    threshold = Number(0.5, 0, 1, step=CUTS, scale=linear(0, 1, 1 / CUTS))
    training = Number(1.0, 0, 1, hint="how much of it is over", scale=linear(0, 1, 0.2), say="percent")
    alpha, beta = alpha(), beta()
    lesion = Choice({name: name for name in TILES}, label="lesion")
    tiles: Any = traitlets.List().tag(sync=True)
    epochs: Any = traitlets.List().tag(sync=True)
    size: Any = traitlets.List().tag(sync=True)
    grey, targets, codes, counts, foreground = (traitlets.Bytes().tag(sync=True) for _ in range(5))

    def __init__(
        self,
        runs: Mapping[str, Trained] | None = None,
        history: Mapping[str, Sequence[NDArray[np.floating]]] | None = None,
        **values: Any,
    ) -> None:
        self.data: Seen = shipped() if runs is None else seen_of(runs, history or {})
        super().__init__(**{"lesion": "large", **values}, **self.data.state())

    @property
    def is_default(self) -> bool:
        return self.data == shipped()

    @property
    def epoch(self) -> int:
        """Which epoch is shown, counted from 1."""
        return int(self.data.epochs[self._moment])

    @property
    def numbers(self) -> dict[str, float]:
        """The index of each network: on the tile, as the mean of images, and pooled."""
        cut, tile = round(self.threshold * CUTS), TILES.index(self.lesion)
        found: dict[str, float] = {"epoch": self.epoch}
        for k, name in enumerate(NAMES):
            tp, fp = self.data.counts[self._moment, k, cut].astype(float).T
            fn = self.data.foreground - tp
            mask, target = self.data.codes[self._moment, k, tile] >= cut, self.data.targets[tile]
            of_tile = ((mask & (target == 1)).sum(), (mask & (target == 0)).sum(), (~mask & (target == 1)).sum())
            found[f"{name}_tile"] = self._index(*of_tile)
            found[f"{name}_mean"] = float(np.mean(tversky_from_counts(tp, fp, fn, self.alpha, self.beta)))
            found[f"{name}_pooled"] = self._index(tp.sum(), fp.sum(), fn.sum())
        return found

    @property
    def _moment(self) -> int:
        """Which of the epochs that are kept."""
        return int(np.floor(self.training * (len(self.data.epochs) - 1) + 0.5))

    def _index(self, tp: float, fp: float, fn: float) -> float:
        return float(tversky_from_counts(tp, fp, fn, self.alpha, self.beta))
