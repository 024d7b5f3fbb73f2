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
from tverskylib.figures.results import METRICS, NAMES, WAYS
from tverskylib.figures.trained import SHOWN

if TYPE_CHECKING:
    import pandas as pd

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


def records(frame: pd.DataFrame) -> Explorer:
    """Lesson 11: every run of a task, by arm and batch size; the metric is chosen from a list.

    Args:
        frame: of :func:`tverskylib.training.results_frame`.
    """
    words = {"positive": "positive tiles only", "whole": "the whole data set"}
    tasks = {name: words[name] for name in words if (frame["task"] == name).any()}
    telling = {"positive": ("dice", "pooled_dice"), "whole": ("dice", "flooded_negatives")}
    return Explorer(
        partial(figures.Cells, frame=frame),
        {
            "task": sliders.dropdown("task", tasks),
            "metric": sliders.dropdown("metric", {"dice": "Dice", **NAMES}),
        },
        static=[{"task": task, "metric": metric} for task in tasks for metric in telling[task]],
    )


def pairs(frame: pd.DataFrame, others: Mapping[str, Mapping[int, float]] | None = None) -> Explorer:
    """Lesson 11: the two runs of each seed, joined, under each convention; how the interval narrows with seeds.

    Args:
        frame: of :func:`tverskylib.training.results_frame`: one task, one arm.
        others: metric -> batch size -> somebody else's difference, batch-wise minus image-wise.
    """
    most = int(frame.groupby(["batch_size", "domain"])["seed"].nunique().max())
    return Explorer(
        partial(figures.Pairs, frame=frame, others=others),
        {
            "metric": sliders.dropdown("metric", {name: NAMES[name] for name in METRICS}),
            "way": sliders.dropdown("convention", WAYS),
            "seeds": sliders.slider("seeds", 1, 1, most, 1, form=".0f"),
        },
        presets={"all seeds": {"seeds": most}},
        static=[{"seeds": most}, {"seeds": most, "way": "pooled_"}],
        columns=1,
    )
