"""Exercises of lesson 08: weights of penalties, and directions of a divergence."""

import numpy as np

from tverskylib.exercises.exercise import exercise


def entropy(q):
    return -(q * np.log(q)).sum()


def divergence(t, q):
    return (t * np.log(t / q)).sum()


@exercise(8, 1, "weight", "Two penalties", see="equivalence(epsilon=0.2)")
def equal_weight():
    r"""Which weight of the *label noise penalty* (with its factor $C$) gives the same minimum as label smoothing with
    $\varepsilon = 0.1$ and two classes? Call it `weight`. (With a weight $w$ beside the cross-entropy of a foreground
    pixel the minimum is at $\frac{1 + w}{1 + 2w}$.)"""
    weight = 0.1 / 0.9 / 2
    return weight


equal_weight.mistake("without the factor C of the label noise penalty", lambda: 0.1 / 0.9)
equal_weight.mistake("with the talk's weight: the factor 1 - epsilon in front divides it", lambda: 0.1)
equal_weight.mistake("if it is the prediction at the minimum, and not the weight that leads there", lambda: 0.95)
equal_weight.mistake("with epsilon / C: the factor 1 - epsilon in front divides it", lambda: 0.05)


def _lowest(penalised):
    grid = np.linspace(0.001, 0.999, 999)
    return grid[np.argmin([penalised(g) for g in grid])]


@exercise(8, 2, "doubt", "How hard they push", see="pushes(weight=0.2)")
def grid_of_doubt():
    """For two classes, find the prediction `doubt` of the right class that minimises cross-entropy plus 0.5 times the
    *confidence* penalty. Search the grid `np.linspace(0.001, 0.999, 999)`."""
    grid = np.linspace(0.001, 0.999, 999)
    losses = [-np.log(g) - 0.5 * entropy(np.array([g, 1 - g])) for g in grid]
    doubt = grid[np.argmin(losses)]
    return doubt


grid_of_doubt.mistake("with the label noise penalty", lambda: 0.75)
grid_of_doubt.mistake(
    "with base-2 logarithms in the entropy alone: all logarithms here are natural",
    lambda: _lowest(lambda g: -np.log(g) - 0.5 * entropy(np.array([g, 1 - g])) / np.log(2)),
)
grid_of_doubt.mistake("if the penalty is subtracted: minus the entropy is added", lambda: 0.999)
grid_of_doubt.mistake(
    "for the other class: asked is the prediction of the right one", lambda: 1 - grid_of_doubt.solution()
)
grid_of_doubt.mistake("with the weight 1", lambda: _lowest(lambda g: -np.log(g) - entropy(np.array([g, 1 - g]))))


@exercise(8, 3, "twice", "Two penalties", see="simplex(share=0.8, split=0.5)")
def two_directions():
    r"""Let $q = (q_1, \frac{1-q_1}{2}, \frac{1-q_1}{2})$ and let $q_1$ grow in steps of 0.01 from 0.5. From which $q_1$ on,
    `twice`, is $\mathrm{KL}(u\,\|\,q)$ more than twice $\mathrm{KL}(q\,\|\,u)$?"""
    even, steps = np.full(3, 1 / 3), np.arange(0.5, 1.0, 0.01)
    sure = [np.array([s, (1 - s) / 2, (1 - s) / 2]) for s in steps]
    twice = steps[np.argmax([divergence(even, q) > 2 * divergence(q, even) for q in sure])]
    return twice


def without_factor_two():
    even, steps = np.full(3, 1 / 3), np.arange(0.5, 1.0, 0.01)
    sure = [np.array([s, (1 - s) / 2, (1 - s) / 2]) for s in steps]
    return steps[np.argmax([divergence(even, q) > divergence(q, even) for q in sure])]


two_directions.off_by_one(0.01)
two_directions.mistake(
    "if the two directions change places: that never happens, and `argmax` of nothing is the first step", lambda: 0.5
)
two_directions.mistake("without the factor two: from here on the first is the larger one", without_factor_two)
