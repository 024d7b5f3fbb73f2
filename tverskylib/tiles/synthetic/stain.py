"""From amounts of stain to light: how one slide was stained and scanned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.synthetic.fields import Field

# Optical density of one unit in red, green and blue light.
HEMATOXYLIN, EOSIN = (0.65, 0.70, 0.29), (0.09, 0.95, 0.28)
RED_CELL, PIGMENT = (0.15, 0.84, 0.52), (0.55, 0.58, 0.60)


@dataclass(frozen=True, eq=False)
class Look:
    """How one slide looks.

    Args:
        vectors: float32, (4, 3), optical densities of hematoxylin, eosin, red cells and pigment, strengths included.
        white: float32, (3,), the light that comes through empty glass.
        blur: deviation of the point spread in micrometres.
        noise: deviation of the sensor's noise, full scale being 1.
    """

    vectors: Field
    white: Field
    blur: float
    noise: float


def draw_look(rng: np.random.Generator) -> Look:
    """The look of a slide: stain vectors turned a little, each stain stronger or weaker."""
    vectors = np.array([HEMATOXYLIN, EOSIN, RED_CELL, PIGMENT])
    vectors += rng.normal(0, 0.035, vectors.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    strength = np.exp(rng.normal(0, (0.16, 0.2, 0.15, 0.1)))
    return Look(
        vectors=(np.maximum(vectors, 0.01) * strength[:, None]).astype(np.float32),
        white=(rng.uniform(0.93, 0.985) + rng.uniform(-0.018, 0.018, 3)).clip(0.9, 1).astype(np.float32),
        blur=float(rng.uniform(0.5, 1.3)),
        noise=float(rng.uniform(0.006, 0.022)),
    )


def develop(rng: np.random.Generator, look: Look, amounts: list[Field], thickness: Field, blur: float) -> Field:
    r"""The light that comes through: the law of Beer and Lambert in each colour, blurred, at half the size.

    .. math:: I_c = I_{0,c} \, e^{-d \sum_s a_s v_{s,c}}

    Args:
        rng: of the noise.
        look: of the slide; it holds :math:`I_0` and the stain vectors v.
        amounts: the amounts a of the four stains, each (2 size, 2 size), at least 0.
        thickness: the thickness d of the section, (2 size, 2 size), about 1.
        blur: deviation of the point spread in pixels of the full grid.

    Returns:
        float32, (size, size, 3), in [0, 1].

    Source: Ruifrok and Johnston 2001.
    """
    from scipy.ndimage import gaussian_filter

    light = []
    for channel in range(3):
        density = amounts[0] * look.vectors[0, channel]
        for amount, vector in zip(amounts[1:], look.vectors[1:], strict=True):
            density += amount * vector[channel]
        seen = look.white[channel] * np.exp(-thickness * density)
        light.append(halve(gaussian_filter(seen, blur, truncate=2.5)))
    image = np.stack(light, axis=-1)
    # Light noise is partly shared between the colours, as the sensor's bricks of pixels and compression make it.
    grain = rng.standard_normal(image.shape, dtype=np.float32)
    grain += rng.standard_normal((*image.shape[:2], 1), dtype=np.float32)
    noisy: Field = np.clip(image + np.float32(look.noise) * grain, 0, 1)
    return noisy


def halve(field: Field) -> Field:
    """The mean over 2 by 2 pixels."""
    rows = field[0::2] + field[1::2]
    return (rows[:, 0::2] + rows[:, 1::2]) * np.float32(0.25)


def to_bytes(image: Field) -> NDArray[np.uint8]:
    """From [0, 1] to 0 ... 255."""
    levels: NDArray[np.uint8] = np.rint(image * np.float32(255)).astype(np.uint8)
    return levels
