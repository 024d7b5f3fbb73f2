"""Exercises of lesson 06: masks for doubtful targets."""

import numpy as np

from tverskylib import theory, tversky_from_counts
from tverskylib.exercises.exercise import exercise

t = np.array([0.9, 0.4, 0.3, 0.1])


def index(prediction, target, alpha=0.5, beta=0.5):
    tp = (prediction * target).sum()
    return tversky_from_counts(tp, prediction.sum() - tp, target.sum() - tp, alpha, beta)


@exercise(
    *(6, 1, "consensus, careful", "The theorem"),
    stub="vote = np.array([1, 2 / 3, 1 / 3, 0])\nconsensus, careful = ..., ...",
    see="sorted_labels([1, 2 / 3, 1 / 3, 0], cut=0)",
)
def vote_of_three():
    r"""Three doctors mark four pixels, and the shares of their votes are `vote` $= (1, \frac23, \frac13, 0)$. Which mask,
    `consensus`, has the best Dice against `vote`? Which has the best index with the weights (0.1, 0.9), which pay for
    recall, `careful`? Give both as lists of 0 and 1."""
    vote = np.array([1, 2 / 3, 1 / 3, 0])
    consensus, _ = theory.best_prediction(vote, 0.5, 0.5)
    careful, _ = theory.best_prediction(vote, 0.1, 0.9)
    return consensus, careful


vote_of_three.mistake(
    "if the same mask is given twice: the weights have another threshold. Compute it",
    lambda: ([1, 1, 0, 0], [1, 1, 0, 0]),
)
vote_of_three.mistake(
    "with the weights (0.9, 0.1), which pay for precision",
    lambda: ([1, 1, 0, 0], theory.best_prediction(np.array([1, 2 / 3, 1 / 3, 0]), 0.9, 0.1)[0]),
)
vote_of_three.mistake(
    "if the vote itself is the prediction: a mask without doubt does better",
    lambda: ([1, 2 / 3, 1 / 3, 0], [1, 2 / 3, 1 / 3, 0]),
)


@exercise(
    *(6, 2, "walk", "Finding the best cut"),
    stub="t = np.array([0.9, 0.4, 0.3, 0.1])\nwalk = ...",
    see="sorted_labels([0.9, 0.4, 0.3, 0.1], cut=0)",
)
def from_above():
    """Walk to the best cut of the four pixels `t = np.array([0.9, 0.4, 0.3, 0.1])` under Dice, but start from the guess 1
    instead of 0. Cut at the tau of the guess, compute the index of that mask, and make it the next guess. Collect the
    index of each of four steps in a list `walk`. Which step falls below its guess?"""
    walk, guess = [], 1.0
    for _ in range(4):
        cut = t > theory.optimal_threshold(guess, 0.5, 0.5)
        guess = index(cut, t)
        walk.append(guess)
    # The first one only.
    return walk


def from_below():
    walk, guess = [], 0.0
    for _ in range(4):
        guess = index(t > theory.optimal_threshold(guess, 0.5, 0.5), t)
        walk.append(guess)
    return walk


from_above.mistake("from the guess 0", from_below)


def index_for_tau():
    walk, guess = [], 1.0
    for _ in range(4):
        guess = index(t > guess, t)
        walk.append(guess)
    return walk


from_above.mistake("if the index itself is the cut, and not its tau: above 1 there is no pixel", index_for_tau)


def guesses():
    return [1.0, *from_above.solution()[:3]]


from_above.mistake("if the guess of each step is collected, and not the index that it leads to", guesses)


def taus():
    return [theory.optimal_threshold(guess, 0.5, 0.5) for guess in from_above.solution()]


from_above.mistake("if the thresholds are collected, and not the indices", taus)


@exercise(6, 3, "edge", "How much is marked", see="sorted_labels([1, 1, 1, 1, 1, 0.3, 0.3, 0.3, 0.3, 0.3])")
def the_edge():
    """Of ten pixels five are surely foreground, chance 1, and the five others have one chance in common. Which chance `edge`,
    in steps of 0.01 from 0.01, is the smallest at which the mask with the best Dice has all ten? Compare it with half of
    the Dice that the five sure pixels alone have there."""
    steps = np.arange(1, 100) / 100
    marked = [theory.best_prediction(np.r_[np.ones(5), np.full(5, c)], 0.5, 0.5)[0].sum() for c in steps]
    edge = steps[np.argmax(np.array(marked) == 10)]
    # Half of the Dice of the five sure pixels alone lies just below it.
    return edge


the_edge.mistake("with 0.5, by habit: accuracy cuts there", lambda: 0.5)
the_edge.off_by_one(0.01)


def tau_of_jaccard():
    steps = np.arange(1, 100) / 100
    alone = np.array([index(np.r_[np.ones(5), np.zeros(5)], np.r_[np.ones(5), np.full(5, c)]) for c in steps])
    return steps[np.argmax(steps > alone / (1 + alone))]


the_edge.mistake("for Jaccard's tau taken for Dice's half: T / (1 + T) belongs to Jaccard", tau_of_jaccard)
