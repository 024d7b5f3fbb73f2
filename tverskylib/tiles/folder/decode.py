"""One image file or one mask file as an array, or an error that names the file and the rule that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tverskylib.tiles.folder.raster import raster_shape, raster_stored
from tverskylib.tiles.folder.stored import FORMATS, BrokenRuleError, Stored, fail, fail_to_read
from tverskylib.tiles.folder.tiff import tiff_shape, tiff_stored

SHOWN = 8  # of the numbers in a mask, in an error


class Picture(NamedTuple):
    """An image before its colours become 8 bits.

    Args:
        colour: whole numbers of at least 0, (H, W, 3).
        white: the number that is white by the file's depth, 1 to 65535; of ``white_is_zero``, the number that is black.
        opacity: float32 in [0, 1], (H, W); None where the file says nothing of it.
        premultiplied, white_is_zero: as in :class:`Stored`.
    """

    colour: NDArray[Any]
    white: int
    opacity: NDArray[np.float32] | None
    premultiplied: bool
    white_is_zero: bool


def shape(file: Path) -> tuple[int, int]:
    """Height and width, from the header: no pixel is read."""
    with _named(file):
        return tiff_shape(file) if FORMATS[file.suffix.lower()] == "TIFF" else raster_shape(file)


def stored(file: Path) -> Stored:
    """What the file stores."""
    with _named(file):
        return tiff_stored(file) if FORMATS[file.suffix.lower()] == "TIFF" else raster_stored(file)


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Over a broken file a decoder may raise anything: it becomes an error that names the file."""
    try:
        yield
    except (BrokenRuleError, ModuleNotFoundError):
        raise
    except Exception as error:
        fail_to_read(file, error)


def read_picture(file: Path) -> Picture:
    """Red, green and blue, and how opaque each pixel is."""
    found = stored(file)
    numbers, bits, alpha = found.numbers, found.bits, found.alpha
    signed = alpha is not None and alpha.dtype.kind == "i"
    most = 255 if found.palette is not None and found.keyed else 2 ** (bits - signed) - 1
    if found.palette is not None:
        if numbers.max() >= len(found.palette):
            fail(file, f"its palette must have every colour, and has {len(found.palette)} of {int(numbers.max()) + 1}")
        numbers, bits = found.palette[numbers[..., 0]], 8
    if numbers.dtype.kind not in "iu":
        what = f"got {numbers.dtype}: multiply by 255 what lies in [0, 1], round it, and save it as uint8"
        fail(file, f"an image must have 8 or 16 bits a channel, whole numbers, {what}")
    if numbers.dtype.kind == "i" or bits > 16:
        if numbers.min() < 0 or numbers.max() > 65535:
            what = f"got {numbers.dtype} numbers from {numbers.min()} to {numbers.max()}: save it as 16-bit TIFF"
            fail(file, f"an image must have 8 or 16 bits a channel, {what}")
        numbers, bits = numbers.astype(np.uint16), 16
    colour = np.broadcast_to(numbers, (*numbers.shape[:2], 3))
    opacity = None if alpha is None else np.clip(alpha / np.float32(most), 0, 1).astype(np.float32)
    if opacity is not None and not found.keyed and 0 < opacity.max() <= 0.5:
        # 255 or 65535 is opaque, and 1 or 4095 was meant: all would be nearly white.
        what = f"the greatest opacity is {int(alpha.max())} of {most}"  # type: ignore[union-attr]
        fail(file, f"some pixel must be more opaque than transparent, and {what}: save it without that channel")
    return Picture(colour, 2**bits - 1, opacity, found.premultiplied, found.white_is_zero)


def read_numbers(file: Path) -> tuple[NDArray[np.int64], bool]:
    """The mask's number at every pixel, (H, W), and whether it has one bit.

    They are the numbers that are stored: the palette's and not its colours, of one bit 0 and 1, and where white is
    zero they are not inverted.
    """
    found = stored(file)
    numbers, alpha = found.numbers, found.alpha
    if alpha is not None and not found.keyed and (alpha != alpha.max()).any():
        fail(file, "a mask must not be transparent in places: save it as grey, one number a pixel")
    if numbers.dtype.kind not in "iuf":
        fail(file, f"a mask must hold whole numbers, got {numbers.dtype}: save it as grey, one number a pixel")
    if numbers.dtype.kind == "f" and not (np.isfinite(numbers) & (numbers == np.round(numbers))).all():
        what = f"got {numbers.dtype} numbers with fractions, NaN or infinity"
        fail(file, f"a mask must hold whole numbers, {what}: round them and save it as uint8 or uint16")
    if (numbers != numbers[..., :1]).any():
        fail(file, "a mask must have one number a pixel, got colours: save it as grey or as a palette image")
    numbers = numbers[..., 0]
    if float(numbers.max()) >= 2.0**63 or float(numbers.min()) < -(2.0**63):
        fail(file, f"a mask's numbers must lie within 64 bits, got {numbers.max()}: save it as uint8 or uint16")
    whole = numbers.astype(np.int64)
    if found.lossy and not np.isin(whole, (0, 255)).all():
        present = some([int(number) for number in np.unique(whole)])
        fail(file, f"a mask stored with loss must hold exactly 0 and 255, got {present}: JPEG changes numbers, use PNG")
    return whole, found.bits == 1


def some(found: list[int]) -> str:
    """The first few numbers, and how many more there are."""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(str(number) for number in found[:SHOWN]) + more
