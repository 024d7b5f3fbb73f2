"""Tiles as tensors, and which of them make a step."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tverskylib.tiles import GENERATOR_VERSION, FolderTiles, SyntheticTiles, augment
from tverskylib.training.settings import SYNTHETIC, Task

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

    @property
    def positive(self) -> NDArray[np.int64]:
        """Which samples hold foreground."""
        return np.flatnonzero(self.targets.flatten(1).any(dim=1).cpu().numpy())

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


def describe_tiles(tiles: Tiles) -> dict[str, Any]:
    """What the tiles are, for a record: where from, their hash, their size, and how many of each kind a split has.

    What only a folder has is None for synthetic tiles: how its images were resized, and which numbers of its masks
    are foreground.
    """
    made: dict[str, Any] = {"name": f"{SYNTHETIC} {GENERATOR_VERSION}", "resize": None, "foreground": None}
    if isinstance(tiles, FolderTiles):
        made = {**made, "name": "tiles of one's own", **tiles.made_from}
    splits = {name: tiles.split(name) for name in sorted({*tiles.splits.tolist()})}
    return {
        "name": made["name"],
        "hash": data_hash(tiles),
        "size": tiles.images.shape[1],
        "resize": made["resize"],
        "foreground": made["foreground"],
        "splits": {
            name: {
                "tiles": len(own),
                "images": len({*(own.files.tolist() if isinstance(own, FolderTiles) else own.groups.tolist())}),
                "groups": len({*own.groups.tolist()}),
                "empty": int(len(own) - own.positive.sum()),
            }
            for name, own in splits.items()
        },
    }


def steps_per_epoch(count: int, batch_size: int, processes: int = 1) -> int:
    """How many steps show every tile once."""
    return len(list(_bounds(count, batch_size, processes)))


def epoch_batches(
    count: int,
    batch_size: int,
    *,
    seed: int,
    epoch: int,
    rank: int = 0,
    processes: int = 1,
    positive: NDArray[np.int64] | None = None,
    foreground_share: float = 0.0,
) -> Iterator[NDArray[np.int64]]:
    """For each step of an epoch, this process's share of the tiles, in an order that depends on seed and epoch alone.

    With a ``foreground_share`` that part of every batch, rounded to whole tiles, is drawn from ``positive``, each as
    often as any other but for one time; the others come from all tiles in the epoch's order, as many as there is room
    for. The global batch is the same however many processes share it; their shares differ by at most one tile.
    """
    rng = np.random.default_rng([seed, epoch])
    order = rng.permutation(count)
    bounds = list(_bounds(count, batch_size, processes))
    guaranteed = [round(foreground_share * (end - start)) for start, end in bounds]
    drawn = _in_turns(positive, sum(guaranteed), rng)
    used = 0
    for (start, end), share in zip(bounds, guaranteed, strict=True):
        others = order[start - used : end - used - share]
        # Spread over the batch, so that each process has its part of them.
        batch = np.concatenate([drawn[used : used + share], others])
        used += share
        yield np.array_split(rng.permutation(batch) if share else batch, processes)[rank]


def _in_turns(positive: NDArray[np.int64] | None, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """So many of them, all in a new order before any comes again."""
    if not count:
        return np.empty(0, np.int64)
    if positive is None or not positive.size:
        raise ValueError("foreground_share must be 0 where no training tile has foreground")
    turns = [rng.permutation(positive) for _ in range(-(-count // positive.size))]
    return np.concatenate(turns)[:count]


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
