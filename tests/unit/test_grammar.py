"""The grammar of the pictures: contrasts on both grounds, and what is left of the colours for those who see fewer."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tverskylib.figures.grammar import GRAMMAR, colours

ROLES, SURFACES = GRAMMAR["roles"], GRAMMAR["surfaces"]
# Machado, Oliveira and Fernandes 2009, severity 1: what dichromats see, from linear RGB to linear RGB.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Colours that stand in one picture, and must be told apart by everyone.
TOGETHER = [*combinations(("tp", "fp", "fn"), 2), ("batch", "image"), ("level", "loss")]

each_theme = pytest.mark.parametrize("theme", ["light", "dark"])


def linear(colour):
    channels = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    high, low = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    """CIE L*a*b* of linear RGB under D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@each_theme
def test_text_has_a_contrast_of_four_and_a_half(theme):
    shades = colours(theme)
    for ground in ("paper", "panel"):
        low = {name: contrast(shades[name], shades[ground]) for name in (*ROLES, "ink")}
        assert {name: value for name, value in low.items() if value < 4.5} == {}


@each_theme
def test_marks_and_edges_have_a_contrast_of_three(theme):
    shades = colours(theme)
    for name in (*ROLES, "edge", "focus"):
        assert contrast(shades[name], shades["paper"]) >= 3, name


@each_theme
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_colours_that_stand_together_differ_for_everyone(theme, deficiency):
    """By 10 in CIE 1976, several times the least difference that is seen; and always by a pattern, a dash or a mark."""
    shades = colours(theme)
    seen = {name: lab(np.array(DEFICIENCIES[deficiency]) @ linear(shades[name])) for name in ROLES}
    for one, other in TOGETHER:
        assert np.linalg.norm(seen[one] - seen[other]) >= 10, (one, other)


def test_colour_is_never_the_only_cue():
    for one, other in TOGETHER:
        assert any(ROLES[one][cue] != ROLES[other][cue] for cue in ("pattern", "dash", "mark")), (one, other)


def test_no_text_is_smaller_than_the_least():
    sizes = GRAMMAR["sizes"]
    assert all(sizes[name] >= sizes["least"] for name in ("question", "label", "tick"))
    assert sizes["present"] >= 24 and sizes["target"] >= 24
