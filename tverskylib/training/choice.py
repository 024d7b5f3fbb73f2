"""Some of a profile's runs, or its runs with other seeds, epochs or batch sizes: what the command line may ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import sqrt

from tverskylib.training.profiles import seeded
from tverskylib.training.settings import RunSettings
from tverskylib.training.tables import arm, plain_runs


def choose(
    settings: Sequence[RunSettings],
    *,
    task: str | None = None,
    arms: Collection[str] | None = None,
    seeds: Sequence[int] | None = None,
    epochs: int | None = None,
    batch_sizes: Sequence[int] | None = None,
) -> list[RunSettings]:
    """The runs that are asked for, in their order.

    Args:
        settings: of a profile.
        task: "positive" or "whole"; None for both.
        arms: names, as :func:`tverskylib.training.tables.arm` has them; None for all.
        seeds: what every chosen run is made with, however many its profile has; None for those of the profile.
        epochs: of every run; None for those of the profile.
        batch_sizes: where the profile has runs of that size, those; where not, its runs of the smallest size with
            this one, and the rate times the square root of the ratio. None for those of the profile.

    Raises:
        ValueError: nothing is left; the message says what there is.
    """
    chosen = list(settings)
    if task is not None:
        chosen = [one for one in chosen if one.task == task] or _nothing("task", task, {one.task for one in chosen})
    if arms is not None:
        plain = plain_runs(settings)
        named = [(arm(one, plain.get(one.task)), one) for one in chosen]
        known = dict.fromkeys(name for name, _ in named)
        if unknown := [name for name in arms if name not in known]:
            _nothing("arms", unknown[0], known)
        chosen = [one for name, one in named if name in arms]
    if batch_sizes is not None:
        chosen = [one for size in batch_sizes for one in _of_size(chosen, size)]
    if epochs is not None:
        chosen = [replace(one, epochs=epochs) for one in chosen]
    if seeds is not None:
        alike = list(dict.fromkeys(seeded(one, 0) for one in chosen))
        chosen = [seeded(one, seed) for seed in seeds for one in alike]
    return list(dict.fromkeys(chosen))


def on_own_tiles(settings: Sequence[RunSettings]) -> list[RunSettings]:
    """The runs that differ in more than the synthetic tiles, which images of one's own replace."""
    tiles = settings[0].tiles
    return list(dict.fromkeys(replace(one, tiles=replace(tiles, seed=one.tiles.seed)) for one in settings))


def _of_size(settings: list[RunSettings], size: int) -> list[RunSettings]:
    there = [one for one in settings if one.batch_size == size]
    least = min(one.batch_size for one in settings)
    return there or [
        replace(one, batch_size=size, learning_rate=one.learning_rate * sqrt(size / least))
        for one in settings
        if one.batch_size == least
    ]


def _nothing(name: str, given: object, known: Collection[object]) -> list[RunSettings]:
    listed = "; ".join(sorted(str(one) for one in known))
    raise ValueError(f"{name} must be of the profile, which has {listed}; got {given}")
