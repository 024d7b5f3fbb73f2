"""Tiles as tensors, and which of them make a step."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tverskylib.tiles import FolderTiles, SyntheticTiles, augment
from tverskylib.training.settings import Task

Tiles = SyntheticTiles | FolderTiles


@dataclass(frozen=True, eq=False)
class Samples:
    """Images with their targets, channels first.

    Args:
        images: uint8, (N, 3, H, W).
        targets: bool, (N, 1, H, W).
        mask: bool, (N, 1, H, W), True where a pixel counts; None where all do.
    """

    images: torch.Tensor
    targets: torch.Tensor
    mask: torch.Tensor | None

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: torch.device) -> Samples:
        """The same on a device, all at once: uint8 tiles are small beside a network's activations."""
        mask = None if self.mask is None else self.mask.to(device)
        return Samples(self.images.to(device), self.targets.to(device), mask)


def samples(tiles: Tiles, split: str, task: Task) -> Samples:
    """One split of the tiles: its positive ones, or all.

    Raises:
        ValueError: no tile is left.
    """
    chosen = tiles.split(split)
    if task == "positive":
        chosen = chosen.pick(chosen.positive)
    if not len(chosen):
        kind = "positive tile" if task == "positive" else "tile"
        raise ValueError(f"tiles must hold at least one {kind} in the split {split!r}, got none")
    mask = getattr(chosen, "mask", None)
    return Samples(
        torch.from_numpy(np.ascontiguousarray(chosen.images.transpose(0, 3, 1, 2))),
        torch.from_numpy(np.ascontiguousarray(chosen.targets[:, None])),
        None if mask is None or mask.all() else torch.from_numpy(np.ascontiguousarray(mask[:, None])),
    )


def data_hash(tiles: Tiles) -> str:
    """Sixteen hexadecimal digits that change with any pixel, mark, mask or split."""
    found = hashlib.sha256()
    for array in (tiles.images, tiles.targets, getattr(tiles, "mask", tiles.targets), tiles.splits.astype("U16")):
        found.update(str(array.shape).encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]


def steps_per_epoch(count: int, batch_size: int, processes: int = 1) -> int:
    """How many steps show every tile once."""
    return len(list(_bounds(count, batch_size, processes)))


def epoch_batches(
    count: int, batch_size: int, *, seed: int, epoch: int, rank: int = 0, processes: int = 1
) -> Iterator[NDArray[np.int64]]:
    """For each step of an epoch, this process's share of the tiles, in an order that depends on seed and epoch alone.

    The global batch is the same however many processes share it; their shares differ by at most one tile.
    """
    order = np.random.default_rng([seed, epoch]).permutation(count)
    for start, end in _bounds(count, batch_size, processes):
        yield np.array_split(order[start:end], processes)[rank]


def _bounds(count: int, batch_size: int, processes: int) -> Iterator[tuple[int, int]]:
    """Where batches begin and end. A rest too small to give every process a tile joins the batch before it."""
    starts = list(range(0, count, batch_size))
    if len(starts) > 1 and count - starts[-1] < processes:
        starts.pop()
    return zip(starts, [*starts[1:], count], strict=True)


def as_input(images: torch.Tensor) -> torch.Tensor:
    """uint8 images as the network sees them: float32 in [0, 1], channels last in memory."""
    return images.to(memory_format=torch.channels_last).float().div_(255)


def augmented(
    batch: Samples, rng: np.random.Generator | None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """Images, targets and mask of a step, ready for network and loss."""
    parts = [batch.images, batch.targets, *([] if batch.mask is None else [batch.mask])]
    changed = augment(*parts, rng=rng) if rng is not None else tuple(parts)
    return as_input(changed[0]), changed[1].float(), changed[2] if batch.mask is not None else None


def pick(data: Samples, chosen: NDArray[np.int64]) -> Samples:
    """Some of the samples, on the device where they are."""
    index = torch.from_numpy(chosen).to(data.images.device)
    return Samples(data.images[index], data.targets[index], None if data.mask is None else data.mask[index])
