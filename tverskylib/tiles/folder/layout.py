"""Which image belongs to which mask, which patient to which image, and which split to which patient."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.folder.decode import FORMATS, fail

LITTER = ("thumbs.db", "desktop.ini")  # left in folders by Windows; names that begin with a dot are passed over too


def find_pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Each image with its mask, in the order of the images' names."""
    images, masks = (_by_stem(folder / name) for name in ("images", "masks"))
    if not images and not masks:
        fail(folder / "images", "must hold at least one image, is empty")
    for files, others, other in ((images, masks, "masks"), (masks, images, "images")):
        alone = sorted(files.keys() - others.keys())
        if alone:
            more = f" (nor have {len(alone) - 1} more)" if len(alone) > 1 else ""
            fail(files[alone[0]], f"must have a partner of the same stem, {other}/{alone[0]}.*, and has none{more}")
    return [(images[stem], masks[stem]) for stem in images]


def _by_stem(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder.as_posix()}: there must be a folder of this name, with one file an image")
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):  # paths sort otherwise on Windows
        if file.name.startswith(".") or file.name.lower() in LITTER:
            continue
        if file.suffix.lower() not in FORMATS or not file.is_file():
            fail(file, f"must be an image file, {', '.join(FORMATS)}: move anything else out of this folder")
        if file.stem in found:
            fail(file, f"must be the only file of its stem, and there is {found[file.stem].name} too")
        found[file.stem] = file
    return found


def read_groups(table: Path, images: list[Path]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The group's number of every image, and the groups' names."""
    if table.is_file():
        group_of = _read_table(table, images)
        for image in images:
            if image not in group_of:
                fail(table, f"must name every image, and {image.name} is missing")
    else:
        group_of = {image: image.name for image in images}
    names = sorted(set(group_of.values()))
    number = {name: k for k, name in enumerate(names)}
    return np.array([number[group_of[image]] for image in images], np.int64), tuple(names)


def _read_table(table: Path, images: list[Path]) -> dict[Path, str]:
    known = {image.stem: image for image in images} | {image.name: image for image in images}
    group_of: dict[Path, str] = {}
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, skipinitialspace=True)
            columns = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = columns
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        fail(table, f"must be a table in UTF-8, its columns separated by commas: {error}", error)
    if not {"file", "group"} <= set(columns):
        fail(table, f"must have the columns file and group, separated by a comma, got {','.join(columns) or 'nothing'}")
    for line, row in rows:
        file, group = ((row[column] or "").strip() for column in ("file", "group"))
        if not file or not group:
            fail(table, f"must name a file and a group in every row, and line {line} does not")
        if file not in known:
            fail(table, f"must name files that are there, and line {line} names {file}, which is not in images/")
        if known[file] in group_of:
            fail(table, f"must name every file once, and line {line} names {file} again")
        group_of[known[file]] = group
    return group_of


def draw_splits(folder: Path, groups: int, splits: Mapping[str, float], seed: int) -> list[str]:
    """The name of every group's split: one group each, the others by largest remainder of the shares."""
    if groups < len(splits):
        rule = f"must hold at least one group for each of {', '.join(splits)}, got {groups}"
        fail(folder, f"{rule} (without groups.csv, every image is a group)")
    exact = np.array(list(splits.values())) * groups
    sizes = np.maximum(np.floor(exact + 1e-9).astype(int), 1)
    while sizes.sum() < groups:
        sizes[np.argmax(exact - sizes)] += 1
    while sizes.sum() > groups:
        sizes[np.argmax(np.where(sizes > 1, sizes - exact, -np.inf))] -= 1
    drawn = [name for name, count in zip(splits, sizes, strict=True) for _ in range(count)]
    split_of = [""] * groups
    for group, name in zip(np.random.default_rng(seed).permutation(groups), drawn, strict=True):
        split_of[group] = name
    return split_of
