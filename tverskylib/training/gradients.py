"""What real batches do to a network: whose gradient moves it, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

import torch

from tverskylib._extras import optional
from tverskylib.training.data import Samples, Tiles, augmented, epoch_batches, pick, samples
from tverskylib.training.objective import objective
from tverskylib.training.settings import RunSettings
from tverskylib.training.unet import UNet

if TYPE_CHECKING:
    import pandas as pd


def watch_steps(model: UNet, settings: RunSettings, tiles: Tiles, steps: int = 40) -> pd.DataFrame:
    r"""Take some more steps with a copy of a network, and look at each.

    The gradient of the weights is a sum over the images of a batch, for each has its part of the gradient of the logits:
    :math:`\nabla_w L = \sum_k J_k^\top \nabla_{\hat y_k} L`. So the parts of images with and without foreground can be
    told apart. They meet in the normalisation, which takes mean and variance of the whole batch; to see that, the
    gradient of the images with foreground is computed once more without the others in the batch.

    Args:
        model: a trained network; it stays as it is.
        settings: its loss, its batch size and its learning rate, which is kept constant; Adam starts anew.
        tiles: whose training split is used.
        steps: how many; those of one epoch at most.

    Returns:
        A row a step: ``positive``, how many images of the batch have foreground; ``of_positive`` and ``of_empty``, the
        norms of the parts of the gradient; ``moved``, the length of Adam's step; and ``cosine``, between the gradient of
        the batch and that of its images with foreground alone, NaN where there is none.

    Introduced in lesson 10.
    """
    with optional():
        import pandas as pd

    net = deepcopy(model).train()
    training = samples(tiles, "train", settings.task)
    adam = torch.optim.Adam(net.parameters(), lr=settings.learning_rate)
    order = epoch_batches(len(training), settings.batch_size, seed=settings.seed, epoch=settings.epochs)
    rows = [_step(net, adam, settings, pick(training, chosen)) for chosen, _ in zip(order, range(steps), strict=False)]
    return pd.DataFrame(rows)


def _step(net: UNet, adam: torch.optim.Optimizer, settings: RunSettings, batch: Samples) -> dict[str, float]:
    weights = list(net.parameters())
    image, target, mask = augmented(batch, None)
    positive = target.flatten(1).any(dim=1)
    alone = None
    if positive.any() and not positive.all():
        beside = deepcopy(net)  # a forward pass moves the running averages of the normalisation
        only = None if mask is None else mask[positive]
        loss = objective(settings, beside(image[positive]), target[positive], only)
        alone = _flat(torch.autograd.grad(loss, list(beside.parameters())))
    logits = net(image)
    [slope] = torch.autograd.grad(objective(settings, logits, target, mask), logits, retain_graph=True)
    parts = [
        torch.autograd.grad(logits, weights, slope * kind[:, None, None, None], retain_graph=True)
        for kind in (positive, ~positive)
    ]
    before = _flat(weights).detach().clone()
    for weight, one, other in zip(weights, *parts, strict=True):
        weight.grad = one + other
    adam.step()
    of_positive, of_empty = (_flat(part) for part in parts)
    together = of_positive + of_empty
    return {
        "positive": int(positive.sum()),
        "of_positive": float(of_positive.norm()),
        "of_empty": float(of_empty.norm()),
        "moved": float((_flat(weights).detach() - before).norm()),
        "cosine": float("nan") if alone is None else float(torch.cosine_similarity(together, alone, dim=0)),
    }


def _flat(parts: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([part.flatten() for part in parts])
