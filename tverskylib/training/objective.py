"""What a run minimises: a loss by its name, on smoothed labels, with a penalty."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from tverskylib.labels import smooth_labels
from tverskylib.losses import tversky_loss
from tverskylib.penalties import confidence_penalty, label_noise_penalty
from tverskylib.training.settings import RunSettings

PENALTIES = {"label noise": label_noise_penalty, "confidence": confidence_penalty}


def objective(
    settings: RunSettings,
    logits: torch.Tensor,
    target: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    group: Any = None,
) -> torch.Tensor:
    """The number that a step makes smaller.

    Args:
        settings: which loss, which penalty, how much smoothing.
        logits, target: (B, 1, H, W), floating-point; the loss is computed in float32 at least.
        mask: 1 where a pixel counts, (B, 1, H, W).
        group: a torch.distributed process group whose ranks share the batch. Gradients that are averaged over the
            ranks are then those of the global batch, however unequal the shares: the Tversky loss adds up its sums,
            and means over pixels are weighted by their number.

    Returns:
        A scalar.

    Introduced in lesson 10.
    """
    logits = logits.float()
    if settings.smoothing:
        target = smooth_labels(target, settings.smoothing, num_classes=settings.smoothing_classes)
    share = _share_of_pixels(target, mask, group)
    if settings.loss == "tversky":
        loss = tversky_loss(
            logits,
            target,
            settings.alpha,
            settings.beta,
            delta=settings.delta,
            domain=settings.domain,
            soft_labels=settings.soft_labels,
            from_logits=True,
            mask=mask,
            validate=False,  # the tiles are known to be good, and a NaN is noticed at the end of the epoch
            group=group,
        )
    if settings.loss == "cross-entropy":
        loss = share * _cross_entropy(logits, target, mask)
    if settings.companion == "cross-entropy":
        loss = loss + share * _cross_entropy(logits, target, mask)
    if settings.penalty != "none":
        penalty = PENALTIES[settings.penalty](logits, from_logits=True, mask=mask, validate=False)
        loss = loss + settings.strength * share * penalty
    return loss


def _cross_entropy(logits: torch.Tensor, target: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    if mask is None:
        return functional.binary_cross_entropy_with_logits(logits, target)
    counted = mask.bool()
    return functional.binary_cross_entropy_with_logits(logits[counted], target[counted])


def _share_of_pixels(target: torch.Tensor, mask: torch.Tensor | None, group: Any) -> torch.Tensor | float:
    """This rank's pixels by the mean number of pixels of a rank: 1 where all have as many."""
    if group is None:
        return 1.0
    own = target.new_tensor(float(target.numel())) if mask is None else mask.sum(dtype=torch.float32)
    everybody = own.clone()
    torch.distributed.all_reduce(everybody, group=group)
    return own * torch.distributed.get_world_size(group) / everybody
