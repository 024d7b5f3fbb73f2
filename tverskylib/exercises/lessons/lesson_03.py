"""Exercises of lesson 03: what the weights do, and what they leave alone."""

import numpy as np
import sympy as sp

from tverskylib import tversky_index
from tverskylib.exercises.compare import as_array
from tverskylib.exercises.exercise import exercise


def _masks(*given):
    """As Boolean arrays, however the 0 and 1 of a mask were written."""
    found = [as_array(mask) for mask in given]
    for mask in found:
        if not np.isin(mask, (0, 1)).all():
            raise ValueError(f"a mask holds 0 and 1 only, got values from {mask.min()} to {mask.max()}")
    return [mask.astype(bool) for mask in found]


def _mistakes_of(only_fp, square):
    """Whether the pair has false positives, whether it has false negatives."""
    prediction, target = _masks(only_fp, square)
    return (prediction & ~target).any(), (target & ~prediction).any()


def _swap_shows(only_fp, square):
    one, other = (tversky_index(*_masks(only_fp, square), *pair) for pair in ((0.2, 0.8), (0.8, 0.2)))
    return one > other and _mistakes_of(only_fp, square) == (True, False)


@exercise(3, 1, "only_fp, square", "From two sets to one number", see="weights()", accepts=_swap_shows)
def swapped():
    """Your colleague's library swaps alpha and beta. Build a pair of masks of shape (1, 1, H, W), `only_fp` (a prediction)
    and `square` (its target), that has false positives and no false negatives, so that the two conventions differ on it
    with the weights (0.2, 0.8)."""
    square, only_fp = np.zeros((2, 1, 1, 8, 8), dtype=bool)
    square[..., 2:6, 2:6], only_fp[..., 1:7, 1:7] = True, True
    return only_fp, square


def _rows(prediction, target):
    """Masks of 4 × 4 pixels, of which those rows are foreground."""
    found = np.zeros((2, 1, 1, 4, 4), dtype=bool)
    found[0, ..., prediction, :], found[1, ..., target, :] = True, True
    return lambda: tuple(found)


swapped.mistake(
    "if prediction and target are taken for each other: there are false negatives, and no false positives",
    _rows([1], [1, 2]),
    lambda *masks: _mistakes_of(*masks) == (False, True),
)
swapped.mistake(
    "if the masks are equal: without mistakes every index is 1, whatever the weights",
    _rows([1, 2], [1, 2]),
    lambda *masks: _mistakes_of(*masks) == (False, False),
)
swapped.mistake(
    "if the masks lie side by side or overlap in part: there are false negatives too",
    _rows([1, 2], [2, 3]),
    lambda *masks: _mistakes_of(*masks) == (True, True),
)
swapped.mistake(
    "if the target is empty: without overlap every index is 0, whatever the weights",
    _rows([1, 2], []),
    lambda only_fp, square: not _masks(square)[0].any(),
)


@exercise(3, 2, "mean_j, j_of_mean", "Names in the plane of the two weights", see="weights(alpha=1, beta=1)")
def mean_of_ratios():
    """Two images have Dice 0.2 and 0.8. Compute the mean of their Jaccard indices, `mean_j`, and Dice / (2 − Dice) of
    their mean Dice, `j_of_mean`. Which is larger? What does it tell you about a paper whose printed Jaccard is larger than
    this function of its printed Dice?

    *Hint:* draw the function. It bends upward."""
    dices = np.array([0.2, 0.8])
    mean_j = (dices / (2 - dices)).mean()
    j_of_mean = dices.mean() / (2 - dices.mean())
    # The mean is larger: a function that bends upward. So such a paper printed averages over something.
    return mean_j, j_of_mean


mean_of_ratios.mistake("if both are the function of the mean", lambda: (1 / 3, 1 / 3))
mean_of_ratios.mistake("if the two are swapped", lambda: mean_of_ratios.solution()[::-1])


def from_jaccard_to_dice():
    values = np.array([0.2, 0.8])
    return (2 * values / (1 + values)).mean(), 2 * 0.5 / 1.5


mean_of_ratios.mistake("with 2 J / (1 + J), which leads from Jaccard to Dice", from_jaccard_to_dice)


@exercise(3, 3, "pair_of_sum_1, k_of_ray", "Only the ratio orders masks", see="weights(alpha=0.3, beta=0.6)")
def on_a_ray():
    r"""On which ray lies (0.3, 0.6)? Find the pair `pair_of_sum_1` with $\alpha + \beta = 1$ on it, and the $k$ of its
    F-measure, `k_of_ray`."""
    pair_of_sum_1 = (0.3 / 0.9, 0.6 / 0.9)
    k_of_ray = np.sqrt(0.6 / 0.3)
    return pair_of_sum_1, k_of_ray


on_a_ray.mistake("if k is the ratio itself; its square is", lambda: ((1 / 3, 2 / 3), 2.0))
on_a_ray.mistake("if alpha and beta are swapped", lambda: ((2 / 3, 1 / 3), np.sqrt(0.5)))
on_a_ray.mistake("if 0.1 is added to each weight: that leaves the ray", lambda: ((0.35, 0.65), np.sqrt(0.65 / 0.35)))


T, c = sp.symbols("T c", positive=True)


@exercise(
    3,
    4,
    "scaled",
    "Only the ratio orders masks",
    see="weights(alpha=1, beta=1)",
    stub='T, c = sp.symbols("T c", positive=True)\nscaled = ...',
)
def scaled_weights():
    r"""A mask has the index $T$ with the weights $(\alpha, \beta)$. Which index has it with $(c\,\alpha, c\,\beta)$? Give
    it as a SymPy expression `scaled` of `T` and `c`, and look why the order of masks stays.

    *Hint:* begin with (3.3), in which both weights stand on the right."""
    T, c = sp.symbols("T c", positive=True)
    scaled = T / (T + c * (1 - T))
    return scaled


scaled_weights.mistake("if the whole index is multiplied by c", lambda: c * T)
scaled_weights.mistake("if c stands with the overlap instead of the mistakes", lambda: c * T / (c * T + 1 - T))
