"""A folder of anyone's images and masks, cut into tiles and split by patient."""

from tverskylib.tiles.folder.collection import FolderTiles
from tverskylib.tiles.folder.dataset import folder_tiles

__all__ = ["FolderTiles", "folder_tiles"]
