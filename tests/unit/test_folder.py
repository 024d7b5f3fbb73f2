"""A folder of images: every format and every broken rule, tiles that cover all, splits that keep patients together."""

import dataclasses
import json
import os
import re
import shlex
import shutil
import stat
import struct
import subprocess
import sys
import unicodedata
import warnings
import zlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.io import imsave
from skimage.transform import rescale

from tverskylib import tversky_loss
from tverskylib.tiles import FolderTiles, TileSettings, draw_tiles, folder_tiles
from tverskylib.tiles.folder import layout
from tverskylib.tiles.folder.cutting import starts_of

ONE = {"train": 1.0}  # for folders of a single image
RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)
DEEP = RNG.integers(0, 65536, (20, 30, 3), dtype=np.uint16)
DISC = ((np.indices((20, 30)) - np.array([9, 14])[:, None, None]) ** 2).sum(0) < 40
FIELD = np.indices((20, 30))[1] > 9
INSTANCES = np.where(DISC, np.arange(30) // 10 + 1, 0)


def save(file, array, **options):
    file.parent.mkdir(parents=True, exist_ok=True)
    if array.dtype.itemsize > 1 and file.suffix == ".tif":
        imsave(file, array, check_contrast=False)
    else:
        Image.fromarray(array).save(file, **options)
    return file


def save_deep_png(file, array):
    """A 16-bit colour PNG, which Pillow cannot write."""
    height, width, channels = array.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return file


def grey(mask):
    return mask.astype(np.uint8) * 255


@pytest.fixture
def folder(tmp_path):
    """images/a.png and masks/a.png, 20 by 30 pixels; a test writes over one of them."""
    save(tmp_path / "images/a.png", COLOURS)
    save(tmp_path / "masks/a.png", grey(DISC))
    return tmp_path


@pytest.fixture
def cohort(tmp_path):
    """12 images of 6 patients, of 16 by 24 pixels; the first has no foreground."""
    for k in range(12):
        save(tmp_path / f"images/slide {k:02}.png", np.full((16, 24, 3), 10 * k, np.uint8))
        save(tmp_path / f"masks/slide {k:02}.png", grey(np.indices((16, 24))[0] < k))
    write_groups(tmp_path, {f"slide {k:02}.png": f"patient {'fedcba'[k // 2]}" for k in range(12)})
    return tmp_path


def write_groups(path, groups, header="file,group"):
    lines = [header, *(f"{file},{group}" for file, group in groups.items())]
    (path / "groups.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def one(path, **options):
    """The only image of the folder as one tile and nothing added: its picture, its target and its mask."""
    tiles = folder_tiles(path, size=30, splits=ONE, **options)
    assert len(tiles) == 1 and not tiles.mask[0, 20:].any()
    return tiles.images[0, :20], tiles.targets[0, :20], tiles.mask[0, :20]


def refused(path, file, rule, **options):
    options = {"size": 16, "splits": ONE, **options}
    with pytest.raises(ValueError, match=f"^{re.escape((path / file).as_posix())}: .*{rule}") as caught:
        folder_tiles(path, **options)
    assert "\n" not in str(caught.value)


# Images


def replace_image(path, name, array, **options):
    (path / "images/a.png").unlink()
    return save(path / "images" / name, array, **options)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.tiff", "a.TIF", "a.bmp", "a.PNG"])
def test_lossless_formats(folder, name):
    replace_image(folder, name, COLOURS)
    picture, target, mask = one(folder)
    np.testing.assert_array_equal(picture, COLOURS)
    np.testing.assert_array_equal(target, DISC)
    assert picture.dtype == np.uint8 and target.dtype == mask.dtype == np.bool_ and mask.all()


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG"])
def test_jpeg(folder, name):
    smooth = np.broadcast_to(np.linspace(0, 250, 30, dtype=np.uint8)[None, :, None], (20, 30, 3))
    replace_image(folder, name, smooth, quality=95)
    assert np.abs(one(folder)[0].astype(int) - smooth).max() < 8


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits"])
def test_compressed_tiff(folder, compression):
    replace_image(folder, "a.tif", COLOURS, compression=compression)
    np.testing.assert_array_equal(one(folder)[0], COLOURS)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp"])
def test_grey(folder, name):
    replace_image(folder, name, COLOURS[..., 0])
    np.testing.assert_array_equal(one(folder)[0], np.repeat(COLOURS[..., :1], 3, 2))


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp"])
def test_one_bit(folder, name):
    replace_image(folder, name, DISC)
    np.testing.assert_array_equal(one(folder)[0], np.repeat(grey(DISC)[..., None], 3, 2))


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_opaque_alpha_changes_nothing(folder, name):
    replace_image(folder, name, np.dstack([COLOURS, np.full((20, 30), 255, np.uint8)]))
    picture, _, mask = one(folder)
    np.testing.assert_array_equal(picture, COLOURS)
    assert mask.all()


def test_transparent_pixels_lie_on_white_and_the_invisible_ones_do_not_count(folder):
    alpha = np.full((20, 30), 255, np.uint8)
    alpha[:10], alpha[10] = 0, 51
    save(folder / "images/a.png", np.dstack([COLOURS, alpha]))
    picture, target, mask = one(folder)
    np.testing.assert_array_equal(mask, alpha > 0)
    assert (picture[:10] == 255).all()
    np.testing.assert_allclose(picture[10], 255 - 0.2 * (255 - COLOURS[10].astype(float)), atol=0.51)
    np.testing.assert_array_equal(target, DISC & mask)


def test_grey_with_alpha(folder):
    save(folder / "images/a.png", np.dstack([COLOURS[..., 0], grey(DISC)]))
    picture, _, mask = one(folder)
    np.testing.assert_array_equal(mask, DISC)
    np.testing.assert_array_equal(picture[DISC], np.repeat(COLOURS[..., :1], 3, 2)[DISC])


@pytest.mark.parametrize("transparency", [None, 3])
def test_palette(folder, transparency):
    numbers = (np.arange(600) % 8).reshape(20, 30).astype(np.uint8)
    image, palette = Image.fromarray(numbers), RNG.integers(0, 256, (8, 3), dtype=np.uint8)
    image.putpalette(palette.tobytes())
    image.save(folder / "images/a.png", **({} if transparency is None else {"transparency": transparency}))
    picture, _, mask = one(folder)
    visible = np.ones_like(mask) if transparency is None else numbers != transparency
    np.testing.assert_array_equal(mask, visible)
    np.testing.assert_array_equal(picture[visible], palette[numbers][visible])


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_16_bit_grey(folder, name):
    replace_image(folder, name, DEEP[..., 0])
    np.testing.assert_array_equal(one(folder)[0], np.repeat(np.round(DEEP[..., :1] / 257).astype(np.uint8), 3, 2))


def test_16_bit_colour_tiff(folder):
    replace_image(folder, "a.tif", DEEP)
    np.testing.assert_array_equal(one(folder)[0], np.round(DEEP / 257))
    np.testing.assert_array_equal(one(folder, white=4095)[0], np.round(np.minimum(DEEP, 4095) * (255 / 4095)))


def test_16_bit_colour_tiff_with_alpha(folder):
    alpha = np.where(DISC, 65535, 0).astype(np.uint16)
    replace_image(folder, "a.tif", np.dstack([DEEP, alpha]))
    picture, _, mask = one(folder)
    np.testing.assert_array_equal(mask, DISC)
    np.testing.assert_array_equal(picture[DISC], np.round(DEEP / 257)[DISC])


def test_16_bit_colour_png_keeps_its_16_bits(folder):
    save_deep_png(folder / "images/a.png", DEEP)
    np.testing.assert_array_equal(one(folder)[0], np.round(DEEP / 257))
    np.testing.assert_array_equal(one(folder, white=4095)[0], np.round(np.minimum(DEEP, 4095) * (255 / 4095)))


def test_white_is_the_brightest_value_of_the_camera(folder):
    dark = (DEEP[..., 0] % 4096).astype(np.uint16)
    dark[0, 0] = 4000
    replace_image(folder, "a.tif", dark)
    np.testing.assert_array_equal(one(folder, white=4095)[0][..., 0], np.round(dark * (255 / 4095)))
    assert one(folder, white=65535)[0].max() == 16
    refused(folder, "images/a.tif", f"must reach 32768.*greatest value.*is {dark.max()}.*white=4095")


def test_8_bit_images_know_no_white(folder):
    np.testing.assert_array_equal(one(folder, white=4095)[0], COLOURS)


# Masks


def mask_of(folder, array, name="a.png", **options):
    (folder / "masks/a.png").unlink()
    save(folder / "masks" / name, array)
    return one(folder, **options)[1:]


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp"])
@pytest.mark.parametrize("foreground", [1, 255, True])
def test_binary_masks(folder, name, foreground):
    target, mask = mask_of(folder, DISC if foreground is True else DISC.astype(np.uint8) * np.uint8(foreground), name)
    np.testing.assert_array_equal(target, DISC)
    assert mask.all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.int64, np.float32])
def test_instances(folder, dtype):
    target, _ = mask_of(folder, INSTANCES.astype(dtype) * 40, "a.tif", foreground="nonzero")
    np.testing.assert_array_equal(target, DISC)


def test_16_bit_instances_in_a_png(folder):
    target, _ = mask_of(folder, INSTANCES.astype(np.uint16) * 1000, foreground="nonzero")
    np.testing.assert_array_equal(target, DISC)


@pytest.mark.parametrize("classes", [{1}, {2, 3}, [0], (1, 2, 3), frozenset({3}), np.array([1, 2])])
def test_class_numbers(folder, classes):
    target, _ = mask_of(folder, INSTANCES.astype(np.uint8), foreground=classes)
    np.testing.assert_array_equal(target, np.isin(INSTANCES, [*classes]))


@pytest.mark.parametrize("ignore", [255, 7, -1])
@pytest.mark.parametrize("foreground", [None, "nonzero", {1}])
def test_ignored_pixels_neither_count_nor_are_foreground(folder, ignore, foreground):
    numbers = DISC.astype(np.int16)
    numbers[:, 12:16] = ignore
    target, mask = mask_of(folder, numbers, "a.tif", foreground=foreground, ignore=ignore)
    np.testing.assert_array_equal(mask, numbers != ignore)
    np.testing.assert_array_equal(target, numbers == 1)


def test_of_a_palette_the_numbers_and_not_the_colours(folder):
    image = Image.fromarray(INSTANCES.astype(np.uint8))
    image.putpalette([0, 0, 0, 255, 255, 255, 0, 0, 0, 9, 9, 9])
    image.save(folder / "masks/a.png")
    np.testing.assert_array_equal(one(folder, foreground={2})[1], INSTANCES == 2)


def test_a_mask_saved_as_rgb_that_is_grey(folder):
    target, _ = mask_of(folder, np.repeat(grey(DISC)[..., None], 3, 2))
    np.testing.assert_array_equal(target, DISC)
    target, _ = mask_of(folder, np.dstack([grey(DISC)] * 3 + [np.full((20, 30), 255, np.uint8)]))
    np.testing.assert_array_equal(target, DISC)


def test_a_jpeg_mask_that_kept_its_numbers(folder):
    block = np.zeros((32, 32), bool)
    block[8:16, 8:16] = True
    (folder / "masks/a.png").unlink()
    save(folder / "images/a.png", np.zeros((32, 32, 3), np.uint8))
    save(folder / "masks/a.jpg", grey(block), quality=100)
    np.testing.assert_array_equal(folder_tiles(folder, size=32, splits=ONE).targets[0], block)


# Tiles


def assembled(tiles, shape):
    """The image put together from its tiles, and how many tiles hold each pixel."""
    size = tiles.images.shape[1]
    image, times = np.zeros((*shape, 3), np.uint8), np.zeros(shape, int)
    for tile, (row, column) in zip(tiles.images, tiles.corners, strict=True):
        image[row : row + size, column : column + size] = tile[: shape[0] - row, : shape[1] - column]
        times[row : row + size, column : column + size] += 1
    return image, times


@pytest.mark.parametrize(("size", "overlap"), [(1, 0), (7, 0), (7, 3), (7, 6), (10, 0), (20, 0), (16, 8), (19, 1)])
def test_tiles_cover_every_pixel(folder, size, overlap):
    tiles = folder_tiles(folder, size=size, overlap=overlap, splits=ONE)
    image, times = assembled(tiles, (20, 30))
    assert times.min() >= 1
    np.testing.assert_array_equal(image, COLOURS)
    assert tiles.mask.all() and (tiles.corners + size <= [20, 30]).all()
    assert tiles.images.shape == (len(tiles), size, size, 3)
    assert tiles.targets.shape == tiles.mask.shape == (len(tiles), size, size)
    assert len({tuple(corner) for corner in tiles.corners}) == len(tiles)
    for target, (row, column) in zip(tiles.targets, tiles.corners, strict=True):
        np.testing.assert_array_equal(target, DISC[row : row + size, column : column + size])


@pytest.mark.parametrize("size", range(1, 9))
def test_starts(size):
    for overlap in range(size):
        for length in range(1, 25):
            starts = starts_of(length, size, overlap)
            assert starts[0] == 0 and starts[-1] + size == max(length, size) and sorted(set(starts)) == starts
            assert all(later - earlier <= size - overlap for earlier, later in pairwise(starts))


def test_an_exact_fit_needs_no_more_tiles(folder):
    assert len(folder_tiles(folder, size=10, splits=ONE)) == 6


@pytest.mark.parametrize("size", [24, 30, 64, 100])
def test_a_small_image_is_continued_by_its_mirror_image_which_does_not_count(folder, size):
    tiles = folder_tiles(folder, size=size, splits=ONE)
    image, _ = assembled(tiles, (20, 30))
    np.testing.assert_array_equal(image, COLOURS)
    assert (
        not tiles.mask[:, 20:].any() and not tiles.targets[:, 20:].any() and tiles.mask[:, :20, : min(size, 30)].all()
    )
    np.testing.assert_array_equal(tiles.images[0, 20:24], tiles.images[0, 19:15:-1])


def test_tiles_without_foreground_are_kept_and_those_where_nothing_counts_are_not(folder):
    numbers = np.zeros((20, 30), np.uint8)
    numbers[:10, :10], numbers[:10, 20:] = 1, 9
    save(folder / "masks/a.png", numbers)
    tiles = folder_tiles(folder, size=10, ignore=9, splits=ONE)
    assert tiles.corners.tolist() == [[0, 0], [0, 10], [10, 0], [10, 10], [10, 20]]
    assert tiles.targets.any((1, 2)).tolist() == [True, False, False, False, False]


def test_resize_by_a_factor(folder):
    smooth = np.clip(128 + 100 * np.sin(np.indices((20, 30)).sum(0) / 6), 0, 255).astype(np.uint8)
    save(folder / "images/a.png", smooth)
    tiles = folder_tiles(folder, size=10, resize=0.5, splits=ONE)
    image, times = assembled(tiles, (10, 15))
    assert times.min() >= 1 and tiles.mask.all()
    wanted = rescale(smooth.astype(float), 0.5, order=1, anti_aliasing=True)
    assert np.abs(image[..., 0] - wanted)[1:-1, 1:-1].max() < 8
    assert 0.8 < tiles.targets[0].sum() / DISC[:20, :20].sum() * 4 < 1.2
    big = folder_tiles(folder, size=40, resize=2, splits=ONE)
    np.testing.assert_array_equal(big.targets[0], DISC.repeat(2, 0).repeat(2, 1)[:, :40])


def test_resize_to_a_shape(cohort):
    save(cohort / "images/slide 03.png", COLOURS)
    save(cohort / "masks/slide 03.png", grey(DISC))
    tiles = folder_tiles(cohort, size=12, resize=(12, 24))
    assert len(tiles) == 12 * 2 and tiles.mask.all()


def test_resizing_keeps_masks_sharp(folder):
    numbers = INSTANCES.astype(np.uint8)
    numbers[0, 0] = 200
    save(folder / "masks/a.png", numbers)
    tiles = folder_tiles(folder, size=8, resize=0.7, foreground={1, 3}, ignore=200, splits=ONE)
    assert tiles.targets.any() and not (tiles.targets & ~tiles.mask).any()


# Groups and splits


def test_no_patient_is_in_two_splits(cohort):
    for seed in range(10):
        tiles = folder_tiles(cohort, size=16, seed=seed)
        assert set(tiles.splits) == {"train", "validation", "test"}
        for group in range(6):
            assert len(set(tiles.splits[tiles.groups == group])) == 1
        patients = {name: len(set(tiles.groups[tiles.splits == name])) for name in set(tiles.splits)}
        assert patients == {"train": 4, "validation": 1, "test": 1}


def test_groups_are_numbered_by_name(cohort):
    tiles = folder_tiles(cohort, size=16)
    assert tiles.group_names == tuple(f"patient {letter}" for letter in "abcdef")
    assert [tiles.group_names[k] for k in tiles.groups[[0, -1]]] == ["patient f", "patient a"]
    assert tiles.groups.dtype == np.int64 and len(tiles.groups) == len(tiles.files) == len(tiles.splits) == len(tiles)


def test_without_a_table_every_image_is_a_group(cohort):
    (cohort / "groups.csv").unlink()
    tiles = folder_tiles(cohort, size=16, splits={"a": 0.5, "b": 0.5})
    assert tiles.group_names == tuple(f"slide {k:02}.png" for k in range(12))
    for file in set(tiles.files):
        assert len(set(tiles.splits[tiles.files == file])) == 1
    assert len(set(tiles.files[tiles.splits == "a"])) == 6


def test_the_table_may_leave_out_suffixes_and_have_more_columns(cohort):
    plain = folder_tiles(cohort, size=16)
    rows = [f"{k % 2}, slide {k:02} , patient {'fedcba'[k // 2]}" for k in range(12)]
    (cohort / "groups.csv").write_text("\ufeffage, file,group\r\n" + "\r\n\r\n".join(rows), encoding="utf-8")
    np.testing.assert_array_equal(folder_tiles(cohort, size=16).splits, plain.splits)


@pytest.mark.parametrize(
    ("shares", "sizes"),
    [((0.7, 0.15, 0.15), (4, 1, 1)), ((0.98, 0.01, 0.01), (4, 1, 1)), ((0.5, 0.5), (3, 3)), ((1 / 3,) * 3, (2, 2, 2))],
)
def test_shares_of_patients(cohort, shares, sizes):
    tiles = folder_tiles(cohort, size=16, splits={str(k): share for k, share in enumerate(shares)})
    assert tuple(len(set(tiles.groups[tiles.splits == str(k)])) for k in range(len(shares))) == sizes


def test_the_same_again(cohort):
    first, again = folder_tiles(cohort, size=16, overlap=4), folder_tiles(cohort, size=16, overlap=4)
    for name in ("images", "targets", "mask", "files", "corners", "groups", "splits"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert list(first.files) == sorted(first.files)
    drawn = {tuple(folder_tiles(cohort, size=16, seed=seed).splits) for seed in range(5)}
    assert len(drawn) > 1


def test_one_split(cohort):
    tiles = folder_tiles(cohort, size=16)
    train = tiles.split("train")
    assert isinstance(train, FolderTiles) and set(train.splits) == {"train"} and train.group_names == tiles.group_names
    np.testing.assert_array_equal(train.images, tiles.images[tiles.splits == "train"])
    assert sum(len(tiles.split(name)) for name in ("train", "validation", "test")) == len(tiles)
    with pytest.raises(ValueError, match="one of test, train, validation, got 'training'"):
        tiles.split("training")


def test_some_tiles(cohort):
    tiles = folder_tiles(cohort, size=8)
    assert 0 < tiles.positive.sum() < len(tiles)
    some = tiles.pick(tiles.positive)
    assert some.positive.all() and len(some) == tiles.positive.sum() and some.group_names == tiles.group_names
    np.testing.assert_array_equal(tiles.pick(np.arange(3)).corners, tiles.corners[:3])


def test_a_loss_takes_the_mask(folder):
    tiles = folder_tiles(folder, size=64, splits=ONE)
    target, mask = torch.from_numpy(tiles.targets[:, None]).float(), torch.from_numpy(tiles.mask[:, None])
    padded_wrong = torch.where(mask, target, 1.0)
    assert tversky_loss(padded_wrong, target, mask=mask, delta=0) == 0
    assert tversky_loss(padded_wrong, target, delta=0) > 0.5


# Broken rules


def test_a_folder_that_is_not_there(tmp_path):
    for missing in ("images", "masks"):
        with pytest.raises(
            FileNotFoundError, match=f"^{re.escape(tmp_path.as_posix())}/{missing}: .*folder of this name"
        ):
            folder_tiles(tmp_path, size=16)
        (tmp_path / missing).mkdir()
    refused(tmp_path, "images", "at least one image")
    (tmp_path / "images/.DS_Store").write_bytes(b"")
    refused(tmp_path, "images", "at least one image")


def test_litter_is_passed_over(folder):
    for name in ("images/.DS_Store", "masks/Thumbs.db", "images/desktop.ini"):
        (folder / name).write_bytes(b"")
    assert len(folder_tiles(folder, size=30, splits=ONE)) == 1


@pytest.mark.parametrize("name", ["notes.txt", "b.gif", "b"])
def test_other_files(folder, name):
    (folder / "masks" / name).write_bytes(b"")
    refused(folder, f"masks/{name}", r"must be an image file, \.png")


def test_folders_in_the_folder(folder):
    (folder / "images/b.png").mkdir()
    refused(folder, "images/b.png", "must be an image file")


def test_missing_partners(folder):
    save(folder / "images/b.png", COLOURS)
    refused(folder, "images/b.png", r"partner of the same stem, masks/b\.\*, and has none$")
    save(folder / "images/c.png", COLOURS)
    refused(folder, "images/b.png", r"has none \(nor have 1 more\)$")
    (folder / "images/b.png").rename(folder / "masks/B.png")
    (folder / "images/c.png").unlink()
    refused(folder, "masks/B.png", r"partner of the same stem, images/B\.\*")


def test_two_files_of_one_stem(folder):
    save(folder / "masks/a.tif", grey(DISC))
    refused(folder, "masks/a.tif", "only file of its stem, and there is a.png")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("place", ["images", "masks"])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.tif"])
@pytest.mark.parametrize("kept", [0, 1, 30, 0.5, -20])
def test_truncated_files(folder, place, name, kept):
    (folder / place / "a.png").unlink()
    file = save(folder / place / name, COLOURS)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    refused(folder, f"{place}/{name}", r"must be a whole \w+ file.*unreadable or truncated")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.tif"])
def test_files_that_are_something_else(folder, name):
    (folder / "masks/a.png").unlink()
    (folder / "masks" / name).write_text("no image at all, but long enough to hold a header " * 9)
    refused(folder, f"masks/{name}", "unreadable")
    save(folder / "masks/a.gif", grey(DISC)).replace(folder / "masks" / name)
    refused(folder, f"masks/{name}", "unreadable")


def test_a_changed_byte_in_a_png(folder):
    file = folder / "images/a.png"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    refused(folder, "images/a.png", "unreadable")


@pytest.mark.parametrize("place", ["images", "masks"])
@pytest.mark.parametrize("deep", [False, True])
def test_several_pages(folder, place, deep):
    (folder / place / "a.png").unlink()
    imsave(folder / place / "a.tif", np.zeros((5, 20, 30), np.int64 if deep else np.uint8), check_contrast=False)
    refused(folder, f"{place}/a.tif", "one file must hold one image")


def test_sizes_that_differ(folder):
    save(folder / "masks/a.png", grey(DISC.T))
    refused(folder, "masks/a.png", r"height and width of a.png, \(20, 30\), got \(30, 20\)")


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_images_of_other_numbers(folder, dtype):
    replace_image(folder, "a.tif", np.full((20, 30), -0.5 if dtype == np.float32 else 70000, dtype))
    refused(folder, "images/a.tif", "8 or 16 bits")


def test_other_colours(folder):
    (folder / "images/a.png").unlink()
    Image.fromarray(COLOURS).convert("CMYK").save(folder / "images/a.jpg")
    refused(folder, "images/a.jpg", "got CMYK: save it as RGB")


def test_images_that_lie_on_their_side(folder):
    exif = Image.Exif()
    exif[274] = 6
    replace_image(folder, "a.jpg", COLOURS, exif=exif)
    refused(folder, "images/a.jpg", "upright")


@pytest.mark.parametrize(
    ("found", "options"),
    [
        ({0, 2}, {}),
        ({0, 1, 2, 3}, {}),
        ({0, 1, 255}, {}),
        ({0, 1, 128, 255}, {"ignore": 128}),
        ({0, 254, 255}, {}),
        ({1, 255}, {}),
        ({*range(40)}, {}),
    ],
)
def test_unknown_numbers(folder, found, options):
    save(folder / "masks/a.png", np.resize(sorted(found), (20, 30)).astype(np.uint8))
    shown = ", ".join(str(number) for number in sorted(found)[:8]) + (" and 32 more" if len(found) == 40 else "")
    refused(folder, "masks/a.png", f"0 and 1, or 0 and 255, got {shown}: pass foreground=", **options)


def test_masks_of_two_kinds(cohort):
    save(cohort / "masks/slide 04.png", (np.indices((16, 24))[0] < 4).astype(np.uint8))
    with pytest.raises(
        ValueError, match=r"slide 01.png: masks must all hold 0 and 1, or all.*slide 04.png holds 1.*ignore=255"
    ):
        folder_tiles(cohort, size=16)
    assert not folder_tiles(cohort, size=16, ignore=255).mask.all()


def test_negative_instances(folder):
    (folder / "masks/a.png").unlink()
    save(folder / "masks/a.tif", (INSTANCES - 1).astype(np.int16))
    refused(folder, "masks/a.tif", r"numbered from 1, got -1, 0, 1, 2: is -1 for ignore=\?", foreground="nonzero")


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf])
def test_masks_with_fractions(folder, value):
    (folder / "masks/a.png").unlink()
    save(folder / "masks/a.tif", np.where(DISC, value, 0).astype(np.float32))
    refused(folder, "masks/a.tif", "whole numbers", foreground="nonzero")


def test_masks_in_colours(folder):
    save(folder / "masks/a.png", COLOURS)
    refused(folder, "masks/a.png", "one number a pixel, got colours", foreground="nonzero")
    save_deep_png(folder / "masks/a.png", DEEP)
    refused(folder, "masks/a.png", "one number a pixel, got colours", foreground="nonzero")


def test_transparent_masks(folder):
    save(folder / "masks/a.png", np.dstack([grey(DISC)] * 3 + [grey(DISC)]))
    refused(folder, "masks/a.png", "not be transparent")


@pytest.mark.parametrize("foreground", [None, "nonzero", {255}])
def test_jpeg_masks_are_smeared(folder, foreground):
    (folder / "masks/a.png").unlink()
    save(folder / "masks/a.jpg", grey(DISC))
    refused(folder, "masks/a.jpg", "JPEG changes numbers", foreground=foreground)


@pytest.mark.parametrize(
    "options", [{}, {"foreground": "nonzero"}, {"ignore": 255}, {"foreground": {0}, "ignore": 255}]
)
def test_no_foreground_at_all(folder, options):
    save(folder / "masks/a.png", np.full((20, 30), 0, np.uint8))
    if "ignore" in options:
        numbers = np.full((20, 30), 0 if options.get("foreground") is None else 255, np.uint8)
        numbers[:5] = 255 if options.get("foreground") is None else 7
        save(folder / "masks/a.png", numbers)
    rule = (
        "hold each number of foreground=, and none holds 0" if options.get("foreground") == {0} else "some foreground"
    )
    refused(folder, "masks", rule, **options)


def test_foreground_that_is_all_ignored(folder):
    alpha = grey(~DISC)
    save(folder / "images/a.png", np.dstack([COLOURS, alpha]))
    refused(folder, "masks", "some foreground that counts, and have none; they hold 0, 255")


def test_a_class_that_no_mask_holds(folder):
    save(folder / "masks/a.png", INSTANCES.astype(np.uint8))
    refused(folder, "masks", "none holds 4; they hold 0, 1, 2, 3", foreground={1, 4})


def test_an_image_in_which_nothing_counts(cohort):
    save(cohort / "masks/slide 02.png", np.full((16, 24), 7, np.uint8))
    with pytest.raises(ValueError, match=r"masks/slide 02.png: some pixel must count"):
        folder_tiles(cohort, size=16, ignore=7)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "columns file and group, separated by a comma, got nothing"),
        ("file;group\na.png;1\n", "got file;group"),
        ("image,group\na.png,1\n", "got image,group"),
        ("file,group\na.png,1\nb.png,2\n", "line 3 names b.png, which is not in images/"),
        ("file,group\na.tif,1\n", "line 2 names a.tif"),
        ("file,group\na.png,1\na,2\n", "line 3 names a again"),
        ("file,group\na.png,\n", "line 2 does not"),
        ("file,group\na.png\n", "line 2 does not"),
        ("file,group\na.png,\u200b\n", "line 2 does not"),
        ("file,group\n", "must name every image, and a.png is missing"),
        ("file,group\na.png,Gábor\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_bad_tables(folder, text, rule):
    (folder / "groups.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(folder, "groups.csv", rule)


def test_fewer_patients_than_splits(cohort):
    write_groups(cohort, {f"slide {k:02}": k % 2 for k in range(12)})
    with pytest.raises(ValueError, match="at least one group for each of train, validation, test, got 2"):
        folder_tiles(cohort, size=16)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"size": 0}, ValueError, "size must be at least 1"),
        ({"size": 16.0}, TypeError, "size must be an integer, got 16.0"),
        ({"size": True}, TypeError, "size"),
        ({"size": (16, 16)}, TypeError, "size must be an integer, got a tuple"),
        ({"overlap": 16}, ValueError, "overlap must be at least 0 and less than size=16, got 16"),
        ({"overlap": -1}, ValueError, "overlap"),
        ({"overlap": None}, TypeError, "overlap"),
        ({"resize": 0}, ValueError, "resize must be a finite factor"),
        ({"resize": float("nan")}, ValueError, "resize"),
        ({"resize": 10**400}, ValueError, "resize must be a finite factor greater than 0, got an integer of more"),
        ({"max_gigabytes": Fraction(1, 10**9)}, ValueError, "must give tiles of at most max_gigabytes=1e-09"),
        ({"max_gigabytes": -(10**5000)}, ValueError, "max_gigabytes must be a number greater than 0, got an integer"),
        (
            {"splits": {"train": 10**400, "test": 0.5}},
            ValueError,
            "splits must be shares .* got {'train': an integer of",
        ),
        ({"foreground": {10**5000}}, ValueError, "none holds an integer of more than 40 digits"),
        ({"resize": (16, 0)}, ValueError, "resize must give a height and a width"),
        ({"resize": (16, 16, 3)}, TypeError, "resize"),
        ({"resize": "half"}, TypeError, "resize"),
        ({"foreground": "all"}, TypeError, 'a set of class numbers, "nonzero" or None'),
        ({"foreground": 1}, TypeError, "a set of class numbers"),
        ({"foreground": np.array(1)}, TypeError, "a set of class numbers"),
        ({"foreground": {0: "background", 1: "gland"}}, TypeError, "a set of class numbers"),
        ({"foreground": set()}, ValueError, "at least one"),
        ({"foreground": {1.5}}, ValueError, "class numbers"),
        ({"foreground": {True}}, ValueError, "class numbers"),
        ({"foreground": {1, 2}, "ignore": 2}, ValueError, "ignore must not be one of"),
        ({"ignore": 1.0}, TypeError, "ignore must be an integer or None"),
        ({"white": 0}, ValueError, "white must be from 1 to 65535"),
        ({"white": 65536}, ValueError, "white"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": None}, TypeError, "seed"),
        ({"splits": {}}, ValueError, "add up to 1"),
        ({"splits": {"train": 0.7, "test": 0.2}}, ValueError, "add up to 1"),
        ({"splits": {"train": 1.0, "test": 0.0}}, ValueError, "greater than 0"),
        ({"splits": {"train": "all"}}, ValueError, "shares"),
        ({"splits": {"train": True}}, ValueError, "shares"),
        ({"splits": (0.7, 0.3)}, TypeError, "splits must map names to shares"),
        ({"splits": {0: 1.0}}, TypeError, "splits must map names to shares"),
    ],
)
def test_bad_arguments(folder, options, error, message):
    with pytest.raises(error, match=message):
        folder_tiles(folder, **{"size": 16, "splits": ONE, **options})


def test_needs_no_torch_and_imports_at_once(folder):
    code = (
        "import sys; from tverskylib import tiles; assert not {'PIL', 'skimage'} & set(sys.modules); "
        f"tiles.folder_tiles({str(folder)!r}, size=16, splits={ONE}); assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr


def test_no_warnings(cohort):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folder_tiles(cohort, size=16)


def test_the_docstring_says_what_a_reader_looks_up():
    text = folder_tiles.__doc__
    assert all(part in text for part in ("Args:", "Returns:", "Raises:", "lesson 10", "uint8", "groups.csv"))


# Names, links, and what systems leave in folders


def test_names_are_compared_in_the_composed_form_of_unicode(folder):
    for part, form in (("images", "NFC"), ("masks", "NFD")):
        (folder / part / "a.png").rename(folder / part / unicodedata.normalize(form, "Zoë 1.png"))
    write_groups(folder, {unicodedata.normalize("NFD", "Zoë 1.png"): "1"})
    assert len(folder_tiles(folder, size=30, splits=ONE)) == 1


def test_a_patient_in_two_forms_of_unicode_is_one(cohort):
    names = [unicodedata.normalize(("NFC", "NFD")[k % 2], "Zoë") if k < 4 else k for k in range(12)]
    write_groups(cohort, {f"slide {k:02}": name for k, name in enumerate(names)})
    tiles = folder_tiles(cohort, size=16)
    assert len(tiles.group_names) == 9 and len({*tiles.splits[tiles.groups == tiles.group_names.index("Zoë")]}) == 1


def test_beside_the_table_of_groups_a_copy_of_it_is_passed_over(cohort):
    (cohort / "groups - Copy.csv").write_text("file,group\n")
    assert len(folder_tiles(cohort, size=16).group_names) == 6


@pytest.mark.parametrize(
    "names",
    [
        *(
            ("p7", "p7\ufe0f"),
            ("p7", "p\u034f7"),
            ("p7", "p7\u3164"),
            ("p7", "p7\u2800"),
            ("p7", "p7\x7f"),
            ("p-7", "p\u22127"),
        ),
        *(("patient 7", "Patient 7"), ("patient 7", "patient  7"), ("ß", "SS"), ("p7", "p7\u200b"), ("p7", "p\u00ad7")),
        *(
            ("p7", "\u04407"),
            ("P7", "\u03a17"),
            ("“p”", '"""p"""'),
            ("p7", "p\uff17"),
            ("p-7", "p\u20117"),
            ("p 7", "p\u00a07"),
        ),
    ],
)
def test_patients_that_differ_in_case_or_spaces_are_refused(cohort, names):
    write_groups(cohort, {f"slide {k:02}": names[k] if k < 2 else k for k in range(12)})
    with pytest.raises(
        ValueError, match=r"groups.csv: must write a group's name alike everywhere, and .* differ only in"
    ):
        folder_tiles(cohort, size=16)


@pytest.mark.parametrize(
    ("mask", "hint"), [("A.png", "masks/A.png comes near"), ("a_mask.png", "masks/a_mask.png comes near")]
)
def test_a_partner_that_is_nearly_called_so_is_named(folder, mask, hint):
    (folder / "masks/a.png").rename(folder / "masks" / mask)
    refused(folder, "images/a.png", rf"partner of the same stem, masks/a\.\*, and has none \({hint}: rename it\)")


def test_what_three_systems_leave_in_folders_is_passed_over(folder):
    for name in (".DS_Store", "._a.png", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r", ".~lock.a.png#"):
        (folder / "images" / name).write_bytes(b"")
        (folder / name).write_bytes(b"")
    for name in ("__MACOSX", "@eaDir", "$RECYCLE.BIN", "lost+found", ".ipynb_checkpoints"):
        (folder / "masks" / name).mkdir()
    assert len(folder_tiles(folder, size=30, splits=ONE)) == 1


@pytest.mark.parametrize("flag", ["st_file_attributes", "st_flags"])
def test_what_windows_or_macos_call_hidden_is_passed_over(folder, monkeypatch, flag):
    """A stand-in for the directory entries of those systems."""
    constant = {"st_file_attributes": "FILE_ATTRIBUTE_HIDDEN", "st_flags": "UF_HIDDEN"}[flag]
    hidden = getattr(stat, constant)

    class Entry:
        def __init__(self, name):
            self.name = name

        def stat(self, follow_symlinks):
            assert not follow_symlinks
            return SimpleNamespace(**{flag: hidden if self.name == "b.png" else 0})

    assert layout._is_hidden(Entry("b.png")) and not layout._is_hidden(Entry("a.png"))


needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@needs_links
def test_links(folder):
    (folder / "images/a.png").rename(folder / "elsewhere.png")
    (folder / "images/a.png").symlink_to(folder / "elsewhere.png")
    assert len(folder_tiles(folder, size=30, splits=ONE)) == 1
    (folder / "elsewhere.png").unlink()
    refused(folder, "images/a.png", "must be an image file, .*, and is a link that leads nowhere: move it")
    (folder / "images/a.png").unlink()
    (folder / "images/a.png").symlink_to(folder / "images/a.png")
    refused(folder, "images/a.png", "a link that leads nowhere")


@needs_links
def test_a_pipe_is_not_waited_for(folder):
    (folder / "masks/a.png").unlink()
    os.mkfifo(folder / "masks/a.png")
    refused(folder, "masks/a.png", "and is a pipe or a device")


def test_a_directory_named_like_a_file(folder):
    (folder / "masks/a.png").unlink()
    (folder / "masks/a.png").mkdir()
    refused(folder, "masks/a.png", "and is a folder")


WITHOUT_PERMISSION = """
import os, sys
from tverskylib.tiles import folder_tiles
folder_tiles(sys.argv[1], size=8, splits={"a": 1.0})  # what is imported later could not be read
if os.getuid() == 0:
    os.setuid(65534)
folder_tiles(sys.argv[2], size=8, splits={"a": 1.0})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("images/a.png", "images/a.png: must be readable, and you have no permission"),
        ("masks/a.tif", "masks/a.tif: must be readable, and you have no permission"),
        ("groups.csv", "groups.csv: must be readable: Permission denied"),
        ("images", "images: must be a folder that can be listed: Permission denied"),
    ],
)
def test_no_permission_to_read(folder, part, message):
    (folder / "masks/a.png").unlink()
    save(folder / "masks/a.tif", grey(DISC))
    write_groups(folder, {"a": "1"})
    for above in [folder, *folder.parents[:3]]:
        above.chmod(above.stat().st_mode | 0o755)
    like = shutil.copytree(folder, folder / "like it")
    (folder / part).chmod(0)
    try:
        code = [sys.executable, "-c", WITHOUT_PERMISSION, str(like), str(folder)]
        done = subprocess.run(code, capture_output=True, encoding="utf-8", timeout=120)
    finally:
        (folder / part).chmod(0o755)
    assert done.returncode == 1 and f"Error: {folder.as_posix()}/{message}" in done.stderr, done.stderr


# Tables of groups


@pytest.mark.parametrize(
    "name",
    [
        *("Groups.csv", "GROUPS.CSV", "groups.xlsx", "groups.csv.txt", "group.csv", "groups.tsv", "groups"),
        *("groups (1).csv", " groups.csv", "groups - Copy.csv", "groups_old.csv", "my_groups.csv", "patients.csv"),
    ],
)
def test_a_table_that_is_nearly_called_so_is_refused(cohort, name):
    (cohort / "groups.csv").rename(cohort / name)
    with pytest.raises(
        ValueError, match=f"{re.escape(name)}: the table of groups must be a file groups.csv, exactly so"
    ):
        folder_tiles(cohort, size=16)


@needs_links
@pytest.mark.parametrize("kind", ["a folder", "a link that leads nowhere", "a pipe or a device"])
def test_a_table_that_is_no_file_is_refused(cohort, kind):
    table = cohort / "groups.csv"
    table.unlink()
    {"a folder": table.mkdir, "a pipe or a device": lambda: os.mkfifo(table)}.get(
        kind, lambda: table.symlink_to(cohort / "gone.csv")
    )()
    with pytest.raises(ValueError, match=rf"groups\.csv: the table of groups must be a file .*, got {kind}$"):
        folder_tiles(cohort, size=16)


def test_a_comma_in_a_name_needs_quotes(cohort):
    write_groups(cohort, {f"slide {k:02}": "Smith, Ann" if k < 2 else k for k in range(12)})
    with pytest.raises(ValueError, match=r"no more columns than its first line, and line 2 does: put \"...\" around"):
        folder_tiles(cohort, size=16)
    write_groups(cohort, {f"slide {k:02}": '"Smith, Ann"' if k < 2 else k for k in range(12)})
    assert "Smith, Ann" in folder_tiles(cohort, size=16).group_names


def given(cohort, split_of, header="file,group,split"):
    write_groups(cohort, {f"slide {k:02}": f"{k // 2},{split_of(k // 2)}" for k in range(12)}, header)


def test_an_owners_test_set_stays_and_the_others_are_drawn(cohort):
    given(cohort, lambda group: "test" if group in (1, 4) else "")
    found = set()
    for seed in range(6):
        tiles = folder_tiles(cohort, size=16, seed=seed)
        assert set(tiles.groups[tiles.splits == "test"]) == {1, 4}
        assert len(set(tiles.groups[tiles.splits == "validation"])) == 1
        found.add(tuple(tiles.splits))
    assert len(found) > 1


def test_a_table_may_give_every_split(cohort):
    given(cohort, lambda group: ("train", "validation", "test")[group % 3])
    tiles = folder_tiles(cohort, size=16)
    np.testing.assert_array_equal(tiles.splits, folder_tiles(cohort, size=16, seed=9).splits)
    assert set(tiles.groups[tiles.splits == "train"]) == {0, 3}


@pytest.mark.parametrize(
    ("split_of", "message"),
    [
        (lambda group: "dev", "must name one of train, validation, test or nothing as split, and line 2 names dev"),
        (lambda group: "train" if group else "test", "got 0 that groups.csv leaves open"),
        (lambda group: ("train", "validation", "test", "")[group % 4], "names every split: then it must give every"),
    ],
)
def test_bad_columns_of_splits(cohort, split_of, message):
    given(cohort, split_of)
    with pytest.raises(ValueError, match=message):
        folder_tiles(cohort, size=16)


@pytest.mark.parametrize("name", ["Split", "SPLIT", "splits", "split_name"])
def test_a_column_that_is_nearly_called_split_is_refused(cohort, name):
    given(cohort, lambda group: "test" if group == 1 else "", f"file,group,{name}")
    with pytest.raises(ValueError, match=f"must call the column of splits split, exactly so, got {name}"):
        folder_tiles(cohort, size=16)


def test_a_patient_in_two_given_splits_is_refused(cohort):
    rows = {f"slide {k:02}": f"{k // 2},{'test' if k == 1 else ''}" for k in range(12)}
    write_groups(cohort, rows, "file,group,split")
    with pytest.raises(ValueError, match="must give all images of a group the same split, and 0 has none and test"):
        folder_tiles(cohort, size=16)


# Splits by seed, what there is, and warnings


def test_splits_are_drawn_anew_without_reading(cohort):
    tiles = folder_tiles(cohort, size=16)
    for seed in range(4):
        again = tiles.drawn(seed)
        np.testing.assert_array_equal(again.splits, folder_tiles(cohort, size=16, seed=seed).splits)
        assert again.images is tiles.images
    with pytest.raises(ValueError, match="drawn anew for tiles of folder_tiles only"):
        dataclasses.replace(tiles, shares={}).drawn(1)


@pytest.mark.parametrize("seed", [-1, None, 1.5, True, "1"])
def test_bad_seeds_of_a_new_split(cohort, seed):
    with pytest.raises((TypeError, ValueError), match=r"^seed must be a whole number, at least 0, got"):
        folder_tiles(cohort, size=16).drawn(seed)


BAD_CHOICES = [None, 3, True, [0, 1], np.array([0.5]), np.array([True]), slice(0, 3, 0), slice(0.0, 3.0)]
BAD_CHOICES += [np.arange(10**4), np.array([-(10**4)]), np.array([2**63], np.uint64), np.ma.array([0, 1], mask=[0, 1])]


@pytest.mark.parametrize("kept", BAD_CHOICES, ids=str)
def test_bad_choices_of_tiles(cohort, kept):
    for tiles in (folder_tiles(cohort, size=16), draw_tiles(TileSettings(), [0, 1])):
        with pytest.raises((TypeError, ValueError), match=r"^kept must"):
            tiles.pick(kept)


@pytest.mark.parametrize("name", [["train"], np.array("train"), None, 5])
def test_a_split_has_one_name(cohort, name):
    with pytest.raises(ValueError, match=r"^name must be one of test, train, validation, got"):
        folder_tiles(cohort, size=16).split(name)


def test_a_slice_of_the_tiles_is_a_copy_too(cohort):
    for tiles in (folder_tiles(cohort, size=16), draw_tiles(TileSettings(), [0, 1])):
        some = tiles.pick(slice(0, 2))
        assert len(some) == 2 and not np.shares_memory(some.images, tiles.images)


@pytest.mark.parametrize("number", [np.float32, np.int64, np.uint8])
def test_what_tiles_were_made_from_is_written_as_json(folder, number):
    resize = number(1) if number is np.float32 else (number(20), number(20))
    read = {"resize": resize, "foreground": {np.uint8(255)}, "splits": {"train": np.float32(1)}}
    tiles = folder_tiles(folder, size=10, **read)
    assert json.loads(json.dumps({**tiles.made_from, **tiles.shares}))["foreground"] == [255]


def test_a_summary_says_how_much_there_is(cohort):
    tiles = folder_tiles(cohort, size=16)
    found = tiles.summary()
    assert list(found.index) == ["train", "validation", "test", "all"]
    assert found.loc["all"].to_dict() == {"images": 12, "groups": 6, "tiles": 24, "positive": 22, "empty": 2}
    assert (found.iloc[:3].sum() == found.loc["all"]).all()
    for name in ("train", "validation", "test"):
        part = tiles.split(name)
        assert found.loc[name, "tiles"] == len(part) and found.loc[name, "positive"] == part.positive.sum()


def test_shares_far_from_those_asked_are_warned_of(cohort):
    for k in range(4):  # two patients of large images
        save(cohort / f"images/slide {k:02}.png", np.zeros((16, 480, 3), np.uint8))
        save(cohort / f"masks/slide {k:02}.png", np.ones((16, 480), bool))
    tiles = None
    for seed in range(10):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tiles = folder_tiles(cohort, size=16, seed=seed)
        got = (tiles.splits == "train").mean()
        far = any(abs((tiles.splits == n).mean() - s) > 0.1 for n, s in tiles.shares.items())
        words = [str(one.message) for one in caught]
        assert bool(words) == far and all(f"train {got:.0%} instead of 70%" in one for one in words)


def test_tiles_that_nearly_coincide_are_warned_of(folder):
    with pytest.warns(
        UserWarning, match=r"^a.png: the last tiles .* 1 of 19 pixels apart, .*: choose a size= or resize="
    ):
        folder_tiles(folder, size=19, splits=ONE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folder_tiles(folder, size=10, splits=ONE)
        folder_tiles(folder, size=10, overlap=9, splits=ONE)  # as asked for


# The page for readers


PAGE = (Path(__file__).parents[2] / "notebooks/BRING_YOUR_OWN_IMAGES.md").read_text(encoding="utf-8")
LINES = dict(re.findall(r"```python\n# ([^\n]*)\n(.*?)```", PAGE, re.DOTALL))  # of every set, what rearranges it


def glas():
    source = Path("Warwick_QU_Dataset")
    for name in ("train_1", "train_2", "testA_1", "testB_1"):
        save(source / f"{name}.bmp", COLOURS)
        save(source / f"{name}_anno.bmp", INSTANCES.astype(np.uint8))
    grades = "name,patient ID, grade (GlaS), grade (Sirinukunwattana et al. 2015)\n"
    rows = (("testA_1", 4), ("testB_1", 5), ("train_1", 6), ("train_2", 4))
    table = grades + "".join(f"{name},{patient}, benign, adenomatous\n" for name, patient in rows)
    (source / "Grade.csv").write_text(table)
    return DISC, 3


def monuseg():
    source = Path("MoNuSeg 2018 Training Data")
    square = [(4.0, 2.0), (9.0, 2.0), (9.0, 5.0), (4.0, 5.0)]
    vertices = "".join(f'<Vertex X="{x}" Y="{y}" Z="0"/>' for x, y in square)
    region = f'<Region Id="1"><Attributes/><Vertices>{vertices}</Vertices></Region><Region Id="2"><Vertices/></Region>'
    for patient in ("18-5592", "38-6178", "A7-A13E"):
        save(source / f"Tissue Images/TCGA-{patient}-01Z-00-DX1.tif", COLOURS)
        outlines = source / f"Annotations/TCGA-{patient}-01Z-00-DX1.xml"
        outlines.parent.mkdir(exist_ok=True)
        outlines.write_text(f"<Annotations><Annotation><Regions>{region}</Regions></Annotation></Annotations>")
    wanted = np.zeros((20, 30), bool)
    wanted[2:6, 4:10] = True
    return wanted, 3


def pannuke():
    masks = np.zeros((4, 20, 30, 6))
    masks[..., 0] = INSTANCES
    masks[:, 0, :5, 4], masks[..., 5] = 7, ~DISC
    for fold in (1, 2, 3):
        for part, array in (("images", np.stack([COLOURS] * 4).astype(float)), ("masks", masks)):
            Path(f"Fold {fold}/{part}/fold{fold}").mkdir(parents=True)
            np.save(f"Fold {fold}/{part}/fold{fold}/{part}.npy", array)
    return DISC, 3


def lynsec():
    Path("lynsec 1").mkdir()
    for k in range(4):
        np.save(f"lynsec 1/{k}_l1.npy", np.dstack([COLOURS, INSTANCES * 300, DISC]).astype(np.int32))
    return DISC, 4


def bbbc038():
    for case in ("00ae", "01b2", "02c4"):
        save(Path(f"stage1_train/{case}/images/{case}.png"), np.dstack([COLOURS, np.full((20, 30), 255, np.uint8)]))
        for k in (1, 2, 3):
            save(Path(f"stage1_train/{case}/masks/{k}{case}.png"), grey(k == INSTANCES))
    return DISC, 3


def isbi2012():
    for stack, array in (("train-volume", COLOURS[..., 0]), ("train-labels", grey(~DISC))):
        page = Image.fromarray(array)
        page.save(f"{stack}.tif", save_all=True, append_images=[page] * 29)
    return DISC, 5


def drive():
    for part, numbers in (("training", (21, 22, 23, 24)), ("test", (1, 2))):
        for number in numbers:
            save(Path(f"DRIVE/{part}/images/{number:02}_{part}.tif"), COLOURS)
            save(Path(f"DRIVE/{part}/1st_manual/{number:02}_manual1.gif"), grey(DISC))
            save(Path(f"DRIVE/{part}/mask/{number:02}_{part}_mask.gif"), grey(FIELD))
    return DISC & FIELD, 6


SETS = {
    "GlaS": glas,
    "MoNuSeg": monuseg,
    "PanNuke": pannuke,
    "LyNSeC": lynsec,
    "BBBC038": bbbc038,
    "ISBI 2012": isbi2012,
    "DRIVE": drive,
}


@pytest.mark.filterwarnings("ignore:the tiles are shared out badly")
@pytest.mark.parametrize("name", SETS)
def test_the_page_rearranges_a_public_set(name, tmp_path, monkeypatch):
    """On files that are laid out as the owners' are; the pixels are ours."""
    monkeypatch.chdir(tmp_path)
    wanted, groups = SETS[name]()
    exec(LINES["setup"] + LINES[name], {})
    folder = SETS[name].__name__
    (options,) = re.findall(rf'`folder_tiles\("{folder}", ([^`]*)\)`', PAGE)
    tiles = folder_tiles(folder, **{**eval(f"dict({options})"), "size": 30, "overlap": 0, "resize": None})
    assert len(tiles.group_names) == groups and set(tiles.splits) == {"train", "validation", "test"}
    for target in tiles.targets:
        np.testing.assert_array_equal(target[:20], wanted)


def test_a_field_of_view_and_an_owners_test_part(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    drive()
    exec(LINES["setup"] + LINES["DRIVE"], {})
    tiles = folder_tiles("drive", size=30, ignore=255)
    for mask in tiles.mask:
        np.testing.assert_array_equal(mask[:20], FIELD)
    assert set(tiles.files[tiles.splits == "test"]) == {"01.tif", "02.tif"}


def test_the_page_has_no_other_code():
    assert {*LINES} == {"setup", *SETS}
    assert len(re.findall("```python", PAGE)) == len(LINES)


SCRIPTS = re.findall("```\n(from .*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"```sh\npython -m tverskylib.training (.*)\n```", PAGE)


@pytest.fixture
def glands(tmp_path, monkeypatch):
    """A folder as the page has it, small, in the folder where its lines are run."""
    monkeypatch.chdir(tmp_path)
    for k in range(8):
        save(tmp_path / f"glands/images/{k}.png", RNG.integers(0, 256, (96, 96, 3), dtype=np.uint8))
        save(
            tmp_path / f"glands/masks/{k}.png", np.kron(np.arange(4).reshape(2, 2), np.ones((48, 48))).astype(np.uint8)
        )


@pytest.mark.filterwarnings("ignore:the tiles are shared out badly")
def test_the_scripts_of_the_page_run_as_printed(glands):
    assert len(SCRIPTS) == 2
    exec("\n".join(SCRIPTS), names := {})
    assert len(names["train"]) and names["some"].positive.all()


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_of_the_page_run_as_printed(glands, line, monkeypatch, capsys):
    """The long one as far as the grid."""
    from tverskylib.training import __main__ as command

    called = []
    if "--first" not in line:
        monkeypatch.setattr(command, "run_grid", lambda settings, *_, **__: called.extend(settings) or settings)
    assert command.main(shlex.split(line)) == 0
    said = capsys.readouterr()
    assert "glands, in tiles of 64 pixels:" in said.out and "timed on a step" in said.out
    if "--seeds" in line:
        assert len(called) == 10 and {one.seed for one in called} == set(range(5))
    elif "--dry-run" in line:
        assert not called
    else:
        assert "2 records in results" in said.out


@pytest.mark.parametrize(
    "names",
    [
        ("7", "07"),
        ("7", "7.0"),
        ("7", "007."),
        ("12", "12,0"),
        ("7", "+7"),
        ("7", "'7"),
        ("7", '=""7""'),
        ("1000", "1E+03"),
        ("7.5", "7.50"),
        ("7", "\u0667"),
    ],
)
def test_what_a_spreadsheet_makes_of_a_number_is_one_patient(cohort, names):
    files = sorted(path.name for path in (cohort / "images").iterdir())
    groups = [*names, *(f"p{k}" for k in range(len(files) - 2))]
    rows = "".join(f'{file},"{group}"\n' for file, group in zip(files, groups, strict=True))
    (cohort / "groups.csv").write_text("file,group\n" + rows, encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"must write a group's name alike everywhere, and .* or a spreadsheet changes"
    ):
        folder_tiles(cohort, size=16)


@pytest.mark.parametrize(
    ("column", "values"), [("set", "train"), ("subset", "Val"), ("fold", "testing"), ("phase", "dev")]
)
def test_a_column_that_holds_splits_is_no_note(cohort, column, values):
    files = sorted(path.name for path in (cohort / "images").iterdir())
    rows = "".join(f"{file},p{k},{values}\n" for k, file in enumerate(files))
    (cohort / "groups.csv").write_text(f"file,group,{column}\n" + rows, encoding="utf-8")
    with pytest.raises(
        ValueError, match=f"must call the column of splits split, and {column} holds '{values.casefold()}'"
    ):
        folder_tiles(cohort, size=16)


def test_a_resize_beyond_all_limits_is_refused_before_anything_is_made(cohort):
    with pytest.raises(ValueError, match=r"must have at most max_pixels=\d+ pixels after resize=1000000000000.0"):
        folder_tiles(cohort, size=16, resize=1e12)


@pytest.mark.parametrize("options", [{"size": 20}, {"size": 24, "overlap": 20}, {"size": 16, "resize": (200, 200)}])
@pytest.mark.filterwarnings("ignore")
def test_narrow_integers_do_not_wrap_around(cohort, options):
    def narrow(value):
        return tuple(map(np.uint8, value)) if isinstance(value, tuple) else np.uint8(value)

    wide = folder_tiles(cohort, **options)
    found = folder_tiles(cohort, **{name: narrow(value) for name, value in options.items()})
    assert np.array_equal(found.images, wide.images) and np.array_equal(found.targets, wide.targets)


@pytest.mark.parametrize("path", [None, 3, b"folder"])
def test_what_is_no_path_of_a_folder_is_refused(path):
    with pytest.raises(TypeError, match=r"^path must be the name of a folder"):
        folder_tiles(path, size=16)


@pytest.mark.parametrize("name", ["", " ", "all"])
def test_a_split_has_a_name_of_its_own(cohort, name):
    with pytest.raises(ValueError, match=f'none may be "all", which stands for all of them, got {name!r}'):
        folder_tiles(cohort, size=16, splits={"train": 0.5, name: 0.5})


@pytest.mark.parametrize("name", ["patient", "Patient ID", "subject_no", "Case", "Group"])
def test_groups_that_tear_a_patient_apart_are_refused(cohort, name):
    write_groups(cohort, {f"slide {k:02}": f"{k},p{k // 2}" for k in range(12)}, f"file,group,{name}")
    with pytest.raises(ValueError, match=f"must keep in one group what has one {name}, and {name} p0 is in 0 and 1: t"):
        folder_tiles(cohort, size=16)
    write_groups(cohort, {f"slide {k:02}": f"h{k // 4},p{k // 2}" for k in range(12)}, f"file,group,{name}")
    assert len(folder_tiles(cohort, size=16).group_names) == 3  # several patients of a hospital
    write_groups(cohort, {f"slide {k:02}": f"{k // 2},{k % 2}" for k in range(12)}, "file,group,age group")
    assert len(folder_tiles(cohort, size=16).group_names) == 6


@pytest.mark.parametrize(
    ("name", "first"),
    [
        *(("slides.csv", "file,group"), ("clinical.csv", "name;Patient ID;age"), ("a.TSV", "image\tsubject")),
        ("info.csv", '"file","case_id"'),
        *(
            ("first.csv", "patient_id,file"),
            ("bids.tsv", "participant_id\tage"),
            ("excel.csv", "sep=;\nMRN;file"),
        ),
        *(("notes.csv", "# from the ward\n\nfile|Patient Identifier"), ("hash.csv", "#patient\tfile")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le"])
def test_a_table_of_patients_under_any_name_is_not_passed_over(cohort, name, first, encoding):
    (cohort / "groups.csv").rename(cohort / name)
    (cohort / name).write_text(f"{first}\n", encoding=encoding)
    with pytest.raises(ValueError, match=f"{name}: the table of groups must be a file groups.csv, .*save it"):
        folder_tiles(cohort, size=16)
    (cohort / name).write_text("file,stain,age group\n")
    assert len(folder_tiles(cohort, size=16).group_names) == 12


def test_one_image_under_two_names_is_warned_of(cohort):
    save(cohort / "images/slide 03.png", COLOURS[:16, :24])
    save(cohort / "images/slide 02.png", COLOURS[:16, :24])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folder_tiles(cohort, size=16)  # of one patient, and images of one colour
    for k in (8, 9):
        save(cohort / f"images/slide {k:02}.png", COLOURS[:16, :24])
    with pytest.warns(
        UserWarning, match=r"^slide 02.png and slide 08.png show the same, .* \(and 1 more such pairs\), "
    ):
        folder_tiles(cohort, size=16)
