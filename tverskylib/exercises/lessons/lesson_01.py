"""Exercises of lesson 01: shapes, accuracy, and a Dice index by hand."""

import numpy as np
from scipy.special import softmax

from tverskylib import dice_index
from tverskylib.exercises.compare import as_array
from tverskylib.exercises.exercise import exercise


def _of_shares(images, classes, shares):
    """What counts of the shares: that none is below 0, and over which axis they add up to 1."""
    found = as_array(shares)
    if found.shape != (8, 4, 128, 128):
        raise ValueError(f"shares must have the shape of the logits, (8, 4, 128, 128), got {found.shape}")
    sums_to_1 = [bool(np.allclose(found.sum(axis=axis), 1, atol=1e-4)) for axis in (0, 1, 3)]
    return images, classes, [bool((found >= 0).all()), *sums_to_1]


@exercise(
    *(1, 1, "images, classes, shares", "From logits to probabilities"),
    see="activation()",
    stub="logits = np.random.default_rng(0).normal(size=(8, 4, 128, 128))\nimages, classes, shares = ..., ..., ...",
    probe=_of_shares,
)
def shapes():
    """A network outputs `logits` of shape `(8, 4, 128, 128)`. Store the number of images and of classes in `images` and
    `classes`. Turn random logits of that shape into probabilities `shares` that add up to 1 in every pixel."""
    logits = np.random.default_rng(0).normal(size=(8, 4, 128, 128))
    images, classes = logits.shape[:2]
    shares = softmax(logits, axis=1)
    return images, classes, shares


def _turned(rule, images=8, classes=4):
    return lambda: (images, classes, rule(np.random.default_rng(0).normal(size=(8, 4, 128, 128))))


shapes.mistake(
    "with the softmax over the last axis, a row of pixels, instead of axis 1, the classes",
    _turned(lambda logits: softmax(logits, axis=-1)),
)
shapes.mistake(
    "with the softmax over axis 0, the images, instead of axis 1, the classes",
    _turned(lambda logits: softmax(logits, axis=0)),
)
shapes.mistake(
    "if images and classes are taken for each other: the batch comes first",
    _turned(lambda logits: softmax(logits, axis=1), images=4, classes=8),
)
shapes.mistake(
    "if the shares of a pixel do not add up to 1, as with a sigmoid for each class",
    _turned(lambda logits: 1 / (1 + np.exp(-logits))),
)
shapes.mistake(
    "if the logits are divided by their sum: some are below 0, and no probability is",
    _turned(lambda logits: logits / logits.sum(axis=1, keepdims=True)),
)


@exercise(1, 2, "p_equal", "The foreground fraction, and why accuracy deceives", see="accuracy(p=0.2)")
def equal_accuracy():
    r"""From which foreground fraction downward does "everything is background" beat, in accuracy, a predictor with
    sensitivity 0.8 and false alarm rate 0.05? Call it `p_equal`.

    *Hint:* set the two accuracies equal, $1 - p = 0.8\,p + 0.95\,(1 - p)$."""
    p_equal = 1 / 17
    return p_equal


equal_accuracy.mistake("if the false alarm rate is a share of all pixels instead of the background", lambda: 0.05 / 0.8)
equal_accuracy.mistake("if it is the share of background, and not of foreground", lambda: 16 / 17)
equal_accuracy.mistake(
    "if the false alarms are compared with the pixels that are missed, not with those that are found",
    lambda: 0.05 / 0.25,
)


@exercise(
    1, 3, "dice, accuracy", "The foreground fraction, and why accuracy deceives",
    stub="found, truth = ..., ...\ndice, accuracy = ..., ...", see="overlap()",
)  # fmt: skip
def by_hand():
    """Three of the 16 pixels of a mask are foreground. A prediction finds two of them and marks one pixel wrongly. Build
    both as Boolean arrays of shape (1, 1, 4, 4), `found` and `truth`, and compute their Dice index and their accuracy,
    `dice` and `accuracy`."""
    truth, found = np.zeros((2, 1, 1, 4, 4), dtype=bool)
    truth[0, 0, 0, :3], found[0, 0, 0, 1:4] = True, True
    dice, accuracy = dice_index(found, truth), (found == truth).mean()
    return dice, accuracy


by_hand.mistake("if the index is Jaccard's, in which both mistakes count fully", lambda: (2 / 4, 14 / 16))
by_hand.mistake("if the pixel that was not found is forgotten: it counts too", lambda: (2 / 2.5, 15 / 16))
