"""Label smoothing: what it does to cross-entropy, and what it does to a Tversky loss."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from numpy.typing import NDArray
from scipy.special import xlogy

from tverskylib.counts import soft_counts
from tverskylib.figures._labels import smoothed
from tverskylib.figures._style import FAINT, FN, FP, OTHER, TP, dress
from tverskylib.figures._words import said
from tverskylib.figures.drawing import Drawing
from tverskylib.index import tversky_from_counts
from tverskylib.labels import smooth_labels
from tverskylib.theory import claim1_optimum, optimal_threshold

SIDE = 4  # the mask of the first figure has 4 x 4 pixels
PROBABILITIES = np.linspace(0, 1, 201)


def cross_entropy(label: float, probability: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of one pixel with two classes: -t log q - (1-t) log(1-q), with 0 log 0 = 0."""
    with np.errstate(divide="ignore"):
        loss: NDArray[np.floating] = -xlogy(label, probability) - xlogy(1 - label, 1 - probability)
    return loss


class OnePixel(Drawing):
    """Values: ``epsilon``, ``num_classes`` of the formula, ``foreground`` pixels of 16. Losses along one pixel.

    Left cross-entropy, right Dice; solid for a foreground pixel, dashed for a background pixel. All other pixels
    are predicted as the unsmoothed mask says.
    """

    size = (9.6, 4.0)

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1, 2, gridspec_kw={"left": 0.07, "right": 0.98, "bottom": 0.27, "top": 0.84, "wspace": 0.2}
        )
        self.curves, self.minima, self.titles = [], [], []
        for ax, name in ((left, "cross-entropy"), (right, "Dice loss, the other 15 pixels right")):
            for ink, label in ((TP, "a foreground pixel"), (FP, "a background pixel")):
                self.curves += ax.plot(PROBABILITIES, PROBABILITIES, color=ink.colour, ls=ink.line, label=label)
                self.minima += ax.plot(
                    [0],
                    [0],
                    ls="",
                    marker=ink.marker,
                    ms=10,
                    color=ink.colour,
                    clip_on=False,
                    label="its minimum",
                )
            ax.set(xlabel="prediction of this pixel", xlim=(0, 1))
            self.titles.append((ax.set_title(""), name))
        left.set(ylim=(0, 3), ylabel="loss")
        right.set_ylim(0, 0.5)
        parent.legend(
            handles=[self.curves[0], self.minima[0], self.curves[1], self.minima[1]], loc="lower center", ncols=4
        )

    def update(self, *, epsilon: float, num_classes: float = 2, foreground: float = 6) -> None:
        mask = (np.arange(SIDE**2) < foreground).astype(float).reshape(1, 1, SIDE, SIDE)
        labels = smooth_labels(mask, epsilon, num_classes=round(num_classes))
        self.labels = [float(labels[mask == kind][0]) for kind in (1, 0)]
        self.epsilon, self.num_classes = epsilon, round(num_classes)
        losses = [cross_entropy(label, PROBABILITIES) for label in self.labels]
        losses += [self._dice_along(kind, mask, labels) for kind in (1, 0)]
        self.at = []
        for curve, minimum, loss in zip(self.curves, self.minima, losses, strict=True):
            curve.set_ydata(loss)
            best = int(np.argmin(loss))
            minimum.set_data([PROBABILITIES[best]], [loss[best]])
            self.at.append(float(PROBABILITIES[best]))
        for k, (title, name) in enumerate(self.titles):
            title.set_text(f"{name}\nminima at {self.at[2 * k]:.3g} and {self.at[2 * k + 1]:.3g}")

    @staticmethod
    def _dice_along(kind: int, mask: NDArray[np.floating], labels: NDArray[np.floating]) -> NDArray[np.floating]:
        """The loss of all 16 pixels while the first one of a kind goes from 0 to 1."""
        prediction = np.repeat(mask, PROBABILITIES.size, axis=0)
        prediction[:, 0].reshape(PROBABILITIES.size, -1)[:, int(np.argmax(mask.ravel() == kind))] = PROBABILITIES
        counts = soft_counts(prediction, np.broadcast_to(labels, prediction.shape), domain="image")
        return np.asarray(1 - tversky_from_counts(*counts))

    def describe(self) -> str:
        return (
            f"epsilon {self.epsilon:.2f}, C = {self.num_classes}, labels {self.labels[0]:.3g} and {self.labels[1]:.3g}. Left: "
            f"cross-entropy of one pixel, with its minima at {self.at[0]:.3g} for a foreground and {self.at[1]:.3g} for a "
            f"background pixel. Right: the Dice loss along the same pixels, with its minima at {self.at[2]:.3g} and {self.at[3]:.3g}."
        )


OPTIMA = {"zero": ("predict nothing", FN), "target": ("predict the mask", TP), "one": ("predict everything", FP)}


class Candidates(Drawing):
    """Values: ``fraction``, ``epsilon``, ``alpha``, ``beta``, ``delta`` per pixel, ``num_classes``.

    Left the index of the three predictions that can be optimal; right the threshold tau among the two labels.
    """

    size = (9.6, 3.6)

    def __init__(self, parent: FigureBase) -> None:
        left, right = parent.subplots(
            1, 2, gridspec_kw={"left": 0.17, "right": 0.97, "bottom": 0.17, "top": 0.82, "wspace": 0.15}
        )
        self.bars = left.barh([name for name, _ in OPTIMA.values()], [0, 0, 0], height=0.55)
        dress(self.bars, [ink for _, ink in OPTIMA.values()])
        self.numbers = [left.text(0, row, "", va="center") for row in range(3)]
        left.invert_yaxis()
        left.set(xlim=(0, 1.25), xlabel="index against the smoothed mask", xticks=np.linspace(0, 1, 6))
        self.verdict = left.set_title("")
        right.axhline(0, color=FAINT, lw=1)
        right.axhline(-0.3, color=FAINT, lw=0.6, ls=":")
        marks = ((FN, "b, background"), (OTHER, "tau"), (TP, "a, foreground"))
        self.points, self.names = [], []
        for k, (ink, name) in enumerate(marks):
            self.points += right.plot(
                [0], [(0, -0.3, 0)[k]], ls="", marker=ink.marker, ms=12, color=ink.colour, clip_on=False
            )
            self.names.append((right.text(0, (0.2, -0.62, 0.2)[k], "", ha="center", color=ink.colour), name))
        right.set(xlim=(0, 1), ylim=(-1, 1), yticks=[])
        right.spines[["left", "bottom"]].set_visible(False)
        self.order = right.set_title("")

    def update(
        self, *, fraction: float, epsilon: float, alpha: float, beta: float, delta: float = 0.0, num_classes: float = 2
    ) -> None:
        label, other = smoothed(epsilon, round(num_classes))
        p, q = fraction, 1 - fraction
        sums = label * p + other * q  # of the smoothed mask, per pixel
        counts = {
            "zero": (0.0, 0.0, sums),
            "target": (label * p, (1 - label) * p, other * q),
            "one": (sums, 1 - sums, 0.0),
        }
        self.indices = {name: float(tversky_from_counts(*c, alpha, beta, delta)) for name, c in counts.items()}
        self.tau = float(optimal_threshold(self.indices["target"], alpha, beta))
        self.best = str(claim1_optimum(p, alpha, beta, epsilon, num_classes=round(num_classes), delta_per_pixel=delta))
        for bar, number, (name, index) in zip(self.bars, self.numbers, self.indices.items(), strict=True):
            bar.set_width(index)
            number.set(x=index, text=f" {index:.4f}" + ("  best" if name == self.best else ""))
        for point, (text, name), value in zip(self.points, self.names, (other, self.tau, label), strict=True):
            point.set_xdata([value])
            text.set(x=min(max(value, 0.15), 0.85), text=f"{name}: {value:.3f}")
        self.claim = self.best == "target"
        self.verdict.set_text(f"best: {OPTIMA[self.best][0]}\nClaim 1 {'holds' if self.claim else 'FAILS'} here")
        between = other <= self.tau <= label
        self.verdict_tau = "tau lies between the two labels" if between else "tau lies OUTSIDE the two labels"
        self.order.set_text(f"delta per pixel {delta:.2g}\n{self.verdict_tau}")
        self.state = (
            f"fraction {fraction:.3g}, epsilon {epsilon:.2f}, alpha {alpha:.2f}, beta {beta:.2f}, delta per pixel {delta:.3g}, "
            f"C = {round(num_classes)}"
        )

    def describe(self) -> str:
        values = ", ".join(f"{OPTIMA[name][0]} {said(index)}" for name, index in self.indices.items())
        return (
            f"{self.state}. The index against the smoothed mask: {values}. Best is: {OPTIMA[self.best][0]}. Beside it the "
            f"threshold tau, {self.tau:.3f}, on a line with the two labels: {self.verdict_tau}."
        )
