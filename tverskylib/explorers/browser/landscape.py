"""The Tversky loss as a landscape over what is predicted on foreground and on background."""

from __future__ import annotations

from tverskylib.counts import Counts
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import PRESETS, Number, alpha, beta, linear
from tverskylib.index import tversky_from_counts
from tverskylib.theory import pixel_gradients

BACKGROUND = 3  # pixels for one of foreground, as in landscape.js
STEP = 0.05  # of gradient descent


class Landscape(BrowserExplorer):
    r"""One pixel of foreground in four; all foreground is predicted alike, and all background.

    .. math:: L = 1 - T, \qquad TP = u, \quad FP = 3 v, \quad FN = 1 - u

    for the predictions u on foreground and v on background. The pull on a pixel is the size of the derivative of L by its
    prediction. The point rolls downhill by gradient descent in (u, v) with steps of 0.05 times the gradient, and stays
    in the square.

    Args:
        values: ``foreground`` u and ``background`` v in [0, 1]; ``steps`` downhill, a whole number in [0, 100]; ``alpha``
            and ``beta`` in [0.01, 5]; ``delta`` in [0, 5] pixels.

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 04.
    """

    name, title = "landscape", "The loss as a landscape"
    question = "Where is a foreground pixel pulled harder: where all is wrong, or where nothing is predicted?"
    presets = {
        "predictions": {
            "0.5 everywhere": {"foreground": 0.5, "background": 0.5, "steps": 0},
            "all wrong": {"foreground": 0, "background": 1, "steps": 0},
            "nothing": {"foreground": 0, "background": 0, "steps": 0},
        },
        "weights with a name": PRESETS,
    }
    frames = {
        "from everywhere it rolls to the target, the only minimum": {
            "foreground": 0.5,
            "background": 0.5,
            "steps": 100,
        },
        "all is wrong: a foreground pixel is pulled with 0.50": {"foreground": 0, "background": 1, "steps": 0},
        "nothing is predicted: it is pulled four times as hard, and the background not at all": {
            "foreground": 0,
            "background": 0,
            "steps": 0,
        },
    }
    foreground = Number(0.5, 0, 1, hint="prediction", scale=linear(0, 1, 0.02))
    background = Number(0.5, 0, 1, hint="prediction", scale=linear(0, 1, 0.02))
    steps = Number(0, 0, 100, whole=True, hint="downhill", scale=linear(0, 100, 1), say="whole")
    alpha, beta = alpha(), beta()
    delta = Number(0.0, 0, 5, hint="pixels", scale=linear(0, 5, 0.05))

    @property
    def loss(self) -> float:
        """The loss at the point."""
        return self._loss(self.foreground, self.background)

    @property
    def pulls(self) -> tuple[float, float]:
        """The size of the derivative of the loss by one pixel of foreground, and by one of background."""
        return self._pulls(self.foreground, self.background)

    @property
    def rolled(self) -> tuple[float, float]:
        """Where the steps downhill have led."""
        u, v = self.foreground, self.background
        for _ in range(int(self.steps)):
            up, down = self._pulls(u, v)
            u, v = min(1.0, u + STEP * up), max(0.0, v - STEP * BACKGROUND * down)
        return u, v

    @property
    def numbers(self) -> dict[str, float]:
        up, down = self.pulls
        return {"loss": self.loss, "up": up, "down": down, "rolled": self._loss(*self.rolled)}

    def _loss(self, u: float, v: float) -> float:
        return 1 - float(tversky_from_counts(*_counts(u, v), self.alpha, self.beta, self.delta))

    def _pulls(self, u: float, v: float) -> tuple[float, float]:
        up, down = pixel_gradients(*_counts(u, v), self.alpha, self.beta, self.delta)
        return float(up), abs(float(down))


def _counts(u: float, v: float) -> Counts:
    return Counts(u, BACKGROUND * v, 1 - u)
