"""Synthetic histology of the lung, with cancer and without: seeded, split by slide, not solvable by colour.

From the settings to the data: ``settings``, ``cohort`` (who has cancer), ``fields`` (noise), ``tissue``, ``lesion``,
``cells``, ``stain`` (light), ``drawing`` (one tile), ``dataset`` (all of them).
"""

from tverskylib.tiles.synthetic.dataset import SyntheticTiles, draw_tiles, synthetic_tiles
from tverskylib.tiles.synthetic.settings import GENERATOR_VERSION, TileSettings

__all__ = ["GENERATOR_VERSION", "SyntheticTiles", "TileSettings", "draw_tiles", "synthetic_tiles"]
