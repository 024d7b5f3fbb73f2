"""The loss where people put it: torch.func, export, deepcopy and pickle; and its sums against the definition."""

from __future__ import annotations

import copy
import itertools
import pickle

import pytest
import torch
import torch.distributed as dist
from helpers import DOMAINS, SOFT_LABELS, random_pair, written_out
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

from tverskylib import TverskyLoss, tversky_loss

LOGITS = (False, "sigmoid", "softmax")
MODES = list(itertools.product(DOMAINS, (False, True), LOGITS, SOFT_LABELS, (None, 1, 2)))
by_mode = pytest.mark.parametrize(("domain", "per_class", "from_logits", "soft_labels", "mask_channels"), MODES)


@pytest.fixture
def case(domain, per_class, from_logits, soft_labels, mask_channels):
    """A loss of (prediction, target, mask) and four samples of each, one batch a sample."""

    def loss(prediction, target, mask):
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
        )

    prediction, target = random_pair((4, 2, 2, 3, 3), soft=True)
    draw = torch.Generator().manual_seed(1)
    mask = torch.rand((4, 2, mask_channels or 1, 3, 3), generator=draw) < (0.8 if mask_channels else 2)
    return loss, prediction, target, mask


@by_mode
def test_a_gradient_is_that_of_backward_and_a_second_one_too(case):
    loss, prediction, target, mask = (case[0], *(x[0] for x in case[1:]))
    leaf = prediction.clone().requires_grad_()
    loss(leaf, target, mask).backward()
    torch.testing.assert_close(grad(loss)(prediction, target, mask), leaf.grad)
    torch.testing.assert_close(jacrev(loss)(prediction, target, mask), leaf.grad)
    torch.testing.assert_close(jacfwd(loss)(prediction, target, mask), leaf.grad)
    twice = torch.autograd.functional.hessian(lambda p: loss(p, target, mask), prediction)
    torch.testing.assert_close(hessian(loss)(prediction, target, mask), twice)
    torch.testing.assert_close(jacrev(jacrev(loss))(prediction, target, mask), twice)


@by_mode
def test_a_directional_derivative_is_a_difference(case):
    loss, prediction, target, mask = (case[0], *(x[0] for x in case[1:]))
    direction, step = torch.randn(prediction.shape, generator=torch.Generator().manual_seed(2)).double(), 1e-6
    value, slope = jvp(lambda p: loss(p, target, mask), (prediction,), (direction,))
    torch.testing.assert_close(value, loss(prediction, target, mask))
    ahead, behind = (loss(prediction + s * step * direction, target, mask) for s in (1, -1))
    torch.testing.assert_close(slope, (ahead - behind) / (2 * step), rtol=1e-6, atol=1e-8)


@by_mode
def test_a_batch_of_samples_is_a_loop_over_them(case):
    loss, *samples = case
    for function in (loss, grad(loss)):
        together = vmap(function)(*samples)
        torch.testing.assert_close(together, torch.stack([function(*one) for one in zip(*samples, strict=True)]))
    prediction, target, mask = samples
    one_target = vmap(loss, in_dims=(0, None, None))(prediction, target[0], mask[0])
    torch.testing.assert_close(one_target, torch.stack([loss(p, target[0], mask[0]) for p in prediction]))


def test_a_tangent_of_the_target_is_refused():
    prediction, target = random_pair()
    with pytest.raises(ValueError, match="target must not have a tangent"):
        jvp(tversky_loss, (prediction, target), (prediction, target))


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("domain", DOMAINS)
def test_an_exported_loss_is_the_loss(domain, reduction):
    prediction, target = random_pair(dtype=torch.float32)
    mask = prediction[:, :1] > 0.2
    module = TverskyLoss(0.3, 0.7, domain=domain, from_logits=True, reduction=reduction)
    exported = torch.export.export(module, (prediction, target, mask)).module()
    torch.testing.assert_close(exported(prediction, target, mask), module(prediction, target, mask))
    torch.testing.assert_close(exported(1 - prediction, target, mask), module(1 - prediction, target, mask))


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A process group of this process alone."""
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    dist.init_process_group("gloo", store=dist.FileStore(str(tmp_path / "store"), 1), rank=0, world_size=1)
    yield dist.group.WORLD
    dist.destroy_process_group()


@pytest.mark.skipif(not (dist.is_available() and dist.is_gloo_available()), reason="needs torch.distributed with gloo")
def test_a_loss_with_a_group_travels(world):
    pair = random_pair()
    loss = TverskyLoss(0.3, 0.7, group=world)
    model = torch.nn.ModuleDict({"loss": loss, "layer": torch.nn.Linear(2, 2)})
    for other in (copy.copy(loss), copy.deepcopy(loss), copy.deepcopy(model)["loss"], pickle.loads(pickle.dumps(loss))):
        assert other.group is world
        assert other(*pair) == loss(*pair)
    part = TverskyLoss(group=dist.new_group([0]))
    assert copy.deepcopy(part).group is part.group
    with pytest.raises(TypeError, match=r"group must be None or torch\.distributed\.group\.WORLD to be pickled"):
        pickle.dumps(part)
    stored = pickle.dumps(loss)
    dist.destroy_process_group()
    with pytest.raises(RuntimeError, match=r"call torch\.distributed\.init_process_group before loading"):
        pickle.loads(stored)
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)


@pytest.mark.parametrize("given", ["world", 0, True, object()], ids=lambda given: type(given).__name__)
def test_a_group_that_is_none(given):
    with pytest.raises(TypeError, match=r"group must be a torch\.distributed process group or None, got "):
        TverskyLoss(group=given)


@pytest.mark.parametrize("case_number", range(200))
def test_the_sums_are_those_of_the_definition(case_number):
    """Value and gradient of float32, however it is cut, against autograd of the definition in float64."""
    draw = torch.Generator().manual_seed(case_number)
    pick = lambda *choices: choices[int(torch.randint(len(choices), (1,), generator=draw))]  # noqa: E731
    shape = pick((1, 1, 300, 500), (5, 1, 64, 64), (3, 4, 33, 35), (2, 3, 5, 6, 7), (40, 2, 65, 65))
    prediction = torch.rand(shape, generator=draw)
    prediction = prediction ** pick(0.1, 1, 8)
    target = torch.rand(shape, generator=draw)
    target = pick(target, (target < 0.3).float(), (target < 1e-3).to(torch.uint8), target < 0.5)
    mask = pick(None, torch.rand((shape[0], 1, *shape[2:]), generator=draw) < 0.9, (prediction > 0.2).int())
    domain, per_class, soft_labels = pick(*DOMAINS), pick(False, True), pick(*SOFT_LABELS)
    layout = pick(torch.contiguous_format, torch.channels_last) if len(shape) == 4 else torch.contiguous_format
    activation = pick(None, "sigmoid", "softmax") if shape[1] > 1 else pick(None, "sigmoid")
    given = (prediction if activation is None else 8 * prediction - 4).contiguous(memory_format=layout)

    leaf = given.clone().requires_grad_()
    options = {"delta": 0.1, "domain": domain, "per_class": per_class, "soft_labels": soft_labels, "mask": mask}
    loss = tversky_loss(leaf, target, 0.3, 0.8, from_logits=activation or False, **options)
    loss.backward()

    exact = given.double().requires_grad_()
    p = {None: exact, "sigmoid": exact.sigmoid(), "softmax": exact.softmax(1)}[activation]
    y = target.double()
    if mask is not None:
        p, y = p * (mask != 0), y * (mask != 0)
    tp, fp, fn = written_out(p, y, domain, per_class, soft_labels)
    expected = (1 - (tp + 0.1) / (tp + 0.3 * fp + 0.8 * fn + 0.1)).mean()
    expected.backward()
    torch.testing.assert_close(loss.double(), expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(leaf.grad.double(), exact.grad, rtol=2e-5, atol=1e-8)
