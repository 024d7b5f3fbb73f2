"""What only a machine reads in lessons 00 to 05: two ways to compute something agree. Their claims are in the lessons."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
import torch

from tverskylib import (
    dice_index,
    jaccard_index,
    one_hot,
    soft_counts,
    theory,
    threshold_counts,
    tiles,
    tversky_from_counts,
    tversky_index,
    tversky_loss,
)

TILE = tiles.real_crop()
MASK, TRUTH = (TILE.probability >= 0.5)[None, None], TILE.target[None, None]
COUNTS = ((MASK & TRUTH).sum(), (MASK & ~TRUTH).sum(), (~MASK & TRUTH).sum())


# ------------------------------------------------------------------------------------------------ 00 and 01


def disc(shift, radius=24):
    row, column = np.mgrid[-47.5:48, -83.5:84]
    return (row**2 + (column - shift) ** 2 <= radius**2)[None, None]


@pytest.mark.parametrize("shift", range(0, 41, 4))
def test_dice_of_discs_of_equal_size_is_the_share_that_is_found(shift):
    tp, fp, fn = (float(count) for count in soft_counts(disc(shift), disc(0)))
    assert fp == fn
    assert dice_index(disc(shift), disc(0)) == pytest.approx(tp / (tp + fn))


def test_the_numbers_of_the_two_discs():
    assert tuple(soft_counts(disc(12), disc(0))) == (1232, 572, 572)


def test_one_hot_puts_each_pixel_into_one_channel():
    bright = TILE.image.mean(axis=2) > 0.8
    assert (one_hot(np.where(TILE.target, 2, np.where(bright, 0, 1))[None], 3).sum(axis=1) == 1).all()


def test_a_predictor_that_finds_nothing_has_the_accuracy_of_the_background():
    assert (np.zeros_like(TRUTH) == TRUTH).mean() == pytest.approx(1 - TRUTH.mean())


# ------------------------------------------------------------------------------------------------ 02 and 03


def test_counting_at_one_threshold_is_counting_at_all():
    assert threshold_counts(TILE.probability, TILE.target, 0.5) == COUNTS
    assert tuple(soft_counts(MASK, TRUTH)) == COUNTS


def test_dice_three_times():
    tp, fp, fn = COUNTS
    assert tversky_from_counts(*COUNTS) == tp / (tp + fp / 2 + fn / 2) == dice_index(MASK, TRUTH)


def test_dice_lies_between_precision_and_recall():
    tp, fp, fn = COUNTS
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    assert min(precision, recall) <= dice_index(MASK, TRUTH) <= max(precision, recall)


def test_the_map_of_the_classifier_is_not_calibrated():
    for said, share in ((0.3, 0.09), (0.6, 0.68)):
        assert TILE.target[abs(TILE.probability - said) < 0.03].mean() == pytest.approx(share, abs=0.01)


def test_the_rule_of_half_of_dice_on_any_chances():
    """Mark in falling order: a pixel raises Dice if and only if its chance is above half of it."""
    for q in np.random.default_rng(0).uniform(0.01, 0.99, (200, 12)):
        q = -np.sort(-q)
        marked = np.arange(1, 13)
        dice = tversky_from_counts(q.cumsum(), marked - q.cumsum(), q.sum() - q.cumsum())
        assert ((np.diff(dice) > 0) == (q[1:] > dice[:-1] / 2)).all()
        best = dice.argmax()
        assert (q[: best + 1] > dice[best] / 2).all()
        assert (q[best + 1 :] < dice[best] / 2).all()


def test_jaccard_is_the_intersection_over_the_union():
    tp, fp, fn = COUNTS
    assert tversky_from_counts(*COUNTS, 1, 1) == tp / (tp + fp + fn) == jaccard_index(MASK, TRUTH)
    assert jaccard_index(MASK, TRUTH) == pytest.approx(dice_index(MASK, TRUTH) / (2 - dice_index(MASK, TRUTH)))


def test_jaccard_and_precision_and_recall_with_letters():
    tp, fp, fn, x = sp.symbols("TP FP FN x", positive=True)
    assert sp.simplify(tversky_from_counts(tp, fp, fn, 1, 1) - tp / (tp + fp + fn)) == 0
    assert sp.simplify(sp.diff(x / (2 - x), x) - 2 / (2 - x) ** 2) == 0  # Jaccard grows with Dice


def test_the_index_falls_when_a_weight_grows():
    tp, fp, fn, alpha, beta = sp.symbols("TP FP FN alpha beta", positive=True)
    index = tversky_from_counts(tp, fp, fn, alpha, beta)
    assert sp.diff(index, alpha).is_negative
    assert sp.diff(index, beta).is_negative


def test_dice_and_jaccard_have_one_exchange_rate():
    index = np.array([tversky_index(MASK, TRUTH, weight, weight) for weight in (0.5, 1)])
    rates = (1 - index + index * (0.5, 1)) / (index * (0.5, 1))
    assert rates[0] == pytest.approx(rates[1])
    assert rates[0] > 1


def test_equal_weights_are_symmetric():
    assert tversky_from_counts(3, 1, 3) == tversky_from_counts(3, 3, 1)
    assert tversky_from_counts(3, 1, 3, 0.2, 0.8) == 3 / (3 + 0.2 * 1 + 0.8 * 3)


# ------------------------------------------------------------------------------------------------ 04 and 05


def test_soft_counts_are_three_sums():
    y, y_hat = np.array([1, 0, 0, 0]), np.array([0.9, 0.4, 0.3, 0.1])
    by_hand = ((y * y_hat).sum(), ((1 - y) * y_hat).sum(), (y * (1 - y_hat)).sum())
    counts = soft_counts(y_hat.reshape(1, 1, 2, 2), y.reshape(1, 1, 2, 2))
    assert np.allclose(counts, by_hand)
    loss = tversky_loss(torch.tensor(y_hat).reshape(1, 1, 2, 2), torch.tensor(y).reshape(1, 1, 2, 2), delta=1.0)
    assert loss.item() == pytest.approx(1 - (by_hand[0] + 1) / (by_hand[0] + by_hand[1] / 2 + by_hand[2] / 2 + 1))


def test_the_gradient_has_two_values_and_the_empty_mask_none_without_delta():
    probability = torch.tensor(TILE.probability, dtype=torch.float64)[None, None].requires_grad_()
    tversky_loss(probability, torch.tensor(TRUTH), 0.2, 0.8, delta=1.0).backward()
    assert probability.grad.unique().numel() == 2
    wrong = torch.full((1, 1, 64, 64), 0.5, requires_grad=True)
    loss = tversky_loss(wrong, torch.zeros(1, 1, 64, 64), delta=0.0)
    loss.backward()
    assert loss == 1
    assert (wrong.grad == 0).all()


def test_at_the_right_answer_an_empty_mask_is_undefined_without_delta():
    empty = torch.zeros(1, 1, 2, 2)
    assert tversky_index(empty, empty, delta=0.0).isnan()
    assert tversky_index(empty + 1e-6, empty, delta=0.0) == 0


@pytest.mark.parametrize("delta", [1e-5, 1.0, 300.0])
def test_the_pull_of_an_empty_image_is_that_of_the_formula(delta):
    prediction = torch.full((1, 1, 64, 64), 0.5, dtype=torch.float64, requires_grad=True)
    tversky_loss(prediction, torch.zeros_like(prediction), 0.5, 0.5, delta=delta).backward()
    expected = 0.5 * delta / (0.5 * 2048 + delta) ** 2
    assert prediction.grad.unique().item() == pytest.approx(expected)
    assert -theory.pixel_gradients(0, 2048, 0, 0.5, 0.5, delta)[1] == pytest.approx(expected)


def test_batch_wise_all_foreground_pixels_of_a_batch_pull_alike():
    lesions = torch.zeros(2, 1, 64, 64)
    lesions[0, :, 8:56, 8:56], lesions[1, :, 30:34, 30:34] = 1, 1
    guess = (0.1 + 0.4 * lesions).requires_grad_()
    for domain, values in (("batch", 2), ("image", 4)):
        (slopes,) = torch.autograd.grad(tversky_loss(guess, lesions, domain=domain), guess)
        assert slopes.unique().numel() == values


def test_half_precision_does_not_overflow_and_255_is_left_out():
    ones = torch.ones(16, 1, 512, 512, dtype=torch.float16)
    assert tversky_loss(ones, ones) == 0
    labels = (torch.rand(2, 1, 16, 16, generator=torch.manual_seed(0)) < 0.3).float()
    labels[:, :, :4] = 255
    guess = torch.rand(2, 1, 16, 16, generator=torch.manual_seed(1))
    kept = tversky_loss(guess, labels, mask=labels != 255)
    assert torch.isclose(kept, tversky_loss(guess[:, :, 4:], labels[:, :, 4:]))


@pytest.mark.parametrize(("alpha", "beta"), [(0.5, 0.5), (0.1, 0.9), (0.9, 0.1)])
def test_one_ratio_over_a_softmax_is_accuracy(alpha, beta):
    draw = np.random.default_rng(0)
    classes, shares = draw.integers(0, 3, (2, 8, 8)), draw.dirichlet([1, 1, 1], (2, 8, 8)).transpose(0, 3, 1, 2)
    target = one_hot(classes, 3)
    assert tversky_index(shares, target, alpha, beta) == pytest.approx((shares * target).sum() / 128)
    delta = 7.0  # and with a smoothing term or another sum of weights
    right = (shares * target).sum()
    general = (right + delta) / (right + delta + 3 * (alpha + beta) * (128 - right))
    assert tversky_index(shares, target, 3 * alpha, 3 * beta, delta=delta) == pytest.approx(general)
