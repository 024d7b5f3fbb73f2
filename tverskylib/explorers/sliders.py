"""The sliders that recur, with the same name, range and step everywhere."""

from __future__ import annotations

import ipywidgets as widgets

from tverskylib.explorers.browser.values import PRESETS as PRESETS


def slider(name: str, value: float, low: float, high: float, step: float, *, form: str = ".2f") -> widgets.FloatSlider:
    """A slider on a plain scale; the arrow keys move it by one step."""
    return widgets.FloatSlider(
        value=value, min=low, max=high, step=step, description=name, readout_format=form, **_looks()
    )


def _looks() -> dict[str, object]:
    return {
        "continuous_update": True,
        "style": {"description_width": "11em"},
        "layout": widgets.Layout(width="min(34em, 100%)"),
    }


def alpha(value: float = 0.5, low: float = 0.05) -> widgets.FloatSlider:
    return slider("alpha (weighs FP)", value, low, 2.0, 0.05)


def beta(value: float = 0.5, low: float = 0.05) -> widgets.FloatSlider:
    return slider("beta (weighs FN)", value, low, 2.0, 0.05)


def threshold(value: float = 0.5) -> widgets.FloatSlider:
    return slider("threshold", value, 0.01, 0.99, 0.01)
