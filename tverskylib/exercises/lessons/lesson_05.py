"""Exercises of lesson 05: delta, batches and classes."""

import numpy as np
import torch

from tverskylib import one_hot, tversky_from_counts, tversky_loss
from tverskylib.exercises.exercise import exercise

classes = np.zeros((2, 10, 10), dtype=int)
classes[0, 6:], classes[1, 7:], classes[0, 8:, 8:] = 1, 1, 2
missed = np.where(classes == 2, 1, classes)


@exercise(5, 1, "best_delta", "Empty masks: what delta really does", see="empty_mask(predicted=2621)")
def strongest_pull():
    """An image of 512 × 512 pixels is empty and the network says 0.01 everywhere. Which delta, `best_delta`, makes the pull
    of this image strongest for Dice?"""
    S_512 = 0.01 * 512 * 512
    best_delta = 0.5 * S_512
    return best_delta


strongest_pull.mistake("without alpha: the pull is strongest at alpha S", lambda: 0.01 * 512 * 512)
strongest_pull.mistake("with S / alpha instead of alpha S", lambda: 0.01 * 512 * 512 / 0.5)
strongest_pull.mistake("with the number of pixels instead of the sum of the prediction", lambda: 0.5 * 512 * 512)
strongest_pull.mistake("for the untrained network of the text, with 64 × 64 pixels at 0.5", lambda: 1024.0)


def _dices(mine):
    """Batch-wise and image-wise Dice of two images."""
    rows = np.asarray(mine, dtype=float)
    if rows.shape != (2, 3) or rows.min() < 0:
        raise ValueError(
            f"mine must be TP, FP and FN of two images, shape (2, 3) and none below 0, got {rows.tolist()}"
        )
    with np.errstate(invalid="ignore"):  # 0/0 of an image without counts
        return tversky_from_counts(*rows.sum(axis=0)), tversky_from_counts(*rows.T).mean()


@exercise(
    5,
    2,
    "mine",
    "A weighted mean",
    see="composer()",
    accepts=lambda mine: np.less(*_dices(mine)) and not np.isclose(*_dices(mine)),
    stub="mine = np.array([[..., ..., ...], [..., ..., ...]])",
)
def a_lower_batch():
    r"""Find two images (counts of your own, in an array `mine` of shape (2, 3)) for which batch-wise Dice is *lower* than
    image-wise Dice, with $\delta = 0$.

    *Hint:* batch-wise follows the image with the larger denominator. Make that one the worse."""
    mine = np.array([[10, 0, 0], [100, 400, 400]])
    return mine


a_lower_batch.mistake(
    "if an image has no count at all: its Dice is 0/0",
    lambda: [[10, 5, 5], [0, 0, 0]],
    lambda mine: not np.asarray(mine, dtype=float).any(axis=1).all(),
)
a_lower_batch.mistake(
    "where both agree: the Dice of the two images, or their denominators, are equal",
    lambda: [[10, 5, 5], [20, 10, 10]],
    lambda mine: np.isclose(*_dices(mine)),
)
a_lower_batch.mistake(
    "where the image with the larger denominator is the better one: batch-wise is higher",
    lambda: [[100, 1, 1], [1, 4, 4]],
    lambda mine: np.greater(*_dices(mine)),
)


@exercise(5, 3, "of_classes", "Several classes: a mean, but of what?")
def an_absent_class():
    r"""A fourth class, necrosis, is in neither image and is never predicted. How does `tversky_loss` with `per_class=True`
    and $\delta = 10^{-5}$ treat it? Compute the batch-wise losses `of_classes` for the prediction `missed` with
    `num_classes=4` and `reduction="none"`, and say what the fourth does to the mean.

    *Hint:* `torch.tensor(one_hot(..., 4))`. In the fourth class, what is the loss if TP = FP = FN = 0?"""
    four = [torch.tensor(one_hot(found, 4)) for found in (missed, classes)]
    of_classes = tversky_loss(*four, delta=1e-5, per_class=True, reduction="none")
    # Its loss is 0, which makes the mean look better.
    return of_classes


def of_each_image():
    four = [torch.tensor(one_hot(found, 4)) for found in (missed, classes)]
    return tversky_loss(*four, delta=1e-5, per_class=True, reduction="none", domain="image")


an_absent_class.mistake("image-wise: a loss for each class of each image", of_each_image)


def without_the_fourth():
    three = [torch.tensor(one_hot(found, 3)) for found in (missed, classes)]
    return tversky_loss(*three, delta=1e-5, per_class=True, reduction="none")


an_absent_class.mistake("with three classes, the fourth forgotten", without_the_fourth)
an_absent_class.mistake("if they are the indices, one minus the losses", lambda: 1 - an_absent_class.solution())
an_absent_class.mistake(
    'with the mean over the classes, `reduction="none"` forgotten',
    lambda: tversky_loss(
        torch.tensor(one_hot(missed, 4)), torch.tensor(one_hot(classes, 4)), delta=1e-5, per_class=True
    ),
)
