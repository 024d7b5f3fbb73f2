"""From logits to probabilities: softmax over three classes, and the sigmoid of each alone."""

from __future__ import annotations

from scipy.special import expit, softmax

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Number, linear


def logit(default: float) -> Number:
    """The logit of a class."""
    return Number(default, -8, 8, hint="logit", scale=linear(-8, 8, 0.1), say="one")


class Activation(BrowserExplorer):
    r"""Three logits as probabilities, under softmax and under sigmoid.

    .. math:: \text{softmax}(z)_c = \frac{e^{z_c}}{\sum_j e^{z_j}}, \qquad \text{sigmoid}(z_c) = \frac{1}{1 + e^{-z_c}}

    Args:
        values: the logits ``z1``, ``z2`` and ``z3``, in [-8, 8].

    Raises:
        TraitError: a value out of its range.

    Introduced in lesson 01.
    """

    name, title = "activation", "From logits to probabilities"
    question = "One logit rises. What happens to the other classes, under softmax and under sigmoid?"
    presets = {
        "logits": {
            "as at the start": {"z1": 1, "z2": 0, "z3": -1},
            "raise the first by 2": {"z1": 3, "z2": 0, "z3": -1},
            "raise all by 2": {"z1": 3, "z2": 2, "z3": 1},
        }
    }
    frames = {
        "softmax shares 1 among the classes; a sigmoid looks at its own logit": {"z1": 1, "z2": 0, "z3": -1},
        "the first is raised: under softmax the others lose, under sigmoid they stay": {"z1": 3, "z2": 0, "z3": -1},
        "all are raised alike: softmax is as at the start, for only differences count": {"z1": 3, "z2": 2, "z3": 1},
    }
    z1, z2, z3 = logit(1), logit(0), logit(-1)

    @property
    def numbers(self) -> dict[str, float]:
        logits = [self.z1, self.z2, self.z3]
        shares = {f"share{k}": float(share) for k, share in enumerate(softmax(logits), 1)}
        return shares | {f"alone{k}": float(expit(logit)) for k, logit in enumerate(logits, 1)}
