"""The tiles of a folder, what one picks of them, and how they are split."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._extras import optional
from tverskylib._numbers import check_whole
from tverskylib.tiles.folder.groups import draw_splits
from tverskylib.tiles.picking import checked_places

if TYPE_CHECKING:
    import pandas as pd

FAR = 0.1  # from the share of tiles that was asked for, to be warned of


@dataclass(frozen=True, eq=False)
class FolderTiles:
    """The tiles of a folder, in the order of file names, then of rows, then of columns.

    Args:
        images: uint8, (N, size, size, 3), red, green and blue from 0 to 255.
        targets: bool, (N, size, size), True where a pixel is foreground; False wherever it does not count.
        mask: bool, (N, size, size), True where a pixel counts.
        files: str, (N,), the name of the tile's file in ``images/``.
        corners: int64, (N, 2), row and column of the tile's first pixel in its (resized) image.
        groups: int64, (N,), the number of the tile's patient, an index of ``group_names``.
        group_names: the names in ``groups.csv``, sorted; without that file every image is a group of its own name.
        splits: str, (N,), the name of the tile's split.
        shares: what was asked for, names of splits and shares; empty where splits were not drawn here.
        given: of each group the split that its owner gave it in ``groups.csv``, or "".
        made_from: the folder's ``name``, and how it was read: ``resize`` and ``foreground``, as JSON has them.
    """

    images: NDArray[np.uint8]
    targets: NDArray[np.bool_]
    mask: NDArray[np.bool_]
    files: NDArray[np.str_]
    corners: NDArray[np.int64]
    groups: NDArray[np.int64]
    group_names: tuple[str, ...]
    splits: NDArray[np.str_]
    shares: Mapping[str, float] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    made_from: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.files)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """bool, (N,), whether the tile holds foreground."""
        return np.asarray(self.targets.any(axis=(1, 2)))

    def pick(self, kept: NDArray[np.bool_] | NDArray[np.int64] | slice) -> FolderTiles:
        """Some of the tiles, as copies: ``pick(tiles.positive)``, ``pick(np.arange(5))``.

        Raises:
            TypeError, ValueError: ``kept`` is no slice, and neither Boolean, one entry a tile, nor an array of whole
                numbers; or it names tiles that are not there.
        """
        places = checked_places(kept, len(self))
        names = ("images", "targets", "mask", "files", "corners", "groups", "splits")
        return replace(self, **{name: getattr(self, name)[places] for name in names})

    def split(self, name: str) -> FolderTiles:
        """The tiles of one split, as copies: ``split("train")``.

        Raises:
            ValueError: there is no such split.
        """
        if not isinstance(name, str) or name not in self.splits:
            raise ValueError(f"name must be one of {', '.join(np.unique(self.splits))}, got {name!r}")
        return self.pick(self.splits == name)

    def drawn(self, seed: int) -> FolderTiles:
        """The same tiles, split anew: what ``folder_tiles(..., seed=seed)`` gives, without reading a file again.

        Raises:
            TypeError, ValueError: ``seed`` is no whole number of at least 0, or the splits were not drawn by
                :func:`folder_tiles`.
        """
        seed = check_whole("seed", seed, 0)
        if not self.shares:
            raise ValueError(
                "splits can be drawn anew for tiles of folder_tiles only, and these came with their splits"
            )
        split_of_group = draw_splits(self.given, self.shares, seed)
        found = replace(self, splits=np.array(split_of_group)[self.groups])
        warn_of_shares(found)
        return found

    def summary(self) -> pd.DataFrame:
        """How much there is: a row a split and one for all; images, groups, tiles, positive and empty tiles.

        Introduced in lesson 10.
        """
        with optional():
            import pandas as pd

        names = list(self.shares) or sorted(set(self.splits))
        rows = {}
        for name in [*names, "all"]:
            here = self.splits == name if name != "all" else np.ones(len(self), bool)
            positive = int(self.positive[here].sum())
            rows[name] = {
                "images": len(set(self.files[here])),
                "groups": len(set(self.groups[here])),
                "tiles": int(here.sum()),
                "positive": positive,
                "empty": int(here.sum()) - positive,
            }
        return pd.DataFrame(rows).T


def warn_of_shares(tiles: FolderTiles) -> None:
    """Patients are drawn, not tiles: where they are few or differ much, the tiles can be shared out badly."""
    asked = {name: share for name, share in tiles.shares.items() if name not in tiles.given}
    drawn = tiles.splits[np.isin(tiles.splits, list(asked))]
    wanted = {name: share / sum(asked.values()) for name, share in asked.items()}
    got = {name: float((drawn == name).mean()) for name in asked}
    if any(abs(got[name] - wanted[name]) > FAR for name in asked):
        words = ", ".join(f"{name} {got[name]:.0%} instead of {wanted[name]:.0%}" for name in asked)
        warnings.warn(
            f"the tiles are shared out badly, {words}: groups are few or differ in size; another seed= draws other "
            "groups, other splits= ask for other shares",
            stacklevel=3,
        )
