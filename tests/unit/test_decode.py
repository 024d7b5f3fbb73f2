"""What is stored is what is read: files of every kind, written byte by byte or by tifffile, with numbers that are known."""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import tifffile
from PIL import Image
from stated import stated

from tverskylib.tiles import folder_tiles
from tverskylib.tiles.folder.decode import read_numbers, read_picture, shape, stored

SHAPE = (6, 9)
RNG = np.random.default_rng(0)
FORE = RNG.random(SHAPE) < 0.4  # what a mask of two numbers marks
PALETTE = RNG.integers(0, 256, (256, 3), dtype=np.uint8)
GREY_SCALE = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)


def numbers(bits: int, bands: int = 1) -> np.ndarray:
    """Any numbers of a depth, the least and the greatest among them."""
    found = RNG.integers(0, 2**bits, (*SHAPE, bands), dtype=np.uint16 if bits > 8 else np.uint8)
    found[0, 0], found[0, 1] = 0, 2**bits - 1
    return found


class Case(NamedTuple):
    """A file, the numbers that it holds, and what they mean as an image."""

    name: str
    write: Callable[[Path], object]
    holds: np.ndarray  # (H, W, bands)
    colours: np.ndarray | None = None  # (H, W, 3) of 0 to 255, on white; None: no image
    visible: np.ndarray | None = None  # (H, W); None: everywhere
    mask: bool = True  # whether it is a mask: one number a pixel


def scaled(values: np.ndarray, most: int) -> np.ndarray:
    """To 8 bits, and grey to three channels."""
    return np.broadcast_to(np.floor(values.astype(float) * 255 / most + 0.5), (*SHAPE, 3))


def on_white(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    return 255 - alpha[..., None] * (255 - colours)


# Writers.


def packed(array: np.ndarray, bits: int) -> list[bytes]:
    """Rows of numbers as PNG and BMP pack them: the first in the highest bits, 16 bits with the high byte first."""
    flat = array.reshape(array.shape[0], -1)
    if bits == 16:
        return [row.astype(">u2").tobytes() for row in flat]
    if bits == 8:
        return [row.astype(np.uint8).tobytes() for row in flat]
    digits = (flat[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return [np.packbits(row.astype(np.uint8).ravel()).tobytes() for row in digits]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(array: np.ndarray, bits: int, kind: int, *, palette=None, clear: bytes | None = None, more: bytes = b""):
    def write(file: Path) -> None:
        header = struct.pack(">IIBBBBB", array.shape[1], array.shape[0], bits, kind, 0, 0, 0)
        rows = b"".join(b"\0" + row for row in packed(array, bits))
        parts = [chunk(b"IHDR", header), more]
        parts += [chunk(b"PLTE", palette.tobytes())] if palette is not None else []
        parts += [chunk(b"tRNS", clear)] if clear is not None else []
        parts += [chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))

    return write


def rows_of_png(rows: bytes, interlaced: int = 0, bits: int = 8, kind: int = 0, more: bytes = b""):
    """A PNG of any rows, of the right number or not; every checksum is right."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", SHAPE[1], SHAPE[0], bits, kind, 0, 0, interlaced))
    parts = [b"\x89PNG\r\n\x1a\n", header, more, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return lambda file: file.write_bytes(b"".join(parts))


def tiles_of_passes(array: np.ndarray) -> bytes:
    """The rows of the seven passes of an interlaced PNG of 8 bits."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    parts = [array[y::down, x::right] for y, x, down, right in passes]
    return b"".join(b"\0" + row for part in parts if part.size for row in packed(part, 8))


def bmp(array: np.ndarray, bits: int, *, palette=None, down=False, old=False, compression=0, rows=None):
    def write(file: Path) -> None:
        height, width = array.shape[:2]
        body = rows or [row + b"\0" * (-len(row) % 4) for row in packed(array, bits)]
        body = b"".join(body if down else body[::-1])
        padding = b"" if old else b"\0"
        colours = b"" if palette is None else b"".join(bytes(one[::-1]) + padding for one in palette)
        if old:
            head = struct.pack("<IHHHH", 12, width, height, 1, bits)
        else:
            signed, count = -height if down else height, 0 if palette is None else len(palette)
            head = struct.pack("<IiiHHIIiiII", 40, width, signed, 1, bits, compression, len(body), 0, 0, count, 0)
        start = 14 + len(head) + len(colours)
        file.write_bytes(b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + colours + body)

    return write


def tiff(array: np.ndarray, **options):
    return lambda file: tifffile.imwrite(file, array, **options)


def with_pillow(array: np.ndarray, **options):
    return lambda file: Image.fromarray(array).save(file, **options)


# The table.


def png_cases():
    for bits in (1, 2, 4, 8, 16):
        grey = numbers(bits)
        colours = scaled(grey, 2**bits - 1)
        yield Case(f"grey {bits}.png", png(grey, bits, 0), grey, colours)
        chosen = int(grey[2, 3, 0])
        clear = grey[..., 0] == chosen
        shown = np.where(clear[..., None], 255, colours)
        yield Case(
            f"grey {bits}, a clear number.png", png(grey, bits, 0, clear=struct.pack(">H", chosen)), grey, shown, ~clear
        )
        if bits <= 8:
            index, few = numbers(bits), PALETTE[: 2**bits]
            looked_up = few[index[..., 0]]
            yield Case(f"palette {bits}.png", png(index, bits, 3, palette=few), index, looked_up)
            alphas = RNG.integers(0, 256, 2**bits, dtype=np.uint8)
            alpha = alphas[index[..., 0]]
            yield Case(
                f"palette {bits}, alphas.png",
                png(index, bits, 3, palette=few, clear=alphas.tobytes()),
                index,
                on_white(looked_up, alpha / 255),
                alpha > 0,
            )
        if bits < 8:
            continue
        most, rgb, alpha = 2**bits - 1, numbers(bits, 3), numbers(bits)
        yield Case(f"rgb {bits}.png", png(rgb, bits, 2), rgb, scaled(rgb, most), mask=False)
        clear = (rgb == rgb[2, 3]).all(-1)
        key = struct.pack(">3H", *map(int, rgb[2, 3]))
        shown = np.where(clear[..., None], 255, scaled(rgb, most))
        yield Case(f"rgb {bits}, a clear colour.png", png(rgb, bits, 2, clear=key), rgb, shown, ~clear, mask=False)
        for kind, plain in ((4, grey), (6, rgb)):
            name = f"{'grey' if kind == 4 else 'rgb'} {bits} with alpha.png"
            shown = on_white(scaled(plain, most), alpha[..., 0] / most)
            both = np.concatenate([plain, alpha], -1)
            yield Case(name, png(both, bits, kind), plain, shown, alpha[..., 0] > 0, mask=False)
        level = np.repeat(grey, 3, 2)
        yield Case(f"rgb {bits} of equal channels.png", png(level, bits, 2), level, scaled(grey, most))
    upright = chunk(b"eXIf", b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0")
    grey = numbers(8)
    rest = tiles_of_passes(grey)
    yield Case("interlaced.png", rows_of_png(rest, interlaced=1), grey, scaled(grey, 255))
    yield Case("orientation 0.png", png(grey8 := numbers(8), 8, 0, more=upright), grey8, scaled(grey8, 255))


def bmp_cases():
    for bits in (1, 4, 8):
        index = numbers(bits)
        palettes = {
            "colours": PALETTE[: 2**bits],
            "greys": GREY_SCALE[:: 255 // (2**bits - 1)],
            "greys downwards": GREY_SCALE[:: 255 // (2**bits - 1)][::-1],
            "its own index": GREY_SCALE[: 2**bits],
        }
        for name, palette in palettes.items():
            yield Case(f"{bits}, {name}.bmp", bmp(index, bits, palette=palette), index, palette[index[..., 0]])
        few = PALETTE[: 2**bits]
        yield Case(f"{bits}, downwards.bmp", bmp(index, bits, palette=few, down=True), index, few[index[..., 0]])
        yield Case(f"{bits}, old header.bmp", bmp(index, bits, palette=few, old=True), index, few[index[..., 0]])
    two = FORE[..., None].astype(np.uint8)
    for name, palette in {
        "black and white": np.array([[0] * 3, [255] * 3], np.uint8),
        "white and black": np.array([[255] * 3, [0] * 3], np.uint8),
        "two colours": PALETTE[:2],
    }.items():
        for bits in (1, 4, 8):
            yield Case(f"{bits} bits for {name}.bmp", bmp(two, bits, palette=palette), two, palette[two[..., 0]])
    index = numbers(8)
    runs = [b"".join(bytes([1, value]) for value in row) + b"\0\0" for row in index[..., 0]]
    run_lengths = bmp(index, 8, palette=PALETTE, compression=1, rows=runs)
    yield Case("run lengths.bmp", run_lengths, index, PALETTE[index[..., 0]])
    rgb = numbers(8, 3)
    yield Case("24.bmp", with_bits(bgr(rgb, 0), rgb, 24), rgb, rgb, mask=False)
    yield Case("32.bmp", with_bits(bgr(rgb, 1), rgb, 32), rgb, rgb, mask=False)


def bgr(rgb: np.ndarray, more: int) -> list[bytes]:
    """Rows of blue, green, red and bytes that say nothing."""
    padded = np.concatenate([rgb[..., ::-1], np.zeros((*SHAPE, more), np.uint8)], -1)
    rows = [row.tobytes() for row in padded]
    return [row + b"\0" * (-len(row) % 4) for row in rows]


def with_bits(rows: list[bytes], array: np.ndarray, bits: int):
    return bmp(array, bits, rows=rows)


def tiff_cases():
    for order in "<>":
        for dtype in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"):
            values = np.arange(54).reshape(*SHAPE, 1).astype(dtype)
            whole = dtype[0] != "f" and dtype != "u1"
            shown = scaled(values, 65535) if whole else None if dtype[0] == "f" else scaled(values, 255)
            yield Case(
                f"{dtype} {'little' if order == '<' else 'big'}.tif", tiff(values, byteorder=order), values, shown
            )
    for dtype in ("i1", "i2", "i4", "f4"):
        values = -np.arange(54).reshape(*SHAPE, 1).astype(dtype)
        yield Case(f"{dtype} below 0.tif", tiff(values), values)
    for bits in (1, 2, 4, 12):
        values = numbers(bits)
        for name, photometric in (("", "minisblack"), (" white is zero", "miniswhite")):
            shown = scaled(values if not name else 2**bits - 1 - values.astype(int), 2**bits - 1)
            yield Case(f"{bits} bits{name}.tif", tiff_of_bits(values, bits, photometric), values, shown)
    for bits in (8, 16):
        most, grey, rgb, alpha = 2**bits - 1, numbers(bits), numbers(bits, 3), numbers(bits)
        turned = scaled(most - grey.astype(int), most)
        yield Case(f"{bits} white is zero.tif", tiff(grey, photometric="miniswhite"), grey, turned)
        yield Case(f"rgb {bits}.tif", tiff(rgb, photometric="rgb"), rgb, scaled(rgb, most), mask=False)
        planes = tiff(np.moveaxis(rgb, -1, 0), photometric="rgb", planarconfig="separate")
        yield Case(f"rgb {bits} in planes.tif", planes, rgb, scaled(rgb, most), mask=False)
        level = np.repeat(grey, 3, 2)
        yield Case(f"rgb {bits} of equal channels.tif", tiff(level, photometric="rgb"), level, scaled(grey, most))
        four = np.concatenate([rgb, alpha], -1)
        share = alpha[..., 0] / most
        straight, seen = on_white(scaled(rgb, most), share), alpha[..., 0] > 0
        options = {"photometric": "rgb", "extrasamples": ["unassalpha"]}
        yield Case(f"rgba {bits}.tif", tiff(four, **options), rgb, straight, seen, mask=False)
        planes = tiff(np.moveaxis(four, -1, 0), planarconfig="separate", **options)
        yield Case(f"rgba {bits} in planes.tif", planes, rgb, straight, seen, mask=False)
        both = tiff(np.concatenate([grey, alpha], -1), photometric="minisblack", extrasamples=["unassalpha"])
        yield Case(f"grey {bits} with alpha.tif", both, grey, on_white(scaled(grey, most), share), seen, mask=False)
        dimmed = np.round(rgb * share[..., None]).astype(rgb.dtype)
        multiplied = tiff(np.concatenate([dimmed, alpha], -1), photometric="rgb", extrasamples=["assocalpha"])
        shown = np.minimum(scaled(dimmed, most) + 255 * (1 - share[..., None]), 255)
        yield Case(f"rgba {bits} premultiplied.tif", multiplied, dimmed, shown, seen, mask=False)
        pale = np.round(grey * share[..., None]).astype(grey.dtype)
        pair = np.concatenate([pale, alpha], -1)
        multiplied = tiff(pair, photometric="miniswhite", extrasamples=["assocalpha"])
        shown = scaled(most - pale.astype(int), most)  # 0 is white, where nothing is seen too
        yield Case(f"grey {bits} premultiplied, white is zero.tif", multiplied, pale, shown, seen, mask=False)
        unnamed = tiff(four, photometric="rgb", extrasamples=["unspecified"])
        yield Case(f"rgb {bits} and a band without a name.tif", unnamed, rgb, scaled(rgb, most), mask=False)
        five = tiff(np.concatenate([four, grey], -1), photometric="rgb", extrasamples=["unassalpha", "unspecified"])
        yield Case(f"rgba {bits} and a band without a name.tif", five, rgb, straight, seen, mask=False)
        for name in ("lzw", "zlib", "packbits", "zstd", "lzma"):
            for predictor in (False, True) if name in ("lzw", "zlib") else (False,):
                packed_file = tiff(rgb, photometric="rgb", compression=name, predictor=predictor)
                label = f"rgb {bits} {name}{' with predictor' * predictor}.tif"
                yield Case(label, packed_file, rgb, scaled(rgb, most), mask=False)
        tiled = tiff(grey, tile=(16, 16), compression="zlib", photometric="minisblack")
        yield Case(f"{bits} in tiles.tif", tiled, grey, scaled(grey, most))
        yield Case(f"{bits} in strips.tif", tiff(grey, rowsperstrip=2), grey, scaled(grey, most))
        yield Case(f"{bits} in a BigTIFF.tiff", tiff(grey, bigtiff=True), grey, scaled(grey, most))
    colours, alpha = numbers(8, 3).astype(np.int16) * 128, np.where(FORE, 2**15 - 1, 0).astype(np.int16)
    signed = tiff(np.dstack([colours, alpha]), photometric="rgb", extrasamples=["unassalpha"])
    shown = np.where(FORE[..., None], scaled(colours, 65535), 255)
    yield Case("rgba of signed numbers.tif", signed, colours, shown, FORE, mask=False)
    for bits in (8, 16):
        index, alpha = numbers(8).astype(f"u{bits // 8}"), numbers(bits)
        entries = np.repeat(PALETTE.T.astype(np.uint16) * 257, 2 ** (bits - 8), 1)
        both = np.concatenate([index, alpha], -1)
        tags = {320: entries.ravel().tolist(), 262: [3], 258: [bits] * 2, 277: [2], 338: [2]}
        shown = on_white(entries.T[index[..., 0]] // 257, alpha[..., 0] / (2**bits - 1))
        name = f"palette {bits} with alpha.tif"
        yield Case(name, by_hand([both.tobytes()], tags), index, shown, alpha[..., 0] > 0, mask=False)
    floats = numbers(8).astype(np.float32)
    yield Case("f4 with predictor.tif", tiff(floats, compression="zlib", predictor=True), floats)
    index, wide = numbers(8), PALETTE.T.astype(np.uint16)
    for name, colours in (("16 bits", wide * 257), ("8 bits in the low byte", wide)):
        palette = tiff(index, photometric="palette", colormap=colours)
        yield Case(f"palette of {name}.tif", palette, index, PALETTE[index[..., 0]])
    yield Case("orientation 0.tif", tiff(index, extratags=[(274, 3, 1, 0, True)]), index, scaled(index, 255))


def tiff_of_bits(values: np.ndarray, bits: int, photometric: str):
    """1 bit by tifffile, and other depths by hand: one strip of packed rows."""
    if bits == 1:
        return tiff(values[..., 0].astype(bool), photometric=photometric)
    strip = b"".join(packed(values.astype(np.uint32), bits))
    return by_hand([strip], {258: [bits], 262: [int(photometric == "minisblack")]})


def by_hand(strips: list[bytes], tags: dict[int, list[int] | None]):
    """A grey TIFF of 8 bits, but for the tags; None leaves one out."""

    def write(file: Path) -> None:
        body = b"".join(strips)
        starts = [8 + sum(map(len, strips[:k])) for k in range(len(strips))]
        every = {256: [SHAPE[1]], 257: [SHAPE[0]], 258: [8], 259: [1], 262: [1], 273: starts, 277: [1]}
        every |= {278: [SHAPE[0]], 279: [len(one) for one in strips], **tags}
        said = {tag: values for tag, values in sorted(every.items()) if values is not None}
        more, where = b"", 8 + len(body) + 2 + 12 * len(said) + 4
        entries = b""
        for tag, values in said.items():
            kind, packing = (4, "I") if tag in (273, 279) else (3, "H")
            data = struct.pack(f"<{len(values)}{packing}", *values)
            place = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", where + len(more))
            more += data if len(data) > 4 else b""
            entries += struct.pack("<HHI", tag, kind, len(values)) + place
        directory = struct.pack("<H", len(said)) + entries + struct.pack("<I", 0)
        file.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(body)) + body + directory + more)

    return write


def jpeg_cases():
    flat = np.zeros((*SHAPE, 1), np.uint8)
    flat[:] = 255
    for name in ("a.jpg", "b.jpeg"):
        yield Case(f"flat {name}", with_pillow(flat[..., 0], quality=100), flat, scaled(flat, 255))
    rgb = np.repeat(flat, 3, 2)
    yield Case("flat rgb.jpg", with_pillow(rgb, quality=100, subsampling=0), rgb, rgb)
    exif = Image.Exif()
    exif[274] = 0
    yield Case("orientation 0.jpg", with_pillow(rgb, quality=100, exif=exif), rgb, rgb)
    inside = tiff(rgb, photometric="rgb", compression="jpeg", compressionargs={"level": 100})
    yield Case("jpeg inside.tif", inside, rgb, rgb)


CASES = [*png_cases(), *bmp_cases(), *tiff_cases(), *jpeg_cases()]
GOOD = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture
def file(case, tmp_path):
    path = tmp_path / case.name
    case.write(path)
    return path


def test_the_table_is_long():
    assert len(CASES) >= stated("files") and len({case.name for case in CASES}) == len(CASES)
    assert {Path(case.name).suffix for case in CASES} == {".png", ".tif", ".tiff", ".bmp", ".jpg", ".jpeg"}


@GOOD
def test_what_is_stored_is_what_is_read(case, file):
    found = stored(file)
    np.testing.assert_array_equal(found.numbers, case.holds)
    assert found.numbers.dtype.isnative and shape(file) == SHAPE


@GOOD
def test_a_mask_is_the_stored_numbers(case, file):
    if case.mask:
        np.testing.assert_array_equal(read_numbers(file)[0], case.holds[..., 0])
    else:
        with pytest.raises(ValueError, match=r"a mask must (have one number a pixel, got colours|not be transparent)"):
            read_numbers(file)


@GOOD
def test_an_image_has_the_colours_that_the_numbers_mean(case, tmp_path):
    for part in ("images", "masks"):
        (tmp_path / part).mkdir()
    file = tmp_path / "images" / case.name
    case.write(file)
    Image.fromarray(FORE).save(tmp_path / "masks" / f"{file.stem}.png")
    options = {"size": 9, "splits": {"a": 1.0}, "white": 65535}
    if case.colours is None:
        with pytest.raises(ValueError, match=r"an image must have 8 or 16 bits a channel.*save it as"):
            folder_tiles(tmp_path, **options)
        return
    tiles = folder_tiles(tmp_path, **options)
    visible = np.ones(SHAPE, bool) if case.visible is None else case.visible
    np.testing.assert_array_equal(tiles.mask[0, : SHAPE[0]], visible)
    np.testing.assert_allclose(tiles.images[0, : SHAPE[0]], case.colours, atol=0.51 if case.visible is not None else 0)


# What is refused, by name and with a remedy.

RGB = numbers(8, 3)


def in_pages(*arrays: np.ndarray):
    def write(file: Path) -> None:
        with tifffile.TiffWriter(file) as writer:
            for array in arrays:
                writer.write(array, photometric="minisblack")

    return write


REFUSED = {
    "two pages.tif": (tiff(np.zeros((2, *SHAPE), np.uint8)), "got 2 pages: save each page as a file of its own"),
    "an ImageJ stack.tif": (tiff(np.zeros((3, *SHAPE), np.uint8), imagej=True), "got 3 pages: save each page"),
    "a volume.tif": (
        tiff(np.zeros((4, 16, 16), np.uint8), volumetric=True, tile=(4, 16, 16), photometric="minisblack"),
        "got 4 pages: save each page",
    ),
    "four greys.tif": (
        tiff(numbers(8, 4), photometric="minisblack", planarconfig="contig"),
        r"got 4 bands \(3 of which the file does not say what they are\): save those that you want as RGB",
    ),
    "two alphas.tif": (
        tiff(numbers(8, 5), photometric="rgb", extrasamples=["unassalpha", "assocalpha"]),
        "must be RGB, RGBA, grey",
    ),
    "cmyk.tif": (tiff(numbers(8, 4), photometric="separated"), "got SEPARATED: save it as RGB"),
    "cmyk.jpg": (lambda file: Image.fromarray(RGB).convert("CMYK").save(file), "got CMYK: save it as RGB"),
    "complex.tif": (tiff(np.full(SHAPE, 1j, np.complex64)), "got complex64"),
    "on its side.tif": (tiff(RGB, photometric="rgb", extratags=[(274, 3, 1, 6, True)]), "orientation 6: turn it"),
    "pages.png": (
        lambda file: Image.fromarray(RGB).save(file, save_all=True, append_images=[Image.fromarray(RGB[::-1])]),
        "got 2 pages",
    ),
    "cut off.tif": (lambda file: cut(tiff(RGB, photometric="rgb"), file), "unreadable or truncated"),
    "cut off, lzw.tif": (
        lambda file: cut(tiff(RGB, photometric="rgb", compression="lzw"), file),
        "unreadable or trunc",
    ),
    "nothing.tif": (lambda file: file.write_bytes(b""), "must be a whole TIFF file"),
    "rows are missing.png": (rows_of_png(bytes(10 * 5)), "50 bytes of rows are stored instead of 60"),
    "rows of 1 bit are missing.png": (rows_of_png(bytes(3 * 5), bits=1), "15 bytes of rows are stored instead of 18"),
    "rows of colours are missing.png": (rows_of_png(bytes(28 * 5), kind=2), "140 bytes of rows are stored inst"),
    "rows of a palette are missing.png": (
        rows_of_png(bytes(10 * 5), kind=3, more=chunk(b"PLTE", bytes(6))),
        "50 bytes of rows are stored instead of 60",
    ),
    "a pass is missing.png": (
        rows_of_png(tiles_of_passes(numbers(8))[:-10], interlaced=1),
        "bytes of rows are stored instead of",
    ),
    "strips are missing.tif": (by_hand([bytes(18)] * 2, {278: [2]}), "pixels are missing"),
    "packed strips are missing.tif": (
        by_hand([zlib.compress(bytes(18))] * 2, {278: [2], 259: [8]}),
        "pixels are missing",
    ),
    "a plane is missing.tif": (
        by_hand([bytes(54)] * 2, {258: [8] * 3, 262: [2], 277: [3], 284: [2]}),
        "pixels are missing",
    ),
    "tiles are missing.tif": (
        by_hand([zlib.compress(bytes(256))], {256: [20], 322: [16], 323: [16], 278: None, 259: [8]}),
        "pixels are missing",
    ),
    "no photometric.tif": (by_hand([bytes(54)], {262: None}), "must say what its numbers mean"),
    "raw differences.tif": (by_hand([bytes(54)], {317: [2]}), "8 bits and the compression NONE: save it without"),
    "differences of 4 bits.tif": (
        by_hand([zlib.compress(bytes(30))], {258: [4], 259: [8], 317: [2]}),
        "4 bits and the compression ADOBE_DEFLATE: save it without",
    ),
    "565.tif": (
        by_hand([bytes(108)], {258: [5, 6, 5], 262: [2], 277: [3]}),
        r"of one depth, got \(5, 6, 5\) bits of kind 1: save",
    ),
    "alpha of 12 bits.tif": (
        by_hand([bytes(8 * 54)], {258: [16, 16, 16, 12], 262: [2], 277: [4], 338: [2]}),
        r"of one depth, got \(16, 16, 16, 12\) bits",
    ),
    "no pixels.tif": (by_hand([bytes(54)], {256: [0]}), "it has 6 x 0 pixels"),
    "a thumbnail before it.tif": (in_pages(numbers(8)[::3, ::3], numbers(8)), "got 2 pages: save each"),
    "a PNG in truth.jpg": (png(numbers(8), 8, 0), "Pillow finds no JPEG of a known kind in it"),
    "a short palette.png": (
        png(numbers(8), 8, 3, palette=PALETTE[:4]),
        "its palette must have every colour, and has 4",
    ),
}


def cut(write, file):
    write(file)
    content = file.read_bytes()
    file.write_bytes(content[:-20])


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_refused_by_name(name, tmp_path):
    write, message = REFUSED[name]
    file = tmp_path / name
    write(file)
    with pytest.raises(ValueError, match=f"^{re.escape(file.as_posix())}: .*{message}"):
        read_picture(file)


@pytest.mark.parametrize("most", [1, 2, 127, 4095, 32767])
@pytest.mark.parametrize("bands", [1, 3])
def test_alpha_on_another_scale_would_make_all_nearly_white(most, bands, tmp_path):
    """An alpha of 0 and 1, or of a camera's 12 bits."""
    array = numbers(16 if most > 255 else 8, bands)
    alpha = np.where(FORE, most, 0).astype(array.dtype)
    kind = "rgb" if bands == 3 else "minisblack"
    for part in ("images", "masks"):
        (tmp_path / part).mkdir()
    file = tmp_path / "images" / "a.tif"
    tiff(np.dstack([array, alpha]), photometric=kind, extrasamples=["unassalpha"])(file)
    Image.fromarray(FORE).save(tmp_path / "masks" / "a.png")
    with pytest.raises(ValueError, match=r"images/a.tif: some pixel must be more opaque than transparent, and the gr"):
        folder_tiles(tmp_path, size=9, splits={"a": 1.0})


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf, 1e30])
def test_masks_of_no_whole_numbers(value, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.where(FORE, value, 0).astype(np.float64))
    with pytest.raises(ValueError, match=r"a mask(.s numbers)? must .*: (round them|save it)"):
        read_numbers(tmp_path / "a.tif")


@pytest.mark.parametrize("name", ["a.jpg", "jpeg.tif", "jpeg2000.tif", "jpegxl.tif", "jpegxr.tif", "lerc.tif"])
def test_a_mask_that_was_stored_with_loss(name, tmp_path):
    grey = numbers(8)[..., 0]
    if name == "a.jpg":
        Image.fromarray(grey).save(tmp_path / name)
    else:
        tifffile.imwrite(tmp_path / name, grey, compression=name.removesuffix(".tif"))
    with pytest.raises(ValueError, match=r"stored with loss must hold exactly 0 and 255, got .*: JPEG changes numbers"):
        read_numbers(tmp_path / name)


# Files that break.

BREAKING = [
    case for case in CASES if re.match(r"(palette 8, alphas|rgb 16 with|4, colours|run lengths|24|32)\.?", case.name)
]
BREAKING += [
    case for case in CASES if re.match(r"(rgb 8 lzw with|16 in tiles|4 bits|palette of 16|jpeg in|f4 with)", case.name)
]


@pytest.mark.parametrize("case", BREAKING, ids=lambda case: case.name)
def test_a_broken_file_is_refused_by_name_or_read(case, file):
    """Whatever a decoder makes of it: bytes that change, an end that is missing."""
    whole, rng = file.read_bytes(), np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(whole)
        for place in rng.integers(len(whole), size=rng.integers(1, 4)):
            broken[place] = rng.integers(256)
        file.write_bytes(broken[: rng.integers(1, len(whole))] if rng.random() < 0.2 else broken)
        try:
            height, width = shape(file)
            if height * width < 10**6:
                stored(file)
        except ValueError as error:
            assert str(error).startswith(f"{file.as_posix()}: ")


# Limits.


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp", "a.jpg"])
@pytest.mark.parametrize("place", ["images", "masks"])
def test_sizes_are_checked_before_pixels_are_read(name, place, tmp_path, monkeypatch):
    for part in ("images", "masks"):
        (tmp_path / part).mkdir()
        target = tmp_path / part / (name if part == place else "a.png")
        if target.suffix == ".tif":
            tifffile.imwrite(target, np.zeros((20, 30), np.int64), compression="zlib")
        else:
            Image.fromarray(np.zeros((20, 30), np.uint8)).save(target)

    def never(*_, **__):
        pytest.fail("pixels were read")

    monkeypatch.setattr(tifffile.TiffPage, "asarray", never)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    with pytest.raises(ValueError, match=r"images/a.*: must have at most max_pixels=599 pixels, and has 20 x 30$"):
        folder_tiles(tmp_path, size=8, splits={"a": 1.0}, max_pixels=599)
    with pytest.raises(ValueError, match=r"images: must give tiles of at most max_gigabytes=1e-06, and gives 12 tiles"):
        folder_tiles(tmp_path, size=8, splits={"a": 1.0}, max_gigabytes=1e-6)
    Image.fromarray(np.zeros((30, 20), np.uint8)).save(tmp_path / "masks" / "a.png")
    if place == "images":
        with pytest.raises(ValueError, match=r"masks/a.png: must have the height and width of a\.\w+, \(20, 30\)"):
            folder_tiles(tmp_path, size=8, splits={"a": 1.0})


def test_a_large_image_is_read_without_a_warning_where_the_limit_allows_it(tmp_path, monkeypatch):
    """Pillow has a limit of its own, which would warn or refuse; it stays what it was."""
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shape(tmp_path / "a.png") == (20, 30) and not read_numbers(tmp_path / "a.png")[0].any()
    assert Image.MAX_IMAGE_PIXELS == 10
