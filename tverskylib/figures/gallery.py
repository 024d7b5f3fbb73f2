"""Images side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tverskylib.figures._style import FAINT, in_style
from tverskylib.figures.plate import Plate

HEIGHT = 2.9  # inches


@in_style
def panels(images: Mapping[str, NDArray[np.generic]], alt: str) -> Plate:
    """Show images in a row, each under its title.

    Args:
        images: title -> (H, W, 3) in [0, 1], or (H, W) in [0, 1] or Boolean, shown from black to white.
        alt: what the row shows, in words.
    """
    shapes = [np.shape(image) for image in images.values()]
    ratios = [shape[1] / shape[0] for shape in shapes]
    figure = Figure(figsize=(HEIGHT * sum(ratios) + 0.15 * len(ratios), HEIGHT + 0.35))
    axes = figure.subplots(
        1,
        len(images),
        squeeze=False,
        gridspec_kw={"left": 0.01, "right": 0.99, "bottom": 0.02, "top": 0.89, "wspace": 0.06, "width_ratios": ratios},
    )[0]
    for ax, (title, image) in zip(axes, images.items(), strict=True):
        ax.imshow(np.asarray(image, dtype=float), cmap="gray", vmin=0, vmax=1)
        ax.set_title(title)
        ax.set(xticks=[], yticks=[])
        for spine in ax.spines.values():
            spine.set(visible=True, color=FAINT)
    return Plate(figure, alt)
