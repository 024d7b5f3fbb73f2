"""What a printed pair of scores can tell about how it was made, and what it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from tverskylib._numbers import check_number, check_whole


@dataclass(frozen=True)
class PrintedScores:
    """A printed Dice and Jaccard index, and what follows from the two.

    Attributes:
        dice, jaccard: as printed.
        lowest: the Jaccard index of one confusion matrix with this Dice, D / (2 - D): the least that any mean can have.
        possible: whether one set of predictions can have both, under any convention.
        one_ratio: whether one confusion matrix can have both, rounding allowed for.
    """

    dice: float
    jaccard: float
    lowest: float
    possible: bool
    one_ratio: bool

    @property
    def verdict(self) -> str:
        """The same in words."""
        if not self.possible:
            return f"impossible: Jaccard must lie between {self.lowest:.3f} and {self.dice:.3f}"
        if self.one_ratio:
            return "as of one confusion matrix: pooled, or a mean of parts that are all alike"
        return "a mean of several, not pooled; of what (images, batches, classes, runs) the two cannot tell"


def printed_scores(dice: float, jaccard: float, *, digits: int = 3) -> PrintedScores:
    r"""What a table that prints both Dice and Jaccard says about its convention.

    For one confusion matrix :math:`J = f(D) = D / (2 - D)`. As f is convex and :math:`f(D) \le D` on [0, 1], any mean,
    with any weights, of such pairs has :math:`f(D) \le J \le D`, and every pair in between is a mean of some.

    Args:
        dice, jaccard: as printed, in [0, 1]; both of the same predictions, images and convention.
        digits: after the point, of what is printed; from 1 to 15.

    Returns:
        :class:`PrintedScores`.

    Raises:
        TypeError, ValueError: not a number, or out of its range.

    Introduced in lesson 12.

    >>> printed_scores(0.75, 0.6).verdict
    'as of one confusion matrix: pooled, or a mean of parts that are all alike'
    >>> printed_scores(0.75, 0.5).possible
    False
    """
    dice, jaccard = check_number("dice", dice, high=1), check_number("jaccard", jaccard, high=1)
    half = 0.5 * 10.0 ** -check_whole("digits", digits, 1, 15) + 1e-12
    low, high = (_of_one(min(max(dice + step, 0.0), 1.0)) for step in (-half, half))
    possible = low <= jaccard + half and jaccard - half <= dice + half
    return PrintedScores(dice, jaccard, _of_one(dice), possible, possible and jaccard - half <= high)


def _of_one(dice: float) -> float:
    return dice / (2 - dice)
