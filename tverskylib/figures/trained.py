"""What trained networks predict, beside the targets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import FigureBase
from numpy.typing import NDArray

from tverskylib.figures._style import DICE, FAINT, FN, FP, GRID
from tverskylib.figures._words import as_text
from tverskylib.figures.drawing import Drawing
from tverskylib.figures.error_map import legend_handles, paint
from tverskylib.index import tversky_from_counts

SHOWN = 5
SAMPLES = 40  # points of the curves


class Trained(Drawing):
    """Two networks on the same test tiles. Values: ``threshold``, ``alpha`` and ``beta`` of the evaluation.

    Args:
        images: (N, H, W, 3) in [0, 1] or uint8.
        targets: Boolean (N, H, W).
        probabilities: "batch" and "image" -> (N, H, W).
        chosen: the numbers of the tiles to show, at most five.
    """

    size: ClassVar[tuple[float, float]] = (9.6, 3.9)

    def __init__(
        self,
        parent: FigureBase,
        *,
        images: NDArray[Any],
        targets: NDArray[np.bool_],
        probabilities: Mapping[str, NDArray[np.floating]],
        chosen: NDArray[np.integer],
    ) -> None:
        self.images, self.targets, self.probabilities = (
            images / (255 if images.dtype == np.uint8 else 1),
            targets,
            probabilities,
        )
        self.chosen = chosen[:SHOWN]
        columns = len(self.chosen)
        maps = parent.add_gridspec(2, columns, left=0.03, right=0.6, top=0.92, bottom=0.2, wspace=0.05, hspace=0.05)
        self.maps = {}
        for row, name in enumerate(probabilities):
            for column, tile in enumerate(self.chosen):
                ax = parent.add_subplot(maps[row, column])
                ax.set(xticks=[], yticks=[])
                for spine in ax.spines.values():
                    spine.set_visible(False)
                self.maps[name, int(tile)] = ax.imshow(np.zeros((*targets[0].shape, 3)))
                if column == 0:
                    ax.set_ylabel(as_text(f"{name}wise"))
        self.axes = parent.add_subplot(parent.add_gridspec(1, 1, left=0.66, right=0.98, top=0.9, bottom=0.32)[0])
        self._prepare_curves()
        parent.legend(handles=legend_handles(), loc="lower left", ncols=3, bbox_to_anchor=(0.02, 0.02))
        parent.legend(handles=self.axes.lines[:-1:2], loc="lower right", ncols=2, fontsize=8.5)

    def _prepare_curves(self) -> None:
        ax = self.axes
        self.lines, self.points = {}, {}
        for name, ink in zip(self.probabilities, (FN, FP), strict=True):
            for kind, style, marker in (("mean of images", "-", ink.marker), ("pooled", ":", "s")):
                [line] = ax.plot(
                    self.grid, np.zeros(SAMPLES), color=ink.colour, ls=style, label=as_text(f"{name}wise, {kind}")
                )
                self.lines[name, kind] = line
                [self.points[name, kind]] = ax.plot([0.5], [0], marker=marker, color=ink.colour, ms=7, ls="")
        self.cursor = ax.axvline(0.5, color=FAINT, lw=1)
        ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="threshold")
        ax.grid(color=GRID)
        ax.set_axisbelow(True)
        self.title = ax.set_title("index on the positive test images", color=DICE.colour)

    @property
    def grid(self) -> NDArray[np.floating]:
        """The thresholds of the curves."""
        return np.linspace(0.01, 0.99, SAMPLES)

    @cached_property
    def counts(self) -> dict[str, NDArray[np.integer]]:
        """For each network the counts of each image at each threshold of the curves, (thresholds, images, 3)."""
        return {name: np.stack([self._counts(p, t) for t in self.grid]) for name, p in self.probabilities.items()}

    def _counts(self, probability: NDArray[np.floating], threshold: float) -> NDArray[np.integer]:
        mask = probability >= threshold
        pairs = ((mask, self.targets), (mask, ~self.targets), (~mask, self.targets))
        return np.stack([(one & other).sum(axis=(1, 2)) for one, other in pairs], axis=-1)

    def update(self, *, threshold: float, alpha: float = 0.5, beta: float = 0.5) -> None:
        self.values = (threshold, alpha, beta)
        self.scores: dict[tuple[str, str], float] = {}
        for name, probability in self.probabilities.items():
            for tile in self.chosen:
                self.maps[name, int(tile)].set_data(
                    paint(self.images[tile], probability[tile] >= threshold, self.targets[tile])
                )
            here = self._counts(probability, threshold)
            for kind, score in (("mean of images", _mean), ("pooled", _pooled)):
                self.lines[name, kind].set_ydata([score(counts, alpha, beta) for counts in self.counts[name]])
                self.scores[name, kind] = score(here, alpha, beta)
                self.points[name, kind].set_data([threshold], [self.scores[name, kind]])
        self.cursor.set_xdata([threshold, threshold])

    def describe(self) -> str:
        threshold, alpha, beta = self.values
        scores = "; ".join(f"{name}wise, {kind} {score:.3f}" for (name, kind), score in self.scores.items())
        return (
            f"Error maps of {len(self.chosen)} test tiles for networks trained with the two losses, cut at {threshold:.2f}, "
            f"and the index with alpha {alpha:.2f}, beta {beta:.2f} over all thresholds. At {threshold:.2f}: {scores}."
        )


def _mean(counts: NDArray[np.integer], alpha: float, beta: float) -> float:
    """Every image here has foreground, so no index is 0/0."""
    tp, fp, fn = counts.T.astype(float)
    return float(np.mean(tversky_from_counts(tp, fp, fn, alpha, beta)))


def _pooled(counts: NDArray[np.integer], alpha: float, beta: float) -> float:
    tp, fp, fn = counts.sum(axis=0).tolist()
    return float(tversky_from_counts(tp, fp, fn, alpha, beta))
