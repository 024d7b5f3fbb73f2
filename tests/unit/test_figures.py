"""Figures: their numbers, their alt text, their colours."""

from __future__ import annotations

import inspect
import io
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from tverskylib import figures
from tverskylib.figures import _style
from tverskylib.figures.chances import cuts_of
from tverskylib.figures.plate import mimebundle


def luminance(colour):
    """Relative luminance, as the Web Content Accessibility Guidelines define it."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot((0.2126, 0.7152, 0.0722), channels))


@pytest.mark.parametrize(
    "colour", [*(ink.colour for ink in _style.COUNT_INKS), _style.OTHER.colour, _style.INK, _style.FAINT]
)
def test_every_ink_has_a_contrast_of_four_and_a_half_to_paper(colour):
    assert (luminance(_style.PAPER) + 0.05) / (luminance(colour) + 0.05) >= 4.5


def test_colour_is_never_the_only_cue():
    inks = _style.COUNT_INKS
    for cue in ("colour", "hatch", "line", "marker"):
        assert len({getattr(ink, cue) for ink in inks}) == len(inks), cue


def test_the_error_map_paints_each_kind_by_colour_and_by_pattern():
    image = np.full((72, 72), 0.5)
    target, prediction = np.zeros((2, 72, 72), dtype=bool)
    target[:, :36], prediction[:36] = True, True
    painted = figures.paint(image, prediction, target)
    quarters = [painted[:36, :36], painted[:36, 36:], painted[36:, :36], painted[36:, 36:]]
    shades = [len(np.unique(q.reshape(-1, 3).round(6), axis=0)) for q in quarters]
    assert shades == [1, 2, 2, 1]  # TP plain, FP striped, FN dotted, TN the image itself


def test_a_plate_needs_words():
    with pytest.raises(ValueError, match="alt must say in words"):
        figures.Plate(Figure(), "  ")


def test_a_plate_is_stored_as_png_and_as_html_with_the_same_alt_text():
    plate = figures.panels({"a": np.zeros((4, 4))}, alt='a "black" square')
    data, metadata = plate._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == 'a "black" square'
    assert 'alt="a &quot;black&quot; square"' in data["text/html"]
    assert Image.open(io.BytesIO(plate.png())).mode == "P"


def panel():
    return figures.panels({"a": np.eye(4)}, alt="a diagonal")


def test_pictures_repeat_to_the_byte():
    assert panel().png() == panel().png()


def test_the_readers_own_style_does_not_leak_in():
    plain = panel().png()
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30}):
        assert panel().png() == plain


def test_making_figures_does_not_load_pyplot_or_torch():
    import subprocess
    import sys

    code = (
        "import sys; from tverskylib import figures; figures.panels({'a': [[0, 1]]}, alt='a').png(); "
        "print([m for m in ('torch', 'matplotlib.pyplot') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_mimebundle_tells_the_size():
    png = panel().png()
    data, metadata = mimebundle(png, "discs")
    assert f'width="{metadata["image/png"]["width"]}"' in data["text/html"]


def test_smoothed_cuts_fall_and_say_so():
    chances = np.linspace(0, 1, 501) ** 6
    plate = figures.smoothed_cuts(chances, "a law")
    cut, marked, dice = (ax.lines[0].get_ydata() for ax in plate.figure.axes[:3])
    assert (np.diff(cut) < 0).all()
    assert (np.diff(marked) >= 0).all()
    assert (np.diff(dice) <= 1e-12).all()
    assert f"cut on the chance {cut[0]:.3g} to {cut[-1]:.3g}" in plate.alt
    np.testing.assert_allclose(cuts_of(chances, [0.0])[0], [cut[0], marked[0], dice[0]])


def test_a_calibrated_map_lies_on_its_bars_and_a_sharp_one_does_not():
    draw = np.random.default_rng(0)
    chance = draw.random(20_000)
    truth = draw.random(chance.size) < chance
    plate = figures.calibration(truth, {"right": chance, "sharp": np.where(chance > 0.5, 1.0, 0.0)})
    ax = plate.figure.axes[0]
    bars = np.array([bar.get_height() for bar in ax.patches])
    right, sharp = (abs(line.get_ydata() - bars).max() for line in ax.lines)
    assert right < 0.05
    assert sharp > 0.4
    assert "right is off by 0.0" in plate.alt


@pytest.mark.parametrize("name", [r"$\foo$", "$", "_hidden", "a_b^c", r"\frac", "50 $ & 30 $", "<b>bold</b>"])
def test_a_readers_own_name_is_shown_as_it_is(name):
    curves = SimpleNamespace(
        steps=[1, 2], loss=[0.9, 0.5], dice=[0.1, 0.2], pooled_dice=[0.1, 0.2], flooded=[None, None]
    )
    plate = figures.learning_curves({name: curves})
    plate.figure.draw_without_rendering()
    [shown] = [text.get_text() for legend in plate.figure.legends for text in legend.get_texts()]
    assert shown.strip().replace(r"\$", "$") == name
    assert name in plate.alt


def squares(y_hat, y, weight=1.0, lost=False):
    return float("nan") if lost or y_hat[0] == 0 else weight * ((y_hat - y) ** 2).sum()


def test_level_lines_take_what_the_loss_takes_and_show_where_it_is_lowest():
    draw = figures.level_lines(squares)
    assert list(inspect.signature(draw).parameters) == ["ax", "weight", "lost"]
    ax = Figure().subplots()
    draw(ax, weight=2.0)
    star = ax.get_lines()[0]
    assert (star.get_xdata(), star.get_ydata()) == (1.0, 0.0) and "lowest: 0 at (1.00, 0.00)" in (
        ax.get_title("left"),
        ax.get_title(),
    )
    circles = [line for line in ax.collections[0].get_paths() if len(line.vertices)]
    for line, level in zip(circles, ax.collections[0].levels[-len(circles) :], strict=True):
        u, v = line.vertices.T
        assert np.allclose(2 * ((1 - u) ** 2 + 3 * v**2), level, atol=0.01)


@pytest.mark.parametrize(
    ("loss", "said"), [(lambda y_hat, y: 0.5, "0.5 everywhere"), (lambda y_hat, y: np.nan, "no number anywhere")]
)
def test_level_lines_of_a_loss_without_a_lowest_point(loss, said):
    ax = Figure().subplots()
    figures.level_lines(loss)(ax)
    assert said in (ax.get_title("left"), ax.get_title()) and not ax.collections


@pytest.mark.parametrize("loss", [None, 0.5, lambda y: 0.5, lambda: 0.5])
def test_level_lines_are_of_a_function_of_two(loss):
    with pytest.raises(TypeError, match="loss must"):
        figures.level_lines(loss)


@pytest.mark.parametrize("given", [None, "0.5", np.ones(4), True])
def test_level_lines_need_a_number(given):
    with pytest.raises(TypeError, match="loss must give a number"):
        figures.level_lines(lambda y_hat, y: given)(Figure().subplots())
