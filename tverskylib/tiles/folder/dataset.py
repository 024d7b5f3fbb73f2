"""A folder of anyone's images and masks, cut into tiles and split by patient."""

from __future__ import annotations

import math
import numbers
import os
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import describe
from tverskylib._extras import optional
from tverskylib._numbers import check_whole, is_number
from tverskylib.tiles.folder.decode import shape as shape_of
from tverskylib.tiles.folder.groups import draw_splits, read_groups
from tverskylib.tiles.folder.layout import find_pairs
from tverskylib.tiles.folder.pair import MOST, Reader, fail_for_shapes, resized_shape
from tverskylib.tiles.folder.stored import fail

if TYPE_CHECKING:
    import pandas as pd

SPLITS: Mapping[str, float] = MappingProxyType({"train": 0.7, "validation": 0.15, "test": 0.15})
MAX_PIXELS = 100_000_000  # of a file
MAX_GIGABYTES = 8.0  # of all tiles
BYTES = 5  # of a pixel in a tile: three colours, target and mask
MOST_LONG = 2**31 - 1  # of a side, in pixels: as much as the formats of files can say
FAR = 0.1  # from the share of tiles that was asked for, to be warned of
ALMOST = 0.75  # of a tile that lies in its neighbour though no such overlap was asked for, to be warned of


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
                numbers.
        """
        of_numbers = isinstance(kept, np.ndarray) and kept.ndim == 1 and kept.dtype.kind in "biu"
        if not of_numbers and not isinstance(kept, slice):
            raise TypeError(f"kept must be a slice or an array, Boolean or of whole numbers, got {describe(kept)}")
        if isinstance(kept, np.ndarray) and kept.dtype == bool and len(kept) != len(self):
            raise ValueError(f"kept must have an entry for each of {len(self)} tiles, got {len(kept)}")
        names = ("images", "targets", "mask", "files", "corners", "groups", "splits")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})

    def split(self, name: str) -> FolderTiles:
        """The tiles of one split, as copies: ``split("train")``.

        Raises:
            ValueError: there is no such split.
        """
        if name not in self.splits:
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
        _warn_of_shares(found)
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


def folder_tiles(
    path: str | os.PathLike[str],
    *,
    size: int,
    overlap: int = 0,
    resize: float | tuple[int, int] | None = None,
    foreground: Literal["nonzero"] | Collection[int] | None = None,
    ignore: int | None = None,
    white: int | None = None,
    splits: Mapping[str, float] = SPLITS,
    seed: int = 0,
    max_pixels: int = MAX_PIXELS,
    max_gigabytes: float = MAX_GIGABYTES,
) -> FolderTiles:
    """Your own images and masks as square tiles, split by patient, ready to train on.

    The folder holds ``images/`` and ``masks/``, which match by stem (``images/a.jpg`` and ``masks/a.png``), and,
    where several images show the same patient, ``groups.csv``::

        file,group
        a.jpg,patient 7
        b.jpg,patient 7

    ``file`` may leave out the suffix. No patient is in two splits; without ``groups.csv`` no image is. A third column
    ``split`` keeps a group where its owner put it: groups that leave it empty are drawn among the splits that the
    column does not name. Files are PNG, TIFF, JPEG or BMP, one image a file. What systems leave in folders and what
    is hidden is passed over. Names are compared in Unicode's composed form.

    **Images** may be RGB, RGBA, grey, grey with alpha or of a palette, with 1 to 16 bits. They become RGB with 8 bits
    a channel: what slides and screens have, and a quarter of the memory of floating point, which matters as all tiles
    are held at once (``images / np.float32(255)`` gives numbers in [0, 1]). Of 16 bits, ``white`` says which value
    becomes 255. Where white is zero, numbers are inverted. Pixels are laid on white as far as they are transparent,
    and those that are wholly so do not count. A TIFF's bands beyond red, green, blue and alpha are passed over.

    **Masks** hold one number a pixel, as it is stored: of a palette the index, whatever the colours; of 1 bit 0 and 1
    (such masks go with masks of 0 and 255 too); where white is zero, the number that stands there. JPEG changes
    numbers, so a mask stored with loss must hold exactly 0 and 255.

    **Tiles** cover the whole image: they begin at 0, size - overlap, 2 (size - overlap) and so on, and the last one
    in a row or column is shifted inward to end at the border, so it may overlap more than the others, and pixels in
    two tiles count twice in sums over all tiles. An image smaller than a tile is continued by its mirror image to the
    right and below, and what was added does not count. Tiles without foreground are kept. Tiles in which no pixel
    counts are left out.

    Give ``mask`` to the loss, or what does not count will count as background::

        tiles = folder_tiles("glands", size=256, foreground="nonzero").split("train")
        target, mask = torch.from_numpy(tiles.targets[:, None]).float(), torch.from_numpy(tiles.mask[:, None])
        loss = tversky_loss(prediction, target, mask=mask)

    Args:
        path: the folder.
        size: height and width of a tile in pixels, at least 1.
        overlap: by how many pixels neighbouring tiles overlap, at least 0 and less than ``size``.
        resize: a factor for height and width, or (height, width) for all images; before tiling. Images are averaged
            smoothly, masks take the nearest pixel.
        foreground: which numbers of a mask are foreground: a set of class numbers such as ``{2, 5}``, or
            ``"nonzero"`` for masks that number the instances. None: masks hold 0 and 1, or 0 and 255.
        ignore: the number of pixels that do not count.
        white: the value of 16-bit images that becomes 255, up to 65535; above it is white too. A camera of 12 bits
            has 4095. None: 65535, if the brightest image of the folder reaches half of that.
        splits: names, and shares of the patients (of patients, not of tiles), which add up to 1. Each split gets at
            least one patient.
        seed: of the drawing of patients. The same folder and seed give the same tiles and splits.
            :meth:`FolderTiles.drawn` draws anew.
        max_pixels: of an image or a mask; the header says how many there are, before any is read.
        max_gigabytes: of all tiles, 5 bytes a pixel; while they are read, twice that is needed.

    Returns:
        A :class:`FolderTiles`: images uint8 (N, size, size, 3); targets and mask bool (N, size, size); of each tile
        its file, corner, group and split.

    Raises:
        FileNotFoundError: ``path``, ``images/`` or ``masks/`` is missing.
        TypeError: an argument is of the wrong kind.
        ValueError: an argument is out of range; or, with the file and the rule that it breaks: an image without a
            mask or a mask without an image; two files of one stem; a file of another kind; an unreadable or truncated
            file; several pages in one file; an image of floating point, CMYK or with an EXIF orientation; image and
            mask of different sizes; numbers in a mask that ``foreground`` does not explain, or none that it names; no
            foreground in the whole folder; an image in which no pixel counts; an empty folder; 16-bit images too dark
            for ``white=None``; a file or tiles beyond the limits; ``groups.csv`` without the two columns, with an
            image missing, unknown or named twice; another file that is nearly called so; fewer patients than splits.

    Warns:
        UserWarning: a split has far more or fewer of the tiles than its share; or tiles nearly coincide, because the
            last one of a row was shifted by almost its size.

    TIFF is read with tifffile, 16-bit colour PNG with imagecodecs, the rest with Pillow. Introduced in lesson 10.
    """
    if not isinstance(path, (str, os.PathLike)) or isinstance(os.fspath(path), bytes):
        raise TypeError(f"path must be the name of a folder, text or a pathlib.Path, got {describe(path)}")
    folder = Path(path)
    size, overlap, white, ignore, seed, max_pixels = _checked_numbers(size, overlap, white, ignore, seed, max_pixels)
    resize = _checked_resize(resize)
    classes = _check_foreground(foreground, ignore)
    _check_splits(splits)
    if isinstance(max_gigabytes, bool) or not isinstance(max_gigabytes, numbers.Real) or not max_gigabytes > 0:
        raise ValueError(f"max_gigabytes must be a number greater than 0, got {max_gigabytes!r}")
    pairs = find_pairs(folder)
    groups_of_images, group_names, given = read_groups(folder, [image for image, _ in pairs], list(splits))
    try:
        split_of_group = draw_splits(given, splits, seed)
    except ValueError as error:
        fail(folder, str(error))
    _check_sizes(pairs, size, overlap, resize, max_pixels, max_gigabytes)

    reader = Reader(classes, ignore, white, resize)
    images, targets, masks, corners, sources = [], [], [], [], []
    for source, (image_file, mask_file) in enumerate(pairs):
        colour, target, counts = reader.read(image_file, mask_file)
        corner = _corners(target.shape, size, overlap)
        corner = corner[_cut(_pad(counts, size), corner, size).any((1, 2))]
        images.append(_cut(_pad(colour, size, "symmetric"), corner, size))
        targets.append(_cut(_pad(target, size), corner, size))
        masks.append(_cut(_pad(counts, size), corner, size))
        corners.append(corner)
        sources += [source] * len(corner)
    reader.check_folder(folder)
    groups = groups_of_images[sources]
    found = FolderTiles(
        images=np.concatenate(images),
        targets=np.concatenate(targets),
        mask=np.concatenate(masks),
        files=np.array([pairs[source][0].name for source in sources]),
        corners=np.concatenate(corners),
        groups=groups,
        group_names=group_names,
        splits=np.array(split_of_group)[groups],
        shares={name: float(share) for name, share in splits.items()},
        given=given,
        made_from={
            "name": folder.resolve().name,
            "resize": [int(length) for length in resize]
            if isinstance(resize, tuple)
            else None
            if resize is None
            else float(resize),
            "foreground": sorted(classes) if isinstance(classes, frozenset) else classes,
        },
    )
    _warn_of_shares(found)
    return found


def _check_sizes(
    pairs: list[tuple[Path, Path]],
    size: int,
    overlap: int,
    resize: float | tuple[int, int] | None,
    max_pixels: int,
    max_gigabytes: float,
) -> None:
    """From the headers alone: no file too large, masks as large as images, not too many tiles, none almost twice."""
    tiles, alike = 0, []
    for image, mask in pairs:
        shape, of_mask = shape_of(image), shape_of(mask)
        if shape != of_mask:
            fail_for_shapes(image, shape, mask, of_mask)
        for file in (image, mask):
            if math.prod(shape) > max_pixels:
                fail(file, f"must have at most max_pixels={max_pixels} pixels, and has {shape[0]} x {shape[1]}")
        final = resized_shape(shape, resize)
        if math.prod(final) > max(max_pixels, math.prod(shape)):
            fail(
                image,
                f"must have at most max_pixels={max_pixels} pixels after resize={resize}, and has {final[0]} x {final[1]}",
            )
        starts = [_starts(length, size, overlap) for length in final]
        tiles += math.prod(len(one) for one in starts)
        steps = [one[-1] - one[-2] for one in starts if len(one) > 1]
        if min(steps, default=size) < min((1 - ALMOST) * size, size - overlap):
            alike.append((image, min(steps)))
    needed = tiles * size * size * BYTES / 1e9
    if needed > max_gigabytes:
        rule = f"must give tiles of at most max_gigabytes={max_gigabytes:g}, and gives {tiles} tiles of {needed:.3g} GB"
        fail(pairs[0][0].parent, f"{rule}: take a smaller resize=, or a larger limit if the memory is there")
    if alike:
        image, step = alike[0]
        more = f" (and of {len(alike) - 1} more images)" if len(alike) > 1 else ""
        warnings.warn(
            f"{image.name}{more}: the last tiles of its rows or columns nearly coincide with those before, {step} of "
            f"{size} pixels apart, and count almost twice: choose a size= or resize= that fits, or crop the images",
            stacklevel=3,
        )


def _warn_of_shares(tiles: FolderTiles) -> None:
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


def _corners(shape: tuple[int, ...], size: int, overlap: int) -> NDArray[np.int64]:
    """Row and column of every tile's first pixel, (tiles, 2)."""
    rows, columns = (_starts(length, size, overlap) for length in shape)
    return np.array([(row, column) for row in rows for column in columns], np.int64)


def _starts(length: int, size: int, overlap: int) -> list[int]:
    last = max(length - size, 0)
    return [*range(0, last, size - overlap), last]


def _pad(array: NDArray[Any], size: int, mode: Literal["constant", "symmetric"] = "constant") -> NDArray[Any]:
    """At least size by size, by zeros or by the mirror image to the right and below."""
    missing = [(0, max(size - length, 0)) for length in array.shape[:2]]
    return np.pad(array, missing + [(0, 0)] * (array.ndim - 2), mode=mode)


def _cut(array: NDArray[Any], corners: NDArray[np.int64], size: int) -> NDArray[Any]:
    return np.stack([array[row : row + size, column : column + size] for row, column in corners])


def _checked_numbers(
    size: int, overlap: int, white: int | None, ignore: int | None, seed: int, max_pixels: int
) -> tuple[int, int, int | None, int | None, int, int]:
    """The same as Python's integers, which neither wrap around nor overflow, as NumPy's do."""
    given = {"size": size, "overlap": overlap, "white": white, "ignore": ignore, "seed": seed, "max_pixels": max_pixels}
    for name, value in given.items():
        optional = name in ("white", "ignore")
        if not _is_integer(value) and not (optional and value is None):
            raise TypeError(f"{name} must be an integer{' or None' if optional else ''}, got {describe(value)}")
    if not 1 <= size <= MOST_LONG:
        raise ValueError(f"size must be at least 1 and at most {MOST_LONG}, got {describe(size)}")
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must be at least 0 and less than size={size}, got {describe(overlap)}")
    if white is not None and not 1 <= white <= MOST:
        raise ValueError(f"white must be from 1 to 65535, got {describe(white)}")
    for name, value, least in (("seed", seed, 0), ("max_pixels", max_pixels, 1)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {describe(value)}")
    white, ignore = (None if value is None else int(value) for value in (white, ignore))
    return int(size), int(overlap), white, ignore, int(seed), int(max_pixels)


def _is_integer(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _checked_resize(resize: float | tuple[int, int] | None) -> float | tuple[int, int] | None:
    if resize is None:
        return None
    if isinstance(resize, tuple) and len(resize) == 2 and all(_is_integer(length) for length in resize):
        if not all(1 <= length <= MOST_LONG for length in resize):
            told = ", ".join(describe(length) for length in resize)
            raise ValueError(f"resize must give a height and a width from 1 to {MOST_LONG}, got ({told})")
        return int(resize[0]), int(resize[1])
    if not is_number(resize):
        raise TypeError(f"resize must be a factor, (height, width) in whole pixels or None, got {resize!r}")
    factor = float(resize)  # type: ignore[arg-type]
    if not 0 < factor < np.inf:
        raise ValueError(f"resize must be a finite factor greater than 0, got {describe(resize)}")
    return factor


def _check_foreground(foreground: object, ignore: int | None) -> Literal["nonzero"] | frozenset[int] | None:
    if foreground is None:
        return None
    if isinstance(foreground, str) and foreground == "nonzero":
        return "nonzero"
    if isinstance(foreground, (str, bytes)) or not isinstance(foreground, Collection):
        raise TypeError(f'foreground must be a set of class numbers, "nonzero" or None, got {describe(foreground)}')
    if not len(foreground) or not all(_is_integer(number) for number in foreground):
        raise ValueError(f"foreground must hold class numbers, at least one, got {foreground!r}")
    classes = frozenset(int(number) for number in foreground)
    if ignore in classes:
        raise ValueError(f"ignore must not be one of the foreground's class numbers, got {ignore}")
    return classes


def _check_splits(splits: Mapping[str, float]) -> None:
    if not isinstance(splits, Mapping) or not all(isinstance(name, str) for name in splits):
        raise TypeError(f"splits must map names to shares, got {describe(splits)}")
    if unusable := [name for name in splits if not name.strip() or name == "all"]:
        raise ValueError(
            f'splits must have names, and none may be "all", which stands for all of them, got {unusable[0]!r}'
        )
    shares = splits.values()
    if not all(is_number(share) and share > 0 for share in shares) or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"splits must be shares greater than 0 that add up to 1, got {dict(splits)}")
