"""What it is worth to call every pixel foreground, or none: the least that a network has to beat."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from tverskylib.metrics import balanced_accuracy, dice, jaccard
from tverskylib.metrics.scores import mean
from tverskylib.training.record import Record
from tverskylib.training.tables import checked_records


def trivial_baselines(records: Iterable[Record]) -> pd.DataFrame:
    """What it is worth to call every pixel foreground, and none: means over the test sets of the seeds.

    Args:
        records: of runs, any tasks and seeds.

    Returns:
        Rows by task and baseline, "everything" or "nothing"; columns as in :func:`results_frame`, but for what is not
        a matter of counts (HD95) or of probabilities.

    Introduced in lesson 11.
    """
    records = checked_records(records)
    sets = {(record["settings"]["task"], record["data"]["hash"]): record for record in records}
    rows = [
        {"task": task, "baseline": name, **_trivial(record, name == "everything")}
        for (task, _), record in sets.items()
        for name in ("everything", "nothing")
    ]
    return pd.DataFrame(rows).groupby(["task", "baseline"]).mean()


def _trivial(record: Record, everything: bool) -> Record:
    counts, negatives = record["positive_images"], sum(record["histograms"]["test"]["negative"])
    true = np.add(counts["true_positives"], counts["false_negatives"])
    false = np.add(counts["false_positives"], counts["true_negatives"])
    called = 1 if everything else 0
    each = [
        (called * int(p), called * int(q), (1 - called) * int(p), (1 - called) * int(q))
        for p, q in zip(true, false, strict=True)
    ]
    tp, fp, fn, _ = np.sum(each, axis=0).tolist()
    images = record["test"]["over_all"]["images"] - record["test"]["over_positive"]["images"]
    return {
        "average_precision": float(np.mean(true / (true + false))),  # of a ranking that ties all pixels
        "balanced_accuracy": mean(balanced_accuracy(*one) for one in each),
        "dice": mean(dice(*one[:3]) for one in each),
        "jaccard": mean(jaccard(*one[:3]) for one in each),
        "pooled_average_precision": float(true.sum() / (true + false).sum()),
        "pooled_dice": dice(tp, fp, fn),
        "pooled_average_precision_all": float(true.sum() / ((true + false).sum() + negatives)),
        "pooled_dice_all": dice(tp, fp + called * negatives, fn),
        "missed_positives": float(not everything),
        "flooded_negatives": float(everything) if images else None,
        "area_ratio": called * float((true + false).sum() / true.sum()),
    }
