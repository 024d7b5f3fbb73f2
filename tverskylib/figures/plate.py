"""A finished picture and the words that stand for it."""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from tverskylib.figures._style import in_style

DPI = 100
MOST_COLOURS = 256


class Plate:
    """A figure with its alt text. As the last line of a cell it shows itself; the alt text reaches the page.

    JupyterLab drops the alt text of a plain PNG output, so the picture is given twice: as a PNG, and as an HTML
    ``<img alt=...>``, which JupyterLab, GitHub and static pages prefer.
    """

    def __init__(self, figure: Figure, alt: str, *, dpi: int = DPI) -> None:
        if not alt.strip():
            raise ValueError("alt must say in words what the picture shows, got an empty text")
        self.figure, self.alt, self.dpi = figure, " ".join(alt.split()), dpi

    def png(self) -> bytes:
        """The picture as an indexed PNG of at most 256 colours: a third of the size, and no visible loss."""
        picture = Image.fromarray(rgb(self.figure, self.dpi)).quantize(MOST_COLOURS, dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        picture.save(buffer, "png", optimize=True)
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return mimebundle(self.png(), self.alt)


@in_style
def rgb(figure: Figure, dpi: int) -> np.ndarray:
    """Draw the figure and copy its pixels, (height, width, 3) uint8."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def mimebundle(png: bytes, alt: str, *, scale: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    """The picture as a notebook stores it: (data, metadata). ``scale`` dots of it make one of the page, each way."""
    encoded = base64.b64encode(png).decode("ascii")
    width, height = (round(side / scale) for side in Image.open(io.BytesIO(png)).size)
    tag = (
        f'<img alt="{html.escape(alt, quote=True)}" width="{width}" height="{height}" '
        f'style="max-width: 100%; height: auto" src="data:image/png;base64,{encoded}">'
    )
    data = {"image/png": encoded, "text/html": tag, "text/plain": f"[picture: {alt}]"}
    return data, {"image/png": {"alt": alt, "width": width, "height": height}}
