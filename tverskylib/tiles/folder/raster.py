"""PNG, BMP and JPEG, read with Pillow in the mode that keeps the numbers."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._extras import optional
from tverskylib.tiles.folder.stored import (
    FORMATS,
    ORIENTATION,
    Stored,
    check_upright,
    fail,
    fail_for_pages,
)

if TYPE_CHECKING:
    from PIL.Image import Image

MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16", "I;16B", "I;16L")  # Pillow's names for what we take
DEPTH, COLOUR_TYPE, GREY = 24, 25, 0  # of a PNG: where its header says them, and one of the types
SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's types
# Of an interlaced PNG, the passes: first row and column, and how many rows and columns it is to the next.
PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
NO_GREYS = bytes([1, 2, 3])  # a colour that no scale of grey has


def raster_shape(file: Path) -> tuple[int, int]:
    """Height and width; no pixel is read."""
    with _opened(file, file) as image:
        return image.height, image.width


def raster_stored(file: Path) -> Stored:
    """What the file stores."""
    content = file.read_bytes()
    form = FORMATS[file.suffix.lower()]
    with _opened(file, io.BytesIO(_with_indexes(content) if form == "BMP" else content)) as image:
        depth, colour_type = (content[DEPTH], content[COLOUR_TYPE]) if form == "PNG" else (8, None)
        if form == "PNG":
            with _open(io.BytesIO(content), form) as again:
                again.verify()  # the checksums and the end
            _check_rows(content)
        mode, entries = image.mode, _entries(image)
        # Of 16 bits a channel, Pillow reads the upper 8.
        array = _deep_colour(content) if depth == 16 and colour_type != GREY else np.asarray(image)
        orientation, clear = image.getexif().get(ORIENTATION), image.info.get("transparency")
    check_upright(file, orientation)
    array = array[..., None] if array.ndim == 2 else array
    if form == "BMP" and (palette := _bmp_palette(content)) is not None:
        return Stored(array, _bmp_bits(content), palette=palette)
    if mode == "P":
        alpha = None if clear is None else _palette_opacity(clear)[array[..., 0]]
        return Stored(array, depth, alpha, palette=entries, keyed=True)
    if form == "PNG" and depth < 8:
        # Pillow has stretched grey numbers of 2 and 4 bits to 8.
        array = array.astype(np.uint8) if depth == 1 else array // np.uint8(255 // (2**depth - 1))
    lossy = form == "JPEG" or (form == "BMP" and _bmp_bits(content) == 16)  # 5 bits, which Pillow has stretched to 8
    if array.shape[2] in (2, 4):
        return Stored(array[..., :-1], depth, array[..., -1], lossy=lossy)
    if form == "PNG" and clear is not None:
        number = np.array(bool(clear) if depth == 1 else clear)  # of one bit, 255 is meant for 1
        alpha = np.where((array == number).all(-1), 0, 2**depth - 1).astype(np.uint16)
        return Stored(array, depth, alpha, keyed=True)
    return Stored(array, depth, lossy=lossy)


@contextmanager
def _opened(file: Path, source: Path | io.BytesIO) -> Iterator[Image]:
    """The image with its header read and checked, its pixels not yet."""
    with _open(source, FORMATS[file.suffix.lower()]) as image:
        if (pages := getattr(image, "n_frames", 1)) > 1:
            fail_for_pages(file, pages)
        if image.mode not in MODES:
            fail(file, f"colours must be RGB, RGBA, grey or a palette, got {image.mode}: save it as RGB")
        yield image


def _open(source: Path | io.BytesIO, form: str) -> Image:
    """The image in a file or in its content, of whatever size: the caller has a limit of its own, as an argument."""
    from PIL import Image, UnidentifiedImageError

    most = Image.MAX_IMAGE_PIXELS
    try:
        Image.MAX_IMAGE_PIXELS = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata
            return Image.open(source, formats=[form])
    except UnidentifiedImageError:  # it would name an object in memory
        raise ValueError(f"Pillow finds no {form} of a known kind in it") from None
    finally:
        Image.MAX_IMAGE_PIXELS = most


def _check_rows(content: bytes) -> None:
    """Raise EOFError where a PNG holds fewer rows than its header says: Pillow makes them black, without a word."""
    width, height, depth, kind, interlaced = struct.unpack_from(">IIBB2xB", content, 16)
    bits = depth * CHANNELS[kind]
    passes = PASSES if interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(height - y) // down), -(-(width - x) // right)) for y, x, down, right in passes]
    wanted = sum(rows * (1 + -(-columns * bits // 8)) for rows, columns in sizes if rows > 0 and columns > 0)
    reader, place, found = zlib.decompressobj(), len(SIGNATURE), 0
    while place + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        if name == b"IDAT":
            data = content[place + 8 : place + 8 + length]
            while data and not reader.eof:
                found += len(reader.decompress(data, 1 << 20))
                data = reader.unconsumed_tail
        place += 12 + length
    if found < wanted:
        raise EOFError(f"{found} bytes of rows are stored instead of {wanted}")


def _deep_colour(content: bytes) -> NDArray[Any]:
    """16 bits a channel, as RGB, RGBA or grey with alpha."""
    with optional():
        from imagecodecs import png_decode

    array: NDArray[Any] = png_decode(content)
    if array.dtype != np.uint16:
        raise ValueError(f"16 bits a channel were stored, and {array.dtype} was read")
    return array


def _entries(image: Image) -> NDArray[np.uint8] | None:
    """The palette, (colours, 3)."""
    colours = image.getpalette("RGB") if image.mode == "P" else None
    return None if colours is None else np.array(colours, np.uint8).reshape(-1, 3)


def _palette_opacity(transparency: int | bytes) -> NDArray[np.uint8]:
    """Alpha of each of 256 palette entries: a PNG names the alphas of the first ones, or the only clear one."""
    opacity = np.full(256, 255, np.uint8)
    if isinstance(transparency, bytes):
        opacity[: len(transparency)] = np.frombuffer(transparency, np.uint8)
    else:
        opacity[transparency] = 0
    return opacity


def _bmp_header(content: bytes) -> tuple[int, int, int]:
    """Of a BMP: where the palette begins, how many bytes an entry has, and the bits of a pixel."""
    header = struct.unpack_from("<I", content, 14)[0]
    old = header == 12
    return 14 + header, 3 if old else 4, struct.unpack_from("<H", content, 24 if old else 28)[0]


def _bmp_bits(content: bytes) -> int:
    return _bmp_header(content)[2] if len(content) > 30 else 0


def _with_indexes(content: bytes) -> bytes:
    """The BMP with another palette: of one that is a scale of grey, Pillow would not give the indexes."""
    if not 0 < _bmp_bits(content) <= 8:
        return content
    start = _bmp_header(content)[0]
    return content[:start] + NO_GREYS + content[start + len(NO_GREYS) :]


def _bmp_palette(content: bytes) -> NDArray[np.uint8] | None:
    """The palette as it is stored, (colours, 3)."""
    start, width, bits = _bmp_header(content)
    if bits > 8:
        return None
    count = (struct.unpack_from("<I", content, 46)[0] if width == 4 else 0) or 2**bits
    entries = np.frombuffer(content[start : start + width * count], np.uint8)
    return entries[: len(entries) // width * width].reshape(-1, width)[:, 2::-1]
