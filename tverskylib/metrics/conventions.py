"""One set of predictions under every convention, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._extras import optional
from tverskylib.metrics.evaluation import Images, check_batch_size, check_threshold, checked_arrays
from tverskylib.metrics.scores import Scores, mean, mean_scores

if TYPE_CHECKING:
    import pandas as pd

IMAGES, BATCHES, POOLED = "mean of images", "mean of batches", "pooled"
LEFT_OUT, ONE, ZERO, COUNTED = "left out", "1 if nothing is predicted", "always 0", "counted"


def conventions(
    probabilities: Any, targets: Any, *, threshold: float = 0.5, batch_size: int = 8, mask: Any = None
) -> pd.DataFrame:
    """The five metrics under all conventions in use: what a paper's number may mean.

    Three ways to many images: the mean of images, the mean of batches, and all images pooled. And several ways with an
    image whose target is empty:

    - *left out*: only images with foreground are looked at. (MONAI's ``ignore_empty=True``.)
    - *1 if nothing is predicted*: Dice and Jaccard of two empty masks are 1 and HD95 is 0; of a false alarm they are 0
      and 1. (This project's convention.)
    - *always 0*: of two empty masks, too, Dice and Jaccard are 0 and HD95 is 1, as TP / (TP + FP + FN + tiny) says.
    - *counted*: pooled, its pixels are in the counts, and no rule is needed.

    A batch is scored as one large image. Average precision needs foreground, and is left out where there is none.

    Args:
        probabilities, targets, threshold, mask: as in :func:`evaluate`.
        batch_size: images in a batch, in the order given; at least 1.

    Returns:
        Rows by ("how", "empty targets"); a column for each metric, NaN where undefined, and ``scores``, how many
        numbers a mean is made of.

    Raises:
        TypeError, ValueError: as :func:`evaluate`.

    Introduced in lesson 10.

    >>> p, y = np.array([[[[0.9, 0.2]]], [[[0.1, 0.3]]]]), np.array([[[[1, 1]]], [[[0, 0]]]])
    >>> conventions(p, y)["dice"].round(2).tolist()
    [0.67, 0.83, 0.33, 0.67, 0.67, 0.67, 0.67, 0.67]
    """
    with optional():
        import pandas as pd

    threshold, size = check_threshold(threshold), check_batch_size(batch_size)
    if size is None:
        raise TypeError("batch_size must be a whole number of images, at least 1, got None")
    images = Images(*checked_arrays(probabilities, targets, mask), threshold)
    positive = images.counts[:, 0] + images.counts[:, 2] > 0
    chosen = {LEFT_OUT: np.flatnonzero(positive), ONE: np.arange(positive.size), ZERO: np.arange(positive.size)}
    rows = {}
    for way, length in ((IMAGES, 1), (BATCHES, size)):
        for rule, numbers in chosen.items():
            groups = [numbers[start : start + length] for start in range(0, numbers.size, length)]
            scores = [_score(images, group, rule) for group in groups]
            rows[way, rule] = {**asdict(mean_scores(scores)), "scores": len(scores)}
    for rule, numbers in ((LEFT_OUT, chosen[LEFT_OUT]), (COUNTED, chosen[ONE])):
        score = images.score(numbers, None) if numbers.size else Scores()
        rows[POOLED, rule] = {**asdict(score), "scores": int(numbers.size > 0)}
    table = pd.DataFrame.from_dict(rows, orient="index").astype({name: float for name in asdict(Scores())})
    table.index = table.index.set_names(["how", "empty targets"])
    return table


def _score(images: Images, group: NDArray[np.intp], rule: str) -> Scores:
    """Of some images as one, where the distance is the mean of theirs."""
    distances = [1.0 if rule == ZERO and _nothing(images, [i]) else images.distances[i] for i in group]
    found = images.score(group, mean(distances))
    return replace(found, dice=0.0, jaccard=0.0) if rule == ZERO and _nothing(images, group) else found


def _nothing(images: Images, group: Sequence[int] | NDArray[np.intp]) -> bool:
    """Whether there is no foreground, neither in the targets nor in the masks."""
    return not images.counts[group, :3].any()
