"""Two losses compared in pairs of runs: differences, their intervals, and the planned test."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tverskylib._checks import describe
from tverskylib._numbers import as_array, check_number
from tverskylib.training.tables import CELL, METRICS, check_columns

CONFIRMATION = range(5, 10)  # the seeds that nobody had seen when results/PLAN.md was written
ENDPOINTS = (  # its four questions: task and metric
    ("positive", "dice"),
    ("positive", "pooled_average_precision"),
    ("whole", "pooled_average_precision_all"),
    ("whole", "flooded_negatives"),
)


def paired_differences(frame: pd.DataFrame, metrics: Sequence[str] = METRICS, level: float = 0.95) -> pd.DataFrame:
    r"""Batchwise minus imagewise, seed by seed: the mean difference with an interval.

    Two runs are a pair if they differ in nothing but the domain: same tiles, same initial weights, same order. The
    interval is Student's, :math:`\bar d \pm t_{n-1} s_d / \sqrt n`; with three seeds t is 4.3, so an interval that
    excludes 0 means something, and one that does not leaves the question open.

    Args:
        frame: of :func:`results_frame`.
        metrics: names of its columns.
        level: of the interval, between 0 and 1.

    Returns:
        Rows by task, arm and batch size; columns (metric, "difference", "low" or "high"), and ("pairs", "").

    Introduced in lesson 11.
    """
    check_columns(frame, metrics)
    _check_pairs(frame, [*CELL, "seed"])
    wide = frame.pivot(index=[*CELL[:3], "seed"], columns="domain", values=list(metrics)).astype(float)
    wide = wide.dropna(how="all", axis="columns")
    parts = {}
    for metric in metrics:
        if not {(metric, "batch"), (metric, "image")} <= {*wide.columns}:
            continue
        differences = (wide[(metric, "batch")] - wide[(metric, "image")]).dropna().groupby(level=CELL[:3])
        parts["pairs", ""] = differences.size()
        for place, name in enumerate(("difference", "low", "high")):
            parts[metric, name] = differences.agg(lambda found, place=place: mean_interval(found, level)[place])
    return pd.DataFrame(parts)[sorted(parts, key=lambda column: column[0] == "pairs")]


def _check_pairs(frame: pd.DataFrame, cell: list[str]) -> None:
    """Raise where two runs have the same place in the table: which of them makes a pair is not to be guessed."""
    if (twice := frame.duplicated(cell)).any():
        told = ", ".join(f"{name} {value}" for name, value in frame.loc[twice, cell].iloc[0].items())
        raise ValueError(f"frame must hold one run for each seed of a cell, got several of {told}")


def mean_interval(values: Any, level: float = 0.95) -> tuple[float, float, float]:
    r"""A mean with Student's interval, :math:`\bar d \pm t_{n-1} s_d / \sqrt n`.

    Args:
        values: independent measurements, as of one difference over seeds; finite.
        level: of the interval, between 0 and 1.

    Returns:
        The mean and both ends of the interval, which are NaN for a single value.

    Raises:
        ValueError: no value, one that is no finite number, or a level out of place.

    Introduced in lesson 11.
    """
    from scipy import stats

    found = _finite("values", values)
    level = check_number("level", level, 0, 1, above=True, below=True)
    if found.size < 2:
        return float(found.mean()), float("nan"), float("nan")
    with warnings.catch_warnings():  # equal values have an interval of no width, and that is right
        warnings.filterwarnings("ignore", message="Precision loss", category=RuntimeWarning)
        low, high = stats.ttest_1samp(found, 0).confidence_interval(level)
    return float(found.mean()), float(low), float(high)


def new_pair_interval(values: Any, level: float = 0.95) -> tuple[float, float, float]:
    r"""Where one new measurement is to be expected, :math:`\bar d \pm t_{n-1} s_d \sqrt{1 + 1/n}`.

    An interval for the mean becomes narrow with many seeds; a single pair of runs, such as a paper's, scatters all the
    same. So this is the one to compare it with.

    Args, Returns, Raises: as :func:`mean_interval`.

    Introduced in lesson 11.
    """
    found = _finite("values", values)
    mean, _, high = mean_interval(found, level)
    reach = (high - mean) * math.sqrt(found.size + 1)
    return mean, mean - reach, mean + reach


def _finite(name: str, values: Any) -> NDArray[np.float64]:
    found = as_array(name, values)
    if found.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be finite numbers, at least one, got {describe(values)}")
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise ValueError(f"{name} must be finite numbers, at least one, got {found.tolist()}")
    return found.astype(np.float64)


def holm(p_values: Any) -> NDArray[np.float64]:
    r"""p-values of a family of tests, corrected so that a false alarm anywhere is as rare as the level says.

    The smallest of m is multiplied by m, the next by m - 1 and so on; none becomes smaller than the one before it, nor
    larger than 1.

    Args:
        p_values: of one family, (m,), each in [0, 1].

    Returns:
        float64, (m,), in the order given.

    Source: Holm 1979. Introduced in lesson 11.

    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    given = _finite("p_values", p_values)
    if given.min() < 0 or given.max() > 1:
        raise ValueError(f"p_values must lie in [0, 1], got {given.tolist()}")
    order = np.argsort(given)
    raised = np.minimum(np.maximum.accumulate(given[order] * np.arange(given.size, 0, -1)), 1)
    found = np.empty_like(given)
    found[order] = raised
    return found


def confirmation(frame: pd.DataFrame, seeds: Sequence[int] = CONFIRMATION) -> pd.DataFrame:
    """The planned test: batch-wise minus image-wise, plain Dice loss, batch size 8, for the four endpoints of the plan.

    Args:
        frame: of :func:`results_frame`.
        seeds: of the pairs; those of the confirmation by default.

    Returns:
        A row an endpoint: the mean ``difference`` with its interval ``low`` to ``high``, the interval of one new pair,
        the p-value of the paired t-test, the same after Holm, and the number of pairs. Endpoints without two pairs yet
        are left out, and the correction is for all four all the same.

    Introduced in lesson 11.
    """
    from scipy import stats

    check_columns(frame, [metric for _, metric in ENDPOINTS])
    if isinstance(seeds, str) or not isinstance(seeds, Sequence):
        raise TypeError(f"seeds must be a sequence of whole numbers, got {describe(seeds)}")
    grid = frame[(frame["arm"] == "grid") & (frame["batch_size"] == 8) & frame["seed"].isin(list(seeds))]
    _check_pairs(grid, ["task", "domain", "seed"])
    rows = {}
    for task, metric in ENDPOINTS:
        wide = grid[grid["task"] == task].pivot(index="seed", columns="domain", values=metric)
        if not {"batch", "image"} <= {*wide.columns} or len(wide.dropna()) < 2:
            continue
        found = (wide["batch"] - wide["image"]).dropna().to_numpy(float)
        mean, low, high = mean_interval(found)
        _, low_new, high_new = new_pair_interval(found)
        p = float(stats.ttest_1samp(found, 0).pvalue)
        rows[task, metric] = [mean, low, high, low_new, high_new, p, found.size]
    names = ["difference", "low", "high", "low of a new pair", "high of a new pair", "p", "pairs"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["task", "metric"])
    untested = [1.0] * (len(ENDPOINTS) - len(table))
    table.insert(6, "p after Holm", holm([*table["p"], *untested])[: len(table)])
    return table
