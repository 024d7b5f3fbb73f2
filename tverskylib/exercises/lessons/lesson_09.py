"""Exercises of lesson 09: penalties beside Dice, soft labels, the lottery."""

import numpy as np
import torch

from tverskylib import (
    Regularised,
    TverskyLoss,
    confidence_penalty,
    label_noise_penalty,
    theory,
    tversky_from_counts,
    tversky_loss,
)
from tverskylib.exercises.exercise import exercise

quarter = torch.tensor([1.0, 0, 0, 0]).reshape(1, 1, 2, 2)


def _needed(penalty, loss):
    grid = np.linspace(0.01, 0.99, 99)

    def best(w):
        penalised = Regularised(loss, penalty, w)
        return grid[np.argmin([penalised(quarter * g + (1 - quarter) * 0.01, quarter).item() for g in grid])]

    return next(k / 10 for k in range(1, 30) if best(k / 10) < 0.9)


@exercise(
    *(9, 1, "needed", "Over the whole mask"),
    see="penalised_landscape(p=0.25, weight=0.5)",
    stub="quarter = torch.tensor([1.0, 0, 0, 0]).reshape(1, 1, 2, 2)\nneeded = ...",
)
def enough_doubt():
    """An image has a quarter foreground: `quarter = torch.tensor([1.0, 0, 0, 0]).reshape(1, 1, 2, 2)`. Its background
    pixels are predicted 0.01. How large must the weight be, in steps of 0.1, so that Dice with the *confidence* penalty is
    lowest for a foreground prediction below 0.9? Call it `needed`; search over a grid of predictions from 0.01 to 0.99."""
    quarter = torch.tensor([1.0, 0, 0, 0]).reshape(1, 1, 2, 2)
    grid = np.linspace(0.01, 0.99, 99)

    def best_foreground(w):
        loss = Regularised(TverskyLoss(), confidence_penalty, w)
        return grid[np.argmin([loss(quarter * g + (1 - quarter) * 0.01, quarter).item() for g in grid])]

    needed = next(k / 10 for k in range(1, 30) if best_foreground(k / 10) < 0.9)
    return needed


enough_doubt.mistake(
    "with the label noise penalty, or with the sum over the pixels, not their mean",
    lambda: _needed(label_noise_penalty, TverskyLoss()),
)
enough_doubt.off_by_one(0.1)
enough_doubt.mistake("with Jaccard instead of Dice", lambda: _needed(confidence_penalty, TverskyLoss(1.0, 1.0)))


@exercise(9, 2, "widest", "Two forms that follow soft labels", see="three_forms(epsilon=0.4)")
def where_forms_differ():
    """The product and the minimum form agree on hard labels. For which soft label `widest`, the same in all pixels, do they
    differ most at a prediction that equals the label? Search in steps of 0.05, from 0.05.

    *Hint:* the minimum form is 0 there. So look where the product form is largest."""
    constant = np.arange(0.05, 1.0, 0.05)
    gaps = [tversky_loss(c, c).item() for c in (torch.full((1, 1, 4, 4), float(c)) for c in constant)]
    widest = constant[np.argmax(gaps)]
    # The product form is 1 - t there.
    return widest


where_forms_differ.mistake("if they are guessed to differ most at the greatest doubt, one half", lambda: 0.5)
where_forms_differ.mistake("if the product form is made small instead of large", lambda: 0.95)


@exercise(
    9,
    3,
    "everything, bar",
    "A lottery",
    see="sorted_labels([0.3, 0.3, 0.3])",
    stub="chances = np.arange(0.05, 1.0, 0.05)\neverything, bar = ..., ...",
)
def always_everything():
    r"""In a lottery nobody can tell the pixels apart: all have the same chance. Show that Dice says "everything" whatever the
    chance: compute `everything`, the Dice index of predicting all, and `bar`, its tau, as arrays for the `chances`
    $0.05, 0.10, \dots, 0.95$, and compare the bar with the chance.

    *Hint:* of $M$ pixels $qM$ are foreground on average. For Dice tau is half of the index."""
    chances = np.arange(0.05, 1.0, 0.05)
    everything = tversky_from_counts(chances, 1 - chances, 0 * chances)
    bar = np.array([theory.optimal_threshold(value, 0.5, 0.5) for value in everything])
    # The bar lies below the chance everywhere.
    return everything, bar


def jaccard_of_all():
    q = np.arange(0.05, 1.0, 0.05)
    return q, q / (1 + q)


always_everything.mistake("with Jaccard: its index of predicting all is the chance itself", jaccard_of_all)


def index_as_bar():
    q = np.arange(0.05, 1.0, 0.05)
    return 2 * q / (1 + q), 2 * q / (1 + q)


def bar_of_jaccard():
    q = np.arange(0.05, 1.0, 0.05)
    everything = 2 * q / (1 + q)
    return everything, everything / (1 + everything)


always_everything.mistake("with Jaccard's tau, T / (1 + T), for the index of Dice", bar_of_jaccard)


def half_of_chance():
    q = np.arange(0.05, 1.0, 0.05)
    return q, q / 2


always_everything.mistake(
    "with precision, which is the chance: Dice compares it with recall, which is 1 here", half_of_chance
)
always_everything.mistake("if the two change places", lambda: always_everything.solution()[::-1])
always_everything.mistake("if the bar is the index, and not half of it", index_as_bar)
