"""Thresholded predictions: the talk's figure, and a threshold that moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tverskylib.figures._style import in_style
from tverskylib.figures.plate import Plate

THRESHOLDS = np.linspace(0, 1, 201)
FULL = {"left": 0.005, "right": 0.995, "bottom": 0.01, "top": 0.92, "wspace": 0.04, "hspace": 0.14}


@in_style
def thresholded(
    image: NDArray[np.floating],
    target: NDArray[np.bool_],
    probability: NDArray[np.floating],
    thresholds: Sequence[float] = (0.25, 0.5, 0.75),
) -> Plate:
    """The talk's figure: original image, ground truth, raw prediction, and the prediction at some thresholds."""
    masks = {f"threshold {threshold:g}": probability >= threshold for threshold in thresholds}
    shown = {"original image": image, "ground truth": target, "raw prediction": probability, **masks}
    tall = image.shape[0] > 1.4 * image.shape[1]
    rows, columns = (1, len(shown)) if tall else (2, max(3, len(thresholds)))
    figure = Figure(figsize=(11, 11 / columns * rows * image.shape[0] / image.shape[1] + 0.5))
    axes = figure.subplots(rows, columns, gridspec_kw=FULL).ravel()
    for ax, (title, picture) in zip(axes, shown.items(), strict=False):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(title)
    for ax in axes:
        ax.set_axis_off()
    shares = [f"{mask.mean():.0%} at {threshold:g}" for threshold, mask in zip(thresholds, masks.values(), strict=True)]
    alt = (
        f"{len(shown)} pictures of the same tissue: the original image, with brown stained glands; the ground truth, white on black, "
        f"{target.mean():.0%} of the pixels; the raw prediction in shades of grey; and the prediction thresholded, where the "
        f"white area shrinks: {', '.join(shares)}."
    )
    return Plate(figure, alt)
