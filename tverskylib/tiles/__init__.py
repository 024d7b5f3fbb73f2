"""Images to segment, with a ground truth and a prediction.

Imported at once and not lazily, for it costs nothing (what is heavy loads on the first call), and because the function ``real_image`` must win over the module of the same name.
"""

from tverskylib.tiles.augment import augment
from tverskylib.tiles.cache import cache_folder
from tverskylib.tiles.folder import FolderTiles, folder_tiles
from tverskylib.tiles.real_image import RealImage, real_crop, real_image
from tverskylib.tiles.synthetic import GENERATOR_VERSION, SyntheticTiles, TileSettings, draw_tiles, synthetic_tiles

__all__ = [
    "GENERATOR_VERSION",
    "FolderTiles",
    "RealImage",
    "SyntheticTiles",
    "TileSettings",
    "augment",
    "cache_folder",
    "draw_tiles",
    "folder_tiles",
    "real_crop",
    "real_image",
    "synthetic_tiles",
]
