"""Why accuracy deceives: accuracy and Dice of two predictors as the foreground gets rare."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase

from tverskylib.figures._style import DICE, FAINT, OTHER
from tverskylib.figures.drawing import Drawing
from tverskylib.index import tversky_from_counts

FRACTIONS = np.geomspace(1e-3, 0.5, 80)


def expected_scores(
    fraction: float | np.ndarray, sensitivity: float, specificity: float
) -> tuple[np.ndarray, np.ndarray]:
    """Accuracy and Dice of a predictor that finds a share ``sensitivity`` of the foreground and leaves a share
    ``specificity`` of the background alone, when ``fraction`` of the pixels is foreground."""
    tp, fn = sensitivity * fraction, (1 - sensitivity) * fraction
    tn, fp = specificity * (1 - fraction), (1 - specificity) * (1 - fraction)
    return np.asarray(tp + tn), np.asarray(tversky_from_counts(tp, fp, fn))


class Accuracy(Drawing):
    """Values: ``fraction`` of foreground, ``sensitivity`` and ``false_alarms`` of the second predictor."""

    def __init__(self, parent: FigureBase) -> None:
        axes = parent.subplots(
            1, 2, sharey=True, gridspec_kw={"left": 0.08, "right": 0.98, "bottom": 0.27, "top": 0.8, "wspace": 0.12}
        )
        names = ("calls everything background", "finds part of the foreground")
        self.lines, self.points, self.labels = [], [], []
        for ax, name in zip(axes, names, strict=True):
            for score, ink in (("accuracy", OTHER), ("Dice", DICE)):
                self.lines += ax.plot(
                    FRACTIONS, FRACTIONS, color=ink.colour, ls=ink.line if score == "Dice" else "--", label=score
                )
                self.points += ax.plot([0.1], [0.5], ls="", marker=ink.marker, color=ink.colour, ms=8, clip_on=False)
            self.labels.append(ax.set_title(name))
            ax.axvline(0.1, color=FAINT, lw=1)
            ax.set(xscale="log", ylim=(-0.03, 1.03), xlabel="foreground fraction p")
        axes[0].set_ylabel("score")
        parent.legend(handles=self.lines[:2], loc="lower center", ncols=2)
        self.names, self.cursors = names, [ax.lines[-1] for ax in axes]

    def update(self, *, fraction: float, sensitivity: float = 0.8, false_alarms: float = 0.05) -> None:
        self.fraction, self.scores = fraction, []
        for k, rates in enumerate(((0.0, 1.0), (sensitivity, 1 - false_alarms))):
            curves = expected_scores(FRACTIONS, *rates)
            values = [float(score) for score in expected_scores(fraction, *rates)]
            for j in range(2):
                self.lines[2 * k + j].set_ydata(curves[j])
                self.points[2 * k + j].set_data([fraction], [values[j]])
            self.cursors[k].set_xdata([fraction, fraction])
            self.labels[k].set_text(f"{self.names[k]}\naccuracy {values[0]:.3f}, Dice {values[1]:.3f}")
            self.scores.append(values)

    def describe(self) -> str:
        (blind_accuracy, blind_dice), (accuracy, dice) = self.scores
        return (
            f"Accuracy and Dice against the foreground fraction for two predictors, marked at {self.fraction:.3g}. One calls "
            f"everything background: accuracy {blind_accuracy:.3f}, Dice {blind_dice:.3f}. The other finds part of the "
            f"foreground: accuracy {accuracy:.3f}, Dice {dice:.3f}."
        )
