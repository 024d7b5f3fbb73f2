"""Makes ``real_image.npz``: ``python -m tverskylib.tiles.make_real_image``.

What the steps are for stands at :func:`tverskylib.tiles.real_image`. They need scikit-image and scikit-learn, which
whoever looks at the image need not install; a test says when the file is not what they make.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._extras import optional
from tverskylib.tiles.real_image import ARRAYS

with optional():
    from skimage.color import rgb2hed
    from skimage.data import immunohistochemistry
    from skimage.filters import gaussian, threshold_otsu
    from skimage.measure import label
    from skimage.transform import downscale_local_mean, resize
    from sklearn.linear_model import LogisticRegression

MIDDLE = 256  # columns left of it train the classifier, the others are shown
SMOOTHING, SMALLEST_OBJECT, SMALLEST_HOLE = 1.0, 60, 30  # of the annotation, in pixels
BIN, NOISE, BLUR, SEED = 4, 0.4, 3.0, 0  # of the camera: pixels a bin, deviation, deviation in bins


def make() -> dict[str, NDArray[Any]]:
    """The right half of the slide: ``image``, uint8; ``target``, bool; ``probability``, float32."""
    slide = immunohistochemistry()
    light = slide.astype(np.float32) / np.float32(255)
    target = _annotate(light)
    return {
        "image": slide[:, MIDDLE:],
        "target": target[:, MIDDLE:],
        "probability": _predict_right(light, target[:, :MIDDLE]),
    }


def _annotate(slide: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the slide is stained with DAB."""
    dab = gaussian(rgb2hed(slide)[..., 2], SMOOTHING)
    stained = _without_specks(dab > threshold_otsu(dab), SMALLEST_OBJECT)
    return ~_without_specks(~stained, SMALLEST_HOLE)


def _without_specks(mask: NDArray[np.bool_], smallest: int) -> NDArray[np.bool_]:
    """The mask less its connected parts of fewer pixels than ``smallest``."""
    # skimage.morphology.remove_small_objects has changed the names of its arguments between versions.
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
    bins = downscale_local_mean(half[..., 0].astype(np.float64), (BIN, BIN))
    seen = np.clip(bins + NOISE * noise.standard_normal(bins.shape), 0, 1)
    brightness: NDArray[np.float64] = resize(gaussian(seen, BLUR), half.shape[:2], order=1, mode="edge")
    return brightness


def _fit(brightness: NDArray[np.float64], target: NDArray[np.bool_]) -> Any:
    """A logistic regression of the target on one number a pixel."""
    return LogisticRegression().fit(brightness.reshape(-1, 1), target.ravel())


if __name__ == "__main__":
    made = make()
    np.savez_compressed(ARRAYS, image=made["image"], target=made["target"], probability=made["probability"])
