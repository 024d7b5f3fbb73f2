"""What lessons 06 to 09 say in words, and what only a machine read in them before. Nothing here asks an explorer."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from scipy.stats import beta as beta_law
from sklearn.isotonic import IsotonicRegression

from tverskylib import (
    Regularised,
    TverskyLoss,
    confidence_penalty,
    dice_index,
    label_noise_penalty,
    smooth_labels,
    theory,
    tiles,
    tversky_from_counts,
    tversky_index,
    tversky_loss,
)

FOUR = np.array([0.9, 0.4, 0.3, 0.1])
DICE, JACCARD, F2, SALEHI = (0.5, 0.5), (1.0, 1.0), (0.2, 0.8), (0.3, 0.7)


def index(prediction, target, alpha=0.5, beta=0.5):
    tp = (prediction * target).sum()
    return tversky_from_counts(tp, prediction.sum() - tp, target.sum() - tp, alpha, beta)


# ------------------------------------------------------------------------------------------------ 06


def test_the_target_itself_is_worse_than_the_mask_of_two_pixels():
    assert index(FOUR, FOUR) == pytest.approx(0.629, abs=5e-4)
    assert index(np.array([1, 1, 0, 0]), FOUR) == pytest.approx(0.703, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "size", "tau"), [((0.8, 0.2), 1, 0.632), (DICE, 2, 0.351), (JACCARD, 2, 0.351), (F2, 3, 0.163)]
)
def test_how_many_of_the_four_pixels_are_marked(weights, size, tau):
    best, value = theory.best_prediction(FOUR, *weights)
    assert best.sum() == size
    assert theory.optimal_threshold(value, *weights) == pytest.approx(tau, abs=5e-4)


def test_the_winner_of_all_masks_of_eight_labels_is_the_target_cut_at_tau():
    t = np.random.default_rng(1).random(8)
    masks = np.array(list(product([0.0, 1.0], repeat=8)))
    values = np.array([index(mask, t, *SALEHI) for mask in masks])
    winner, best = masks[values.argmax()], values.max()
    np.testing.assert_array_equal(winner, t > theory.optimal_threshold(best, *SALEHI))
    found, value = theory.best_prediction(t, *SALEHI)
    np.testing.assert_array_equal(found, winner)
    assert value == pytest.approx(best)


def test_the_chance_at_the_best_cut_is_half_of_the_best_dice_whatever_the_map_says():
    tile = tiles.real_crop()
    target = tile.target.ravel()
    for power in (1, 2, 0.5):
        values = tile.probability.ravel().astype(float) ** power
        chance = IsotonicRegression().fit_transform(values, target)
        marked, _ = theory.best_prediction(chance, 0.5, 0.5)
        dice = index(marked, target)
        assert dice == pytest.approx(0.818, abs=5e-4)
        assert chance[marked == 1].min() == pytest.approx(dice / 2, abs=1e-3)
        assert chance[marked == 0].max() < dice / 2 < chance[marked == 1].min()


def test_a_mask_can_be_too_large_or_too_small():
    for chances, marked, expected in ((np.r_[np.ones(5), np.full(5, 0.3)], 5, 6.5), (np.full(10, 0.3), 10, 3)):
        assert theory.best_prediction(chances, 0.5, 0.5)[0].sum() == marked
        assert chances.sum() == pytest.approx(expected)


def test_the_best_mask_by_accuracy_is_never_larger_than_the_best_by_dice():
    for q in np.random.default_rng(0).random((200, 15)) ** 2:
        assert (q > 0.5).sum() <= theory.best_prediction(q, 0.5, 0.5)[0].sum()


def test_dinkelbach_climbs_from_below_and_falls_at_most_once_from_above():
    for t in np.random.default_rng(2).random((100, 12)) ** 3:
        for guess in (0.0, 1.0):
            walk = [guess]
            for _ in range(14):
                walk.append(index((t > theory.optimal_threshold(walk[-1], 0.5, 0.5)).astype(float), t))
            assert (np.diff(walk[1:]) >= -1e-12).all()
            assert walk[-1] == pytest.approx(theory.best_prediction(t, 0.5, 0.5)[1])


@pytest.mark.parametrize(("delta", "more"), [(0.0, 1), (3.0, 2)])
def test_how_many_steps_dinkelbach_takes_at_most(delta, more):
    longest = 0
    for t in np.random.default_rng(3).random((300, 5)):
        walk = [0.0]
        while len(walk) == 1 or walk[-1] > walk[-2] + 1e-12:
            mask = (t > theory.optimal_threshold(walk[-1], 0.5, 0.5)).astype(float)
            tp = (mask * t).sum()
            walk.append(float(tversky_from_counts(tp, mask.sum() - tp, t.sum() - tp, delta=delta)))
        longest = max(longest, len(walk) - 1 - t.size)
    assert longest <= more


def test_at_a_tie_a_doubt_can_be_as_good_as_none():
    t = np.array([1, 2**0.5 - 1])  # its second label is half of the best Dice
    assert index(t, t) == pytest.approx(index(np.array([1, 0]), t)) == pytest.approx(2 * t[1])


# ------------------------------------------------------------------------------------------------ 07


def minima_along_a_pixel(epsilon, classes, foreground=6):
    """Where cross-entropy and Dice are lowest along a foreground and a background pixel of 16, the others right."""
    grid = np.linspace(0, 1, 201)
    mask = (np.arange(16) < foreground).astype(float)
    labels = smooth_labels(mask.reshape(1, 1, 4, 4), epsilon, num_classes=classes).ravel()
    found = []
    for pixel in (0, 15):
        with np.errstate(divide="ignore", invalid="ignore"):
            entropy = -np.nan_to_num(labels[pixel] * np.log(grid)) - np.nan_to_num(
                (1 - labels[pixel]) * np.log(1 - grid)
            )
        scores = [index(np.where(np.arange(16) == pixel, g, mask), labels) for g in grid]
        found.append((labels[pixel], grid[entropy.argmin()], grid[int(np.argmax(scores))]))
    return found


@pytest.mark.parametrize("epsilon", [0.1, 0.2, 0.4])
def test_cross_entropy_goes_to_the_labels_and_dice_stays_at_the_ends(epsilon):
    (a, entropy_a, dice_a), (b, entropy_b, dice_b) = minima_along_a_pixel(epsilon, 2)
    assert (entropy_a, entropy_b) == pytest.approx((a, b), abs=0.005)
    assert (dice_a, dice_b) == (1, 0)


def test_with_one_channel_the_background_pixel_jumps_at_38_hundredths():
    assert [minima_along_a_pixel(epsilon, 1)[1][2] for epsilon in (0.37, 0.38, 0.45)] == [0, 1, 1]
    assert minima_along_a_pixel(0.45, 1)[0][1] == 1  # cross-entropy leaves the foreground alone


def test_ten_pixels_of_a_thousand():
    small = np.zeros((1, 1, 1, 1000))
    small[..., :10] = 1
    labels = smooth_labels(small, 0.2, num_classes=2)
    values = tversky_index(small, labels), tversky_index(np.ones_like(small), labels)
    assert values == pytest.approx((0.153, 0.195), abs=5e-4)
    assert theory.critical_fraction(*DICE, 0.2) == pytest.approx(0.01389, abs=5e-6)
    assert [theory.claim1_holds(p, *DICE, 0.2) for p in (0.01, 0.02)] == [False, True]


def test_weights_that_pay_for_recall_fail_first():
    for classes, epsilon in product((1, 2), (0.05, 0.1, 0.2)):
        of = {pair: theory.critical_fraction(*pair, epsilon, num_classes=classes) for pair in (DICE, SALEHI, JACCARD)}
        assert 2.4 < of[SALEHI] / of[DICE] < 3.51
        assert of[JACCARD] == pytest.approx(of[DICE])


def test_regions_of_the_map():
    p, epsilon = np.geomspace(1e-4, 0.5, 80)[:, None], np.linspace(0.002, 0.498, 60)
    regions = {
        (*pair, delta): set(theory.claim1_optimum(p, *pair, epsilon, delta_per_pixel=delta).ravel())
        for pair, delta in ((DICE, 1e-6), (DICE, 1.0), ((1.8, 0.2), 1.0))
    }
    assert regions[*DICE, 1e-6] == {"one", "target"}
    assert regions[*DICE, 1.0] == {"target"}
    assert regions[1.8, 0.2, 1.0] == {"zero", "target"}


def test_a_large_delta():
    large = {"num_classes": 2, "delta_per_pixel": 1000.0}
    assert theory.claim1_optimum(0.001, *DICE, 0.4, **large) == "target"
    assert theory.claim1_optimum(0.001, *DICE, 0.99, **large) == "target"
    assert theory.claim1_optimum(0.001, 1.8, 0.2, 0.4, **large) == "zero"
    assert theory.claim1_optimum(0.001, *SALEHI, 0.4, num_classes=1, delta_per_pixel=1000.0) == "one"


def test_empty_images_alone_and_in_a_batch():
    assert {theory.claim1_optimum(0.0, *DICE, e) for e in (0.001, 0.01, 0.1, 0.4)} == {"one"}
    assert [theory.claim1_optimum(p / 8, *DICE, 0.2) for p in (0.05, 0.12)] == ["one", "target"]
    needed = [theory.critical_delta(*DICE, e) for e in (0.1, 0.2, 0.4)]
    assert np.array(needed) * 64**2 == pytest.approx([11.38, 51.2, 273.07], abs=0.005)
    assert 6e7 < needed[0] * 512**2 / 1e-5 < 8e7


def test_smoothing_adds_pixels_to_the_four_although_a_known_mask_is_safe():
    strengths = (0, 0.1, 0.2, 0.4, 0.6)
    assert [theory.best_prediction((1 - e) * FOUR + e / 2, *DICE)[0].sum() for e in strengths] == [2, 2, 3, 3, 4]
    assert all(theory.claim1_holds(0.5, *DICE, e) for e in strengths)


def test_what_the_law_of_lesson_07_gives():
    n = 20_001
    q = beta_law(0.21, 2.79).ppf((np.arange(n) + 0.5) / n)
    marked = [theory.best_prediction((1 - e) * q + e / 2, *DICE)[0] for e in (0, 0.1, 0.2)]
    assert q.mean() == pytest.approx(0.07, abs=5e-4)
    assert marked[2].mean() / marked[0].mean() == pytest.approx(2.1, abs=0.05)
    assert [round(float(index(mask, q)), 3) for mask in marked] == [0.465, 0.449, 0.405]
    assert 5 < q.mean() / theory.critical_fraction(*DICE, 0.2) < 5.1


def test_one_ratio_is_accuracy_and_an_average_can_be_fooled():
    truth, nothing = np.zeros((2, 1, 2, 10, 10))
    truth[:, 0], truth[:, 0, 0, 0], truth[:, 1, 0, 0] = 1, 0, 1
    nothing[:, 0] = 1
    for pair in (DICE, (0.1, 0.9), (0.9, 0.1)):
        assert tversky_index(nothing, truth, *pair) == pytest.approx(0.99)
    rare = np.zeros((1, 2, 1, 1000))
    rare[:, 0, :, 1:], rare[:, 1, :, 0] = 1, 1
    flipped = rare.copy()
    flipped[:, 0, :, 1:31], flipped[:, 1, :, 1:31] = 0, 1
    smooth = smooth_labels(rare, 0.1)
    scores = [dice_index(prediction, smooth, per_class=True).mean() for prediction in (rare, flipped)]
    assert scores == pytest.approx([0.5055, 0.5098], abs=5e-5)


# ------------------------------------------------------------------------------------------------ 08


def entropy(q):
    return -(q * np.log(q)).sum(-1)


def cross_entropy(t, q):
    return -(t * np.log(q)).sum(-1)


def divergence(t, q):
    return (t * np.log(t / q)).sum(-1)


def test_divergences_are_positive_and_not_symmetric():
    draws = np.random.default_rng(0).dirichlet(np.ones(3), size=2000)
    first, second = draws[::2], draws[1::2]
    assert (divergence(first, second) > 0).all()
    assert divergence(first[0], first[0]) == 0
    assert not np.isclose(divergence(first, second), divergence(second, first)).all()
    np.testing.assert_allclose(cross_entropy(first, second), entropy(first) + divergence(first, second))


def test_the_smooth_label_is_the_lowest_point_on_the_way_into_the_corner():
    share = np.arange(0.5, 1.0, 0.001)
    way = np.stack([share, (1 - share) / 2, (1 - share) / 2], axis=-1)
    label = np.array([1 - 0.2 + 0.2 / 3, 0.2 / 3, 0.2 / 3])
    assert share[cross_entropy(label, way).argmin()] == pytest.approx(label[0], abs=1e-3)


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("epsilon", [0.05, 0.2, 0.6])
def test_claim_2_with_numbers_and_for_gradients(classes, epsilon):
    y, u = torch.eye(classes, dtype=torch.float64)[0], torch.full((classes,), 1 / classes, dtype=torch.float64)
    smooth = (1 - epsilon) * y + epsilon * u
    gradients, values = [], []
    for weight_hard, weight_uniform in ((None, None), (1, epsilon / (1 - epsilon))):
        logits = torch.linspace(-2, 3, classes, dtype=torch.float64).requires_grad_()
        log_q = logits.log_softmax(0)
        if weight_hard is None:
            loss = -(smooth * log_q).sum()
        else:
            loss = -log_q[0] + weight_uniform * (u * (u.log() - log_q)).sum()
        loss.backward()
        gradients.append(logits.grad)
        values.append(loss.item())
    torch.testing.assert_close(gradients[0], (1 - epsilon) * gradients[1])
    assert values[0] == pytest.approx((1 - epsilon) * values[1] + epsilon * np.log(classes))


def test_where_the_two_minima_of_claim_2_stand():
    grid = np.linspace(0.0005, 0.9995, 1999)
    both = np.stack([grid, 1 - grid], axis=-1)
    uniform = np.array([0.5, 0.5])
    lowest = [grid[(-np.log(grid) + weight * divergence(uniform, both)).argmin()] for weight in (0.2, 0.25)]
    assert lowest == pytest.approx([0.917, 0.9], abs=1e-3)


def test_the_penalties_are_divergences_and_means():
    q = np.random.default_rng(3).dirichlet(np.ones(5))
    u = np.full(5, 0.2)
    pixel = torch.tensor(q).reshape(1, 5, 1, 1)
    assert label_noise_penalty(pixel).item() == pytest.approx(5 * divergence(u, q) + 5 * np.log(5))
    assert confidence_penalty(pixel).item() == pytest.approx(divergence(q, u) - np.log(5))
    image = torch.rand(1, 1, 32, 32, dtype=torch.float64)
    for penalty in (label_noise_penalty, confidence_penalty):
        assert penalty(image).item() == pytest.approx(penalty(image.repeat(1, 1, 2, 2)).item())


def test_where_the_penalties_put_the_minimum():
    grid = np.linspace(1e-5, 1 - 1e-5, 100_001)
    for w in (0.1, 0.125, 0.3, 1.0):  # 0.125 is epsilon 0.2: the minimum at 0.9
        noise = -np.log(grid) + w * (-np.log(grid) - np.log(1 - grid))
        doubt = -np.log(grid) + w * (grid * np.log(grid) + (1 - grid) * np.log(1 - grid))
        assert grid[noise.argmin()] == pytest.approx((1 + w) / (1 + 2 * w), abs=1e-4)
        assert grid[doubt.argmin()] > grid[noise.argmin()]


def test_pushes_through_the_logit():
    q = np.array([0.001, 0.1, 0.4])
    noise, doubt = (1 / q - 1 / (1 - q)) * q * (1 - q), np.log((1 - q) / q) * q * (1 - q)
    assert (noise < 1).all()
    assert (np.diff(noise) < 0).all()
    assert doubt[0] < 0.01
    assert label_noise_penalty(torch.full((1, 1, 4, 4), 1000.0), from_logits=True) == 1000


# ------------------------------------------------------------------------------------------------ 09


def test_a_penalty_is_added_as_it_says():
    torch.manual_seed(0)
    logits, target = torch.randn(2, 1, 16, 16), (torch.rand(2, 1, 16, 16) < 0.3).float()
    loss = TverskyLoss(*SALEHI, from_logits=True)
    both = Regularised(loss, label_noise_penalty, epsilon=0.1)(logits, target)
    torch.testing.assert_close(both, loss(logits, target) + 0.1 * label_noise_penalty(logits, from_logits=True))


GRID = np.linspace(0.0005, 0.9995, 1000)
NOISE = -np.log(GRID) - np.log(1 - GRID)
DOUBT = GRID * np.log(GRID) + (1 - GRID) * np.log(1 - GRID)


def lowest_along_a_pixel(alpha, beta, weight):
    """(foreground, background), each without penalty, with label noise and with confidence; 6 of 16 are foreground."""
    losses = (
        1 - tversky_from_counts(5 + GRID, 0.0, 1 - GRID, alpha, beta),
        1 - tversky_from_counts(6.0, GRID, 0.0, alpha, beta),
    )
    return [[GRID[(loss + weight * p / 16).argmin()] for p in (0 * GRID, NOISE, DOUBT)] for loss in losses]


def test_how_far_a_pixel_moves():
    for weight in (0.1, 0.3, 0.6):
        plain, noise, doubt = lowest_along_a_pixel(*DICE, weight)[0]
        assert noise < doubt <= plain
    of = {pair: [kind[1] for kind in lowest_along_a_pixel(*pair, 0.1)] for pair in (DICE, JACCARD, F2)}
    assert of[JACCARD][0] > of[DICE][0]
    assert of[JACCARD][1] < of[DICE][1]
    assert of[F2][0] > of[DICE][0]
    assert of[F2][1] > of[DICE][1]
    doubt = [lowest_along_a_pixel(*DICE, w)[0][2] for w in (0.1, 0.2, 0.6)]
    assert doubt == pytest.approx([1.0, 0.998, 0.905], abs=2e-3)


def test_the_confidence_penalty_cannot_move_focal_tversky_off_certainty():
    """Why the lesson says it of the Tversky loss and not of every loss: this slope at the target is infinite."""
    doubt = np.geomspace(1e-12, 0.5, 5000)
    loss = 1 - tversky_from_counts(6 - doubt, 0.0, doubt)
    penalty = 0.3 / 16 * (doubt * np.log(doubt) + (1 - doubt) * np.log1p(-doubt))
    assert doubt[(loss + penalty).argmin()] > 1e-4
    assert (loss**0.75 + penalty).argmin() == 0


def test_the_minimum_form_is_indifferent_between_two_labels_at_a_tie():
    labels, shares = np.array([0.2, 0.8]), np.array([2 / 3, 1 / 3])

    def pooled(x):
        tp = shares @ np.minimum(labels, x)
        return tversky_from_counts(tp, x - tp, shares @ labels - tp)

    assert [pooled(x) for x in (0.2, 0.5, 0.8)] == pytest.approx([2 / 3] * 3)
    assert max(pooled(0.1), pooled(0.9)) < 0.65


def test_jaccard_is_steeper_only_above_two_minus_root_two():
    dice = np.array([0.1, 0.5, 2 - 2**0.5 - 1e-6, 2 - 2**0.5 + 1e-6, 0.9])
    assert ((2 / (2 - dice) ** 2) > 1).tolist() == [False, False, False, True, True]


def star(weight, fraction, penalty):
    x, y = np.meshgrid(GRID[::5], GRID[::5])
    on_x, on_y = penalty[::5], penalty[::5][:, None]
    loss = 1 - tversky_from_counts(fraction * x, (1 - fraction) * y, fraction * (1 - x), delta=0.01)
    row, column = np.unravel_index(int((loss + weight * (fraction * on_x + (1 - fraction) * on_y)).argmin()), x.shape)
    return x[row, column], y[row, column]


def test_where_the_star_goes():
    rarer = [star(0.1, fraction, NOISE) for fraction in (0.25, 0.1, 0.05)]
    assert (np.diff(rarer, axis=0) * [1, -1] > 0).all()
    background = [star(0.3, fraction, NOISE)[1] for fraction in (0.1, 0.05, 0.04, 0.03, 0.01)]
    assert background[1] < background[0]
    assert background[1] < background[2] < background[3] < background[4]
    assert background[4] == pytest.approx(0.43, abs=0.01)
    assert star(0.3, 0.25, DOUBT) == pytest.approx((1, 0), abs=0.01)


def test_what_the_penalties_ask_for_on_an_empty_image():
    q = np.concatenate([np.geomspace(1e-12, 0.1, 300), np.linspace(0.101, 0.999, 899)])
    loss = 1 - tversky_from_counts(0, 64 * q, 0, delta=1e-5)
    noise, doubt = -np.log(q) - np.log(1 - q), q * np.log(q) + (1 - q) * np.log(1 - q)
    assert q[(loss + 0.1 * noise).argmin()] == pytest.approx(0.5, abs=0.01)
    assert (loss + 0.1 * doubt).argmin() == 0
    slope = np.gradient(loss + 0.1 * doubt, q)
    assert (slope[(q > 0.01) & (q < 0.49)] < 0).all()


def test_the_three_forms_along_a_pixel():
    for epsilon in (0.1, 0.2, 0.4):
        a, b = 1 - epsilon / 2, epsilon / 2
        mask = (np.arange(16) < 6).astype(float)
        target = np.where(mask, a, b)
        scores = {"product": [], "minimum": [], "squared": []}
        for g in GRID:
            on_mask, on_label = mask.copy(), target.copy()
            on_mask[0] = on_label[0] = g
            overlap = np.minimum(on_label, target).sum()
            scores["product"].append(index(on_mask, target))
            scores["minimum"].append(tversky_from_counts(overlap, on_label.sum() - overlap, target.sum() - overlap))
            scores["squared"].append(2 * (target * on_label).sum() / ((target**2).sum() + (on_label**2).sum()))
        at = {name: GRID[int(np.argmax(values))] for name, values in scores.items()}
        assert at["product"] > 0.999
        assert (at["minimum"], at["squared"]) == pytest.approx((a, a), abs=1e-3)


def test_the_gradient_at_the_corner_of_the_minimum_form():
    soft = smooth_labels((torch.rand(1, 1, 16, 16) < 0.3).float(), 0.2, num_classes=2)
    ours = soft.clone().requires_grad_()
    loss = tversky_loss(ours, soft, *SALEHI, soft_labels="minimum")
    loss.backward()
    assert abs(loss) < 1e-6
    assert (ours.grad == 0).all()
    automatic = soft.clone().requires_grad_()
    tp = ((automatic + soft - (automatic - soft).abs()) / 2).sum()
    (1 - tversky_from_counts(tp, automatic.sum() - tp, soft.sum() - tp, *SALEHI)).backward()
    torch.testing.assert_close(automatic.grad, torch.full_like(soft, (0.3 - 0.7) / (2 * soft.sum().item())))
    assert tversky_loss(soft, soft, *SALEHI) > 0.1  # the product form is no loss for soft labels


def test_the_lottery():
    shares = torch.linspace(0.002, 0.998, 499, dtype=torch.float64)
    hard = (torch.arange(1000) < 300).double().reshape(1, 1, 10, 100)
    opinions = torch.where(hard > 0, 0.9, 0.2)
    bce = torch.nn.functional.binary_cross_entropy

    def best(loss, labels):
        return shares[torch.stack([loss(torch.full_like(labels, float(x)), labels) for x in shares]).argmin()].item()

    minimum = TverskyLoss(soft_labels="minimum")
    assert best(bce, hard) == pytest.approx(0.3)
    assert best(tversky_loss, hard) == best(minimum, hard) == shares[-1]
    mixed = [best(lambda x, t, w=w: tversky_loss(x, t) + w * bce(x, t), hard) for w in (0.1, 1, 10)]
    assert mixed == pytest.approx([0.692, 0.390, 0.310], abs=1e-3)
    assert theory.optimal_threshold(tversky_from_counts(300, 700, 0), *DICE) == pytest.approx(0.231, abs=5e-4)
    assert best(bce, opinions) == pytest.approx(0.41, abs=2e-3)
    assert best(minimum, opinions) == pytest.approx(0.2, abs=2e-3)


def squared_dice(x, t):
    return 1 - 2 * (t * x).sum() / ((t**2).sum() + (x**2).sum())


def test_a_search_finds_the_optima_of_the_last_table():
    steps = torch.linspace(0.05, 0.95, 19, dtype=torch.float64)
    quarter = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64).reshape(1, 1, 2, 2)
    smooth = smooth_labels(quarter, 0.2, num_classes=2)

    def optimum(loss, labels):
        x, y = (c.reshape(-1, 1, 1, 1) for c in torch.meshgrid(steps, steps, indexing="ij"))
        best = torch.stack([loss(p[None], labels) for p in quarter * x + (1 - quarter) * y]).argmin()
        return x[best].item(), y[best].item()

    for loss in (TverskyLoss(*DICE), TverskyLoss(*JACCARD), TverskyLoss(*SALEHI)):
        for labels in (quarter, smooth):
            assert optimum(loss, labels) == pytest.approx((1, 0), abs=0.051)
    for loss in (torch.nn.functional.binary_cross_entropy, TverskyLoss(soft_labels="minimum"), squared_dice):
        assert optimum(loss, quarter) == pytest.approx((1, 0), abs=0.051)
        assert optimum(loss, smooth) == pytest.approx((0.9, 0.1), abs=0.051)
    for pair in (DICE, JACCARD, SALEHI):
        assert [theory.claim1_optimum(p, *pair, e) for p, e in ((0.25, 0), (0.25, 0.2), (0.01, 0.2))] == [
            *("target", "target", "one")
        ]
    assert optimum(Regularised(TverskyLoss(), label_noise_penalty, 0.1), quarter)[0] < 0.96
