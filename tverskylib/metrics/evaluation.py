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

from tverskylib._checks import check_pair, check_values, describe, is_tensor
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


def evaluate(probabilities: Any, targets: Any, *, threshold: float = 0.5, batch_size: int | None = None) -> Evaluation:
    """The five metrics of a set of predictions, over positive and over all images, with what surrounds them.

    The conventions, those for empty masks among them, stand at the head of :mod:`tverskylib.metrics`.

    Args:
        probabilities: of the foreground, in [0, 1], (B, 1, H, W) or (B, 1, D, H, W), floating-point; NumPy or torch,
            on any device.
        targets: the same shape and kind, 0 and 1 only, any real dtype.
        threshold: the mask is ``probabilities >= threshold``, compared in double precision; in [0, 1].
        batch_size: images in a batch, for the mean of batches; None for no such mean. Only there does the order of
            the images matter.

    Returns:
        An :class:`Evaluation`, the same for arrays and tensors.

    Raises:
        TypeError, ValueError: an argument is of the wrong kind, shape, dtype or value; the message names it.

    Introduced in lesson 10.

    >>> found = evaluate(np.array([[[[0.9, 0.6, 0.2]]]]), np.array([[[[1, 0, 0]]]]))
    >>> found.over_all.mean_of_images.jaccard
    0.5
    """
    threshold, batch_size = _check_threshold(threshold), _check_batch_size(batch_size)
    probability, target = _checked_arrays(probabilities, targets)
    images = _Images(probability, target, probability >= np.float64(threshold))
    positive = images.counts[:, 0] + images.counts[:, 2] > 0
    return Evaluation(
        threshold=threshold,
        batch_size=batch_size,
        over_positive=images.summary(np.flatnonzero(positive), batch_size),
        over_all=images.summary(np.arange(positive.size), batch_size),
        missed_positives=_share(images.counts[positive, 0] == 0),
        flooded_negatives=_share(100 * images.counts[~positive, 1] > target[0].size),
        per_image=images.columns(),
    )


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if flags.size else None


class _Images:
    """Images without their channel axis, and what is found of each once."""

    def __init__(self, probability: NDArray[np.floating], target: NDArray[np.bool_], mask: NDArray[np.bool_]) -> None:
        self.probability, self.target = probability, target
        pairs = ((mask, target), (mask, ~target), (~mask, target), (~mask, ~target))
        axes = tuple(range(1, target.ndim))
        self.counts = np.stack([(one & other).sum(axis=axes) for one, other in pairs], axis=1)
        self.sums = np.stack([pixel_sums(p, y) for p, y in zip(probability, target, strict=True)])
        self.distances = [hd95(m, y) for m, y in zip(mask, target, strict=True)]
        self.scores = [self.score([i], self.distances[i]) for i in range(len(target))]

    def score(self, group: Sequence[int] | NDArray[np.intp], distance: float | None) -> Scores:
        """Of some images as one large image, but for the distance, which is given."""
        tp, fp, fn, tn = self.counts[group].sum(axis=0).tolist()
        return Scores(
            average_precision=average_precision(self.probability[group], self.target[group]),
            balanced_accuracy=balanced_accuracy(tp, fp, fn, tn),
            dice=dice(tp, fp, fn),
            jaccard=jaccard(tp, fp, fn),
            hd95=distance,
        )

    def summary(self, chosen: NDArray[np.intp], batch_size: int | None) -> Summary:
        starts = range(0, chosen.size, batch_size) if batch_size else ()
        batches = [chosen[start : start + batch_size] for start in starts] if batch_size else []
        tp, fp, fn, _ = self.counts[chosen].sum(axis=0).tolist()
        pixels = chosen.size * self.target[0].size
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


def _check_threshold(given: Any) -> float:
    if not isinstance(given, numbers.Real) or isinstance(given, bool):
        raise TypeError(f"threshold must be a number in [0, 1], got {describe(given)}")
    if not 0 <= float(given) <= 1:
        raise ValueError(f"threshold must be a number in [0, 1], got {given}")
    return float(given)


def _check_batch_size(given: Any) -> int | None:
    if given is None:
        return None
    if not isinstance(given, numbers.Integral) or isinstance(given, bool):
        raise TypeError(f"batch_size must be a whole number of images, at least 1, or None, got {describe(given)}")
    if given < 1:
        raise ValueError(f"batch_size must be a whole number of images, at least 1, or None, got {given}")
    return int(given)


@contextmanager
def _renamed() -> Iterator[None]:
    """The checks speak of one prediction and one target; here the arguments have other names."""
    try:
        yield
    except (TypeError, ValueError) as error:
        words = re.sub(r"\bprediction\b", "probabilities", re.sub(r"\btarget\b", "targets", str(error)))
        raise type(error)(words) from None


def _checked_arrays(probabilities: Any, targets: Any) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    with _renamed():
        check_pair(probabilities, targets, None, allow_bool=False)
    shape = tuple(probabilities.shape)
    if shape[1] != 1:
        raise ValueError(
            f"probabilities must have one channel, that of the foreground, (B, 1, H, W), got shape {shape}: "
            "choose a class c, probabilities[:, c:c+1] and targets[:, c:c+1]"
        )
    probability, slack = _array(probabilities)
    low, high = float(probability.min()), float(probability.max())
    with _renamed():
        check_values((low, high), (0.0, 0.0), slack=slack)
    target, _ = _array(targets)
    _check_binary(target)
    return np.clip(probability[:, 0], 0, 1), target[:, 0] == 1


def _array(x: Any) -> tuple[NDArray[Any], float]:
    """On the host, in a dtype that NumPy sorts and sums without loss; and the rounding error that may pass."""
    if is_tensor(x):
        import torch

        slack = 4 * torch.finfo(x.dtype).eps if x.is_floating_point() else 0.0
        x = x.detach().cpu()
        x = (x.float() if x.is_floating_point() and x.dtype != torch.float64 else x).numpy()
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
