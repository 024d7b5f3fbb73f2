"""Level lines of a loss that a reader wrote, for sliders around it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tverskylib._checks import describe

CELLS = 32  # each way
LEVELS = 9  # at most
MOST = 0.9  # of the grid is below the highest line: beyond it, a logarithm's lines would be one black bar
TARGET = np.array([1.0, 0.0, 0.0, 0.0])
LINE, LOWEST = "C3", "C6"  # the style's colours of level lines and of what is right, on light and on dark ground
AXES = inspect.Parameter("ax", inspect.Parameter.POSITIONAL_OR_KEYWORD)

Loss = Callable[..., Any]


def level_lines(loss: Loss) -> Callable[..., None]:
    r"""A function that draws a loss over the prediction on foreground and on background.

    >>> def brier(y_hat, y, weight=1.0):
    ...     return weight * ((y_hat - y) ** 2).mean()
    >>> draw = level_lines(brier)  # for explorers.interactive(draw, weight=(0.5, 2.0))

    With :math:`y = (1, 0, 0, 0)` it draws the lines of equal :math:`L(\hat y, y)` for :math:`\hat y = (u, v, v, v)`, with
    u across and v upwards, both from 0 to 1, and a star at the lowest point of a grid of 33 by 33.

    Args:
        loss: called as ``loss(y_hat, y, **values)`` with two float64 arrays of shape (4,); gives a number. Where it is
            none (NaN, infinite) there is no line.

    Returns:
        ``draw(ax, **values)``, which takes the arguments that loss takes after its first two.

    Raises:
        TypeError: loss can not be called, or takes no two arguments, or gives no number.

    Introduced in lesson 04.
    """
    if not callable(loss):
        raise TypeError(f"loss must be a function of a prediction and a target, got {describe(loss)}")
    arguments = list(inspect.signature(loss).parameters.values())
    if len(arguments) < 2:
        raise TypeError(f"loss must take a prediction and a target, got one that takes {len(arguments)} arguments")

    @functools.wraps(loss)
    def draw(ax: Axes, **values: Any) -> None:
        shares = np.linspace(0, 1, CELLS + 1)
        found = np.ma.masked_invalid([[_at(loss, u, v, values) for u in shares] for v in shares])
        ax.set(xlabel="prediction on foreground", ylabel="prediction on background", aspect="equal")
        ax.set(xlim=(0, 1), ylim=(0, 1))
        if found.count() == 0 or found.min() == found.max():
            ax.set_title(f"{found.min():.3g} everywhere" if found.count() else "no number anywhere")
            return
        levels = MaxNLocator(LEVELS).tick_values(found.min(), np.quantile(found.compressed(), MOST))
        lines = ax.contour(shares, shares, found, levels, colors=LINE, linestyles="solid", linewidths=1.5)
        ax.clabel(lines, fontsize=10)
        row, column = np.unravel_index(found.argmin(), found.shape)
        u, v = shares[column], shares[row]
        ax.plot(u, v, "*", color=LOWEST, ms=16, clip_on=False, label="lowest")
        ax.set_title(f"lowest: {found.min():.3g} at ({u:.2f}, {v:.2f})")

    draw.__signature__ = inspect.Signature([AXES, *arguments[2:]])  # type: ignore[attr-defined]
    return draw


def _at(loss: Loss, u: float, v: float, values: dict[str, Any]) -> float:
    with np.errstate(all="ignore"):  # 0/0 is a place without a line
        height = np.asarray(loss(np.where(TARGET == 1, u, v), TARGET.copy(), **values))
    if height.ndim or height.dtype.kind not in "fiu":
        raise TypeError(f"loss must give a number, got {describe(height)}")
    return float(height)
