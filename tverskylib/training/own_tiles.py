"""Tiles of one's own in a grid: split anew for each seed of its runs, or once."""

from __future__ import annotations

from tverskylib.tiles import FolderTiles
from tverskylib.training.data import Tiles, data_hash


class Hashes:
    """Of the tiles of each seed; None for synthetic ones, which their settings determine."""

    def __init__(self, tiles: Tiles | None, split_seed: int | None) -> None:
        self.tiles, self.split_seed = tiles, split_seed
        self.found: dict[int, str | None] = {}

    def of(self, seed: int) -> str | None:
        seed = seed if self.split_seed is None else self.split_seed
        if seed not in self.found:
            tiles = split_by_seed(self.tiles, seed)
            self.found[seed] = None if tiles is None else data_hash(tiles)
        return self.found[seed]


def split_by_seed(tiles: Tiles | None, seed: int) -> Tiles | None:
    """Tiles of a folder with the splits of a seed; others as they are."""
    return tiles.drawn(seed) if isinstance(tiles, FolderTiles) and tiles.shares else tiles
