"""What an image file stores, whatever its format: numbers, and what the file says that they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from numpy.typing import NDArray

FORMATS = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP"}
ORIENTATION = 274  # the tag of TIFF and of EXIF
TURNED = range(2, 9)  # its values; 0 is written by cameras that do not know, 1 is upright


class Stored(NamedTuple):
    """The numbers of a file as they are stored: nothing is scaled, inverted, looked up or laid on white.

    Args:
        numbers: (H, W, bands), of whole numbers or floating point; alpha is not among the bands.
        bits: of a number, 1 to 64.
        alpha: (H, W), of the same depth (of a palette's entries: 8 bits); None where the file has none.
        premultiplied: the colours were multiplied by alpha before they were stored.
        palette: uint8, (colours, 3), that the numbers index; None where they are grey or red, green and blue.
        white_is_zero: the greatest number is black.
        lossy: the numbers may differ from what was saved, as in JPEG.
        keyed: alpha follows from the numbers, as the file calls a number, a colour or palette entries transparent.
    """

    numbers: NDArray[Any]
    bits: int
    alpha: NDArray[Any] | None = None
    premultiplied: bool = False
    palette: NDArray[Any] | None = None
    white_is_zero: bool = False
    lossy: bool = False
    keyed: bool = False


class BrokenRuleError(ValueError):
    """A file or a folder that breaks a rule; the message names both."""


def fail(file: Path, rule: str, cause: Exception | None = None) -> NoReturn:
    """Raise BrokenRuleError with the file and the rule that it breaks."""
    raise BrokenRuleError(f"{file.as_posix()}: {rule}") from cause


def fail_to_read(file: Path, error: Exception) -> NoReturn:
    """Raise BrokenRuleError for what a decoder said."""
    form = FORMATS[file.suffix.lower()]
    why = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, PermissionError):
        fail(file, f"must be readable, and you have no permission to read it ({why})", error)
    fail(file, f"must be a whole {form} file, and cannot be read (unreadable or truncated): {why}", error)


def fail_for_pages(file: Path, pages: int) -> NoReturn:
    """Raise BrokenRuleError for a file of several images."""
    fail(file, f"one file must hold one image, got {pages} pages: save each page as a file of its own")


def check_upright(file: Path, orientation: object) -> None:
    """Raise BrokenRuleError for an image that is stored on its side or mirrored."""
    if orientation in TURNED:
        rule = f"an image must be stored upright, got the orientation {orientation}"
        fail(file, f"{rule}: turn it and save it without that tag")
