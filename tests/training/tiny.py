"""Small runs and small tiles for the tests of training."""

from __future__ import annotations

import os
import sys

import numpy as np

from tverskylib.tiles import FolderTiles, TileSettings
from tverskylib.training import RunSettings

SMALL = TileSettings(size=48, tiles=48, positives=24, slides=6, validation_slides=2, test_slides=2)
QUICK = RunSettings(epochs=2, batch_size=4, width=2, depth=2, learning_rate=1e-2, tiles=SMALL)


def red_tiles(count=18, *, size=16, masked=False, negatives=0, seed=0):
    """Noise in green and blue, and a red square that is the target; three tiles each for validation and test.

    ``masked`` leaves a different part out of each tile; every third tile is among the first to be negative.
    """
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, size, size, 3), dtype=np.uint8)
    rows, columns = np.indices((size, size))
    top, left = rng.integers(0, size // 2, (2, count, 1, 1))
    square = (rows >= top) & (rows < top + size // 2) & (columns >= left) & (columns < left + size // 2)
    square[np.arange(0, 3 * negatives, 3)] = False
    images[..., 0] = np.where(square, 230, 20)
    mask = columns < rng.integers(size // 2 + 2, size, (count, 1, 1)) if masked else np.ones_like(square)
    return FolderTiles(
        images=images,
        targets=square & mask,
        mask=mask,
        files=np.array([f"{k}.png" for k in range(count)]),
        corners=np.zeros((count, 2), np.int64),
        groups=np.arange(count),
        group_names=tuple(f"{k}.png" for k in range(count)),
        splits=np.array(["train"] * (count - 6) + ["validation"] * 3 + ["test"] * 3),
    )


def environment():
    """For processes that share work over the loopback interface: the name of this machine need not resolve."""
    loopback = {"linux": "lo", "darwin": "lo0"}.get(sys.platform)
    return {**os.environ, "OMP_NUM_THREADS": "1", **({"GLOO_SOCKET_IFNAME": loopback} if loopback else {})}


def without_times(record):
    """What of a record two equal runs have in common: all but when and for how long, and the checksum."""
    own = {"seconds": None, "checksum": None, "provenance": {**record["provenance"], "finished": None}}
    return {**record, **own, "curves": {**record["curves"], "seconds": None}}
