"""A folder of anyone's images and masks, cut into tiles and split by patient."""

from __future__ import annotations

import numbers
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import describe
from tverskylib.tiles.folder.layout import draw_splits, find_pairs, read_groups
from tverskylib.tiles.folder.pair import MOST, Reader

SPLITS: Mapping[str, float] = MappingProxyType({"train": 0.7, "validation": 0.15, "test": 0.15})


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
    """

    images: NDArray[np.uint8]
    targets: NDArray[np.bool_]
    mask: NDArray[np.bool_]
    files: NDArray[np.str_]
    corners: NDArray[np.int64]
    groups: NDArray[np.int64]
    group_names: tuple[str, ...]
    splits: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.files)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """bool, (N,), whether the tile holds foreground."""
        return np.asarray(self.targets.any(axis=(1, 2)))

    def pick(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> FolderTiles:
        """Some of the tiles, as copies: ``pick(tiles.positive)``, ``pick(np.arange(5))``."""
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
) -> FolderTiles:
    """Your own images and masks as square tiles, split by patient, ready to train on.

    The folder holds ``images/`` and ``masks/``, which match by stem (``images/a.jpg`` and ``masks/a.png``), and,
    where several images show the same patient, ``groups.csv``::

        file,group
        a.jpg,patient 7
        b.jpg,patient 7

    ``file`` may leave out the suffix. No patient is in two splits; without ``groups.csv`` no image is. Files are PNG,
    TIFF, JPEG or BMP, one image a file. Those whose name begins with a dot are passed over.

    **Images** may be RGB, RGBA, grey or of a palette, with 8 or 16 bits. They become RGB with 8 bits a channel: what
    slides and screens have, and a quarter of the memory of floating point, which matters as all tiles are held at
    once (``images / np.float32(255)`` gives numbers in [0, 1]). Of 16 bits, ``white`` says which value becomes 255;
    only the upper 8 bits can be read of a 16-bit colour PNG. Pixels are laid on white as far as they are
    transparent, and those that are wholly so do not count.

    **Masks** hold one number a pixel. A palette image holds its palette's numbers, whatever the colours. A 1-bit
    image holds 0 and 255. JPEG changes numbers, so a JPEG mask must hold exactly 0 and 255.

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
            for ``white=None``; ``groups.csv`` without the two columns, with an image missing, unknown or named twice;
            fewer patients than splits.

    Read with Pillow, and with scikit-image where Pillow would cut 16-bit colours to 8. Introduced in lesson 10.
    """
    folder = Path(path)
    _check_numbers(size, overlap, white, ignore, seed)
    _check_resize(resize)
    classes = _check_foreground(foreground, ignore)
    _check_splits(splits)
    pairs = find_pairs(folder)
    groups_of_images, group_names = read_groups(folder / "groups.csv", [image for image, _ in pairs])
    split_of_group = draw_splits(folder, len(group_names), splits, seed)

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
    return FolderTiles(
        images=np.concatenate(images),
        targets=np.concatenate(targets),
        mask=np.concatenate(masks),
        files=np.array([pairs[source][0].name for source in sources]),
        corners=np.concatenate(corners),
        groups=groups,
        group_names=group_names,
        splits=np.array(split_of_group)[groups],
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


def _check_numbers(size: int, overlap: int, white: int | None, ignore: int | None, seed: int) -> None:
    given = {"size": size, "overlap": overlap, "white": white, "ignore": ignore, "seed": seed}
    for name, value in given.items():
        optional = name in ("white", "ignore")
        if not _is_integer(value) and not (optional and value is None):
            raise TypeError(f"{name} must be an integer{' or None' if optional else ''}, got {describe(value)}")
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must be at least 0 and less than size={size}, got {overlap}")
    if white is not None and not 1 <= white <= MOST:
        raise ValueError(f"white must be from 1 to 65535, got {white}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")


def _is_integer(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _check_resize(resize: float | tuple[int, int] | None) -> None:
    if resize is None:
        return
    if isinstance(resize, tuple) and len(resize) == 2 and all(_is_integer(length) for length in resize):
        if min(resize) < 1:
            raise ValueError(f"resize must give a height and a width of at least 1, got {resize}")
    elif not isinstance(resize, numbers.Real) or isinstance(resize, bool):
        raise TypeError(f"resize must be a factor, (height, width) in whole pixels or None, got {resize!r}")
    elif not 0 < resize < np.inf:
        raise ValueError(f"resize must be a finite factor greater than 0, got {resize}")


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
    shares = splits.values()
    if not all(isinstance(share, numbers.Real) and share > 0 for share in shares) or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"splits must be shares greater than 0 that add up to 1, got {dict(splits)}")
