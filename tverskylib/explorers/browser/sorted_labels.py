"""The threshold theorem: sorted labels and a cut to drag, and which cut the index of its mask asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import traitlets

from tverskylib._checks import describe
from tverskylib._numbers import is_number
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import PRESETS, Number, alpha, beta, linear
from tverskylib.index import tversky_from_counts
from tverskylib.theory import best_prediction, optimal_threshold

MOST = 12  # labels that can be told apart
FOUR = (0.9, 0.4, 0.3, 0.1)


class Labels(traitlets.List):  # type: ignore[type-arg]
    """The labels of some pixels, synchronised, from the largest to the smallest."""

    def __init__(self, default: Iterable[float]) -> None:
        super().__init__(default_value=list(default))
        self.tag(sync=True, value=True)

    def about(self, name: str) -> dict[str, Any]:
        """What the browser needs to know of it: it has no control."""
        return {"name": name, "label": name}

    def validate(self, obj: Any, value: Any) -> list[float]:
        expected = f"{self.name} must hold 1 to {MOST} numbers in [0, 1], one of them above 0"
        if isinstance(value, (str, bytes)) or not isinstance(value, Iterable) or not getattr(value, "ndim", 1):
            raise traitlets.TraitError(f"{expected}, got {describe(value)}")
        given = list(value)
        if not all(is_number(label) and 0 <= label <= 1 for label in given) or not 1 <= len(given) <= MOST:
            raise traitlets.TraitError(f"{expected}, got [{', '.join(map(describe, given)):.200}]")
        if max(given) == 0:
            raise traitlets.TraitError(f"{expected}, got only 0")
        return sorted(map(float, given), reverse=True)


class SortedLabels(BrowserExplorer):
    r"""The labels of a soft target from large to small, cut at a threshold to drag; beside it each cut's own threshold.

    A cut :math:`c` marks the labels above it. Its mask has an index :math:`T`, and that asks for the cut

    .. math:: \tau(T) = \frac{\alpha T}{1 + (\alpha + \beta - 1)\, T}.

    The best cuts are those that ask for themselves. To cut where the last mask asked for, again and again, is
    Dinkelbach's algorithm.

    Args:
        labels: 1 to 12 numbers in [0, 1], in any order, one of them above 0.
        values: ``cut`` in [0, 1]; ``alpha`` and ``beta`` in [0.01, 5]; ``guess``.

    Raises:
        TraitError: a value out of its range, or labels of another form.

    Introduced in lesson 06.
    """

    name, title = "sorted_labels", "The cut that asks for itself"
    question = "Between which two labels lies the best cut, and what are the coloured areas?"
    presets = {
        "weights with a name": PRESETS,
        "labels": {
            "four pixels": {"labels": FOUR},
            "five sure, five at 0.3": {"labels": [1.0] * 5 + [0.3] * 5},
            "ten at 0.3": {"labels": [0.3] * 10},
        },
    }
    frames = {
        "everything is marked: that mask asks for a cut at 0.298": {"cut": 0.0},
        "cut there: the index rises, and asks for 0.340": {"cut": 0.298},
        "once more: two pixels are left, and they ask for 0.351": {"cut": 0.34},
        "this cut asks for itself, and no other has a larger index": {"cut": 0.351},
    }
    guesses = "cut"
    strip_columns = 2
    labels: Any = Labels(FOUR)
    cut = Number(0.5, 0, 1, scale=linear(0, 1, 0.01), say="fine")
    alpha, beta = alpha(), beta()

    def __init__(self, labels: Any = FOUR, **values: Any) -> None:
        super().__init__(labels=labels, **values)

    @property
    def is_default(self) -> bool:
        return tuple(self.labels) == FOUR

    @property
    def best(self) -> tuple[int, float, float]:
        """(How many pixels the best mask marks, its index, the cut that it asks for)."""
        mask, index = best_prediction(np.array(self.labels), self.alpha, self.beta)
        return int(mask.sum()), index, optimal_threshold(index, self.alpha, self.beta)

    @property
    def numbers(self) -> dict[str, float]:
        labels = np.array(self.labels)
        marked = labels > self.cut
        tp = float(labels[marked].sum())
        index = float(tversky_from_counts(tp, marked.sum() - tp, labels.sum() - tp, self.alpha, self.beta))
        _, best, tau = self.best
        return {
            "marked": float(marked.sum()),
            "index": index,
            "asked": optimal_threshold(index, self.alpha, self.beta),
            "best": best,
            "tau": tau,
        }
