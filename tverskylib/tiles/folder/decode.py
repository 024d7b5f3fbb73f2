"""One image file or one mask file as an array, or an error that names the file and the rule that it breaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from tverskylib._extras import optional

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP"}
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I", "I;16", "I;16B", "I;16L")  # Pillow's names for what we take
BITS_PER_SAMPLE, ORIENTATION = 258, 274  # tags of TIFF and of EXIF
DEPTH, COLOUR_TYPE, GREY = 24, 25, 0  # of a PNG: where its header says them, and the type that Pillow reads in full


class Picture(NamedTuple):
    """An image as it is stored.

    Args:
        colour: uint8 or uint16, (H, W, 3).
        opacity: float32 in [0, 1], (H, W); None where the file says nothing of it.
        coarse: 16 bits were stored and the upper 8 could be read.
    """

    colour: NDArray[Any]
    opacity: NDArray[np.float32] | None
    coarse: bool


def fail(file: Path, rule: str, cause: Exception | None = None) -> NoReturn:
    raise ValueError(f"{file.as_posix()}: {rule}") from cause


def read_picture(file: Path) -> Picture:
    """Red, green and blue as they are stored, and how opaque each pixel is."""
    array, coarse = _read(file, numbers=False)
    if array.dtype not in (np.uint8, np.uint16):
        if array.dtype.kind not in "iu" or array.min() < 0 or array.max() > 65535:
            fail(file, f"an image must have 8 or 16 bits a channel, got {array.dtype} numbers: save it as 16-bit TIFF")
        array = array.astype(np.uint16)
    has_alpha = array.shape[2] in (2, 4)
    opacity = array[..., -1].astype(np.float32) / np.float32(np.iinfo(array.dtype).max) if has_alpha else None
    colour = array[..., :-1] if has_alpha else array
    return Picture(np.broadcast_to(colour, (*array.shape[:2], 3)), opacity, coarse)


def read_numbers(file: Path) -> NDArray[np.int64]:
    """The mask's number at every pixel, (H, W): the palette's numbers and not its colours; 0 and 255 for 1 bit."""
    array, coarse = _read(file, numbers=True)
    has_alpha = array.shape[2] in (2, 4)
    if has_alpha and (array[..., -1] != array[..., -1].max()).any():
        fail(file, "a mask must not be transparent in places: save it as grey, one number a pixel")
    channels = array[..., :-1] if has_alpha else array
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.round(array))).all():
        fail(file, f"a mask must hold whole numbers, got {array.dtype} numbers with fractions, NaN or infinity")
    if coarse or (channels != channels[..., :1]).any():
        fail(file, "a mask must have one number a pixel, got colours: save it as grey or as a palette image")
    return channels[..., 0].astype(np.int64)


def _read(file: Path, *, numbers: bool) -> tuple[NDArray[Any], bool]:
    """The array (H, W, channels), and whether it is coarse."""
    image, pages = _open(file)
    if pages > 1:
        fail(file, f"one file must hold one image, got {pages} pages: save each page as a file of its own")
    if image is None:
        return _with_scikit_image(file, channels=(1,)), False
    if image.getexif().get(ORIENTATION, 1) != 1:
        fail(file, "an image must be stored upright, got an EXIF orientation: turn it and save it without that tag")
    if image.mode not in (*MODES, "F"):
        fail(file, f"colours must be RGB, RGBA, grey or a palette, got {image.mode}: save it as RGB")
    if image.format == "TIFF" and 16 in _bits_per_sample(image)[1:]:
        return _with_scikit_image(file, channels=(2, 3, 4)), False  # Pillow would cut the lower 8 bits
    array = _to_array(image, numbers)
    if image.format == "PNG" and _is_deep_colour(file):
        return array.astype(np.uint16) * np.uint16(257), True
    return array, False


def _open(file: Path) -> tuple[Image | None, int]:
    """The decoded image and how many pages its file has; None for a TIFF of numbers that Pillow does not know."""
    from PIL import Image, UnidentifiedImageError

    form = FORMATS[file.suffix.lower()]
    try:
        with Image.open(file, formats=[form]) as image:
            image.verify()  # the checksums and the end of a PNG; afterwards the image must be opened anew
        with Image.open(file, formats=[form]) as image:
            pages = getattr(image, "n_frames", 1)
            image.load()
            return image, pages
    except Exception as error:  # over a broken file, a decoder may raise anything
        if form == "TIFF" and isinstance(error, UnidentifiedImageError):
            return None, 1
        _fail_to_read(file, error)


def _with_scikit_image(file: Path, channels: tuple[int, ...]) -> NDArray[Any]:
    """16-bit colour and 64-bit numbers, for which scikit-image calls tifffile."""
    with optional():
        from skimage.io import imread

    try:
        array: NDArray[Any] = imread(file)
    except Exception as error:
        _fail_to_read(file, error)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in channels:
        fail(file, f"one file must hold one image, RGB, RGBA or grey, got an array of shape {array.shape}")
    return array


def _fail_to_read(file: Path, error: Exception) -> NoReturn:
    form = FORMATS[file.suffix.lower()]
    why = " ".join(str(error).split()) or type(error).__name__
    fail(file, f"must be a whole {form} file, and cannot be read (unreadable or truncated): {why}", error)


def _to_array(image: Image, numbers: bool) -> NDArray[Any]:
    if image.mode == "1":
        image = image.convert("L")
    elif not numbers and image.has_transparency_data:  # in an alpha channel, a palette or a transparent colour
        image = image.convert("LA" if image.mode == "LA" else "RGBA")
    elif not numbers and image.mode == "P":
        image = image.convert("RGB")
    array = np.asarray(image)
    return array if array.ndim == 3 else array[..., None]


def _bits_per_sample(image: Image) -> tuple[int, ...]:
    bits: tuple[int, ...] = image.tag_v2.get(BITS_PER_SAMPLE, (1,))  # type: ignore[attr-defined]
    return bits


def _is_deep_colour(file: Path) -> bool:
    """Whether a PNG has 16 bits a channel and several channels."""
    with file.open("rb") as stream:
        header = stream.read(COLOUR_TYPE + 1)
    return header[DEPTH] == 16 and header[COLOUR_TYPE] != GREY
