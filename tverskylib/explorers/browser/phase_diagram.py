"""Where Claim 1 holds: a point to move over the share of foreground and the strength of the smoothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import (
    FRACTIONS,
    PRESETS,
    Number,
    alpha,
    beta,
    classes,
    epsilon,
    logarithmic,
    share,
)
from tverskylib.index import tversky_from_counts
from tverskylib.labels import smooth_labels
from tverskylib.theory import claim1_optimum, critical_fraction, optimal_threshold


class PhaseDiagram(BrowserExplorer):
    r"""Which prediction is best against a smoothed mask, over the share of foreground and epsilon.

    The regions are those of :func:`tverskylib.theory.claim1_optimum`: the mask itself where both conditions (A) and
    (B) of Claim 1 hold, all foreground where (A) fails, all background where (B) fails. Beside them the smoothed
    mask and the three candidates, each with its index.

    Args:
        values: ``p``, share of foreground, in [0.0001, 0.5]; ``epsilon`` in [0, 0.49]; ``alpha`` and ``beta`` in
            [0.01, 5]; ``delta``, smoothing term of the index per pixel, in [0, 10]; ``num_classes``, the C of the
            formula, a whole number in [1, 4]; ``guess``.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 07.
    """

    name, title = "phase_diagram", "Where Claim 1 holds, and where it fails"
    question = "The labels are smoothed. From which share of foreground on is the mask itself the best prediction?"
    presets = {"weights with a name": PRESETS}
    frames = {
        "with 2 % of foreground the mask itself is best": {"p": 0.02, "epsilon": 0.2},
        "with half as much, predicting everything has the better index: the claim fails": {"p": 0.01, "epsilon": 0.2},
    }
    guesses = "p"
    p, epsilon = share(), epsilon()
    delta = Number(0.0, 0, 10, hint="per pixel", scale=logarithmic(-6, 0.5, 0.1, zero=True), say="scientific")
    alpha, beta = alpha(), beta()
    num_classes = classes()

    @property
    def optimum(self) -> str:
        """The best prediction at the point: ``"target"``, ``"one"`` or ``"zero"``."""
        return str(self._optimum(self.p, self.epsilon))

    @property
    def shares(self) -> dict[str, float]:
        """For each prediction the share of the diagram where it is best, p on its logarithmic axis."""
        best = self._optimum(*np.meshgrid(np.geomspace(*FRACTIONS, 101), np.linspace(0, 0.49, 50)))
        return {name: float(np.mean(best == name)) for name in ("target", "one", "zero")}

    @property
    def numbers(self) -> dict[str, float]:
        classes = int(self.num_classes)
        a, b = smooth_labels(np.array([1.0, 0.0]).reshape(1, 1, 1, 2), self.epsilon, num_classes=classes).ravel()
        total = self.p * a + (1 - self.p) * b
        counts = {
            "zero": (0.0, 0.0, total),
            "target": (self.p * a, self.p * (1 - a), (1 - self.p) * b),
            "one": (total, 1 - total, 0.0),
        }
        weights = (self.alpha, self.beta)
        found = {name: float(tversky_from_counts(*each, *weights, self.delta)) for name, each in counts.items()}
        tau = optimal_threshold(found["target"], *weights)
        return {**found, "tau": tau, "critical": critical_fraction(*weights, self.epsilon, num_classes=classes)}

    def _optimum(self, p: ArrayLike, epsilon: ArrayLike) -> str | NDArray[np.str_]:
        return claim1_optimum(
            p, self.alpha, self.beta, epsilon, num_classes=int(self.num_classes), delta_per_pixel=self.delta
        )
