"""Data that an explorer ships to the browser, as bytes: probabilities on a grid, grey images, chances of foreground."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tverskylib.explorers.browser.values import STEPS

GREY = np.array([0.2125, 0.7154, 0.0721])  # as the error map of the figures


def steps_below(probability: ArrayLike, steps: int = STEPS) -> NDArray[np.intp]:
    """How many steps of a grid lie at or below each probability: ``p >= k / steps`` if and only if the number is >= k.

    Args:
        probability: of any shape, in [0, 1].
        steps: the grid is 0, 1 / steps, ..., 1.
    """
    grid = np.arange(steps + 1) / steps
    return np.searchsorted(grid, np.asarray(probability, dtype=np.float64), side="right") - 1


def codes(probability: ArrayLike) -> bytes:
    """:func:`steps_below` of (H, W), as unsigned numbers of two bytes, little-endian, row by row."""
    return steps_below(probability).astype("<u2").tobytes()


def grey(image: ArrayLike) -> bytes:
    """An image in grey, a byte a pixel.

    Args:
        image: (H, W, 3) in [0, 1].
    """
    levels: NDArray[np.uint8] = np.rint(255 * np.clip(np.asarray(image) @ GREY, 0, 1)).astype(np.uint8)
    return levels.tobytes()


def chances(probability: ArrayLike, target: ArrayLike) -> bytes:
    """The chance of foreground over the pixels, the surest first: blocks of equal chance by isotonic regression.

    Pixels of one probability share one chance. Everything is computed in float64: in float32 blocks merge, and the best
    mask is another one.

    Args:
        probability: (H, W) in [0, 1].
        target: (H, W) bool.

    Returns:
        Pairs of float64: how many pixels, and their chance, which falls from pair to pair.
    """
    from scipy.optimize import isotonic_regression

    _, place, many = np.unique(np.asarray(probability, dtype=np.float64), return_inverse=True, return_counts=True)
    found = np.bincount(place.ravel(), weights=np.asarray(target, dtype=np.float64).ravel())
    fitted = isotonic_regression(found / many, weights=many).x[::-1]
    levels, starts = np.unique(-fitted, return_index=True)
    pixels = np.add.reduceat(many[::-1].astype(np.float64), starts)
    return np.stack([pixels, -levels], axis=1).astype("<f8").tobytes()
