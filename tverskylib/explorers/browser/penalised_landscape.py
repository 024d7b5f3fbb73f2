"""The whole mask with a penalty: where the loss is lowest, over the prediction on foreground and on background."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, expit, log_expit

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import PRESETS, Number, alpha, beta, linear
from tverskylib.index import tversky_from_counts
from tverskylib.theory import pixel_gradients

LOGITS = np.arange(-30, 31) / 2.5  # the grid on which the search for the lowest point starts
STEPS, SHIFT = 40, 1e-6  # of Newton's method, and of its differences


_Counts = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


class PenalisedLandscape(BrowserExplorer):
    r"""A Tversky loss with a penalty, over one prediction on all foreground and one on all background.

    .. math:: 1 - T_{\alpha,\beta} + w\, \big( p\, R(x) + (1 - p)\, R(y) \big)

    with x on foreground, y on background and R the label noise or the confidence penalty of one pixel. Counts and delta
    are per pixel.

    Args:
        values: ``p``, share of foreground, in [0, 0.5]; ``weight`` of the penalty in [0, 1]; ``delta`` per pixel in
            [0.01, 1]; ``alpha`` and ``beta`` in [0.01, 5].

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 09.
    """

    name, title = "penalised_landscape", "A penalty over the whole mask"
    question = "The foreground gets rarer. Does the lowest point come nearer to the corner (1, 0)?"
    presets = {"weights with a name": PRESETS}
    frames = {
        "a large lesion with a small weight: near the corner": {"p": 0.25, "weight": 0.1},
        "a larger weight: the label noise penalty moves it away": {"p": 0.06, "weight": 0.3},
        "rarer still: the background goes towards one half": {"p": 0.01, "weight": 0.3},
    }
    p = Number(0.06, 0, 0.5, hint="foreground", scale=linear(0, 0.5, 0.005), say="percent")
    weight = Number(0.3, 0, 1, hint="of the penalty", scale=linear(0, 1, 0.01))
    delta = Number(0.01, 0.01, 1, hint="per pixel", scale=linear(0.01, 1, 0.01))
    alpha, beta = alpha(), beta()

    def lowest(self, penalty: str) -> tuple[float, float]:
        """Where the loss with the penalty, "noise" or "confidence", is lowest: (on foreground, on background).

        Without foreground the first is 0.5. The search starts at the best point of a grid of logits and ends with
        Newton's method.
        """
        if self.weight == 0:
            return (1.0 if self.p > 0 else 0.5), 0.0
        x, y = np.meshgrid(LOGITS if self.p > 0 else [0.0], LOGITS)
        row, column = np.unravel_index(int(np.argmin(self._total(penalty, x, y))), x.shape)
        z = np.array([x[row, column], y[row, column]])
        slope = self._slope(penalty, z)
        for _ in range(STEPS):
            turned = [self._slope(penalty, z + SHIFT * way) - slope for way in np.eye(2)]
            (a, c), (b, d) = (way / SHIFT for way in turned)
            step = np.array([d * slope[0] - b * slope[1], a * slope[1] - c * slope[0]]) / (a * d - b * c)
            share = 1.0
            after = self._slope(penalty, z - step)
            while not np.abs(after).sum() < np.abs(slope).sum() and share > SHIFT:
                share /= 2
                after = self._slope(penalty, z - share * step)
            if share <= SHIFT:
                break
            z, slope = z - share * step, after
        foreground, background = expit(z)
        return float(foreground), float(background)

    @property
    def numbers(self) -> dict[str, float]:
        found = {}
        for penalty in ("noise", "confidence"):
            found[f"{penalty}_foreground"], found[f"{penalty}_background"] = self.lowest(penalty)
        return found

    def _total(self, penalty: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        on, off = expit(x), expit(y)
        loss = 1 - np.asarray(tversky_from_counts(*self._counts(on, off), self.alpha, self.beta, self.delta))
        if penalty == "noise":
            each = [-log_expit(z) - log_expit(-z) for z in (x, y)]
        else:
            each = [-entr(q) - entr(1 - q) for q in (on, off)]
        return np.asarray(loss + self.weight * (self.p * each[0] + (1 - self.p) * each[1]))

    def _slope(self, penalty: str, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """The slope of a foreground and of a background pixel, over its prediction."""
        tp, fp, fn = (float(count) for count in self._counts(*expit(z)))
        pulls = pixel_gradients(tp, fp, fn, self.alpha, self.beta, self.delta)
        slope = self.weight * (2 * np.sinh(z) if penalty == "noise" else z) - np.array(pulls)
        return slope if self.p > 0 else np.array([z[0], slope[1]])

    def _counts(self, on: NDArray[np.float64], off: NDArray[np.float64]) -> _Counts:
        return self.p * on, (1 - self.p) * off, self.p * (1 - on)
