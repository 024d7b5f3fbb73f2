"""The Tversky index: one formula for every kind of number, and what holds for every prediction."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from helpers import DOMAINS, pairs, random_pair, smoothing, weights
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import fbeta_score, jaccard_score

from tverskylib import dice_index, jaccard_index, tversky_from_counts, tversky_index
from tverskylib.theory import pixel_gradients

KINDS = {
    "int": int,
    "float": float,
    "Fraction": Fraction,
    "NumPy scalar": np.float64,
    "NumPy array": lambda x: np.array([x]),
    "torch float": lambda x: torch.tensor(float(x)),
    "torch int": torch.tensor,
    "SymPy": sympy.Integer,
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@every_kind
def test_the_formula_takes_every_kind_of_number(kind):
    index = tversky_from_counts(kind(6), kind(2), kind(4), 0.25, 0.5, delta=0.5)
    assert float(np.ravel(index)[0]) == pytest.approx(6.5 / 9, rel=1e-7)


@every_kind
@pytest.mark.parametrize("weight", [1, 0.5])
def test_nothing_to_count_is_nan_for_every_kind_of_number(weight, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        index = tversky_from_counts(kind(0), kind(0), kind(0), weight, weight, delta=0)
    assert math.isnan(np.ravel(index)[0])


def test_fractions_stay_exact():
    assert tversky_from_counts(Fraction(1), Fraction(1), Fraction(1), Fraction(1, 3), 1, delta=0) == Fraction(3, 7)


def test_symbols_give_the_formula():
    tp, fp, fn, alpha, beta, delta = symbols = sympy.symbols("TP FP FN alpha beta delta", positive=True)
    assert tversky_from_counts(*symbols) == (tp + delta) / (tp + delta + alpha * fp + beta * fn)


def test_symbols_mix_with_numbers():
    tp, fp, fn = sympy.symbols("TP FP FN", positive=True)
    dice = tversky_from_counts(tp, fp, fn, sympy.Rational(1, 2), sympy.Rational(1, 2))
    assert sympy.simplify(dice - 2 * tp / (2 * tp + fp + fn)) == 0


def test_counts_and_weights_broadcast():
    alpha = np.array([0.0, 0.5, 1.0])
    assert tversky_from_counts(1, 2, 0, alpha, 1).tolist() == [1, 0.5, 1 / 3]
    grid = tversky_from_counts(1.0, np.arange(3)[:, None], np.arange(4), 1, 1)
    assert grid.shape == (3, 4)
    assert grid[2, 3] == 1 / 6


@pytest.mark.parametrize(
    ("alpha", "beta", "delta", "message"),
    [
        (-0.1, 0.5, 0, "alpha must be a finite number, at least 0, got -0.1"),
        (0.5, math.nan, 0, "beta must be a finite number, at least 0, got nan"),
        (0.5, 0.5, math.inf, "delta must be a finite number, at least 0, got inf"),
        (Fraction(-1, 2), 1, 0, "alpha must be a finite number, at least 0, got -1/2"),
        (sympy.Rational(-1, 2), 1, 0, "alpha must be a finite number, at least 0, got -1/2"),
        (0, 0, 1, "alpha and beta must not both be 0"),
    ],
)
def test_the_formula_rejects_weights_that_make_no_index(alpha, beta, delta, message):
    with pytest.raises(ValueError, match=message):
        tversky_from_counts(1, 1, 1, alpha, beta, delta)


@pytest.mark.parametrize("given", [None, "0.5", [0.5], 1j])
def test_the_formula_rejects_what_is_no_number(given):
    with pytest.raises(TypeError, match="beta must be a number, at least 0, got "):
        tversky_from_counts(1, 1, 1, 0.5, given)


@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize(
    ("domain", "per_class", "shape"),
    [("batch", False, ()), ("batch", True, (3,)), ("image", False, (2,)), ("image", True, (2, 3))],
)
def test_an_index_comes_for_every_domain_and_class(domain, per_class, shape, kind):
    for dimensions in ((2, 3, 4, 5), (2, 3, 2, 4, 5)):
        prediction, target = map(kind, random_pair(dimensions))
        for index in (tversky_index, dice_index, jaccard_index):
            assert tuple(index(prediction, target, domain=domain, per_class=per_class).shape) == shape


def test_three_names_are_points_of_one_plane():
    prediction, target = (x.numpy() for x in random_pair())
    mask = target.mean(1, keepdims=True) < 0.5
    options = {"delta": 0.3, "domain": "image", "per_class": True, "mask": mask}
    np.testing.assert_array_equal(
        dice_index(prediction, target, **options), tversky_index(prediction, target, 0.5, 0.5, **options)
    )
    np.testing.assert_array_equal(
        jaccard_index(prediction, target, **options), tversky_index(prediction, target, 1, 1, **options)
    )


def test_an_empty_image_is_nan_without_smoothing_and_perfect_with_it():
    prediction, target = np.zeros((2, 1, 3, 3)), np.zeros((2, 1, 3, 3))
    prediction[1] = target[1] = 1
    for kind in (np.asarray, torch.as_tensor):
        index = dice_index(kind(prediction), kind(target), domain="image")
        assert math.isnan(index[0])
        assert index[1] == 1
        assert dice_index(kind(prediction), kind(target), domain="image", delta=1e-5).tolist() == [1, 1]


@given(pairs(), weights, weights, smoothing, st.sampled_from(DOMAINS), st.booleans())
def test_arrays_and_tensors_agree_and_lie_between_0_and_1(pair, alpha, beta, delta, domain, per_class):
    options = {"delta": delta, "domain": domain, "per_class": per_class}
    index = tversky_index(*pair, alpha, beta, **options)
    np.testing.assert_allclose(
        index, tversky_index(*map(torch.from_numpy, pair), alpha, beta, **options), rtol=1e-13, equal_nan=True
    )
    defined = index[~np.isnan(index)]
    assert np.all((defined >= 0) & (defined <= 1))
    assert delta == 0 or not np.isnan(index).any()


@given(pairs(binary=True), weights, weights, smoothing)
def test_a_binary_mask_scores_1_exactly_if_it_is_the_target(pair, alpha, beta, delta):
    prediction, target = pair
    assume(target.any() or delta > 0)
    assert tversky_index(target, target, alpha, beta, delta=delta) == 1
    assert (tversky_index(prediction, target, alpha, beta, delta=delta) == 1) == np.array_equal(prediction, target)


@given(pairs(), weights, weights)
def test_the_batch_lies_between_its_worst_and_its_best_image_without_smoothing(pair, alpha, beta):
    images = tversky_index(*pair, alpha, beta, domain="image")
    assume(not np.isnan(images).any())
    rounding = 1e-12
    assert images.min() - rounding <= tversky_index(*pair, alpha, beta) <= images.max() + rounding


@given(pairs(), weights, weights, smoothing, st.integers(1, 9))
def test_true_negatives_never_enter(pair, alpha, beta, delta, columns):
    wider = [np.pad(x, [(0, 0), (0, 0), (0, 0), (0, columns)]) for x in pair]
    np.testing.assert_allclose(
        tversky_index(*wider, alpha, beta, delta=delta, domain="image", per_class=True),
        tversky_index(*pair, alpha, beta, delta=delta, domain="image", per_class=True),
        rtol=1e-13,
    )


@given(pairs(), weights, weights, smoothing, st.randoms(use_true_random=False))
def test_the_order_of_pixels_does_not_matter(pair, alpha, beta, delta, random):
    flat = [x.reshape(*x.shape[:2], 1, -1) for x in pair]
    order = random.sample(range(flat[0].shape[-1]), flat[0].shape[-1])
    np.testing.assert_allclose(
        tversky_index(*(x[..., order] for x in flat), alpha, beta, delta=delta, domain="image"),
        tversky_index(*pair, alpha, beta, delta=delta, domain="image"),
        rtol=1e-13,
    )


@given(pairs(), weights, weights, smoothing, st.randoms(use_true_random=False))
def test_the_order_of_images_does_not_matter(pair, alpha, beta, delta, random):
    order = random.sample(range(len(pair[0])), len(pair[0]))
    mixed = [x[order] for x in pair]
    np.testing.assert_allclose(
        tversky_index(*mixed, alpha, beta, delta=delta), tversky_index(*pair, alpha, beta, delta=delta), rtol=1e-13
    )
    np.testing.assert_array_equal(
        tversky_index(*mixed, alpha, beta, delta=delta, domain="image"),
        tversky_index(*pair, alpha, beta, delta=delta, domain="image")[order],
    )


@given(pairs(), st.sampled_from(DOMAINS))
def test_jaccard_follows_from_dice(pair, domain):
    dice = dice_index(*pair, domain=domain)
    np.testing.assert_allclose(jaccard_index(*pair, domain=domain), dice / (2 - dice), rtol=1e-13)


@given(pairs(binary=True), st.floats(0.2, 5))
def test_alpha_plus_beta_equal_to_1_is_the_f_measure(pair, k):
    prediction, target = (x.ravel() for x in pair)
    assume(target.any())
    beta = k**2 / (1 + k**2)
    assert tversky_index(*pair, 1 - beta, beta) == pytest.approx(fbeta_score(target, prediction, beta=k))
    assert jaccard_index(*pair) == pytest.approx(jaccard_score(target, prediction))


@given(pairs(), st.floats(0, 10))
def test_more_weight_never_raises_the_index(pair, more):
    assume(pair[1].any())
    index = tversky_index(*pair, 0.5, 0.5)
    assert tversky_index(*pair, 0.5 + more, 0.5) <= index
    assert tversky_index(*pair, 0.5, 0.5 + more) <= index


@pytest.mark.parametrize("make", [np.ones, torch.ones])
def test_counts_of_shapes_that_do_not_go_together_are_named(make):
    with pytest.raises(
        ValueError, match=r"^tp and fp and fn must have shapes that go together, got tp \(2,\), fp \(3,\)"
    ):
        tversky_from_counts(make(2), make(3), make(2))


@pytest.mark.parametrize("function", [tversky_from_counts, pixel_gradients])
@pytest.mark.parametrize(
    ("one", "other"),
    [(np.ones(2), torch.ones(2)), (torch.ones(2), sympy.Symbol("x")), (np.ones(2), sympy.Symbol("x"))],
    ids=str,
)
def test_counts_are_of_one_kind(function, one, other):
    for counts in ((one, other), (other, one)):
        with pytest.raises(TypeError, match=r"^(tp and fp|fp and tp) must be of one kind, got an? .*: convert one of"):
            function(*counts, 1, 0.5, 0.5, 0.0)


def test_gradients_of_nothing_and_of_too_much():
    for zero in (0, 0.0, Fraction(0), np.float64(0)):
        assert np.isnan(pixel_gradients(zero, zero, zero, 0.5, 0.5, 0)).all()
    with pytest.raises(ValueError, match=r"^tp and fp must have shapes that go together"):
        pixel_gradients(np.ones(2), np.ones(3), 1, 0.5, 0.5, 0)
    with pytest.raises(ValueError, match=r"^counts and weights must have squares that are finite"):
        pixel_gradients(1e200, 1e200, 1, 0.5, 0.5, 0)
