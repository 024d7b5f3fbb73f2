"""Exercises of lesson 07: where Claim 1 holds, and what it leaves out."""

import numpy as np

from tverskylib import theory
from tverskylib.exercises.exercise import exercise


@exercise(7, 1, "fewest", "Claim 1, exactly", see="phase_diagram(alpha=1, beta=1, epsilon=0.1)")
def fewest_pixels():
    r"""For Jaccard, $\varepsilon = 0.1$ and $C = 1$: how many foreground pixels, `fewest`, must an image of 256 × 256 pixels
    have at least, so that Claim 1 holds with $\delta = 0$?"""
    fewest = int(np.ceil(theory.critical_fraction(1, 1, 0.1, num_classes=1) * 256 * 256))
    return fewest


fewest_pixels.mistake(
    "with C = 2 in the formula", lambda: int(np.ceil(theory.critical_fraction(1, 1, 0.1, num_classes=2) * 256 * 256))
)
fewest_pixels.mistake(
    "for an image of 256 pixels, not of 256 × 256",
    lambda: int(np.ceil(theory.critical_fraction(1, 1, 0.1, num_classes=1) * 256)),
)
fewest_pixels.mistake("if the fraction is rounded down: one pixel is missing", lambda: fewest_pixels.solution() - 1)
fewest_pixels.mistake(
    "if it is the fraction, and not the number of pixels", lambda: theory.critical_fraction(1, 1, 0.1, num_classes=1)
)


def _never_holds(mine):
    alpha, beta = mine
    return theory.critical_fraction(alpha, beta, 0.4, num_classes=1) == np.inf


@exercise(
    *(7, 2, "mine", "Claim 1, exactly"),
    see="phase_diagram(alpha=0.5, beta=0.5, epsilon=0.4)",
    accepts=_never_holds,
    stub="mine = (..., ...)",
)
def no_fraction_helps():
    r"""Find weights `mine` (alpha, beta) for which *no* fraction helps, with $C = 1$ and $\varepsilon = 0.4$: the critical
    fraction is infinite.

    *Hint:* pay a lot for recall."""
    mine = (0.3, 0.7)
    return mine


no_fraction_helps.mistake(
    "if alpha and beta are swapped: these weights pay for precision",
    lambda: (0.7, 0.3),
    sign=lambda mine: _never_holds(mine[::-1]),
)


@exercise(
    7,
    3,
    "joins",
    "Chances, not masks",
    see="one_pixel(epsilon=0.15)",
    stub="q = np.array([0.9, 0.4, 0.3, 0.1])\njoins = ...",
)
def the_third_joins():
    """For the four pixels `q = np.array([0.9, 0.4, 0.3, 0.1])`, Dice and $C = 2$: from which epsilon on, `joins`, in steps
    of 0.01, is the third pixel marked?"""
    q = np.array([0.9, 0.4, 0.3, 0.1])
    steps = np.arange(0, 50) / 100
    joins = steps[np.argmax([theory.best_prediction((1 - e) * q + e / 2, 0.5, 0.5)[0][2] for e in steps])]
    return joins


def one_sided():
    q, steps = np.array([0.9, 0.4, 0.3, 0.1]), np.arange(0, 50) / 100
    return steps[np.argmax([theory.best_prediction((1 - e) * q + e, 0.5, 0.5)[0][2] for e in steps])]


the_third_joins.mistake("with C = 1 in the formula", one_sided)


def of_the_known_mask():
    steps = np.arange(0, 100) / 100
    y = np.array([1.0, 1, 0, 0])
    return steps[np.argmax([theory.best_prediction((1 - e) * y + e / 2, 0.5, 0.5)[0][2] for e in steps])]


the_third_joins.mistake("for the known mask of two pixels: it stays its own optimum for long", of_the_known_mask)


def with_the_old_tau():
    q, steps = np.array([0.9, 0.4, 0.3, 0.1]), np.arange(0, 50) / 100
    return steps[np.argmax(theory.best_prediction(q, 0.5, 0.5)[1] / 2 < (1 - steps) * q[2] + steps / 2)]


the_third_joins.mistake(
    "if tau stays that of the labels that are not smoothed: their best index changes too", with_the_old_tau
)
