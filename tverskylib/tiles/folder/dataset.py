"""A folder of anyone's images and masks, cut into tiles and split by patient."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from tverskylib.tiles.folder.arguments import (
    check_gigabytes,
    check_splits,
    checked_foreground,
    checked_numbers,
    checked_path,
    checked_resize,
)
from tverskylib.tiles.folder.collection import FolderTiles, warn_of_shares
from tverskylib.tiles.folder.cutting import check_sizes, corners_of, cut, pad
from tverskylib.tiles.folder.groups import draw_splits, read_groups
from tverskylib.tiles.folder.layout import find_pairs
from tverskylib.tiles.folder.pair import Reader
from tverskylib.tiles.folder.stored import fail
from tverskylib.tiles.folder.twins import Twins

SPLITS: Mapping[str, float] = MappingProxyType({"train": 0.7, "validation": 0.15, "test": 0.15})
MAX_PIXELS = 100_000_000  # of a file
MAX_GIGABYTES = 8.0  # of all tiles


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
        ValueError: an argument is out of range; or, with the file and the rule that it breaks: an image without a mask
            or a mask without an image; two files of one stem; a file of another kind; an unreadable or truncated file;
            several pages in one file; an image of floating point, CMYK, with an EXIF orientation, or nowhere opaque;
            image and mask of different sizes; numbers in a mask that ``foreground`` does not explain, or none that it
            names; no foreground in the whole folder; an image in which no pixel counts; an empty folder; 16-bit images
            too dark for ``white=None``; a file or tiles beyond the limits; ``groups.csv`` without the two columns, with
            an image missing, unknown or named twice; another file that is nearly called so; fewer patients than splits.

    Warns:
        UserWarning: a split has far more or fewer of the tiles than its share; or tiles nearly coincide, because the
            last one of a row was shifted by almost its size; or images of two groups show the same.

    TIFF is read with tifffile, 16-bit colour PNG with imagecodecs, the rest with Pillow. Introduced in lesson 10.
    """
    folder = checked_path(path)
    size, overlap, white, ignore, seed, max_pixels = checked_numbers(size, overlap, white, ignore, seed, max_pixels)
    resize = checked_resize(resize)
    classes = checked_foreground(foreground, ignore)
    check_splits(splits)
    check_gigabytes(max_gigabytes)
    pairs = find_pairs(folder)
    groups_of_images, group_names, given = read_groups(folder, [image for image, _ in pairs], list(splits))
    try:
        split_of_group = draw_splits(given, splits, seed)
    except ValueError as error:
        fail(folder, str(error))
    check_sizes(pairs, size, overlap, resize, max_pixels, max_gigabytes)

    reader = Reader(classes, ignore, white, resize)
    images, targets, masks, corners, sources = [], [], [], [], []
    twins = Twins()
    for source, (image_file, mask_file) in enumerate(pairs):
        colour, target, counts = reader.read(image_file, mask_file)
        twins.see(image_file, colour, int(groups_of_images[source]))
        corner = corners_of(target.shape, size, overlap)
        corner = corner[cut(pad(counts, size), corner, size).any((1, 2))]
        images.append(cut(pad(colour, size, "symmetric"), corner, size))
        targets.append(cut(pad(target, size), corner, size))
        masks.append(cut(pad(counts, size), corner, size))
        corners.append(corner)
        sources += [source] * len(corner)
    reader.check_folder(folder)
    twins.warn()
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
    warn_of_shares(found)
    return found
