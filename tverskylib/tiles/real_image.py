"""One real histology image, what is stained brown in it, and a prediction that is honestly unsure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MIDDLE = 256  # columns left of it train the classifier, the others are shown
SMOOTHING, SMALLEST_OBJECT, SMALLEST_HOLE = 1.0, 60, 30  # of the annotation, in pixels
BIN, NOISE, BLUR, SEED = 4, 0.4, 3.0, 0  # of the camera: pixels a bin, deviation, deviation in bins


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
            ValueError: the window holds no pixel of the image.
        """
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
    no known copyright restrictions; it comes with scikit-image, so nothing is downloaded. Deconvolution: Ruifrok and
    Johnston 2001; threshold: Otsu 1979. Introduced in lesson 02.
    """
    from skimage.data import immunohistochemistry

    slide = immunohistochemistry().astype(np.float32) / np.float32(255)
    target = _annotate(slide)
    shown = RealImage(
        image=slide[:, MIDDLE:].copy(),
        target=target[:, MIDDLE:].copy(),
        probability=_predict_right(slide, target[:, :MIDDLE]),
    )
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


def _annotate(slide: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the slide is stained with DAB."""
    from skimage.color import rgb2hed
    from skimage.filters import gaussian, threshold_otsu

    dab = gaussian(rgb2hed(slide)[..., 2], SMOOTHING)
    stained = _without_specks(dab > threshold_otsu(dab), SMALLEST_OBJECT)
    return ~_without_specks(~stained, SMALLEST_HOLE)


def _without_specks(mask: NDArray[np.bool_], smallest: int) -> NDArray[np.bool_]:
    """The mask less its connected parts of fewer pixels than ``smallest``."""
    # skimage.morphology.remove_small_objects has changed the names of its arguments between versions.
    from skimage.measure import label

    parts = label(mask, connectivity=1)
    kept = np.bincount(parts.ravel()) >= smallest
    kept[0] = False  # what is not in the mask
    large: NDArray[np.bool_] = kept[parts]
    return large


def _predict_right(slide: NDArray[np.float32], left_target: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Probabilities on the right half of the slide, of a classifier that is shown the left half."""
    noise = np.random.default_rng(SEED)
    left, right = (_through_poor_camera(half, noise) for half in (slide[:, :MIDDLE], slide[:, MIDDLE:]))
    classifier = _fit(left, left_target)
    probability: NDArray[np.float64] = classifier.predict_proba(right.reshape(-1, 1))[:, 1]
    return probability.reshape(right.shape).astype(np.float32)


def _through_poor_camera(half: NDArray[np.float32], noise: np.random.Generator) -> NDArray[np.float64]:
    """How bright a pixel's neighbourhood is in red light, at low magnification and with noise."""
    from skimage.filters import gaussian
    from skimage.transform import downscale_local_mean, resize

    bins = downscale_local_mean(half[..., 0].astype(np.float64), (BIN, BIN))
    seen = np.clip(bins + NOISE * noise.standard_normal(bins.shape), 0, 1)
    brightness: NDArray[np.float64] = resize(gaussian(seen, BLUR), half.shape[:2], order=1, mode="edge")
    return brightness


def _fit(brightness: NDArray[np.float64], target: NDArray[np.bool_]) -> Any:
    """A logistic regression of the target on one number a pixel."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(brightness.reshape(-1, 1), target.ravel())
