"""Entropy, cross-entropy and Kullback-Leibler divergence, and the two penalties that are made of them."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from scipy.optimize import brentq
from scipy.special import entr, logit, rel_entr, xlogy

from tverskylib.figures._labels import smoothed_class
from tverskylib.figures._style import DICE, FAINT, FN, FP, INK, OTHER, TP, dress
from tverskylib.figures.drawing import Drawing

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
UNIFORM = np.full(3, 1 / 3)
Q = np.linspace(0.001, 0.999, 999)
TAIL = np.geomspace(1e-6, 0.5, 200)


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


class Equivalence(Drawing):
    """Values: ``epsilon`` of the smoothing, ``weight`` of the penalty. Two losses of one pixel and their minima."""

    def __init__(self, parent: FigureBase) -> None:
        ax = parent.subplots(gridspec_kw={"left": 0.09, "right": 0.97, "bottom": 0.16, "top": 0.82})
        self.curves, self.minima = [], []
        for ink, name in (
            (TP, "cross-entropy with smooth labels"),
            (FP, "cross-entropy + weight × KL(uniform ‖ prediction)"),
        ):
            self.curves += ax.plot(Q, Q, color=ink.colour, ls=ink.line, label=name)
            self.minima += ax.plot([0.5], [0.5], ls="", marker=ink.marker, ms=9, color=ink.colour, clip_on=False)
        (self.scaled,) = ax.plot(Q, Q, color=INK, lw=1, label="the second × (1 - epsilon) + epsilon log 2")
        ax.set(xlabel="prediction q of the class that is right", ylabel="loss", xlim=(0, 1), ylim=(0, 2.5))
        ax.legend(loc="upper center")
        self.title = ax.set_title("")

    def update(self, *, epsilon: float, weight: float) -> None:
        label = smoothed_class(epsilon, 2)
        both = np.stack([Q, 1 - Q])
        smooth = -(label[:, None] * np.log(both)).sum(axis=0)
        penalised = -np.log(Q) + weight * rel_entr(0.5, both).sum(axis=0)
        self.at = []
        for curve, minimum, loss in zip(self.curves, self.minima, (smooth, penalised), strict=True):
            curve.set_ydata(loss)
            best = int(np.argmin(loss))
            minimum.set_data([Q[best]], [loss[best]])
            self.at.append(float(Q[best]))
        # Scaled by 1 - epsilon and lifted by epsilon log 2, the second curve must lie on the first.
        scaled = (1 - epsilon) * penalised + epsilon * np.log(2)
        self.scaled.set_ydata(scaled)
        self.gap = float(np.abs(smooth - scaled).max())
        self.same = self.gap < 1e-9
        self.title.set_text(
            f"epsilon {epsilon:.2f}, weight {weight:.3f}; epsilon / (1 - epsilon) = {epsilon / (1 - epsilon):.3f}\n"
            f"minima at {self.at[0]:.3f} and {self.at[1]:.3f}: "
            + ("the same loss, scaled and shifted" if self.same else "not the same loss")
        )

    def describe(self) -> str:
        caption = self.title.get_text().replace("\n", "; ")
        return (
            f"Two losses of one pixel of two classes. {caption}. The solid curve is cross-entropy with smooth labels, "
            "the dashed one plain cross-entropy plus a weighted divergence."
        )


class Pushes(Drawing):
    """Values: ``weight`` of the penalty. Cross-entropy with each penalty, and how hard each penalty pushes near 0."""

    size = (9.6, 4.0)

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1, 2, gridspec_kw={"left": 0.07, "right": 0.98, "bottom": 0.27, "top": 0.84, "wspace": 0.24}
        )
        self.curves, self.minima, self.forces = [], [], []
        for ink, name in ((TP, "label noise penalty"), (FP, "confidence penalty")):
            self.curves += left.plot(Q, Q, color=ink.colour, ls=ink.line, label=f"with {name}")
            self.minima += left.plot([0.5], [0.5], ls="", marker=ink.marker, ms=9, color=ink.colour)
            self.forces += right.plot(TAIL, TAIL, color=ink.colour, ls=ink.line, label=name)
        left.plot(Q, -np.log(Q), color=FAINT, lw=1, label="cross-entropy alone")
        left.set(xlabel="prediction q of the class that is right", ylabel="loss", xlim=(0, 1), ylim=(-0.8, 3))
        right.set(
            xscale="log",
            yscale="log",
            xlabel="q (near 1 it is the mirror image)",
            ylabel="push towards 1/2",
            ylim=(1e-3, 1e6),
            xlim=(1e-6, 0.5),
        )
        parent.legend(handles=left.lines[::2], loc="lower center", ncols=3)
        self.titles = (left.set_title(""), right.set_title(""))

    def update(self, *, weight: float) -> None:
        noise = -np.log(Q) - np.log(1 - Q)
        confidence = xlogy(Q, Q) + xlogy(1 - Q, 1 - Q)
        for curve, penalty in zip(self.curves, (noise, confidence), strict=True):
            curve.set_ydata(-np.log(Q) + weight * penalty)
        self.weight, self.at = weight, minima_with_penalties(weight)
        for minimum, at, penalty in zip(self.minima, self.at, (noise, confidence), strict=True):
            minimum.set_data([at], [-np.log(at) + weight * float(np.interp(at, Q, penalty))])
        self.forces[0].set_ydata(weight * (1 / TAIL - 1 / (1 - TAIL)))
        self.forces[1].set_ydata(-weight * logit(TAIL))
        self.titles[0].set_text(f"weight {weight:.2f}\nminima at {self.at[0]:.3f} and {self.at[1]:.3f}")
        edge = float(self.forces[0].get_ydata()[0]), float(self.forces[1].get_ydata()[0])
        self.edge = edge
        self.titles[1].set_text(f"push at q = 0.000001\n{edge[0]:,.0f} and {edge[1]:.1f}")

    def describe(self) -> str:
        return (
            f"weight {self.weight:.2f}. Left: cross-entropy of one pixel with the label noise penalty, minimum at {self.at[0]:.3f}, "
            f"and with the confidence penalty, minimum at {self.at[1]:.3f}. Right, logarithmic: the push of each penalty towards "
            f"one half; at q = 0.000001 it is {self.edge[0]:,.0f} and {self.edge[1]:.1f}."
        )


def minima_with_penalties(weight: float) -> tuple[float, float]:
    """Where -log q + weight × penalty is smallest: with the label noise and with the confidence penalty."""
    noise = (1 + weight) / (1 + 2 * weight)
    confidence = brentq(lambda q: -1 / q + weight * logit(q), 0.5, 1 - 1e-15) if weight > 0.03 else 1.0
    return noise, float(confidence)
