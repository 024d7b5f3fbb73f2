"""Every public name with what people pass: refused by name, or right against exact arithmetic; inputs stay as they are.

A row is a function, arguments that are right, and for each argument the odd values of its kind. One argument at a
time is odd. What a value can not mean must be refused, with the argument's name and what was expected; what it can
mean must give the number of a slow reference, in fractions or double precision.
"""

from __future__ import annotations

import importlib
import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from odd_values import FLAGS, arrays_for, choices, numbers_for, tensors_for, with_value
from stated import stated
from traitlets import TraitError

import tverskylib as tl
from tverskylib import metrics, theory, tiles, training
from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.training import settings

PACKAGES = ("", ".metrics", ".theory", ".figures", ".explorers", ".tiles", ".training", ".peers")


@dataclass
class Row:
    """A call that is right, the odd values of its arguments, and what it should give, of the meant values."""

    function: Callable[..., Any]
    good: dict[str, Any]
    odd: dict[str, list[tuple[Any, bool]]]
    reference: Callable[..., Any] | None  # None where only refusals are tried


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
    a, b, d = (Fraction(float(np.ravel(x)[0])) for x in (alpha, beta, delta))

    def one(tp: Any, fp: Any, fn: Any) -> float:
        denominator = tp + a * fp + b * fn + d
        return float((tp + d) / denominator) if denominator else math.nan

    return np.vectorize(one, otypes=[float])(*(exact_numbers(x) for x in (tp, fp, fn)))


def numbers(x: Any) -> np.ndarray:
    x = x.detach().double().resolve_neg().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
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
    (x, False) for x in (None, 1, "tanh", [True], b"x", np.array(["sigmoid", "softmax"]))
]
TENSORS = {"prediction": tensors_for(TP, integers=False), "target": tensors_for(TY, integers=True)}
# An index takes a Boolean mask as a prediction too, but not for this one, which is unsure.
UNSURE = {**TENSORS, "prediction": [(x, m) for x, m in TENSORS["prediction"] if getattr(x, "dtype", 0) != torch.bool]}
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


def right_threshold_counts(probability, target, thresholds):
    cuts = np.vectorize(float)(thresholds)
    masks = numbers(probability) >= cuts.reshape(*cuts.shape, *(1,) * P.ndim)
    return [(kind).sum(axis=tuple(range(-P.ndim, 0))) for kind in (masks & target, masks & ~target, ~masks & target)]


def right_best(target, alpha, beta, delta):
    """The best of all masks that threshold the target."""
    t = numbers(target)
    masks = [t >= cut for cut in np.unique(t)] + [t > 2]
    scores = [index_of((m * t).sum(), (m * (1 - t)).sum(), (~m * t).sum(), alpha, beta, delta) for m in masks]
    best = int(np.argmax(scores))
    return masks[best], scores[best]


def to_floats(x: Any) -> Any:
    return np.vectorize(float)(x)


def refused(values: list[tuple[Any, bool]]) -> list[tuple[Any, bool]]:
    return [(x, meant) for x, meant in values if not meant]


def can_be_read(x: torch.Tensor) -> bool:
    dense = type(x) is torch.Tensor and x.layout == torch.strided and not x.is_meta and not x.is_nested
    return dense and x.dtype not in (torch.uint4, torch.bits8)


def is_a_batch(x: Any) -> bool:
    """Of numbers in [0, 1] and of another shape, which is a fault only beside a prediction."""
    dense = can_be_read(x) if isinstance(x, torch.Tensor) else isinstance(x, np.ndarray)
    return dense and x.ndim in (4, 5) and tuple(x.shape) != Y.shape and 0 not in x.shape


def is_a_share(x: Any) -> bool:
    """Numbers in [0, 1] of any shape."""
    plain = isinstance(x, (float, np.number)) or (type(x) is np.ndarray and x.dtype.kind in "iuf" and x.size)
    return bool(plain and np.min(x) >= 0 and np.max(x) <= 1)


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
SQUARE = np.zeros((6, 6), dtype=bool)
SQUARE[1:3, 2:5] = True
TILE_SETTINGS = [one.name for one in fields(tl.tiles.TileSettings)]
SIZES = ("in_channels", "out_channels", "width", "depth")
SOFT = np.array([0.25, 0.75, 0.5, 1.0])
POSITIVE, SHARE = numbers_for(0, above=True), numbers_for(0, 1, below=True)

TABLE: dict[str, list[Row]] = {
    "tversky_loss": [Row(tl.tversky_loss, GOOD, LOSS, right_loss)],
    "TverskyLoss": [Row(as_module, GOOD, LOSS, right_loss)],
    "tversky_index": [
        Row(tl.tversky_index, GOOD, {**UNSURE, **MASKS, **SINGLE, **OPTIONS}, right_index),
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
        Row(tl.soft_counts, without(GOOD, *SCALARS), {**UNSURE, **MASKS, **OPTIONS, "soft_labels": FORMS}, right_counts),
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
                "target": [(Y == 1, True), *((x, False) for x in (Y, Y.astype(int), np.ma.array(Y == 1), None, TY))],
                "thresholds": [(x, meant or is_a_number(x) or isinstance(x, (list, tuple))) for x, meant in numbers_for(0, 1)],
            },
            right_threshold_counts,
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
            {
                "target": [(x, meant) for x, meant in kinds if meant or not is_a_batch(x)],
                "epsilon": SHARE,
                "num_classes": [(x, meant or x is None) for x, meant in numbers_for(1, 65536, whole=True)],
            },
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
            {**TENSORS, **MASKS, "epsilon": numbers_for(0, 1e30)},
            right_regularised,
        )
    ],
    "metrics.dice": [
        Row(metrics.dice, {"tp": 3, "fp": 1, "fn": 2}, COUNTS, lambda **c: index_of(**c, alpha=0.5, beta=0.5, delta=0))
    ],
    "metrics.jaccard": [
        Row(metrics.jaccard, {"tp": 3, "fp": 1, "fn": 2}, COUNTS, lambda **c: index_of(**c, alpha=1, beta=1, delta=0))
    ],
    "metrics.balanced_accuracy": [
        Row(
            metrics.balanced_accuracy,
            {"tp": 3, "fp": 1, "fn": 2, "tn": 5},
            {**COUNTS, "tn": numbers_for(0)},
            lambda tp, fp, fn, tn: (float(tp) / (float(tp) + float(fn)) + float(tn) / (float(tn) + float(fp))) / 2,
        )
    ],
    "metrics.average_precision": [
        Row(
            metrics.average_precision,
            {"probability": P, "target": Y == 1},
            {"target": [(Y == 1, True), *((x, False) for x in (Y, Y.astype(int), np.ma.array(Y == 1), None, TY, 1))],
             "probability": [(P, True), *((x, False) for x in (np.ma.array(P), np.ma.array(P, mask=P > 0.5), TP, None, [0.5], 0.5, P[0]))]},
            lambda probability, target: np.mean([
                (probability[target] >= p).sum() / (probability >= p).sum() for p in probability[target]
            ]),
        )
    ],
    "metrics.hd95": [
        Row(
            metrics.hd95,
            {"prediction": SQUARE, "target": SQUARE.T},
            {name: [(x, False) for x in (P[0, 0], SQUARE.astype(int), 255 * SQUARE, np.ma.array(SQUARE), None, TY, "mask")]
             for name in ("prediction", "target")},
            None,
        )
    ],
    "metrics.evaluate": [
        Row(
            metrics.evaluate,
            {"probabilities": P[:, :1], "targets": Y[:, :1], "threshold": 0.5},
            {
                "probabilities": refused(arrays_for(P[:, :1], integers=False)),
                "targets": refused(arrays_for(Y[:, :1], integers=True)),
                "threshold": refused(numbers_for(0, 1)),
                "batch_size": [(x, False) for x, _ in refused(numbers_for(1, whole=True)) if x is not None],
            },
            None,
        )
    ],
    "metrics.conventions": [
        Row(
            metrics.conventions,
            {"probabilities": P[:, :1], "targets": Y[:, :1]},
            {"threshold": refused(numbers_for(0, 1)), "batch_size": refused(numbers_for(1, whole=True))},
            None,
        )
    ],
    "metrics.printed_scores": [
        Row(
            metrics.printed_scores,
            {"dice": 0.75, "jaccard": 0.6},
            {"dice": refused(numbers_for(0, 1)), "jaccard": refused(numbers_for(0, 1)),
             "digits": refused(numbers_for(1, whole=True))},
            None,
        )
    ],
    "theory.optimal_threshold": [
        Row(
            theory.optimal_threshold,
            {"index": 0.5, "alpha": 0.25, "beta": 0.5},
            {"index": [(x, meant or is_a_number(x) or isinstance(x, (list, tuple))) for x, meant in numbers_for(0, 1)],
             "alpha": POSITIVE, "beta": POSITIVE},
            lambda index, alpha, beta: float(alpha) * to_floats(index) / (1 + (float(alpha) + float(beta) - 1) * to_floats(index)),
        )
    ],
    "theory.best_prediction": [
        Row(
            theory.best_prediction,
            {"target": SOFT, "alpha": 0.25, "beta": 0.5, "delta": 0.125},
            {"alpha": POSITIVE, "beta": POSITIVE, "delta": numbers_for(0),
             "target": [(x, meant) for x, meant in arrays_for(SOFT, integers=True, boolean=False) if meant or not is_a_share(x)],},
            right_best,
        )
    ],
    "theory.pixel_gradients": [
        Row(
            theory.pixel_gradients,
            {"tp": 3, "fp": 1, "fn": 2, "alpha": 0.25, "beta": 0.5, "delta": 0.125},
            {name: [x for x in refused(numbers_for(0)) if not is_a_number(x[0])] for name in (*COUNTS, *WEIGHTS)},
            None,
        )
    ],
    "training.mean_interval": [
        Row(training.mean_interval, {"values": [1.0, 2.0, 4.0]}, {"level": refused(numbers_for(0, 1, above=True, below=True))}, None)
    ],
    "training.parameter_count": [
        Row(training.parameter_count, dict.fromkeys(SIZES, 2), dict.fromkeys(SIZES, refused(numbers_for(1, whole=True))), None)
    ],
    "training.UNet": [Row(training.UNet, {}, dict.fromkeys(SIZES, refused(numbers_for(1, whole=True))), None)],
    "training.RunSettings": [
        Row(
            training.RunSettings,
            {},
            {name: refused(numbers_for(low, whole=whole)) for name, (low, _, whole) in settings.RANGES.items()},
            None,
        )
    ],
    "tiles.TileSettings": [
        Row(tiles.TileSettings, {}, {name: refused(numbers_for(0.5 if name == "microns" else 0, whole=name != "microns")) for name in TILE_SETTINGS}, None)
    ],
}  # fmt: skip

CLAIM = {"p": 0.5, "alpha": 0.25, "beta": 0.5, "epsilon": 0.125, "num_classes": 2}
KINDS = {"p": numbers_for(0, 1), "epsilon": SHARE, "alpha": POSITIVE, "beta": POSITIVE}
KINDS["num_classes"] = numbers_for(1, whole=True)
for claim in ("claim1_holds", "claim1_optimum", "critical_fraction", "critical_delta", "smoothed_cut"):
    known = inspect.signature(getattr(theory, claim)).parameters
    good = {name: value for name, value in {**CLAIM, "index": 0.5}.items() if name in known}
    arrays = (np.ndarray, list, tuple, torch.Tensor) if claim in ("claim1_optimum", "smoothed_cut") else ()
    odd = {name: [x for x in refused(KINDS[name]) if not isinstance(x[0], arrays)] for name in good if name in KINDS}
    TABLE[f"theory.{claim}"] = [Row(getattr(theory, claim), good, odd, None)]


# What has arguments and no row, and why.
ELSEWHERE = {
    "holds what a function of the package found, or a derivation's own terms": """
        Counts metrics.Calibration metrics.Evaluation metrics.Histogram metrics.PerImage metrics.PrintedScores
        metrics.Scores metrics.Summary figures.Plate tiles.FolderTiles tiles.RealImage tiles.SyntheticTiles
        training.Curves training.Samples training.Trained theory.Derivation
        theory.Step peers.Equivalent say checked check_environment checked check_environment""",
    "takes tiles, files, records, frames or names, whose faults have tests of their own": """
        tiles.augment tiles.draw_tiles tiles.folder_tiles tiles.synthetic_tiles training.colour_dice
        training.confirmation training.holm training.new_pair_interval training.objective training.paired_differences
        training.read_records training.record_of training.report training.results_frame training.run_grid training.runs
        training.summary training.train training.trivial_baselines training.chance_at_half training.chances training.predicted_cut training.watch_steps peers.batch peers.brief peers.describe peers.equivalent
        peers.markdown peers.ours exercises.check exercises.show""",
    "draws what is given to it, arrays and frames of this package": """
        figures.arms figures.own_cuts figures.calibration figures.collapse figures.contact_sheet figures.dice_and_jaccard
        figures.error_maps figures.foreground_histogram figures.learning_curves figures.level_lines figures.paint
        figures.panels figures.reliability figures.smoothed_cuts figures.thresholded figures.weight_plane""",
    "an explorer that draws what it is given, tried in tests/training and tests/unit/test_interactive.py": """
        explorers.interactive explorers.LiveCurves""",
    "an explorer of the browser, whose values are refused by name in tests/browser/test_declared.py": " ".join(
        f"explorers.{name}" for name in catalogue()
    ),
}


def snapshot(x: Any) -> Any:
    if isinstance(x, torch.Tensor) and not can_be_read(x):
        return f"{type(x)} {x.dtype}"
    if isinstance(x, torch.Tensor):
        return (
            x.detach().resolve_neg().clone().contiguous().view(torch.uint8).tolist() if x.numel() and x.ndim else str(x)
        )
    return x.tobytes() if isinstance(x, np.ndarray) and not np.ma.isMaskedArray(x) else repr(x)


def named(value: Any) -> str:
    return repr(value)[:80] if not isinstance(value, torch.Tensor) or can_be_read(value) else str(snapshot(value))


def judged(row: Row, argument: str, value: Any, meant: bool) -> str:
    """What is wrong with a call, or nothing."""
    given = {**row.good, argument: value}
    before = {name: snapshot(x) for name, x in given.items()}
    try:
        result = row.function(**given)
    except Exception as error:
        if not isinstance(error, (TypeError, ValueError, TraitError)) or not re.match(
            rf"({'|'.join(given)})\b", str(error)
        ):
            return f"failed without a name: {error!r}"
        if meant:
            return f"refused what has a meaning: {error}"
    else:
        if not meant or row.reference is None:
            return f"accepted what has none, as {result}"
        try:
            for found, expected in zip(*map(as_list, (result, row.reference(**given))), strict=True):
                np.testing.assert_allclose(numbers(found), numbers(expected), rtol=1e-5, atol=1e-6)
        except AssertionError as error:
            return f"wrong: {error}"
    return "" if {name: snapshot(x) for name, x in given.items()} == before else "changed what it was given"


def as_list(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


ARGUMENTS = [
    pytest.param(row, argument, id=f"{name}-{number}-{argument}")
    for name, rows in TABLE.items()
    for number, row in enumerate(rows)
    for argument in row.odd
]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning", "ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize(("row", "argument"), ARGUMENTS)
def test_a_call_is_right_or_refused_by_name(row, argument):
    found = [(named(value), judged(row, argument, value, meant)) for value, meant in row.odd[argument]]
    assert not [f"{argument}={value}: {wrong}" for value, wrong in found if wrong]


def public_names() -> set[str]:
    """Of all packages, as one writes them after ``tverskylib.``: what can be called with arguments."""
    names = set()
    for package in PACKAGES:
        module = importlib.import_module("tverskylib" + package)
        for name in module.__all__:
            if takes_arguments(getattr(module, name)):
                names.add(f"{package}.{name}"[1:] if package else name)
    return names


def takes_arguments(thing: Any) -> bool:
    if not callable(thing) or (isinstance(thing, type) and issubclass(thing, (Exception, dict))):
        return False
    return bool(inspect.signature(thing).parameters)


def test_every_public_name_has_rows_or_a_reason():
    listed = {name for names in ELSEWHERE.values() for name in names.split()}
    assert sorted(public_names() - {*TABLE} - listed) == []


def test_there_are_enough_calls():
    assert sum(len(values) for rows in TABLE.values() for row in rows for values in row.odd.values()) >= stated("calls")
