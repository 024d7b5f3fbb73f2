"""The metrics against hand-made cases, scikit-learn and MONAI; every convention for empty masks, one by one."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.metrics import HausdorffDistanceMetric
from odd_values import as_negative
from scipy.ndimage import binary_erosion
from scipy.spatial.distance import cdist
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, balanced_accuracy_score, log_loss

from tverskylib import dice_index, jaccard_index, metrics
from tverskylib.metrics import (
    Scores,
    average_precision,
    balanced_accuracy,
    conventions,
    dice,
    evaluate,
    hd95,
    jaccard,
)
from tverskylib.metrics.histogram import CUTS, LOGITS, best_cut, histogram

SIZE = 10
SUMMARIES = ("over_positive", "over_all")
WAYS = ("mean_of_images", "mean_of_batches", "pooled")
METRICS = [field.name for field in dataclasses.fields(Scores)]


def square(rows=slice(0, 0), columns=slice(0, 0)):
    """A mask of one image with a filled rectangle, empty if nothing is said."""
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    mask[rows, columns] = True
    return mask


EMPTY, BLOCK, FAR, FULL = square(), square(slice(1, 4), slice(1, 4)), square([8], [8]), ~square()
PIXEL = square([0], [0])


def stack(*masks):
    return np.stack(masks)[:, None]


def of_masks(predictions, targets, **options):
    """Of probabilities that are 0.9 where something is predicted and 0.1 elsewhere."""
    return evaluate(np.where(stack(*predictions), 0.9, 0.1), stack(*targets), **options)


def blobs(images=12, size=12, seed=0, dtype=np.float64):
    """Targets, a third of them empty, and probabilities that know something about them."""
    draw = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    centre, radius = draw.uniform(0, size, (2, images, 1, 1, 1)), draw.uniform(1, size / 2, (images, 1, 1, 1))
    target = (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2
    target[::3] = False
    logit = 3 * target - 2 + 1.5 * draw.normal(size=target.shape)
    return (1 / (1 + np.exp(-logit))).astype(dtype), target


def numbers_in(record):
    if isinstance(record, dict):
        record = [*record.values()]
    if isinstance(record, list | tuple):
        return [number for part in record for number in numbers_in(part)]
    return [record]


# Average precision


def test_average_precision_by_hand():
    found = average_precision(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, False, True, True]))
    assert found == pytest.approx((1 / 1 + 2 / 3 + 3 / 4) / 3, abs=1e-15)


def test_a_tie_is_one_step():
    assert average_precision(np.full(4, 0.3), np.array([True, False, False, False])) == 0.25


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40))
def test_average_precision_is_that_of_scikit_learn_with_ties(pixels):
    score, target = np.array([k / 6 for k, _ in pixels]), np.array([y for _, y in pixels])
    if target.any():
        assert average_precision(score, target) == pytest.approx(average_precision_score(target, score), abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sharpness", [0.1, 1, 40])
def test_average_precision_is_that_of_scikit_learn_on_many_pixels(dtype, sharpness):
    """40: most of the scores are exactly 0 and 1 in single precision."""
    draw = np.random.default_rng(1)
    target = draw.random(100_000) < 0.05
    score = (1 / (1 + np.exp(-sharpness * (draw.normal(size=target.size) + target)))).astype(dtype)
    assert average_precision(score, target) == pytest.approx(average_precision_score(target, score), abs=1e-12)


def test_average_precision_without_foreground_is_undefined():
    assert average_precision(np.array([0.1, 0.9]), np.zeros(2, dtype=bool)) is None
    found = of_masks([EMPTY], [EMPTY])
    assert found.per_image.average_precision == (None,)
    assert found.over_all.mean_of_images.average_precision is None
    assert found.over_all.pooled.average_precision is None


def test_average_precision_of_foreground_only_is_1():
    assert average_precision(np.array([0.1, 0.9]), np.ones(2, dtype=bool)) == 1


def test_average_precision_leaves_images_without_foreground_out_and_only_the_pool_sees_their_false_alarms():
    probability, target = blobs()
    found = evaluate(probability, target, batch_size=1)
    positive, everything = found.over_positive, found.over_all
    assert everything.mean_of_images.average_precision == positive.mean_of_images.average_precision
    assert everything.mean_of_batches.average_precision == positive.mean_of_batches.average_precision
    assert everything.pooled.average_precision < positive.pooled.average_precision
    assert everything.pooled.average_precision == pytest.approx(
        average_precision_score(target.ravel(), probability.ravel()), abs=1e-12
    )


# Balanced accuracy


@given(*[st.integers(0, 5)] * 4)
def test_balanced_accuracy_is_that_of_scikit_learn_also_with_one_kind_of_pixel(tp, fp, fn, tn):
    target, called = [1] * tp + [0] * fp + [1] * fn + [0] * tn, [1] * (tp + fp) + [0] * (fn + tn)
    if target:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that a class is missing
            expected = balanced_accuracy_score(target, called)
        assert balanced_accuracy(tp, fp, fn, tn) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("prediction", "target", "expected"),
    [
        (EMPTY, BLOCK, 0.5),
        (EMPTY, FULL, 0),
        (BLOCK, EMPTY, 0.91),
        (EMPTY, EMPTY, 1),
        (FULL, EMPTY, 0),
        (BLOCK, FULL, 0.09),
    ],
)
def test_balanced_accuracy_of_empty_and_full_masks(prediction, target, expected):
    assert of_masks([prediction], [target]).per_image.balanced_accuracy == (pytest.approx(expected, abs=1e-15),)


# Dice and Jaccard


@pytest.mark.parametrize(
    ("prediction", "target", "expected"),
    [(EMPTY, EMPTY, 1), (EMPTY, BLOCK, 0), (PIXEL, EMPTY, 0), (BLOCK, BLOCK, 1), (FAR, BLOCK, 0)],
)
def test_dice_and_jaccard_of_empty_and_equal_masks(prediction, target, expected):
    found = of_masks([prediction], [target], batch_size=1)
    assert found.per_image.dice == found.per_image.jaccard == (expected,)
    for way in WAYS:
        scores = getattr(found.over_all, way)
        assert scores.dice == scores.jaccard == expected


def test_dice_and_jaccard_are_those_of_the_library():
    probability, target = blobs()
    found, mask = evaluate(probability, target, batch_size=5), probability >= 0.5
    for name, index in (("dice", dice_index), ("jaccard", jaccard_index)):
        with np.errstate(invalid="ignore"):
            each = index(mask, target, domain="image")
        expected = np.where((mask | target).any(axis=(1, 2, 3)), each, 1)
        assert getattr(found.per_image, name) == pytest.approx(expected, abs=1e-15)
        assert getattr(found.over_all.mean_of_images, name) == pytest.approx(expected.mean(), abs=1e-15)
        assert getattr(found.over_all.pooled, name) == pytest.approx(index(mask, target), abs=1e-15)
        parts = [index(mask[k : k + 5], target[k : k + 5]) for k in (0, 5, 10)]
        assert getattr(found.over_all.mean_of_batches, name) == pytest.approx(np.mean(parts), abs=1e-15)


def test_dice_and_jaccard_of_counts():
    assert (dice(3, 2, 0), jaccard(3, 2, 0)) == (0.75, 0.6)
    assert dice(0, 0, 0) == jaccard(0, 0, 0) == 1


# HD95


@pytest.mark.parametrize(
    ("prediction", "target", "expected"),
    [(EMPTY, EMPTY, 0), (EMPTY, PIXEL, 1), (EMPTY, FULL, 1), (PIXEL, EMPTY, 1), (FULL, EMPTY, 1), (BLOCK, BLOCK, 0)],
)
def test_hd95_of_empty_and_equal_masks(prediction, target, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hd95(prediction, target) == expected
        assert of_masks([prediction], [target]).per_image.hd95 == (expected,)


def test_hd95_is_normalised_by_the_diagonal_and_less_than_1_from_corner_to_corner():
    assert hd95(PIXEL, square([3], [4])) == pytest.approx(5 / math.hypot(SIZE, SIZE))
    assert hd95(PIXEL, square([9], [9])) == pytest.approx(0.9)
    wide = np.zeros((2, 4, 8), dtype=bool)
    wide[0, 0, 0] = wide[1, 0, 3] = True
    assert hd95(*wide) == pytest.approx(3 / math.hypot(4, 8))


def test_hd95_takes_the_larger_of_two_percentiles():
    """The edge of a filled square of 3 x 3 has eight pixels. From the one far pixel all is as far as the nearest."""
    edge = np.argwhere(BLOCK & ~square([2], [2]))
    far = np.concatenate([edge, [[8, 8]]])
    distances = cdist(edge, far)
    expected = max(np.percentile(distances.min(axis=0), 95), np.percentile(distances.min(axis=1), 95))
    assert 0 < expected < distances.min(axis=0).max()
    assert hd95(BLOCK | FAR, BLOCK) == pytest.approx(expected / math.hypot(SIZE, SIZE))
    assert hd95(BLOCK, BLOCK | FAR) == hd95(BLOCK | FAR, BLOCK)


@pytest.mark.filterwarnings("ignore:monai.metrics.utils get_mask_edges:FutureWarning")
def test_hd95_is_that_of_monai():
    probability, target = blobs(images=30, size=16)
    mask = probability >= 0.5
    both = mask.any(axis=(1, 2, 3)) & target.any(axis=(1, 2, 3))
    theirs = HausdorffDistanceMetric(include_background=True, percentile=95, reduction="none")
    theirs(torch.from_numpy(mask[both]), torch.from_numpy(target[both]))
    found = np.array(evaluate(probability, target).per_image.hd95)
    assert both.sum() > 10
    assert found[both] == pytest.approx(theirs.aggregate()[:, 0].numpy() / math.hypot(16, 16), abs=1e-7)


def test_hd95_of_a_batch_is_the_mean_of_its_images_and_of_a_pool_there_is_none():
    found = of_masks([BLOCK, EMPTY, FAR], [BLOCK, BLOCK, EMPTY], batch_size=2)
    assert found.per_image.hd95 == (0, 1, 1)
    assert found.over_all.mean_of_images.hd95 == pytest.approx(2 / 3)
    assert found.over_all.mean_of_batches.hd95 == (0.5 + 1) / 2
    assert found.over_all.pooled.hd95 is None


# Many images


def test_by_hand_images_batches_and_pool_are_three_numbers():
    """TP, FP, FN: 9, 0, 0; 0, 0, 1; 1, 8, 0. Dice 1, 0, 0.2; batches of two 18/19, 0.2; pooled 20/29."""
    found = of_masks([BLOCK, EMPTY, BLOCK], [BLOCK, FAR, square([2], [2])], batch_size=2).over_all
    assert found.mean_of_images.dice == pytest.approx(1.2 / 3)
    assert found.mean_of_batches.dice == pytest.approx((18 / 19 + 0.2) / 2)
    assert found.pooled.dice == pytest.approx(20 / 29)


def test_jaccard_follows_from_dice_only_where_everything_is_pooled():
    probability, target = blobs(images=24)
    found = evaluate(probability, target, batch_size=4)
    for name in SUMMARIES:
        summary = getattr(found, name)
        assert summary.pooled.jaccard == pytest.approx(summary.pooled.dice / (2 - summary.pooled.dice), abs=1e-14)
        for way in ("mean_of_images", "mean_of_batches"):
            scores = getattr(summary, way)
            assert scores.jaccard > scores.dice / (2 - scores.dice) + 1e-4


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_batch_of_one_is_an_image_and_a_batch_of_all_is_the_pool(name):
    probability, target = blobs()
    ones, whole = (getattr(evaluate(probability, target, batch_size=size), name) for size in (1, 100))
    assert ones.mean_of_batches == ones.mean_of_images
    assert dataclasses.replace(whole.mean_of_batches, hd95=None) == whole.pooled
    assert whole.mean_of_batches.hd95 == whole.mean_of_images.hd95


def test_without_a_batch_size_there_is_no_mean_of_batches():
    found = evaluate(*blobs())
    assert found.over_all.mean_of_batches == found.over_positive.mean_of_batches == Scores()


def test_over_positive_images_is_as_if_there_were_no_others():
    probability, target = blobs()
    positive = target.any(axis=(1, 2, 3))
    found = evaluate(probability, target, batch_size=3)
    alone = evaluate(probability[positive], target[positive], batch_size=3)
    assert found.over_positive == alone.over_all == alone.over_positive
    assert (found.over_positive.images, found.over_all.images) == (8, 12)
    assert found.missed_positives == alone.missed_positives
    assert alone.flooded_negatives is None


def test_without_positive_images_all_about_them_is_none():
    found = of_masks([EMPTY, BLOCK], [EMPTY, EMPTY], batch_size=1)
    assert found.over_positive.images == 0
    assert all(getattr(found.over_positive, way) == Scores() for way in WAYS)
    assert found.over_positive.foreground is found.over_positive.predicted_foreground is found.missed_positives is None
    empty = found.over_positive.calibration
    assert empty.ece is empty.nll is empty.entropy is None
    assert empty.bin_pixels == (0,) * 15
    assert empty.bin_probability == empty.bin_foreground == (None,) * 15
    assert found.over_all.mean_of_images == Scores(None, (1 + 0.91) / 2, 0.5, 0.5, 0.5)


def test_the_order_of_the_images_changes_the_batches_only():
    probability, target = blobs(images=25)
    order = np.random.default_rng(2).permutation(25)
    one, other = (evaluate(probability[k], target[k], batch_size=4) for k in (slice(None), order))
    for name in SUMMARIES:
        first, second = getattr(one, name), getattr(other, name)
        assert first.mean_of_batches.dice != second.mean_of_batches.dice
        assert dataclasses.replace(first, mean_of_batches=Scores()) == dataclasses.replace(
            second, mean_of_batches=Scores()
        )
    assert (one.missed_positives, one.flooded_negatives) == (other.missed_positives, other.flooded_negatives)
    for field in dataclasses.fields(one.per_image):
        column = getattr(one.per_image, field.name)
        assert tuple(column[k] for k in order) == getattr(other.per_image, field.name)


def test_shares_of_missed_positives_and_flooded_negatives():
    """A mask beside the target misses it, a part of it does not. 1 % of the pixels is no flood, nor is a full mask
    where there is foreground."""
    pairs = [(EMPTY, BLOCK), (FAR, BLOCK), (square([2], [2]), BLOCK), (FULL, PIXEL)]
    pairs += [(EMPTY, EMPTY), (PIXEL, EMPTY), (PIXEL | FAR, EMPTY)]
    found = of_masks(*zip(*pairs, strict=True))
    assert found.missed_positives == 2 / 4
    assert found.flooded_negatives == 1 / 3
    assert found.over_all.foreground == pytest.approx(28 / 700)
    assert found.over_all.predicted_foreground == pytest.approx(105 / 700)
    assert found.over_positive.foreground == pytest.approx(28 / 400)
    assert found.over_positive.predicted_foreground == pytest.approx(102 / 400)


def test_the_mask_includes_the_threshold_and_decides_in_double_precision():
    probability = np.array([0.7, 0.5, 0.2], dtype=np.float32).reshape(1, 1, 1, 3)
    target = np.ones_like(probability)
    assert evaluate(probability, target).per_image.true_positives == (2,)
    assert float(probability[0, 0, 0, 0]) < 0.7
    assert evaluate(probability, target, threshold=0.7).per_image.true_positives == (0,)
    assert evaluate(probability.astype(float).round(1), target, threshold=0.7).per_image.true_positives == (1,)
    assert evaluate(probability, target, threshold=0).per_image.true_positives == (3,)


# Calibration


def test_calibration_by_hand():
    """Bins of width 1/15: 0.05 lies in the first, 0.5 in the eighth, 1 in the last."""
    probability = np.array([0.05, 0.05, 0.5, 0.5, 1.0]).reshape(1, 1, 1, 5)
    target = np.array([0, 1, 1, 1, 1]).reshape(1, 1, 1, 5)
    found = evaluate(probability, target).over_all.calibration
    assert found.bin_pixels == (2, *[0] * 6, 2, *[0] * 6, 1)
    assert found.bin_probability == pytest.approx((0.05, *[None] * 6, 0.5, *[None] * 6, 1.0))
    assert found.bin_foreground == (0.5, *[None] * 6, 1.0, *[None] * 6, 1.0)
    assert found.ece == pytest.approx((2 * 0.45 + 2 * 0.5) / 5)
    assert found.nll == pytest.approx(-(math.log(0.95) + math.log(0.05) + 2 * math.log(0.5)) / 5)
    entropy = 2 * (0.05 * math.log(1 / 0.05) + 0.95 * math.log(1 / 0.95)) + 2 * math.log(2)
    assert found.entropy == pytest.approx(entropy / 5)


def test_calibration_is_that_of_scikit_learn():
    probability, target = blobs(images=40)
    found = evaluate(probability, target).over_all.calibration
    assert found.nll == pytest.approx(log_loss(target.ravel(), probability.ravel()), rel=1e-12)
    foreground, mean = calibration_curve(target.ravel(), probability.ravel(), n_bins=15)
    full = [k for k, pixels in enumerate(found.bin_pixels) if pixels]
    pixels = np.array(found.bin_pixels)[full]
    assert [found.bin_probability[k] for k in full] == pytest.approx(mean, abs=1e-12)
    assert [found.bin_foreground[k] for k in full] == pytest.approx(foreground, abs=1e-12)
    assert found.ece == pytest.approx((pixels * abs(foreground - mean)).sum() / target.size, abs=1e-12)
    assert pixels.sum() == target.size


def test_calibration_of_a_forecaster_that_knows_is_almost_perfect():
    draw = np.random.default_rng(3)
    probability = draw.random((4, 1, 100, 100))
    target = draw.random(probability.shape) < probability
    assert evaluate(probability, target).over_all.calibration.ece < 0.02
    assert evaluate(1 - probability, target).over_all.calibration.ece > 0.4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_certainty_that_is_wrong_costs_a_finite_price(dtype):
    probability = np.array([1, 0, 1], dtype=dtype).reshape(1, 1, 1, 3)
    found = evaluate(probability, np.array([0, 1, 1]).reshape(1, 1, 1, 3)).over_all.calibration
    assert found.nll == pytest.approx(2 * 7 * math.log(10) / 3)
    assert found.entropy == 0
    assert found.ece == 2 / 3  # 1 in the first bin, and 1 of 2 in the last: (1 + 1) / 3


# The record


def test_arrays_and_tensors_of_any_dtype_agree():
    probability, target = blobs(dtype=np.float32)
    expected = evaluate(probability, target, batch_size=5)
    tensor, labels = torch.from_numpy(probability), torch.from_numpy(target)
    assert evaluate(tensor, labels, batch_size=5) == expected
    assert evaluate(tensor.clone().requires_grad_(), labels.long(), batch_size=5) == expected
    assert evaluate(as_negative(tensor), as_negative(labels.float()), batch_size=5) == expected
    assert evaluate(probability.astype(float), target.astype(np.uint8), batch_size=5) == expected
    double = blobs()[0]
    assert evaluate(torch.from_numpy(double), labels) == evaluate(double, target) != evaluate(tensor, labels)
    half, short = tensor.half(), tensor.bfloat16()
    assert evaluate(half, labels.half()) == evaluate(half.float(), labels) == evaluate(half.numpy(), target)
    assert evaluate(short, labels) == evaluate(short.float(), labels)


def test_arguments_are_not_changed():
    probability, target = blobs()
    before = probability.copy(), target.copy()
    evaluate(probability, target)
    assert all(np.array_equal(*pair) for pair in zip((probability, target), before, strict=True))


def test_volumes_have_the_same_metrics():
    probability, target = blobs()
    flat, deep = evaluate(probability, target), evaluate(probability[:, :, None], target[:, :, None])
    assert deep.per_image.dice == flat.per_image.dice
    cube = np.zeros((1, 1, 3, 4, 12))
    cube[0, 0, 0, 0, 0] = 1
    assert evaluate(cube, cube[..., ::-1]).per_image.hd95 == (pytest.approx(11 / 13),)


@pytest.mark.parametrize("per_image", [False, True])
def test_the_record_survives_json_and_holds_plain_numbers_and_no_nan(per_image):
    for found in (
        evaluate(*blobs(), batch_size=5),
        of_masks([EMPTY], [EMPTY]),
        of_masks([EMPTY, FULL], [FULL, FULL], batch_size=np.int64(1), threshold=np.float32(0.5)),
    ):
        record = found.as_dict(per_image=per_image)
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        assert ("per_image" in record) == per_image
        assert {type(number) for number in numbers_in(dataclasses.astuple(found))} <= {int, float, type(None)}
        assert "per_image" not in repr(found)


def test_the_record_is_frozen_and_comparable():
    found = evaluate(*blobs())
    assert found == evaluate(*blobs())
    assert hash(found) == hash(evaluate(*blobs()))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.threshold = 0.1


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.sampled_from([None, 1, 2, 3]))
def test_whatever_comes_numbers_are_in_range_and_the_undefined_is_none(seed, images, batch_size):
    draw = np.random.default_rng(seed)
    shape = (images, 1, *draw.integers(1, 5, 2))
    probability = draw.choice([0, 0.3, 0.5, 1], shape, p=draw.dirichlet([0.3] * 4))
    target = draw.random(shape) < draw.choice([0, 0.5, 1], (images, 1, 1, 1))
    found = evaluate(probability, target, batch_size=batch_size)
    record = found.as_dict(per_image=True)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    for name in SUMMARIES:
        summary = getattr(found, name)
        for way in WAYS:
            scores = dataclasses.asdict(getattr(summary, way))
            assert all(value is None or 0 <= value <= 1 for value in scores.values())
            undefined = {metric for metric, value in scores.items() if value is None}
            if not summary.images or (way == "mean_of_batches" and batch_size is None):
                assert undefined == {*METRICS}
            else:
                expected = {"average_precision"} if not target.any() else set()
                assert undefined == expected | ({"hd95"} if way == "pooled" else set())


def test_many_images_take_their_scores_from_the_columns():
    probability, target = blobs()
    found = evaluate(probability, target)
    positive = target.any(axis=(1, 2, 3))
    for name in METRICS:
        column = np.array(getattr(found.per_image, name), dtype=float)
        assert getattr(found.over_all.mean_of_images, name) == pytest.approx(np.nanmean(column), abs=1e-15)
        assert getattr(found.over_positive.mean_of_images, name) == pytest.approx(column[positive].mean(), abs=1e-15)
    counts = [getattr(found.per_image, f"{name}s") for name in ("true_positive", "false_negative")]
    assert np.array_equal(np.sum(counts, axis=0), target.sum(axis=(1, 2, 3)))
    assert np.sum(dataclasses.astuple(found.per_image)[:4]) == target.size


# Bad input

HALF, ZEROS = np.full((2, 1, 3, 4), 0.5), np.zeros((2, 1, 3, 4))


@pytest.mark.parametrize(
    ("probabilities", "targets", "message"),
    [
        ([0.5], ZEROS, "probabilities must be a NumPy array or a torch.Tensor, got a list"),
        (HALF, torch.zeros(2, 1, 3, 4), "targets must be of the kind of probabilities, got a float32 tensor"),
        (HALF > 0, ZEROS, "probabilities must be floating-point, got a bool array"),
        (ZEROS.astype(int), ZEROS, "probabilities must be floating-point, got a int64 array"),
        (HALF, ZEROS.astype(complex), "targets must be Boolean, integer or floating-point"),
        (HALF[:, 0], ZEROS[:, 0], "probabilities must have shape (B, C, H, W) or (B, C, D, H, W), got (2, 3, 4)"),
        (HALF[:0], ZEROS[:0], "probabilities must not be empty, got shape (0, 1, 3, 4)"),
        (HALF, ZEROS[:, 0], "targets must have the shape of probabilities, (2, 1, 3, 4), got (2, 3, 4): add the"),
        (
            HALF.repeat(3, axis=1),
            ZEROS.repeat(3, axis=1),
            "probabilities must have one channel, that of the foreground, (B, 1, H, W), got shape (2, 3, 3, 4)",
        ),
        (HALF * np.nan, ZEROS, "probabilities must hold numbers, got NaN"),
        (HALF * 5, ZEROS, "probabilities must hold probabilities in [0, 1], got values from 2.5 to 2.5: these look"),
        (HALF - 1, ZEROS, "got values from -0.5 to -0.5: these look like logits: apply a sigmoid"),
        (torch.from_numpy(HALF) + 0.6, torch.from_numpy(ZEROS), "got values from 1.1 to 1.1: these look like logits"),
        (HALF, ZEROS * np.nan, "targets must hold 0 and 1 only, got NaN"),
        (HALF, ZEROS + 0.5, "got values from 0.5 to 0.5: soft labels become masks by targets >= 0.5"),
        (HALF, ZEROS + 255, "got values from 255 to 255: if 255 marks the foreground, pass targets == 255"),
        (HALF, ZEROS + 3, "got values from 3 to 3: class numbers become the mask of class k by targets == k"),
    ],
)
def test_bad_arrays_are_named(probabilities, targets, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        evaluate(probabilities, targets)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"threshold": "0.5"}, TypeError, "threshold must be a number in [0, 1], got '0.5'"),
        ({"threshold": True}, TypeError, "threshold must be a number in [0, 1], got True"),
        ({"threshold": 1.5}, ValueError, "threshold must be a number in [0, 1], got 1.5"),
        ({"threshold": math.nan}, ValueError, "threshold must be a number in [0, 1], got nan"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of images, at least 1, or None, got 0"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be a whole number of images, at least 1, or None, got 2.0"),
        ({"batch_size": True}, TypeError, "batch_size must be a whole number of images, at least 1, or None, got True"),
    ],
)
def test_bad_options_are_named(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        evaluate(HALF, ZEROS, **options)


def test_a_rounding_error_above_1_passes_and_counts_as_1():
    assert evaluate(HALF * 2 + 4e-16, ZEROS + 1) == evaluate(HALF * 2, ZEROS + 1)


# The package


def loaded_after(code):
    """The libraries that a fresh interpreter holds after running code."""
    run = [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"]
    return {*subprocess.run(run, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout.split()}


def test_importing_the_metrics_loads_nothing_heavy():
    code = "import tverskylib.metrics as m\n[getattr(m, name) for name in m.__all__]"
    assert not {"torch", "monai", "sklearn", "scipy", "tqdm"} & loaded_after(code)


@pytest.mark.parametrize("name", metrics.__all__)
def test_what_is_public_is_written_down(name):
    assert getattr(metrics, name).__name__ == name
    assert len(getattr(metrics, name).__doc__) > 80


def test_examples_in_docstrings_hold():
    import doctest

    from tverskylib.metrics import evaluation, scores

    for module in (scores, evaluation):
        done = doctest.testmod(module)
        assert done.attempted
        assert not done.failed


# What does not count.


def test_what_does_not_count_is_in_no_number():
    """As if the images were smaller: what lies outside the mask is NaN, or foreground, or called foreground."""
    probability, target = blobs(images=12, size=12)
    mask = np.zeros(target.shape, bool)
    mask[..., :8, :9] = True
    inside = (Ellipsis, slice(0, 8), slice(0, 9))
    small = evaluate(probability[inside], target[inside], batch_size=5)
    for value, truth in ((np.nan, 1), (1.0, 0), (0.0, 255)):
        found = evaluate(
            np.where(mask, probability, value), np.where(mask, target, truth), batch_size=5, mask=mask.astype(int)
        )
        shrunk = math.hypot(8, 9) / math.hypot(12, 12)
        for name in SUMMARIES:
            one, other = getattr(found, name), getattr(small, name)
            for way in WAYS:
                first, second = getattr(one, way), getattr(other, way)
                assert dataclasses.replace(first, hd95=None) == dataclasses.replace(second, hd95=None)
            assert (one.foreground, one.predicted_foreground) == (other.foreground, other.predicted_foreground)
            assert one.calibration == other.calibration
        assert (found.missed_positives, found.flooded_negatives) == (small.missed_positives, small.flooded_negatives)
        distances = [d if d in (0, 1) else d * shrunk for d in small.per_image.hd95]
        assert found.per_image.hd95 == pytest.approx(distances)


def test_a_mask_of_ones_changes_nothing_and_a_tensor_is_as_good():
    probability, target = blobs()
    plain = evaluate(probability, target, batch_size=3)
    assert evaluate(probability, target, batch_size=3, mask=np.ones_like(target)) == plain
    tensors = [torch.from_numpy(array) for array in (probability, target, np.ones_like(target))]
    assert evaluate(*tensors[:2], batch_size=3, mask=tensors[2]) == plain


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.full((12, 1, 12, 12), 2), "^mask must hold 0 .* and 1"),
        (np.zeros((12, 1, 12, 12)), "^mask must leave at least one pixel of each image, got none of image 0"),
        (np.ones((12, 12, 12)), "^mask must have shape"),
        ([1], "^mask must be a NumPy array"),
    ],
)
def test_a_bad_mask_is_named(mask, message):
    with pytest.raises((TypeError, ValueError), match=message):
        evaluate(*blobs(), mask=mask)


# Histograms.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_histogram_holds_the_counts_of_every_cut(dtype):
    probability, target = blobs(dtype=dtype)
    mask = np.random.default_rng(3).random(target.shape) < 0.7
    probability[0, 0, 0, :3] = 0, 0.5, 1
    found = histogram(probability, target, mask)
    for k, (cut, tp, fp, fn) in enumerate(zip(CUTS, *(count.T for count in found.counts()), strict=True)):
        called = (probability >= cut) & mask
        np.testing.assert_array_equal(tp, (called & target).sum(axis=(1, 2, 3)), err_msg=str(k))
        np.testing.assert_array_equal(fp, (called & ~target).sum(axis=(1, 2, 3)))
        np.testing.assert_array_equal(fn, (~called & target & mask).sum(axis=(1, 2, 3)))


def test_dice_precision_and_recall_of_a_histogram():
    probability, target = blobs()
    found, half = histogram(probability, target, None), [*LOGITS].index(0)
    judged = evaluate(probability, target)
    assert found.dice()[:, half] == pytest.approx(np.array(judged.per_image.dice))
    assert found.pooled().dice()[0, half] == pytest.approx(judged.over_all.pooled.dice)
    called = probability >= 0.5
    precision, recall = found.precision_and_recall()
    assert precision[half] == pytest.approx(target[called].mean()) and recall[half] == pytest.approx(
        called[target].mean()
    )


def test_the_best_cut_is_the_one_nearest_to_a_half():
    scores = np.zeros(len(LOGITS))
    scores[[3, 50, 60]] = 0.9
    assert best_cut(scores) == 50


# Conventions.


def test_conventions_hold_what_evaluate_says():
    probability, target = blobs(images=25)
    table, judged = conventions(probability, target, batch_size=4), evaluate(probability, target, batch_size=4)
    rows = {
        ("mean of images", "left out"): judged.over_positive.mean_of_images,
        ("mean of images", "1 if nothing is predicted"): judged.over_all.mean_of_images,
        ("mean of batches", "left out"): judged.over_positive.mean_of_batches,
        ("mean of batches", "1 if nothing is predicted"): judged.over_all.mean_of_batches,
        ("pooled", "left out"): judged.over_positive.pooled,
        ("pooled", "counted"): judged.over_all.pooled,
    }
    for key, scores in rows.items():
        expected = np.array(dataclasses.astuple(scores), dtype=float)
        np.testing.assert_allclose(table.loc[key, METRICS].to_numpy(float), expected, atol=1e-15)
    assert len(table) == 8 and table["scores"].tolist() == [16, 25, 25, 4, 7, 7, 1, 1]


def test_conventions_of_empty_masks_by_hand():
    """Found, missed, nothing to find, a false alarm; batches of two."""
    found = conventions(
        np.where(stack(BLOCK, EMPTY, EMPTY, FAR), 0.9, 0.1), stack(BLOCK, BLOCK, EMPTY, EMPTY), batch_size=2
    )
    dice = {"left out": 1 / 2, "1 if nothing is predicted": 2 / 4, "always 0": 1 / 4}
    assert found.loc["mean of images"]["dice"].to_dict() == pytest.approx(dice)
    hd95s = {"left out": 1 / 2, "1 if nothing is predicted": 2 / 4, "always 0": 3 / 4}
    assert found.loc["mean of images"]["hd95"].to_dict() == pytest.approx(hd95s)
    assert found.loc["mean of batches"]["dice"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])
    assert found.loc["pooled"]["dice"].tolist() == pytest.approx([2 * 9 / 27, 2 * 9 / 28])
    empty = conventions(np.where(stack(EMPTY), 0.9, 0.1), stack(EMPTY), batch_size=2)
    assert empty["dice"].tolist()[1:3] == [1, 0] and empty["dice"].tolist()[4:6] == [1, 0]
    assert np.isnan(empty.loc[("mean of images", "left out"), "dice"])


def test_conventions_know_a_mask():
    probability, target = blobs()
    mask = np.random.default_rng(0).random(target.shape) < 0.8
    whatever = np.where(mask, probability, np.nan)
    judged = evaluate(whatever, target, mask=mask).over_all
    assert conventions(whatever, target, mask=mask).loc[("pooled", "counted"), "dice"] == judged.pooled.dice


@pytest.mark.parametrize("size", [None, 0, 2.5])
def test_conventions_need_a_batch_size(size):
    with pytest.raises((TypeError, ValueError), match=r"^batch_size must be a whole number of images"):
        conventions(*blobs(), batch_size=size)


# The metrics by themselves refuse what would give nonsense.


@pytest.mark.parametrize(("shape", "spacing"), [((9, 14), (1, 3)), ((9, 14), (0.5, 0.25)), ((5, 6, 7), (3, 1, 1))])
def test_hd95_in_millimetres_is_that_of_pixels_of_that_size(shape, spacing):
    draw = np.random.default_rng(4)
    prediction, target = (draw.random(shape) < 0.1 for _ in range(2))  # single pixels are their own edge
    points = [np.argwhere(mask & ~binary_erosion(mask)) * spacing for mask in (prediction, target)]
    distances = cdist(*points)
    expected = max(np.percentile(distances.min(axis=axis), 95) for axis in (0, 1))
    found = hd95(prediction, target, spacing=spacing)
    assert found == pytest.approx(expected / math.hypot(*np.multiply(shape, spacing)), abs=1e-6)
    for factor in (2, 1e200, 1e-200):
        assert hd95(prediction, target, spacing=[factor * edge for edge in spacing]) == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dice(-1, 2, 2), "^tp must be a finite number, at least 0, got -1"),
        (lambda: jaccard(1, math.nan, 2), "^fp must be a finite number, at least 0, got nan"),
        (lambda: dice(1, 2, "2"), "^fn must be a number, at least 0, got '2'"),
        (lambda: balanced_accuracy(1, 1, 1, -3), "^tn must be a finite number, at least 0, got -3"),
        (lambda: balanced_accuracy(0, 0, 0, 0), "^tp, fp, fn and tn must count at least one pixel"),
        (lambda: hd95(np.ones((3, 3)), BLOCK), "^prediction must be a Boolean NumPy array, got a float64 array"),
        (lambda: hd95(BLOCK, 255 * BLOCK.astype(np.uint8)), "^target must be a Boolean NumPy array, got a uint8"),
        (lambda: hd95(BLOCK, BLOCK[:5]), r"^target must have the shape of prediction, \(10, 10\), got \(5, 10\)"),
        (lambda: hd95(BLOCK[0], BLOCK[0]), r"^prediction must have shape \(H, W\) or \(D, H, W\), got \(10,\)"),
        (lambda: hd95(BLOCK, BLOCK, spacing=(1, 2, 3)), r"^spacing must be 2 numbers above 0, one an axis, got \(1, 2"),
        (
            lambda: hd95(BLOCK, BLOCK, spacing=np.array(1.0)),
            r"^spacing must be 2 numbers above 0, one an axis, got a fl",
        ),
        (lambda: balanced_accuracy(1e308, 0, 1e308, 1), r"^tp, fp, fn and tn must have a finite sum, got inf"),
        (lambda: evaluate(*blobs(), batch_size=-(10**5000)), r"^batch_size must be .* got an integer of more than 40"),
        (lambda: hd95(BLOCK, BLOCK, spacing=(1, 0)), r"^spacing must be 2 numbers above 0, one an axis, got \(1, 0"),
        (
            lambda: hd95(BLOCK, BLOCK, spacing=(1, 10**400)),
            r"^spacing must be 2 numbers above 0, one an axis, got \(1,",
        ),
        (lambda: hd95(BLOCK, BLOCK, spacing=b"ab"), "^spacing must be 2 numbers above 0, one an axis, got b'ab'"),
        (lambda: hd95(BLOCK, BLOCK, spacing=2.0), "^spacing must be 2 numbers above 0, one an axis, got 2.0"),
        (lambda: average_precision(np.ones(3), np.ones(3)), "^target must be a Boolean NumPy array, got a float64"),
        (lambda: average_precision(np.ones(3), np.ones(2, bool)), "^target must have the shape of probability"),
        (lambda: average_precision(np.array([np.nan]), np.ones(1, bool)), "^probability must hold numbers, got NaN"),
        (lambda: average_precision([0.5], np.ones(1, bool)), "^probability must be a NumPy array of numbers, got a"),
    ],
)
def test_what_would_give_nonsense_is_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
