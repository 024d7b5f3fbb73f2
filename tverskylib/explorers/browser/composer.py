"""A batch composed by hand: image-wise against batch-wise, with weights and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import PRESETS, Number, alpha, beta, check_counts, logarithmic
from tverskylib.index import tversky_from_counts
from tverskylib.theory import pixel_gradients

FEWEST, MOST = 2, 4
START: list[list[float]] = [[900, 100, 100], [20, 40, 40], [0, 60, 0]]
FOUND: list[list[float]] = [START[0], [60, 40, 0], START[2]]  # the small lesion, whole


class Counts(traitlets.List):  # type: ignore[type-arg]
    """``[TP, FP, FN]`` of some images, synchronised and checked as a whole."""

    def __init__(self, default: list[list[float]]) -> None:
        super().__init__(default_value=default)
        self.tag(sync=True, value=True)

    def about(self, name: str) -> dict[str, Any]:
        """What the browser needs to know of it: it has a part of its own for its bars."""
        return {"name": name, "label": name}

    def validate(self, obj: Any, value: Any) -> list[list[float]]:
        return check_counts(value, FEWEST, MOST)


class Composer(BrowserExplorer):
    r"""Set TP, FP and FN of some images, and compare the image-wise loss with the batch-wise one.

    .. math:: L_\text{image} = 1 - \frac1K \sum_k T_k, \qquad
        L_\text{batch} = 1 - \frac{\sum_k TP_k + \delta}{\sum_k (TP_k + \alpha FP_k + \beta FN_k) + \delta}

    An image's weight is its share of the batch's denominator, :math:`D_k / \sum_j D_j` with :math:`\delta / K` given
    to each image. In the two pictures an image is a column as wide as it counts, and the part of its denominator that
    the numerator has too is as high as its index: their area is the index of the batch, in either way.

    Args:
        counts: ``[TP, FP, FN]`` of 2 to 4 images, in pixels, at least 0. The bars end at 1,000.
        values: ``alpha`` and ``beta`` in [0.01, 5]; ``delta``, smoothing term in pixels, in [0, 1000].

    Raises:
        TraitError: a value out of its range, or counts of another form.

    Introduced in lesson 05.
    """

    name, title = "composer", "One batch, two losses"
    question = "The 40 missed pixels of the small lesion are found at last. Which of the two indices moves more?"
    presets = {
        "weights with a name": PRESETS,
        "batches": {
            "start": {"counts": START, "delta": 0},
            "small lesion found": {"counts": FOUND, "delta": 0},
            "equal lesions": {"counts": [[450, 50, 50], [450, 50, 50], [200, 300, 300]], "delta": 0},
            "false alarm on an empty image": {"counts": [[900, 100, 100], [450, 50, 50], [0, 500, 0]], "delta": 0},
            "counterexample": {"counts": [[0, 1, 0], [0, 1, 0]], "delta": 1},
        },
    }
    frames = {
        "image-wise each image counts the same; batch-wise the large lesion nearly alone": {"counts": START},
        "the small lesion is found: image-wise rises, batch-wise hardly": {"counts": FOUND},
        "more false alarms on the empty image cost nothing image-wise, and much batch-wise": {
            "counts": [*FOUND[:2], [0, 700, 0]]
        },
    }
    counts: Any = Counts(START)
    alpha, beta = alpha(), beta()
    delta = Number(0.0, 0, 1000, hint="pixels", scale=logarithmic(-6, 3, 0.25, zero=True), say="scientific")

    def __init__(self, counts: Any = START, **values: Any) -> None:
        super().__init__(counts=counts, **values)

    @property
    def losses(self) -> tuple[float, float]:
        """(image-wise, batch-wise). NaN where an image, or the batch, is 0/0."""
        tp, fp, fn = np.array(self.counts, dtype=float).T
        images = tversky_from_counts(tp, fp, fn, self.alpha, self.beta, self.delta)
        pooled = tversky_from_counts(tp.sum(), fp.sum(), fn.sum(), self.alpha, self.beta, self.delta)
        return 1 - float(np.mean(images)), 1 - float(pooled)

    @property
    def numbers(self) -> dict[str, float]:
        """The two losses, and what one unit of prediction on one pixel adds to the batch-wise index."""
        image, batch = self.losses
        tp, fp, fn = (float(count) for count in np.sum(self.counts, axis=0))
        foreground, background = pixel_gradients(tp, fp, fn, self.alpha, self.beta, self.delta)
        return {"image": image, "batch": batch, "foreground": float(foreground), "background": float(background)}
