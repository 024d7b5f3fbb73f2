"""The pieces of code that the page offers run, and do what the page says."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from tverskylib import one_hot, tversky_loss

PAGE = (Path(__file__).parents[2] / "notebooks" / "IN_YOUR_CODE.md").read_text(encoding="utf-8")
SECTIONS = [part.partition("\n") for part in PAGE.split("\n## ")[1:]]
PIECES = {title: re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0] for title, _, text in SECTIONS}


def piece(title):
    """The names that a piece of code leaves."""
    names = {}
    exec(PIECES[title], names)
    return names


@pytest.fixture
def several():
    """Logits and targets of three classes."""
    torch.manual_seed(0)
    return torch.randn(2, 3, 6, 7), one_hot(torch.randint(0, 3, (2, 6, 7)), 3)


def test_every_piece_of_the_page_is_tested():
    source = Path(__file__).read_text(encoding="utf-8")
    assert all(f'piece("{title}")' in source for title in PIECES)
    assert len(PIECES) == PAGE.count("\n## ") == PAGE.count("```python")


def test_dice_and_cross_entropy(several):
    logits, y = (x[:, :1] for x in several)
    expected = tversky_loss(logits.sigmoid(), y) + binary_cross_entropy_with_logits(logits, y)
    assert torch.isclose(piece("Dice and cross-entropy")["loss"](logits, y), expected)


def test_several_classes_are_what_nnunet_computes(several):
    logits, y = several
    found = piece("Dice and cross-entropy, several classes")["loss"](logits, y)
    dice = [tversky_loss(logits.softmax(1)[:, c : c + 1], y[:, c : c + 1]) for c in (1, 2)]
    assert torch.isclose(found, sum(dice) / 2 + cross_entropy(logits, y))


def test_class_weights(several):
    p, y = several[0].softmax(1), several[1]
    one, two = (tversky_loss(p[:, c : c + 1], y[:, c : c + 1]) for c in (1, 2))
    assert torch.isclose(piece("Class weights")["loss"](p, y), (one + 3 * two) / 4)


def test_pixel_weights(several):
    p, y = (x[:, :1] for x in (several[0].softmax(1), several[1]))
    loss = piece("Pixel weights")["loss"]
    ones = torch.ones_like(p)
    assert torch.isclose(loss(p, y, ones, 0.3, 0.7), tversky_loss(p, y, 0.3, 0.7))
    mask = torch.rand_like(p) > 0.5
    assert torch.isclose(loss(p, y, mask), tversky_loss(p, y, mask=mask))
    twice = ones.clone()
    twice[..., :2] = 2
    doubled = [torch.cat([x, x[..., :2]], -1) for x in (p, y)]
    assert torch.isclose(loss(p, y, twice, delta=1.0), tversky_loss(*doubled, delta=1.0))
    p.requires_grad_()
    loss(p, y, twice).backward()
    assert p.grad.isfinite().all()


def test_several_gpus(tmp_path):
    """A group of one process: tests/unit/test_distributed.py has two."""
    store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        loss = piece("Several GPUs")["loss"]
        logits, y = torch.randn(2, 1, 6, 7), torch.ones(2, 1, 6, 7)
        assert torch.isclose(loss(logits, y), tversky_loss(logits, y, from_logits=True))
    finally:
        torch.distributed.destroy_process_group()


def test_gradient_accumulation():
    """Pieces of different sizes give the loss and the gradient of the whole batch."""
    torch.manual_seed(0)
    images, y = torch.randn(6, 1, 8, 8), (torch.rand(6, 1, 8, 8) > 0.7).float()
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.GroupNorm(2, 4), torch.nn.Conv2d(4, 1, 1)
    )
    whole = tversky_loss(network(images).sigmoid(), y, 0.3, 0.7, delta=1.0, domain="batch")
    expected = torch.autograd.grad(whole, list(network.parameters()))
    pieces = [(images[:4], y[:4]), (images[4:5], y[4:5]), (images[5:], y[5:])]
    loss = piece("Gradient accumulation")["accumulate"](network, pieces, 0.3, 0.7, 1.0)
    assert torch.isclose(loss, whole)
    for parameter, gradient in zip(network.parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, gradient, rtol=1e-4, atol=1e-7)


def test_half_precision():
    step = piece("Half precision")["step"]
    seen = []
    network = torch.nn.Conv2d(1, 1, 3)
    before = network.weight.detach().clone()

    def loss(logits, y):
        seen.append(logits.dtype)
        return torch.nn.functional.mse_loss(logits, y)

    optimizer, scaler = torch.optim.SGD(network.parameters(), 0.1), torch.amp.GradScaler("cpu", enabled=False)
    value = step(network, loss, optimizer, scaler, torch.ones(1, 1, 8, 8), torch.ones(1, 1, 6, 6), torch.bfloat16)
    assert seen == [torch.float32] and value.isfinite()
    assert not torch.equal(network.weight, before)


def test_without_a_scaler_slopes_are_lost_in_half_precision():
    """What the page says of a patch of 128³: nearly all slopes of Dice are 0 in float16, and a scale keeps them."""
    p, y = torch.full((1, 1, 128, 128, 128), 0.5, requires_grad=True), torch.zeros(1, 1, 128, 128, 128)
    y[..., :17, :17, :17] = 1
    (slopes,) = torch.autograd.grad(tversky_loss(p, y, domain="batch"), p)
    background = slopes[y == 0]
    assert background.min() > 1e-10 and background.max() < 1e-8
    assert not background.half().any() and (2**16 * background).half().all()


def test_lightning():
    pytest.importorskip("lightning")
    module = piece("Lightning")["Segmenter"](torch.nn.Conv2d(1, 1, 3, padding=1), alpha=0.3, beta=0.7)
    module.on_fit_start()
    y = (torch.rand(2, 1, 8, 8) > 0.5).float()
    loss = module.training_step((torch.rand(2, 1, 8, 8), y), 0)
    loss.backward()
    assert module.network.weight.grad.isfinite().all()
    assert len(module.configure_optimizers().param_groups) == 1


@pytest.mark.parametrize("batch_dice", [True, False])
@pytest.mark.parametrize("ignore_label", [None, 2])
def test_nnunet(batch_dice, ignore_label):
    """Its loss is built, without a data set, and with alpha = beta = 0.5 it is nnU-Net's own."""
    pytest.importorskip("nnunetv2")
    trainer = object.__new__(piece("nnU-Net")["TverskyTrainer"])
    trainer.label_manager = SimpleNamespace(has_regions=False, ignore_label=ignore_label)
    trainer.configuration_manager = SimpleNamespace(batch_dice=batch_dice)
    trainer.is_ddp, trainer.enable_deep_supervision, trainer.device = False, False, torch.device("cpu")
    own = super(type(trainer), trainer)._build_loss()
    torch.manual_seed(0)
    logits = torch.randn(2, 2, 6, 7) + torch.tensor([0.0, 1.0]).reshape(1, 2, 1, 1)  # more FP than FN
    target = torch.randint(0, 2 if ignore_label is None else 3, (2, 1, 6, 7))
    dice = trainer._build_loss(0.5, 0.5)
    assert torch.isclose(dice(logits, target), own(logits, target), atol=1e-6)
    assert not torch.isclose(trainer._build_loss()(logits, target), own(logits, target), atol=1e-4)
    trainer.enable_deep_supervision, trainer._get_deep_supervision_scales = True, lambda: [[1, 1], [0.5, 0.5]]
    scaled = trainer._build_loss(0.5, 0.5)
    small = torch.randn(2, 2, 3, 4), target[..., ::2, ::2]
    assert torch.isclose(scaled([logits, small[0]], [target, small[1]]), own(logits, target), atol=1e-6)


def test_nnunet_refuses_regions():
    """The piece reads the channels by softmax, and regions overlap."""
    pytest.importorskip("nnunetv2")
    trainer = object.__new__(piece("nnU-Net")["TverskyTrainer"])
    trainer.label_manager = SimpleNamespace(has_regions=True)
    with pytest.raises(NotImplementedError, match="regions overlap"):
        trainer._build_loss()
