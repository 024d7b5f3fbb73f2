"""Which runs make a comparison: the grid of the talk, and arms that change one thing each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from math import sqrt
from typing import Any

from tverskylib._checks import Domain, check_choice
from tverskylib.tiles import TileSettings
from tverskylib.training.settings import RunSettings

PROFILES = ("smoke", "quick", "cpu", "gpu", "talk")
BATCH_SIZES = (8, 16, 32, 64)
DOMAINS: tuple[Domain, ...] = ("image", "batch")


def runs(profile: str) -> list[RunSettings]:
    """The runs of a profile.

    - ``smoke``: two runs of a second each, for tests.
    - ``quick``: four, a lesson's: about two minutes on two cores.
    - ``cpu``: both tasks, four batch sizes, two domains and the arms, at 64 px: under 90 minutes on two cores.
    - ``gpu``: the same runs at 128 px with a network four times as wide.
    - ``talk``: the talk's learning rate of 1e-6, literally, with networks of the original's width. Days on a CPU.

    A seed stands for everything random: its own slides and tiles, its own weights, its own order. Runs that differ
    in nothing but the domain can therefore be compared in pairs.

    Raises:
        ValueError: an unknown name.

    Introduced in lesson 10.
    """
    check_choice("profile", profile, PROFILES)
    chosen = {"smoke": _smoke, "quick": _quick, "cpu": _cpu, "gpu": _gpu, "talk": _talk}[profile]()
    return list(dict.fromkeys(chosen))  # an arm may meet the grid: each run once, in the order of first mention


def seeded(base: RunSettings, seed: int, **changes: Any) -> RunSettings:
    """The settings with changes, everything random from one seed."""
    return replace(base, seed=seed, tiles=replace(base.tiles, seed=seed), **changes)


def _smoke() -> Iterator[RunSettings]:
    tiles = TileSettings(size=48, tiles=48, positives=24, slides=6, validation_slides=2, test_slides=2)
    # As long and as fast as it takes for predictions to differ from pixel to pixel, so that every slider changes them.
    base = RunSettings(epochs=8, width=2, depth=2, learning_rate=5e-2, tiles=tiles)
    for task, domain in product(("positive", "whole"), DOMAINS):
        yield seeded(base, 0, task=task, domain=domain)


def _quick() -> Iterator[RunSettings]:
    tiles = TileSettings(size=48, tiles=1000, positives=140, slides=40)
    for domain in DOMAINS:
        yield RunSettings(task="whole", domain=domain, epochs=6, learning_rate=2e-3, tiles=tiles)
        yield RunSettings(task="positive", domain=domain, epochs=20, tiles=tiles)


def _cpu() -> Iterator[RunSettings]:
    return _comparison(TileSettings(), width=8)


def _gpu() -> Iterator[RunSettings]:
    return _comparison(TileSettings(size=128, microns=1.0), width=32)


def _comparison(tiles: TileSettings, width: int) -> Iterator[RunSettings]:
    """The grid and its arms. The cells with batch size 8, on which the text leans, come first and with five seeds."""
    positive = RunSettings(task="positive", epochs=30, width=width, tiles=tiles)
    whole = RunSettings(task="whole", epochs=6, width=width, tiles=tiles)
    for seed in range(5):
        yield from _both_domains(seed, positive, whole)
    for seed in range(5):  # as the talk's: far from converged
        yield from _both_domains(seed, replace(positive, learning_rate=1e-4, schedule="constant"))
    for seed, batch_size in product(range(3), BATCH_SIZES[1:]):
        rate = 1e-3 * sqrt(batch_size / 8)
        yield from _both_domains(
            seed, *(replace(one, batch_size=batch_size, learning_rate=rate) for one in (positive, whole))
        )
    for seed in range(3):
        for smoothing in (0.2, 0.4):
            yield from _both_domains(seed, replace(positive, smoothing=smoothing))
        yield from _both_domains(seed, replace(positive, smoothing=0.4, soft_labels="minimum"))
        pixels = tiles.size**2
        for delta in (1.0, pixels / 100, pixels / 10):
            yield from _both_domains(seed, replace(whole, delta=delta))
        for penalty in ("label noise", "confidence"):
            yield from _both_domains(seed, replace(positive, penalty=penalty, strength=0.1))
        for smoothing in (0.0, 0.4):
            yield seeded(positive, seed, loss="cross-entropy", smoothing=smoothing)


def _both_domains(seed: int, *bases: RunSettings) -> Iterable[RunSettings]:
    return (seeded(base, seed, domain=domain) for base in bases for domain in DOMAINS)


def _talk() -> Iterator[RunSettings]:
    tiles = TileSettings(size=256, microns=0.5)
    base = RunSettings(learning_rate=1e-6, schedule="constant", width=64, epochs=100, tiles=tiles)
    for seed, task, batch_size, domain in product(range(3), ("positive", "whole"), BATCH_SIZES, DOMAINS):
        yield seeded(base, seed, task=task, batch_size=batch_size, domain=domain)


def arithmetic(settings: RunSettings) -> float:
    """Floating-point operations of a run's training, roughly: what a profile will cost on a device of known speed.

    Counts the convolutions, forward once and backward twice, for every training tile of every epoch. Three fifths of
    the tiles are taken to be training tiles, as in the synthetic data.
    """
    n, w, s = settings.tiles.size, settings.width, settings
    total = 2 * 9 * (3 * w + w * w) * n * n + 2 * w * n * n
    for level in range(s.depth):
        channels, half = w * 2**level, (n // 2 ** (level + 1)) ** 2
        total += 2 * 9 * (2 + 4) * channels**2 * half  # down: c to 2c, 2c to 2c
        total += 2 * 2 * channels * channels * 4 * half  # up: 2c to c, each output pixel from one input pixel
        total += 2 * 9 * (2 + 1) * channels**2 * 4 * half  # merge: 2c to c, c to c
    images = (s.tiles.positives if s.task == "positive" else s.tiles.tiles) * 0.6 * s.epochs
    return 3.0 * total * images
