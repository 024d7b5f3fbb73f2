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
    see="sorted_labels([1, 2 / 3, 1 / 3, 0])",
    stub="vote = np.array([1, 2 / 3, 1 / 3, 0])\nconsensus, careful = ..., ...",
)
def vote_of_three():
    r"""Three doctors mark four pixels, and `vote`, $(1, \frac23, \frac13, 0)$, is the share of them that marks each. Which
    mask, `consensus`, has the best Dice against it? Which has the best recall-heavy index (0.1, 0.9), `careful`? Give both as lists of 0 and 1."""
    vote = np.array([1, 2 / 3, 1 / 3, 0])
    consensus, _ = theory.best_prediction(vote, 0.5, 0.5)
    careful, _ = theory.best_prediction(vote, 0.1, 0.9)
    return consensus, careful


vote_of_three.mistake(
    "if the same mask is given twice: the second threshold is lower. Compute it", lambda: ([1, 1, 0, 0], [1, 1, 0, 0])
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
    see="sorted_labels(cut=1)",
    stub="t = np.array([0.9, 0.4, 0.3, 0.1])\nwalk = ...",
)
def from_above():
    """Start from the guess 1 instead of 0, on the four pixels `t` of the lesson and with Dice. Collect the index of each of four steps in a list
    `walk`. Which step falls below its guess?"""
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


from_above.mistake("if the index itself is the cut, and not its tau", index_for_tau)


@exercise(6, 3, "edge", "How much is marked", see="sorted_labels([1, 1, 1, 0.5, 0.5])")
def the_edge():
    """Of ten pixels five are surely foreground, and the five others have one chance. Which chance `edge`, in steps of 0.01
    from 0.01, is the smallest at which the five others are marked under Dice? Compare it with half of the Dice that the five sure pixels alone have there."""
    steps = np.arange(1, 100) / 100
    marked = [theory.best_prediction(np.r_[np.ones(5), np.full(5, c)], 0.5, 0.5)[0].sum() for c in steps]
    edge = steps[np.argmax(np.array(marked) == 10)]
    # Half of the Dice of the five sure pixels alone lies just below it.
    return edge


the_edge.mistake("with 0.5, by habit: accuracy cuts there", lambda: 0.5)
the_edge.mistake("one step early: at this chance the five are not marked yet", lambda: the_edge.solution() - 0.01)


def tau_of_jaccard():
    steps = np.arange(1, 100) / 100
    alone = np.array([index(np.r_[np.ones(5), np.zeros(5)], np.r_[np.ones(5), np.full(5, c)]) for c in steps])
    return steps[np.argmax(steps > alone / (1 + alone))]


the_edge.mistake("for Jaccard's tau taken for Dice's half: T / (1 + T) belongs to Jaccard", tau_of_jaccard)
