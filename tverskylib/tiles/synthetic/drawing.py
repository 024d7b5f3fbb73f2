"""One tile, from its settings and its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.synthetic.cells import (
    LYMPHOCYTE,
    MACROPHAGE,
    REACTIVE,
    SEPTAL,
    SPINDLE,
    Cells,
    keep_apart,
    paint,
    paint_discs,
    scatter,
)
from tverskylib.tiles.synthetic.cohort import seeded
from tverskylib.tiles.synthetic.fields import Field, smooth_field, soft_step
from tverskylib.tiles.synthetic.lesion import Lesion, annotate, draw_lesion
from tverskylib.tiles.synthetic.settings import TileSettings
from tverskylib.tiles.synthetic.stain import Look, develop, draw_look, halve, to_bytes
from tverskylib.tiles.synthetic.tissue import Tissue, build, draw_walls

SMALLEST = 0.004  # share of the tile: parts of an annotation under it are left out, and a lesion is not smaller
ATTEMPTS = 50
PATCH = 128.0**2  # square micrometres: what the rates of sites are for


@dataclass(frozen=True, eq=False)
class Tile:
    """One tile.

    Args:
        image: uint8, (size, size, 3), red, green and blue.
        mask: bool, (size, size), True where a pathologist marked cancer.
        air: bool, (size, size), True where there is no tissue.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    air: NDArray[np.bool_]


def draw_tile(settings: TileSettings, number: int, slide: int, positive: bool) -> Tile:
    """Tile ``number`` of the data set, the same whenever and wherever it is drawn.

    It is drawn at twice its size and halved. Negative tiles have no cancer, and all else that positive ones have.
    """
    look = draw_look(seeded(settings, 1, slide))
    rng = seeded(settings, 2, number)
    for _ in range(ATTEMPTS):
        tile = _draw(rng, settings, look, positive)
        if tile.mask.any() == positive:  # else the lesion was lost between air spaces
            return tile
    raise RuntimeError(f"no lesion found room in tile {number} of {settings}")  # pragma: no cover


def _draw(rng: np.random.Generator, settings: TileSettings, look: Look, positive: bool) -> Tile:
    size, scale = 2 * settings.size, 2 / settings.microns
    alveoli, thickness = draw_walls(rng, size, scale)
    lesion = draw_lesion(rng, thickness - np.abs(alveoli), scale) if positive else None
    if lesion:
        thickness = thickness + np.float32(lesion.filling) * soft_step(lesion.depth / np.float32(5))
    tissue = build(rng, alveoli, thickness, scale)
    air = halve(tissue.solid) < 0.5
    mask = np.zeros_like(air)
    if lesion:
        mask = _largest_parts(halve(annotate(rng, lesion, scale).astype(np.float32)) >= 0.5, air)
    amounts = _stain(rng, tissue, lesion, scale)
    thick = 1 + np.float32(0.07) * smooth_field(rng, size, 30 * scale) + np.float32(rng.normal(0, 0.08))
    blur = look.blur * scale * float(np.exp(rng.normal(0, 0.2)))
    return Tile(to_bytes(develop(rng, look, amounts, np.maximum(thick, 0.6), blur)), mask, air)


def _largest_parts(drawn: NDArray[np.bool_], air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The annotation without air, without slivers one pixel wide, and without specks."""
    from scipy.ndimage import binary_opening, label

    parts, _ = label(binary_opening(drawn & ~air, np.ones((2, 2))))
    kept = np.bincount(parts.ravel()) >= max(6, SMALLEST * air.size)
    kept[0] = False
    large: NDArray[np.bool_] = kept[parts]
    return large


@dataclass(frozen=True, eq=False)
class _Sites:
    """Where the cells of each kind are at home: densities in [0, 1], (n, n) each."""

    cancer: Field
    lymphoid: Field
    reactive: Field
    septal: Field
    spindle: Field


def _choose_sites(rng: np.random.Generator, tissue: Tissue, lesion: Lesion | None, scale: float) -> _Sites:
    """Lymphocytes, reactive epithelium and stroma settle in tiles of both classes alike."""
    size = tissue.depth.shape[0]
    room = (tissue.depth > 1.5).astype(np.float32)
    cancer = np.zeros_like(room)
    if lesion:
        cancer = room * lesion.nests * soft_step(lesion.depth / np.float32(4))
    free = room * (1 - cancer)
    lymphoid = free * np.minimum(_clusters(rng, size, scale, 0.6, (9, 30)) + 0.03, 1)
    # Reactive cells line the air spaces in some places, and lie in sheets in others.
    places = smooth_field(rng, size, 22 * scale) > rng.uniform(0.2, 2.2)
    lining = np.exp(-(((tissue.depth - 4) / 2.5) ** 2))
    sheets = _clusters(rng, size, scale, 0.55, (9, 32))
    reactive = free * np.clip(places * lining + sheets, 0, 1)
    others = free * (1 - lymphoid) * (1 - reactive)
    septal = others * np.exp(-np.maximum(tissue.depth, 0) / np.float32(6))
    spindle = others * np.float32(rng.uniform(0.35, 1)) * (tissue.depth > 4)
    return _Sites(cancer, lymphoid, reactive, septal, spindle)


def _clusters(rng: np.random.Generator, size: int, scale: float, rate: float, radii: tuple[float, float]) -> Field:
    """0 to 1: a few round and ragged places, as many as rate says for a patch of 128 micrometres."""
    field = np.zeros((size, size), np.float32)
    place = np.arange(size, dtype=np.float32)
    for _ in range(rng.poisson(rate * (size / scale) ** 2 / PATCH)):
        radius = scale * rng.uniform(*radii)
        y, x = rng.uniform(0, size, 2).astype(np.float32)
        distance = np.sqrt((place[:, None] - y) ** 2 + (place - x) ** 2) / np.float32(radius)
        ragged = np.float32(0.35) * smooth_field(rng, size, max(0.6 * radius, 4 * scale))
        np.maximum(field, soft_step((1 - distance - ragged) * 3), out=field)
    return field


def _stain(rng: np.random.Generator, tissue: Tissue, lesion: Lesion | None, scale: float) -> list[Field]:
    """The amounts of hematoxylin, eosin, red cells and pigment on the full grid."""
    size = tissue.depth.shape[0]
    sites = _choose_sites(rng, tissue, lesion, scale)
    fibre = (tissue.down, tissue.right)
    groups = [scatter(rng, lesion.cells, sites.cancer, scale)] if lesion else []
    groups += [
        scatter(rng, REACTIVE, sites.reactive, scale, fibre),
        scatter(rng, LYMPHOCYTE, sites.lymphoid, scale),
        scatter(rng, SEPTAL, sites.septal, scale, fibre),
        scatter(rng, SPINDLE, sites.spindle, scale, fibre),
    ]
    macrophages = _macrophages(rng, tissue, scale)
    groups = keep_apart([macrophages, *groups])
    hematoxylin, cover, bodies = np.zeros((3, size, size), np.float32)
    grain = smooth_field(rng, size, 1.2 * scale)
    for cells in groups:
        paint(rng, cells, hematoxylin, cover, grain)
    body = groups[0]
    off = np.float32(0.7) * body.radius  # the nucleus lies to one side
    paint_discs(
        bodies,
        body.y + off * np.sin(body.angle),
        body.x + off * np.cos(body.angle),
        body.radius * rng.uniform(1.7, 2.6, len(off)).astype(np.float32),
        rng.uniform(0.22, 0.42, len(off)).astype(np.float32),
        0.15,
    )

    cytoplasm = np.clip(sites.cancer + 0.9 * sites.reactive, 0, 1) * tissue.solid
    collagen = np.float32(rng.uniform(0.1, 0.24)) * tissue.fibres * (1 - np.float32(0.75) * cytoplasm)
    pink = np.float32(rng.uniform(0.5, 0.72)) + np.float32(0.07) * smooth_field(rng, size, 14 * scale) + collagen
    pink = np.maximum(pink - np.float32(0.12) * cytoplasm, 0.08) * tissue.solid
    fluid = np.float32(max(0.0, rng.normal(-0.02, 0.05)))  # protein in the air spaces, in some tiles
    eosin = (pink + np.maximum(bodies, fluid) * (1 - tissue.solid)) * (1 - np.float32(0.45) * cover)
    haze = (0.06 + np.float32(0.14) * cytoplasm + np.float32(0.12) * sites.lymphoid) * tissue.solid
    hematoxylin = np.maximum(hematoxylin, haze + np.float32(0.2) * bodies * (1 - tissue.solid))
    red, pigment = _red_cells(rng, tissue, cover, scale), _pigment(rng, tissue, scale)
    return [hematoxylin, eosin * (1 - np.minimum(red, 1) * np.float32(0.6)), red, pigment]


def _macrophages(rng: np.random.Generator, tissue: Tissue, scale: float) -> Cells:
    """Large round cells that lie free in the air spaces."""
    places = _clusters(rng, tissue.depth.shape[0], scale, 0.5, (8, 35))
    return scatter(rng, MACROPHAGE, (np.float32(0.5) * places + np.float32(0.015)) * (tissue.depth < -6), scale)


def _red_cells(rng: np.random.Generator, tissue: Tissue, cover: Field, scale: float) -> Field:
    """Red cells: in capillaries of the walls, in small vessels, and now and then spilt into the air."""
    size = cover.shape[0]
    red = np.zeros_like(cover)
    wall = np.exp(-(((tissue.depth - 3) / 2) ** 2)) * np.float32(rng.uniform(0, 0.25))
    spilt = (tissue.depth < -2) * _clusters(rng, size, scale, 0.35, (8, 35)) * np.float32(0.6)
    vessel = (tissue.depth > 2) * _clusters(rng, size, scale, 0.25, (4, 9))
    density = np.clip(wall + spilt + vessel, 0, 1) * (cover < 0.3)
    count = rng.poisson((size / (5.5 * scale)) ** 2)
    y, x, chance = rng.random((3, count), dtype=np.float32)
    y, x = y * size, x * size
    kept = chance < density[y.astype(np.intp), x.astype(np.intp)]
    radius = np.float32(2.6 * scale) * (1 + np.float32(0.1) * rng.standard_normal(int(kept.sum()), dtype=np.float32))
    paint_discs(red, y[kept], x[kept], radius, np.full_like(radius, 0.95), 0.35)
    return red


def _pigment(rng: np.random.Generator, tissue: Tissue, scale: float) -> Field:
    """Soot that was breathed in: black grains in the tissue of some tiles."""
    size = tissue.depth.shape[0]
    pigment = np.zeros_like(tissue.depth)
    soot = _clusters(rng, size, scale, 0.2, (4, 14)) * (tissue.depth > 1)
    y, x, chance = rng.random((3, rng.poisson((size / (3 * scale)) ** 2)), dtype=np.float32)
    y, x = y * size, x * size
    kept = chance < np.float32(0.5) * soot[y.astype(np.intp), x.astype(np.intp)]
    radius = np.float32(scale) * rng.uniform(0.5, 1.1, int(kept.sum())).astype(np.float32)
    paint_discs(pigment, y[kept], x[kept], radius, np.full_like(radius, 1.6), 0)
    return pigment
