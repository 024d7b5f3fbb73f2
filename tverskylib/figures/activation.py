"""From logits to probabilities: softmax over three classes, and the sigmoid of one."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from scipy.special import expit, softmax

from tverskylib.figures._style import FN, FP, INK, TP, dress
from tverskylib.figures.drawing import Drawing

LOGITS = np.linspace(-8, 8, 161)


class Activation(Drawing):
    """Values: the logits ``z1``, ``z2`` and ``z3`` of three classes."""

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1, 2, gridspec_kw={"left": 0.08, "right": 0.98, "bottom": 0.17, "top": 0.85, "wspace": 0.25}
        )
        left.plot(LOGITS, expit(LOGITS), color=INK)
        (self.point,) = left.plot([0], [0.5], ls="", marker="D", ms=9, color=FP.colour, clip_on=False)
        self.sigmoid = left.set_title("")
        left.set(
            xlabel="logit $z_1$", ylabel="sigmoid($z_1$)", ylim=(-0.03, 1.03), xlim=(-8, 8), xticks=range(-8, 9, 4)
        )
        left.grid(visible=True)
        self.bars = right.bar(["class 1", "class 2", "class 3"], [0, 0, 0], width=0.6)
        dress(self.bars, (TP, FP, FN))
        self.numbers = [right.text(bar.get_x() + 0.3, 0, "", ha="center", va="bottom") for bar in self.bars]
        right.set(ylim=(0, 1.12), ylabel="softmax", title="softmax: three shares of 1")

    def update(self, *, z1: float, z2: float = 0.0, z3: float = 0.0) -> None:
        self.z1, self.shares = z1, softmax([z1, z2, z3])
        self.point.set_data([z1], [expit(z1)])
        self.sigmoid.set_text(f"one channel: sigmoid({z1:.1f}) = {expit(z1):.3f}")
        for bar, number, share in zip(self.bars, self.numbers, self.shares, strict=True):
            bar.set_height(share)
            number.set(y=share + 0.01, text=f"{share:.3f}")

    def describe(self) -> str:
        shares = ", ".join(f"{share:.3f}" for share in self.shares)
        return (
            f"Left: the S-shaped sigmoid with the point z1 = {self.z1:.1f} at {expit(self.z1):.3f}. Right: the softmax of "
            f"three logits as bars of height {shares}."
        )
