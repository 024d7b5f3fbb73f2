"""A recorded run made again, to look at what its network does: records hold numbers, not networks."""

from __future__ import annotations

from tverskylib.tiles import FolderTiles
from tverskylib.training.data import Tiles, data_hash
from tverskylib.training.record import Record
from tverskylib.training.run import Trained, train
from tverskylib.training.settings import RunSettings


def train_again(record: Record, tiles: Tiles | None = None, *, progress: bool = True) -> Trained:
    """Train what a record was made from: as long as it took then, on the same machine to the same bits.

    Args:
        record: as from :func:`tverskylib.training.read_records`.
        tiles: of one's own, read as they were for the grid; None for the synthetic ones.
        progress: whether to show a progress bar.

    Raises:
        ValueError: the tiles are not those of the record.
    """
    settings, wanted = RunSettings.from_dict(record["settings"]), record["data"]["hash"]
    if isinstance(tiles, FolderTiles) and tiles.shares and data_hash(tiles) != wanted:
        tiles = tiles.drawn(settings.seed)  # the grid splits anew for each seed, unless it was told not to
    if tiles is not None and data_hash(tiles) != wanted:
        raise ValueError(
            f"tiles must be those of the record, of hash {wanted}, got {data_hash(tiles)}: the same folder, read with the "
            "same size, resize, overlap, foreground, ignore, white, splits and split seed"
        )
    trained = train(settings, tiles, progress=progress)
    if trained.data_hash != wanted:
        raise ValueError(f"the record is of other tiles, of hash {wanted}: of images of your own, which must be given")
    return trained
