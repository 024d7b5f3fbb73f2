"""The Tversky loss: values, gradients, precisions, compilation, memory, and how it stands beside MONAI's."""

from __future__ import annotations

import copy
import inspect
import io
import itertools
import pickle
import shutil
from fractions import Fraction

import numpy as np
import pytest
import torch
from helpers import DOMAINS, SOFT_LABELS, random_pair
from monai.losses import TverskyLoss as MonaiTverskyLoss
from torch.autograd import gradcheck, gradgradcheck

from tverskylib import TverskyLoss, tversky_from_counts, tversky_index, tversky_loss

LOGITS = (False, "sigmoid", "softmax")


def gradient(loss, prediction, *args, **options):
    prediction = prediction.detach().requires_grad_()
    loss(prediction, *args, **options).sum().backward()
    return prediction.grad


# Values


@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_loss_is_1_minus_the_index(domain, per_class):
    prediction, target = random_pair()
    mask = target[:, :1] + prediction[:, :1] > 0.5
    options = {"delta": 0.1, "domain": domain, "per_class": per_class, "mask": mask}
    loss = tversky_loss(prediction, target, 0.3, 0.7, reduction="none", **options)
    index = tversky_index(prediction, target, 0.3, 0.7, **options)
    torch.testing.assert_close(loss, 1 - index)
    for reduction in ("mean", "sum"):
        reduced = tversky_loss(prediction, target, 0.3, 0.7, reduction=reduction, **options)
        torch.testing.assert_close(reduced, getattr(loss, reduction)())
        assert reduced.shape == ()


def test_alpha_weighs_false_positives_and_beta_false_negatives():
    target = torch.tensor([[[[1.0, 1.0, 0.0, 0.0]]]])
    too_much, too_little = torch.ones(1, 1, 1, 4), torch.tensor([[[[1.0, 0.0, 0.0, 0.0]]]])
    assert tversky_loss(too_much, target, alpha=0.25, beta=9, delta=0).item() == pytest.approx(0.2)
    assert tversky_loss(too_little, target, alpha=9, beta=0.25, delta=0).item() == pytest.approx(0.2)


@pytest.mark.parametrize(("channels", "activation"), [(1, "sigmoid"), (3, "softmax")])
def test_logits_become_probabilities(channels, activation):
    logits, target = random_pair((2, channels, 4, 5))
    logits = 6 * logits - 3
    probability = logits.sigmoid() if channels == 1 else logits.softmax(1)
    expected = tversky_loss(probability, target)
    torch.testing.assert_close(tversky_loss(logits, target, from_logits=True), expected)
    torch.testing.assert_close(tversky_loss(logits, target, from_logits=activation), expected)


def test_classes_that_exclude_nothing_take_a_sigmoid():
    logits, target = random_pair()
    torch.testing.assert_close(
        tversky_loss(logits, target, from_logits="sigmoid"), tversky_loss(logits.sigmoid(), target)
    )


@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
@pytest.mark.parametrize("from_logits", LOGITS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_ignored_pixels_teach_nothing_whatever_stands_there(domain, from_logits, soft_labels):
    prediction, target = random_pair()
    options = {"domain": domain, "from_logits": from_logits, "soft_labels": soft_labels}
    # The last two columns are ignored; without them the loss is the same.
    expected = tversky_loss(prediction[..., :3], target[..., :3], **options)
    mask = torch.ones(2, 1, 4, 5)
    mask[..., 3:] = 0
    prediction[..., 3:], target[..., 3:] = torch.nan, 255
    torch.testing.assert_close(tversky_loss(prediction, target, mask=mask, **options), expected)
    slope = gradient(tversky_loss, prediction, target, mask=mask, **options)
    assert slope.isfinite().all()
    assert (slope[..., 3:] == 0).all()
    torch.testing.assert_close(slope[..., :3], gradient(tversky_loss, prediction[..., :3], target[..., :3], **options))


def test_an_image_that_is_ignored_altogether_costs_nothing():
    prediction, target = random_pair()
    mask = torch.zeros(2, 1, 4, 5)
    mask[0] = 1
    loss = tversky_loss(prediction, target, mask=mask, domain="image", reduction="none")
    torch.testing.assert_close(loss[:1], tversky_loss(prediction[:1], target[:1], domain="image", reduction="none"))
    assert loss[1] == 0


def test_5_dimensions_are_4_with_more_pixels():
    prediction, target = random_pair((2, 3, 2, 4, 5))
    torch.testing.assert_close(
        tversky_loss(prediction, target, per_class=True, from_logits=True),
        tversky_loss(prediction.flatten(2, 3), target.flatten(2, 3), per_class=True, from_logits=True),
    )


@pytest.mark.parametrize("weight", [1, np.float64(1), np.float32(1), np.int64(1), Fraction(1)], ids=repr)
def test_weights_may_be_any_real_number(weight):
    prediction, target = random_pair(dtype=torch.float32)
    expected = tversky_loss(prediction, target, 1.0, 1.0, delta=1.0)
    given = tversky_loss(prediction, target, weight, weight, delta=weight)
    assert given == expected
    assert given.dtype == torch.float32
    assert TverskyLoss(weight, weight, delta=weight)(prediction, target) == expected
    index = tversky_index(prediction.numpy(), target.numpy(), weight, weight, delta=weight)
    assert index.item() == pytest.approx(1 - expected.item())


def test_weights_of_classes_and_of_pixels_need_no_argument():
    prediction, target = random_pair(soft=True)
    weights = torch.tensor([1.0, 3.0, 2.0])
    loss = tversky_loss(prediction, target, per_class=True, reduction="none")
    one_by_one = sum(weights[c] * tversky_loss(prediction[:, [c]], target[:, [c]]) for c in range(3)) / 6
    torch.testing.assert_close((loss * weights).sum() / weights.sum(), one_by_one)
    w = torch.rand(2, 1, 4, 5, generator=torch.Generator().manual_seed(1))
    tp = (w * torch.minimum(prediction, target)).sum()
    counts = tp, (w * prediction).sum() - tp, (w * target).sum() - tp
    loss = tversky_loss(w * prediction, w * target, 0.3, 0.7, soft_labels="minimum")
    torch.testing.assert_close(loss, 1 - tversky_from_counts(*counts, 0.3, 0.7, 1e-5))


def test_values_are_not_checked_without_validate():
    prediction = torch.tensor([[[[2.0, -1.0]]]])
    target = torch.tensor([[[[1.0, 0.0]]]])
    assert tversky_loss(prediction, target, validate=False).isfinite()
    assert tversky_loss(0 * target, 0 * target, delta=0, validate=False).isnan()


# Gradients


@pytest.mark.parametrize(
    ("domain", "per_class", "from_logits", "soft_labels"),
    list(itertools.product(DOMAINS, (False, True), LOGITS, SOFT_LABELS)),
)
def test_first_and_second_derivatives_are_right(domain, per_class, from_logits, soft_labels):
    prediction, target = random_pair((2, 2, 2, 3), soft=True)
    mask = torch.ones(2, 1, 2, 3)
    mask[0, 0, 1, 1] = 0

    def loss(prediction):
        return tversky_loss(
            prediction,
            target,
            0.3,
            0.8,
            delta=0.1,
            domain=domain,
            per_class=per_class,
            from_logits=from_logits,
            soft_labels=soft_labels,
            mask=mask,
            reduction="none",
        )

    prediction.requires_grad_()
    assert gradcheck(loss, prediction)
    assert gradgradcheck(loss, prediction)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize(("alpha", "beta"), [(0.5, 0.5), (0.3, 0.7), (1, 1), (0.2, 3), (5, 0.1), (0, 1), (1, 0)])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_minimum_form_rests_exactly_where_prediction_and_target_are_equal(dtype, alpha, beta, domain):
    _, target = random_pair(dtype=dtype, soft=True)
    options = {"domain": domain, "per_class": True, "soft_labels": "minimum"}
    assert tversky_loss(target, target, alpha, beta, **options) == 0
    assert (gradient(tversky_loss, target, target, alpha, beta, **options) == 0).all()
    # Away from the optimum too, at each pixel where the two are equal, and only there.
    prediction = target.clone()
    prediction[..., 1, :] *= 0.5
    prediction[..., 2, :] = 1 - 0.5 * (1 - target[..., 2, :])
    slope = gradient(tversky_loss, prediction, target, alpha, beta, **options)
    assert (slope[..., (0, 3), :] == 0).all()
    assert (slope[..., 1, :] < 0).all()
    assert (slope[..., 2, :] > 0).all() or alpha == 0


@pytest.mark.parametrize("from_logits", LOGITS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_two_forms_have_one_gradient_for_a_binary_target(domain, from_logits):
    prediction, target = random_pair()
    slopes = [
        gradient(
            tversky_loss, prediction, target, 0.2, 1.5, domain=domain, from_logits=from_logits, soft_labels=soft_labels
        )
        for soft_labels in SOFT_LABELS
    ]
    torch.testing.assert_close(*slopes)


def test_a_loss_inside_no_grad_is_a_plain_number():
    prediction, target = random_pair()
    with torch.no_grad():
        assert not tversky_loss(prediction.requires_grad_(), target).requires_grad


# Precision


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_survives_4_million_foreground_pixels(dtype, domain, from_logits):
    draw = torch.Generator().manual_seed(0)
    prediction = (0.75 + 0.25 * torch.rand((16, 1, 512, 512), generator=draw)).to(dtype).requires_grad_()
    target = torch.ones_like(prediction, requires_grad=False)
    loss = tversky_loss(prediction, target, domain=domain, from_logits=from_logits)
    exact = tversky_loss(prediction.detach().double(), target.double(), domain=domain, from_logits=from_logits)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(exact.item(), rel=1e-5)
    loss.backward()
    assert prediction.grad.dtype == dtype
    assert prediction.grad.isfinite().all()
    assert (prediction.grad <= 0).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
def test_gradients_come_in_the_precision_of_the_prediction(soft_labels, dtype):
    prediction, target = random_pair(dtype=dtype, soft=True)
    given = gradient(tversky_loss, prediction, target, soft_labels=soft_labels)
    exact = gradient(tversky_loss, prediction.double(), target.double(), soft_labels=soft_labels)
    assert given.dtype == dtype
    torch.testing.assert_close(given.double(), exact, rtol=4 * torch.finfo(dtype).eps, atol=1e-7)


def test_autocast_keeps_the_sums_wide():
    logits, target = random_pair((2, 1, 64, 64), torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        loss = tversky_loss(logits, target, from_logits=True)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, tversky_loss(logits, target, from_logits=True))


# Compilation


def compiled_equals_eager(backend, channels, **options):
    torch.compiler.reset()
    prediction, target = random_pair((2, channels, 8, 8), torch.float32, soft=True)

    def loss(prediction):
        return tversky_loss(prediction, target, 0.3, 0.7, **options)

    compiled = torch.compile(loss, fullgraph=True, backend=backend)
    torch.testing.assert_close(compiled(prediction), loss(prediction))
    torch.testing.assert_close(gradient(compiled, prediction), gradient(loss, prediction))


@pytest.mark.parametrize("soft_labels", SOFT_LABELS)
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_loss_compiles_into_one_graph(domain, from_logits, soft_labels):
    compiled_equals_eager(
        "aot_eager",
        channels=1 if domain == "batch" else 3,
        domain=domain,
        per_class=domain == "image",
        from_logits=from_logits,
        soft_labels=soft_labels,
        mask=torch.ones(2, 1, 8, 8) if from_logits else None,
    )


def test_values_are_not_checked_while_compiling():
    torch.compiler.reset()
    compiled = torch.compile(tversky_loss, fullgraph=True, backend="aot_eager")
    assert compiled(torch.full((1, 1, 2, 2), 5.0), torch.ones(1, 1, 2, 2)).isfinite()


@pytest.mark.skipif(
    not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))), reason="the default backend needs a C++ compiler"
)
@pytest.mark.parametrize(
    "options",
    [{"domain": "batch"}, {"domain": "image", "per_class": True, "from_logits": True, "soft_labels": "minimum"}],
    ids=["plain", "with everything"],
)
def test_the_loss_compiles_with_the_default_backend(options):
    compiled_equals_eager("inductor", channels=2, **options)


# Memory


def saved_bytes(loss, prediction, *args, **options):
    """Address and size of each piece of memory that the graph keeps for its backward pass."""
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(lambda x: saved.append(x) or x, lambda x: x):
        loss(prediction.detach().requires_grad_(), *args, **options)
    return {x.untyped_storage().data_ptr(): x.untyped_storage().nbytes() for x in saved}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("validate", [True, False])
def test_the_product_form_keeps_the_target_and_a_few_numbers(validate, domain):
    prediction, target = random_pair((4, 1, 64, 64), torch.float32)
    saved = saved_bytes(tversky_loss, prediction, target, domain=domain, validate=validate)
    assert saved.pop(target.data_ptr()) == target.nbytes
    assert prediction.data_ptr() not in saved
    assert sum(saved.values()) < 500


def test_the_minimum_form_keeps_its_two_inputs_and_a_few_numbers():
    prediction, target = random_pair((4, 1, 64, 64), torch.float32)
    saved = saved_bytes(tversky_loss, prediction, target, soft_labels="minimum")
    assert saved.pop(target.data_ptr()) == target.nbytes
    assert saved.pop(prediction.data_ptr()) == prediction.nbytes
    assert sum(saved.values()) < 500


# MONAI


MONAI = {
    # MONAI averages over image x class, with batch=True over classes; one ratio for all classes is one channel of all.
    "image, per class": ({"domain": "image", "per_class": True}, {}, False),
    "batch, per class": ({"domain": "batch", "per_class": True}, {"batch": True}, False),
    "image": ({"domain": "image"}, {}, True),
    "batch": ({"domain": "batch"}, {"batch": True}, True),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("alpha", "beta"), [(0.5, 0.5), (0.3, 0.7), (1, 1), (2, 0.1)])
@pytest.mark.parametrize("delta", [1e-5, 1])
@pytest.mark.parametrize(("ours", "theirs", "one_channel"), MONAI.values(), ids=MONAI)
def test_monai_agrees(ours, theirs, one_channel, delta, alpha, beta, seed):
    prediction, target = random_pair((3, 4, 8, 8), torch.float32, seed=seed)
    monai = MonaiTverskyLoss(alpha=alpha, beta=beta, smooth_nr=delta, smooth_dr=delta, **theirs)

    def their_loss(prediction):
        return monai(*(x.flatten(1)[:, None] if one_channel else x for x in (prediction, target)))

    def our_loss(prediction):
        return tversky_loss(prediction, target, alpha, beta, delta=delta, **ours)

    torch.testing.assert_close(our_loss(prediction), their_loss(prediction), rtol=0, atol=1e-6)
    torch.testing.assert_close(gradient(our_loss, prediction), gradient(their_loss, prediction), rtol=0, atol=1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize(("ours", "theirs", "one_channel"), list(MONAI.values())[:2], ids=list(MONAI)[:2])
def test_monai_agrees_from_logits(ours, theirs, one_channel, activation):
    logits, target = random_pair((3, 4, 8, 8), torch.float32)
    logits = 8 * logits - 4
    monai = MonaiTverskyLoss(smooth_nr=1e-5, smooth_dr=1e-5, **{activation: True}, **theirs)
    loss = tversky_loss(logits, target, from_logits=activation, **ours)
    torch.testing.assert_close(loss, monai(logits, target), rtol=0, atol=1e-6)


# The module


EVERY_OPTION = {
    "alpha": 0.3,
    "beta": 0.7,
    "delta": 0.1,
    "domain": "image",
    "per_class": True,
    "from_logits": "sigmoid",
    "soft_labels": "minimum",
    "reduction": "sum",
    "validate": False,
}


def test_function_and_module_are_one_loss():
    prediction, target = random_pair(soft=True)
    mask = prediction[:, :1] > 0.3
    for options in ({}, EVERY_OPTION):
        module = TverskyLoss(**options)
        assert module(prediction, target) == tversky_loss(prediction, target, **options)
        assert module(prediction, target, mask) == tversky_loss(prediction, target, mask=mask, **options)
        assert module(prediction, target, mask=mask) == module(prediction, target, mask)


def test_the_module_travels():
    prediction, target = random_pair()
    module = TverskyLoss(**EVERY_OPTION)
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
        assert other(prediction, target) == module(prediction, target)
    assert list(module.parameters()) == []
    assert module.state_dict() == {}


def test_the_module_shows_its_settings():
    assert repr(TverskyLoss(0.3, 0.7, from_logits=True)) == (
        "TverskyLoss(alpha=0.3, beta=0.7, delta=1e-05, domain='batch', per_class=False, from_logits=True, "
        "soft_labels='product', reduction='mean')"
    )


def test_the_module_has_the_signature_and_the_words_of_the_function():
    function = inspect.signature(tversky_loss).parameters
    module = inspect.signature(TverskyLoss).parameters
    called = inspect.signature(TverskyLoss.forward).parameters
    given_later = {"prediction", "target", "mask"}
    assert {name: p.default for name, p in function.items() if name not in given_later} == {
        name: p.default for name, p in module.items()
    }
    assert set(called) == given_later | {"self"}
    assert "as a module" in TverskyLoss.__doc__
    assert "Salehi" in TverskyLoss.__doc__
