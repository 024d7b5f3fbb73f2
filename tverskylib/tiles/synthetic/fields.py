"""Random fields: smooth noise at any scale, and noise smeared along the lines of a field of directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

DEVIATION = 151 / 315  # of a cubic B-spline surface whose coefficients have deviation 1


def smooth_field(rng: np.random.Generator, size: int, knot: float) -> Field:
    """Smooth noise of mean 0 and deviation 1: a cubic B-spline surface with random coefficients.

    Unlike noise that is blurred or filtered by Fourier transform it has no border effects, does not repeat, and costs
    four multiplications a pixel and axis whatever its scale.

    Args:
        rng: where the coefficients and the place of the lattice come from.
        size: the field is (size, size).
        knot: distance of the lattice's points in pixels; bumps are about twice as wide.

    Returns:
        float32, (size, size).
    """
    points = int(size / knot) + 5
    field = rng.standard_normal((points, points), dtype=np.float32)
    for start in rng.random(2):
        field = _spline(field, size, knot, start).T
    return np.ascontiguousarray(field) / np.float32(DEVIATION)


def _spline(coefficients: Field, size: int, knot: float, start: float) -> Field:
    """The cubic B-spline with these coefficients at ``size`` places along the first axis."""
    place = start + np.arange(size) / knot
    left = place.astype(np.intp)
    t = (place - left).astype(np.float32)[:, None]
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    curve = weights[0] * coefficients[left]
    for shift in (1, 2, 3):
        curve += weights[shift] * coefficients[left + shift]
    return curve / np.float32(6)


def along_lines(noise: Field, down: Field, right: Field, reach: int) -> Field:
    """Noise averaged along a field of directions: fibres. The line is bent once, half-way to each end.

    Args:
        noise: (size, size).
        down, right: the directions, unit vectors whose sign does not matter, (size, size).
        reach: how many pixels the average goes to each side, at least 2.

    Returns:
        float32, (size, size).

    Source: line-integral convolution, Cabral and Leedom 1993.
    """
    size = noise.shape[0]
    place = np.arange(size, dtype=np.float32)
    total = noise.copy()
    weight = 1.0
    for sign in (1, -1):
        dy, dx = np.float32(sign) * down, np.float32(sign) * right
        y: Field = place[:, None]
        x: Field = place
        for step in range(1, reach + 1):
            y, x = y + dy, x + dx
            seen = (np.rint(y).astype(np.intp) % size) * size + np.rint(x).astype(np.intp) % size
            share = 1 - (step / (reach + 1)) ** 2
            total += np.float32(share) * noise.ravel()[seen]
            weight += share
            if step == reach // 2:
                turned_y, turned_x = down.ravel()[seen], right.ravel()[seen]
                same_way = np.sign(turned_y * dy + turned_x * dx)
                dy, dx = same_way * turned_y, same_way * turned_x
    return total / np.float32(weight)


def soft_step(x: Field) -> Field:
    """From 0 to 1 as x goes from -1/2 to 1/2."""
    step: Field = np.clip(x + np.float32(0.5), 0, 1)
    return step
