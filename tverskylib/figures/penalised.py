"""A Tversky loss with an entropy penalty, and the forms of the loss that soft labels do move."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import FigureBase
from numpy.typing import NDArray
from scipy.special import xlogy

from tverskylib.figures._style import FP
from tverskylib.figures.drawing import Drawing
from tverskylib.index import tversky_from_counts


def label_noise(q: NDArray[np.floating]) -> NDArray[np.floating]:
    """-log q - log(1-q): one pixel, two classes."""
    return np.asarray(-np.log(q) - np.log(1 - q))


def confidence(q: NDArray[np.floating]) -> NDArray[np.floating]:
    """q log q + (1-q) log(1-q): minus the entropy of one pixel."""
    return np.asarray(xlogy(q, q) + xlogy(1 - q, 1 - q))


class PenalisedLandscape(Drawing):
    """Values: ``alpha``, ``beta``, ``weight`` of the penalty, ``fraction`` of foreground, ``delta`` per pixel.

    All foreground pixels are predicted alike, and all background pixels. Bands of equal loss; the lowest point is marked.
    """

    size = (9.6, 4.4)
    GRID = np.linspace(0.0025, 0.9975, 200)
    BANDS = 16

    def __init__(self, parent: FigureBase) -> None:
        axes = parent.subplots(
            1, 2, gridspec_kw={"left": 0.08, "right": 0.98, "bottom": 0.14, "top": 0.84, "wspace": 0.2}
        )
        self.x, self.y = np.meshgrid(self.GRID, self.GRID)
        greys = ListedColormap([(g, g, g) for g in np.linspace(0.97, 0.42, self.BANDS)])
        self.meshes, self.lowest, self.titles = [], [], []
        for ax in axes:
            mesh = ax.imshow(self.x, origin="lower", extent=(0, 1, 0, 1), cmap=greys, vmin=0, vmax=1, aspect="auto")
            self.meshes.append(mesh)
            self.lowest += ax.plot([0.5], [0.5], marker="*", ms=16, color=FP.colour, mec="white", ls="", clip_on=False)
            self.titles.append(ax.set_title(""))
            ax.set(xlabel="prediction on foreground (TP / P)", xlim=(0, 1), ylim=(0, 1))
        axes[0].set_ylabel("prediction on background (FP / Q)")
        self.penalties = [
            (name, penalty(self.x), penalty(self.y))
            for name, penalty in (("label noise penalty", label_noise), ("confidence penalty", confidence))
        ]

    def update(self, *, alpha: float, beta: float, weight: float, fraction: float = 0.25, delta: float = 0.0) -> None:
        p, q = fraction, 1 - fraction
        self.empty = p == 0
        loss = 1 - tversky_from_counts(p * self.x, q * self.y, p * (1 - self.x), alpha, beta, delta)
        self.at = []
        for mesh, lowest, title, (name, on_x, on_y) in zip(
            self.meshes, self.lowest, self.titles, self.penalties, strict=True
        ):
            total = loss + weight * (p * on_x + q * on_y)
            row, column = np.unravel_index(int(np.argmin(total)), total.shape)
            self.at.append((float(self.GRID[column]), float(self.GRID[row])))
            low, high = float(total.min()), float(np.quantile(total, 0.98))
            mesh.set_data(np.sqrt(np.clip((total - low) / max(high - low, 1e-12), 0, 1)))
            lowest.set_data([self.at[-1][0] if p > 0 else 0.5], [self.at[-1][1]])
            where = f"({self.at[-1][0]:.2f}, {self.at[-1][1]:.2f})" if p > 0 else f"background {self.at[-1][1]:.2f}"
            title.set_text(f"{name}\nlowest at {where}")
        self.state = f"alpha {alpha:.2f}, beta {beta:.2f}, weight {weight:.2f}, fraction {fraction:.2f}, delta per pixel {delta:.3g}"

    def describe(self) -> str:
        words = " and ".join(
            f"({x:.2f}, {y:.2f}) with the {name}" for (x, y), (name, *_) in zip(self.at, self.penalties, strict=True)
        )
        return (
            f"{self.state}: grey bands of equal penalised loss over the prediction on foreground and on background; darker is "
            f"higher. The lowest point is at {words}."
        )
