"""Sliders driven without a browser and without stubs: set values, look at the artists."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from helpers import OneBar
from PIL import Image

from tverskylib import (
    Regularised,
    TverskyLoss,
    confidence_penalty,
    explorers,
    figures,
    label_noise_penalty,
)
from tverskylib.explorers import sliders
from tverskylib.explorers.browser.catalogue import catalogue


def test_every_explorer_is_tried_somewhere():
    public = {name for name in dir(explorers) if not name.startswith("_")}
    in_the_browser = set(catalogue())  # test_browser_explorers.py
    of_training = {"LiveCurves", "RunChoice", "trained"}  # tests/training
    modules = {
        "Explorer",
        "browser",
        "choice",
        "explorer",
        "interactive",
        "lessons",
        "live",
        "own",
        "picture",
        "sliders",
    }
    assert public - modules - in_the_browser - of_training == set()


def test_each_slider_changes_the_picture_and_its_words_at_both_ends():
    explorer = one_bar()
    size = Image.open(io.BytesIO(explorer.picture.png)).size
    for key, slider in explorer.sliders.items():
        seen = set()
        low, high = (10**slider.min, 10**slider.max) if hasattr(slider, "base") else (slider.min, slider.max)
        for value in (low, high, explorer.start[key]):
            slider.value = value
            picture = Image.open(io.BytesIO(explorer.picture.png))
            assert picture.size == size == (explorer.picture.width, explorer.picture.height)
            assert "nan" not in explorer.picture.alt, (key, value)
            seen.add((explorer.picture.png, explorer.picture.alt))
        assert len(seen) >= 2, f"{key} changes nothing"
    assert explorer.message.value == ""


def test_reset_and_presets_bring_back_their_values():
    explorer = one_bar()
    before = explorer.picture.png
    for button in explorer.buttons.values():
        button.click()
    assert explorer.values == explorer.start
    assert explorer.picture.png == before


def one_bar():
    controls = {"height": sliders.slider("height", 1, 0, 2, 0.1), "place": sliders.slider("place", 0, 0, 3, 0.1)}
    return explorers.Explorer(
        OneBar, controls, presets={"far": {"height": 0.5, "place": 3}}, static=[{}, {"height": 2}]
    )


def test_a_preset_draws_once():
    explorer = one_bar()
    drawn = []
    explorer.picture.observe(lambda change: drawn.append(change["new"]), names="png")
    explorer.buttons["far"].click()
    assert len(drawn) == 1


def test_figure_and_artists_are_kept():
    explorer = one_bar()
    figure, artists = explorer.figure, list(explorer.figure.findobj())
    explorer.set(height=0.3)
    assert explorer.figure is figure
    assert [type(a) for a in explorer.figure.findobj()] == [type(a) for a in artists]


def test_the_last_expression_is_a_widget_with_a_stored_picture_and_alt_text():
    data, metadata = one_bar()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert metadata["image/png"]["alt"].startswith("2 positions of the sliders. (1)")
    assert data["text/html"].startswith("<img alt=")


def test_an_error_in_a_callback_is_shown_and_raised():
    class Broken(figures.Drawing):
        def __init__(self, parent):
            self.axes = parent.subplots()

        def update(self, *, x):
            if x > 1:
                raise RuntimeError("planted")

        def describe(self):
            return "an empty picture"

    explorer = explorers.Explorer(Broken, {"x": sliders.slider("x", 0, 0, 2, 1)}, static=[{}])
    with pytest.raises(RuntimeError, match="planted"):
        explorer.sliders["x"].value = 2
    assert "planted" in explorer.message.value and 'role="alert"' in explorer.message.value
    explorer.sliders["x"].value = 0
    assert explorer.message.value == ""


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"values must be named .*height.*got \['hieght'\]"):
        one_bar().set(hieght=3)


def test_static_grid_shows_each_position():
    plate = figures.static_grid(OneBar, [{"height": 0}, {"height": 1.5}])
    assert "(1)" in plate.alt and "(2)" in plate.alt and "height 1.5" in plate.alt


def test_static_grid_without_positions_is_refused():
    with pytest.raises(ValueError, match="settings must hold at least one position"):
        figures.static_grid(OneBar, [])


def test_equivalence_needs_the_right_weight():
    explorer = explorers.equivalence()
    assert not explorer.same
    explorer.set(weight=0.25)
    assert explorer.same
    assert explorer.numbers["smooth"] == pytest.approx(explorer.numbers["penalised"])
    assert explorer.numbers["difference"] == pytest.approx(0, abs=1e-12)


def test_the_minima_with_penalties_are_those_of_the_torch_penalties():
    q = torch.linspace(0.0005, 0.9995, 1000, dtype=torch.float64).reshape(-1, 1, 1, 1)
    for weight in (0.2, 1.0):
        explorer = explorers.pushes()
        explorer.set(weight=weight)
        for penalty, at in zip((label_noise_penalty, confidence_penalty), explorer.minima, strict=True):
            total = torch.stack([-x.log().squeeze() + weight * penalty(x[None]) for x in q])
            assert q[total.argmin()].item() == pytest.approx(at, abs=1e-3)


def test_penalised_pixel_agrees_with_the_torch_loss():
    explorer = explorers.penalised_pixel()
    explorer.set(alpha=0.3, beta=0.7, weight=0.4)
    mask = (torch.arange(16) < 6).double().reshape(1, 1, 4, 4)
    grid = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    for name, penalty in (("noise", label_noise_penalty), ("confidence", confidence_penalty)):
        loss = Regularised(TverskyLoss(0.3, 0.7, delta=0.0), penalty, 0.4)
        for kind, pixel in (("foreground", 0), ("background", 15)):
            values = []
            for q in grid:
                prediction = mask.clamp(1e-9, 1 - 1e-9)  # the other pixels add a constant
                prediction.view(-1)[pixel] = q
                values.append(loss(prediction, mask).item())
            assert explorer.numbers[f"{kind}_{name}"] == pytest.approx(grid[int(np.argmin(values))].item(), abs=1e-3)


def test_three_forms_follow_the_label_or_the_mask():
    explorer = explorers.three_forms()
    explorer.set(epsilon=0.3)
    grid = np.linspace(0, 1, 1001)
    for kind, pixel, expected in (("foreground", 0, [1, 0.85, 0.85]), ("background", 15, [0, 0.15, 0.15])):
        lowest = grid[np.argmin([explorer.losses(pixel, q) for q in grid], axis=0)]
        assert lowest == pytest.approx(expected, abs=1e-3)
        assert explorer.numbers[f"product_{kind}"] == expected[0]
        assert explorer.numbers[f"label_{kind}"] == pytest.approx(expected[1])
