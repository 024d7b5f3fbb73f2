"""The two penalties against what they are written as, from probabilities and from logits; and a loss with one added."""

from __future__ import annotations

import copy
import functools
import inspect
import io
import itertools
import math
import pickle
import re
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

from tverskylib import TverskyLoss, one_hot, smooth_labels, tversky_loss
from tverskylib.penalties import Regularised, confidence_penalty, label_noise_penalty

PENALTIES = (label_noise_penalty, confidence_penalty)
LOGITS = [(1, "sigmoid"), (2, "softmax"), (5, "softmax"), (3, "sigmoid")]
CHANNELS = [(1, False), (2, False), (5, False), *LOGITS]
NARROW = (torch.float16, torch.bfloat16, torch.float32)

by_penalties = pytest.mark.parametrize("penalty", PENALTIES, ids=lambda penalty: penalty.__name__)
by_kinds = pytest.mark.parametrize(("channels", "from_logits"), CHANNELS)
by_logits = pytest.mark.parametrize(("channels", "from_logits"), LOGITS)


def random_logits(channels, size=(4, 5), *, scale=2.0, seed=0, images=2):
    draw = torch.Generator().manual_seed(seed)
    return scale * torch.randn((images, channels, *size), generator=draw, dtype=torch.float64)


def random_probabilities(channels, size=(4, 5), **options):
    logits = random_logits(channels, size, **options)
    return logits.sigmoid() if channels == 1 else logits.softmax(1)


def random_prediction(channels, from_logits, size=(4, 5), **options):
    return (random_logits if from_logits else random_probabilities)(channels, size, **options)


def classes(prediction, from_logits):
    """The distributions over classes, one or more a pixel, each (B, C, ...), as float64 arrays."""
    p = prediction.detach().double().numpy()
    if from_logits == "softmax":
        p = np.exp(p - p.max(1, keepdims=True))
        return [p / p.sum(1, keepdims=True)]
    if from_logits == "sigmoid":
        p = 1 / (1 + np.exp(-p))
    elif p.shape[1] > 1:
        return [p]
    return [np.concatenate([q, 1 - q], 1) for q in np.split(p, p.shape[1], 1)]


def written_out(penalty, prediction, from_logits=False):
    """The penalty of each pixel, (B, ...)."""
    if penalty is label_noise_penalty:
        return sum(-np.log(p).sum(1) for p in classes(prediction, from_logits))
    return sum((p * np.log(np.where(p > 0, p, 1))).sum(1) for p in classes(prediction, from_logits))


def uniform(channels, from_logits, size=(2, 2)):
    value = 0.0 if from_logits else 1 / max(channels, 2)
    return torch.full((1, channels, *size), value, dtype=torch.float64)


def gradient(function, prediction, *args, **options):
    prediction = prediction.detach().clone().requires_grad_()
    function(prediction, *args, **options).sum().backward()
    return prediction.grad


def refused(message, error=ValueError):
    """Words in [] and () are meant literally; ... stands for anything."""
    return pytest.raises(error, match=".*".join(map(re.escape, message.split("..."))))


# Values


@by_penalties
@by_kinds
@pytest.mark.parametrize("size", [(4, 5), (3, 4, 5)])
def test_the_penalty_is_what_it_is_written_as(size, channels, from_logits, penalty):
    prediction = random_prediction(channels, from_logits, size)
    given = penalty(prediction, from_logits=from_logits)
    assert given.shape == ()
    assert given.item() == pytest.approx(written_out(penalty, prediction, from_logits).mean(), rel=1e-13)


@by_penalties
def test_a_pixel_by_hand(penalty):
    q = torch.tensor([[[[0.25]]]], dtype=torch.float64)
    expected = {
        label_noise_penalty: math.log(4) + math.log(4 / 3),
        confidence_penalty: 0.25 * math.log(0.25) + 0.75 * math.log(0.75),
    }[penalty]
    assert penalty(q).item() == pytest.approx(expected, rel=1e-15)
    assert penalty(torch.cat([q, 1 - q], 1)).item() == pytest.approx(expected, rel=1e-15)
    assert penalty((q / (1 - q)).log(), from_logits=True).item() == pytest.approx(expected, rel=1e-14)


@by_penalties
@pytest.mark.parametrize(("channels", "activation"), [(1, "sigmoid"), (3, "softmax")])
def test_logits_say_what_their_probabilities_say(channels, activation, penalty):
    logits, probabilities = random_logits(channels), random_probabilities(channels)
    for from_logits in (True, activation):
        torch.testing.assert_close(
            penalty(logits, from_logits=from_logits), penalty(probabilities), rtol=1e-13, atol=1e-13
        )

    def through_probabilities(logits):
        return penalty(logits.sigmoid() if channels == 1 else logits.softmax(1))

    torch.testing.assert_close(
        gradient(penalty, logits, from_logits=True), gradient(through_probabilities, logits), rtol=1e-11, atol=1e-14
    )


@by_penalties
def test_independent_binary_classes_add_up(penalty):
    logits = random_logits(3)
    each = [penalty(logits[:, c : c + 1], from_logits=True) for c in range(3)]
    torch.testing.assert_close(penalty(logits, from_logits="sigmoid"), sum(each))


@by_penalties
def test_one_logit_is_two_logits_one_of_which_is_0(penalty):
    logit = random_logits(1)
    two = torch.cat([logit, torch.zeros_like(logit)], 1)
    torch.testing.assert_close(penalty(two, from_logits=True), penalty(logit, from_logits=True))


@by_penalties
@by_kinds
def test_neither_the_size_of_the_image_nor_the_number_of_images_matters(channels, from_logits, penalty):
    """Why the penalty is a mean: epsilon means the same for every size."""
    prediction = random_prediction(channels, from_logits)
    expected = penalty(prediction, from_logits=from_logits)
    for tiled in (prediction.repeat(1, 1, 3, 4), prediction.repeat(5, 1, 1, 1)):
        torch.testing.assert_close(penalty(tiled, from_logits=from_logits), expected)


@by_penalties
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_the_minimum_is_at_the_uniform_distribution(channels, penalty):
    number = max(channels, 2)
    least = number * math.log(number) if penalty is label_noise_penalty else -math.log(number)
    assert penalty(uniform(channels, False)).item() == pytest.approx(least, rel=1e-14)
    assert penalty(uniform(channels, True), from_logits=True).item() == pytest.approx(least, rel=1e-14)
    assert gradient(penalty, uniform(channels, True), from_logits=True).abs().max() < 1e-15
    # Probabilities move on the simplex only: no class pulls more than another.
    slope = gradient(penalty, uniform(channels, False))
    assert (slope - slope.mean(1, keepdim=True)).abs().max() < 1e-15
    for seed in range(100):
        assert penalty(random_probabilities(channels, seed=seed, scale=0.1)) > least


@by_penalties
def test_the_minimum_of_independent_binary_classes(penalty):
    least = 3 * (2 * math.log(2) if penalty is label_noise_penalty else -math.log(2))
    assert penalty(uniform(3, "sigmoid"), from_logits="sigmoid").item() == pytest.approx(least, rel=1e-14)


@settings(max_examples=50)
@given(st.integers(1, 6), st.floats(0, 30), st.integers(0, 1000), st.sampled_from([True, "sigmoid"]))
def test_the_penalties_stay_in_their_range(channels, scale, seed, from_logits):
    logits = random_logits(channels, scale=scale, seed=seed)
    pairs = from_logits == "sigmoid" or channels == 1
    number, distributions = (2, channels) if pairs else (channels, 1)
    noise = label_noise_penalty(logits, from_logits=from_logits).item()
    sure = confidence_penalty(logits, from_logits=from_logits).item()
    assert noise >= distributions * number * math.log(number) - 1e-12
    assert -distributions * math.log(number) - 1e-12 <= sure <= 0


def test_a_sure_prediction_has_no_entropy():
    sure = one_hot(torch.tensor([[[0, 1, 2]]]), 3)
    assert confidence_penalty(sure) == 0
    assert confidence_penalty(sure[:, :1]) == 0


# What they are: the two directions of the Kullback-Leibler divergence, and the rest of label smoothing


@pytest.mark.parametrize("channels", [2, 3, 7])
def test_the_penalties_are_the_two_directions_of_kl(channels):
    log_p = random_logits(channels).log_softmax(1)
    log_u = torch.full_like(log_p, -math.log(channels))
    pixels = log_p.numel() / channels
    from_uniform = F.kl_div(log_p, log_u, reduction="sum", log_target=True) / pixels  # D(u || p)
    to_uniform = F.kl_div(log_u, log_p, reduction="sum", log_target=True) / pixels  # D(p || u)
    for noise in (label_noise_penalty(log_p.exp()), label_noise_penalty(log_p, from_logits=True)):
        assert noise.item() == pytest.approx(
            channels * from_uniform.item() + channels * math.log(channels), rel=0, abs=1e-12
        )
    for sure in (confidence_penalty(log_p.exp()), confidence_penalty(log_p, from_logits=True)):
        assert sure.item() == pytest.approx(to_uniform.item() - math.log(channels), rel=0, abs=1e-12)


def test_torch_distributions_agree_on_the_entropy():
    logits = random_logits(4)
    entropy = torch.distributions.Categorical(logits=logits.movedim(1, -1)).entropy()
    torch.testing.assert_close(confidence_penalty(logits, from_logits=True), -entropy.mean())
    logits = random_logits(1)
    entropy = torch.distributions.Bernoulli(logits=logits).entropy()
    torch.testing.assert_close(confidence_penalty(logits, from_logits=True), -entropy.mean())


@pytest.mark.parametrize("epsilon", [0.0, 0.05, 0.3, 0.9])
@pytest.mark.parametrize("channels", [2, 3, 6])
def test_label_smoothing_is_cross_entropy_and_label_noise(channels, epsilon):
    """Claim 2, with its constants: values and gradients."""
    logits = random_logits(channels)
    numbers = torch.randint(0, channels, (2, 4, 5), generator=torch.Generator().manual_seed(1))
    target = one_hot(numbers, channels).double()

    def smoothed(logits):
        return F.cross_entropy(logits, smooth_labels(target, epsilon))

    def penalised(logits):
        noise = label_noise_penalty(logits, from_logits=True)
        return (1 - epsilon) * F.cross_entropy(logits, numbers) + epsilon / channels * noise

    assert penalised(logits).item() == pytest.approx(smoothed(logits).item(), rel=0, abs=1e-12)
    builtin = F.cross_entropy(logits, numbers, label_smoothing=epsilon)
    assert penalised(logits).item() == pytest.approx(builtin.item(), rel=0, abs=1e-12)
    torch.testing.assert_close(gradient(penalised, logits), gradient(smoothed, logits), rtol=0, atol=1e-12)


@pytest.mark.parametrize("epsilon", [0.0, 0.05, 0.3, 0.9])
def test_label_smoothing_of_a_binary_mask_is_the_same_with_2_classes(epsilon):
    logits = random_logits(1)
    target = (random_probabilities(1, seed=1) < 0.5).double()
    smoothed = F.binary_cross_entropy_with_logits(logits, smooth_labels(target, epsilon, num_classes=2))
    noise = label_noise_penalty(logits, from_logits=True)
    penalised = (1 - epsilon) * F.binary_cross_entropy_with_logits(logits, target) + epsilon / 2 * noise
    assert penalised.item() == pytest.approx(smoothed.item(), rel=0, abs=1e-12)


# Gradients


@by_penalties
@by_kinds
@pytest.mark.parametrize("masked", [False, True])
def test_first_and_second_derivatives_are_right(masked, channels, from_logits, penalty):
    prediction = random_prediction(channels, from_logits, (2, 3), scale=1.0).requires_grad_()
    mask = torch.tensor([[1, 0, 1], [1, 1, 0]]).expand(2, 1, 2, 3) if masked else None

    def free(prediction):
        """Without validation: a finite difference leaves the simplex."""
        return penalty(prediction, from_logits=from_logits, mask=mask, validate=False)

    assert gradcheck(free, prediction)
    assert gradgradcheck(free, prediction)


def test_the_slope_along_a_logit():
    """Label noise never lets go; the confidence penalty does where the prediction is sure."""
    z = torch.linspace(-6, 6, 25, dtype=torch.float64).reshape(1, 1, 5, 5)
    q = z.sigmoid()
    torch.testing.assert_close(25 * gradient(label_noise_penalty, z, from_logits=True), 2 * q - 1)
    torch.testing.assert_close(25 * gradient(confidence_penalty, z, from_logits=True), z * q * (1 - q))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_slope_of_confidence_at_0_is_finite_and_points_inwards(dtype):
    steep = math.log(torch.finfo(dtype).tiny)
    slope = 3 * gradient(confidence_penalty, torch.tensor([[[[0.0, 0.5, 1.0]]]], dtype=dtype))
    assert slope.flatten().tolist() == pytest.approx([steep - 1, 0, 1 - steep], rel=1e-6, abs=1e-6)
    slope = gradient(confidence_penalty, torch.tensor([1.0, 0.0, 0.0], dtype=dtype).reshape(1, 3, 1, 1))
    assert slope.flatten().tolist() == pytest.approx([1, steep, steep], rel=1e-6)
    # And so does what lies below it: a softmax that is sure teaches nothing, and not NaN.
    logits = torch.tensor([1000.0, 0, 0], dtype=dtype).reshape(1, 3, 1, 1)
    assert (gradient(lambda z: confidence_penalty(z.softmax(1)), logits) == 0).all()


def test_the_smallest_probabilities_keep_their_slope():
    for p in (1e-300, 1e-30, 1e-3):
        prediction = torch.tensor([p, 1 - p], dtype=torch.float64).reshape(1, 2, 1, 1)
        assert gradient(confidence_penalty, prediction)[0, 0].item() == pytest.approx(math.log(p) + 1)
        assert gradient(label_noise_penalty, prediction)[0, 0].item() == pytest.approx(-1 / p)


# Precision


@by_penalties
@by_logits
@pytest.mark.parametrize("dtype", [*NARROW, torch.float64])
def test_saturated_logits_have_finite_values_and_gradients(dtype, channels, from_logits, penalty):
    logits = torch.full((1, channels, 2, 4), -1e4).to(dtype)
    logits[:, 0, 0] = 1e4
    logits[:, -1, 1] = 1e4
    logits[..., 3] = 1e4
    value = penalty(logits, from_logits=from_logits)
    exact = penalty(logits.double(), from_logits=from_logits)
    slope = gradient(penalty, logits, from_logits=from_logits)
    assert value.isfinite()
    assert value.item() == pytest.approx(exact.item(), rel=1e-6)
    assert value.dtype == torch.promote_types(dtype, torch.float32)
    assert slope.dtype == dtype
    assert slope.isfinite().all()
    if from_logits == "sigmoid":
        # |z| from every channel, and the full slope; no entropy, and no slope.
        noise = penalty is label_noise_penalty
        assert value.item() == pytest.approx(channels * logits.abs().max().item() if noise else 0, rel=1e-6)
        torch.testing.assert_close(8 * slope, logits.sign() if noise else torch.zeros_like(slope))
    second = gradient(lambda z: gradient_graph(penalty, z, from_logits), logits.float())
    assert second.isfinite().all()


def gradient_graph(penalty, logits, from_logits):
    return torch.autograd.grad(penalty(logits, from_logits=from_logits), logits, create_graph=True)[0]


@by_penalties
@by_kinds
@pytest.mark.parametrize("dtype", NARROW)
def test_narrow_dtypes_are_computed_in_float32(dtype, channels, from_logits, penalty):
    prediction = random_prediction(channels, from_logits, scale=1.0).to(dtype)
    options = {"from_logits": from_logits}
    given, exact = penalty(prediction, **options), penalty(prediction.double(), validate=False, **options)
    assert given.dtype == torch.float32
    assert given.item() == pytest.approx(exact.item(), rel=1e-5)
    slope = gradient(penalty, prediction, **options)
    assert slope.dtype == dtype
    exact = gradient(penalty, prediction.double(), validate=False, **options)
    torch.testing.assert_close(slope.double(), exact, rtol=4 * torch.finfo(dtype).eps, atol=1e-6)


@by_penalties
def test_autocast_changes_nothing(penalty):
    logits = random_logits(3).float()
    with torch.autocast("cpu", torch.bfloat16):
        given = penalty(logits, from_logits=True)
    assert given.dtype == torch.float32
    torch.testing.assert_close(given, penalty(logits, from_logits=True))


@by_penalties
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_survives_a_million_pixels(dtype, penalty):
    logits = torch.full((4, 1, 512, 512), 3.0, dtype=dtype)
    exact = written_out(penalty, logits[:1, :, :1, :1], "sigmoid").mean()
    assert penalty(logits, from_logits=True).item() == pytest.approx(exact, rel=1e-5)


@by_penalties
@pytest.mark.parametrize("dtype", NARROW)
def test_probabilities_that_a_softmax_rounded_pass(dtype, penalty):
    for seed, channels in itertools.product(range(5), (2, 5, 20)):
        logits = random_logits(channels, (16, 16), seed=seed).to(dtype)
        for probabilities in (logits.softmax(1), logits.softmax(1).float(), logits.log_softmax(1).exp()):
            if dtype == torch.bfloat16 and probabilities.dtype != dtype:
                continue  # three digits are not a probability in float32
            assert penalty(probabilities).isfinite()


# Masks


@by_penalties
@by_kinds
@pytest.mark.parametrize("whatever", [math.nan, math.inf, -math.inf, 255.0])
def test_ignored_pixels_teach_nothing_whatever_stands_there(whatever, channels, from_logits, penalty):
    prediction = random_prediction(channels, from_logits)
    mask = torch.rand((2, 1, 4, 5), generator=torch.Generator().manual_seed(1)) < 0.6
    ignored = ~mask.expand_as(prediction)
    expected = written_out(penalty, prediction, from_logits)[mask[:, 0].numpy()].mean()
    slope = gradient(penalty, prediction, from_logits=from_logits, mask=mask)
    prediction[ignored] = whatever
    for m in (mask, mask.double(), mask.to(torch.uint8), mask.long()):
        assert penalty(prediction, from_logits=from_logits, mask=m).item() == pytest.approx(expected, rel=1e-13)
        given = gradient(penalty, prediction, from_logits=from_logits, mask=m)
        assert (given[ignored] == 0).all()
        torch.testing.assert_close(given, slope)


@by_penalties
def test_every_pixel_that_counts_weighs_the_same(penalty):
    """An image of which most is ignored weighs less, and one of which all is ignored not at all."""
    prediction = random_probabilities(3)
    mask = torch.ones(2, 1, 4, 5)
    mask[1] = 0
    torch.testing.assert_close(penalty(prediction, mask=mask), penalty(prediction[:1]))
    mask[1, 0, 0, 0] = 1
    pixels = written_out(penalty, prediction)
    expected = (pixels[0].sum() + pixels[1, 0, 0]) / 21
    assert penalty(prediction, mask=mask).item() == pytest.approx(expected, rel=1e-13)
    torch.testing.assert_close(penalty(prediction, mask=torch.ones(2, 1, 4, 5)), penalty(prediction))


# Compilation


@by_penalties
@pytest.mark.parametrize(
    ("channels", "from_logits", "masked"),
    [(1, False, True), (3, False, False), (1, True, False), (3, True, True), (3, "sigmoid", True)],
)
def test_the_penalty_compiles_into_one_graph(channels, from_logits, masked, penalty):
    torch.compiler.reset()
    prediction = random_prediction(channels, from_logits).float()
    mask = torch.ones(2, 1, 4, 5).tril() if masked else None

    def function(prediction):
        return penalty(prediction, from_logits=from_logits, mask=mask)

    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(prediction), function(prediction))
    torch.testing.assert_close(gradient(compiled, prediction), gradient(function, prediction))


def test_a_loss_with_a_penalty_compiles_into_one_graph():
    torch.compiler.reset()
    logits, target = random_logits(1).float(), torch.ones(2, 1, 4, 5).tril()
    loss = Regularised(TverskyLoss(0.3, 0.7, from_logits=True), confidence_penalty, 0.1)
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    for mask in (None, target):
        torch.testing.assert_close(compiled(logits, target, mask), loss(logits, target, mask))
    torch.testing.assert_close(gradient(compiled, logits, target), gradient(loss, logits, target))


def test_values_are_not_checked_while_compiling():
    torch.compiler.reset()
    compiled = torch.compile(label_noise_penalty, fullgraph=True, backend="aot_eager")
    assert compiled(torch.zeros(1, 1, 2, 2)) == math.inf


# What can not be right


HALF = torch.full((2, 1, 4, 5), 0.5)
THIRDS = torch.full((2, 3, 4, 5), 1 / 3)


def with_value(x, value):
    changed = x.clone()
    changed[0, 0, 0, 0] = value
    return changed


@by_penalties
@pytest.mark.parametrize("shape", [(), (5,), (4, 5), (2, 4, 5), (1, 2, 1, 3, 4, 5)])
def test_a_prediction_of_another_number_of_axes(shape, penalty):
    with refused(f"prediction must have shape (B, C, H, W) or (B, C, D, H, W), got {shape}: add the axes"):
        penalty(torch.full(shape, 0.5))


@by_penalties
@pytest.mark.parametrize("shape", [(0, 1, 4, 5), (2, 0, 4, 5), (2, 1, 3, 4, 0)])
def test_a_prediction_of_nothing(shape, penalty):
    with refused(f"prediction must not be empty, got shape {shape}"):
        penalty(torch.zeros(shape))


@by_penalties
@pytest.mark.parametrize("given", [[[0.5]], None, 0.5, "mask", HALF.numpy()], ids=lambda x: type(x).__name__)
def test_penalties_take_tensors(given, penalty):
    with refused("prediction must be a torch.Tensor, got ", TypeError):
        penalty(given)
    if given is not None:
        with refused("mask must be a torch.Tensor, got ", TypeError):
            penalty(HALF, mask=given)


@by_penalties
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.complex64])
def test_penalties_take_floating_point_numbers(dtype, penalty):
    with refused("prediction must be floating-point, got a ... tensor of shape (2, 1, 4, 5)", TypeError):
        penalty(HALF.to(dtype))


@by_penalties
@pytest.mark.parametrize("given", [None, 1, 0, "logits", "soft", ("sigmoid",)])
def test_an_unknown_from_logits(given, penalty):
    with refused(f"from_logits must be False, True, 'sigmoid' or 'softmax', got {given!r}"):
        penalty(HALF, from_logits=given)


@by_penalties
def test_a_softmax_of_one_channel(penalty):
    with refused("from_logits must be 'sigmoid' for one channel, got 'softmax'"):
        penalty(HALF, from_logits="softmax")


@by_penalties
def test_an_unknown_validate(penalty):
    with refused("validate must be True or False, got 1", TypeError):
        penalty(HALF, validate=1)


@by_penalties
@pytest.mark.parametrize("prediction", [HALF, THIRDS])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (math.nan, "prediction must hold numbers, got NaN"),
        (-0.1, "prediction must hold probabilities in [0, 1], got values from -0.1 to ...: these look like logits"),
        (1.1, "prediction must hold probabilities in [0, 1], got values from ... to 1.1: ...pass from_logits=True"),
        (math.inf, "prediction must hold probabilities in [0, 1], got values from ... to inf"),
    ],
)
def test_what_is_no_probability(value, words, prediction, penalty):
    with refused(words):
        penalty(with_value(prediction, value))


@by_penalties
@by_logits
@pytest.mark.parametrize(
    ("value", "words"),
    [(math.nan, "NaN"), (math.inf, "values from ... to inf"), (-math.inf, "values from -inf to ")],
)
def test_logits_that_are_not_finite(value, words, channels, from_logits, penalty):
    with refused(f"prediction must hold finite logits, got {words}"):
        penalty(with_value(random_logits(channels), value), from_logits=from_logits)


@by_penalties
def test_probabilities_that_do_not_sum_to_1(penalty):
    with refused(
        "prediction must sum to 1 over the channels, got sums from 1.5 to 1.5: pass logits with from_logits=True for "
        "classes that exclude each other, with from_logits='sigmoid' for those that do not"
    ):
        penalty(torch.full((2, 3, 4, 5), 0.5))
    with refused("got sums from 0.7667 to 1"):
        penalty(with_value(THIRDS, 0.1))
    with refused("got sums from 0 to 1"):
        penalty(one_hot(torch.tensor([[[1, 2]]]), 3)[:, :2])


@pytest.mark.parametrize("dtype", [*NARROW, torch.float64])
@pytest.mark.parametrize(
    ("prediction", "values"),
    [
        (with_value(HALF, 0), "values from 0 to 0.5"),
        (with_value(HALF, 1), "values from 0.5 to 1"),
        (one_hot(torch.tensor([[[0, 1, 2]]]), 3), "values from 0 to 1"),
    ],
)
def test_label_noise_at_0_is_infinite_and_never_clipped(prediction, values, dtype):
    prediction = prediction.to(dtype)
    with refused(
        f"prediction must leave every class a probability above 0, got {values}: the penalty, a log, is infinite at "
        "0; pass logits with from_logits=True"
    ):
        label_noise_penalty(prediction)
    assert label_noise_penalty(prediction, validate=False) == math.inf


@by_penalties
@pytest.mark.parametrize("shape", [(2, 4, 5), (4, 5), (1, 1, 4, 5), (2, 2, 4, 5), (2, 3, 4, 5)])
def test_a_mask_of_another_shape(shape, penalty):
    with refused(f"mask must have shape (2, 1, 4, 5), one value a pixel for all channels, got {shape}"):
        penalty(THIRDS, mask=torch.ones(shape))


@by_penalties
def test_a_mask_out_of_place(penalty):
    ones = torch.ones(2, 1, 4, 5)
    with refused("mask must hold 0 (ignored) and 1 (counts) only, got values from 0 to 255"):
        penalty(HALF, mask=with_value(0 * ones, 255))
    with refused("mask must hold 0 (ignored) and 1 (counts) only, got values from 0.5 to 1"):
        penalty(HALF, mask=with_value(ones, 0.5))
    with refused("mask must hold 0 (ignored) and 1 (counts) only, got values from nan to nan"):
        penalty(HALF, mask=with_value(ones, math.nan))
    with refused("mask must be Boolean, integer or floating-point, got a complex64 tensor", TypeError):
        penalty(HALF, mask=ones.to(torch.complex64))
    with refused("mask must not require a gradient"):
        penalty(HALF, mask=ones.clone().requires_grad_())
    with refused("mask must be on the device of prediction, cpu, got meta"):
        penalty(HALF, mask=ones.to("meta"))


@by_penalties
@by_kinds
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.float32])
def test_a_mask_that_leaves_no_pixel(dtype, channels, from_logits, penalty):
    with refused("mask must leave at least one pixel, got 0 everywhere"):
        mask = torch.zeros((2, 1, 4, 5), dtype=dtype)
        penalty(random_prediction(channels, from_logits), from_logits=from_logits, mask=mask)


# A loss with a penalty


class SquaredError(nn.Module):
    """A loss of another's making: it takes probabilities, says nothing of it, and knows masks."""

    def forward(self, prediction, target, mask=None):
        error = (prediction - target) ** 2
        return error.mean() if mask is None else error[mask == 1].mean()


class HalfTheNoise(nn.Module):
    def forward(self, prediction, *, from_logits, mask):
        return label_noise_penalty(prediction, from_logits=from_logits, mask=mask) / 2


def segmentation(channels):
    numbers = torch.randint(0, max(channels, 2), (2, 4, 5), generator=torch.Generator().manual_seed(2))
    return one_hot(numbers, 2)[:, 1:].double() if channels == 1 else one_hot(numbers, channels).double()


@by_penalties
@by_kinds
@pytest.mark.parametrize("masked", [False, True])
def test_a_regularised_tversky_loss_is_the_sum_by_hand(masked, channels, from_logits, penalty):
    prediction, target = random_prediction(channels, from_logits), segmentation(channels)
    mask = torch.ones(2, 1, 4, 5).tril() if masked else None
    options = {"delta": 0.1, "domain": "image", "from_logits": from_logits}
    module = Regularised(TverskyLoss(0.3, 0.7, **options), penalty, 0.25)

    def by_hand(prediction):
        loss = tversky_loss(prediction, target, 0.3, 0.7, mask=mask, **options)
        return loss + 0.25 * penalty(prediction, from_logits=from_logits, mask=mask)

    assert module(prediction, target, mask) == by_hand(prediction)
    assert module(prediction, target, mask=mask) == module(prediction, target, mask)
    torch.testing.assert_close(gradient(module, prediction, target, mask=mask), gradient(by_hand, prediction))


@by_penalties
def test_a_regularised_cross_entropy_is_the_sum_by_hand(penalty):
    logits, target = random_logits(1), segmentation(1)
    module = Regularised(nn.BCEWithLogitsLoss(), penalty, 0.25, from_logits=True)
    expected = F.binary_cross_entropy_with_logits(logits, target) + 0.25 * penalty(logits, from_logits=True)
    assert module(logits, target) == expected
    logits, target = random_logits(3), segmentation(3)
    module = Regularised(nn.CrossEntropyLoss(), penalty, 0.25, from_logits=True)
    assert module(logits, target) == F.cross_entropy(logits, target) + 0.25 * penalty(logits, from_logits=True)


def test_a_regularised_cross_entropy_is_label_smoothing():
    logits, target = random_logits(3), segmentation(3)
    module = Regularised(nn.CrossEntropyLoss(), label_noise_penalty, (0.1 / 3) / 0.9, from_logits=True)
    smoothed = nn.CrossEntropyLoss(label_smoothing=0.1)
    assert 0.9 * module(logits, target).item() == pytest.approx(smoothed(logits, target).item(), rel=0, abs=1e-12)


def test_a_loss_of_anothers_making():
    prediction, target = random_probabilities(1), segmentation(1)
    module = Regularised(SquaredError(), HalfTheNoise(), 0.5, from_logits=False)
    mask = torch.ones(2, 1, 4, 5).tril()
    expected = (prediction - target)[mask == 1].square().mean() + 0.25 * label_noise_penalty(prediction, mask=mask)
    assert module(prediction, target, mask=mask) == expected


def test_a_mask_reaches_the_loss_only_if_it_is_given():
    logits, target = random_logits(1), segmentation(1)
    module = Regularised(nn.BCEWithLogitsLoss(), confidence_penalty, 0.1, from_logits=True)
    module(logits, target)
    with pytest.raises(TypeError, match="mask"):
        module(logits, target, torch.ones(2, 1, 4, 5))


def test_two_penalties_at_once():
    logits, target = random_logits(3), segmentation(3)
    both = Regularised(
        Regularised(TverskyLoss(from_logits=True), label_noise_penalty, 0.01),
        functools.partial(confidence_penalty, validate=False),
        0.2,
    )
    assert both.from_logits is True
    expected = (
        tversky_loss(logits, target, from_logits=True)
        + 0.01 * label_noise_penalty(logits, from_logits=True)
        + 0.2 * confidence_penalty(logits, from_logits=True)
    )
    torch.testing.assert_close(both(logits, target), expected)


def test_the_penalty_is_added_to_every_ratio():
    prediction, target = random_probabilities(3), segmentation(3)
    loss = TverskyLoss(domain="image", per_class=True, reduction="none")
    given = Regularised(loss, confidence_penalty, 0.1)(prediction, target)
    assert given.shape == (2, 3)
    torch.testing.assert_close(given - loss(prediction, target), 0.1 * confidence_penalty(prediction).expand(2, 3))


def test_no_penalty_is_the_loss():
    prediction, target = random_probabilities(3), segmentation(3)
    assert Regularised(TverskyLoss(), confidence_penalty, 0)(prediction, target) == TverskyLoss()(prediction, target)


def test_from_logits_is_read_from_the_loss():
    for from_logits in (False, True, "sigmoid", "softmax"):
        assert Regularised(TverskyLoss(from_logits=from_logits), confidence_penalty, 1).from_logits == from_logits
    # Said twice is fine; more exactly, too: a loss of another's making may mean a sigmoid by True.
    assert Regularised(TverskyLoss(), confidence_penalty, 1, from_logits=False).from_logits is False
    loss = Regularised(TverskyLoss(from_logits=True), confidence_penalty, 1, from_logits="sigmoid")
    assert loss.from_logits == "sigmoid"


@pytest.mark.parametrize("read", [False, True])
def test_from_logits_must_not_contradict_the_loss(read):
    with refused(f"from_logits must not contradict that of the loss, {read}, got {not read}"):
        Regularised(TverskyLoss(from_logits=read), confidence_penalty, 1, from_logits=not read)


def test_from_logits_must_be_known():
    with refused("from_logits must be given, as BCEWithLogitsLoss does not say what it takes: True", TypeError):
        Regularised(nn.BCEWithLogitsLoss(), confidence_penalty, 0.1)
    with refused("from_logits must be False, True, 'sigmoid' or 'softmax', got 'yes'"):
        Regularised(nn.BCEWithLogitsLoss(), confidence_penalty, 0.1, from_logits="yes")


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (tversky_loss, "tversky_loss"),
        (TverskyLoss, "TverskyLoss: make one of it, TverskyLoss(...)"),
        (None, "None"),
        ("dice", "'dice'"),
    ],
)
def test_a_loss_that_is_no_module(loss, words):
    with pytest.raises(TypeError, match=re.escape(f"loss must be a loss module, got {words}") + "$"):
        Regularised(loss, confidence_penalty, 0.1)


@pytest.mark.parametrize(
    ("returned", "words"),
    [(None, "None"), (0.1, "0.1"), (torch.ones(2, 1), "a float32 tensor of shape (2, 1)")],
    ids=str,
)
def test_a_penalty_that_is_not_one_number(returned, words):
    loss = Regularised(TverskyLoss(), lambda prediction, **options: returned, 0.1)
    with refused(f"penalty must return one number, a tensor of shape (), got {words}", TypeError):
        loss(torch.full((2, 1, 3, 3), 0.5), torch.ones(2, 1, 3, 3))


@pytest.mark.parametrize(("penalty", "words"), [(None, "None"), (0.1, "0.1"), (HalfTheNoise, "HalfTheNoise")])
def test_a_penalty_that_can_not_be_called(penalty, words):
    with refused(f"penalty must be a function of a prediction such as confidence_penalty, got {words}", TypeError):
        Regularised(TverskyLoss(), penalty, 0.1)


@pytest.mark.parametrize("epsilon", [-0.1, math.nan, math.inf, -math.inf, 1e31])
def test_an_epsilon_out_of_range(epsilon):
    with refused(f"epsilon must be a number in [0, 1e+30], got {epsilon}"):
        Regularised(TverskyLoss(), confidence_penalty, epsilon)


@pytest.mark.parametrize("epsilon", [None, "0.1", True, [0.1], torch.tensor(0.1)])
def test_an_epsilon_that_is_no_number(epsilon):
    with refused("epsilon must be a number in [0, 1e+30], got ", TypeError):
        Regularised(TverskyLoss(), confidence_penalty, epsilon)


def test_any_number_is_an_epsilon():
    for epsilon in (0, 2, np.float32(0.5), Fraction(1, 2)):
        assert Regularised(TverskyLoss(), confidence_penalty, epsilon).epsilon == epsilon


@by_penalties
def test_the_module_travels(penalty):
    logits, target = random_logits(3), segmentation(3)
    module = Regularised(TverskyLoss(0.3, 0.7, from_logits=True), penalty, 0.1)
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    copies = (
        copy.deepcopy(module),
        pickle.loads(pickle.dumps(module)),
        torch.load(file, weights_only=False),
        module.to("cpu").double().eval(),
    )
    for other in copies:
        assert repr(other) == repr(module)
        assert other(logits, target) == module(logits, target)
    assert list(module.parameters()) == []
    assert module.state_dict() == {}


def test_the_module_shows_its_settings():
    shown = repr(Regularised(TverskyLoss(0.3, 0.7), confidence_penalty, 0.1))
    assert shown.startswith("Regularised(\n  penalty=confidence_penalty, epsilon=0.1, from_logits=False\n")
    assert f"(loss): {TverskyLoss(0.3, 0.7)!r}" in shown


def test_the_two_penalties_are_called_alike():
    one, other = (inspect.signature(penalty) for penalty in PENALTIES)
    assert one == other


@pytest.mark.parametrize("documented", [*PENALTIES, Regularised], ids=lambda x: x.__name__)
def test_what_a_reader_looks_up_is_written_down(documented):
    for part in (".. math::", "Args:", "Returns:", "Raises:", "Source:", "lesson 0"):
        assert part in documented.__doc__
