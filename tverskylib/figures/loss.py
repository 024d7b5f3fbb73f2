"""The loss: soft counts, its landscape, an empty mask, and a batch of two images."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.text import Text
from numpy.typing import NDArray
from scipy.special import expit, logit

from tverskylib.counts import soft_counts
from tverskylib.figures._style import COUNT_INKS, FAINT, FP, INK, OTHER, TP, dress
from tverskylib.figures.drawing import Drawing
from tverskylib.figures.error_map import CLASSES
from tverskylib.index import tversky_from_counts
from tverskylib.theory.gradient import pixel_gradients

PIXELS = 64 * 64
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}


class Sharpening(Drawing):
    """Values: ``sharpness``. A probability map pushed towards 0 and 1: soft counts become counts."""

    size = (9.6, 3.8)

    def __init__(self, parent: FigureBase, target: NDArray[np.bool_], probability: NDArray[np.floating]) -> None:
        left, right = parent.subplots(
            1,
            2,
            gridspec_kw={
                "left": 0.01,
                "right": 0.97,
                "bottom": 0.14,
                "top": 0.9,
                "wspace": 0.25,
                "width_ratios": (1, 1.3),
            },
        )
        self.target, self.logits = target, logit(np.clip(probability.astype(float), 1e-6, 1 - 1e-6))
        self.map = left.imshow(probability, cmap="gray", vmin=0, vmax=1)
        left.set_axis_off()
        self.title = left.set_title("")
        hard = soft_counts((probability >= 0.5)[None, None], target[None, None])
        rows = np.arange(3)
        self.soft = right.barh(rows - 0.2, [0] * 3, height=0.36)
        limits = right.barh(rows + 0.2, [float(count) for count in hard], height=0.36)
        dress(self.soft, COUNT_INKS)
        dress(limits, COUNT_INKS)
        for bar in limits:
            bar.set_alpha(0.35)
        self.numbers = [right.text(0, row - 0.2, "", va="center") for row in rows]
        for row, count in zip(rows, hard, strict=True):
            right.text(float(count), row + 0.2, f" {float(count):,.0f} thresholded at 0.5", va="center", color=FAINT)
        right.set(yticks=rows, yticklabels=[name for name, _ in CLASSES], xlabel="pixels")
        right.set_xlim(0, 1.55 * max(float(target.sum()), float(hard.tp)))
        right.invert_yaxis()
        self.label = right.set_title("")
        self.hard_index = float(tversky_from_counts(*hard))

    def update(self, *, sharpness: float) -> None:
        sharpened = expit(sharpness * self.logits)
        self.map.set_data(sharpened)
        self.sharpness, self.counts = sharpness, soft_counts(sharpened[None, None], self.target[None, None])
        for bar, number, count in zip(self.soft, self.numbers, self.counts, strict=True):
            bar.set_width(float(count))
            number.set(x=float(count), text=f" {float(count):,.1f} soft")
        self.index = float(tversky_from_counts(*self.counts))
        self.title.set_text(f"logits times {sharpness:g}")
        self.label.set_text(f"Dice of soft counts {self.index:.3f}, of the mask {self.hard_index:.3f}")

    def describe(self) -> str:
        tp, fp, fn = (float(count) for count in self.counts)
        return (
            f"A probability map whose logits are multiplied by {self.sharpness:g}, and bars of its soft counts, TP {tp:.1f}, "
            f"FP {fp:.1f}, FN {fn:.1f}, beside the counts of the thresholded mask. Dice is {self.index:.3f} soft and "
            f"{self.hard_index:.3f} thresholded."
        )


class Landscape(Drawing):
    """Values: ``alpha``, ``beta``, ``delta``, and the predictions ``foreground`` and ``background``.

    One foreground pixel in four; every foreground pixel is predicted alike, and every background pixel.
    """

    P, Q = 1.0, 3.0
    LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1,
            2,
            gridspec_kw={
                "left": 0.09,
                "right": 0.97,
                "bottom": 0.16,
                "top": 0.88,
                "wspace": 0.3,
                "width_ratios": (1.2, 1),
            },
        )
        self.lines = [left.plot([0, 1], [0, 1], color=OTHER.colour, lw=1.2)[0] for _ in self.LEVELS]
        self.names = [left.text(0, 0, f"{level:g}", fontsize=9, color=OTHER.colour) for level in self.LEVELS]
        left.plot([1], [0], marker="*", ms=15, color=TP.colour, clip_on=False, ls="")
        (self.point,) = left.plot([0.5], [0.5], marker="o", ms=8, color=INK, ls="")
        self.arrow = left.annotate(
            "", (0, 0), (0, 0), arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 2, "mutation_scale": 16}
        )
        left.set(xlim=(0, 1), ylim=(0, 1), xlabel="prediction on foreground", ylabel="prediction on background")
        self.title = left.set_title("", pad=16)
        self.bars = right.bar(["foreground\npixel", "background\npixel"], [0, 0], width=0.5)
        dress(self.bars, (TP, FP))
        self.numbers = [right.text(bar.get_x() + 0.25, 0, "", ha="center") for bar in self.bars]
        right.axhline(0, color=FAINT, lw=1)
        self.derivatives = right
        right.set_title("derivative of the loss by\nthe prediction on one pixel", pad=4)

    def update(
        self, *, alpha: float, beta: float, delta: float = 0.0, foreground: float = 0.5, background: float = 0.5
    ) -> None:
        tp, fp, fn = self.P * foreground, self.Q * background, self.P * (1 - foreground)
        self.loss = float(1 - tversky_from_counts(tp, fp, fn, alpha, beta, delta))
        self.slopes = [-float(slope) for slope in pixel_gradients(tp, fp, fn, alpha, beta, delta)]
        for level, line, name in zip(self.LEVELS, self.lines, self.names, strict=True):
            # The set L = level is a straight line, found here from two points of it.
            x = np.array([0.0, 1.0])
            y = ((self.P * x + delta) * (1 / (1 - level) - 1) - beta * self.P * (1 - x)) / (alpha * self.Q)
            line.set_data(x, y)
            _name_the_end(name, float(y[0]), float(y[1]))
        self.point.set_data([foreground], [background])
        step = np.array([-self.slopes[0] * self.P, -self.slopes[1] * self.Q])
        step = 0.22 * step / max(float(np.hypot(*step)), 1e-12)
        self.arrow.set_position((foreground, background))
        self.arrow.xy = (foreground + step[0], background + step[1])
        reach = max(1.35, 1.3 * max(abs(slope) for slope in self.slopes))
        self.derivatives.set_ylim(-reach, reach)
        for bar, number, slope in zip(self.bars, self.numbers, self.slopes, strict=True):
            bar.set_height(slope)
            number.set(
                y=slope + (0.04 if slope >= 0 else -0.04) * reach,
                text=f"{slope:+.3f}",
                va="bottom" if slope >= 0 else "top",
            )
        self.state = f"alpha {alpha:.2f}, beta {beta:.2f}, delta {delta:.2g}"
        self.title.set_text(f"{self.state}:  loss {self.loss:.3f}")

    def describe(self) -> str:
        return (
            f"{self.state}: straight level lines of the loss over the prediction on foreground and on background, with the only "
            f"minimum, a star, in the corner (1, 0). At the marked point the loss is {self.loss:.3f}; an arrow points downhill. "
            f"Bars give its derivative by a foreground pixel, {self.slopes[0]:+.3f}, and by a background pixel, {self.slopes[1]:+.3f}."
        )


def _name_the_end(name: Text, start: float, end: float) -> None:
    """Put the name of a rising line where it leaves the unit square: on the right, or on top."""
    if end <= 1:
        name.set(x=1.02, y=end, ha="left", va="center", visible=end >= 0.06)
    else:
        name.set(x=(1 - start) / (end - start), y=1.01, ha="center", va="bottom", visible=start <= 1)


class EmptyMask(Drawing):
    """Values: ``delta``, ``alpha``. The loss of an image without foreground, and its gradient: plateau and cliff."""

    size = (9.6, 3.9)
    PREDICTED = np.geomspace(1e-6, PIXELS, 400)

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1, 2, gridspec_kw={"left": 0.08, "right": 0.97, "bottom": 0.26, "top": 0.84, "wspace": 0.28}
        )
        (self.loss,) = left.plot(self.PREDICTED, self.PREDICTED, color=INK)
        (self.gradient,) = right.plot(self.PREDICTED, self.PREDICTED, color=INK)
        ceiling = 1 / (4 * self.PREDICTED)
        right.plot(self.PREDICTED, ceiling, color=OTHER.colour, ls="--", lw=1.2, label="largest possible: 1 / (4S)")
        self.marks = [ax.axvline(1, color=FP.colour, ls=":", lw=1.6, label="S = delta / alpha") for ax in (left, right)]
        for ax in (left, right):
            ax.axvline(PIXELS / 2, color=FAINT, lw=1, label="an untrained net: 0.5 everywhere")
            ax.set(xscale="log", xlabel="S: sum of the prediction (pixels)", xlim=(1e-6, PIXELS))
        left.set(ylabel="loss", ylim=(-0.03, 1.03))
        right.set(yscale="log", ylabel="gradient of each pixel", ylim=(1e-13, 1e6))
        parent.legend(handles=right.get_legend_handles_labels()[0], loc="lower center", ncols=3)
        self.titles = (left.set_title(""), right.set_title(""))

    def update(self, *, delta: float, alpha: float = 0.5) -> None:
        self.delta = delta
        loss, gradient = self._at(self.PREDICTED, delta, alpha)
        self.loss.set_ydata(loss)
        self.gradient.set_ydata(gradient)
        for mark in self.marks:
            mark.set_xdata([delta / alpha] * 2)
        self.untrained = [float(x) for x in self._at(np.array(PIXELS / 2), delta, alpha)]
        self.titles[0].set_text(f"delta {delta:.3g}, alpha {alpha:.2f}\nuntrained: loss {self.untrained[0]:.6f}")
        self.titles[1].set_text(f"gradient, uphill in every pixel\nuntrained: {self.untrained[1]:.2e} a pixel")

    @staticmethod
    def _at(
        predicted: NDArray[np.floating], delta: float, alpha: float
    ) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """With P = 0 there is neither TP nor FN: FP is the sum of the prediction."""
        loss = 1 - tversky_from_counts(0.0, predicted, 0.0, alpha, alpha, delta)
        return loss, -pixel_gradients(0.0, predicted, 0.0, alpha, alpha, delta)[1]

    def describe(self) -> str:
        return (
            f"delta {self.delta:.3g}: loss and gradient of a 64 x 64 image without foreground against the sum of the prediction, "
            f"on logarithmic axes. The loss is a plateau near 1 that falls to 0 around S = delta / alpha. For an untrained net, "
            f"0.5 everywhere, the loss is {self.untrained[0]:.6f} and the gradient {self.untrained[1]:.2e} a pixel."
        )
