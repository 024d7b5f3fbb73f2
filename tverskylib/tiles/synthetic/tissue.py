"""The lung before any stain: air spaces, their walls, and the directions that fibres and cells follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tverskylib.tiles.synthetic.fields import Field, along_lines, smooth_field, soft_step

WALL = 8.0  # micrometres from an air space over which fibres and cells turn along its wall


@dataclass(frozen=True, eq=False)
class Tissue:
    """Fields on the full grid, (n, n) each.

    Args:
        depth: distance to the nearest air space in micrometres, roughly; negative in the air.
        solid: share of the pixel that is tissue, 0 to 1.
        down, right: direction of the fibres, unit vectors.
        fibres: how much collagen, mean 0 and deviation 1.
    """

    depth: Field
    solid: Field
    down: Field
    right: Field
    fibres: Field


def draw_walls(rng: np.random.Generator, size: int, scale: float) -> tuple[Field, Field]:
    """A surface whose zeros are the alveolar walls, and how thick the walls are in its units.

    Tissue is where the absolute value of the surface is smaller than the thickness: thin curved septa where that is
    small, solid tissue with holes where it is large.
    """
    alveoli = smooth_field(rng, size, scale * 21 * np.exp(rng.normal(0, 0.22)))
    patches = smooth_field(rng, size, scale * 40)
    kind = rng.random()
    if kind < 0.35:  # open lung
        thickness = np.float32(rng.uniform(0.22, 0.4)) + np.float32(0.12) * np.maximum(patches, 0)
    elif kind < 0.75:  # lung beside solid tissue
        thickness = np.float32(rng.uniform(0.5, 1.1)) + np.float32(0.65) * patches
    else:  # solid: pleura, scar, wall of an airway
        thickness = np.float32(rng.uniform(1.3, 2.3)) + np.float32(0.4) * patches
    return alveoli, np.maximum(thickness, np.float32(0.2))


def build(rng: np.random.Generator, alveoli: Field, thickness: Field, scale: float) -> Tissue:
    """The tissue between these walls, with its fibres."""
    size = alveoli.shape[0]
    slope_y, slope_x = np.gradient(thickness - np.abs(alveoli))
    steep = np.sqrt(slope_y**2 + slope_x**2) + np.float32(0.012 / scale)
    depth = (thickness - np.abs(alveoli)) / (steep * np.float32(scale))
    # Angles are doubled while they are mixed, for a fibre has no front end: along the walls, then freely.
    bend = np.float32(rng.uniform(0, 2 * np.pi)) + np.float32(1.7) * smooth_field(rng, size, scale * 34)
    near = np.float32(1.5) * np.exp(-np.maximum(depth, 0) / np.float32(WALL))
    cosine = np.cos(bend) + near * (slope_y**2 - slope_x**2) / steep**2
    sine = np.sin(bend) - near * 2 * slope_x * slope_y / steep**2
    angle = np.arctan2(sine, cosine) / np.float32(2)
    down, right = np.sin(angle), np.cos(angle)
    fibres = along_lines(smooth_field(rng, size, 1.3 * scale), down, right, max(4, round(9 * scale)))
    return Tissue(
        depth=depth,
        solid=soft_step(depth * np.float32(scale / 1.5)),
        down=down,
        right=right,
        fibres=fibres / np.float32(fibres.std() + 1e-6),
    )
