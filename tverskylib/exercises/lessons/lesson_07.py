"""Exercises of lesson 07: where Claim 1 holds, and what it leaves out."""

import numpy as np

from tverskylib import theory
from tverskylib.exercises.exercise import exercise


@exercise(7, 1, "fewest", "Claim 1, exactly", see="phase_diagram(alpha=1, beta=1, epsilon=0.2, num_classes=1)")
def fewest_pixels():
    r"""For Jaccard, $\varepsilon = 0.1$ and $C = 1$: how many foreground pixels, `fewest`, must an image of 256 × 256 pixels
    have at least, so that Claim 1 holds with $\delta = 0$?"""
    fewest = int(np.ceil(theory.critical_fraction(1, 1, 0.1, num_classes=1) * 256 * 256))
    return fewest


P_STAR = theory.critical_fraction(1, 1, 0.1, num_classes=1)

fewest_pixels.mistake(
    "with C = 2 in the formula", lambda: int(np.ceil(theory.critical_fraction(1, 1, 0.1, num_classes=2) * 256 * 256))
)
fewest_pixels.off_by_one(1)
fewest_pixels.mistake("if it is not a whole number of pixels: round it up", lambda: P_STAR * 256 * 256)
fewest_pixels.mistake("if it is the fraction, and not the number of pixels", lambda: P_STAR)
fewest_pixels.mistake("for an image of 256 pixels, not of 256 × 256", lambda: int(np.ceil(P_STAR * 256)))
fewest_pixels.mistake("without the factor 1 - epsilon below", lambda: int(np.ceil(P_STAR * 0.9 * 256 * 256)))


def _pays(mine):
    """The two weights, and the critical fraction for them."""
    if len(mine) != 2:
        raise ValueError(f"mine must be two weights, alpha and beta, got {len(mine)}")
    alpha, beta = map(float, mine)
    return alpha, beta, theory.critical_fraction(alpha, beta, 0.4, num_classes=1)


@exercise(
    *(7, 2, "mine", "Claim 1, exactly"),
    see="phase_diagram(alpha=0.5, beta=0.5, epsilon=0.4, num_classes=1)",
    accepts=lambda mine: _pays(mine)[2] == np.inf,
    stub="mine = (..., ...)",
)
def no_fraction_helps():
    r"""Find weights `mine` (alpha, beta) for which *no* fraction helps, with $C = 1$ and $\varepsilon = 0.4$: the critical
    fraction is infinite.

    *Hint:* pay a lot for recall."""
    mine = (0.3, 0.7)
    return mine


no_fraction_helps.mistake(
    "with weights that pay for precision, as where alpha and beta are swapped",
    lambda: (0.7, 0.3),
    lambda mine: _pays(mine)[0] > _pays(mine)[1],
)
no_fraction_helps.mistake(
    "with equal weights: only their ratio enters, so it is as for Dice, and some fraction helps",
    lambda: (0.1, 0.1),
    lambda mine: _pays(mine)[0] == _pays(mine)[1],
)
no_fraction_helps.mistake(
    "with weights that pay for recall, but too little: some fraction helps still",
    lambda: (0.45, 0.55),
    lambda mine: _pays(mine)[0] < _pays(mine)[1] and _pays(mine)[2] < np.inf,
)


@exercise(
    7,
    3,
    "joins",
    "Chances, not masks",
    see="sorted_labels([0.86, 0.41, 0.32, 0.14])",  # the labels at epsilon 0.1
    stub="q = np.array([0.9, 0.4, 0.3, 0.1])\njoins = ...",
)
def the_third_joins():
    """For the four pixels `q = np.array([0.9, 0.4, 0.3, 0.1])`, Dice and $C = 2$: from which epsilon on, `joins`, in steps
    of 0.01, is the third pixel marked?"""
    q = np.array([0.9, 0.4, 0.3, 0.1])
    steps = np.arange(0, 50) / 100
    joins = steps[np.argmax([theory.best_prediction((1 - e) * q + e / 2, 0.5, 0.5)[0][2] for e in steps])]
    return joins


STEPS, Q = np.arange(0, 100) / 100, np.array([0.9, 0.4, 0.3, 0.1])


def _first_marked(pixel, q=Q, classes=2):
    """The first epsilon at which that pixel of q, counted from 0, is in the best mask."""
    return STEPS[np.argmax([theory.best_prediction((1 - e) * q + e / classes, 0.5, 0.5)[0][pixel] for e in STEPS])]


the_third_joins.mistake("with C = 1 in the formula", lambda: _first_marked(2, classes=1))
the_third_joins.mistake(
    "for the known mask of two pixels: it stays its own optimum for long",
    lambda: _first_marked(2, q=np.array([1.0, 1, 0, 0])),
)
the_third_joins.mistake("for the fourth pixel: `[2]` is the third", lambda: _first_marked(3))
the_third_joins.mistake(
    "for the second pixel, which is marked from the start, or where `argmax` finds nothing", lambda: 0.0
)
the_third_joins.off_by_one(0.01)
the_third_joins.mistake(
    "with the tau of the labels that are not smoothed, 0.351: the best index changes, and its tau with it",
    lambda: STEPS[np.argmax((1 - STEPS) * 0.3 + STEPS / 2 > 0.3514)],
)
