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
    - ``cpu``: both tasks, four batch sizes, two domains and the arms, at 64 px: under three hours on two cores.
    - ``gpu``: the grid at batch sizes 8 and 64, at 128 px with a network four times as wide.
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
    """The grid and its arms, in the order of what they decide: a profile that is stopped leaves the best of it.

    Seeds 0 to 4 were there when the questions were asked; 5 to 9 are the confirmation (results/PLAN.md).
    """
    lesions, whole = RunSettings(task="positive", epochs=30), RunSettings(task="whole", epochs=6)
    compound: dict[str, Any] = {"companion": "cross-entropy"}
    entropy: dict[str, Any] = {"loss": "cross-entropy"}
    pixels = whole.tiles.size**2
    for seed in (*range(5, 10), *range(5)):
        yield from _both_domains(seed, lesions, whole)
    for seed in range(5):
        yield from _both_domains(seed, replace(whole, **compound), replace(lesions, **compound))
    for seed in range(3):
        for loss in ({}, compound):
            sampled = replace(whole, foreground_share=1 / 3, **loss)
            # In six epochs each lesion is shown 3.5 times as often as without; in two, 1.2 times as often.
            yield from _both_domains(seed, sampled, replace(sampled, epochs=2))
    for seed in range(3):
        yield from (seeded(base, seed, **entropy) for base in (whole, lesions))
        yield seeded(lesions, seed, **entropy, smoothing=0.4)
    for seed in range(3):
        for smoothing in (0.1, 0.2, 0.4):
            yield from _both_domains(seed, replace(lesions, smoothing=smoothing))
        yield from _both_domains(seed, replace(lesions, smoothing=0.1, smoothing_classes=1))
    for seed, (alpha, beta) in product(range(3), ((0.3, 0.7), (0.7, 0.3))):
        yield from _both_domains(seed, replace(whole, alpha=alpha, beta=beta), replace(lesions, alpha=alpha, beta=beta))
    for seed in range(3):
        for delta in (1.0, 3.0, 10.0, pixels / 100):
            yield seeded(whole, seed, delta=delta, domain="image")
        for delta in (1.0, pixels / 100):
            yield seeded(whole, seed, delta=delta, domain="batch")
    for seed in range(3):
        yield from _both_domains(seed, replace(whole, tiles=replace(whole.tiles, positives=whole.tiles.tiles // 2)))
    for seed, batch_size in product(range(5), BATCH_SIZES[1:]):
        bases = (lesions, whole) if seed < 3 else (lesions,)
        yield from _both_domains(seed, *(_of_batch_size(one, batch_size) for one in bases))
    for seed in range(3):
        yield from _both_domains(seed, replace(lesions, smoothing=0.4, soft_labels="minimum"))
        for penalty in ("label noise", "confidence"):
            yield from _both_domains(seed, replace(lesions, penalty=penalty, strength=0.1))
    for seed in range(5):  # as the talk's: far from converged
        yield from _both_domains(seed, replace(lesions, learning_rate=1e-4, schedule="constant"))
    for seed in range(3):
        yield from _both_domains(seed, replace(whole, epochs=18))
    for seed in range(3):  # with the steps of batch size 8
        yield from _both_domains(seed, replace(_of_batch_size(lesions, 64), epochs=240))


def _of_batch_size(base: RunSettings, batch_size: int) -> RunSettings:
    """With a learning rate that grows with the root of the batch size."""
    return replace(base, batch_size=batch_size, learning_rate=1e-3 * sqrt(batch_size / 8))


def _gpu() -> Iterator[RunSettings]:
    tiles = TileSettings(size=128, microns=1.0)
    lesions = RunSettings(task="positive", epochs=30, width=32, tiles=tiles)
    bases = (lesions, replace(lesions, task="whole", epochs=6))
    for seed, batch_size in product(range(3), (8, 64)):
        yield from _both_domains(seed, *(_of_batch_size(base, batch_size) for base in bases))


def _both_domains(seed: int, *bases: RunSettings) -> Iterable[RunSettings]:
    return (seeded(base, seed, domain=domain) for base in bases for domain in DOMAINS)


def _talk() -> Iterator[RunSettings]:
    tiles = TileSettings(size=256, microns=0.5)
    base = RunSettings(learning_rate=1e-6, schedule="constant", width=64, epochs=100, tiles=tiles)
    for seed, task, batch_size, domain in product(range(3), ("positive", "whole"), BATCH_SIZES, DOMAINS):
        yield seeded(base, seed, task=task, batch_size=batch_size, domain=domain)


def arithmetic(settings: RunSettings) -> float:
    """Floating-point operations of a run's training, roughly: what a profile will cost on a device of known speed.

    Three fifths of the tiles are taken to be training tiles, as in the synthetic data.
    """
    s = settings
    images = (s.tiles.positives if s.task == "positive" else s.tiles.tiles) * 0.6 * s.epochs
    return images * arithmetic_of_image(s.width, s.depth, s.tiles.size)


def arithmetic_of_image(width: int, depth: int, size: int) -> float:
    """Floating-point operations of the convolutions for one image, forward once and backward twice."""
    n, w = size, width
    total = 2 * 9 * (3 * w + w * w) * n * n + 2 * w * n * n
    for level in range(depth):
        channels, half = w * 2**level, (n // 2 ** (level + 1)) ** 2
        total += 2 * 9 * (2 + 4) * channels**2 * half  # down: c to 2c, 2c to 2c
        total += 2 * 2 * channels * channels * 4 * half  # up: 2c to c, each output pixel from one input pixel
        total += 2 * 9 * (2 + 1) * channels**2 * 4 * half  # merge: 2c to c, c to c
    return 3.0 * total
