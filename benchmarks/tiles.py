"""How fast synthetic tiles are drawn, beside an operation of scikit-image: ``python benchmarks/tiles.py``.

CPU time of one core. The operation is ``skimage.filters.gaussian`` on an image of 1024 by 1024 pixels in RGB; the two
take turns, so that what slows the machine down slows both, and the ratio says more about other machines than the rate.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from skimage.filters import gaussian

from tverskylib.tiles import TileSettings, draw_tiles

BAR = 40  # tiles of 64 pixels a second and core


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed (default 7)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[48, 64, 128, 256], help="of tiles, in pixels")
    options = parser.parse_args()
    picture = np.random.default_rng(0).random((1024, 1024, 3), dtype=np.float32)

    print(f"CPU time of one core, medians of {options.rounds} rounds; the aim is {BAR} tiles/s at 64 pixels")
    print(f"{'size':>4} {'tiles/s':>8} {'ms a tile':>9} {'of gaussian':>11}")
    for size in options.sizes:
        settings = TileSettings(size=size)
        count = max(2, 40 * 64**2 // size**2)
        draw_tiles(settings, range(2))  # warm up
        tile_times, peer_times = [], []
        for round_ in range(options.rounds):
            numbers = np.arange(count) + round_ * count
            tile_times.append(seconds(partial(draw_tiles, settings, numbers)) / count)
            peer_times.append(seconds(partial(gaussian, picture, 2, channel_axis=-1)))
        tile, peer = statistics.median(tile_times), statistics.median(peer_times)
        print(f"{size:4} {1 / tile:8.1f} {1e3 * tile:9.2f} {tile / peer:11.3f}")


if __name__ == "__main__":
    main()
