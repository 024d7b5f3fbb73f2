"""TIFF, read with tifffile: every depth, byte order, compression and order of planes that it and imagecodecs know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tverskylib._extras import optional
from tverskylib.tiles.folder.stored import ORIENTATION, Stored, check_upright, fail, fail_for_pages

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR = 0, 1, 2, 3, 6  # colour spaces
JPEG = 7
# Compressions that may change numbers: JPEG, PixarLog, JPEG 2000, JPEG XR, LERC, WebP, JPEG XL.
LOSSY = {6, JPEG, 99, 22610, 32909, 33003, 33004, 33005, 33007, 34712, 34887, 34892, 34927, 34934, 50001, 50002, 52546}
PHOTOMETRIC = 262  # the tag that says what the numbers mean
DIFFERENCES = 2  # the predictor that stores what changes from pixel to pixel
WITH_PREDICTOR = {5, 8, 32946, 34925, 50000}  # LZW, two of Deflate, LZMA, Zstandard: others have none, says libtiff
PREMULTIPLIED, STRAIGHT = 1, 2  # kinds of alpha; 0 is a band of which the file says nothing
MOST_BANDS = 5  # red, green, blue, alpha and one more


def tiff_shape(file: Path) -> tuple[int, int]:
    """Height and width; no pixel is read."""
    with _page(file) as page:
        return page.imagelength, page.imagewidth


def tiff_stored(file: Path) -> Stored:
    """What the only page stores."""
    with _page(file) as page:
        extra = tuple(int(kind) for kind in page.extrasamples)
        bands = page.samplesperpixel - len(extra)
        _check_bands(file, page, bands, extra)
        array = np.asarray(page.asarray()).reshape(_axes(page))
        array = np.moveaxis(array, 0, -1) if page.planarconfig == 2 and page.samplesperpixel > 1 else array
        array = array.astype(np.uint8 if array.dtype == bool else array.dtype.newbyteorder("="), copy=False)
        alphas = [k for k, kind in enumerate(extra) if kind in (PREMULTIPLIED, STRAIGHT)]
        return Stored(
            numbers=array[..., :bands],
            bits=int(page.bitspersample),
            alpha=array[..., bands + alphas[0]] if alphas else None,
            premultiplied=bool(alphas) and extra[alphas[0]] == PREMULTIPLIED,
            palette=_palette(page) if page.photometric == PALETTE else None,
            white_is_zero=page.photometric == WHITE_IS_ZERO,
            lossy=int(page.compression) in LOSSY,
        )


@contextmanager
def _page(file: Path) -> Iterator[Any]:
    """The only page of the file, open, with its header checked."""
    with optional():
        from tifffile import TiffFile

    with TiffFile(file) as tiff:
        page: Any = tiff.pages[0]
        if not page.imagelength * page.imagewidth:
            raise ValueError(f"it has {page.imagelength} x {page.imagewidth} pixels")
        # Of a stack, ImageJ describes the first page alone.
        images = len(tiff.pages) if len(tiff.pages) > 1 else sum(one.size for one in tiff.series) // page.size
        last = max((end + size for end, size in zip(page.dataoffsets, page.databytecounts, strict=True)), default=0)
        whole = last <= tiff.filehandle.size and all(page.databytecounts) and page.databytecounts
        if images > 1 or page.imagedepth > 1:
            fail_for_pages(file, max(images, page.imagedepth))
        if not whole or _segments(page) > len(page.dataoffsets):
            raise EOFError("pixels are missing at its end, or strips are empty")
        tag = page.tags.get(ORIENTATION)
        check_upright(file, None if tag is None else tag.value)
        yield page


def _segments(page: Any) -> int:
    """How many strips or tiles hold all pixels; tifffile takes missing ones for 0. One strip may hold all planes."""
    if page.compression == 1 and sum(page.databytecounts) >= page.nbytes:
        return 0
    planes, height, width = page.samplesperpixel if page.planarconfig == 2 else 1, page.imagelength, page.imagewidth
    if page.is_tiled:
        return int(planes * -(-height // page.tilelength) * -(-width // page.tilewidth))
    return int(planes * -(-height // min(page.rowsperstrip or height, height)))


def _check_bands(file: Path, page: Any, bands: int, extra: tuple[int, ...]) -> None:
    space = page.photometric
    known = space in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE) or (space == YCBCR and page.compression == JPEG)
    if not known:
        name = getattr(space, "name", space)
        fail(file, f"colours must be RGB, RGBA, grey or a palette, got {name}: save it as RGB")
    wanted = 3 if space in (RGB, YCBCR) else 1
    unnamed = sum(kind not in (PREMULTIPLIED, STRAIGHT) for kind in extra)
    # Of a colour image, the first three bands are red, green and blue, and what else there is says nothing of them.
    # A grey image of several bands is several images.
    if bands != wanted or page.samplesperpixel > MOST_BANDS or (wanted == 1 and unnamed) or len(extra) - unnamed > 1:
        what = f"{page.samplesperpixel} bands ({unnamed} of which the file does not say what they are)"
        fail(file, f"an image must be RGB, RGBA, grey or grey with alpha, got {what}: save those that you want as RGB")
    if page.dtype is None or isinstance(page.bitspersample, tuple):
        depth = f"{page.bitspersample} bits of kind {page.sampleformat}"
        fail(file, f"numbers must be whole or of floating point, of one depth, got {depth}: save it as 16-bit TIFF")
    if PHOTOMETRIC not in page.tags:
        fail(file, "must say what its numbers mean (tag PhotometricInterpretation), and does not: save it anew")
    deep = page.bitspersample in (8, 16, 32, 64) and int(page.compression) in WITH_PREDICTOR
    if page.predictor == DIFFERENCES and not deep:
        what = f"{page.bitspersample} bits and the compression {getattr(page.compression, 'name', page.compression)}"
        fail(file, f"differences of pixels (Predictor 2) have no meaning with {what}: save it without")


def _axes(page: Any) -> tuple[int, int, int]:
    """The three lengths in the order of the file."""
    height, width, bands = page.imagelength, page.imagewidth, page.samplesperpixel
    return (bands, height, width) if page.planarconfig == 2 and bands > 1 else (height, width, bands)


def _palette(page: Any) -> Any:
    """uint8, (colours, 3). A palette has 16 bits, but some programs write 8 bits into it: if all are below 256."""
    if page.colormap is None:
        raise ValueError("its palette is missing")
    colours = np.asarray(page.colormap).T
    return (colours if colours.max(initial=0) < 256 else colours >> 8).astype(np.uint8)
