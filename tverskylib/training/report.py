"""All tables of a folder of records, as a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from tverskylib.training.record import Record
from tverskylib.training.tables import METRICS, markdown, paired_differences, results_frame, summary

ON_NEGATIVES = ("missed_positives", "flooded_negatives", "pooled_dice", "dice_all", "pooled_dice_all")
HOW_SURE = ("pooled_dice", "predicted_foreground", "foreground", "ece", "nll", "entropy")


def report(records: Sequence[Record]) -> str:
    """Means with standard deviations over seeds, differences in pairs with 95 % intervals, and how the runs were made.

    Introduced in lesson 11.
    """
    frame = results_frame(records)
    parts = ["# What the runs say", _provenance(records, frame)]
    for task in sorted(frame["task"].unique()):
        own = frame[frame["task"] == task]
        extra = ON_NEGATIVES if task == "whole" else HOW_SURE
        parts += [
            f"## Task: {task}",
            "The five metrics are means over the positive test images, threshold 0.5; mean ± standard deviation over "
            "seeds.",
            markdown(summary(own, METRICS, ("arm", "batch_size", "domain"))),
            markdown(summary(own, extra, ("arm", "batch_size", "domain"))),
        ]
        pairs = paired_differences(own, (*METRICS, "pooled_dice"))
        if len(pairs):
            parts += [
                "Batchwise minus imagewise, in pairs of equal seed, with 95 % intervals.",
                markdown(pairs.droplevel("task")),
            ]
    return "\n\n".join(parts)


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
