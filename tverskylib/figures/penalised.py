"""A Tversky loss with an entropy penalty, and the forms of the loss that soft labels do move."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import FigureBase
from numpy.typing import NDArray
from scipy.special import xlogy

from tverskylib.counts import soft_counts
from tverskylib.figures._labels import smoothed
from tverskylib.figures._style import FN, FP, INK, OTHER, TP
from tverskylib.figures.drawing import Drawing
from tverskylib.index import tversky_from_counts

PIXELS = 16
Q = np.linspace(0.0005, 0.9995, 1000)
PENALTIES = (
    ("no penalty", INK, "-", "D"),
    ("label noise penalty", TP.colour, "--", "o"),
    ("confidence penalty", FP.colour, ":", "^"),
)


def label_noise(q: NDArray[np.floating]) -> NDArray[np.floating]:
    """-log q - log(1-q): one pixel, two classes."""
    return np.asarray(-np.log(q) - np.log(1 - q))


def confidence(q: NDArray[np.floating]) -> NDArray[np.floating]:
    """q log q + (1-q) log(1-q): minus the entropy of one pixel."""
    return np.asarray(xlogy(q, q) + xlogy(1 - q, 1 - q))


class PenalisedPixel(Drawing):
    """Values: ``alpha``, ``beta``, ``weight`` of the penalty. The loss along one of 16 pixels, without and with each penalty."""

    size = (9.6, 4.2)
    FOREGROUND = 6

    def __init__(self, parent: FigureBase) -> None:
        axes = parent.subplots(
            1, 2, gridspec_kw={"left": 0.085, "right": 0.98, "bottom": 0.25, "top": 0.84, "wspace": 0.2}
        )
        self.curves, self.minima = [], []
        for ax in axes:
            for name, colour, ls, marker in PENALTIES:
                self.curves += ax.plot(Q, Q, color=colour, ls=ls, label=name)
                self.minima += ax.plot(
                    [0.5], [0.5], ls="", marker=marker, ms=9, color=colour, mfc="none", mew=2, clip_on=False
                )
            ax.set(xlabel="prediction of this pixel", xlim=(0, 1), ylim=(-0.03, 0.25))
        axes[0].set_ylabel("penalised loss, lowest at 0")
        parent.legend(handles=self.curves[:3], loc="lower center", ncols=3)
        self.titles = [ax.set_title("") for ax in axes]

    def update(self, *, alpha: float, beta: float, weight: float) -> None:
        p = self.FOREGROUND
        on_foreground = 1 - tversky_from_counts(p - 1 + Q, 0.0, 1 - Q, alpha, beta)
        on_background = 1 - tversky_from_counts(float(p), Q, 0.0, alpha, beta)
        self.at = []
        for k, loss in enumerate((on_foreground, on_background)):
            for j, penalty in enumerate((np.zeros_like(Q), label_noise(Q), confidence(Q))):
                total = loss + weight * penalty / PIXELS  # the mean over the pixels; the other 15 stay as they are
                best = int(np.argmin(total))
                self.curves[3 * k + j].set_ydata(total - total[best])
                self.minima[3 * k + j].set_data([Q[best]], [0.0])
                self.at.append(float(Q[best]))
        names = ("a foreground pixel", "a background pixel")
        for k, (title, name) in enumerate(zip(self.titles, names, strict=True)):
            none, noise, doubt = self.at[3 * k : 3 * k + 3]
            title.set_text(f"{name}: lowest at {none:.2f}\nlabel noise {noise:.3f}, confidence {doubt:.3f}")
        self.state = f"alpha {alpha:.2f}, beta {beta:.2f}, weight {weight:.2f}"

    def describe(self) -> str:
        fg, bg = self.at[:3], self.at[3:]
        return (
            f"{self.state}: the Tversky loss along one of 16 pixels. On a foreground pixel the lowest point is at {fg[0]:.2f} "
            f"without penalty, {fg[1]:.3f} with the label noise penalty and {fg[2]:.3f} with the confidence penalty; on a "
            f"background pixel at {bg[0]:.2f}, {bg[1]:.3f} and {bg[2]:.3f}."
        )


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


class ThreeForms(Drawing):
    """Values: ``epsilon``, ``foreground`` pixels of 16. Three Dice losses against a smoothed mask, along one pixel.

    The other 15 pixels stand where each form wants them: on the mask for the product, on the labels for the others.
    """

    size = (9.6, 4.2)
    FORMS = (
        ("product", INK, "-", "D"),
        ("minimum", TP.colour, "--", "o"),
        ("squared denominator", OTHER.colour, "-.", "s"),
    )

    def __init__(self, parent: FigureBase) -> None:
        axes = parent.subplots(
            1, 2, gridspec_kw={"left": 0.085, "right": 0.98, "bottom": 0.25, "top": 0.84, "wspace": 0.2}
        )
        self.curves, self.minima, self.labels = [], [], []
        for ax in axes:
            for name, colour, ls, marker in self.FORMS:
                self.curves += ax.plot(Q, Q, color=colour, ls=ls, label=name)
                self.minima += ax.plot(
                    [0.5], [0.5], ls="", marker=marker, ms=9, color=colour, mfc="none", mew=2, clip_on=False
                )
            self.labels.append(ax.axvline(0.5, color=FN.colour, ls=":", lw=1.4, label="the smooth label"))
            ax.set(xlabel="prediction of this pixel", xlim=(0, 1), ylim=(-0.01, 0.2))
        axes[0].set_ylabel("loss, lowest at 0")
        parent.legend(handles=[*self.curves[:3], self.labels[0]], loc="lower center", ncols=4)
        self.titles = [ax.set_title("") for ax in axes]

    def update(self, *, epsilon: float, foreground: float = 6) -> None:
        mask = np.arange(PIXELS) < foreground
        label, other = smoothed(epsilon, 2)
        target = np.where(mask, label, other)
        self.at = []
        for k, (pixel, at_label) in enumerate(((0, label), (PIXELS - 1, other))):
            for j, loss in enumerate(_three_losses(mask.astype(float), target, pixel)):
                best = int(np.argmin(loss))
                self.curves[3 * k + j].set_ydata(loss - loss[best])
                self.minima[3 * k + j].set_data([Q[best]], [0.0])
                self.at.append(float(Q[best]))
            self.labels[k].set_xdata([at_label, at_label])
            kind = ("foreground", "background")[k]
            values = ", ".join(f"{at:.2f}" for at in self.at[3 * k :])
            self.titles[k].set_text(f"a {kind} pixel, label {at_label:.2f}\nlowest at {values}")
        self.epsilon, self.foreground = epsilon, int(foreground)

    def describe(self) -> str:
        fg, bg = self.at[:3], self.at[3:]
        return (
            f"epsilon {self.epsilon:.2f}, foreground {self.foreground} of 16: three Dice losses along one pixel. On a "
            f"foreground pixel the product form is lowest at {fg[0]:.2f}, the minimum form at {fg[1]:.2f} and the squared "
            f"form at {fg[2]:.2f}; on a background pixel at {bg[0]:.2f}, {bg[1]:.2f} and {bg[2]:.2f}."
        )


def _three_losses(mask: NDArray[np.floating], target: NDArray[np.floating], pixel: int) -> list[NDArray[np.floating]]:
    """Product, minimum and squared Dice loss while one pixel goes from 0 to 1."""
    on_mask, on_label = (np.repeat(start[None], Q.size, axis=0) for start in (mask, target))
    on_mask[:, pixel] = on_label[:, pixel] = Q
    labels = np.broadcast_to(target, on_mask.shape)
    product = soft_counts(on_mask[:, None, None], labels[:, None, None], domain="image")
    minimum = soft_counts(on_label[:, None, None], labels[:, None, None], domain="image", soft_labels="minimum")
    squared = 1 - 2 * (labels * on_label).sum(axis=1) / ((labels**2).sum(axis=1) + (on_label**2).sum(axis=1))
    return [1 - tversky_from_counts(*product), 1 - tversky_from_counts(*minimum), squared]
