"""Which patient an image shows, and which split a patient is in."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.folder.layout import composed, entries, what_else
from tverskylib.tiles.folder.stored import fail

TABLE = "groups.csv"
# What a column of splits holds, and the columns and first lines that name patients.
LIKE_SPLIT = re.compile(
    r"(train|val|valid|validation|dev|test|hold[-_ ]?out|eval|evaluation)(ing)?([-_ ]?(set|data|split))?", re.IGNORECASE
)
OF_PATIENTS = re.compile(
    r"(groups?|mrn|((patient|subject|case|donor|participant)s?([-_ ]?(id|identifier|label|no|nr|number|name|code|barcode))?))",
    re.IGNORECASE,
)
IN_NAMES = ("group", "patient", "participant", "subject")  # of files that name patients
NOTE = re.compile(r"\W*|[\W_]*#.*|[\"']?sep=.*")  # a line that may stand above those of a table
MARKS = "\xef\xbb\xbf\xff\xfe"  # of UTF-8 and UTF-16, at the beginning of a file
# Letters of other scripts that look like Latin ones, and kinds of quotes.
LOOKALIKES = str.maketrans("асеорхіјѕукмнтвορτυικαν" + "“”„«»’‘−", "aceopxijsykmhtboptuikav" + '"""""' + "''-")
# What no font shows, though Unicode calls it a letter or a mark.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]")
NUMBER = re.compile(r"[+]?\d+([.,]\d*)?(e[+-]?\d{1,3})?")


class Groups(NamedTuple):
    """Of every image its group's number; of every group its name and the split that its owner gave it, or ""."""

    of_images: NDArray[np.int64]
    names: tuple[str, ...]
    given: tuple[str, ...]


def read_groups(folder: Path, images: list[Path], splits: Sequence[str]) -> Groups:
    """The groups in ``groups.csv``; without that file every image is a group of its own."""
    table = _table(folder)
    rows = _read_table(table, images, splits) if table else {image: (composed(image.name), "") for image in images}
    for image in images:
        if table and image not in rows:
            fail(table, f"must name every image, and {image.name} is missing")
    given: dict[str, str] = {}
    for group, split in rows.values():
        if table and given.setdefault(group, split) != split:
            rule = f"must give all images of a group the same split, and {group} has {given[group] or 'none'}"
            fail(table, f"{rule} and {split or 'none'}")
        given[group] = split
    names = sorted(given)
    if table:
        _check_names(table, names)
    number = {name: k for k, name in enumerate(names)}
    of_images = np.array([number[rows[image][0]] for image in images], np.int64)
    return Groups(of_images, tuple(names), tuple(given[name] for name in names))


def _table(folder: Path) -> Path | None:
    """The table of groups, if there is one. Whatever else has nearly its name would leave patients in two splits."""
    found = entries(folder)
    there = any(entry.name == TABLE and entry.is_file() for entry in found)
    for entry in found:
        if entry.name == TABLE and there:
            continue
        name = composed(entry.name).casefold()
        stem, dot, _ = name.partition(".")
        # A browser saves groups (1).csv, and a system calls a copy groups - Copy.csv: beside the table, it is a copy.
        taken_for_it = not there and not entry.is_dir() and any(word in name for word in IN_NAMES)
        if not there and not taken_for_it and (names := _names_patients(entry)):
            rule = (
                f"the table of groups must be a file {TABLE}, and this one, which may be it, has {names!r} in its first"
            )
            fail(entry, f"{rule} line: save it so, with the columns file and group, or move it away")
        if taken_for_it or (dot and stem in ("groups", "group")):
            other = what_else(entry)
            rule = f"the table of groups must be a file {TABLE}, exactly so"
            fail(entry, f"{rule}, got {other}" if other else f"{rule}: save it as {TABLE}, or move it away")
    return folder / TABLE if there else None


def _names_patients(file: Path) -> str | None:
    """The word in the first line of a table, or in the notes above it, for what should not be in two splits."""
    if file.suffix.lower() not in (".csv", ".tsv") or not file.is_file():
        return None
    try:
        with file.open("rb") as stream:
            lines = stream.read(10_000).replace(b"\0", b"").decode("latin-1").lstrip(MARKS).splitlines()  # UTF-16 too
    except OSError:
        return None
    notes = len([*takewhile(NOTE.fullmatch, lines)])
    names = [name.strip(" \"'#") for line in lines[: notes + 1] for name in re.split("[,;|\t]", line)]
    return next((name for name in names if OF_PATIENTS.fullmatch(name)), None)


def _read_table(table: Path, images: list[Path], splits: Sequence[str]) -> dict[Path, tuple[str, str]]:
    """Of every image that the table names, its group and its split."""
    known = {composed(image.stem): image for image in images} | {composed(image.name): image for image in images}
    rows_of: dict[Path, tuple[str, str]] = {}
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, skipinitialspace=True)
            columns = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = columns
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        fail(table, f"must be a table in UTF-8, its columns separated by commas: {error}", error)
    except OSError as error:
        fail(table, f"must be readable: {error.strerror}", error)
    if not {"file", "group"} <= set(columns):
        fail(table, f"must have the columns file and group, separated by a comma, got {','.join(columns) or 'nothing'}")
    if twice := {name for name in columns if columns.count(name) > 1} & {"file", "group", "split"}:
        fail(table, f"must have each column once, and has {min(twice)} twice")
    for name in columns:
        if name != "split" and name.casefold().startswith("split"):
            fail(table, f"must call the column of splits split, exactly so, got {name}: call it so, or something else")
    _check_other_columns(table, columns, [row for _, row in rows], splits)
    for line, row in rows:
        if any(more.strip() for more in row.pop(None, None) or ()):
            fail(table, f'must have no more columns than its first line, and line {line} does: put "..." around commas')
        file, group, split = (composed(row.get(column) or "").strip() for column in ("file", "group", "split"))
        if not file or not _as_seen(group):
            fail(table, f"must name a file and a group in every row, and line {line} does not")
        if file not in known:
            fail(table, f"must name files that are there, and line {line} names {file}, which is not in images/")
        if known[file] in rows_of:
            fail(table, f"must name every file once, and line {line} names {file} again")
        if split and split not in splits:
            rule = f"must name one of {', '.join(splits)} or nothing as split"
            fail(table, f"{rule}, and line {line} names {split}")
        rows_of[known[file]] = group, split
    return rows_of


def _check_other_columns(
    table: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]], splits: Sequence[str]
) -> None:
    """Notes are free, but for splits under another name, and patients that the groups tear apart."""
    for name in columns:
        cells = [(composed(row.get(name) or "").strip(), composed(row.get("group") or "").strip()) for row in rows]
        present = {cell for cell, _ in cells} - {""}
        if name in ("file", "group", "split") or not present:
            continue
        if all(LIKE_SPLIT.fullmatch(cell) or cell in splits for cell in present):
            held = min(present).casefold()
            rule = f"must call the column of splits split, and {name} holds {held!r}: call it split, or take it out"
            fail(table, rule)
        if OF_PATIENTS.fullmatch(name):
            group_of: dict[str, str] = {}
            for cell, group in cells:
                if cell and group_of.setdefault(cell, group) != group:
                    rule = f"must keep in one group what has one {name}, and {name} {cell} is in {group_of[cell]}"
                    fail(table, f"{rule} and {group}: take {name} for the groups, or take that column out")


def _check_names(table: Path, names: Sequence[str]) -> None:
    """Two names that the eye takes for one would put a patient into two splits."""
    seen: dict[str, str] = {}
    for name in names:
        alike = _as_seen(name)
        if alike in seen:
            rule = "must write a group's name alike everywhere"
            fail(
                table,
                f"{rule}, and {seen[alike]!r} and {name!r} differ only in what the eye passes over, or a spreadsheet changes",
            )
        seen[alike] = name


def _as_seen(name: str) -> str:
    """Without case, the number of spaces, the width and script of letters, kinds of hyphens and quotes, what is not
    seen at all, and what a spreadsheet does to numbers: 07, 7.0, '7 and ="7" for 7, 1E+03 for 1000."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    kinds = {"Pd": "-", "Cf": "", "Cc": ""}  # dashes; soft hyphens, spaces of no width; what steers a printer
    seen = UNSEEN.sub("", " ".join(folded.split()))
    plain = "".join(kinds.get(unicodedata.category(letter), letter) for letter in seen).translate(LOOKALIKES)
    plain = " ".join(plain.split())
    number = plain.removeprefix("=").strip("'\"")
    return f"{Decimal(number.replace(',', '.')).normalize():f}" if NUMBER.fullmatch(number) else plain


def draw_splits(given: Sequence[str], splits: Mapping[str, float], seed: int) -> list[str]:
    """The name of every group's split: one group each, the others by largest remainder of the shares.

    Where an owner gave splits, they stay, and the other groups go to the splits that no owner named.

    Args:
        given: of every group the split that its owner gave it, or "".
        splits: names and shares.
        seed: of the drawing.

    Raises:
        ValueError: a split gets no group.
    """
    free = [group for group, name in enumerate(given) if not name]
    named = set(given) - {""}
    open_to_all = {name: share for name, share in splits.items() if name not in named}
    if free and not open_to_all:
        raise ValueError("the table names every split: then it must give every group one, and some have none")
    if len(free) < len(open_to_all):
        rule = f"must hold at least one group for each of {', '.join(open_to_all)}, got {len(free)}"
        if named:
            raise ValueError(f"{rule} that groups.csv leaves open (leave the column split empty for such groups)")
        raise ValueError(f"{rule} (without groups.csv, every image is a group)")
    split_of = list(given)
    if not free:
        return split_of
    shares = np.array(list(open_to_all.values()))
    exact = shares / shares.sum() * len(free)
    sizes = np.maximum(np.floor(exact + 1e-9).astype(int), 1)
    while sizes.sum() < len(free):
        sizes[np.argmax(exact - sizes)] += 1
    while sizes.sum() > len(free):
        sizes[np.argmax(np.where(sizes > 1, sizes - exact, -np.inf))] -= 1
    drawn = [name for name, count in zip(open_to_all, sizes, strict=True) for _ in range(count)]
    for place, name in zip(np.random.default_rng(seed).permutation(len(free)), drawn, strict=True):
        split_of[free[place]] = name
    return split_of
