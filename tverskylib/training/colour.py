"""How far colour alone goes: the baseline that a network has to beat for a data set to be worth anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._extras import optional
from tverskylib._files import replacing
from tverskylib.index import dice_index
from tverskylib.tiles import GENERATOR_VERSION, TileSettings, synthetic_tiles
from tverskylib.training.data import Tiles
from tverskylib.training.profiles import seeded
from tverskylib.training.record import read_record
from tverskylib.training.settings import RunSettings

PIXELS = 30_000  # that the regression learns from
THRESHOLDS = np.linspace(0.1, 0.5, 9)


def colour_dice(tiles: Tiles) -> float:
    """Dice of the best logistic regression on a pixel's colour: mean over the positive test images.

    It learns from pixels of the positive training tiles: red, green, blue and their optical densities. Its threshold
    is the one with the best Dice on those tiles.

    Introduced in lesson 10.
    """
    with optional():
        from sklearn.linear_model import LogisticRegression

    positive = tiles.pick(tiles.positive)
    train, test = positive.split("train"), positive.split("test")
    sample = np.random.default_rng(0).choice(train.targets.size, min(PIXELS, train.targets.size), replace=False)
    model = LogisticRegression(C=100, max_iter=1000).fit(_colours(train)[sample], train.targets.ravel()[sample])

    def dice(part: Tiles, threshold: float) -> float:
        above = model.predict_proba(_colours(part))[:, 1].reshape(part.targets.shape) >= threshold
        return float(np.mean(dice_index(above[:, None], part.targets[:, None], domain="image")))

    return dice(test, max(THRESHOLDS, key=lambda threshold: dice(train, threshold)))


def _colours(tiles: Tiles) -> NDArray[np.floating]:
    """Red, green and blue, and their optical densities, a row a pixel."""
    light = tiles.images.reshape(-1, 3) / 255
    return np.concatenate([light, -np.log(np.maximum(light, 0.02))], axis=1)


def colour_record(results: Path, seeds: Sequence[int] = (0, 1, 2)) -> dict[str, Any]:
    """Colour against the U-Net on the same synthetic tiles, seed by seed.

    Args:
        results: a folder with the records of the profile "cpu".
        seeds: of tiles and runs.

    Returns:
        The generator's version, the seeds, the names of the U-Net's records, and Dice of both, for JSON.
    """
    wanted = [seeded(RunSettings(), seed) for seed in seeds]
    unet = [read_record(results / f"{settings.name()}.json") for settings in wanted]
    colour = [colour_dice(synthetic_tiles(TileSettings(seed=seed), progress=False)) for seed in seeds]
    return {
        "generator": GENERATOR_VERSION,
        "seeds": list(seeds),
        "records": [settings.name() for settings in wanted],
        "dice": {
            "colour": [round(value, 6) for value in colour],
            "unet": [record["test"]["over_positive"]["mean_of_images"]["dice"] for record in unet],
        },
    }


def write_colour_record(results: Path, path: Path) -> None:
    """Compute the record and keep it."""
    record = colour_record(results)
    with replacing(path) as file:
        file.write((json.dumps(record, indent=1) + "\n").encode())
