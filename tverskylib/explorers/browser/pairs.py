"""Two losses in pairs of runs: every difference, and how its interval narrows with the number of seeds."""

from __future__ import annotations

import functools
import json
import math
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import Choice, Number, linear
from tverskylib.figures._words import METRIC_WORDS

if TYPE_CHECKING:
    import pandas as pd

MOST = 10  # seeds that are shown
DATA = pathlib.Path(__file__).with_name("pairs.json")
METRICS = {name: METRIC_WORDS[name] for name in ("average_precision", "balanced_accuracy", "dice", "jaccard", "hd95")}
WAYS = {"images": "mean of images", "batches": "mean of batches", "pooled": "pooled"}
COLUMNS = {"images": "", "batches": "batches_", "pooled": "pooled_"}  # what a column's name begins with
Others = Mapping[str, Mapping[int, float]]


class Pairs(BrowserExplorer):
    r"""Batch-wise minus image-wise for pairs of runs of equal seed, a column a batch size.

    .. math:: \bar d \pm t_{n-1} \frac{s}{\sqrt n}, \qquad \bar d \pm t_{n-1}\, s \sqrt{1 + \frac1n}

    The first is the 95 % interval of the mean, the second that of one new pair.

    Args:
        frame: of :func:`tverskylib.training.results_frame`, one task and one arm; by default the runs on lesions with
            the plain Dice loss that come with the lessons. The first ten seeds of a batch size are shown.
        others: metric -> batch size -> somebody else's difference, batch-wise minus image-wise.
        values: ``seeds``, how many, in [1, 10]; ``way``, "images", "batches" or "pooled"; ``metric``.

    Raises:
        ValueError: the frame holds several tasks or arms, or no pair.
        TraitError: a value out of its range.

    Introduced in lesson 11.
    """

    name, title = "pairs", "Two losses, in pairs of equal seed"
    question = "Is average precision better batch-wise: as the mean of images, and with all images pooled?"
    frames = {
        "one pair: a difference, and no idea how much of it is luck": {"seeds": 1},
        "ten pairs, each image by itself: at batch size 8 the interval of the mean holds 0": {"seeds": 10},
        "ten pairs, all images pooled: it does not, and the talk's pair is where a new pair may be": {
            "seeds": 10,
            "way": "pooled",
        },
    }
    strip_columns = 1
    seeds = Number(1, 1, MOST, whole=True, hint="pairs at most", scale=linear(1, MOST, 1), say="whole")
    way = Choice(WAYS, label="convention")
    metric = Choice(METRICS, label="metric")
    runs = traitlets.Dict().tag(sync=True)

    def __init__(self, frame: pd.DataFrame | None = None, others: Others | None = None, **values: Any) -> None:
        super().__init__(runs=stored_runs() if frame is None else differences(frame, others or {}), **values)

    @property
    def is_default(self) -> bool:
        return bool(self.runs == stored_runs())

    @property
    def numbers(self) -> dict[str, float]:
        """Of the smallest batch size: pairs, mean difference, its interval, and that of one new pair."""
        from tverskylib.training.comparison import mean_interval, new_pair_interval

        found = self.runs["values"][self.metric][self.way][0][: int(self.seeds)]
        if not found:
            return {"pairs": 0, **dict.fromkeys(("mean", "low", "high", "least", "most"), math.nan)}
        mean, low, high = mean_interval(found)
        _, least, most = new_pair_interval(found)
        return {"pairs": len(found), "mean": mean, "low": low, "high": high, "least": least, "most": most}


def differences(frame: pd.DataFrame, others: Others) -> dict[str, Any]:
    """What is shipped: batch sizes, differences by metric, convention and batch size, and Student's quantiles."""
    from scipy import stats

    kinds = frame[["task", "arm"]].drop_duplicates()
    if len(kinds) > 1:
        raise ValueError(f"frame must hold one task and one arm, got {len(kinds)}: {kinds.to_numpy().tolist()}")
    wide = frame.pivot(index=["batch_size", "seed"], columns="domain")
    sizes = sorted({int(size) for size, _ in wide.index})
    if not {"batch", "image"} <= {*frame["domain"]}:
        raise ValueError("frame must hold runs of both domains, image and batch, with equal seeds")

    def of(column: str, size: int) -> list[float]:
        both = wide[column].loc[size].astype(float)
        return [round(float(value), 5) for value in (both["batch"] - both["image"]).dropna().head(MOST)]

    return {
        "sizes": sizes,
        "values": {
            metric: {way: [of(f"{start}{metric}", size) for size in sizes] for way, start in COLUMNS.items()}
            for metric in METRICS
        },
        "others": {
            metric: [None if size not in row else round(float(row[size]), 5) for size in sizes]
            for metric in METRICS
            for row in [others.get(metric, {})]
        },
        "words": {**METRICS, **WAYS},
        "student": [None, None, *(float(stats.t(n - 1).ppf(0.975)) for n in range(2, MOST + 1))],
    }


@functools.cache
def stored_runs() -> dict[str, Any]:
    """The differences that come with the package; ``notebooks/pages.py`` makes them of the records."""
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found
