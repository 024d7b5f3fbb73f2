"""All tables of a folder of records, as a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from tverskylib.training.baselines import trivial_baselines
from tverskylib.training.comparison import confirmation, paired_differences
from tverskylib.training.record import Record
from tverskylib.training.tables import METRICS, checked_records, markdown, results_frame, summary

CELL = ("arm", "batch_size", "domain")
WAYS = {
    "": "means over the positive test images",
    "batches_": "means over batches of positive test images, as large as those of training",
    "pooled_": "of all positive test images as one",
}
ON_POSITIVE = ("missed_positives", "area_ratio", "aligned_average_precision", "cut_of_dice", "cut_dice")
ON_ALL = ("flooded_negatives", "pooled_dice_all", "pooled_average_precision_all", "area_ratio_all", "dice_all")
AT_CUT = ("cut", "cut_pooled_dice_all", "cut_flooded_negatives", "cut_missed_positives")
HOW_SURE = ("ece", "nll", "entropy")
PAIRED = {
    "positive": ("dice", "pooled_dice", "average_precision", "pooled_average_precision", "aligned_average_precision"),
    "whole": ("dice", "pooled_dice_all", "pooled_average_precision_all", "flooded_negatives", "missed_positives"),
}


def report(records: Sequence[Record]) -> str:
    """The planned test, then for each task means with standard deviations over seeds, and differences in pairs.

    Introduced in lesson 11.
    """
    records = checked_records(records)
    frame = results_frame(records)
    parts = ["# What the runs say", _provenance(records, frame)]
    planned = confirmation(frame)
    if len(planned):
        parts += [
            "## The planned test",
            "Batch-wise minus image-wise, plain Dice loss, batch size 8, seeds 5 to 9: mean difference, 95 % interval of "
            "the mean, 95 % interval of one new pair, p of the paired t-test, and p after Holm for four endpoints.",
            _plain(planned),
        ]
    parts += ["## Without a network", _plain(trivial_baselines(records))]
    for task in sorted(frame["task"].unique()):
        parts += [f"## Task: {task}", *_of_task(frame[frame["task"] == task], task)]
    return "\n\n".join(parts)


def _of_task(own: pd.DataFrame, task: str) -> list[str]:
    parts = ["Threshold 0.5; mean ± standard deviation over seeds."]
    for way, words in WAYS.items():
        names = [f"{way}{name}" for name in METRICS if (way, name) != ("pooled_", "hd95")]
        parts += [f"The five metrics, {words}:", markdown(summary(own, names, CELL))]
    parts += [
        "Shares, and average precision with each image shifted to its own best cut; mean Dice at the cut that is best on "
        "validation tiles:",
        markdown(summary(own, ON_POSITIVE, CELL)),
    ]
    if task == "whole":
        parts += [
            "Over all test images, empty ones too:",
            markdown(summary(own, ON_ALL, CELL)),
            "At the cut with the best pooled Dice on validation tiles:",
            markdown(summary(own, AT_CUT, CELL)),
        ]
    parts += ["How sure, on the pixels of the positive test images:", markdown(summary(own, HOW_SURE, CELL))]
    pairs = paired_differences(own, PAIRED[task])
    if len(pairs):
        parts += [
            "Batch-wise minus image-wise, in pairs of equal seed, with 95 % intervals, not corrected.",
            markdown(pairs.droplevel("task")),
        ]
    return parts


def _plain(table: pd.DataFrame) -> str:
    """A table of numbers as Markdown, its index as columns."""
    flat = table.reset_index()
    cells = [[value if isinstance(value, str) else _short_number(value) for value in row] for row in flat.to_numpy()]
    lines = [list(flat.columns), ["---"] * flat.shape[1], *cells]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _short_number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.0f}" if value == int(value) and value > 1 else f"{value:.4f}"


def _provenance(records: Sequence[Record], frame: pd.DataFrame) -> str:
    commits = Counter(_short(record["provenance"]["commit"]) for record in records)
    devices = Counter(record["provenance"]["device"] for record in records)
    hours = frame["seconds"].sum() / 3600
    return (
        f"{len(records)} runs, {frame['steps'].sum():,} steps, {hours:.1f} hours of training on "
        f"{', '.join(devices)}; code at commit {', '.join(commits)}. Made by `python -m tverskylib.training table`."
    )


def _short(commit: str | None) -> str:
    """Twelve digits of a commit, and the "+" that says that files were changed since."""
    return "unknown" if commit is None else commit[:12] + commit[40:]
