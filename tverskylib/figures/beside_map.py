"""An error map with a plot beside it: the frame of every drawing that cuts a probability map."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from numpy import bool_, floating
from numpy.typing import NDArray

from tverskylib.figures.drawing import Drawing
from tverskylib.figures.error_map import ErrorMap


class BesideMap(Drawing):
    """Left the error map and its title; right empty axes, ``self.plot``, for a subclass to fill.

    Args:
        parent: a figure or a part of one.
        image: (H, W, 3) or (H, W) in [0, 1].
        target: Boolean (H, W).
        probability: (H, W) in [0, 1].
    """

    size = (9.6, 4.0)

    def __init__(
        self,
        parent: FigureBase,
        image: NDArray[floating],
        target: NDArray[bool_],
        probability: NDArray[floating],
    ) -> None:
        frame = {"left": 0.01, "right": 0.97, "bottom": 0.14, "top": 0.9, "wspace": 0.22, "width_ratios": (1, 1.35)}
        left, right = parent.subplots(1, 2, gridspec_kw=frame)
        self.plot: Axes = right
        self.probability, self.target = probability, target
        self.map = ErrorMap(left, image, target)
        self.title = left.set_title("")

    def cut(self, threshold: float) -> None:
        """Show the errors of the mask at a threshold."""
        self.map.update(self.probability >= threshold)
