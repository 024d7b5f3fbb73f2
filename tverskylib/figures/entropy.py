"""Entropy, cross-entropy and Kullback-Leibler divergence."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from scipy.special import entr, rel_entr, xlogy

from tverskylib.figures._labels import smoothed_class
from tverskylib.figures._style import DICE, FAINT, FN, FP, INK, OTHER, TP, dress
from tverskylib.figures.drawing import Drawing

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
UNIFORM = np.full(3, 1 / 3)


class Simplex(Drawing):
    """Values: ``share`` of the first class in the prediction, ``split`` of the rest, ``epsilon`` of the label."""

    size = (9.6, 3.9)
    BARS = (
        "entropy of the prediction",
        "cross-entropy, one-hot label",
        "cross-entropy, smooth label",
        "KL(uniform ‖ prediction)",
        "KL(prediction ‖ uniform)",
    )

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1,
            2,
            gridspec_kw={
                "left": 0.02,
                "right": 0.96,
                "bottom": 0.15,
                "top": 0.9,
                "wspace": 0.75,
                "width_ratios": (1, 1.15),
            },
        )
        left.plot(*CORNERS[[0, 1, 2, 0]].T, color=INK, lw=1.2)
        left.plot(*np.array([CORNERS[0], UNIFORM @ CORNERS]).T, color=FAINT, lw=1, ls=":")
        left.plot(*(UNIFORM @ CORNERS), marker="+", ms=11, color=FAINT, ls="", label="uniform")
        (self.label,) = left.plot(
            [0], [0], marker=TP.marker, ms=11, color=TP.colour, ls="", label="smooth label", clip_on=False
        )
        (self.point,) = left.plot(
            [0], [0], marker=DICE.marker, ms=10, color=FP.colour, ls="", label="prediction", clip_on=False
        )
        for k, (x, y) in enumerate(CORNERS, 1):
            left.text(x, y + (0.04 if k == 3 else -0.11), f"class {k}", ha="center")
        left.set(aspect="equal", xlim=(-0.45, 1.45), ylim=(-0.15, 1.0))
        left.set_axis_off()
        left.legend(loc="upper center", bbox_to_anchor=(0.5, 0.03), ncols=3, columnspacing=1.0, handletextpad=0.1)
        self.bars = right.barh(self.BARS, [0] * 5, height=0.55)
        dress(self.bars, (OTHER, TP, TP, FN, FP))
        self.numbers = [right.text(0, row, "", va="center") for row in range(5)]
        right.invert_yaxis()
        right.set(xlim=(0, 4.5), xlabel="nats")
        self.title = right.set_title("")

    def update(self, *, share: float, split: float = 0.5, epsilon: float = 0.2) -> None:
        self.prediction = np.array([share, (1 - share) * split, (1 - share) * (1 - split)])
        label = smoothed_class(epsilon, 3)
        with np.errstate(divide="ignore"):
            self.values = [
                float(entr(self.prediction).sum()),
                float(-np.log(self.prediction[0])),
                float(-xlogy(label, self.prediction).sum()),
                float(rel_entr(UNIFORM, self.prediction).sum()),
                float(rel_entr(self.prediction, UNIFORM).sum()),
            ]
        for bar, number, value in zip(self.bars, self.numbers, self.values, strict=True):
            bar.set_width(min(value, 4.5))
            number.set(x=min(value, 3.9), text=f" {value:.3f}")
        self.point.set_data(*(self.prediction @ CORNERS)[:, None])
        self.label.set_data(*(label @ CORNERS)[:, None])
        self.title.set_text(f"prediction ({', '.join(f'{x:.2f}' for x in self.prediction)}), epsilon {epsilon:.2f}")

    def describe(self) -> str:
        shares = ", ".join(f"{x:.2f}" for x in self.prediction)
        values = ", ".join(f"{name} {value:.3f}" for name, value in zip(self.BARS, self.values, strict=True))
        return (
            f"The prediction ({shares}) as a point in a triangle whose corners are three classes, and bars: {values}."
        )
