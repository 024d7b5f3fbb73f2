"""The fixed inputs that every library is asked about: made by integer arithmetic, so the same everywhere."""

from __future__ import annotations

import torch

from tverskylib.labels import one_hot

CLASSES = 3
SIZE = 8


def batch(channels: int = 1, *, empty: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    """The fixed batch: probabilities and targets of two images of 8 × 8 pixels, (2, channels, 8, 8), float32.

    Args:
        channels: 3 for three classes, class 0 the background, probabilities that add up to one; 1 for class 1 alone.
        empty: the second image has no foreground in its target.

    Returns:
        (p, y), as the code of :func:`tverskylib.peers.equivalent` calls them.

    Raises:
        ValueError: another number of channels.

    Introduced in lesson 12.
    """
    if channels not in (1, CLASSES):
        raise ValueError(f"channels must be 1 or {CLASSES}, got {channels!r}")
    k, i, j = torch.meshgrid(torch.arange(2), torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    number = (i * i + 3 * j + 5 * k) % (7 + 2 * k)  # the second image has less foreground than the first
    class_map = (number >= 4 + 2 * k).long() + (number >= 6 + 2 * k).long()
    y = one_hot(class_map * (1 - k) if empty else class_map, CLASSES)
    c = torch.arange(CLASSES)[:, None, None]
    truth = (22 - 18 * k[:, None]) * one_hot(class_map, CLASSES)  # the second image is predicted worse
    weight = 1 + (7 * i[:, None] + 11 * j[:, None] + 5 * c * (1 + k[:, None])) % 17 + truth
    p = (weight.double() / weight.sum(1, keepdim=True)).float()
    return (p, y) if channels == CLASSES else (p[:, 1:2].contiguous(), y[:, 1:2].contiguous())


def two_channels(p: torch.Tensor) -> torch.Tensor:
    """The foreground's probability as the two channels that a softmax has: background, foreground."""
    return torch.cat([1 - p, p], dim=1)
