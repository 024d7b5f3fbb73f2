"""How runs learn: the loss and the validation scores, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from matplotlib.figure import Figure

from tverskylib.figures._style import FAINT, FN, FP, OTHER, TP, Ink, in_style
from tverskylib.figures._words import as_text
from tverskylib.figures.plate import Plate

INKS: Mapping[str, Ink] = {"batch": FN, "image": FP}
SPARE = (TP, OTHER)
SHOWN = {"loss": "training loss", "dice": "Dice, mean of images", "pooled_dice": "Dice, pooled"}
FLOODED = {"flooded": "negative images flooded"}
ROOM = 1.03  # beyond the last epoch, for its mark


class LearningCurves(Protocol):
    """What is drawn of a run: an entry an epoch."""

    @property
    def steps(self) -> Sequence[int]: ...


@in_style
def learning_curves(runs: Mapping[str, LearningCurves], *, epochs: int | None = None) -> Plate:
    """Loss and validation scores of some runs over their steps.

    Args:
        runs: name -> curves, as the attribute ``curves`` of a trained run; names "batch" and "image" have their colours.
        epochs: how many there will be, so that a picture that grows keeps its scale; None for as many as there are.
    """
    panels = SHOWN | (FLOODED if any(_has(curves, "flooded") for curves in runs.values()) else {})
    width = 3.0 * len(panels)
    margins = {"left": 0.5 / width, "right": 1 - 0.2 / width, "bottom": 0.2, "top": 0.78, "wspace": 0.25}
    figure = Figure(figsize=(width, 2.75))
    axes = figure.subplots(1, len(panels), gridspec_kw=margins)
    for k, (name, curves) in enumerate(runs.items()):
        ink = INKS.get(name, SPARE[k % len(SPARE)])
        for ax, field in zip(axes, panels, strict=True):
            values = [float("nan") if value is None else value for value in getattr(curves, field)]
            ax.plot(curves.steps, values, color=ink.colour, ls=ink.line, marker=ink.marker, ms=3.5, label=as_text(name))
    per_epoch = max((curves.steps[0] for curves in runs.values() if curves.steps), default=1)
    most = max((curves.steps[-1] for curves in runs.values() if curves.steps), default=1)
    for ax, title in zip(axes, panels.values(), strict=True):
        ax.set(title=title, xlabel="steps", ylim=(-0.02, 1.02), xlim=(0, ROOM * ((epochs or 0) * per_epoch or most)))
        ax.grid(axis="y", color="#E5E5E5")
        ax.tick_params(colors=FAINT)
    if runs:
        figure.legend(*axes[0].get_legend_handles_labels(), loc="upper left", ncols=4, bbox_to_anchor=(0.03, 1.02))
    return Plate(figure, _words(runs, panels))


def _has(curves: Any, field: str) -> bool:
    return any(value is not None for value in getattr(curves, field))


def _words(runs: Mapping[str, Any], panels: Mapping[str, str]) -> str:
    parts = []
    for name, curves in runs.items():
        if not curves.steps:
            continue
        ends = [f"{title} {getattr(curves, field)[-1]:.2f}" for field, title in panels.items() if _has(curves, field)]
        parts.append(f"{name}, after {len(curves.steps)} epochs and {curves.steps[-1]} steps: {', '.join(ends)}.")
    return "Learning curves. " + (" ".join(parts) or "Nothing has been trained yet.")
