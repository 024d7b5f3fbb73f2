"""Every public name with what people pass: refused by name, or right against exact arithmetic; inputs stay as they are.

A row is a function, arguments that are right, and for each argument the odd values of its kind. One argument at a
time is odd. What a value can not mean must be refused, with the argument's name and what was expected; what it can
mean must give the number of a slow reference, in fractions or double precision.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from odd_values import FLAGS, arrays_for, choices, numbers_for, tensors_for, with_value

import tverskylib as tl
from tverskylib import metrics, theory

PACKAGES = ("", ".metrics", ".theory", ".figures", ".explorers", ".tiles", ".training")


@dataclass
class Row:
    """A call that is right, the odd values of its arguments, and what it should give, of the meant values."""

    function: Callable[..., Any]
    good: dict[str, Any]
    odd: dict[str, list[tuple[Any, bool]]]
    reference: Callable[..., Any]
    also_named: dict[str, str] = field(default_factory=dict)  # what a message may say instead of the argument


# The exact reference


def exact(p: Any, y: Any, alpha: Any, beta: Any, delta: Any, domain: str, per_class: bool, form: str, keep: Any) -> Any:
    """The index by its definition, in fractions; one number an image and class, or NaN for 0/0."""
    p, y = (np.vectorize(Fraction, otypes=[object])(numbers(x)) for x in (p, y))
    keep = np.ones(p.shape, int) if keep is None else np.broadcast_to(numbers(keep), p.shape).astype(int)
    p, y = p * keep, y * keep
    axes = tuple(k for k in range(p.ndim) if not ((k == 0 and domain == "image") or (k == 1 and per_class)))
    tp = np.asarray((np.minimum(p, y) if form == "minimum" else p * y).sum(axis=axes))
    return tp, np.asarray(p.sum(axis=axes)) - tp, np.asarray(y.sum(axis=axes)) - tp


def index_of(tp: Any, fp: Any, fn: Any, alpha: Any, beta: Any, delta: Any) -> Any:
    a, b, d = (Fraction(float(x)) for x in (alpha, beta, delta))

    def one(tp: Any, fp: Any, fn: Any) -> float:
        denominator = tp + a * fp + b * fn + d
        return float((tp + d) / denominator) if denominator else math.nan

    return np.vectorize(one, otypes=[float])(*(exact_numbers(x) for x in (tp, fp, fn)))


def numbers(x: Any) -> np.ndarray:
    x = x.detach().double().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
    return x.astype(float)


def exact_numbers(x: Any) -> np.ndarray:
    x = x.numpy() if isinstance(x, torch.Tensor) else x
    return np.vectorize(lambda v: v if isinstance(v, Fraction) else Fraction(float(v)), otypes=[object])(x)


def right_index(prediction, target, alpha=0.5, beta=0.5, *, delta=0.0, domain="batch", per_class=False, mask=None):
    counts = exact(prediction, target, alpha, beta, delta, domain, per_class, "product", mask)
    return index_of(*counts, alpha, beta, delta)


def right_loss(
    prediction, target, alpha=0.5, beta=0.5, *, delta=1e-5, domain="batch", per_class=False, from_logits=False,
    soft_labels="product", mask=None, reduction="mean", validate=True, group=None,
):  # fmt: skip
    if from_logits:
        prediction = {True: torch.softmax, "softmax": torch.softmax}.get(from_logits, lambda x, _: x.sigmoid())(
            prediction.double(), 1
        )
    counts = exact(prediction, target, alpha, beta, delta, domain, per_class, soft_labels, mask)
    loss = 1 - index_of(*counts, alpha, beta, delta)
    return loss if reduction == "none" else loss.sum() if reduction == "sum" else loss.mean()


def right_counts(prediction, target, *, domain="batch", per_class=False, soft_labels="product", mask=None):
    counts = exact(prediction, target, 0, 0, 0, domain, per_class, soft_labels, mask)
    return [np.asarray(count).astype(float) for count in counts]


def right_penalty(prediction, *, from_logits=False, mask=None, validate=True, of):
    p = numbers(prediction)
    if from_logits == "sigmoid":
        p = np.stack([1 / (1 + np.exp(-p)), 1 / (1 + np.exp(p))])
    elif from_logits:
        p = np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
    terms = -np.log(p) if of == "label noise" else p * np.log(p)
    pixels = terms.sum(axis=(0, 2) if terms.ndim == 5 else 1)
    return pixels.mean() if mask is None else pixels[numbers(mask)[:, 0] == 1].mean()


# The rows

DRAW = np.random.default_rng(0)
P = DRAW.integers(1, 16, (2, 2, 3, 4)) / 16  # sixteenths are exact in every dtype
P[:, 1] = 1 - P[:, 0]
Y = DRAW.integers(0, 2, (2, 2, 3, 4)).astype(float)
Y[:, 0, 0, 0], Y[:, 1, 0, 0] = 1, 0
M = np.ones((2, 1, 3, 4))
M[..., -1] = 0
TP, TY, TM = (torch.from_numpy(x).float() for x in (P, Y, M))

WEIGHTS = {name: numbers_for(0) for name in ("alpha", "beta", "delta")}
SINGLE = {name: numbers_for(0, 1e36) for name in WEIGHTS}  # a sum of float32 would become infinite
OPTIONS = {"domain": choices("batch", "image"), "per_class": FLAGS}
FORMS = choices("product", "minimum")
LOGITS = [(x, True) for x in (False, True, "sigmoid", "softmax")] + [
    (x, False) for x in (None, 1, "tanh", [True], b"x")
]
TENSORS = {"prediction": tensors_for(TP, integers=False), "target": tensors_for(TY, integers=True)}
ARRAYS = {
    "prediction": arrays_for(P, integers=False),
    "target": arrays_for(Y, integers=True),
    "mask": [(x, meant) for x, meant in arrays_for(M, integers=True) if x is not None],
}
MASKS = {"mask": [(x, meant or x is None) for x, meant in tensors_for(TM, integers=True)]}
GOOD = {"prediction": TP, "target": TY, "alpha": 0.25, "beta": 0.5, "delta": 0.125, "mask": TM}
GOOD_ARRAYS = {**GOOD, "prediction": P, "target": Y, "mask": M}
SCALARS = {"alpha", "beta", "delta"}


def without(good: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in good.items() if name not in names}


def is_a_number(x: Any) -> bool:
    """An array or a tensor of one number: the formula broadcasts."""
    return (isinstance(x, np.ndarray) and x.dtype.kind == "f" and x is not np.ma.masked) or isinstance(x, torch.Tensor)


def as_module(prediction, target, mask=None, **settings):
    return tl.TverskyLoss(**settings)(prediction, target, mask)


def as_regularised(prediction, target, epsilon, mask=None):
    return tl.Regularised(tl.TverskyLoss(), tl.confidence_penalty, epsilon)(prediction, target, mask)


def right_regularised(prediction, target, epsilon, mask=None):
    penalty = right_penalty(prediction, mask=mask, of="confidence")
    return right_loss(prediction, target, mask=mask) + float(epsilon) * penalty


LOSS = {**TENSORS, **MASKS, **SINGLE, **OPTIONS, "soft_labels": FORMS, "validate": FLAGS, "from_logits": LOGITS}
LOSS |= {"reduction": choices("mean", "sum", "none"), "group": [(None, True), (1, False), ("world", False)]}
COUNTS = {name: numbers_for(0) for name in ("tp", "fp", "fn")}
CLASS_MAP = DRAW.integers(0, 3, (2, 3, 4))
INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
CLASS_MAPS = [(CLASS_MAP.astype(dtype), True) for dtype in INTEGERS] + [(CLASS_MAP.astype(">i4"), True)]
CLASS_MAPS += [(CLASS_MAP.astype(dtype), False) for dtype in ("bool", "float32", "complex64", "object", "str")]
CLASS_MAPS += [(with_value(CLASS_MAP, value), False) for value in (-1, 3, 255, 2**60)]
CLASS_MAPS += [(with_value(CLASS_MAP.astype("uint64"), value), False) for value in (3, 2**64 - 1)]
CLASS_MAPS += [(x, False) for x in (CLASS_MAP[0], CLASS_MAP[:0], CLASS_MAP[:, None, None], np.ma.array(CLASS_MAP))]
CLASS_MAPS += [(x, False) for x in (None, 1, "map", CLASS_MAP.tolist())]
SOFT = np.array([0.25, 0.75, 0.5, 1.0])
POSITIVE, SHARE = numbers_for(0, above=True), numbers_for(0, 1, below=True)

TABLE: dict[str, list[Row]] = {
    "tversky_loss": [Row(tl.tversky_loss, GOOD, LOSS, right_loss)],
    "TverskyLoss": [Row(as_module, GOOD, LOSS, right_loss)],
    "tversky_index": [
        Row(tl.tversky_index, GOOD, {**TENSORS, **MASKS, **SINGLE, **OPTIONS}, right_index),
        Row(tl.tversky_index, GOOD_ARRAYS, {**ARRAYS, **WEIGHTS, **OPTIONS}, right_index),
    ],
    "dice_index": [
        Row(
            tl.dice_index,
            without(GOOD_ARRAYS, "alpha", "beta"),
            {**ARRAYS, "delta": WEIGHTS["delta"], **OPTIONS},
            right_index,
        )
    ],
    "jaccard_index": [
        Row(
            tl.jaccard_index,
            without(GOOD_ARRAYS, "alpha", "beta"),
            {**ARRAYS, "delta": WEIGHTS["delta"], **OPTIONS},
            lambda *a, **k: right_index(*a, alpha=1, beta=1, **k),
        )
    ],
    "soft_counts": [
        Row(tl.soft_counts, without(GOOD, *SCALARS), {**TENSORS, **MASKS, **OPTIONS, "soft_labels": FORMS}, right_counts),
        Row(tl.soft_counts, without(GOOD_ARRAYS, *SCALARS), {**ARRAYS, **OPTIONS, "soft_labels": FORMS}, right_counts),
    ],
    "tversky_from_counts": [
        Row(
            tl.tversky_from_counts,
            {"tp": 3, "fp": 1, "fn": 2, "alpha": 0.25, "beta": 0.5, "delta": 0.125},
            {name: [(x, meant or is_a_number(x)) for x, meant in numbers_for(0)] for name in (*COUNTS, *WEIGHTS)},
            index_of,
        )
    ],
    "threshold_counts": [
        Row(
            tl.threshold_counts,
            {"probability": P, "target": Y == 1, "thresholds": [0.25, 0.5]},
            {
                "probability": arrays_for(P, integers=False),
                "target": [(Y == 1, True), (Y, False), (Y.astype(int), False), (np.ma.array(Y == 1), False), (None, False)],
                "thresholds": [(x, meant) for x, meant in numbers_for(0, 1) if isinstance(x, (int, float, str, type(None)))]
                + [(x, meant) for x, meant in arrays_for(SOFT, integers=False) if np.ndim(x) == 1 and np.size(x)],
            },
            lambda probability, target, thresholds: [
                np.array([((numbers(probability) >= t) & at).sum() for t in np.ravel(thresholds)]).reshape(
                    np.shape(thresholds)
                )
                for at in (target, ~target)
            ],
        )
    ],
    "one_hot": [
        Row(
            tl.one_hot,
            {"class_map": CLASS_MAP, "num_classes": 3},
            {
                "class_map": CLASS_MAPS,
                "num_classes": numbers_for(3, 65536, whole=True),
            },
            lambda class_map, num_classes: np.moveaxis(np.eye(num_classes)[class_map.astype(int)], -1, 1),
        ),
        Row(
            tl.one_hot,
            {"class_map": torch.from_numpy(CLASS_MAP), "num_classes": 3},
            {
                "class_map": [
                    (torch.from_numpy(x), meant)
                    for x, meant in CLASS_MAPS
                    if type(x) is np.ndarray and x.dtype.kind in "buif" and x.dtype.isnative
                ]
            },
            lambda class_map, num_classes: np.moveaxis(np.eye(num_classes)[class_map.numpy().astype(int)], -1, 1),
        ),
    ],
    "smooth_labels": [
        Row(
            tl.smooth_labels,
            {"target": target, "epsilon": 0.25, "num_classes": 2},
            {"target": kinds, "epsilon": SHARE, "num_classes": [*numbers_for(1, 65536, whole=True)[:-1], (None, True)]},
            lambda target, epsilon, num_classes=None: (
                (1 - float(epsilon)) * numbers(target) + float(epsilon) / (num_classes or 2)
            ),
        )
        for target, kinds in ((Y, ARRAYS["target"]), (TY, TENSORS["target"]))
    ],
    "confidence_penalty": [
        Row(
            tl.confidence_penalty,
            {"prediction": TP, "mask": TM},
            {"prediction": TENSORS["prediction"], **MASKS, "validate": FLAGS, "from_logits": LOGITS},
            lambda **given: right_penalty(**given, of="confidence"),
        )
    ],
    "label_noise_penalty": [
        Row(
            tl.label_noise_penalty,
            {"prediction": TP, "mask": TM},
            {"prediction": TENSORS["prediction"], **MASKS, "validate": FLAGS, "from_logits": LOGITS},
            lambda **given: right_penalty(**given, of="label noise"),
        )
    ],
    "Regularised": [
        Row(
            as_regularised,
            {"prediction": TP, "target": TY, "epsilon": 0.5, "mask": TM},
            {**TENSORS, **MASKS, "epsilon": numbers_for(0)},
            right_regularised,
        )
    ],
    "metrics.dice": [
        Row(metrics.dice, {"tp": 3, "fp": 1, "fn": 2}, COUNTS, lambda **c: index_of(**c, alpha=0.5, beta=0.5, delta=0))
    ],
    "metrics.jaccard": [
        Row(metrics.jaccard, {"tp": 3, "fp": 1, "fn": 2}, COUNTS, lambda **c: index_of(**c, alpha=1, beta=1, delta=0))
    ],
    "theory.optimal_threshold": [
        Row(
            theory.optimal_threshold,
            {"index": 0.5, "alpha": 0.25, "beta": 0.5},
            {"alpha": POSITIVE, "beta": POSITIVE},
            lambda index, alpha, beta: float(
                Fraction(float(alpha)) * Fraction(index)
                / (1 + (Fraction(float(alpha)) + Fraction(float(beta)) - 1) * Fraction(index))
            ),
        )
    ],
}  # fmt: skip


def cases() -> list[Any]:
    found = []
    for name, rows in TABLE.items():
        for number, row in enumerate(rows):
            for argument, values in row.odd.items():
                for place, (value, meant) in enumerate(values):
                    found.append(pytest.param(row, argument, value, meant, id=f"{name}-{number}-{argument}-{place}"))
    return found


def snapshot(x: Any) -> Any:
    if isinstance(x, torch.Tensor) and x.layout == torch.strided and not x.is_meta and not x.is_nested:
        return x.detach().clone().contiguous().view(torch.uint8).tolist() if x.numel() and x.ndim else str(x)
    return x.tobytes() if isinstance(x, np.ndarray) and not np.ma.isMaskedArray(x) else repr(x)


@pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::RuntimeWarning", "ignore:.*:numpy.exceptions.ComplexWarning"
)
@pytest.mark.parametrize(("row", "argument", "value", "meant"), cases())
def test_a_call_is_right_or_refused_by_name(row, argument, value, meant):
    given = {**row.good, argument: value}
    before = {name: snapshot(x) for name, x in given.items()}
    try:
        result = row.function(**given)
    except (TypeError, ValueError) as error:
        named = "|".join([*given, *row.also_named])
        assert re.match(rf"({named})\b", str(error)), f"the message names no argument: {error}"
        assert not meant, f"refused what has a meaning: {error}"
    else:
        assert meant, f"accepted what has none: {result}"
        for found, expected in zip(*map(as_list, (result, row.reference(**given))), strict=True):
            np.testing.assert_allclose(numbers(found), numbers(expected), rtol=1e-5, atol=1e-6)
    assert {name: snapshot(x) for name, x in given.items()} == before


def as_list(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def test_there_are_enough_calls():
    assert len(cases()) >= 600
