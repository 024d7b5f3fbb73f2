"""What can not be right is refused, in words that name the argument, what was given and what was expected."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest
import torch

from tverskylib import TverskyLoss, dice_index, jaccard_index, soft_counts, tversky_index, tversky_loss

HALF = torch.full((2, 1, 4, 5), 0.5)
THREE_CLASSES = torch.full((2, 3, 4, 5), 0.5)
SQUARE = torch.zeros(2, 1, 4, 5)
SQUARE[..., 1:3, 1:3] = 1


def with_value(x, value):
    changed = x.clone()
    changed[0, 0, 0, 0] = value
    return changed


def as_arrays(function):
    def call(*tensors, **options):
        convert = {k: v.numpy() if isinstance(v, torch.Tensor) else v for k, v in options.items()}
        return function(*(x.numpy() if isinstance(x, torch.Tensor) else x for x in tensors), **convert)

    return call


def module(prediction, target, mask=None, **options):
    return TverskyLoss(**options)(prediction, target, mask)


LOSSES = {"tversky_loss": tversky_loss, "TverskyLoss": module}
INDICES = {
    "tversky_index": tversky_index,
    "dice_index": dice_index,
    "jaccard_index of arrays": as_arrays(jaccard_index),
    "soft_counts": soft_counts,
    "soft_counts of arrays": as_arrays(soft_counts),
}
by_losses = pytest.mark.parametrize("function", LOSSES.values(), ids=LOSSES)
by_indices = pytest.mark.parametrize("function", INDICES.values(), ids=INDICES)
by_all = pytest.mark.parametrize("function", (LOSSES | INDICES).values(), ids=LOSSES | INDICES)


def refused(message, error=ValueError):
    """Words in [] and () are meant literally; ... stands for anything."""
    return pytest.raises(error, match=".*".join(map(re.escape, message.split("..."))))


def cases(**named):
    return pytest.mark.parametrize(
        [*next(iter(named.values()))], [[*case.values()] for case in named.values()], ids=named
    )


# Shapes

EXPECTED_SHAPE = "prediction must have shape (B, C, H, W) or (B, C, D, H, W), got "


@by_all
@pytest.mark.parametrize("shape", [(), (5,), (4, 5), (2, 4, 5), (1, 2, 1, 3, 4, 5)])
def test_a_prediction_of_another_number_of_axes(shape, function):
    image = torch.full(shape, 0.5)
    with refused(f"{EXPECTED_SHAPE}{shape}: add the axes that are missing, mask[None, None] for one (H, W) mask"):
        function(image, image.round())


@by_all
@pytest.mark.parametrize("shape", [(0, 1, 4, 5), (2, 0, 4, 5), (2, 1, 0, 5), (2, 1, 3, 4, 0)])
def test_a_prediction_of_nothing(shape, function):
    with refused(f"prediction must not be empty, got shape {shape}"):
        function(torch.zeros(shape), torch.zeros(shape))


@by_all
@pytest.mark.parametrize(
    ("prediction", "shape", "hint"),
    [
        (HALF, (2, 4, 5), ": add the channel axis, target[:, None]"),
        (HALF, (4, 5), ": add the batch and channel axes, mask[None, None]"),
        (HALF, (1, 1, 4, 5), ""),
        (HALF, (2, 1, 5, 4), ""),
        (HALF, (2, 3, 4, 5), ""),
        (THREE_CLASSES, (2, 4, 5), ": a map of class numbers becomes a target by one_hot(target, 3)"),
        (THREE_CLASSES, (2, 1, 4, 5), ": a map of class numbers becomes a target by one_hot(target[:, 0], 3)"),
    ],
)
def test_a_target_of_another_shape(prediction, shape, hint, function):
    given = f"target must have the shape of prediction, {tuple(prediction.shape)}, got {shape}{hint}"
    with pytest.raises(ValueError, match=re.escape(given) + "$"):
        function(prediction, torch.zeros(shape))


@by_all
@pytest.mark.parametrize("shape", [(2, 4, 5), (4, 5), (1, 1, 4, 5), (2, 2, 4, 5)])
def test_a_mask_of_another_shape(shape, function):
    with refused(f"mask must have shape (2, 1, 4, 5) or that of prediction, (2, 3, 4, 5), got {shape}"):
        function(THREE_CLASSES, THREE_CLASSES.round(), mask=torch.ones(shape))


# Kinds


@by_losses
@pytest.mark.parametrize("given", [[[0.5]], None, 0.5, "mask", np.full((2, 1, 4, 5), 0.5)], ids=repr)
def test_losses_take_tensors(given, function):
    with refused("prediction must be a torch.Tensor, got ", TypeError):
        function(given, SQUARE)
    with refused("target must be a torch.Tensor, got ", TypeError):
        function(HALF, given)
    if given is not None:
        with refused("mask must be a torch.Tensor, got ", TypeError):
            function(HALF, SQUARE, mask=given)


@by_indices
@pytest.mark.parametrize(("given", "words"), [([[0.5]], "a list"), (None, "None"), (0.5, "0.5"), ({}, "a dict")])
def test_indices_take_arrays_and_tensors(given, words, function):
    with refused(f"prediction must be a NumPy array or a torch.Tensor, got {words}", TypeError):
        function(given, SQUARE)
    with refused(f"target must be a NumPy array or a torch.Tensor, got {words}", TypeError):
        function(HALF, given)


@pytest.mark.parametrize("function", [tversky_index, soft_counts])
def test_indices_take_one_kind_at_a_time(function):
    with refused(
        "target must be of the kind of prediction, got a float32 array of shape (2, 1, 4, 5) "
        "beside a float32 tensor of shape (2, 1, 4, 5): convert one of them",
        TypeError,
    ):
        function(HALF, SQUARE.numpy())
    with refused("mask must be of the kind of prediction, got a float32 tensor", TypeError):
        function(HALF.numpy(), SQUARE.numpy(), mask=SQUARE)


@by_losses
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.complex64])
def test_a_loss_of_a_prediction_without_a_gradient(dtype, function):
    name = str(dtype).removeprefix("torch.")
    with refused(f"prediction must be floating-point, got a {name} tensor of shape (2, 1, 4, 5)", TypeError):
        function(SQUARE.to(dtype), SQUARE)


@by_indices
@pytest.mark.parametrize("dtype", [torch.uint8, torch.int64, torch.complex64])
def test_an_index_of_a_prediction_that_is_no_probability(dtype, function):
    hint = "" if dtype.is_complex else ": convert a 0/1 mask with .bool() or .astype(bool)"
    with refused(f"prediction must be floating-point or Boolean, got a ... of shape (2, 1, 4, 5){hint}", TypeError):
        function(SQUARE.to(dtype), SQUARE)


@by_all
def test_complex_targets_and_masks(function):
    with refused("target must be Boolean, integer or floating-point, got a complex64 ", TypeError):
        function(HALF, SQUARE.to(torch.complex64))
    with refused("mask must be Boolean, integer or floating-point, got a complex64 ", TypeError):
        function(HALF, SQUARE, mask=SQUARE.to(torch.complex64))


def test_arrays_of_objects_and_of_words():
    with refused("prediction must be floating-point or Boolean, got a object array of shape ", TypeError):
        tversky_index(HALF.numpy().astype(object), SQUARE.numpy())
    with refused("target must be Boolean, integer or floating-point, got a <U", TypeError):
        tversky_index(HALF.numpy(), SQUARE.numpy().astype(str))


@pytest.mark.parametrize("function", [*LOSSES.values(), tversky_index, soft_counts])
@pytest.mark.parametrize("name", ["target", "mask"])
def test_a_gradient_that_would_be_lost(name, function):
    given = {"target": SQUARE, "mask": SQUARE}
    given[name] = given[name].clone().requires_grad_()
    with refused(f"{name} must not require a gradient, got requires_grad=True: pass {name}.detach()"):
        function(HALF, **given)


@pytest.mark.parametrize("function", [*LOSSES.values(), tversky_index, soft_counts])
def test_tensors_on_two_devices(function):
    with refused("target must be on the device of prediction, cpu, got meta"):
        function(HALF, SQUARE.to("meta"))


# Values


@by_losses
def test_logits_in_the_place_of_probabilities(function):
    with refused(
        "prediction must hold probabilities in [0, 1], got values from -2.5 to 0.5: "
        "these look like logits: pass from_logits=True"
    ):
        function(with_value(HALF, -2.5), SQUARE)
    assert function(with_value(HALF, -2.5), SQUARE, from_logits=True).isfinite()


@by_indices
def test_logits_in_the_place_of_probabilities_of_an_index(function):
    with refused(
        "prediction must hold probabilities in [0, 1], got values from 0.5 to 7: "
        "these look like logits: apply a sigmoid or a softmax first"
    ):
        function(with_value(HALF, 7), SQUARE)


@by_all
def test_a_rounding_error_outside_0_and_1_passes(function):
    """Softmax in float32 gives 1.0000001 now and then."""
    above = with_value(HALF, 1 + 2**-23)
    assert above.max() > 1
    function(above, SQUARE)
    function(with_value(HALF, -1e-8), SQUARE)


@by_all
@pytest.mark.parametrize(
    ("value", "given", "hint"),
    [
        (255, "0 to 255", "pass mask=(target != 255); if it marks the foreground, pass target == 255"),
        (-1, "-1 to 1", "if -1 marks pixels to ignore, pass mask=(target != -1)"),
        (-100, "-100 to 1", "if -100 marks pixels to ignore, pass mask=(target != -100)"),
        (3, "0 to 3", "class numbers become a target by one_hot(class_map, num_classes)"),
        (1.5, "0 to 1.5", ""),
        (-0.25, "-0.25 to 1", ""),
    ],
)
def test_a_target_outside_0_and_1(value, given, hint, function):
    for dtype in [torch.float32] + [torch.int64] * isinstance(value, int):
        with refused(f"target must hold values in [0, 1], got values from {given}...{hint}"):
            function(HALF, with_value(SQUARE, value).to(dtype))


@by_all
def test_the_mask_that_the_message_names_helps(function):
    target = with_value(SQUARE, 255)
    function(HALF, target, mask=(target != 255))


@by_all
def test_not_a_number(function):
    with refused("prediction must hold numbers, got NaN"):
        function(with_value(HALF, math.nan), SQUARE)
    with refused("target must hold values in [0, 1], got NaN"):
        function(HALF, with_value(SQUARE, math.nan))
    with refused("prediction must hold ... got "):
        function(with_value(HALF, math.inf), SQUARE)


@by_losses
@pytest.mark.parametrize(("channels", "value"), [(1, math.nan), (3, math.nan), (3, math.inf)])
def test_logits_that_give_no_probability(channels, value, function):
    logits = torch.zeros(2, channels, 4, 5)
    with refused("prediction must hold numbers, got NaN once turned into probabilities (are the logits NaN or inf"):
        function(with_value(logits, value), logits, from_logits=True)


@by_all
@pytest.mark.parametrize(("value", "given"), [(255, "0 to 255"), (0.5, "0 to 1"), (-1, "-1 to 1"), (math.nan, "nan")])
def test_a_mask_of_other_values_than_0_and_1(value, given, function):
    with refused(f"mask must hold 0 (ignored) and 1 (counts) only, got values from {given}"):
        function(HALF, SQUARE, mask=with_value(SQUARE, value))


# 0/0


EMPTY = torch.zeros(4, 2, 3, 3)


def empty_but_for(*places):
    target = torch.zeros(4, 2, 3, 3)
    for image, channel in places:
        target[image, channel] = 1
    return target


@by_losses
@cases(
    batch={"domain": "batch", "per_class": False, "target": EMPTY, "where": "the batch has no foreground and none"},
    classes={
        "domain": "batch",
        "per_class": True,
        "target": empty_but_for((0, 0)),
        "where": "the batch has no foreground in class 1 and none",
    },
    image={
        "domain": "image",
        "per_class": False,
        "target": empty_but_for((0, 0), (1, 1), (3, 0)),
        "where": "image 2 of the batch has no foreground and none",
    },
    images={
        "domain": "image",
        "per_class": False,
        "target": empty_but_for((1, 1), (3, 0)),
        "where": "images [0, 2] of the batch have no foreground and none",
    },
    image_and_class={
        "domain": "image",
        "per_class": True,
        "target": empty_but_for((0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (3, 0), (3, 1)),
        "where": "image 1 of the batch has no foreground in class 1 and none",
    },
    images_and_class={
        "domain": "image",
        "per_class": True,
        "target": empty_but_for((0, 0), (1, 0), (2, 1), (3, 0), (3, 1)),
        "where": "images [0, 1] of the batch have no foreground in class 1 and none",
    },
)
def test_0_divided_by_0_names_the_image(domain, per_class, target, where, function):
    options = {"domain": domain, "per_class": per_class}
    with refused(f"delta must be positive here, got 0: {where} is predicted, so the loss is 0/0"):
        function(target, target, delta=0, **options)
    assert function(target, target, **options) == 0


# Options


@by_all
@pytest.mark.parametrize("given", ["images", "Batch", None, 0, ["batch"]])
def test_an_unknown_domain(given, function):
    with refused(f"domain must be 'batch' or 'image', got {given!r}"):
        function(HALF, SQUARE, domain=given)


@pytest.mark.parametrize("function", [*LOSSES.values(), soft_counts, as_arrays(soft_counts)])
@pytest.mark.parametrize("given", ["min", "L1", None, True])
def test_unknown_soft_labels(given, function):
    with refused(f"soft_labels must be 'product' or 'minimum', got {given!r}"):
        function(HALF, SQUARE, soft_labels=given)


@by_losses
@pytest.mark.parametrize("given", ["avg", None, 1])
def test_an_unknown_reduction(given, function):
    with refused(f"reduction must be 'mean' or 'sum' or 'none', got {given!r}"):
        function(HALF, SQUARE, reduction=given)


@by_losses
@pytest.mark.parametrize("given", ["tanh", None, 1, "Sigmoid"])
def test_unknown_logits(given, function):
    with refused(f"from_logits must be False, True, 'sigmoid' or 'softmax', got {given!r}"):
        function(HALF, SQUARE, from_logits=given)


@by_losses
def test_a_softmax_over_one_channel(function):
    with refused("from_logits must be 'sigmoid' for one channel, got 'softmax': its value would be 1 everywhere"):
        function(HALF, SQUARE, from_logits="softmax")


@by_all
@pytest.mark.parametrize("given", [1, None, "yes"])
def test_a_flag_that_is_none(given, function):
    with refused(f"per_class must be True or False, got {given!r}", TypeError):
        function(HALF, SQUARE, per_class=given)
    if function in LOSSES.values():
        with refused(f"validate must be True or False, got {given!r}", TypeError):
            function(HALF, SQUARE, validate=given)


# Weights

WEIGHTED = {**LOSSES, "tversky_index": tversky_index, "tversky_index of arrays": as_arrays(tversky_index)}
by_weighted = pytest.mark.parametrize("function", WEIGHTED.values(), ids=WEIGHTED)
each_weight = pytest.mark.parametrize("name", ["alpha", "beta", "delta"])


@by_weighted
@each_weight
@pytest.mark.parametrize("given", [-1, -1e-9, math.nan, math.inf])
def test_a_weight_out_of_range(given, name, function):
    with refused(f"{name} must be a finite number, at least 0, got {given}"):
        function(HALF, SQUARE, **{name: given})


@by_weighted
@each_weight
@pytest.mark.parametrize("given", [Fraction(10**5000), Fraction(-(10**5000), 7)], ids=["large", "below 0"])
def test_a_fraction_too_long_to_be_printed(given, name, function):
    with refused(f"{name} must be a finite number, at least 0, got a fraction of more than 40 digits"):
        function(HALF, SQUARE, **{name: given})


@by_weighted
@each_weight
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (True, "True"),
        (None, "None"),
        ("0.5", "'0.5'"),
        (1j, "1j"),
        ([0.5], "a list"),
        (np.ones(2), "a float64 array of shape (2,)"),
        (torch.ones(2), "a float32 "),
    ],
)
def test_a_weight_that_is_no_number(given, words, name, function):
    with refused(f"{name} must be a number, at least 0, got {words}", TypeError):
        function(HALF, SQUARE, **{name: given})


@by_weighted
def test_two_weights_of_0(function):
    with refused("alpha and beta must not both be 0 (the index would be 1 for every prediction), got alpha=0, beta=0"):
        function(HALF, SQUARE, alpha=0, beta=0.0)


@pytest.mark.parametrize("function", [dice_index, jaccard_index])
def test_a_smoothing_term_out_of_range(function):
    with refused("delta must be a finite number, at least 0, got -1"):
        function(HALF, SQUARE, delta=-1)


@pytest.mark.parametrize(
    "options",
    [{"domain": "x"}, {"soft_labels": "x"}, {"reduction": "x"}, {"from_logits": "x"}, {"alpha": -1}, {"delta": -1}],
    ids=str,
)
def test_a_module_refuses_its_settings_when_it_is_made(options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))} must be "):
        TverskyLoss(**options)
