"""Soft counts: true positives, false positives and false negatives, of arrays and of tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers import DOMAINS, SOFT_LABELS, random_pair, written_out

from tverskylib import _sums, soft_counts

PREDICTION = np.array([[[[1.0, 0.5], [0.25, 0.0]]]])
TARGET = np.array([[[[1.0, 1.0], [0.0, 0.0]]]])

as_array = pytest.param(np.asarray, id="numpy")
as_tensor = pytest.param(torch.as_tensor, id="torch")
both_kinds = pytest.mark.parametrize("kind", [as_array, as_tensor])


def as_floats(counts):
    return tuple(float(count) for count in counts)


@both_kinds
def test_a_count_by_hand(kind):
    counts = soft_counts(kind(PREDICTION), kind(TARGET))
    assert as_floats(counts) == (1.5, 0.25, 0.5)
    assert counts._fields == ("tp", "fp", "fn")


@both_kinds
def test_thresholded_masks_count_pixels(kind):
    counts = soft_counts(kind(PREDICTION >= 0.5), kind(TARGET == 1))
    assert as_floats(counts) == (2, 0, 0)


@both_kinds
@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 2, 4, 5)])
def test_sums_keep_the_axes_that_were_asked_for(shape, domain, per_class, soft_labels, kind):
    prediction, target = random_pair(shape, soft=True)
    counts = soft_counts(kind(prediction), kind(target), domain=domain, per_class=per_class, soft_labels=soft_labels)
    expected_shape = ((2,) if domain == "image" else ()) + ((3,) if per_class else ())
    for given, expected in zip(counts, written_out(prediction, target, domain, per_class, soft_labels), strict=True):
        assert tuple(given.shape) == expected_shape
        np.testing.assert_allclose(given, expected, rtol=1e-12)


@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
def test_counts_have_the_gradient_of_their_definition(soft_labels):
    prediction, target = random_pair(soft=True)
    prediction.requires_grad_()
    given = soft_counts(prediction, target, domain="image", per_class=True, soft_labels=soft_labels)
    expected = written_out(prediction, target, "image", True, soft_labels)
    for a, b in zip(given, expected, strict=True):
        (da,), (db,) = (torch.autograd.grad(x.sum(), prediction, retain_graph=True) for x in (a, b))
        torch.testing.assert_close(da, db)


@both_kinds
@pytest.mark.parametrize("per_class", [False, True])
def test_the_two_forms_agree_on_a_binary_target(per_class, kind):
    prediction, target = map(kind, random_pair())
    product, minimum = (soft_counts(prediction, target, per_class=per_class, soft_labels=s) for s in SOFT_LABELS)
    for a, b in zip(product, minimum, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@both_kinds
def test_a_soft_target_makes_no_mistake_against_itself_in_the_minimum_form_only(kind):
    _, target = random_pair(soft=True)
    _, fp, fn = soft_counts(kind(target), kind(target), soft_labels="minimum")
    assert fp == 0
    assert fn == 0
    _, fp, fn = soft_counts(kind(target), kind(target), soft_labels="product")
    assert fp > 1
    assert fn > 1


@pytest.mark.parametrize("target_type", ["bool", "uint8", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("prediction_type", ["bool", "float16", "bfloat16", "float32", "float64"])
def test_tensors_of_every_dtype_count_in_32_bits_at_least(prediction_type, target_type):
    prediction = torch.as_tensor(PREDICTION if prediction_type != "bool" else TARGET)
    counts = soft_counts(
        prediction.to(getattr(torch, prediction_type)), torch.as_tensor(TARGET).to(getattr(torch, target_type))
    )
    assert as_floats(counts) == ((1.5, 0.25, 0.5) if prediction_type != "bool" else (2, 0, 0))
    assert {count.dtype for count in counts} == {torch.float64 if prediction_type == "float64" else torch.float32}


@pytest.mark.parametrize("target_type", ["bool", "uint8", "int64", "float16", "float64"])
@pytest.mark.parametrize("prediction_type", ["bool", "float16", "float32", "float64"])
def test_arrays_of_every_dtype_count_in_float64(prediction_type, target_type):
    prediction = PREDICTION if prediction_type != "bool" else TARGET
    counts = soft_counts(prediction.astype(prediction_type), TARGET.astype(target_type))
    assert as_floats(counts) == ((1.5, 0.25, 0.5) if prediction_type != "bool" else (2, 0, 0))
    assert {count.dtype for count in counts} == {np.dtype("float64")}


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
def test_half_precision_rounds_inputs_but_not_sums(soft_labels, dtype):
    # 5,000 pixels of 0.1 sum to about 500: in float16 a sum of this size moves in steps of 0.25, in bfloat16 of 2.
    prediction, target = random_pair((2, 1, 50, 50), dtype, soft=True)
    given = soft_counts(prediction * 0.1, target, soft_labels=soft_labels)
    expected = soft_counts((prediction * 0.1).double(), target.double(), soft_labels=soft_labels)
    for a, b in zip(given, expected, strict=True):
        assert float(a) == pytest.approx(float(b), rel=1e-5)


@both_kinds
@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
@pytest.mark.parametrize("full", [False, True], ids=["(B, 1, H, W)", "(B, C, H, W)"])
def test_ignored_pixels_count_for_nothing_whatever_stands_there(full, soft_labels, kind):
    prediction, target = random_pair(soft=True)
    mask = torch.rand((2, 3 if full else 1, 4, 5), generator=torch.Generator().manual_seed(1)) < 0.6
    expected = written_out(prediction * mask, target * mask, "image", True, soft_labels)
    ignored = ~mask.expand(2, 3, 4, 5)
    prediction[ignored] = torch.nan
    target[ignored] = 255
    for m in (mask, mask.double(), mask.to(torch.uint8)):
        counts = soft_counts(
            kind(prediction), kind(target), domain="image", per_class=True, soft_labels=soft_labels, mask=kind(m)
        )
        for a, b in zip(counts, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
@pytest.mark.parametrize("block", [1, 7, 20, 41, 1000])
def test_no_block_size_changes_the_counts(block, soft_labels, domain, monkeypatch):
    monkeypatch.setattr(_sums, "_PIECE", block)
    prediction, target = random_pair((3, 2, 4, 5), soft=True)
    given = soft_counts(prediction, target, domain=domain, per_class=True, soft_labels=soft_labels)
    for a, b in zip(given, written_out(prediction, target, domain, True, soft_labels), strict=True):
        torch.testing.assert_close(a, b)
    with pytest.raises(ValueError, match=r"from 0\.05\d* to 3\.5"):
        soft_counts(prediction.where(prediction < prediction.max(), torch.tensor(3.5)), target)


def test_memory_layout_does_not_change_the_counts():
    prediction, target = random_pair((2, 3, 4, 6), soft=True)
    expected = as_floats(soft_counts(prediction, target))
    last = torch.channels_last
    assert as_floats(soft_counts(prediction.to(memory_format=last), target)) == pytest.approx(expected)
    assert as_floats(soft_counts(prediction.to(memory_format=last), target.to(memory_format=last))) == pytest.approx(
        expected
    )
    views = (x.transpose(2, 3).numpy()[:, ::-1] for x in (prediction, target))
    assert as_floats(soft_counts(*views)) == pytest.approx(expected)


def test_a_constant_prediction_of_a_large_image_makes_no_false_positive():
    """A dot product in float32 is off by 4e-5 here: rounding errors of equal terms do not cancel."""
    prediction = torch.full((1, 1, 1024, 1024), 0.1)
    tp, fp, fn = soft_counts(prediction, torch.ones_like(prediction))
    assert float(tp) == pytest.approx(0.1 * 2**20, rel=1e-6)
    assert fp == 0
    assert float(fn) == pytest.approx(0.9 * 2**20, rel=1e-6)


@both_kinds
def test_no_rounding_error_makes_a_count_negative(kind):
    """A target that rounding took above 1 overlaps with more than there is."""
    prediction = np.ones((1, 1, 8, 8))
    counts = soft_counts(kind(prediction), kind(np.full_like(prediction, np.nextafter(1, 2))))
    assert counts.tp > 64
    assert counts.fp == 0
