"""The conditions of Claim 1 and the best prediction, against looking at every mask there is."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from helpers import random_pair
from scipy.stats import beta as beta_law

from tverskylib import one_hot, smooth_labels, theory, tversky_from_counts, tversky_index
from tverskylib.theory import conditions

DELTAS = np.array([0, 1e-6, 0.01, 1, 10, 100])
CLOSE = 1e-10  # indices that are closer than this are a tie
WEIGHTS = [(0.5, 0.5), (0.3, 0.7), (0.7, 0.3), (1, 1)]


def every_mask(entries):
    return (np.arange(2**entries)[:, None] >> np.arange(entries)) & 1


def index_of(predictions, targets, alpha, beta, delta):
    """The index of every prediction (one in a row) for every target (one in a row)."""
    tp = targets @ predictions.T
    fp, fn = predictions.sum(1) - tp, targets.sum(1)[:, None] - tp
    return tversky_from_counts(tp, fp, fn, alpha[:, None], beta[:, None], delta[:, None])


def random_cases(entries, number):
    """Binary masks, smoothing and weights over four decades; empty and full masks are common."""
    draw = np.random.default_rng(entries)
    y = (draw.random((number, entries)) < draw.choice([0, 0.1, 0.5, 0.9, 1], (number, 1))).astype(float)
    classes, epsilon = draw.integers(1, 4, number), draw.uniform(0, 1, number)
    alpha, beta = 10 ** draw.uniform(-2, 2, (2, number))
    return y, classes, epsilon, alpha, beta, draw.choice(DELTAS, number)


@pytest.fixture(scope="module")
def cases():
    """More than 15,000 cases, each with the index of all of its masks."""
    found = []
    for entries in range(1, 9):
        y, classes, epsilon, alpha, beta, delta = random_cases(entries, 2000)
        targets = (1 - epsilon[:, None]) * y + (epsilon / classes)[:, None]
        values = index_of(every_mask(entries), targets, alpha, beta, delta)
        own = (y @ (2 ** np.arange(entries))).astype(int)
        for k in range(len(y)):
            arguments = (y[k].mean(), alpha[k], beta[k], epsilon[k])
            options = {"num_classes": int(classes[k]), "delta_per_pixel": delta[k] / entries}
            found.append((arguments, options, values[k], own[k], targets[k]))
    return found


def test_the_condition_agrees_with_every_mask(cases):
    ties, answers = 0, []
    for arguments, options, values, own, _ in cases:
        others = np.delete(values, own)
        if abs(values[own] - others.max()) < CLOSE:
            ties += 1
            continue
        holds = theory.claim1_holds(*arguments, **options)
        assert holds == bool(values[own] > others.max()), (arguments, options)
        answers.append(holds)
    assert len(answers) >= 10_000
    assert ties < 0.005 * len(cases)
    assert 0.2 < np.mean(answers) < 0.8


def test_the_optimum_is_the_mask_or_all_one_or_all_zero(cases):
    ties, seen = 0, {"zero": 0, "target": 0, "one": 0}
    for arguments, options, values, own, _ in cases:
        best = values.argmax()
        if (values > values[best] - CLOSE).sum() > 1:
            ties += 1
            continue
        expected = "target" if best == own else {0: "zero", len(values) - 1: "one"}[best]
        assert theory.claim1_optimum(*arguments, **options) == expected, (arguments, options)
        seen[expected] += 1
    assert ties < 0.005 * len(cases)
    assert min(seen.values()) > 500


def test_no_point_inside_the_cube_is_better_than_the_best_mask(cases):
    draw = np.random.default_rng(0)
    for arguments, options, values, _, target in cases[::8]:
        inside = draw.random((64, len(target)))
        inside[:16] **= 20  # near a corner
        inside[16:32] = 1 - (1 - inside[16:32]) ** 20
        inside[32:48] = np.clip(1.5 * inside[32:48] - 0.25, 0, 1)  # on an edge or a face
        inside[48] = target
        _, alpha, beta, _ = (np.array([number]) for number in arguments)
        delta = np.array([options["delta_per_pixel"] * len(target)])
        assert index_of(inside, target[None], alpha, beta, delta).max() <= values.max() + 1e-12


@pytest.mark.parametrize("entries", range(1, 11))
def test_the_best_prediction_is_the_best_mask(entries):
    draw = np.random.default_rng(entries)
    number = 60
    soft = draw.random((number, entries))
    soft[::3] = draw.choice([0, 0.2, 0.5, 1], soft[::3].shape)  # with equal labels
    soft[::5] **= 10  # small ones
    soft[soft.sum(1) == 0] += 0.1
    alpha, beta = 10 ** draw.uniform(-2, 2, (2, number))
    delta = draw.choice(DELTAS, number)
    values = index_of(every_mask(entries), soft, alpha, beta, delta)
    for k in range(number):
        shape = (1, entries) if k % 2 else (entries,)
        prediction, index = theory.best_prediction(soft[k].reshape(shape), alpha[k], beta[k], delta[k])
        assert prediction.shape == shape and set(np.unique(prediction)) <= {0.0, 1.0}
        assert index == pytest.approx(values[k].max(), abs=1e-13)
        assert index == pytest.approx(values[k] @ (every_mask(entries) == prediction.ravel()).all(1), abs=1e-13)
        # It thresholds the target at tau of its own index, and a larger index asks for a higher threshold.
        tau = theory.optimal_threshold(index, alpha[k], beta[k])
        apart = abs(soft[k] - tau) > 1e-9
        np.testing.assert_array_equal(prediction.ravel()[apart], (soft[k] > tau)[apart])


def test_the_algorithm_climbs_and_stops_in_time(monkeypatch):
    draw = np.random.default_rng(3)
    steps = []
    original = conditions.optimal_threshold
    monkeypatch.setattr(conditions, "optimal_threshold", lambda *a: steps.append(a[0]) or original(*a))
    for _ in range(200):
        target = draw.choice(draw.random(draw.integers(1, 12)), 50) ** draw.choice([1, 5])
        alpha, beta = 10 ** draw.uniform(-2, 2, 2)
        steps.clear()
        theory.best_prediction(target, alpha, beta)
        assert len(steps) <= len(np.unique(target)) + 1
        assert (np.diff(steps) > 0).all()


def test_the_best_prediction_of_a_real_size_beats_every_threshold():
    soft, _ = random_pair((2, 3, 16, 16), soft=True)
    soft = soft.numpy() ** 4
    for alpha, beta, delta in ((0.5, 0.5, 0), (0.2, 2, 5), (3, 0.4, 100)):
        prediction, index = theory.best_prediction(soft, alpha, beta, delta)
        assert index == pytest.approx(tversky_index(prediction, soft, alpha, beta, delta=delta), rel=1e-12)
        grid = [tversky_index(soft > tau, soft, alpha, beta, delta=delta) for tau in np.linspace(0, 1, 200)]
        assert index >= max(grid) - 1e-12
        assert index - max(grid) < 1e-3


def test_dice_is_cut_at_half_its_own_best_value():
    soft = np.random.default_rng(1).random(100_000) ** 3
    _, dice = theory.best_prediction(soft, 0.5, 0.5)
    assert theory.optimal_threshold(dice, 0.5, 0.5) == pytest.approx(dice / 2, rel=1e-15)
    _, jaccard = theory.best_prediction(soft, 1, 1)
    assert theory.optimal_threshold(jaccard, 1, 1) == pytest.approx(jaccard / (1 + jaccard), rel=1e-15)
    assert theory.optimal_threshold(np.array([0, 0.5, 1]), 0.3, 0.9).tolist() == pytest.approx([0, 0.15 / 1.1, 0.25])


# Without a smoothing term: critical fractions

TABLE = {  # in per cent: Dice, (0.3, 0.7), (0.7, 0.3), Jaccard
    (1, 0.05): (0.277, 0.695, 0.115, 0.277),
    (1, 0.1): (1.235, 3.382, 0.498, 1.235),
    (1, 0.2): (6.250, 21.875, 2.344, 6.250),
    (2, 0.05): (0.067, 0.163, 0.029, 0.067),
    (2, 0.1): (0.292, 0.734, 0.122, 0.292),
    (2, 0.2): (1.389, 3.804, 0.560, 1.389),
}


@pytest.mark.parametrize(("classes", "epsilon"), TABLE)
def test_critical_fractions(classes, epsilon):
    found = [100 * theory.critical_fraction(*weights, epsilon, num_classes=classes) for weights in WEIGHTS]
    np.testing.assert_allclose(found, TABLE[classes, epsilon], atol=5.1e-4)


def test_the_claim_holds_from_the_critical_fraction_on():
    draw = np.random.default_rng(5)
    infinite = 0
    for _ in range(2000):
        (alpha, beta), epsilon, classes = 10 ** draw.uniform(-2, 2, 2), draw.uniform(0, 1), int(draw.integers(1, 4))
        critical = theory.critical_fraction(alpha, beta, epsilon, num_classes=classes)
        if critical == math.inf:
            infinite += 1
            fractions, expected = [0, 0.5, 1 - 1e-6], ["one"] * 3
        else:
            assert 0 <= critical <= 1
            fractions = [0, critical * (1 - 1e-6), critical, critical + (1 - critical) * 1e-6]
            expected = ["one", "one", "target", "target"]
        found = theory.claim1_optimum(fractions, alpha, beta, epsilon, num_classes=classes)
        assert found.tolist() == expected, (alpha, beta, epsilon, classes)
    assert 200 < infinite < 1800


def test_no_fraction_helps():
    assert theory.critical_fraction(0.3, 0.7, 0.4, num_classes=1) == math.inf
    assert not any(theory.claim1_holds(p, 0.3, 0.7, 0.4, num_classes=1) for p in (0, 0.5, 0.99, 0.999999))
    assert theory.claim1_holds(1, 0.3, 0.7, 0.4, num_classes=1)
    assert theory.critical_fraction(0.3, 0.7, 0) == 0


def test_an_exact_tie_counts_as_holding():
    assert theory.claim1_holds(1 / 16, 0.5, 0.5, 0.2, num_classes=1)
    assert theory.claim1_optimum(1 / 16, 0.5, 0.5, 0.2, num_classes=1) == "target"
    soft = np.array([1.0] + [0.2] * 15)
    values = [tversky_from_counts(1 + 0.2 * k, 0.8 * k, 0.2 * (15 - k)) for k in range(16)]
    values.append(tversky_from_counts((soft**2).sum(), (soft * (1 - soft)).sum(), (soft * (1 - soft)).sum()))
    np.testing.assert_allclose(values, values[0], rtol=1e-15)  # the smoothed mask itself is one optimum of many


def test_an_empty_image_wants_all_one_for_every_smoothing():
    for epsilon in (1e-9, 0.01, 0.5, 0.99):
        assert not theory.claim1_holds(0, 0.5, 0.5, epsilon)
        assert theory.claim1_optimum(0, 0.5, 0.5, epsilon) == "one"


# With a smoothing term


@pytest.mark.parametrize(("b", "delta"), [(0.05, 11.4), (0.1, 51.2), (0.2, 273)])
def test_an_empty_image_of_64_by_64_pixels_needs_a_large_delta(b, delta):
    for number, holds in ((0.99 * delta, False), (1.01 * delta, True)):
        assert theory.claim1_holds(0, 0.5, 0.5, b, num_classes=1, delta_per_pixel=number / 4096) is holds
        assert theory.claim1_holds(0, 0.5, 0.5, 2 * b, num_classes=2, delta_per_pixel=number / 4096) is holds


def test_the_critical_delta_is_where_an_empty_mask_becomes_its_own_optimum():
    assert 512**2 * theory.critical_delta(0.5, 0.5, 0.1) == pytest.approx(728.18, abs=0.005)
    draw = np.random.default_rng(13)
    for _ in range(500):
        (alpha, beta), epsilon, classes = 10 ** draw.uniform(-2, 2, 2), draw.uniform(0.01, 1), int(draw.integers(1, 4))
        critical = theory.critical_delta(alpha, beta, epsilon, num_classes=classes)
        assert (critical == math.inf) == (epsilon / classes >= alpha / (alpha + beta))
        for delta in [0, 1, 1e6] if critical == math.inf else [0.999 * critical, 1.001 * critical]:
            holds = theory.claim1_holds(0, alpha, beta, epsilon, num_classes=classes, delta_per_pixel=delta)
            assert holds == (delta > critical)
    assert all(theory.critical_delta(1, 1, epsilon) < math.inf for epsilon in (0.1, 0.6, 0.999))  # C = 2


def test_a_large_delta_restores_the_claim_or_makes_all_zero_best_or_changes_nothing():
    draw = np.random.default_rng(7)
    seen = {"zero": 0, "target": 0, "one": 0}
    for _ in range(3000):
        (alpha, beta), epsilon, classes = 10 ** draw.uniform(-1, 1, 2), draw.uniform(0, 1), int(draw.integers(1, 4))
        p = draw.uniform(0.001, 0.999)
        limit, low = alpha / (alpha + beta), epsilon / classes
        high = 1 - epsilon + low
        if min(abs(limit - low), abs(limit - high)) < 1e-3:
            continue
        expected = "one" if limit < low else "zero" if limit > high else "target"
        at = [
            theory.claim1_optimum(p, alpha, beta, epsilon, num_classes=classes, delta_per_pixel=delta)
            for delta in (0, 1e-3, 0.1, 1, 10, 1e9)
        ]
        assert at[-1] == expected
        assert expected != "one" or set(at) == {"one"}
        if classes == 1 or (alpha <= beta and epsilon < 0.5):
            assert "zero" not in at
        seen[expected] += 1
    assert min(seen.values()) > 100


def test_one_hot_targets_in_one_ratio():
    draw = np.random.default_rng(9)
    for _ in range(2000):
        (alpha, beta), epsilon, classes = 10 ** draw.uniform(-2, 2, 2), draw.uniform(0, 1), int(draw.integers(2, 6))
        expected = alpha * classes * (1 - epsilon) >= beta * epsilon
        assert theory.claim1_holds(1 / classes, alpha, beta, epsilon, num_classes=classes) == expected
    assert theory.claim1_holds(1 / 2, 0.3, 0.7, 6 / 13 - 1e-9)
    assert not theory.claim1_holds(1 / 2, 0.3, 0.7, 6 / 13 + 1e-9)
    for classes in (2, 3, 10):
        limit = classes / (classes + 1)
        assert theory.claim1_holds(1 / classes, 1, 1, limit - 1e-9, num_classes=classes)
        assert not theory.claim1_holds(1 / classes, 1, 1, limit + 1e-9, num_classes=classes)


# On the simplex


@pytest.mark.parametrize(("pixels", "classes"), [(1, 2), (2, 2), (4, 2), (3, 3), (2, 5)])
def test_softmax_and_one_ratio_have_their_optimum_at_the_target(pixels, classes):
    draw = np.random.default_rng(pixels)
    maps = np.array(list(itertools.product(range(classes), repeat=pixels)))[:, None]
    masks = one_hot(maps, classes).reshape(len(maps), -1).astype(float)
    inside = draw.dirichlet(np.full(classes, 0.3), (200, pixels)).transpose(0, 2, 1).reshape(200, -1)
    for alpha, beta, delta in [*((*w, 0.0) for w in WEIGHTS), (0.02, 50, 1), (50, 0.02, 100)]:
        for epsilon in (0.05, 0.5, 0.95):
            weights = (np.full(len(masks), number) for number in (alpha, beta, delta))
            smoothed = (1 - epsilon) * masks + epsilon / classes
            values = index_of(np.vstack([masks, inside]), smoothed, *weights)
            own = np.diag(values).copy()
            np.fill_diagonal(values, -1)
            assert (own > values[:, : len(masks)].max(1) + 1e-4).all()
            assert (own > values[:, len(masks) :].max(1) - 1e-12).all()  # some of these nearly are the target


def test_an_average_over_classes_can_be_better_elsewhere_even_on_the_simplex():
    class_map = np.zeros((1, 1, 1000), dtype=int)
    class_map[..., 0] = 1
    flipped = class_map.copy()
    flipped[..., 1:31] = 1
    target = one_hot(class_map, 2).astype(float)
    smoothed = smooth_labels(target, 0.1)
    at_target, elsewhere = (
        tversky_index(one_hot(prediction, 2), smoothed, per_class=True).mean() for prediction in (class_map, flipped)
    )
    assert (round(at_target, 4), round(elsewhere, 4)) == (0.5055, 0.5098)
    step = theory.claim1_simplex()["average"]
    assert float(step.explicit(step.left)) == pytest.approx(elsewhere, rel=1e-12)
    assert float(step.explicit(step.right)) == pytest.approx(at_target, rel=1e-12)
    # In one ratio the same flip costs.
    assert tversky_index(target, smoothed) > tversky_index(one_hot(flipped, 2), smoothed)


# Chances instead of masks


def chances(law, number=400_001):
    """A law of the chance of foreground as equally likely values, one a pixel."""
    return law.ppf((np.arange(number) + 0.5) / number)


def test_smoothing_lowers_the_cut_of_a_learner_far_above_the_critical_fraction():
    """Beta(0.21, 2.79): 7 % foreground in the mean, many times the critical fractions .29 % and 1.39 %."""
    q = chances(beta_law(0.21, 2.79))
    cuts, marked, pooled = [], [], []
    for epsilon in (0, 0.1, 0.2):
        assert theory.claim1_holds(q.mean(), 0.5, 0.5, epsilon)
        best, index = theory.best_prediction((1 - epsilon) * q + epsilon / 2, 0.5, 0.5)
        cuts.append(theory.smoothed_cut(index, 0.5, 0.5, epsilon))
        np.testing.assert_array_equal(best, q > cuts[-1])
        marked.append(best.mean())
        pooled.append(tversky_index(best.reshape(1, 1, 1, -1), q.reshape(1, 1, 1, -1)))
    assert [round(cut, 3) for cut in cuts] == [0.232, 0.163, 0.102]
    assert marked == sorted(marked)
    assert pooled == sorted(pooled, reverse=True)
    assert pooled[0] / 2 == pytest.approx(cuts[0], abs=1e-5)


@pytest.mark.parametrize("entries", range(2, 9))
def test_the_cut_on_the_chance_is_that_of_the_best_mask_and_falls(entries):
    draw = np.random.default_rng(entries)
    for _ in range(60):
        q = draw.random(entries) ** draw.choice([0.5, 1, 4])
        (alpha, beta), classes = 10 ** draw.uniform(-1, 1, 2), int(draw.integers(1, 3))
        delta = draw.choice([0, 0.3, 5]) if classes == 1 or beta >= alpha else 0.0
        last = np.inf
        for epsilon in (0, 0.05, 0.15, 0.3, 0.6, 0.9):
            smoothed = (1 - epsilon) * q + epsilon / classes
            values = index_of(every_mask(entries), smoothed[None], *(np.array([n]) for n in (alpha, beta, delta)))[0]
            best = every_mask(entries)[values.argmax()]
            cut = theory.smoothed_cut(values.max(), alpha, beta, epsilon, num_classes=classes)
            clear = abs(q - cut) > 1e-9
            np.testing.assert_array_equal(best[clear], (q > cut)[clear])
            assert cut <= last + 1e-12
            if cut < 0:
                break
            last = cut


def test_with_delta_and_a_cheap_miss_the_cut_can_rise():
    """Why the theorem asks for beta >= alpha where delta is not 0: weights (0.7, 0.3), two pixels of chance 0.6."""
    marked = [theory.best_prediction((1 - e) * np.full(2, 0.6) + e / 2, 0.7, 0.3, 2.0)[0].sum() for e in (0, 0.1)]
    assert marked == [2, 0]


def test_everything_is_marked_where_the_mean_chance_is_below_the_critical_fraction_and_only_there():
    draw = np.random.default_rng(5)
    seen = set()
    for _ in range(600):
        q = draw.beta(*draw.uniform(0.05, 2, 2), size=int(draw.integers(2, 12)))
        (alpha, beta), epsilon, classes = (
            10 ** draw.uniform(-1, 1, 2),
            draw.uniform(0.01, 0.9),
            int(draw.integers(1, 5)),
        )
        _, index = theory.best_prediction((1 - epsilon) * q + epsilon / classes, alpha, beta)
        cut = theory.smoothed_cut(index, alpha, beta, epsilon, num_classes=classes)
        border = theory.critical_fraction(alpha, beta, epsilon, num_classes=classes)
        if abs(cut) > 1e-9:
            assert (cut < 0) == (q.mean() < border)
            seen.add(cut < 0)
    assert seen == {True, False}


def test_a_known_mask_is_the_case_of_claim_1():
    draw = np.random.default_rng(11)
    seen = set()
    for _ in range(400):
        y = (draw.random(9) < draw.choice([0.1, 0.5])).astype(float)
        if not 0 < y.sum() < 9:
            continue
        (alpha, beta), epsilon, classes = 10 ** draw.uniform(-1, 1, 2), draw.uniform(0, 0.9), int(draw.integers(1, 3))
        smoothed = (1 - epsilon) * y + epsilon / classes
        own = tversky_index(y.reshape(1, 1, 1, -1), smoothed.reshape(1, 1, 1, -1), alpha, beta)
        cut = theory.smoothed_cut(own, alpha, beta, epsilon, num_classes=classes)
        if abs(cut) < 1e-9:
            continue
        holds = theory.claim1_holds(y.mean(), alpha, beta, epsilon, num_classes=classes)
        assert holds == (cut > 0)
        seen.add(holds)
    assert seen == {True, False}


def test_the_cut_for_many_indices_and_strengths_is_one_call():
    cuts = theory.smoothed_cut([[0.2], [0.6]], 0.3, 0.7, [0, 0.1, 0.4], num_classes=1)
    assert cuts.shape == (2, 3)
    np.testing.assert_allclose(cuts[:, 0], theory.optimal_threshold([0.2, 0.6], 0.3, 0.7))
    assert cuts[1, 2] == pytest.approx((0.18 - 0.4) / 0.6)


# Thresholding a vote can fail for the mean of image-wise indices


def test_thresholding_the_vote_of_three_doctors_is_not_best_for_their_mean_dice():
    doctors = np.zeros((3, 10))
    doctors[:2, 0], doctors[2] = 1, 1
    dice = index_of(every_mask(10)[1:], doctors, *(np.full(3, number) for number in (0.5, 0.5, 0.0)))
    best = every_mask(10)[1:][dice.mean(0).argmax()]
    assert best.tolist() == [1] + [0] * 9
    assert dice.mean(0).max() == pytest.approx(0.727, abs=5e-4)
    pooled, index = theory.best_prediction(doctors.mean(0), 0.5, 0.5)
    assert pooled.all()
    assert index == pytest.approx(4 / 7)
    assert dice.mean(0)[-1] == pytest.approx(0.455, abs=5e-4)


# Shapes, conventions and bad input


def test_a_phase_diagram_is_one_call():
    p, epsilon = np.linspace(0, 1, 21)[:, None], np.linspace(0, 0.9, 10)
    diagram = theory.claim1_optimum(p, 0.9, 0.2, epsilon, delta_per_pixel=0.5)
    assert diagram.shape == (21, 10)
    assert set(np.unique(diagram)) <= {"zero", "one", "target"}
    for row, column in itertools.product(range(0, 21, 4), range(0, 10, 3)):
        one = theory.claim1_optimum(p[row, 0], 0.9, 0.2, epsilon[column], delta_per_pixel=0.5)
        assert type(one) is str and one == diagram[row, column]
    assert set(theory.claim1_optimum(p, 0.5, 0.5, epsilon).ravel()) == {"one", "target"}


def test_without_label_smoothing_the_claim_always_holds():
    for p, delta in itertools.product((0, 0.01, 1), (0, 1e-6, 5)):
        assert theory.claim1_holds(p, 0.1, 10, 0, delta_per_pixel=delta)


@pytest.mark.parametrize(
    ("name", "arguments", "options", "error", "message"),
    [
        ("claim1_holds", (1.1, 1, 1, 0.1), {}, ValueError, r"p must be a number in \[0, 1\], got 1.1"),
        (
            "claim1_holds",
            (np.array([0.5]), 1, 1, 0.1),
            {},
            TypeError,
            r"p must be a number in \[0, 1\], got a float64 array",
        ),
        ("claim1_holds", (0.5, 0, 1, 0.1), {}, ValueError, "alpha must be a finite number above 0, got 0"),
        ("claim1_holds", (0.5, 1, "1", 0.1), {}, TypeError, "beta must be a number above 0, got '1'"),
        ("claim1_holds", (0.5, 1, math.inf, 0.1), {}, ValueError, "beta must be a finite number above 0, got inf"),
        ("claim1_holds", (0.5, 1, 1, 1), {}, ValueError, r"epsilon must be a number in \[0, 1\), got 1"),
        ("claim1_holds", (0.5, 1, 1, math.nan), {}, ValueError, r"epsilon must be a number in \[0, 1\), got nan"),
        ("claim1_holds", (0.5, 1, 1, True), {}, TypeError, r"epsilon must be a number in \[0, 1\), got True"),
        ("claim1_holds", (0.5, 1, 1, 0.1), {"num_classes": 0}, ValueError, "num_classes must be a whole number from 1"),
        (
            "claim1_holds",
            (0.5, 1, 1, 0.1),
            {"num_classes": 2.0},
            TypeError,
            "num_classes must be a whole number from 1",
        ),
        ("claim1_holds", (0.5, 1, 1, 0.1), {"delta_per_pixel": -1}, ValueError, "delta_per_pixel must be a finite num"),
        (
            "claim1_holds",
            (0.5, 1, 1, 0.1),
            {"delta_per_pixel": None},
            TypeError,
            "delta_per_pixel must be a number, at",
        ),
        ("claim1_optimum", ([0.5, -1], 1, 1, 0.1), {}, ValueError, r"p must be in \[0, 1\], got values from -1 to 0.5"),
        ("claim1_optimum", ([0.5, "a"], 1, 1, 0.1), {}, TypeError, r"p must be a number or an array of numbers in \[0"),
        ("claim1_optimum", ([[0.5], [0, 1]], 1, 1, 0.1), {}, TypeError, r"p must be a number or an array of numbers"),
        (
            "claim1_optimum",
            ([0.5, 1], 1, 1, [0.1] * 3),
            {},
            ValueError,
            r"p and epsilon must have shapes that go together",
        ),
        ("smoothed_cut", ([0.5, 1], 1, 1, [0.1] * 3), {}, ValueError, r"index and epsilon must have shapes that go"),
        (
            "critical_fraction",
            (1e308, 1e308, 0.1),
            {},
            ValueError,
            r"alpha must be from 1e-100 to 1e\+100, got 1e\+308",
        ),
        ("critical_delta", (1, 5e-324, 0.1), {}, ValueError, r"beta must be from 1e-100 to 1e\+100, got 5e-324"),
        ("best_prediction", ([0.2, 0.6], 1e308, 1), {}, ValueError, "alpha must be from 1e-100"),
        ("critical_fraction", (1, 1, [0.1]), {}, TypeError, r"epsilon must be a number in \[0, 1\), got a list"),
        ("critical_fraction", (1, 1, -0.1), {}, ValueError, r"epsilon must be a number in \[0, 1\), got -0.1"),
        ("critical_delta", (1, 1, "0.1"), {}, TypeError, r"epsilon must be a number in \[0, 1\), got '0.1'"),
        ("critical_delta", (1, 1, 1.0), {}, ValueError, r"epsilon must be a number in \[0, 1\), got 1"),
        ("smoothed_cut", (1.5, 1, 1, 0.1), {}, ValueError, r"index must be a number in \[0, 1\], got 1.5"),
        (
            "smoothed_cut",
            (0.5, 1, 1, [0.1, 1]),
            {},
            ValueError,
            r"epsilon must be in \[0, 1\), got values from 0.1 to 1",
        ),
        ("smoothed_cut", (0.5, 1, 1, 0.1), {"num_classes": 0}, ValueError, "num_classes must be a whole number from 1"),
        ("optimal_threshold", (1.5, 1, 1), {}, ValueError, r"index must be a number in \[0, 1\], got 1.5"),
        ("optimal_threshold", (0.5, 1, -1), {}, ValueError, "beta must be a finite number above 0, got -1"),
        ("best_prediction", ([0.5, 2], 1, 1), {}, ValueError, r"target must be in \[0, 1\], got values from 0.5 to 2"),
        ("best_prediction", ([], 1, 1), {}, ValueError, r"target must not be empty, got shape \(0,\)"),
        ("best_prediction", ([0, 0], 1, 1), {}, ValueError, "target must not be 0 everywhere where delta is 0"),
        (
            "best_prediction",
            ([0.5], 1, 1, math.nan),
            {},
            ValueError,
            "delta must be a finite number, at least 0, got n",
        ),
    ],
)
def test_bad_input_is_named(name, arguments, options, error, message):
    with pytest.raises(error, match=message):
        getattr(theory, name)(*arguments, **options)


@pytest.mark.parametrize("weight", [1e-100, 1e-17, 1e-14, 1, 1e100])
def test_weights_far_from_1_order_masks_as_others_do(weight):
    assert theory.optimal_threshold(1.0, weight, weight) == pytest.approx(0.5, rel=1e-2)
    assert theory.critical_fraction(weight, weight, 0.1) == pytest.approx(theory.critical_fraction(1, 1, 0.1))
    assert theory.critical_delta(weight, weight, 0.1) == pytest.approx(theory.critical_delta(1, 1, 0.1))


def test_a_target_of_zeros_is_best_left_alone_with_a_smoothing_term():
    prediction, index = theory.best_prediction(np.zeros((2, 3)), 0.5, 0.5, 1e-3)
    assert index == 1 and not prediction.any()
