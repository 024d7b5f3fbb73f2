"""Where the tiles of an image lie, how many a folder gives, and the cutting."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.folder.decode import shape as shape_of
from tverskylib.tiles.folder.pair import fail_for_shapes, resized_shape
from tverskylib.tiles.folder.stored import fail

BYTES = 5  # of a pixel in a tile: three colours, target and mask
ALMOST = 0.75  # of a tile that lies in its neighbour though no such overlap was asked for, to be warned of


def check_sizes(
    pairs: list[tuple[Path, Path]],
    size: int,
    overlap: int,
    resize: float | tuple[int, int] | None,
    max_pixels: int,
    max_gigabytes: float,
) -> None:
    """From the headers alone: no file too large, masks as large as images, not too many tiles, none almost twice."""
    tiles, alike = 0, []
    for image, mask in pairs:
        shape, of_mask = shape_of(image), shape_of(mask)
        if shape != of_mask:
            fail_for_shapes(image, shape, mask, of_mask)
        for file in (image, mask):
            if math.prod(shape) > max_pixels:
                fail(file, f"must have at most max_pixels={max_pixels} pixels, and has {shape[0]} x {shape[1]}")
        final = resized_shape(shape, resize)
        if math.prod(final) > max(max_pixels, math.prod(shape)):
            fail(
                image,
                f"must have at most max_pixels={max_pixels} pixels after resize={resize}, and has {final[0]} x {final[1]}",
            )
        starts = [starts_of(length, size, overlap) for length in final]
        tiles += math.prod(len(one) for one in starts)
        steps = [one[-1] - one[-2] for one in starts if len(one) > 1]
        if min(steps, default=size) < min((1 - ALMOST) * size, size - overlap):
            alike.append((image, min(steps)))
    needed = tiles * size * size * BYTES / 1e9
    if needed > max_gigabytes:
        rule = f"must give tiles of at most max_gigabytes={float(max_gigabytes):g}, and gives {tiles} tiles of {needed:.3g} GB"
        fail(pairs[0][0].parent, f"{rule}: take a smaller resize=, or a larger limit if the memory is there")
    if alike:
        image, step = alike[0]
        more = f" (and of {len(alike) - 1} more images)" if len(alike) > 1 else ""
        warnings.warn(
            f"{image.name}{more}: the last tiles of its rows or columns nearly coincide with those before, {step} of "
            f"{size} pixels apart, and count almost twice: choose a size= or resize= that fits, or crop the images",
            stacklevel=3,
        )


def corners_of(shape: tuple[int, ...], size: int, overlap: int) -> NDArray[np.int64]:
    """Row and column of every tile's first pixel, (tiles, 2)."""
    rows, columns = (starts_of(length, size, overlap) for length in shape)
    return np.array([(row, column) for row in rows for column in columns], np.int64)


def starts_of(length: int, size: int, overlap: int) -> list[int]:
    """Where tiles begin along a side."""
    last = max(length - size, 0)
    return [*range(0, last, size - overlap), last]


def pad(array: NDArray[Any], size: int, mode: Literal["constant", "symmetric"] = "constant") -> NDArray[Any]:
    """At least size by size, by zeros or by the mirror image to the right and below."""
    missing = [(0, max(size - length, 0)) for length in array.shape[:2]]
    return np.pad(array, missing + [(0, 0)] * (array.ndim - 2), mode=mode)


def cut(array: NDArray[Any], corners: NDArray[np.int64], size: int) -> NDArray[Any]:
    """The tiles at these corners, stacked."""
    return np.stack([array[row : row + size, column : column + size] for row, column in corners])
