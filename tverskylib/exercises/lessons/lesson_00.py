"""Exercises of lesson 00: three counts, and one number."""

import numpy as np

from tverskylib import tversky_from_counts
from tverskylib.exercises.exercise import exercise


@exercise(0, 1, "dice", "Two discs and three counts", see="overlap(shift=19)")
def from_counts():
    """A prediction has 30 pixels in common with its target, 10 that are only its own, and misses 20. What is its Dice index,
    `dice`?"""
    dice = tversky_from_counts(30, 10, 20)
    return dice


from_counts.mistake("if each mistake counts fully: that is the Jaccard index", lambda: 30 / 60)
from_counts.mistake("if the missed pixels are left out: that is precision", lambda: 30 / 40)
from_counts.mistake("if the pixels marked by mistake are left out: that is recall", lambda: 30 / 50)


@exercise(0, 2, "small, large", "Two discs and three counts", see="overlap(shift=0, radius=36)")
def two_sizes():
    """A target has 100 pixels. One prediction is the half of it, and nothing else. Another is all of it, and 100 pixels more.
    Compute Dice of both, `small` and `large`: which mistake is dearer here, to miss half or to mark twice as much?"""
    small, large = tversky_from_counts(50, 0, 50), tversky_from_counts(100, 100, 0)
    # Both are 2/3: neither is dearer.
    return small, large


two_sizes.mistake("if each mistake counts fully: those are Jaccard indices", lambda: (50 / 100, 100 / 200))
two_sizes.mistake("with recall, the share of the target that is found", lambda: (50 / 100, 100 / 100))


@exercise(0, 3, "shift", "The same in a few lines", see="overlap(shift=12)")
def far_apart():
    """Two discs of radius 24 lie on each other, on a grid of 96 × 168 pixels; one is shifted to the right. From which whole
    number of pixels on, `shift`, is Dice below 0.4?

    *Hint:* `counts(shift)` gives TP, FP and FN of the two; let the shift grow in a loop."""
    row, column = np.mgrid[-47.5:48, -83.5:84]
    target = row**2 + column**2 <= 24**2

    def dice_at(shift):
        prediction = row**2 + (column - shift) ** 2 <= 24**2
        counts = (prediction & target).sum(), (prediction & ~target).sum(), (~prediction & target).sum()
        return tversky_from_counts(*counts)

    shift = next(k for k in range(84) if dice_at(k) < 0.4)
    return shift


def _below(index, limit=0.4):
    row, column = np.mgrid[-47.5:48, -83.5:84]
    target = row**2 + column**2 <= 24**2
    for k in range(84):
        mask = row**2 + (column - k) ** 2 <= 24**2
        if index((mask & target).sum(), (mask & ~target).sum(), (~mask & target).sum()) < limit:
            return k
    return 84


far_apart.mistake("with Jaccard", lambda: _below(lambda tp, fp, fn: tp / (tp + fp + fn)))
far_apart.off_by_one(1)
