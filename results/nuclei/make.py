"""Make the records of this folder from a folder of images: ``python results/nuclei/make.py FOLDER``.

A run whose record is there is not made again, and one that was stopped goes on.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

from tverskylib.tiles import folder_tiles
from tverskylib.training import RunSettings, run_grid

SEEDS = range(5)
EPOCHS = 5


def runs(seed: int) -> list[RunSettings]:
    """Both tasks, both domains, Dice alone and Dice + cross-entropy."""
    return [
        RunSettings(task=task, domain=domain, companion=companion, epochs=EPOCHS, seed=seed)
        for companion, task, domain in product(("none", "cross-entropy"), ("whole", "positive"), ("image", "batch"))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with images/ and masks/")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side (default 1)")
    options = parser.parse_args()
    tiles = folder_tiles(options.folder, size=64)
    for seed in SEEDS:  # each seed has a split of its own, by image
        run_grid(runs(seed), Path(__file__).parent, tiles=tiles.drawn(seed), jobs=options.jobs)


if __name__ == "__main__":
    main()
