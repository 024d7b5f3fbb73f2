"""Where a run stands at the end of an epoch, on disk: what it needs to go on as if it had never stopped."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from tverskylib._files import NewerFormatError, replacing, set_aside

FORMAT = 2  # raised when checkpoints get other fields
HEAD = 1000  # bytes that the first line does not exceed


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
    """Keep network, optimiser and curves; nothing else is needed, for order and augmentation follow from the epoch.

    The first line of the file is JSON and says, without loading it, the checksum of the rest and how many epochs are
    done; the rest is what ``torch.save`` writes.
    """
    state = {
        "made_from": made_from,
        "curves": asdict(curves),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    body = io.BytesIO()
    torch.save(state, body)
    head = {"format": FORMAT, "epochs": curves.epochs, "sha256": hashlib.sha256(body.getbuffer()).hexdigest()}
    with replacing(path) as file:
        file.write(json.dumps(head).encode() + b"\n")
        file.write(body.getbuffer())


def epochs_done(path: Path) -> int:
    """How many epochs a checkpoint holds; 0 if there is none that can be read."""
    try:
        with path.open("rb") as file:
            return int(json.loads(file.readline(HEAD))["epochs"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return 0


def load_checkpoint(
    path: Path, made_from: dict[str, Any], model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> Curves:
    """Put network and optimiser where the checkpoint left them. Loads tensors and plain values only.

    A damaged checkpoint, even by one bit, is set aside with a warning, and the run begins anew.

    Returns:
        The curves so far; empty ones if there is no checkpoint that can be used.

    Raises:
        ValueError: a checkpoint of other settings or other data, or of a newer format; the message says what to do.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Curves()
    try:
        head, _, body = content.partition(b"\n")
        said = json.loads(head[:HEAD])
        if said["format"] > FORMAT:
            raise NewerFormatError(
                f"{path.name} is a checkpoint of format {said['format']}, newer than {FORMAT}: update the package, "
                "name another file, or remove it to start anew"
            )
        if hashlib.sha256(body).hexdigest() != said["sha256"]:
            raise ValueError("its checksum is another one")
        state = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
        found, curves = state["made_from"], Curves(**state["curves"])
        weights, moments = state["model"], state["optimizer"]
    except NewerFormatError:
        raise
    except Exception as error:  # torch raises many kinds for a damaged file
        aside = set_aside(path)
        where = f" as {aside.name}" if aside else ""
        why = str(error).partition("\n")[0] or type(error).__name__
        warnings.warn(
            f"{path.name} is no checkpoint that can be read ({why}); it is set aside{where}, and the run begins anew",
            stacklevel=2,
        )
        return Curves()
    if found != made_from:
        differing = sorted(name for name in {*found, *made_from} if found.get(name) != made_from.get(name))
        raise ValueError(
            f"{path.name} is the checkpoint of another run, which differs in {', '.join(differing)}; "
            "name another file, or remove it to start anew"
        )
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    return curves
