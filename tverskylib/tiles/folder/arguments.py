"""What may be given to ``folder_tiles``, checked before a file is looked at."""

from __future__ import annotations

import numbers
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from tverskylib._checks import describe
from tverskylib._numbers import is_number
from tverskylib.tiles.folder.pair import MOST

MOST_LONG = 2**31 - 1  # of a side, in pixels: as much as the formats of files can say


def checked_path(path: str | os.PathLike[str]) -> Path:
    """The folder's path."""
    if not isinstance(path, (str, os.PathLike)) or isinstance(os.fspath(path), bytes):
        raise TypeError(f"path must be the name of a folder, text or a pathlib.Path, got {describe(path)}")
    return Path(path)


def checked_numbers(
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


def checked_resize(resize: float | tuple[int, int] | None) -> float | tuple[int, int] | None:
    """A factor or a height and a width, as Python's numbers."""
    if resize is None:
        return None
    if isinstance(resize, tuple) and len(resize) == 2 and all(_is_integer(length) for length in resize):
        if not all(1 <= length <= MOST_LONG for length in resize):
            told = ", ".join(describe(length) for length in resize)
            raise ValueError(f"resize must give a height and a width from 1 to {MOST_LONG}, got ({told})")
        return int(resize[0]), int(resize[1])
    if not is_number(resize):
        raise TypeError(f"resize must be a factor, (height, width) in whole pixels or None, got {resize!r}")
    try:
        factor = float(resize)  # type: ignore[arg-type]
    except OverflowError:
        factor = np.inf
    if not 0 < factor < np.inf:
        raise ValueError(f"resize must be a finite factor greater than 0, got {describe(resize)}")
    return factor


def checked_foreground(foreground: object, ignore: int | None) -> Literal["nonzero"] | frozenset[int] | None:
    """The numbers of the foreground, none of them ignored."""
    if foreground is None:
        return None
    if isinstance(foreground, str) and foreground == "nonzero":
        return "nonzero"
    # Of a mapping one could mean the keys or the values; an array without a dimension has no length.
    if (
        isinstance(foreground, (str, bytes, Mapping))
        or not isinstance(foreground, Collection)
        or _has_no_length(foreground)
    ):
        raise TypeError(f'foreground must be a set of class numbers, "nonzero" or None, got {describe(foreground)}')
    if not len(foreground) or not all(_is_integer(number) for number in foreground):
        raise ValueError(f"foreground must hold class numbers, at least one, got {foreground!r}")
    classes = frozenset(int(number) for number in foreground)
    if ignore in classes:
        raise ValueError(f"ignore must not be one of the foreground's class numbers, got {describe(ignore)}")
    return classes


def _has_no_length(array: object) -> bool:
    return getattr(array, "ndim", 1) == 0


def check_splits(splits: Mapping[str, float]) -> None:
    """Raise TypeError or ValueError for what are no shares of named splits."""
    if not isinstance(splits, Mapping) or not all(isinstance(name, str) for name in splits):
        raise TypeError(f"splits must map names to shares, got {describe(splits)}")
    if unusable := [name for name in splits if not name.strip() or name == "all"]:
        raise ValueError(
            f'splits must have names, and none may be "all", which stands for all of them, got {unusable[0]!r}'
        )
    shares = splits.values()
    if not all(is_number(share) and 0 < share < 2 for share in shares) or abs(sum(shares) - 1) > 1e-6:
        told = ", ".join(f"{name!r}: {describe(share)}" for name, share in splits.items())
        raise ValueError(f"splits must be shares greater than 0 that add up to 1, got {{{told}}}")


def check_gigabytes(most: float) -> None:
    """Raise ValueError for what is no limit."""
    if isinstance(most, bool) or not isinstance(most, numbers.Real) or not most > 0:
        raise ValueError(f"max_gigabytes must be a number greater than 0, got {describe(most)}")
