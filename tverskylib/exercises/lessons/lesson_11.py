"""Exercises of lesson 11: two intervals, Holm's method, pairs, and what two means of one table give away."""

import numpy as np
from scipy import stats

from tverskylib import explorers
from tverskylib.exercises.exercise import exercise

differences = np.array(explorers.pairs().runs["values"]["average_precision"]["pooled"][0])
# Pooled average precision of the seeds 0 to 4 at batch size 8; a test holds them to the records.
BATCH, IMAGE = np.array([[0.892, 0.898, 0.880, 0.909, 0.934], [0.815, 0.859, 0.823, 0.863, 0.894]])
# Dice and Jaccard of the talk, batch-wise, at batch sizes 8 and 64; a test holds them to its table.
DICE, JACCARD = np.array([[0.690, 0.667], [0.549, 0.502]])
P = np.array([0.030, 0.011, 0.900, 0.012])


def _half_widths(t, spread):
    return t * spread / np.sqrt(10), t * spread * np.sqrt(1 + 1 / 10)


@exercise(
    *(11, 1, "of_mean, of_new", "Lesions only: the talk's table and ours"),
    see='pairs(seeds=5, way="pooled", metric="average_precision")',
    stub='differences = np.array(explorers.pairs().runs["values"]["average_precision"]["pooled"][0])\n'
    "of_mean, of_new = ..., ...",
)
def two_intervals():
    """`differences` are those of the ten pairs at batch size 8 in pooled average precision. Compute half the width of the
    95 % interval of their mean, `of_mean`, and of one new pair, `of_new`, without `mean_interval`.

    *Hint:* the standard deviation with n − 1 below the sum, and Student's quantile `stats.t(9).ppf(0.975)`. A new pair
    scatters by itself, and the mean around which it does is known only so well: its variance is that of one difference
    plus that of the mean."""
    differences = np.array(explorers.pairs().runs["values"]["average_precision"]["pooled"][0])
    t, spread = stats.t(9).ppf(0.975), differences.std(ddof=1)
    of_mean = t * spread / np.sqrt(10)
    of_new = t * spread * np.sqrt(1 + 1 / 10)
    return of_mean, of_new


two_intervals.mistake(
    "with 1.96, the normal quantile: ten pairs know the spread only roughly",
    lambda: _half_widths(stats.norm.ppf(0.975), differences.std(ddof=1)),
)
two_intervals.mistake("with n below the sum, not n − 1", lambda: _half_widths(stats.t(9).ppf(0.975), differences.std()))
two_intervals.mistake(
    "with ten degrees of freedom: the mean has used one",
    lambda: _half_widths(stats.t(10).ppf(0.975), differences.std(ddof=1)),
)
two_intervals.mistake(
    "with the quantile of 95 % on one side, 0.95", lambda: _half_widths(stats.t(9).ppf(0.95), differences.std(ddof=1))
)
two_intervals.mistake(
    "without Student's quantile: that is one standard error", lambda: _half_widths(1.0, differences.std(ddof=1))
)
two_intervals.mistake(
    "for whole widths, twice what is asked for",
    lambda: _half_widths(2 * stats.t(9).ppf(0.975), differences.std(ddof=1)),
)


def mean_left_out():
    t, spread = stats.t(9).ppf(0.975), differences.std(ddof=1)
    return t * spread / np.sqrt(10), t * spread


two_intervals.mistake("if the new pair scatters around a mean that is known exactly", mean_left_out)


@exercise(11, 2, "adjusted", "The planned test")
def four_tests():
    """Four planned tests have the p values 0.030, 0.011, 0.900 and 0.012. Compute their p after Holm, `adjusted`, an array in
    the same order.

    *Hint:* sort. Multiply the smallest by four, the next by three, and so on. None may then be smaller than the one before
    it, and none larger than 1."""
    p = np.array([0.030, 0.011, 0.900, 0.012])
    order = np.argsort(p)
    adjusted = np.empty(4)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * [4, 3, 2, 1]), 1)
    return adjusted


def _holm(factors, order=None, rising=True):
    order = np.argsort(P) if order is None else order
    found, scaled = np.empty(4), P[np.argsort(P)] * factors
    found[order] = np.minimum(np.maximum.accumulate(scaled) if rising else scaled, 1)
    return found


four_tests.mistake("with Bonferroni's method, which multiplies all by four", lambda: _holm([4, 4, 4, 4]))
four_tests.mistake(
    "if a p falls below the one before it: 0.012 is not surer than 0.011", lambda: _holm([4, 3, 2, 1], rising=False)
)
four_tests.mistake("in the sorted order, not in that of the tests", lambda: _holm([4, 3, 2, 1], order=np.arange(4)))
four_tests.mistake("if the smallest is multiplied by one and the largest by four", lambda: _holm([1, 2, 3, 4]))


@exercise(
    *(11, 3, "independent, paired", "Lesions only: the talk's table and ours"),
    see='pairs(seeds=10, way="pooled", metric="average_precision")',
    stub="batch = np.array([0.892, 0.898, 0.880, 0.909, 0.934])\nimage = np.array([0.815, 0.859, 0.823, 0.863, 0.894])\n"
    "independent, paired = ..., ...",
)
def what_pairs_are_worth():
    """Forget the pairs: treat the runs as independent. Below are pooled average precisions of the seeds 0 to 4 at batch size
    8. Compute half the width of the usual 95 % interval for a difference of two means, `independent`
    (`stats.ttest_ind(...).confidence_interval()`), and of ours, `paired`. Do pairs help, and what decides it?"""
    batch = np.array([0.892, 0.898, 0.880, 0.909, 0.934])
    image = np.array([0.815, 0.859, 0.823, 0.863, 0.894])
    low, high = stats.ttest_ind(batch, image).confidence_interval()
    independent = (high - low) / 2
    low, high = stats.ttest_1samp(batch - image, 0).confidence_interval()
    paired = (high - low) / 2
    # Pairs subtract what the two runs of a seed have in common, but leave half of the degrees of freedom. Here the runs
    # of a seed have much in common: their correlation is 0.91.
    return independent, paired


def _halves(*found):
    return tuple((high - low) / 2 for low, high in (one.confidence_interval() for one in found))


what_pairs_are_worth.mistake(
    "if the two change places",
    lambda: _halves(stats.ttest_1samp(BATCH - IMAGE, 0), stats.ttest_ind(BATCH, IMAGE)),
)
what_pairs_are_worth.mistake(
    "for whole widths, twice what is asked for", lambda: tuple(2 * half for half in what_pairs_are_worth.solution())
)
what_pairs_are_worth.mistake(
    "with 1.96, the normal quantile: a few runs know the spread only roughly",
    lambda: tuple(
        half * stats.norm.ppf(0.975) / stats.t(freedom).ppf(0.975)
        for half, freedom in zip(what_pairs_are_worth.solution(), (8, 4), strict=True)
    ),
)
what_pairs_are_worth.mistake(
    "if the same pairs are taken twice: `ttest_rel` is the paired one",
    lambda: _halves(stats.ttest_rel(BATCH, IMAGE), stats.ttest_rel(BATCH, IMAGE)),
)


@exercise(
    *(11, 4, "excess, spread", "Lesions only: the talk's table and ours"),
    stub="dice, jaccard = np.array([0.690, 0.667]), np.array([0.549, 0.502])\nexcess, spread = ..., ...",
)
def what_a_table_gives_away():
    r"""In the talk's table, batch-wise training has Dice 0.690 and Jaccard 0.549 at batch size 8, and 0.667 and 0.502 at 64.
    For *one* confusion matrix Jaccard is Dice / (2 − Dice). Compute `excess`, by how much each printed Jaccard is larger.
    By Jensen's inequality a positive excess says that the numbers are means of something. To second order it is half the
    variance of Dice times $4 / (2 - \text{Dice})^3$: solve for `spread`, the standard deviation of what was averaged. Is one
    convention for both rows likely?"""
    dice, jaccard = np.array([0.690, 0.667]), np.array([0.549, 0.502])
    excess = jaccard - dice / (2 - dice)
    spread = np.sqrt(2 * excess * (2 - dice) ** 3 / 4)
    # Images stay as different at all batch sizes; means of batches are more alike, the larger the batch. The row at 8 looks
    # like the first, that at 64 like the second. It cannot be decided: networks may simply have behaved alike.
    return excess, spread


def _table(solved):
    excess = JACCARD - DICE / (2 - DICE)
    return excess, solved(excess, 4 / (2 - DICE) ** 3)


what_a_table_gives_away.mistake(
    "for the variance, without the root", lambda: _table(lambda excess, bend: 2 * excess / bend)
)
what_a_table_gives_away.mistake(
    "without the half of the second order", lambda: _table(lambda excess, bend: np.sqrt(excess / bend))
)
what_a_table_gives_away.mistake(
    "with the excess as part of Dice / (2 − Dice), not as a difference",
    lambda: (JACCARD / (DICE / (2 - DICE)) - 1, np.sqrt(2 * (JACCARD - DICE / (2 - DICE)) * (2 - DICE) ** 3 / 4)),
)
