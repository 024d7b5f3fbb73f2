"""One real histology image, what is stained brown in it, and a prediction that is honestly unsure.

The arrays lie ready in ``real_image.npz``; :mod:`tverskylib.tiles.make_real_image` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import describe

ARRAYS = Path(__file__).with_suffix(".npz")


@dataclass(frozen=True, eq=False)
class RealImage:
    """An image, its ground truth and a raw prediction, pixel by pixel.

    Args:
        image: float32, (H, W, 3), red, green and blue in [0, 1].
        target: bool, (H, W), True where the tissue is stained brown.
        probability: float32, (H, W), in [0, 1]: how sure a classifier is that the tissue is stained brown.
    """

    image: NDArray[np.float32]
    target: NDArray[np.bool_]
    probability: NDArray[np.float32]

    def crop(self, rows: slice, columns: slice = slice(None)) -> RealImage:
        """The same three arrays in a window, as views: ``crop(slice(0, 128), slice(64, 192))``.

        Raises:
            TypeError: rows or columns are no slice.
            ValueError: the window holds no pixel of the image.
        """
        for name, given in (("rows", rows), ("columns", columns)):
            if not isinstance(given, slice):  # a number would take an axis away
                raise TypeError(f"{name} must be a slice, as slice(0, 128), got {describe(given)}")
        window = RealImage(self.image[rows, columns], self.target[rows, columns], self.probability[rows, columns])
        if not window.target.size:
            raise ValueError(f"rows and columns must meet the image of {self.target.shape}, got {rows} and {columns}")
        return window


@cache
def real_image() -> RealImage:
    r"""Colonic glands under the microscope: the image, what is stained brown, and a raw prediction of it.

    The slide was stained twice: hematoxylin colours cell nuclei blue, DAB marks the protein FHL2 in brown. The left
    half of the image trains a classifier; the right half, which the classifier never saw, is what you get.

    **Ground truth.** Colour deconvolution separates the two stains. A pixel is foreground where the DAB channel,
    smoothed by a Gaussian of 1 pixel, exceeds Otsu's threshold; specks under 60 pixels and holes under 30 are
    removed. So nuclei and the hollow of a gland are background. A computer drew this mask from the colours, no
    pathologist: it is exact by construction and good to learn with, no more.

    **Raw prediction.** With all colours the task would be too easy, so the classifier looks through a poor camera,
    as low magnification and faint light would give:

    1. red light only, in which both stains are dark, so that a blue nucleus looks like brown tissue;
    2. low magnification: the mean over 4 by 4 pixels;
    3. noise: a Gaussian of deviation 0.4, seeded, and clipped to [0, 1] as a sensor does.

    What it sees is then smoothed by a Gaussian of 3 such bins (12 pixels) and drawn back to full size, which leaves
    one number :math:`v_i` a pixel, and a logistic regression fits its two coefficients on the left half:

    .. math:: \hat y_i = \frac{1}{1 + e^{-(w v_i + b)}}

    The coefficients come from the left half alone, though Otsu's threshold comes from the whole slide, and the camera
    was made poor until Dice on the right half fell to what a lesson can use: do not take that Dice for a measure of
    how well such classifiers do. As the model is simple and the tissue on the right is another, the probabilities are
    calibrated only roughly: too high below 0.4 and too low between 0.4 and 0.7.

    Returns:
        A RealImage of 512 by 256 pixels, the same object at every call; its arrays are read-only. Dice at threshold
        0.5 lies between 0.75 and 0.85, and 0.5 is not the best threshold for it.

    Source: ``skimage.data.immunohistochemistry``, acquired at the Center for Microscopy and Molecular Imaging (CMMI),
    no known copyright restrictions; scikit-image brings the whole slide along. Deconvolution: Ruifrok and
    Johnston 2001; threshold: Otsu 1979. Introduced in lesson 02.
    """
    with np.load(ARRAYS) as stored:
        light = stored["image"].astype(np.float32) / np.float32(255)
        shown = RealImage(light, stored["target"], stored["probability"])
    for array in (shown.image, shown.target, shown.probability):
        array.setflags(write=False)  # every caller gets the same arrays
    return shown


def real_crop() -> RealImage:
    """The window of :func:`real_image` that the sliders draw: 256 by 256 pixels, rows 192 to 447.

    The tip of one gland, most of a second one and the tissue between them; about three pixels in ten are foreground.
    At thresholds 0.25, 0.5 and 0.75 there are both kinds of error, and each has its place: false positives on the
    nuclei in the glands and, at 0.25, around them; false negatives along the borders and in the pale middle of the
    second gland. Introduced in lesson 02.
    """
    return real_image().crop(rows=slice(192, 448))
