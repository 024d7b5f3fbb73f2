"""Sliders around a reader's own function."""

from __future__ import annotations

import doctest
import gc
import io
import weakref
from fractions import Fraction

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tverskylib.explorers import interactive, own

X = np.linspace(0, 1, 50)


def draw(ax, alpha, beta=0.5):
    ax.plot(X, alpha * X + beta, label="a line")
    ax.set(xlabel="x", ylabel="y", ylim=(0, 3))


def pixels(explorer):
    return np.asarray(Image.open(io.BytesIO(explorer.picture.png)).convert("RGB"))


def test_a_slider_draws_anew_at_twice_the_dots():
    explorer = interactive(draw, alpha=(0.05, 2), beta=(0.0, 1.0))
    before = pixels(explorer)
    assert before.shape == (2 * explorer.picture.height, 2 * explorer.picture.width, 3)
    assert explorer.values == {"alpha": 1.03, "beta": 0.5} and "alpha 1.03" in explorer.picture.alt
    assert {one.style.handle_color for one in explorer.controls.values()} == {own.HANDLE}
    explorer.controls["alpha"].value = 0.2
    assert (pixels(explorer) != before).any()
    assert "alpha 0.2" in explorer.picture.alt and "lines: a line" in explorer.picture.alt


def test_several_values_are_one_redraw_and_reset_brings_back_the_start():
    calls = []

    def count(ax, a, b):
        calls.append((a, b))

    explorer = interactive(count, a=(0, 10), b=(0, 10))
    assert calls == [(5, 5)]
    explorer.set(a=1, b=2)
    assert calls == [(5, 5), (1, 2)]
    next(child for child in explorer.children if isinstance(child, widgets.Button)).click()
    assert explorer.values == {"a": 5, "b": 5}


def test_a_dark_page_gets_a_dark_picture():
    explorer = interactive(draw, alpha=(0.05, 2))
    assert pixels(explorer)[0, 0].min() > 200
    explorer.picture.dark = True
    assert pixels(explorer)[0, 0].max() < 60


def test_choices_and_widgets_are_sliders_too():
    seen = []
    explorer = interactive(
        lambda ax, kind, delta: seen.append((kind, delta)),
        kind=["dice", "jaccard"],
        delta=widgets.FloatLogSlider(value=1, min=-3, max=1),
        frames=[{"kind": "jaccard"}, {"delta": 0.1}],
    )
    assert seen == [("dice", 1.0)]
    png, alt = explorer.static_picture
    assert seen[1:] == [("jaccard", 1.0), ("dice", 0.1)]
    assert "(1) A picture drawn for kind jaccard, delta 1" in alt and Image.open(io.BytesIO(png)).width == 1760


def test_the_output_is_a_widget_with_a_stored_picture():
    data, metadata = interactive(draw, alpha=(0.05, 2), alt="a line that rises")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert metadata["image/png"]["alt"].count("a line that rises") == 3
    assert data["text/html"].startswith("<img alt=") and metadata["image/png"]["width"] == 880


def test_an_error_is_shown_escaped_and_raised_and_goes_away():
    def fails(ax, x):
        if x > 5:
            raise ValueError("<img src=x onerror=alert(1)> & more")

    explorer = interactive(fails, x=(0, 10))
    with pytest.raises(ValueError, match="onerror"):
        explorer.set(x=8)
    assert 'role="alert"' in explorer.message.value and "<img" not in explorer.message.value
    explorer.set(x=2)
    assert explorer.message.value == ""


@pytest.mark.parametrize(
    ("function", "ranges", "error", "message"),
    [
        (3, {}, TypeError, "function must be a function that draws on axes, got 3"),
        (draw, {"gamma": (0, 1)}, TypeError, "takes no gamma"),
        (draw, {"beta": (0, 1)}, ValueError, "alpha has none"),
        (draw, {"alpha": (2, 1)}, ValueError, "alpha must be .* low below high"),
        (draw, {"alpha": "much"}, TypeError, "alpha must be .*, got 'much'"),
        (draw, {"alpha": (0, 1, 0)}, ValueError, "a step above 0"),
        (draw, {"alpha": []}, ValueError, "alpha must be a list of choices, got an empty one"),
        (draw, {"alpha": (0, 10**400)}, TypeError, r"alpha must be \(low, high\)"),
        (draw, {"alpha": (0.0, 1e-300)}, ValueError, r"alpha must be \(low, high\)"),
        (
            draw,
            {"alpha": (0, 1), "size": (7, 0)},
            ValueError,
            r"size must be \(width, height\) in inches, .* got \(7, 0\)",
        ),
        (draw, {"alpha": (0, 1), "size": None}, ValueError, r"size must be \(width, height\) in inches, .* got None"),
        (draw, {"alpha": (0, 1), "frames": [{"gamma": 1}]}, ValueError, "frames must be a list of mappings of values"),
        (draw, {"alpha": (0, 1), "frames": {"alpha": 1}}, ValueError, "frames must be a list of mappings of values"),
    ],
)
def test_what_it_can_not_use_is_refused_by_name(function, ranges, error, message):
    with pytest.raises(error, match=message):
        interactive(function, **ranges)


@pytest.mark.parametrize("value", [5, -1, float("nan"), 10**400, "x", None])
def test_a_value_beyond_a_slider_is_refused_and_nothing_is_set(value):
    explorer = interactive(draw, alpha=(0.0, 2.0), beta=[0.5, 1.0])
    before, picture = explorer.values, explorer.picture.png
    for values in ({"alpha": value}, {"alpha": 0.25, "beta": value}):
        with pytest.raises(ValueError, match=r"^(alpha|beta) must be a value that its slider takes, got "):
            explorer.set(**values)
        assert explorer.values == before and explorer.picture.png == picture
    explorer.set(alpha=Fraction(1, 3), beta=1)
    assert explorer.values == {"alpha": 1 / 3, "beta": 1.0}


@pytest.mark.parametrize("widget", [widgets.Checkbox(True), widgets.FloatText(0.5), widgets.FloatLogSlider(0.1)])
def test_any_widget_with_a_value_has_a_stored_picture(widget):
    assert f"a {widget.value:.3g}" in interactive(lambda ax, a: ax.plot([a, 1]), a=widget).static_picture[1]


def test_close_closes_children_and_nothing_is_kept_alive(monkeypatch):
    """What is alive costs memory: a widget that is not closed, a figure that something holds."""
    figures = []

    def recorded(*arguments, **options):
        figure = Figure(*arguments, **options)
        figures.append(weakref.ref(figure))
        return figure

    monkeypatch.setattr(own, "Figure", recorded)
    explorer = interactive(draw, alpha=(0.05, 2), size=(2, 1.5))
    children = explorer.children
    known = [weakref.ref(one) for one in (explorer, *children, explorer.controls["alpha"].style)]
    explorer.close()
    assert all(child.comm is None for child in children)
    del explorer, children
    gc.collect()
    assert figures and [one() for one in (*figures, *known) if one() is not None] == []


def test_the_example_is_true():
    assert doctest.testmod(own).failed == 0


def test_the_title_that_the_function_gives_is_seen_and_said_in_each_picture_of_the_row():
    def titled(ax, alpha):
        ax.set_title(f"twice is {2 * alpha}")

    explorer = interactive(titled, alpha=[1, 2, 3])
    assert all(f"twice is {2 * alpha}." in explorer.static_picture[1] for alpha in (1, 2, 3))
    assert "twice is 2." in explorer.picture.alt
