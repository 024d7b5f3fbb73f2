"""Cancer: where it grows, what its cells look like, and where the pathologist draws its border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.synthetic.cells import Kind
from tverskylib.tiles.synthetic.fields import Field, smooth_field

AREA, SPREAD, LARGEST = 0.16, 1.12, 0.99  # lognormal: median share of the tile, deviation of its logarithm; cut off
HAND = 4.0  # deviation of the annotator's border in micrometres


@dataclass(frozen=True, eq=False)
class Lesion:
    """One lesion.

    Args:
        depth: distance to its border in micrometres, roughly; negative outside. (n, n).
        nests: share of the cells that are cancer, 0 to 1: nests with strands of stroma between them. (n, n).
        cells: what its cells look like.
        filling: how much of the air spaces it fills, in units of the walls' thickness.
    """

    depth: Field
    nests: Field
    cells: Kind
    filling: float


def draw_lesion(rng: np.random.Generator, free: Field, scale: float) -> Lesion:
    """A lesion of lognormal area that grows, unevenly, around one focus.

    Args:
        rng: of everything.
        free: below 0 in air spaces, (n, n): the focus lies in tissue.
        scale: pixels a micrometre.
    """
    size = free.shape[0]
    share = min(AREA * np.exp(SPREAD * rng.standard_normal()), LARGEST)
    radius = size * np.sqrt(share / np.pi)  # pixels
    y, x = _focus(rng, free)
    place = np.arange(size, dtype=np.float32)
    distance = np.sqrt((place[:, None] - np.float32(y)) ** 2 + (place - np.float32(x)) ** 2)
    uneven = smooth_field(rng, size, float(np.clip(0.6 * radius, 7 * scale, 30 * scale)))
    ragged = smooth_field(rng, size, 6 * scale)
    level = -distance + np.float32(0.38 * radius) * uneven + np.float32(1.6 * scale) * ragged
    inside = max(1, round(share * level.size))
    border = np.partition(level.ravel(), level.size - inside)[level.size - inside]
    depth = (level - border) / np.float32(scale)
    loose = rng.uniform(-1.6, -0.2)
    nests = 1 / (1 + np.exp(-(smooth_field(rng, size, 11 * scale) - np.float32(loose)) * 5))
    return Lesion(
        depth=depth,
        nests=nests.astype(np.float32),
        cells=_draw_cells(rng),
        filling=float(rng.uniform(1.0, 2.2) if rng.random() < 0.65 else rng.uniform(0.15, 0.6)),
    )


def annotate(rng: np.random.Generator, lesion: Lesion, scale: float) -> NDArray[np.bool_]:
    """The border as a hand draws it: smoother than the lesion's, and now too wide, now too narrow. (n, n)."""
    from scipy.ndimage import gaussian_filter

    size = lesion.depth.shape[0]
    hand = np.float32(HAND) * smooth_field(rng, size, 16 * scale)
    drawn: NDArray[np.bool_] = gaussian_filter(lesion.depth, 2 * scale) + hand > 0
    return drawn


def _focus(rng: np.random.Generator, free: Field) -> tuple[float, float]:
    """A random place in tissue, or the best of twenty."""
    size = free.shape[0]
    places = rng.integers(0, size, (20, 2))
    room = free[places[:, 0], places[:, 1]]
    y, x = places[int(np.argmax(np.minimum(room, 0.15)))]
    return float(y), float(x)


def _draw_cells(rng: np.random.Generator) -> Kind:
    """Large, uneven, hollow nuclei with nucleoli, crowded; more so in one lesion than in another."""
    grade = rng.random()
    return Kind(
        radius=3.4 + 1.0 * grade,
        spread=0.15 + 0.12 * grade,
        length=1.25 + 0.35 * rng.random(),
        rough=0.05 + 0.06 * grade,
        dark=rng.uniform(1.05, 1.35),
        hollow=rng.uniform(0.35, 0.6),
        nucleolus=rng.uniform(0.35, 0.8),
        gap=rng.uniform(0.98, 1.12),
        crowd=rng.uniform(2.2, 3.5),
    )
