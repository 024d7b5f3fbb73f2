"""Exercises of lesson 10: batches without foreground, a split that leaks, a metric by hand."""

import numpy as np
from scipy import stats

from tverskylib.exercises.compare import as_number
from tverskylib.exercises.exercise import exercise

# Six pixels, without and with equal probabilities: one cut takes all that are equal.
RANKED = [
    (np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.1]), np.array([1, 0, 1, 1, 0, 0])),
    (np.array([0.9, 0.5, 0.5, 0.5, 0.2, 0.1]), np.array([0, 1, 1, 0, 1, 0])),
]


@exercise(10, 1, "none", "Task 2: the whole data set")
def empty_batches():
    """A data set has 40 tiles, and 5 of them are positive. An epoch begins with a batch of 8 tiles, drawn at random, none of
    them twice. What is the probability, `none`, that no tile of it is positive?

    *Hint:* the first tile is negative with probability 35 / 40, the second then with 34 / 39."""
    none = np.prod((35 - np.arange(8)) / (40 - np.arange(8)))
    return none


empty_batches.mistake("if a tile can be drawn twice", lambda: (35 / 40) ** 8)
empty_batches.mistake("for the batches that do have a positive tile", lambda: 1 - stats.hypergeom(40, 5, 8).pmf(0))
empty_batches.mistake("for a batch of one tile", lambda: 35 / 40)
empty_batches.mistake("for exactly one positive tile", lambda: stats.hypergeom(40, 5, 8).pmf(1))


@exercise(10, 2, "leaked", "Split by slide")
def a_split_that_leaks():
    """Ten slides have two tiles each. Somebody draws ten of the twenty tiles for training, and tests on the other ten. Which
    share of the test tiles, `leaked`, has on average its slide in the training set?

    *Hint:* take one test tile. Its partner is one of 19 other tiles, all equally likely. How many of those are trained
    on?"""
    leaked = 10 / 19
    # More than half. With more tiles a slide, nearly all.
    return leaked


a_split_that_leaks.mistake(
    "if the partner is taken for one of 20 tiles: the test tile itself is not its partner", lambda: 0.5
)
a_split_that_leaks.mistake("if it is how many test tiles they are, and not the share", lambda: 100 / 19)
a_split_that_leaks.mistake("for a partner that is in the test set too", lambda: 9 / 19)


@exercise(
    *(10, 3, "my_average_precision", "The five metrics"),
    stub="def my_average_precision(probability, target):\n    return ...",
    probe=lambda mine: [as_number(mine(*pair)) for pair in RANKED],
)
def precision_over_recall():
    r"""Average precision needs no cut: it visits all of them. Cut at each probability that occurs, $\theta_1 > \theta_2 >
    \dots$, and take

    $$\sum_k (R_k - R_{k-1})\, P_k,$$

    where $P_k$ and $R_k$ are precision and recall of the mask `probability >= θ_k`, and $R_0 = 0$. Write
    `my_average_precision(probability, target)` for two arrays of the same shape; `target` holds 0 and 1, at least one 1.

    *Hint:* `np.unique(probability)[::-1]` are the cuts."""

    def my_average_precision(probability, target):
        recall_before, total = 0.0, 0.0
        for cut in np.unique(probability)[::-1]:
            mask = probability >= cut
            tp = (mask * target).sum()
            recall, precision = tp / target.sum(), tp / mask.sum()
            total += (recall - recall_before) * precision
            recall_before = recall
        return total

    return my_average_precision


def _summed(rule, start=(1.0, 0.0)):
    """A function like the solution, which adds up rule((precision, recall), (those of the cut before))."""

    def my_average_precision(probability, target):
        before, total = start, 0.0
        for cut in np.unique(probability)[::-1]:
            mask = probability >= cut
            tp = (mask * target).sum()
            now = (tp / mask.sum(), tp / target.sum())
            total += rule(now, before) if before else 0.0
            before = now
        return total

    return lambda: my_average_precision


def one_by_one():
    def my_average_precision(probability, target):
        found = target[np.argsort(-probability, kind="stable")]
        return (np.cumsum(found) / np.arange(1, len(found) + 1) * found).sum() / found.sum()

    return my_average_precision


precision_over_recall.mistake(
    "with trapezoids: a straight line between two cuts promises masks that nobody has",
    _summed(lambda now, before: (now[1] - before[1]) * (now[0] + before[0]) / 2),
)
precision_over_recall.mistake(
    "if precision and recall change places", _summed(lambda now, before: (now[0] - before[0]) * now[1])
)
precision_over_recall.mistake("if each pixel is a cut of its own, where several have one probability", one_by_one)
precision_over_recall.mistake(
    "with a sum of precisions that no rise of recall weighs", _summed(lambda now, before: now[0])
)
precision_over_recall.mistake(
    "without the first cut, whose recall is compared with 0",
    _summed(lambda now, before: (now[1] - before[1]) * now[0], start=()),
)
precision_over_recall.mistake(
    "with the precision of the cut before: P stands beside the recall of the same cut",
    _summed(lambda now, before: (now[1] - before[1]) * before[0]),
)


def rising():
    def my_average_precision(probability, target):
        recall_before, total = 0.0, 0.0
        for cut in np.unique(probability):
            mask = probability >= cut
            tp = (mask * target).sum()
            total += (tp / target.sum() - recall_before) * tp / mask.sum()
            recall_before = tp / target.sum()
        return total

    return my_average_precision


precision_over_recall.mistake("if the cuts rise: recall must grow from 0, so the highest cut is the first", rising)
