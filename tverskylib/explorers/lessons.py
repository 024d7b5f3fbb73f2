"""The explorers of the lessons: which drawing, which sliders, which positions are telling."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tverskylib import figures
from tverskylib.explorers import sliders
from tverskylib.explorers.browser.accuracy import Accuracy
from tverskylib.explorers.browser.activation import Activation
from tverskylib.explorers.browser.composer import Composer
from tverskylib.explorers.browser.empty_mask import EmptyMask
from tverskylib.explorers.browser.equivalence import Equivalence
from tverskylib.explorers.browser.landscape import Landscape
from tverskylib.explorers.browser.one_pixel import OnePixel
from tverskylib.explorers.browser.overlap import Overlap
from tverskylib.explorers.browser.pairs import Pairs
from tverskylib.explorers.browser.penalised_landscape import PenalisedLandscape
from tverskylib.explorers.browser.penalised_pixel import PenalisedPixel
from tverskylib.explorers.browser.phase_diagram import PhaseDiagram
from tverskylib.explorers.browser.pushes import Pushes
from tverskylib.explorers.browser.sharpening import Sharpening
from tverskylib.explorers.browser.simplex import Simplex
from tverskylib.explorers.browser.sorted_labels import SortedLabels
from tverskylib.explorers.browser.three_forms import ThreeForms
from tverskylib.explorers.browser.threshold import Threshold
from tverskylib.explorers.browser.weights import Weights
from tverskylib.explorers.explorer import Explorer
from tverskylib.figures.trained import SHOWN

if TYPE_CHECKING:
    from tverskylib.training import Trained

# Drawn in the browser; each class says what it shows, and of which lesson it is.
accuracy = Accuracy
activation = Activation
composer = Composer
empty_mask = EmptyMask
landscape = Landscape
one_pixel = OnePixel
overlap = Overlap
equivalence = Equivalence
pairs = Pairs
penalised_landscape = PenalisedLandscape
penalised_pixel = PenalisedPixel
phase_diagram = PhaseDiagram
pushes = Pushes
sharpening = Sharpening
simplex = Simplex
sorted_labels = SortedLabels
three_forms = ThreeForms
threshold = Threshold
weights = Weights


def trained(runs: Mapping[str, Trained]) -> Explorer:
    """Lesson 10: threshold, alpha and beta over what two trained networks predict on the positive test tiles.

    Args:
        runs: "batch" and "image" -> the trained runs, on the same tiles.
    """
    first = next(iter(runs.values()))
    targets = first.test.targets[:, 0].numpy()
    positive = targets.any(axis=(1, 2))
    shares = targets[positive].mean(axis=(1, 2))
    # From small to large lesions, so that both ends are seen.
    places = np.linspace(0.1, 0.9, SHOWN)
    chosen = np.argsort(shares)[(places * (len(shares) - 1)).round().astype(int)]
    make = partial(
        figures.Trained,
        images=first.test.images.permute(0, 2, 3, 1).numpy()[positive],
        targets=targets[positive],
        probabilities={name: run.probabilities[positive, 0] for name, run in runs.items()},
        chosen=chosen,
    )
    controls = {"threshold": sliders.threshold(), "alpha": sliders.alpha(), "beta": sliders.beta()}
    static = [{}, {"threshold": 0.1}, {"threshold": 0.9}, {"alpha": 0.2, "beta": 0.8}]
    return Explorer(make, controls, presets=sliders.PRESETS, static=static)
