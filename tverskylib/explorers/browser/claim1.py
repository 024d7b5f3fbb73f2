"""Where Claim 1 holds: a point to move over the share of foreground and the strength of the smoothing."""

from __future__ import annotations

import functools

from tverskylib.explorers import lessons
from tverskylib.explorers.browser.rendered import RenderedExplorer
from tverskylib.explorers.browser.values import FRACTIONS, Number
from tverskylib.theory import claim1_optimum


class Claim1Explorer(RenderedExplorer):
    r"""Which prediction is best against a smoothed mask, over the share of foreground and epsilon.

    The regions are those of :func:`tverskylib.theory.claim1_optimum`: the mask itself where both conditions (A) and
    (B) of Claim 1 hold, all foreground where (A) fails, all background where (B) fails. Beside them the smoothed
    mask and the three candidates, each with its index.

    Args:
        p: share of foreground, in [0.0001, 0.5].
        epsilon: strength of the smoothing, in [0, 0.49].
        alpha, beta: weights of the false positives and of the false negatives, in [0.01, 5].
        delta: smoothing term of the index per pixel, in [0, 10].
        num_classes: the C of the formula, a whole number in [1, 4].

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 07.
    """

    module, title = "claim1.js", "Where Claim 1 holds, and where it fails"
    p = Number(0.01, *FRACTIONS)
    epsilon = Number(0.2, 0, 0.49)
    alpha = Number(0.5, 0.01, 5)
    beta = Number(0.5, 0.01, 5)
    delta = Number(0.0, 0, 10)
    num_classes = Number(2, 1, 4, whole=True)

    def __init__(
        self,
        *,
        p: float = 0.01,
        epsilon: float = 0.2,
        alpha: float = 0.5,
        beta: float = 0.5,
        delta: float = 0.0,
        num_classes: int = 2,
    ) -> None:
        super().__init__(p=p, epsilon=epsilon, alpha=alpha, beta=beta, delta=delta, num_classes=num_classes)

    @property
    def optimum(self) -> str:
        """The best prediction at the point: ``"target"``, ``"one"`` or ``"zero"``."""
        return str(
            claim1_optimum(
                self.p,
                self.alpha,
                self.beta,
                self.epsilon,
                num_classes=int(self.num_classes),
                delta_per_pixel=self.delta,
            )
        )

    @functools.cached_property
    def static_picture(self) -> tuple[bytes, str]:
        return lessons.phase_diagram().static_picture
