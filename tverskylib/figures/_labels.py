"""The labels that smoothing makes of one pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tverskylib.labels import smooth_labels


def smoothed(epsilon: float, num_classes: int) -> tuple[float, float]:
    """The labels of foreground and background after smoothing."""
    labels = smooth_labels(np.array([1.0, 0.0]).reshape(1, 1, 1, 2), epsilon, num_classes=num_classes).ravel()
    return float(labels[0]), float(labels[1])


def smoothed_class(epsilon: float, num_classes: int) -> NDArray[np.floating]:
    """The label distribution of a pixel of class 0 after smoothing."""
    label = np.eye(num_classes)[0].reshape(1, num_classes, 1, 1)
    smooth: NDArray[np.floating] = smooth_labels(label, epsilon).ravel()
    return smooth
