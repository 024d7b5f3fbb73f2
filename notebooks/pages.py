"""Make of the records what states their numbers: pages, from source/*.md, and data of an explorer."""

from __future__ import annotations

import json
import string
import sys
from pathlib import Path

import pandas as pd

from tverskylib.explorers.browser.pairs import DATA, differences
from tverskylib.peers import records as answers
from tverskylib.peers.calls import LOSSES
from tverskylib.training import paired_differences, read_records, results_frame

NOTEBOOKS = Path(__file__).resolve().parent
PAGES = ("CHOOSE.md",)


def numbers() -> dict[str, str]:
    """The numbers by their names in the sources: means over the seeds, at batch size 8."""
    records, photographs = (read_records(NOTEBOOKS.parent / "results" / name) for name in ("cpu", "nuclei"))
    frame, nuclei = results_frame(records), results_frame(photographs)
    at_8 = frame[frame["batch_size"] == 8]

    def mean(task: str, arm: str, domain: str, column: str, runs: pd.DataFrame = at_8) -> float:
        chosen = runs[(runs["task"] == task) & (runs["arm"] == arm) & (runs["domain"] == domain)]
        if chosen.empty:
            raise ValueError(f"no record for {task}, {arm}, {domain}: a page states its {column}")
        return float(chosen[column].mean())

    def whole(arm: str, domain: str, column: str = "flooded_negatives", runs: pd.DataFrame = at_8) -> str:
        return f"{mean('whole', arm, domain, column, runs):.0%}".replace("%", " %")

    def precise(arm: str) -> str:
        return f"{mean('whole', arm, 'batch', 'pooled_average_precision_all'):.2f}"

    def paired(runs: pd.DataFrame) -> pd.Series:
        return paired_differences(runs, ["dice", "pooled_average_precision", "missed_positives"]).loc[
            ("positive", "grid", 8)
        ]

    def gap(pairs: pd.Series, metric: str) -> str:
        mean, low, high = (pairs[metric, part] for part in ("difference", "low", "high"))
        return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"

    def missed(domain: str) -> str:
        """Of the lesions below 5 % of a tile, how many plain Dice misses."""
        chosen = at_8[(at_8["task"] == "positive") & (at_8["arm"] == "grid") & (at_8["domain"] == domain)]
        counts = pd.concat(pd.DataFrame(records[k]["positive_images"]) for k in chosen.index)
        hits = counts["true_positives"] + counts["false_negatives"]
        tiny = counts[hits < 0.05 * (hits + counts["false_positives"] + counts["true_negatives"])]
        return f"{(tiny['true_positives'] == 0).mean():.0%}".replace("%", " %")

    small, small_nuclei = paired(at_8), paired(nuclei)
    with_entropy = paired_differences(at_8, ["cut_dice"]).loc[("positive", "Dice + cross-entropy", 8)]

    both, sampled = "Dice + cross-entropy", "foreground in 33% of each batch"
    steep, flat = "alpha 0.3, beta 0.7", "alpha 0.7, beta 0.3"
    nll = {"dice": "grid", "ce": "cross-entropy", "both": both, "smooth": "cross-entropy, smoothing 0.4"}
    return {
        "runs": str(len(frame)),
        "nuclei_runs": str(len(nuclei)),
        "small_seeds": f"{small['pairs', '']:.0f}",
        "small_dice": gap(small, "dice"),
        "small_ap": gap(small, "pooled_average_precision"),
        "small_missed": gap(small, "missed_positives"),
        **{f"tiny_{domain}": missed(domain) for domain in ("image", "batch")},
        "small_ce": gap(with_entropy, "cut_dice"),
        "small_ce_seeds": f"{with_entropy['pairs', '']:.0f}",
        "nuclei_seeds": f"{small_nuclei['pairs', '']:.0f}",
        "nuclei_ap": gap(small_nuclei, "pooled_average_precision"),
        "recall_low": f"{mean('positive', flat, 'batch', 'recall'):.2f}",
        "recall_high": f"{mean('positive', steep, 'batch', 'recall'):.2f}",
        "weights_low": f"{mean('positive', flat, 'batch', 'dice'):.2f}",
        "weights_high": f"{mean('positive', steep, 'batch', 'dice'):.2f}",
        **{f"flooded_{domain}": whole("grid", domain) for domain in ("image", "batch")},
        **{f"ce_{domain}": whole(both, domain) for domain in ("image", "batch")},
        **{f"nuclei_{domain}": whole("grid", domain, runs=nuclei) for domain in ("image", "batch")},
        **{f"nuclei_ce_{domain}": whole(both, domain, runs=nuclei) for domain in ("image", "batch")},
        "sampled_image": whole(sampled, "image"),
        "ap_ce": precise(both),
        "ap_both": precise(f"{both}, {sampled}"),
        "ap_short": precise(f"{both}, {sampled}, 2 epochs"),
        "ap_delta": f"{precise('delta 41')} against {precise('grid')}",
        "missed_delta": whole("delta 41", "image", "missed_positives"),
        **{
            f"nll_{name}": f"{mean('positive', arm, 'batch', 'nll', at_8[at_8['seed'] < 3]):.2f}"
            for name, arm in nll.items()
        },
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


def pairs() -> str:
    """The differences that the explorer of pairs shows, and the talk's beside them."""
    results = NOTEBOOKS.parent / "results"
    frame = results_frame(read_records(results / "cpu"))
    lesions = frame[(frame["task"] == "positive") & (frame["arm"] == "grid")]
    talk = pd.read_csv(results / "talk.csv").set_index(["batch_size", "domain"])
    gains = talk.xs("batch", level="domain") - talk.xs("image", level="domain")
    return json.dumps(differences(lesions, gains.to_dict())) + "\n"


def main() -> int:
    for page in PAGES:
        (NOTEBOOKS / page).write_text(made(page), encoding="utf-8", newline="\n")
    DATA.write_text(pairs(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
