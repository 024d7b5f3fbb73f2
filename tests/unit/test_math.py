"""The mathematics of the Tversky loss, statement by statement: of a binary target y, a prediction in [0, 1] and delta."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import sympy
import torch
from helpers import pairs, random_pair, smoothing, weights
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from tverskylib import dice_index, jaccard_index, soft_counts, tversky_from_counts, tversky_index, tversky_loss

SETTINGS = [(0.5, 0.5, 0.0), (0.3, 0.7, 1e-5), (1, 1, 1), (2, 0.1, 30.0), (0, 1, 0.1), (1, 0, 0.1)]
each_setting = pytest.mark.parametrize(("alpha", "beta", "delta"), SETTINGS)


def slope_of_index(prediction, target, *weights, **options):
    """dT/dyhat from autograd; the loss has the opposite sign."""
    prediction = prediction.detach().requires_grad_()
    tversky_loss(prediction, target, *weights, reduction="sum", **options).backward()
    return -prediction.grad


def closed_form(prediction, target, alpha, beta, delta):
    """dT/dyhat_i = [y_i D - N (y_i + alpha (1 - y_i) - beta y_i)] / D^2 over one domain."""
    tp, fp, fn = soft_counts(prediction, target)
    n, d = tp + delta, tp + delta + alpha * fp + beta * fn
    return (target * d - n * (target + alpha * (1 - target) - beta * target)) / d**2


# Uniqueness


@each_setting
def test_the_target_is_the_only_maximum_if_it_has_foreground_or_delta_is_positive(alpha, beta, delta):
    """On the vertices of a cube of four pixels: every target against every prediction."""
    masks = np.array(list(itertools.product([0.0, 1.0], repeat=4)))[:, None, None, :]
    for target in masks:
        if not target.any() and delta == 0:
            continue
        index = tversky_index(masks, np.broadcast_to(target, masks.shape), alpha, beta, delta=delta, domain="image")
        equal = (masks == target).all(axis=(1, 2, 3))
        if alpha > 0 and beta > 0:
            np.testing.assert_array_equal(index == 1, equal)
        assert index[equal] == 1


@given(pairs(), weights, weights, smoothing)
def test_no_prediction_between_0_and_1_reaches_the_target(pair, alpha, beta, delta):
    prediction, target = pair
    assume(target.any() or delta > 0)
    index = tversky_index(prediction, target, alpha, beta, delta=delta)
    assert index <= 1
    assert (index == 1) == np.array_equal(prediction, target)


def test_without_foreground_and_delta_the_index_is_undefined_at_the_target_and_0_elsewhere():
    empty = np.zeros((1, 1, 2, 2))
    assert math.isnan(tversky_index(empty, empty))
    for value in (1e-9, 0.5, 1):
        assert tversky_index(np.full_like(empty, value), empty) == 0


# Gradient


@pytest.mark.parametrize("soft", [False, True], ids=["binary target", "soft target"])
@each_setting
def test_the_gradient_has_a_closed_form(alpha, beta, delta, soft):
    prediction, target = random_pair(soft=soft)
    given = slope_of_index(prediction, target, alpha, beta, delta=delta)
    torch.testing.assert_close(given, closed_form(prediction, target, alpha, beta, delta))
    given = slope_of_index(prediction, target, alpha, beta, delta=delta, domain="image", per_class=True)
    for image, channel in itertools.product(range(2), range(3)):
        domain = (prediction[image, channel][None, None], target[image, channel][None, None])
        torch.testing.assert_close(given[image, channel], closed_form(*domain, alpha, beta, delta)[0, 0])


@each_setting
def test_the_gradient_is_affine_in_the_target(alpha, beta, delta):
    """So it takes one value on foreground and one on background, whatever is predicted there."""
    prediction, target = random_pair()
    slope = slope_of_index(prediction, target, alpha, beta, delta=delta)
    on, off = slope[target == 1], slope[target == 0]
    torch.testing.assert_close(on, on[:1].expand_as(on))
    torch.testing.assert_close(off, off[:1].expand_as(off))
    assert (on > 0).all() or beta == 0
    assert (off < 0).all() or alpha == 0
    # Between the two values for a soft target: with the same sums, a target of 1/4 gets a quarter of the way.
    soft = torch.tensor([0.0, 0.25, 1.0], dtype=torch.float64).expand(1, 1, 4, 3)
    zero, quarter, one = slope_of_index(torch.rand(1, 1, 4, 3).double(), soft, alpha, beta, delta=delta)[0, 0, 0]
    torch.testing.assert_close(quarter, 0.75 * zero + 0.25 * one)


# A target without foreground


@given(st.floats(0.01, 10), st.floats(0.01, 10), st.floats(1e-6, 100), st.floats(1e-3, 1))
def test_an_empty_mask_pushes_by_a_formula_that_falls_with_the_predicted_sum(alpha, beta, delta, p):
    prediction = torch.full((1, 1, 2, 2), p, dtype=torch.float64)
    slope = slope_of_index(prediction, torch.zeros_like(prediction), alpha, beta, delta=delta)
    s = 4 * p
    np.testing.assert_allclose(slope, -alpha * delta / (alpha * s + delta) ** 2, rtol=1e-9)


def push(s, alpha, delta):
    """|dT/dyhat_i| on an empty mask of 10^4 pixels whose predictions sum to s."""
    prediction = torch.full((1, 1, 100, 100), s / 1e4, dtype=torch.float64)
    return slope_of_index(prediction, torch.zeros_like(prediction), alpha, delta=delta)[0, 0, 0, 0].abs().item()


def test_the_push_on_an_empty_mask_is_a_plateau_and_then_a_cliff():
    alpha, delta = 0.5, 1e-5
    # The plateau: delta much smaller than alpha S.
    for s in (1, 100, 5000):
        assert push(s, alpha, delta) == pytest.approx(delta / (alpha * s**2), rel=1e-4)
    assert push(5000, alpha, delta) < 1e-12
    # The cliff: only where S is of the order of delta / alpha is it as steep as alpha / delta.
    assert push(0, alpha, delta) == pytest.approx(alpha / delta)
    assert push(delta / alpha, alpha, delta) == pytest.approx(alpha / delta / 4)
    pushes = [push(s, alpha, delta) for s in (0, 1e-5, 1e-3, 1e-1, 10, 1000)]
    assert pushes == sorted(pushes, reverse=True)


def test_a_large_delta_makes_a_weak_uniform_penalty():
    alpha, delta = 0.5, 1e6
    for s in (0, 1, 100):
        assert push(s, alpha, delta) == pytest.approx(alpha / delta, rel=1e-3)


@pytest.mark.parametrize("alpha", [0.3, 0.5, 2])
@pytest.mark.parametrize("s", [0.5, 10, 5000])
def test_the_push_is_largest_at_delta_equal_to_alpha_s(s, alpha):
    assert push(s, alpha, delta=alpha * s) == pytest.approx(1 / (4 * s))
    best = minimize_scalar(lambda log: -push(s, alpha, math.exp(log)), bounds=(-15, 15), method="bounded")
    assert math.exp(best.x) == pytest.approx(alpha * s, rel=1e-2)
    for delta in alpha * s * np.array([0.01, 0.5, 0.9, 1.1, 2, 100]):
        assert push(s, alpha, delta) < 1 / (4 * s)


def test_the_same_by_symbols():
    s, alpha, delta = sympy.symbols("S alpha delta", positive=True)
    beta = sympy.Symbol("beta", positive=True)
    index = tversky_from_counts(0, s, 0, alpha, beta, delta)
    slope = -sympy.diff(index, s)
    assert sympy.simplify(slope - alpha * delta / (alpha * s + delta) ** 2) == 0
    assert sympy.solve(sympy.diff(slope, delta), delta) == [alpha * s]
    assert sympy.simplify(slope.subs(delta, alpha * s)) == 1 / (4 * s)


@pytest.mark.parametrize("soft_labels", ["product", "minimum"])
@pytest.mark.parametrize("p", [1e-6, 0.5, 1])
def test_without_delta_an_empty_mask_teaches_exactly_nothing(p, soft_labels):
    prediction = torch.full((2, 1, 3, 3), float(p), requires_grad=True)
    loss = tversky_loss(prediction, torch.zeros(2, 1, 3, 3), delta=0, domain="image", soft_labels=soft_labels)
    loss.backward()
    assert loss == 1
    assert (prediction.grad == 0).all()


# Image and batch


def terms(prediction, target, alpha, beta, delta):
    """Numerator and denominator for each image, with delta as given."""
    tp, fp, fn = soft_counts(prediction, target, domain="image")
    return tp + delta, tp + alpha * fp + beta * fn + delta


@given(pairs(), weights, weights, smoothing)
def test_the_batch_is_the_mediant_of_its_images_with_an_equal_share_of_delta(pair, alpha, beta, delta):
    k = len(pair[0])
    n, d = terms(*pair, alpha, beta, delta / k)
    assume((d > 0).all())
    batch = tversky_index(*pair, alpha, beta, delta=delta)
    images = tversky_index(*pair, alpha, beta, delta=delta / k, domain="image")
    assert batch == pytest.approx(n.sum() / d.sum())
    assert images.min() - 1e-12 <= batch <= images.max() + 1e-12
    # As a value it is the mean of the images weighted by their denominators.
    assert batch == pytest.approx(np.average(images, weights=d))


def test_with_the_whole_delta_for_each_image_the_batch_may_leave_their_range():
    """Two equal images with one false positive each: 2/3 for each of them, 1/2 for both."""
    prediction, target = np.ones((2, 1, 1, 1)), np.zeros((2, 1, 1, 1))
    assert dice_index(prediction, target, delta=1, domain="image") == pytest.approx([2 / 3, 2 / 3])
    assert dice_index(prediction, target, delta=1) == pytest.approx(1 / 2)


@each_setting
def test_the_gradient_of_the_batch_is_not_the_weighted_mean_of_its_images(alpha, beta, delta):
    """An image k pulls with (dN_k - T dD_k) / sum D and the pooled T, not with its own T_k."""
    prediction, target = random_pair((3, 1, 4, 5))
    n, d = terms(prediction, target, alpha, beta, delta / 3)
    pooled = n.sum() / d.sum()
    slope_n = target
    slope_d = target + alpha * (1 - target) - beta * target
    given = slope_of_index(prediction, target, alpha, beta, delta=delta)
    torch.testing.assert_close(given, (slope_n - pooled * slope_d) / d.sum())
    if slope_d.any():  # with alpha = 0 and beta = 1 the denominator is constant, and the two agree
        by_image = slope_of_index(prediction, target, alpha, beta, delta=delta / 3, domain="image")
        assert not torch.allclose(given, by_image * (d / d.sum())[:, None, None, None])


def test_a_batch_counts_an_image_by_its_denominator_and_a_mean_counts_all_alike():
    """A large lesion that is found hides a small one that is missed; the mean over the images does not."""
    target = np.zeros((2, 1, 10, 10))
    target[0, :, :9] = 1
    target[1, 0, 0, 0] = 1
    prediction = target.copy()
    prediction[1] = 0
    assert dice_index(prediction, target) == pytest.approx(180 / 181)
    assert dice_index(prediction, target, domain="image").mean() == pytest.approx(0.5)
    # So do false alarms: an image without foreground whose pixels are all called foreground.
    prediction[1] = 1
    assert dice_index(prediction, target) < 0.95
    assert tversky_loss(torch.tensor(prediction), torch.tensor(target), domain="image") > 0.49


# Micro-batches


@pytest.mark.parametrize("alpha_beta", [(0.5, 0.5), (0.3, 0.7)])
def test_micro_batches_change_a_batchwise_loss_but_not_an_imagewise_one(alpha_beta):
    prediction, target = random_pair((4, 1, 4, 5))
    target[:2, :, 1:] = 0
    halves = list(zip(prediction.chunk(2), target.chunk(2), strict=True))

    def accumulated(domain):
        return torch.stack([tversky_loss(*half, *alpha_beta, domain=domain) for half in halves]).mean()

    assert not torch.isclose(accumulated("batch"), tversky_loss(prediction, target, *alpha_beta), rtol=1e-3)
    torch.testing.assert_close(accumulated("image"), tversky_loss(prediction, target, *alpha_beta, domain="image"))
    # The sums, not the ratios, add up.
    counts = [sum(parts) for parts in zip(*(soft_counts(*half) for half in halves), strict=True)]
    torch.testing.assert_close(
        1 - tversky_from_counts(*counts, *alpha_beta, 1e-5), tversky_loss(prediction, target, *alpha_beta)
    )


# Other ways to write it


@given(pairs(), st.floats(0.01, 100))
def test_a_dice_with_a_smoothing_term_s_has_delta_equal_to_half_of_it(pair, s):
    tp, fp, fn = soft_counts(*pair)
    assert dice_index(*pair, delta=s / 2) == pytest.approx((2 * tp + s) / (2 * tp + fp + fn + s))


@given(pairs(), weights, weights, smoothing)
def test_three_sums_are_enough(pair, alpha, beta, delta):
    prediction, target = pair
    tp = (prediction * target).sum()
    d = tp * (1 - alpha - beta) + alpha * prediction.sum() + beta * target.sum() + delta
    assume(d > 0)
    assert tversky_index(*pair, alpha, beta, delta=delta) == pytest.approx((tp + delta) / d)


def test_dice_and_jaccard_by_symbols():
    tp, fp, fn = sympy.symbols("TP FP FN", positive=True)
    half = sympy.Rational(1, 2)
    dice, jaccard = tversky_from_counts(tp, fp, fn, half, half), tversky_from_counts(tp, fp, fn, 1, 1)
    assert sympy.simplify(jaccard - dice / (2 - dice)) == 0
    prediction, target = (x.numpy() for x in random_pair())
    assert jaccard_index(prediction, target) < dice_index(prediction, target)
