"""True positives, false positives and false negatives painted over an image: by colour and by pattern."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from numpy.typing import NDArray

from tverskylib.figures._style import COUNT_INKS, FN, FP, TP, Ink, dress

CLASSES: tuple[tuple[str, Ink], ...] = (("TP", TP), ("FP", FP), ("FN", FN))
STRENGTH = 0.72  # how much of the paint hides the tissue


def paint(
    image: NDArray[np.floating], prediction: NDArray[np.bool_], target: NDArray[np.bool_]
) -> NDArray[np.floating]:
    """The image in pale grey; TP plain, FP striped, FN dotted.

    Args:
        image: (H, W, 3) or (H, W) in [0, 1].
        prediction, target: Boolean (H, W).

    Returns:
        (H, W, 3) in [0, 1].
    """
    grey = image if image.ndim == 2 else image @ np.array([0.2125, 0.7154, 0.0721])
    canvas = np.repeat(0.35 + 0.65 * grey[..., None], 3, axis=2)
    stripes, dots = _patterns(target.shape)
    for where, (_, ink), thin in (
        (prediction & target, CLASSES[0], None),
        (prediction & ~target, CLASSES[1], stripes),
        (~prediction & target, CLASSES[2], dots),
    ):
        strength = np.full(target.shape, STRENGTH) if thin is None else np.where(thin, 0.95, 0.35)
        weight = np.where(where, strength, 0.0)[..., None]
        canvas = (1 - weight) * canvas + weight * np.array(to_rgb(ink.colour))
    return canvas


def _patterns(shape: tuple[int, ...]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Diagonal stripes and a lattice of dots, coarse enough to be seen at the size that is shown."""
    period = max(4, round(max(shape) / 36))
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    stripes = (rows + columns) % period < period / 2
    dots = ((rows % period - period / 2) ** 2 + (columns % period - period / 2) ** 2) < (period / 3) ** 2
    return stripes, dots


def legend_handles() -> list[Patch]:
    """A patch for each kind of pixel, with the colour and the pattern of the map."""
    patches = [Patch(label=name) for name, _ in CLASSES]
    dress(patches, COUNT_INKS)
    for patch in patches:
        patch.set_hatch(patch.get_hatch() * 2)  # a small patch must show its pattern too
    return patches
