"""A picture that changes in place, for what Python draws."""

from __future__ import annotations

import struct
import zlib

import anywidget
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg

from tverskylib.explorers.browser.bundle import joined


class Picture(anywidget.AnyWidget):
    """A PNG with alt text that changes in place (ipywidgets' Image has no alt text).

    ``width`` and ``height`` are in pixels of the page; the PNG may have more dots. The page sets ``dark``.
    """

    _esm = f"{joined('picture.js')}\nexport default {{ render }};\n"
    png = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)


def encoded(canvas: FigureCanvasAgg) -> bytes:
    """The pixels as a PNG, without their transparency.

    Made in a hurry, for the reader's key press waits for it: rows without a filter and little compression take half
    the time of Pillow's writer, and the picture travels a short way.
    """
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # the number of the row's filter, 0 for none, and the row
    rows[:, 1:].reshape(height, width, 3)[...] = pixels
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(rows.data, 1),
        b"IEND": b"",
    }
    parts = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
