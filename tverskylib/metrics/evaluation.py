"""All metrics of a set of predictions, as one record."""

from __future__ import annotations

import dataclasses
import math
import numbers
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import check_mask_values, check_pair, check_values, describe, is_tensor, on_host
from tverskylib._numbers import check_number, is_number
from tverskylib.metrics.confidence import Calibration, calibration, pixel_sums
from tverskylib.metrics.scores import (
    Scores,
    average_precision,
    balanced_accuracy,
    dice,
    hd95,
    jaccard,
    mean,
    mean_scores,
)


@dataclass(frozen=True)
class Summary:
    """Some images, the positive ones or all: three kinds of scores, and the calibration of the probabilities.

    ``foreground`` and ``predicted_foreground`` are shares of the pixels, in the targets and in the masks.
    """

    images: int
    foreground: float | None
    predicted_foreground: float | None
    mean_of_images: Scores
    mean_of_batches: Scores
    pooled: Scores
    calibration: Calibration


@dataclass(frozen=True)
class PerImage:
    """A column for each number, an entry for each image in the order given.

    ``np.array(column, dtype=float)`` makes an array; None, an average precision without foreground, becomes NaN.
    """

    true_positives: tuple[int, ...]
    false_positives: tuple[int, ...]
    false_negatives: tuple[int, ...]
    true_negatives: tuple[int, ...]
    average_precision: tuple[float | None, ...]
    balanced_accuracy: tuple[float, ...]
    dice: tuple[float, ...]
    jaccard: tuple[float, ...]
    hd95: tuple[float, ...]


@dataclass(frozen=True)
class Evaluation:
    """What :func:`evaluate` finds. Plain numbers and tuples of them; None where undefined, never NaN.

    ``missed_positives`` is the share of the positive images whose mask does not meet the target (TP = 0), and
    ``flooded_negatives`` the share of the negative images of which the mask covers more than 1 %.
    """

    threshold: float
    batch_size: int | None
    over_positive: Summary
    over_all: Summary
    missed_positives: float | None
    flooded_negatives: float | None
    per_image: PerImage = dataclasses.field(repr=False)

    def as_dict(self, *, per_image: bool = False) -> dict[str, Any]:
        """Dictionaries, lists, numbers and None, as JSON has them; the columns of the images on demand."""
        record: dict[str, Any] = dataclasses.asdict(self, dict_factory=_with_lists)
        if not per_image:
            del record["per_image"]
        return record


def _with_lists(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in items}


def evaluate(
    probabilities: Any,
    targets: Any,
    *,
    threshold: float = 0.5,
    batch_size: int | None = None,
    mask: Any = None,
) -> Evaluation:
    """The five metrics of a set of predictions, over positive and over all images, with what surrounds them.

    The conventions, those for empty masks among them, stand at the head of :mod:`tverskylib.metrics`.

    Args:
        probabilities: of the foreground, in [0, 1], (B, 1, H, W) or (B, 1, D, H, W), floating-point; NumPy or torch,
            on any device.
        targets: the same shape and kind, 0 and 1 only, any real dtype.
        threshold: the mask is ``probabilities >= threshold``, compared in double precision; in [0, 1].
        batch_size: images in a batch, for the mean of batches; None for no such mean. Only there does the order of
            the images matter.
        mask: 1 where a pixel counts, 0 where it does not, whatever stands there; the shape of ``probabilities``, of
            their kind; at least one pixel of each image must count. What does not count is in no number: not in the
            counts, nor in a ranking, a share, a bin or a distance. None: all pixels count.

    Returns:
        An :class:`Evaluation`, the same for arrays and tensors.

    Raises:
        TypeError, ValueError: an argument is of the wrong kind, shape, dtype or value; the message names it.

    Introduced in lesson 10.

    >>> found = evaluate(np.array([[[[0.9, 0.6, 0.2]]]]), np.array([[[[1, 0, 0]]]]))
    >>> found.over_all.mean_of_images.jaccard
    0.5
    """
    threshold, batch_size = check_threshold(threshold), check_batch_size(batch_size)
    images = Images(*checked_arrays(probabilities, targets, mask), threshold)
    positive = images.counts[:, 0] + images.counts[:, 2] > 0
    return Evaluation(
        threshold=threshold,
        batch_size=batch_size,
        over_positive=images.summary(np.flatnonzero(positive), batch_size),
        over_all=images.summary(np.arange(positive.size), batch_size),
        missed_positives=_share(images.counts[positive, 0] == 0),
        flooded_negatives=_share(100 * images.counts[~positive, 1] > images.pixels[~positive]),
        per_image=images.columns(),
    )


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if flags.size else None


class Images:
    """Images without their channel axis, and what is found of each once."""

    def __init__(
        self,
        probability: NDArray[np.floating],
        target: NDArray[np.bool_],
        mask: NDArray[np.bool_] | None,
        threshold: float,
    ) -> None:
        self.probability, self.target, self.mask = probability, target, mask
        called = probability >= np.float64(threshold)
        counted = np.ones_like(target) if mask is None else mask
        on, off = target & counted, ~target & counted
        axes = tuple(range(1, target.ndim))
        pairs = ((called, on), (called, off), (~called, on), (~called, off))
        self.counts = np.stack([(one & other).sum(axis=axes) for one, other in pairs], axis=1)
        self.pixels = self.counts.sum(axis=1)
        self.sums = np.stack([pixel_sums(*self.of([i])) for i in range(len(target))])
        self.distances = [hd95(m & c, y) for m, c, y in zip(called, counted, on, strict=True)]
        self.scores = [self.score([i], self.distances[i]) for i in range(len(target))]

    def of(self, group: Sequence[int] | NDArray[np.intp]) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
        """Probabilities and targets of the pixels that count, of some images."""
        probability, target = self.probability[group], self.target[group]
        if self.mask is None:
            return probability, target
        counted = self.mask[group]
        return probability[counted], target[counted]

    def score(self, group: Sequence[int] | NDArray[np.intp], distance: float | None) -> Scores:
        """Of some images as one large image, but for the distance, which is given."""
        tp, fp, fn, tn = self.counts[group].sum(axis=0).tolist()
        return Scores(
            average_precision=average_precision(*self.of(group)),
            balanced_accuracy=balanced_accuracy(tp, fp, fn, tn),
            dice=dice(tp, fp, fn),
            jaccard=jaccard(tp, fp, fn),
            hd95=distance,
        )

    def summary(self, chosen: NDArray[np.intp], batch_size: int | None) -> Summary:
        starts = range(0, chosen.size, batch_size) if batch_size else ()
        batches = [chosen[start : start + batch_size] for start in starts] if batch_size else []
        tp, fp, fn, tn = self.counts[chosen].sum(axis=0).tolist()
        pixels = tp + fp + fn + tn
        return Summary(
            images=chosen.size,
            foreground=(tp + fn) / pixels if pixels else None,
            predicted_foreground=(tp + fp) / pixels if pixels else None,
            mean_of_images=mean_scores([self.scores[i] for i in chosen]),
            mean_of_batches=mean_scores([self.score(b, mean(self.distances[i] for i in b)) for b in batches]),
            pooled=self.score(chosen, None) if pixels else Scores(),
            calibration=calibration(self.sums[chosen]),
        )

    def columns(self) -> PerImage:
        counts = (tuple(column) for column in self.counts.T.tolist())
        scores = zip(*(dataclasses.astuple(score) for score in self.scores), strict=True)
        return PerImage(*counts, *scores)


def check_threshold(given: Any) -> float:
    return check_number("threshold", given, 0, 1)


def check_batch_size(given: Any) -> int | None:
    if given is None:
        return None
    if not isinstance(given, numbers.Integral) or not is_number(given):
        raise TypeError(f"batch_size must be a whole number of images, at least 1, or None, got {describe(given)}")
    if given < 1:
        raise ValueError(f"batch_size must be a whole number of images, at least 1, or None, got {describe(given)}")
    return int(given)


@contextmanager
def _renamed() -> Iterator[None]:
    """The checks speak of one prediction and one target; here the arguments have other names."""
    try:
        yield
    except (TypeError, ValueError) as error:
        words = re.sub(r"\bprediction\b", "probabilities", re.sub(r"\btarget\b", "targets", str(error)))
        raise type(error)(words) from None


def checked_arrays(
    probabilities: Any, targets: Any, mask: Any
) -> tuple[NDArray[np.floating], NDArray[np.bool_], NDArray[np.bool_] | None]:
    """On the host and without the channel axis: probabilities in [0, 1], Boolean targets, and what counts."""
    with _renamed():
        check_pair(probabilities, targets, mask, allow_bool=False)
    shape = tuple(probabilities.shape)
    if shape[1] != 1:
        raise ValueError(
            f"probabilities must have one channel, that of the foreground, (B, 1, H, W), got shape {shape}: "
            "choose a class c, probabilities[:, c:c+1] and targets[:, c:c+1]"
        )
    (probability, slack), (target, _) = _array(probabilities), _array(targets)
    counted = None
    if mask is not None:
        counts, _ = _array(mask)
        check_mask_values(float(counts.min()), float(counts.max()), bool(((counts == 0) | (counts == 1)).all()))
        counted = counts[:, 0] == 1
        empty = np.flatnonzero(~counted.reshape(len(counted), -1).any(axis=1))
        if empty.size:
            raise ValueError(f"mask must leave at least one pixel of each image, got none of image {empty[0]}")
        probability, target = np.where(counts == 1, probability, 0), np.where(counts == 1, target, 0)
    low, high = float(probability.min()), float(probability.max())
    with _renamed():
        check_values((low, high), (0.0, 0.0), slack=slack)
    _check_binary(target)
    return np.clip(probability[:, 0], 0, 1), target[:, 0] == 1, counted


def _array(x: Any) -> tuple[NDArray[Any], float]:
    """On the host, in a dtype that NumPy sorts and sums without loss; and the rounding error that may pass."""
    if is_tensor(x):
        import torch

        slack = 4 * torch.finfo(x.dtype).eps if x.is_floating_point() else 0.0
        x = on_host(x)
    else:
        slack = 4 * float(np.finfo(x.dtype).eps) if x.dtype.kind == "f" else 0.0
    if x.dtype.kind == "f" and x.dtype not in (np.float32, np.float64):
        x = x.astype(np.float64)
    return x, slack


def _check_binary(target: NDArray[Any]) -> None:
    if target.dtype == bool or bool(((target == 0) | (target == 1)).all()):
        return
    low, high = float(target.min()), float(target.max())
    if math.isnan(low):
        raise ValueError("targets must hold 0 and 1 only, got NaN")
    if high == 255:
        hint = "if 255 marks the foreground, pass targets == 255"
    elif low >= 0 and high <= 1:
        hint = "soft labels become masks by targets >= 0.5"
    else:
        hint = "class numbers become the mask of class k by targets == k"
    raise ValueError(f"targets must hold 0 and 1 only, got values from {low:.4g} to {high:.4g}: {hint}")
