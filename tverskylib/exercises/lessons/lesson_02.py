"""Exercises of lesson 02: what a threshold finds, misses and costs."""

import numpy as np

from tverskylib import threshold_counts, tiles, tversky_from_counts
from tverskylib.exercises.exercise import exercise

tile = tiles.real_crop()
TP, FP, FN = threshold_counts(tile.probability, tile.target, 0.5)
CUTS = np.linspace(0, 1, 201)


def _best_dice(probability, target, cuts=CUTS):
    return tversky_from_counts(*threshold_counts(probability, target, cuts)).max()


@exercise(2, 1, "gain", "Precision, recall, Dice", see="threshold()")
def flipped():
    """Flip the roles: let background be the foreground (`~tile.target`, and one minus the probability). How much higher than
    the best Dice of the glands is the best Dice of the background, `gain`, over the thresholds `np.linspace(0, 1, 201)`?
    Which pixels are counted now that were not counted before?

    *Hint:* each has its own best threshold. Dice leaves out the pixels that both call background. Which pixels are they
    before and after the flip?"""
    cuts = np.linspace(0, 1, 201)
    of_glands = tversky_from_counts(*threshold_counts(tile.probability, tile.target, cuts)).max()
    of_background = tversky_from_counts(*threshold_counts(1 - tile.probability, ~tile.target, cuts)).max()
    gain = of_background - of_glands
    # What both called background before, both call foreground now: true positives.
    return gain


flipped.mistake(
    "if both are taken at 0.5: each has its own best threshold",
    lambda: _best_dice(1 - tile.probability, ~tile.target, [0.5]) - _best_dice(tile.probability, tile.target, [0.5]),
)
flipped.mistake(
    "for the background alone: asked is how much higher that is than the best Dice of the glands",
    lambda: _best_dice(1 - tile.probability, ~tile.target),
)
flipped.mistake("for the glands alone, without flipping", lambda: _best_dice(tile.probability, tile.target))
flipped.mistake(
    "if the target is flipped, and the probability is not",
    lambda: _best_dice(tile.probability, ~tile.target) - _best_dice(tile.probability, tile.target),
)
flipped.mistake(
    "if the probability is flipped, and the target is not",
    lambda: _best_dice(1 - tile.probability, tile.target) - _best_dice(tile.probability, tile.target),
)
flipped.mistake("if the two change places", lambda: -flipped.solution())


@exercise(2, 2, "cut, price", "Precision, recall, Dice", see="threshold(threshold=0.3)")
def screening():
    """A screening programme wants to find glands with a recall of at least 0.95. Find the highest threshold `cut` among
    `np.linspace(0, 1, 201)` that reaches it, and the precision `price` that is left."""
    cuts = np.linspace(0, 1, 201)
    found = threshold_counts(tile.probability, tile.target, cuts)
    cut = cuts[found.tp / (found.tp + found.fn) >= 0.95].max()
    at_cut = threshold_counts(tile.probability, tile.target, cut)
    price = at_cut.tp / (at_cut.tp + at_cut.fp)
    return cut, price


def precision_for_recall():
    cuts = np.linspace(0, 1, 201)
    found = threshold_counts(tile.probability, tile.target, cuts)
    with np.errstate(invalid="ignore"):
        cut = cuts[found.tp / (found.tp + found.fp) >= 0.95].min()
    at_cut = threshold_counts(tile.probability, tile.target, cut)
    return cut, at_cut.tp / (at_cut.tp + at_cut.fn)


screening.mistake(
    "with precision for recall: the lowest threshold that is right in 95 % of what it marks, and its recall",
    precision_for_recall,
)
screening.mistake(
    "with the lowest threshold instead of the highest: everything is marked there", lambda: (0.0, tile.target.mean())
)


@exercise(
    2,
    3,
    "offered",
    "One more pixel",
    see="threshold()",
    stub="TP, FP, FN = (int(count) for count in threshold_counts(tile.probability, tile.target, 0.5))\noffered = ...",
)
def an_offer():
    r"""Someone offers you 1,000 more pixels for the mask at 0.5, half of them foreground: 500 more true positives, 500
    fewer false negatives and 500 more false positives. Does Dice rise? Compute the new Dice, `offered`, and find
    out for which Dice such an offer is bad.

    *Hint:* one more pixel of chance $q$ raises Dice exactly where $q$ is larger than half of Dice. Here $q = \frac12$."""
    offered = tversky_from_counts(TP + 500, FP + 500, FN - 500)
    # One half is larger than half of Dice, whatever Dice is below 1: no such offer is bad.
    return offered


an_offer.mistake(
    "if the false negatives stay: what becomes a true positive was missed before",
    lambda: tversky_from_counts(TP + 500, FP + 500, FN),
)
an_offer.mistake(
    "if it is the rise, and not the new Dice",
    lambda: tversky_from_counts(TP + 500, FP + 500, FN - 500) - tversky_from_counts(TP, FP, FN),
)
an_offer.mistake(
    "with 1,000 more of each: half of the 1,000 pixels are foreground",
    lambda: tversky_from_counts(TP + 1000, FP + 1000, FN - 1000),
)
an_offer.mistake(
    "with Jaccard, in which a mistake counts fully", lambda: tversky_from_counts(TP + 500, FP + 500, FN - 500, 1, 1)
)
