"""What runs will cost: from their arithmetic, or timed on a step."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from tverskylib.tiles import FolderTiles
from tverskylib.training.device import Device
from tverskylib.training.objective import objective
from tverskylib.training.profiles import arithmetic, arithmetic_of_image
from tverskylib.training.settings import RunSettings
from tverskylib.training.unet import UNet

# What small networks reach in practice: a core of 2020 or later about 20 GFLOP/s, a data-centre GPU 15 TFLOP/s.
CORE, GPU = 20e9, 15e12
STEPS = 3  # that are timed, after one that is not
FORWARD = 1 / 3  # of a step's arithmetic: what looking at an image without learning costs


def cost_in_words(name: str, settings: Sequence[RunSettings]) -> str:
    """What runs on synthetic tiles cost on machines of known speed, from the arithmetic of their convolutions."""
    total = sum(map(arithmetic, settings))
    return (
        f"{name}: {len(settings)} runs, {_with_prefix(total)} floating-point operations; roughly "
        f"{duration(total / CORE)} on one core of a CPU, or {duration(total / GPU)} on a data-centre GPU that is kept "
        "busy"
    )


def seconds_on(tiles: FolderTiles, settings: Sequence[RunSettings], jobs: int, device: Device) -> float:
    """What runs on tiles of one's own will take here: a few steps of the first are timed, the rest is arithmetic.

    Args:
        tiles: with the splits that they will have, roughly: other seeds draw others.
        settings: at least one run.
        jobs: how many run side by side.
        device: as for :func:`tverskylib.training.train`.
    """
    size = tiles.images.shape[1]
    speed = _operations_a_second(settings[0], size, device)
    return sum(_operations(one, tiles, size) for one in settings) / speed / jobs


def _operations(settings: RunSettings, tiles: FolderTiles, size: int) -> float:
    kept = tiles.positive if settings.task == "positive" else tiles.positive | True
    counts = {name: int((kept & (tiles.splits == name)).sum()) for name in ("train", "validation", "test")}
    images = settings.epochs * (counts["train"] + FORWARD * counts["validation"]) + FORWARD * counts["test"]
    return images * arithmetic_of_image(settings.width, settings.depth, size)


def _operations_a_second(settings: RunSettings, size: int, device: Device) -> float:
    place = torch.device("cuda" if device == "auto" and torch.cuda.is_available() else "cpu")
    count = settings.batch_size if size * settings.batch_size <= 1024 else 1
    with torch.random.fork_rng():
        model = UNet(width=settings.width, depth=settings.depth).to(place)
        images, targets = torch.rand(count, 3, size, size, device=place), torch.ones(count, 1, size, size, device=place)
    optimizer = torch.optim.Adam(model.parameters())
    start = 0.0
    for step in range(1 + STEPS):
        if step == 1:
            start = time.perf_counter()
        objective(settings, model(images), targets, None, group=None).backward()
        optimizer.step()
        optimizer.zero_grad()
        if place.type == "cuda":
            torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    return STEPS * count * arithmetic_of_image(settings.width, settings.depth, size) / seconds


def duration(seconds: float) -> str:
    """A time in the unit that suits it.

    >>> duration(0.2), duration(90), duration(5400), duration(400_000)
    ('1 second', '2 minutes', '1.5 hours', '4.6 days')
    """
    for unit, length, most in (("second", 1, 60), ("minute", 60, 60), ("hour", 3600, 48), ("day", 86400, float("inf"))):
        if seconds < most * length:
            count = seconds / length
            shown = f"{count:.1f}" if unit in ("hour", "day") and count < 9.95 else f"{max(1, round(count))}"
            return f"{shown} {unit}{'s' * (shown != '1')}"
    return "for ever"


def _with_prefix(number: float) -> str:
    """Three digits and a power of ten in words."""
    for length, word in ((1e18, "quintillion"), (1e15, "quadrillion"), (1e12, "trillion"), (1e9, "billion")):
        if number >= length:
            return f"{number / length:.3g} {word}"
    return f"{number:.3g}"
