"""What a synthetic data set is made from."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass, fields
from typing import Any

from tverskylib._checks import describe
from tverskylib._numbers import check_number, is_number

GENERATOR_VERSION = 1  # raised whenever the same settings give other tiles


@dataclass(frozen=True)
class TileSettings:
    """The settings of a synthetic histology data set: equal settings give equal tiles.

    Args:
        size: height and width of a tile in pixels, 48 to 512.
        tiles: how many tiles; at least one a slide.
        positives: how many of them hold cancer: at least one in training, validation and test.
        slides: how many slides the tiles come from; a slide has its own stain, focus and noise.
        validation_slides, test_slides: how many slides are kept for validation and for test, at least 1 each; the
            others are for training.
        seed: of everything random, 0 or more.
        microns: edge of a pixel in micrometres, 0.5 to 4. At the default, 2, as through an objective of 5x, a nucleus
            of cancer is about 4 pixels wide; larger tiles show more tissue, fewer microns show it larger.

    Raises:
        TypeError, ValueError: a setting out of place; the message says what was expected.

    The default is the size of the talk's data: 2,800 tiles, 360 with cancer. Introduced in lesson 10.
    """

    size: int = 64
    tiles: int = 2800
    positives: int = 360
    slides: int = 40
    validation_slides: int = 8
    test_slides: int = 8
    seed: int = 0
    microns: float = 2.0

    def __post_init__(self) -> None:
        for field in fields(self):
            given = getattr(self, field.name)
            whole = field.name != "microns"
            if not is_number(given) or (whole and not isinstance(given, numbers.Integral)):
                raise TypeError(f"{field.name} must be a {'whole ' * whole}number, got {describe(given)}")
            number: Any = given
            object.__setattr__(self, field.name, int(number) if whole else check_number(field.name, number, -math.inf))
        most = self.slides - max(self.validation_slides, 0)
        _check_range("size", self.size, 48, 512)
        _check_range("slides", self.slides, 3, 10_000)
        _check_range("validation_slides", self.validation_slides, 1, self.slides - 2)
        _check_range("test_slides", self.test_slides, 1, most - 1)
        _check_range("tiles", self.tiles, self.slides, 10_000_000)
        _check_range("positives", self.positives, 3, self.tiles)
        _check_range("seed", self.seed, 0, math.inf)
        _check_range("microns", self.microns, 0.5, 4)


def _check_range(name: str, given: float, low: float, high: float) -> None:
    if not low <= given <= high:
        expected = f"at least {low}" if high == math.inf else f"from {low} to {high}"
        raise ValueError(f"{name} must be {expected}, got {describe(given)}")
