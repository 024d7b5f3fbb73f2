"""Tables from records: one row a run, means with their spread over seeds, and differences in pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from tverskylib.training.record import Record
from tverskylib.training.settings import RunSettings

METRICS = ("average_precision", "balanced_accuracy", "dice", "jaccard", "hd95")
CELL = ["task", "arm", "batch_size", "domain"]  # what the seeds of a cell have in common


def results_frame(records: Iterable[Record]) -> pd.DataFrame:
    """One row a run: its settings, its arm, and its test metrics at threshold 0.5.

    The five metrics are means over the POSITIVE test images; so are ``ece``, ``nll``, ``entropy``, ``foreground``
    and ``predicted_foreground`` over their pixels. ``pooled_dice`` takes the positive images together. ``..._all``
    are over all test images. ``batches_dice`` and ``batches_jaccard`` are means over evaluation batches of positive
    images. ``arm`` says in what a run departs from the grid, see :func:`arm`.

    Introduced in lesson 11.
    """
    records = list(records)
    settings = [RunSettings.from_dict(record["settings"]) for record in records]
    plain = plain_runs(settings)
    return pd.DataFrame(
        [_row(record, arm(one, plain.get(one.task))) for record, one in zip(records, settings, strict=True)]
    )


def _row(record: Record, arm: str) -> dict[str, Any]:
    settings, test = record["settings"], record["test"]
    positive, every = test["over_positive"], test["over_all"]
    return {
        **{name: value for name, value in settings.items() if name != "tiles"},
        "size": settings["tiles"]["size"],
        "arm": arm,
        "steps": record["steps"],
        "seconds": record["seconds"],
        **positive["mean_of_images"],
        "pooled_dice": positive["pooled"]["dice"],
        "pooled_jaccard": positive["pooled"]["jaccard"],
        "batches_dice": positive["mean_of_batches"]["dice"],
        "batches_jaccard": positive["mean_of_batches"]["jaccard"],
        "dice_all": every["mean_of_images"]["dice"],
        "pooled_dice_all": every["pooled"]["dice"],
        "missed_positives": test["missed_positives"],
        "flooded_negatives": test["flooded_negatives"],
        "foreground": positive["foreground"],
        "predicted_foreground": positive["predicted_foreground"],
        **{name: positive["calibration"][name] for name in ("ece", "nll", "entropy")},
    }


def arm(settings: RunSettings, plain: RunSettings | None = None) -> str:
    """In what a run departs from the grid, in words; "grid" where it does not.

    Args:
        settings: of the run.
        plain: a run of the grid of the same task: another number of epochs than its is told, and so is another share
            of empty tiles. None: neither is told.

    >>> arm(RunSettings(smoothing=0.2, soft_labels="minimum"))
    'smoothing 0.2, minimum form'
    """
    default = RunSettings()
    plain = settings if plain is None else plain
    sides = ", one-sided" if settings.smoothing_classes == 1 else ""
    parts = [
        ("cross-entropy", settings.loss != default.loss),
        ("Dice + cross-entropy", settings.companion != default.companion),
        (f"alpha {settings.alpha:g}, beta {settings.beta:g}", (settings.alpha, settings.beta) != (0.5, 0.5)),
        (f"delta {settings.delta:.3g}", settings.delta != default.delta),
        (f"smoothing {settings.smoothing:g}{sides}", settings.smoothing > 0),
        ("minimum form", settings.soft_labels != default.soft_labels),
        (f"{settings.penalty} penalty {settings.strength:g}", settings.penalty != "none"),
        (f"foreground in {settings.foreground_share:.0%} of each batch", settings.foreground_share > 0),
        (f"constant rate {settings.learning_rate:g}", settings.schedule != default.schedule),
        (f"{settings.epochs} epochs", settings.epochs != plain.epochs),
        (f"{_empty(settings):.0%} of the tiles empty", round(_empty(settings) - _empty(plain), 2) != 0),
    ]
    return ", ".join(words for words, departs in parts if departs) or "grid"


def _empty(settings: RunSettings) -> float:
    """The share of the synthetic tiles that holds no cancer."""
    return 1 - settings.tiles.positives / settings.tiles.tiles


def plain_runs(settings: Iterable[RunSettings]) -> dict[str, RunSettings]:
    """For each task a run of the grid: one that departs in nothing that :func:`arm` tells of a single run.

    Of several, the one whose epochs and share of empty tiles are the commonest.
    """
    found: dict[str, RunSettings] = {}
    candidates = [one for one in settings if arm(one) == "grid"]
    common = Counter((one.task, one.epochs, _empty(one)) for one in candidates)
    for one in sorted(candidates, key=lambda one: -common[one.task, one.epochs, _empty(one)]):
        found.setdefault(one.task, one)
    return found


def summary(frame: pd.DataFrame, metrics: Sequence[str] = METRICS, by: Sequence[str] = tuple(CELL)) -> pd.DataFrame:
    """Mean and standard deviation over the seeds of each cell, and how many there are.

    Args:
        frame: of :func:`results_frame`.
        metrics: names of its columns.
        by: what makes a cell.

    Returns:
        Rows by cell; columns (metric, "mean" or "sd"), and ("runs", "").

    Introduced in lesson 11.
    """
    groups = frame.groupby(list(by))
    table = groups[list(metrics)].agg(["mean", "std"]).rename(columns={"std": "sd"})
    table[("runs", "")] = groups.size()
    return table


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


def mean_interval(values: Any, level: float = 0.95) -> tuple[float, float, float]:
    r"""A mean with Student's interval, :math:`\bar d \pm t_{n-1} s_d / \sqrt n`.

    Args:
        values: independent measurements, as of one difference over seeds.
        level: of the interval, between 0 and 1.

    Returns:
        The mean and both ends of the interval, which are NaN for a single value.

    Introduced in lesson 11.
    """
    import numpy as np
    from scipy import stats

    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    found = np.asarray(values, dtype=float)
    middle = float(found.mean())
    if found.size < 2:
        return middle, float("nan"), float("nan")
    reach = float(stats.t.ppf((1 + level) / 2, found.size - 1) * found.std(ddof=1) / found.size**0.5)
    return middle, middle - reach, middle + reach


def markdown(table: pd.DataFrame, digits: int = 3) -> str:
    """A table as Markdown: a mean with its deviation in one cell, and a difference with its interval."""
    rows = []
    for key, row in table.iterrows():
        cells = [str(part) for part in (key if isinstance(key, tuple) else (key,))]
        rows.append(cells + [_cell(row[name], digits) for name in _metrics(table)] + [f"{_runs(row)}"])
    names = [*map(str, table.index.names), *_metrics(table), "runs" if "runs" in table.columns else "pairs"]
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _metrics(table: pd.DataFrame) -> list[str]:
    return [name for name in dict.fromkeys(table.columns.get_level_values(0)) if name not in ("runs", "pairs")]


def _runs(row: Any) -> int:
    return int(row["runs"].iloc[0] if "runs" in row else row["pairs"].iloc[0])


def _cell(values: Any, digits: int) -> str:
    if pd.isna(values.iloc[0]):
        return "-"
    sign = "" if "sd" in values.index else "+"
    first, *others = [f"{value:{sign}.{digits}f}" for value in values]
    if values.isna().any():  # one run has no spread, and one pair no interval
        return first
    return f"{first} [{', '.join(others)}]" if sign else f"{first} ± {others[0]}"
