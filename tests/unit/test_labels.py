"""One channel a class, and smoothed labels."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest
import torch
from helpers import random_pair
from hypothesis import given
from hypothesis import strategies as st

from tverskylib import one_hot, smooth_labels, tversky_loss

both_kinds = pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])


def refused(message, error=ValueError):
    return pytest.raises(error, match=re.escape(message))


# One channel a class


@both_kinds
@pytest.mark.parametrize("shape", [(2, 4, 5), (2, 3, 4, 5)])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "int64"])
def test_each_class_number_gets_its_channel(dtype, shape, kind):
    class_map = np.random.default_rng(0).integers(0, 3, shape).astype(dtype)
    target = one_hot(kind(class_map), 3)
    assert tuple(target.shape) == (2, 3, *shape[1:])
    assert "float32" in str(target.dtype)
    assert isinstance(target, type(kind(class_map)))
    for number in range(3):
        np.testing.assert_array_equal(target[:, number], class_map == number)


def test_torch_agrees():
    class_map = torch.randint(0, 4, (2, 5, 6), generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.one_hot(class_map, 4).movedim(-1, 1).float()
    torch.testing.assert_close(one_hot(class_map, 4), expected)


def test_a_class_that_does_not_occur_is_an_empty_channel():
    assert one_hot(np.zeros((1, 2, 2), dtype=int), 3).sum(axis=(0, 2, 3)).tolist() == [4, 0, 0]


def test_the_advice_about_numbers_that_are_no_class_works():
    class_map = torch.tensor([[[0, 1, 255, 2]]])
    with refused(
        "class_map must hold class numbers from 0 to 2, got 255: if 255 marks pixels to ignore, "
        "set them to 0 and pass mask=(class_map != 255)[:, None] to the loss"
    ):
        one_hot(class_map, 3)
    target = one_hot(class_map.where(class_map != 255, 0), 3)
    mask = (class_map != 255)[:, None]
    assert tversky_loss(target, target, mask=mask) == 0
    assert tversky_loss(one_hot(torch.tensor([[[0, 1, 2, 2]]]), 3), target, mask=mask) == 0


@both_kinds
@pytest.mark.parametrize(("number", "classes"), [(-1, 3), (3, 3), (255, 2)])
def test_a_number_that_is_no_class(number, classes, kind):
    class_map = kind(np.array([[[0, 1], [1, number]]]))
    with refused(f"class_map must hold class numbers from 0 to {classes - 1}, got {number}"):
        one_hot(class_map, classes)


@both_kinds
@pytest.mark.parametrize("dtype", [float, bool, complex])
def test_a_class_map_of_other_numbers(dtype, kind):
    with refused("class_map must be an integer NumPy array or torch.Tensor, got a ", TypeError):
        one_hot(kind(np.zeros((1, 2, 2), dtype=dtype)), 2)


@pytest.mark.parametrize("wrong", [[[[0]]], None, 0])
def test_a_class_map_that_is_no_array(wrong):
    with refused("class_map must be an integer NumPy array or torch.Tensor, got ", TypeError):
        one_hot(wrong, 2)


@both_kinds
@pytest.mark.parametrize("shape", [(2, 2), (1, 1, 1, 2, 2), (0, 2, 2), (1, 2, 0)])
def test_a_class_map_of_another_shape(shape, kind):
    with refused(f"class_map must have shape (B, H, W) or (B, D, H, W) and not be empty, got {shape}"):
        one_hot(kind(np.zeros(shape, dtype=int)), 2)


@pytest.mark.parametrize("wrong", [1, 0, -1, 2.0, True, None, "2"])
def test_a_number_of_classes_that_is_none(wrong):
    with refused(f"num_classes must be a whole number from 2 to 65536, got {wrong!r}", (TypeError, ValueError)):
        one_hot(np.zeros((1, 2, 2), dtype=int), wrong)


# Smoothed labels


@both_kinds
def test_a_share_is_spread_over_the_channels(kind):
    target = kind(np.array([1.0, 0.0, 0.0, 0.0]).reshape(1, 4, 1, 1))
    assert np.ravel(smooth_labels(target, 0.2)).tolist() == pytest.approx([0.85, 0.05, 0.05, 0.05])


@both_kinds
def test_one_channel_means_one_sided_smoothing_unless_two_classes_are_meant(kind):
    target = kind(np.array([1.0, 0.0]).reshape(1, 1, 1, 2))
    assert np.ravel(smooth_labels(target, 0.2)).tolist() == pytest.approx([1, 0.2])
    assert np.ravel(smooth_labels(target, 0.2, num_classes=2)).tolist() == pytest.approx([0.9, 0.1])


@given(st.floats(0, 0.999), st.integers(1, 5))
def test_smoothing_keeps_probabilities(epsilon, channels):
    target = one_hot(np.arange(channels + 1)[None, None], channels + 1)
    smoothed = smooth_labels(target, epsilon)
    np.testing.assert_allclose(smoothed.sum(axis=1), 1, rtol=1e-5)
    assert smoothed.min() >= 0
    # The two values differ by 1 - epsilon.
    assert np.ptp(smoothed) == pytest.approx(1 - epsilon, abs=1e-6)
    np.testing.assert_array_equal(smooth_labels(torch.from_numpy(target), epsilon).numpy(), smoothed)


@both_kinds
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32", "float64"])
def test_floating_point_dtypes_are_kept_and_others_become_float32(dtype, kind):
    target = np.array([1, 0]).reshape(1, 2, 1, 1).astype(dtype)
    smoothed = smooth_labels(kind(target), 0.5)
    assert str(smoothed.dtype).endswith(dtype if dtype.startswith("float") else "float32")
    assert np.ravel(smoothed).tolist() == [0.75, 0.25]
    assert kind(target).ravel().tolist() == [1, 0], "the target itself stays as it was"


@pytest.mark.parametrize("share", [np.float64(0.5), np.float32(0.5), Fraction(1, 2)])
@both_kinds
def test_the_kind_of_the_share_changes_no_dtype(kind, share):
    smoothed = smooth_labels(kind(np.ones((1, 2, 1, 1), dtype=np.float32)), share)
    assert str(smoothed.dtype).endswith("float32")


def test_bfloat16_is_kept():
    assert smooth_labels(torch.ones(1, 1, 1, 1, dtype=torch.bfloat16), 0.5).dtype == torch.bfloat16


@both_kinds
def test_no_smoothing_changes_nothing(kind):
    _, target = random_pair((2, 3, 2, 4, 5), soft=True)
    np.testing.assert_array_equal(smooth_labels(kind(target), 0), target)


@pytest.mark.parametrize("wrong", [-0.1, 1, 1.5, math.nan])
def test_a_share_out_of_range(wrong):
    with refused(f"epsilon must be a number in [0, 1), got {wrong}"):
        smooth_labels(np.zeros((1, 1, 2, 2)), wrong)


@pytest.mark.parametrize("wrong", [None, "0.1", True, [0.1]])
def test_a_share_that_is_no_number(wrong):
    with refused("epsilon must be a number in [0, 1), got ", TypeError):
        smooth_labels(np.zeros((1, 1, 2, 2)), wrong)


@pytest.mark.parametrize("wrong", [0, -2, 2.0, True, "2"])
def test_a_number_of_classes_to_spread_over_that_is_none(wrong):
    with refused(f"num_classes must be a whole number from 1 to 65536, got {wrong!r}", (TypeError, ValueError)):
        smooth_labels(np.zeros((1, 1, 2, 2)), 0.1, num_classes=wrong)


@both_kinds
@pytest.mark.parametrize(
    ("value", "given", "hint"),
    [(2, "0 to 2", ": class numbers become a target by one_hot"), (-1, "-1 to 0", ""), (-math.inf, "-inf to 0", "")],
)
def test_a_target_outside_0_and_1(value, given, hint, kind):
    target = np.zeros((1, 1, 2, 2))
    target[0, 0, 0, 0] = value
    with pytest.raises(ValueError, match=rf"target must hold values in \[0, 1\], got values from {given}.*{hint}"):
        smooth_labels(kind(target), 0.1)


@both_kinds
@pytest.mark.parametrize("shape", [(2, 2), (1, 2, 2), (1, 1, 0, 2)])
def test_a_target_of_another_shape(shape, kind):
    with refused(f"target must have shape (B, C, H, W) or (B, C, D, H, W) and not be empty, got {shape}"):
        smooth_labels(kind(np.zeros(shape)), 0.1)


@pytest.mark.parametrize("wrong", [None, [[0.5]], np.zeros((1, 1, 2, 2), dtype=complex), np.full((1, 1, 1, 1), "a")])
def test_a_target_that_is_no_array_of_numbers(wrong):
    with refused("target must be a real NumPy array or torch.Tensor, got ", TypeError):
        smooth_labels(wrong, 0.1)
