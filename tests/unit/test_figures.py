"""Figures: their numbers, their alt text, their colours."""

from __future__ import annotations

import io

import matplotlib
import numpy as np
import pytest
from helpers import OneBar
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from tverskylib import figures
from tverskylib.figures import _style
from tverskylib.figures.accuracy import expected_scores
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


def test_expected_scores_are_those_of_a_counted_sample():
    accuracy, dice = expected_scores(0.1, sensitivity=0.8, specificity=0.95)
    tp, fn, fp = 80, 20, 45
    assert accuracy == pytest.approx((80 + 855) / 1000)
    assert dice == pytest.approx(2 * tp / (2 * tp + fp + fn))


def test_a_plate_needs_words():
    with pytest.raises(ValueError, match="alt must say in words"):
        figures.Plate(Figure(), "  ")


def test_a_plate_is_stored_as_png_and_as_html_with_the_same_alt_text():
    plate = figures.panels({"a": np.zeros((4, 4))}, alt='a "black" square')
    data, metadata = plate._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == 'a "black" square'
    assert 'alt="a &quot;black&quot; square"' in data["text/html"]
    assert Image.open(io.BytesIO(plate.png())).mode == "P"


def test_pictures_repeat_to_the_byte():
    draw = lambda: figures.still(OneBar, height=1).png()  # noqa: E731
    assert draw() == draw()


def test_the_readers_own_style_does_not_leak_in():
    plain = figures.still(OneBar, height=1).png()
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30}):
        assert figures.still(OneBar, height=1).png() == plain


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
    png = figures.still(OneBar, height=1).png()
    data, metadata = mimebundle(png, "discs")
    assert f'width="{metadata["image/png"]["width"]}"' in data["text/html"]
