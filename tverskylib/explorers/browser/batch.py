"""A batch composed by hand: image-wise against batch-wise, with weights and gradients."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from tverskylib.explorers import lessons
from tverskylib.explorers.browser.rendered import RenderedExplorer
from tverskylib.explorers.browser.values import Number, check_counts
from tverskylib.index import tversky_from_counts

FEWEST, MOST = 2, 4
START = ((900, 100, 100), (20, 40, 40), (0, 60, 0))


class BatchComposer(RenderedExplorer):
    r"""Set TP, FP and FN of some images, and compare the image-wise loss with the batch-wise one.

    .. math:: L_\text{image} = 1 - \frac1K \sum_k T_k, \qquad
        L_\text{batch} = 1 - \frac{\sum_k TP_k + \delta}{\sum_k (TP_k + \alpha FP_k + \beta FN_k) + \delta}

    An image's weight is its share of the batch's denominator, :math:`D_k / \sum_j D_j` with :math:`\delta / K` given
    to each image. Beside it what one pixel of foreground and one of background adds to the index, by unit of
    prediction, for either way.

    Args:
        counts: ``[TP, FP, FN]`` of 2 to 4 images, in pixels, at least 0. The bars end at 1,000.
        alpha, beta: weights of the false positives and of the false negatives, in [0.01, 5].
        delta: smoothing term in pixels, in [0, 1000].

    Raises:
        TraitError: a value out of its range, or counts of another form.

    Introduced in lesson 04.
    """

    module, title = "batch.js", "One batch, two losses"
    counts: Any = traitlets.List().tag(sync=True)
    alpha = Number(0.5, 0.01, 5)
    beta = Number(0.5, 0.01, 5)
    delta = Number(0.0, 0, 1000)

    def __init__(
        self,
        counts: Sequence[Sequence[float]] = START,
        *,
        alpha: float = 0.5,
        beta: float = 0.5,
        delta: float = 0.0,
    ) -> None:
        super().__init__(counts=check_counts(counts, FEWEST, MOST), alpha=alpha, beta=beta, delta=delta)

    @traitlets.validate("counts")
    def _check_counts(self, proposal: Any) -> list[list[float]]:
        return check_counts(proposal["value"], FEWEST, MOST)

    @property
    def losses(self) -> tuple[float, float]:
        """(image-wise, batch-wise). NaN where an image, or the batch, is 0/0."""
        tp, fp, fn = np.array(self.counts, dtype=float).T
        images = tversky_from_counts(tp, fp, fn, self.alpha, self.beta, self.delta)
        pooled = tversky_from_counts(tp.sum(), fp.sum(), fn.sum(), self.alpha, self.beta, self.delta)
        return 1 - float(np.mean(images)), 1 - float(pooled)

    @functools.cached_property
    def static_picture(self) -> tuple[bytes, str]:
        return lessons.composer().static_picture
