"""Exercises of lesson 12: the same number in another library, and what a table can tell."""

import operator

import numpy as np
import torch
from monai.losses.dice import DiceLoss
from monai.metrics.meandice import DiceMetric

from tverskylib import metrics, peers, tiles
from tverskylib.exercises.exercise import exercise

real = tiles.real_image()
corners = [(i, j) for i in range(0, 512, 64) for j in range(0, 256, 64)]
probability, target = (
    torch.tensor(np.array([plane[i : i + 64, j : j + 64] for i, j in corners]))[:, None]
    for plane in (real.probability, real.target)
)
table = metrics.conventions(probability.double().numpy(), target.numpy(), batch_size=8)


def _monai(**settings):
    return DiceLoss(**settings)(*peers.batch(3)).item()


@exercise(12, 1, "theirs", "The same loss elsewhere", stub="p, y = peers.batch(3)\ntheirs = ...")
def in_monai():
    """Write with MONAI's `DiceLoss`, in `theirs`, what `tversky_loss(p[:, 1:], y[:, 1:], domain="batch", per_class=True,
    delta=2.0)` computes for three classes, background left out. Use `p, y = peers.batch(3)`."""
    p, y = peers.batch(3)
    theirs = DiceLoss(include_background=False, batch=True, smooth_nr=4.0, smooth_dr=4.0)(p, y)
    return theirs


in_monai.mistake(
    "with delta itself as smoothing: MONAI's stands beside 2 TP",
    lambda: _monai(include_background=False, batch=True, smooth_nr=2.0, smooth_dr=2.0),
)
in_monai.mistake(
    "image-wise, which is MONAI's default", lambda: _monai(include_background=False, smooth_nr=4.0, smooth_dr=4.0)
)
in_monai.mistake(
    "with the background as a class, which is MONAI's default", lambda: _monai(batch=True, smooth_nr=4.0, smooth_dr=4.0)
)
in_monai.mistake(
    "with MONAI's default smoothing, which is next to nothing", lambda: _monai(include_background=False, batch=True)
)
in_monai.mistake("for the index, and not the loss", lambda: 1 - in_monai.solution())
in_monai.mistake("with all of MONAI's defaults", _monai)
in_monai.mistake(
    "with the default smoothing, image by image, which is another default", lambda: _monai(include_background=False)
)
in_monai.mistake(
    "with half of delta as smoothing: it is twice delta, as MONAI's stands beside 2 TP",
    lambda: _monai(include_background=False, batch=True, smooth_nr=1.0, smooth_dr=1.0),
)
in_monai.mistake(
    "with smoothing below only", lambda: _monai(include_background=False, batch=True, smooth_nr=0.0, smooth_dr=4.0)
)


def _place_of(line):
    """The number from 0 of a line of the table; it may come as such, or as a label."""
    try:
        return operator.index(line) if np.ndim(line) == 0 else table.index.get_loc(tuple(line))
    except (TypeError, KeyError):
        raise ValueError(f"line must be one of table.index, got {line!r}") from None


@exercise(
    *(12, 2, "theirs, line", "Metrics: every convention at once"),
    probe=lambda theirs, line: (theirs, _place_of(line)),
)
def which_line():
    """MONAI's `DiceMetric` on these tiles, `probability` and `target`, cut at 0.5: which line of the table is it? Compute
    `theirs`, and `line`, its label in `table.index`.

    *Hint:* `metric = DiceMetric()`, then `metric(mask, target)` with float tensors, then `metric.aggregate().item()`."""
    metric = DiceMetric()
    metric((probability >= 0.5).float(), target.float())
    theirs = metric.aggregate().item()
    line = (table["dice"] - theirs).abs().idxmin()
    return theirs, line


def not_cut():
    metric = DiceMetric()
    metric(probability.float(), target.float())
    theirs = metric.aggregate().item()
    return theirs, (table["dice"] - theirs).abs().idxmin()


which_line.mistake("if the probabilities are not cut: the metric takes masks, and says nothing", not_cut)


def _right_number_with(*line):
    return lambda: (which_line.solution()[0], line)


which_line.mistake(
    "with the right number, and the line of a mean over batches", _right_number_with("mean of batches", "left out")
)
which_line.mistake("with the right number, and the line of the pooled counts", _right_number_with("pooled", "left out"))
for counted in ("1 if nothing is predicted", "always 0"):
    which_line.mistake(
        f"with the right number, and a line in which an empty target counts as {counted.removeprefix('always ')}",
        _right_number_with("mean of images", counted),
    )


def _first_word(found):
    """Of a verdict, or of all that `printed_scores` says."""
    return str(getattr(found, "verdict", found)).partition(" ")[0].strip(":,.")


@exercise(
    12, 3, "verdicts", "What a paper's table can tell", probe=lambda verdicts: [_first_word(one) for one in verdicts]
)
def three_tables():
    """Three tables print Dice and Jaccard as (0.900, 0.818), (0.85, 0.70) with two digits, and (0.80, 0.82). Put the three
    verdicts of `metrics.printed_scores` into a list `verdicts`, and say in your own words which table you would send back
    to its authors."""
    verdicts = [
        metrics.printed_scores(0.900, 0.818).verdict,
        metrics.printed_scores(0.85, 0.70, digits=2).verdict,
        metrics.printed_scores(0.80, 0.82, digits=2).verdict,
    ]
    # (0.85, 0.70): D / (2 - D) is 0.739, so 0.70 is too low for any mean. It goes back, with the third.
    return verdicts


def possible_second():
    first, _, third = three_tables.solution()
    return [first, metrics.printed_scores(0.85, 0.78, digits=2).verdict, third]


three_tables.mistake("if the second pair is read as a possible mean: 0.85 / 1.15 is 0.739, above 0.70", possible_second)
