"""Tables from records: one row a run, and means with their spread over seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tverskylib._checks import describe
from tverskylib.training.record import Record
from tverskylib.training.settings import RunSettings

METRICS = ("average_precision", "balanced_accuracy", "dice", "jaccard", "hd95")
CELL = ["task", "arm", "batch_size", "domain"]  # what the seeds of a cell have in common


def results_frame(records: Iterable[Record]) -> pd.DataFrame:
    """One row a run: its settings, its arm, and its test metrics.

    Each of the five metrics has six columns, so that a name says its convention (lesson 10 has them side by side):

    ============================  =================================  ================================
    at threshold 0.5              over the positive test images      over all test images
    ============================  =================================  ================================
    mean of images                ``dice``                           ``dice_all``
    mean of evaluation batches    ``batches_dice``                   ``batches_dice_all``
    pooled                        ``pooled_dice``                    ``pooled_dice_all``
    ============================  =================================  ================================

    ``recall`` and ``precision`` are means over the positive test images, the second over those in which something is marked.
    ``foreground``, ``predicted_foreground``, ``area_ratio`` (their quotient, predicted over true), ``ece``, ``nll`` and
    ``entropy`` are of the pixels of the positive test images, ``..._all`` of all.

    ``cut`` is the threshold with the best pooled Dice on validation tiles; ``cut_pooled_dice_all``,
    ``cut_flooded_negatives`` and ``cut_missed_positives`` are test scores at it. ``cut_of_dice`` and ``cut_dice``: the
    same for the mean Dice of positive images. ``aligned_average_precision`` is pooled over the positive images, each
    shifted to its own best cut.

    ``arm`` says in what a run departs from the grid, see :func:`arm`. What a record does not have is NaN.

    Introduced in lesson 11.
    """
    records = checked_records(records)
    settings = [RunSettings.from_dict(record["settings"]) for record in records]
    plain = plain_runs(settings)
    return pd.DataFrame(
        [_row(record, arm(one, plain.get(one.task))) for record, one in zip(records, settings, strict=True)]
    )


def checked_records(records: Any) -> list[Record]:
    """The records as a list; an error that says what it got instead.

    Raises:
        TypeError: no list of records.
        ValueError: none, or something that is no record of a run.
    """
    if isinstance(records, (str, bytes, Mapping)) or not isinstance(records, Iterable):
        raise TypeError(f"records must be a list of records, as read_records gives it, got {describe(records)}")
    found = list(records)
    if not found:
        raise ValueError("records must hold at least one, got none")
    for number, record in enumerate(found):
        if not isinstance(record, Mapping) or not {"settings", "data", "test"} <= record.keys():
            raise ValueError(f"records must hold records of runs, and number {number} is {describe(record)}")
    return found


def _row(record: Record, arm: str) -> dict[str, Any]:
    settings, test = record["settings"], record["test"]
    return {
        **{name: value for name, value in settings.items() if name != "tiles"},
        "size": settings["tiles"]["size"],
        "data": record["data"]["hash"],
        "arm": arm,
        "steps": record["steps"],
        "seconds": record["seconds"],
        **_scores(test["over_positive"], ""),
        **_scores(test["over_all"], "_all"),
        **_recall_and_precision(record["positive_images"]),
        "missed_positives": test["missed_positives"],
        "flooded_negatives": test["flooded_negatives"],
        **_at_the_best_cuts(record["tuned"]),
        "aligned_average_precision": record["aligned_average_precision"],
    }


def _scores(found: Record, suffix: str) -> Record:
    ways = {"": "mean_of_images", "batches_": "mean_of_batches", "pooled_": "pooled"}
    true, predicted = found["foreground"], found["predicted_foreground"]
    return {
        **{f"{way}{name}{suffix}": found[kept][name] for way, kept in ways.items() for name in METRICS},
        f"foreground{suffix}": true,
        f"predicted_foreground{suffix}": predicted,
        f"area_ratio{suffix}": predicted / true if true else None,
        **{f"{name}{suffix}": found["calibration"][name] for name in ("ece", "nll", "entropy")},
    }


def _recall_and_precision(counts: Record) -> Record:
    """Means over the positive test images at threshold 0.5; precision over those in which something is marked."""
    tp, fp, fn = (
        np.asarray(counts[f"{name}s"], float) for name in ("true_positive", "false_positive", "false_negative")
    )
    marked = tp + fp > 0
    return {
        "recall": (tp / (tp + fn)).mean() if tp.size else None,
        "precision": (tp[marked] / (tp + fp)[marked]).mean() if marked.any() else None,
    }


def _at_the_best_cuts(tuned: Record) -> Record:
    pooled, mean = tuned.get("pooled_dice"), tuned.get("mean_dice")
    return {
        "cut": pooled and pooled["threshold"],
        "cut_pooled_dice_all": pooled and pooled["test"]["over_all"]["pooled"]["dice"],
        "cut_flooded_negatives": pooled and pooled["test"]["flooded_negatives"],
        "cut_missed_positives": pooled and pooled["test"]["missed_positives"],
        "cut_of_dice": mean and mean["threshold"],
        "cut_dice": mean and mean["test"]["over_positive"]["mean_of_images"]["dice"],
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
        (f"{settings.epochs} epoch{'s' * (settings.epochs > 1)}", settings.epochs != plain.epochs),
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
    check_columns(frame, metrics)
    check_columns(frame, by, "by")
    groups = frame.groupby(list(by))
    table = groups[list(metrics)].agg(["mean", "std"]).rename(columns={"std": "sd"})
    table[("runs", "")] = groups.size()
    return table


def check_columns(frame: pd.DataFrame, names: Sequence[str], argument: str = "metrics") -> None:
    """Raise where ``frame`` is no table of runs, or the argument no sequence of names of its columns."""
    if not isinstance(frame, pd.DataFrame) or not {*CELL, "seed"} <= {*frame.columns}:
        raise TypeError(f"frame must be a table of runs, as results_frame gives it, got {describe(frame)}")
    if isinstance(names, str) or not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"{argument} must be a sequence of names, got {names!r}")
    if unknown := [name for name in names if name not in frame.columns]:
        raise ValueError(f"{argument} must be columns of frame, got {', '.join(map(repr, unknown))}")
    if not names:
        raise ValueError(f"{argument} must name at least one column of frame, got none")


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
