"""Where a run stands at the end of an epoch, on disk: what it needs to go on as if it had never stopped."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from tverskylib.training.files import replacing


@dataclass
class Curves:
    """One entry an epoch, of what is seen while a run learns.

    Args:
        steps: optimiser steps up to the end of the epoch.
        seconds: time spent up to the end of the epoch, pauses not counted.
        loss: mean over the epoch's steps, on augmented training tiles.
        dice: mean over the images of the positive validation tiles, at threshold 0.5.
        pooled_dice: of the same tiles taken together.
        balanced_accuracy: mean over the images of the same tiles.
        flooded: share of the negative validation tiles of which more than 1 % is called foreground; None without
            negative tiles.
    """

    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    dice: list[float | None] = field(default_factory=list)
    pooled_dice: list[float | None] = field(default_factory=list)
    balanced_accuracy: list[float | None] = field(default_factory=list)
    flooded: list[float | None] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return len(self.steps)


def save_checkpoint(
    path: Path, made_from: dict[str, Any], curves: Curves, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Keep network, optimiser and curves; nothing else is needed, for order and augmentation follow from the epoch."""
    state = {
        "made_from": made_from,
        "curves": asdict(curves),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    with replacing(path) as file:
        torch.save(state, file)


def load_checkpoint(
    path: Path, made_from: dict[str, Any], model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> Curves:
    """Put network and optimiser where the checkpoint left them. Loads tensors and plain values only.

    Returns:
        The curves so far; empty ones if there is no such file.

    Raises:
        ValueError: a checkpoint of other settings or other data, or a damaged one; the message says what to do.
    """
    if not path.exists():
        return Curves()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found, curves = state["made_from"], Curves(**state["curves"])
        weights, moments = state["model"], state["optimizer"]
    except Exception as error:  # torch raises many kinds for a damaged file
        raise ValueError(f"{path.name} is no checkpoint that can be read ({error}); remove it to start anew") from error
    if found != made_from:
        differing = sorted(name for name in {*found, *made_from} if found.get(name) != made_from.get(name))
        raise ValueError(
            f"{path.name} is the checkpoint of another run, which differs in {', '.join(differing)}; "
            "name another file, or remove it to start anew"
        )
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    return curves
