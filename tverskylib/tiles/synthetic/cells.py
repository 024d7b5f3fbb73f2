"""Cells: which kinds there are, where they lie, and what a nucleus looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.synthetic.fields import Field

HARMONICS = (2, 3, 4, 5)  # of an outline, by how many times it goes in and out


@dataclass(frozen=True)
class Kind:
    """What the cells of one kind have in common; lengths in micrometres, the rest as shares.

    Args:
        radius, spread: mean of the nuclei's radius, and its relative deviation.
        length: how much longer than wide, 1 for round; half of the excess is random.
        rough: size of the outline's waves.
        dark, hollow, nucleolus: how much hematoxylin, how much paler the middle, how strong the nucleolus.
        gap: how near two nuclei come, in sums of radii: under 1 they may touch and overlap a little.
        crowd: how many are tried for each place: 1 is loose, 4 is packed.
    """

    radius: float
    spread: float
    length: float
    rough: float
    dark: float
    hollow: float
    nucleolus: float
    gap: float
    crowd: float


SPINDLE = Kind(2.5, 0.16, 2.7, 0.05, 1.15, 0.15, 0.0, 1.7, 0.75)
SEPTAL = Kind(2.6, 0.15, 1.8, 0.05, 1.15, 0.15, 0.0, 1.25, 0.9)
LYMPHOCYTE = Kind(2.8, 0.1, 1.15, 0.05, 1.55, 0.05, 0.0, 1.08, 3.0)
REACTIVE = Kind(3.7, 0.15, 1.35, 0.06, 1.2, 0.4, 0.4, 1.05, 3.0)
MACROPHAGE = Kind(2.6, 0.16, 1.35, 0.06, 1.1, 0.2, 0.0, 1.9, 1.4)


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of one kind: places, radii and angles in pixels of the full grid, (N,) each."""

    kind: Kind
    y: Field
    x: Field
    radius: Field
    length: Field
    angle: Field

    def pick(self, kept: NDArray[np.bool_]) -> Cells:
        """The cells that are kept."""
        return Cells(self.kind, self.y[kept], self.x[kept], self.radius[kept], self.length[kept], self.angle[kept])


def scatter(
    rng: np.random.Generator,
    kind: Kind,
    density: Field,
    scale: float,
    along: tuple[Field, Field] | None = None,
) -> Cells:
    """Candidates for cells of one kind: at random places, as many as density says, overlaps not yet sorted out.

    Args:
        rng: of everything.
        kind: of the cells.
        density: 0 to 1, (n, n): the share of ``kind.crowd`` that is tried there.
        scale: pixels a micrometre.
        along: directions down and right that long nuclei follow; at random if None.
    """
    size, margin = density.shape[0], 2 * kind.radius * scale
    spacing = 2 * kind.radius * kind.gap * scale
    count = rng.poisson(kind.crowd * float(density.max()) * ((size + 2 * margin) / spacing) ** 2)
    y, x, chance = rng.random((3, count), dtype=np.float32)
    y, x = (place * np.float32(size + 2 * margin) - np.float32(margin) for place in (y, x))
    here = (np.clip(y, 0, size - 1).astype(np.intp), np.clip(x, 0, size - 1).astype(np.intp))
    kept = chance * density.max() < density[here]
    y, x, here = y[kept], x[kept], (here[0][kept], here[1][kept])
    radius, length, angle = rng.standard_normal((3, len(y)), dtype=np.float32)
    turn = np.float32(0.2) * angle if along else np.float32(3) * angle
    if along:
        turn = turn + np.arctan2(along[0][here], along[1][here])
    return Cells(
        kind=kind,
        y=y,
        x=x,
        radius=np.float32(kind.radius * scale) * np.exp(np.float32(kind.spread) * np.clip(radius, -2.5, 2.5)),
        length=np.maximum(1, 1 + np.float32(kind.length - 1) * (1 + np.float32(0.5) * length)).clip(1, 4),
        angle=turn,
    )


def keep_apart(groups: list[Cells]) -> list[Cells]:
    """The cells that stay where no two may overlap: whoever comes first, in the order given, keeps its place."""
    from scipy.spatial import cKDTree

    y, x, room = (
        np.concatenate([getattr(g, name) * (g.kind.gap if name == "radius" else 1) for g in groups])
        for name in ("y", "x", "radius")
    )
    if not len(y):
        return groups
    pairs = cKDTree(np.stack((y, x), axis=1)).query_pairs(2 * float(room.max()), output_type="ndarray")
    first, second = pairs.T
    clash = np.hypot(y[first] - y[second], x[first] - x[second]) < room[first] + room[second]
    pairs = pairs[clash]
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    begins = np.searchsorted(pairs[:, 0], np.arange(len(y) + 1))
    alive = np.ones(len(y), bool)
    for cell in np.unique(pairs[:, 0]):
        if alive[cell]:
            alive[pairs[begins[cell] : begins[cell + 1], 1]] = False
    ends = np.cumsum([len(g.y) for g in groups])
    return [g.pick(part) for g, part in zip(groups, np.split(alive, ends[:-1]), strict=True)]


def patches(y: Field, x: Field, reach: Field, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Field, Field]:
    """The pixels within reach of each centre.

    Returns:
        Four arrays of one length: which centre, which pixel (flat), and how far down and right of the centre it is.
    """
    side = np.arange(-int(reach.max()) - 1, int(reach.max()) + 2)
    rows = np.rint(y).astype(np.intp)[:, None] + side
    columns = np.rint(x).astype(np.intp)[:, None] + side
    down, right = rows - y[:, None], columns - x[:, None]
    down[(rows < 0) | (rows >= size)] = np.inf
    right[(columns < 0) | (columns >= size)] = np.inf
    near = down[:, :, None] ** 2 + right[:, None, :] ** 2 <= (reach**2)[:, None, None]
    which, i, j = np.nonzero(near)
    return which, rows[which, i] * size + columns[which, j], down[which, i], right[which, j]


def paint(rng: np.random.Generator, cells: Cells, hematoxylin: Field, cover: Field, grain: Field) -> None:
    """Adds the nuclei to the amount of hematoxylin, and to the share of each pixel that nuclei cover, in place.

    An outline is an ellipse with waves (a Fourier series in the angle); inside, a darker rim, a paler middle, a
    nucleolus, and grains of chromatin.
    """
    kind, count = cells.kind, len(cells.y)
    if not count:
        return
    longer = np.sqrt(cells.length)
    which, pixel, down, right = patches(cells.y, cells.x, cells.radius * longer * 1.25 + 1, hematoxylin.shape[0])
    cosine, sine = np.cos(cells.angle)[which], np.sin(cells.angle)[which]
    u = (right * cosine + down * sine) / (cells.radius * longer)[which]
    v = (down * cosine - right * sine) / (cells.radius / longer)[which]
    distance = np.sqrt(u * u + v * v) + np.float32(1e-6)
    waves = rng.standard_normal((2, len(HARMONICS), count), dtype=np.float32)
    outline = np.ones_like(u)
    c, s = cosine_1, sine_1 = u / distance, v / distance
    for k, harmonic in enumerate(HARMONICS):
        c, s = c * cosine_1 - s * sine_1, s * cosine_1 + c * sine_1
        size = np.float32(kind.rough / (harmonic - 1))
        outline += size * ((waves[0, k])[which] * c + (waves[1, k])[which] * s)
    rho = distance / np.maximum(outline, np.float32(0.5))
    inside = np.clip((1 - rho) * cells.radius[which] / np.sqrt(longer)[which] + np.float32(0.5), 0, 1)
    dark, hollow, strong = rng.standard_normal((3, count), dtype=np.float32)
    dark = np.float32(kind.dark) * np.exp(np.float32(0.15) * dark)
    hollow = np.clip(np.float32(kind.hollow) * (1 + np.float32(0.4) * hollow), 0, 0.85)
    middle = np.clip(1 - (rho / np.float32(0.85)) ** 2, 0, 1)
    amount = dark[which] * (1 - hollow[which] * middle) * (1 + np.float32(0.16) * grain.ravel()[pixel])
    if kind.nucleolus:
        at_u, at_v = rng.uniform(-0.35, 0.35, (2, count)).astype(np.float32)
        strong = np.float32(kind.nucleolus) * np.clip(1 + strong, 0, 2.5)
        spot = np.exp(-((u - at_u[which]) ** 2 + (v - at_v[which]) ** 2) / np.float32(0.06))
        amount += strong[which] * spot
    np.maximum.at(hematoxylin.ravel(), pixel, inside * amount)
    np.maximum.at(cover.ravel(), pixel, inside)


def paint_discs(target: Field, y: Field, x: Field, radius: Field, amount: Field, hollow: float) -> None:
    """Adds soft discs to a field in place: red cells, the bodies of macrophages, grains of pigment."""
    if not len(y):
        return
    which, pixel, down, right = patches(y, x, radius + 1, target.shape[0])
    rho = np.sqrt(down**2 + right**2) / radius[which]
    inside = np.clip((1 - rho) * radius[which] + np.float32(0.5), 0, 1)
    middle = np.clip(1 - (rho / np.float32(0.7)) ** 2, 0, 1)
    np.maximum.at(target.ravel(), pixel, amount[which] * inside * (1 - np.float32(hollow) * middle))
