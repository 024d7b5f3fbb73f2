"""A folder of anyone's images and masks, cut into tiles and split by patient."""

from tverskylib.tiles.folder.dataset import FolderTiles, folder_tiles

__all__ = ["FolderTiles", "folder_tiles"]
