"""Make the pages that state numbers, from source/*.md and the records: ``python notebooks/pages.py``."""

from __future__ import annotations

import string
import sys
from pathlib import Path

from tverskylib.peers import records as answers
from tverskylib.peers.calls import LOSSES
from tverskylib.training import read_records, results_frame

NOTEBOOKS = Path(__file__).resolve().parent
PAGES = ("CHOOSE.md",)
RECORDS = "cpu-1"  # the folder of results that lesson 11 reads


def numbers() -> dict[str, str]:
    """The numbers by their names in the sources: means over the seeds, at batch size 8."""
    frame = results_frame(read_records(NOTEBOOKS.parent / "results" / RECORDS))
    at_8 = frame[frame["batch_size"] == 8]

    def mean(task: str, arm: str, domain: str, column: str) -> float:
        chosen = at_8[(at_8["task"] == task) & (at_8["arm"] == arm) & (at_8["domain"] == domain)]
        if chosen.empty:
            raise ValueError(f"no record for {task}, {arm}, {domain}: a page states its {column}")
        return float(chosen[column].mean())

    plain = {domain: mean("positive", "grid", domain, "dice") for domain in ("image", "batch")}
    flooded = {domain: mean("whole", "grid", domain, "flooded_negatives") for domain in ("image", "batch")}
    nll = {
        name: mean("positive", arm, "batch", "nll")
        for name, arm in (("dice", "grid"), ("ce", "cross-entropy"), ("smooth", "cross-entropy, smoothing 0.4"))
    }
    seeds = at_8[(at_8["task"] == "positive") & (at_8["arm"] == "grid") & (at_8["domain"] == "batch")]
    return {
        "runs": str(len(frame)),
        "small_seeds": str(len(seeds)),
        **{f"small_{domain}": f"{value:.2f}" for domain, value in plain.items()},
        **{f"flooded_{domain}": f"{value:.0%}".replace("%", " %") for domain, value in flooded.items()},
        "missed_delta": f"{mean('whole', 'delta 41', 'image', 'missed_positives'):.0%}".replace("%", " %"),
        **{f"nll_{name}": f"{value:.2f}" for name, value in nll.items()},
        "half_nan": " and ".join(sorted({words(loss.library) for loss in LOSSES if overflows(loss.library)})),
    }


def words(library: str) -> str:
    return {"monai": "MONAI", "segmentation_models_pytorch": "smp"}.get(library, library)


def overflows(library: str) -> bool:
    """Whether a loss of the library was NaN in float16."""
    losses = answers.read(library)["losses"].values()
    return any(answer["half"]["float16"] == "nan" for answer in losses)


def made(page: str) -> str:
    """A page with its numbers; a name without a number is an error."""
    source = (NOTEBOOKS / "source" / page).read_text(encoding="utf-8")
    head = f"<!-- made from source/{page} by pages.py: change it there -->\n\n"
    used = {name for _, name, _, _ in string.Formatter().parse(source) if name}
    known = numbers()
    if used - known.keys():
        raise ValueError(f"{page} states numbers that nothing computes: {', '.join(sorted(used - known.keys()))}")
    return head + source.format_map(known)


def main() -> int:
    for page in PAGES:
        (NOTEBOOKS / page).write_text(made(page), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
