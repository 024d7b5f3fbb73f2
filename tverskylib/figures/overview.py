"""The collection in one picture: tissue, target, and what three thresholds make of one prediction."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tverskylib.figures._style import COUNT_INKS, in_style
from tverskylib.figures.error_map import legend_handles, paint
from tverskylib.figures.plate import Plate
from tverskylib.index import tversky_from_counts
from tverskylib.thresholds import threshold_counts


@in_style
def error_maps(
    image: NDArray[np.floating],
    target: NDArray[np.bool_],
    probability: NDArray[np.floating],
    thresholds: tuple[float, ...] = (0.25, 0.5, 0.75),
) -> Plate:
    """The image, its target, and the error maps of some thresholds, each with its Dice index."""
    figure = Figure(figsize=(11, 2.75))
    axes = figure.subplots(
        1, 2 + len(thresholds), gridspec_kw={"left": 0.005, "right": 0.995, "bottom": 0.1, "top": 0.9, "wspace": 0.05}
    )
    axes[0].imshow(image)
    axes[0].set_title("image")
    axes[1].imshow(target, cmap="gray", vmin=0, vmax=1)
    axes[1].set_title("target")
    words = []
    for ax, threshold in zip(axes[2:], thresholds, strict=True):
        dice = float(tversky_from_counts(*threshold_counts(probability, target, threshold)))
        ax.imshow(paint(image, probability >= threshold, target))
        ax.set_title(f"cut at {threshold:g}: Dice {dice:.2f}")
        words.append(f"{dice:.2f} at {threshold:g}")
    for ax in axes:
        ax.set_axis_off()
    figure.legend(handles=legend_handles(), loc="lower right", ncols=len(COUNT_INKS))
    alt = (
        "Stained tissue, its target mask, and a prediction cut at three thresholds, with true positives plain, false "
        f"positives striped and false negatives dotted. The Dice index is {', '.join(words)}."
    )
    return Plate(figure, alt)
