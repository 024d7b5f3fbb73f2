"""What a run minimises, against the same by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from tverskylib import tversky_loss
from tverskylib.training import RunSettings, objective


@pytest.fixture
def pair():
    """Logits with a gradient, and a target."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 1, 6, 5, generator=generator, requires_grad=True)
    target = (torch.rand(3, 1, 6, 5, generator=generator) < 0.4).float()
    target[1] = 0  # one image without foreground: the domain matters
    return logits, target


@pytest.fixture
def mask():
    return torch.rand(3, 1, 6, 5, generator=torch.Generator().manual_seed(1)) < 0.7


def tversky_by_hand(logits, target, alpha, beta, delta, axes):
    p = logits.sigmoid()
    tp, fp, fn = ((a * b).sum(axes) for a, b in ((p, target), (p, 1 - target), (1 - p, target)))
    return (1 - (tp + delta) / (tp + alpha * fp + beta * fn + delta)).mean()


def label_noise_by_hand(logits):
    p = logits.sigmoid()
    return -(p.log() + (1 - p).log()).mean()


def confidence_by_hand(logits):
    p = logits.sigmoid()
    return (p * p.log() + (1 - p) * (1 - p).log()).mean()


@pytest.mark.parametrize(("domain", "axes"), [("batch", (0, 1, 2, 3)), ("image", (1, 2, 3))])
def test_it_is_the_tversky_loss_with_its_settings(pair, domain, axes):
    found = objective(RunSettings(alpha=0.3, beta=0.7, delta=0.5, domain=domain), *pair)
    torch.testing.assert_close(found, tversky_by_hand(*pair, 0.3, 0.7, 0.5, axes))


def test_the_minimum_form_is_passed_on(pair):
    logits, target = pair
    found = objective(RunSettings(soft_labels="minimum", smoothing=0.2), logits, target)
    expected = tversky_loss(logits.sigmoid(), 0.8 * target + 0.1, delta=1e-6, soft_labels="minimum")
    torch.testing.assert_close(found, expected)
    assert not torch.isclose(found, objective(RunSettings(smoothing=0.2), logits, target))


def test_it_is_cross_entropy(pair):
    logits, target = pair
    p = logits.sigmoid()
    expected = -(target * p.log() + (1 - target) * (1 - p).log()).mean()
    torch.testing.assert_close(objective(RunSettings(loss="cross-entropy"), *pair), expected)


@pytest.mark.parametrize(
    ("penalty", "by_hand"), [("label noise", label_noise_by_hand), ("confidence", confidence_by_hand)]
)
@pytest.mark.parametrize("loss", ["tversky", "cross-entropy"])
def test_a_penalty_is_added_with_its_strength(pair, loss, penalty, by_hand):
    plain = objective(RunSettings(loss=loss), *pair)
    found = objective(RunSettings(loss=loss, penalty=penalty, strength=0.3), *pair)
    torch.testing.assert_close(found, plain + 0.3 * by_hand(pair[0]))


@pytest.mark.parametrize("domain", ["batch", "image"])
def test_a_companion_is_cross_entropy_of_weight_one(pair, mask, domain):
    dice, both = RunSettings(domain=domain), RunSettings(domain=domain, companion="cross-entropy")
    entropy = objective(RunSettings(loss="cross-entropy"), *pair, mask)
    torch.testing.assert_close(objective(both, *pair, mask), objective(dice, *pair, mask) + entropy)


def test_smoothing_of_one_class_has_one_side(pair):
    logits, target = pair
    found = objective(RunSettings(smoothing=0.2, smoothing_classes=1, delta=0.5), logits, target)
    torch.testing.assert_close(found, tversky_loss(logits.sigmoid(), torch.where(target > 0, 1.0, 0.2), delta=0.5))


def test_smoothing_has_two_sides(pair):
    logits, target = pair
    found = objective(RunSettings(loss="cross-entropy", smoothing=0.2), logits, target)
    expected = functional.binary_cross_entropy_with_logits(logits, torch.where(target > 0, 0.9, 0.1))
    torch.testing.assert_close(found, expected)


def test_with_smoothing_cross_entropy_is_least_at_the_smoothed_label():
    target = torch.ones(1, 1, 1, 1)
    settings = RunSettings(loss="cross-entropy", smoothing=0.2)
    logit = torch.tensor(math.log(9)).reshape(1, 1, 1, 1).requires_grad_()  # of 0.9
    objective(settings, logit, target).backward()
    assert abs(logit.grad.item()) < 1e-7


SETTINGS = [
    {},
    {"companion": "cross-entropy", "domain": "image"},
    {"domain": "image"},
    {"loss": "cross-entropy", "smoothing": 0.1},
    {"penalty": "label noise", "strength": 0.1},
    {"loss": "cross-entropy", "penalty": "confidence", "strength": 0.1},
]


@pytest.mark.parametrize("changes", SETTINGS, ids=str)
def test_half_precision_becomes_single(pair, changes):
    half = pair[0].detach().bfloat16().requires_grad_()
    single = half.detach().float().requires_grad_()
    found, expected = (
        objective(RunSettings(**changes), half, pair[1]),
        objective(RunSettings(**changes), single, pair[1]),
    )
    assert found.dtype == torch.float32 and torch.equal(found, expected)
    found.backward()
    expected.backward()
    assert torch.equal(half.grad, single.grad.bfloat16())  # computed in float32, rounded once


@pytest.mark.parametrize("changes", SETTINGS, ids=str)
def test_gradients_of_single_precision_are_those_of_double(pair, changes):
    logits, target = pair
    objective(RunSettings(**changes), logits, target).backward()
    step = 1e-2
    direction = torch.randn(logits.shape, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        ends = [objective(RunSettings(**changes), logits + sign * step * direction, target) for sign in (1, -1)]
    slope = (ends[0] - ends[1]) / (2 * step)
    torch.testing.assert_close((logits.grad * direction).sum(), slope, rtol=5e-3, atol=1e-4)


@pytest.mark.parametrize("changes", SETTINGS, ids=str)
def test_what_lies_outside_the_mask_changes_nothing(pair, mask, changes):
    logits, target = pair
    other = torch.where(mask, logits.detach(), 30.0).requires_grad_()
    settings = RunSettings(**changes)
    found = objective(settings, other, torch.where(mask, target, 1 - target), mask)
    assert torch.equal(found, objective(settings, logits, target, mask))
    found.backward()
    assert (other.grad[~mask] == 0).all() and (other.grad[mask] != 0).any()


@pytest.mark.parametrize("changes", SETTINGS, ids=str)
def test_a_mask_that_leaves_nothing_out_changes_nothing(pair, changes):
    settings, everywhere = RunSettings(**changes), torch.ones_like(pair[1], dtype=torch.bool)
    torch.testing.assert_close(objective(settings, *pair, everywhere), objective(settings, *pair))


def test_with_a_mask_means_are_over_the_pixels_that_count(pair, mask):
    logits, target = pair
    settings = RunSettings(loss="cross-entropy", penalty="label noise", strength=0.1)
    expected = functional.binary_cross_entropy_with_logits(logits[mask], target[mask])
    torch.testing.assert_close(
        objective(settings, logits, target, mask), expected + 0.1 * label_noise_by_hand(logits[mask])
    )
