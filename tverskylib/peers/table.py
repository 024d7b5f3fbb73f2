"""The table, in words that are made from the records: a row for each question, a column for each call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tverskylib._checks import check_choice
from tverskylib.peers import records
from tverskylib.peers.calls import LOSSES, METRICS, PACKAGES, Loss, Metric

Answers = dict[str, Any]


HEAD = """# What other libraries do

Made by `python -m tverskylib.peers table` from the records beside this file, which `python -m tverskylib.peers run` makes
by running the libraries; smp is `segmentation_models_pytorch`. `p` are probabilities and `y` targets, (B, C, H, W), class 0
is the background. "image" is a ratio for each image, "batch" one for the whole batch; delta is in pixels, as ours. The
calls themselves stand in `tverskylib/peers/calls.py`."""
SHORT = {"segmentation_models_pytorch": "smp", "nnunetv2": "nnU-Net", "monai": "MONAI", "keras": "Keras"}


def markdown(libraries: Sequence[str], folder: Path = records.FOLDER) -> str:
    """The table as Markdown: the losses in brief, then everything about each loss and each metric.

    Args:
        libraries: as imported.
        folder: where the records lie.
    """
    found = {library: records.read(library, folder) for library in libraries}
    parts = [HEAD, "## In brief", brief(libraries, folder)]
    for library, record in found.items():
        versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
        parts.append(f"## {library}\n\nRun with {versions}.")
        parts += [_table([loss], record["losses"], LOSS_ROWS) for loss in LOSSES if loss.library == library]
        parts += [_table([metric], record["metrics"], METRIC_ROWS) for metric in METRICS if metric.library == library]
        if "plans" in record:
            parts.append(_plans(record))
    return "\n\n".join(parts)


def brief(libraries: Sequence[str], folder: Path = records.FOLDER) -> str:
    """A line for each loss, as Markdown: what weighs what, the domain, delta in pixels, the classes.

    Args:
        libraries: as imported.
        folder: where the records lie.

    Introduced in lesson 12.
    """
    for library in libraries:
        check_choice("libraries", library, tuple(PACKAGES))
    heads = ("loss", "alpha, beta weigh", "domain; the other", "delta", "classes", "an absent class counts")
    lines = [f"| {' | '.join(heads)} |", f"| {'--- | ' * len(heads)}".rstrip()]
    for loss in (loss for loss in LOSSES if loss.library in libraries):
        answers = records.read(loss.library, folder)["losses"][loss.name]
        lines.append(
            f"| {SHORT.get(loss.library, loss.library)} {loss.name} | {' | '.join(_in_brief(loss, answers))} |"
        )
    return "\n".join(lines)


def _in_brief(loss: Loss, answers: Answers) -> Iterator[str]:
    yield {None: "-", "alpha": "FP, FN", "beta": "**FN, FP**"}[answers["weights"]]
    domain, _, classes = answers["by_default"].removeprefix("Jaccard, ").partition(", ")
    by_plan = "by its plan" if loss.name == "DC_and_CE_loss" else "-"
    yield f"{domain}; {f'`{loss.domain[0]}`' if loss.domain else by_plan}"
    above, below = answers["smoothing"]["above"], answers["smoothing"]["below"]
    if "volume" in classes:
        yield "not in pixels"
    else:
        yield f"below only, {below:.1g}" if abs(above) < 1e-12 < below else f"{above:.1g}" if above else "0"
    yield classes.replace("mean of the foreground classes", "mean, no background").replace(
        "mean of all classes", "mean of all"
    )
    missing, predicted = answers["absent_class"]["not predicted"], answers["absent_class"]["predicted"]
    numbers = isinstance(missing, float) and isinstance(predicted, float)
    yield (
        f"{missing:.2g}, with false positives {predicted:.2g}" if numbers else missing.replace("in the one ratio", "-")
    )


class Description(dict[str, str]):
    """Question and answer, shown as a table."""

    def _repr_markdown_(self) -> str:
        return "\n".join(
            [
                "| question | answer |",
                "| --- | --- |",
                *(f"| {question} | {answer} |" for question, answer in self.items()),
            ]
        )


def describe(library: str, name: str) -> Description:
    """What one loss or metric of another library does: question and answer, in the order of the table.

    Args:
        library: as imported, such as "monai".
        name: the class, such as "DiceLoss".

    Raises:
        ValueError: it is not in the list; the message has those that are.

    Introduced in lesson 12.
    """
    record = records.read(library)
    groups: tuple[tuple[Sequence[Any], str, dict[str, Callable[..., str]]], ...] = (
        (LOSSES, "losses", LOSS_ROWS),
        (METRICS, "metrics", METRIC_ROWS),
    )
    check_choice("name", name, tuple(one.name for listed, *_ in groups for one in listed if one.library == library))
    for listed, kind, questions in groups:
        for one in listed:
            if (one.library, one.name) == (library, name):
                return Description({q: answer(one, record[kind][name]) for q, answer in questions.items()})
    raise AssertionError(f"{name} is listed, and not found")


def _table(calls: Sequence[Any], answers: dict[str, Answers], questions: dict[str, Callable[..., str]]) -> str:
    lines = [f"| | {' | '.join(call.name for call in calls)} |", f"| {'--- | ' * (len(calls) + 1)}".rstrip()]
    for question, answer in questions.items():
        cells = [answer(call, answers[call.name]).replace("|", "\\|") for call in calls]
        lines.append(f"| {question} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _plans(record: Answers) -> str:
    made, planned = record["trainer"], record["plans"]
    full, low = planned["3d_fullres"], planned["3d_lowres"]
    return (
        f"Plans: `batch_dice` is {planned['2d'][0]} for 2d; for 3d_fullres {full[0]} if there is a 3d_lowres (which has "
        f"{low[0]}), and {full[1]} if there is none. The trainer builds {made['loss']} of {made['dice']} with smooth="
        f"{made['smooth']:g}, do_bg={made['do_bg']}, and weights {made['weights'][0]} and {made['weights'][1]}."
    )


def _value(answer: Any) -> str:
    """A number in short, an error by its type."""
    if answer is None:
        return "-"
    if isinstance(answer, str):
        return answer if answer in ("nan", "inf", "-inf") else f"raises {answer.partition(':')[0]}"
    return f"{answer:.3g}"


def _weights(loss: Loss, answers: Answers) -> str:
    if answers["weights"] is None:
        return "no such arguments"
    other = {"alpha": "beta", "beta": "alpha"}[answers["weights"]]
    swapped = " (the other way round than the paper)" if other == "alpha" else ""
    return f"`{answers['weights']}` weighs false positives, `{other}` false negatives{swapped}"


def _domain(loss: Loss, answers: Answers) -> str:
    by_default = answers["by_default"].removeprefix("Jaccard, ").partition(", ")[0]
    if not loss.domain:
        how = "no argument changes it"
        if loss.name == "DC_and_CE_loss":
            how = 'as made here; `"batch_dice": False` for image'
        return f"{by_default}; {how}"
    changed = answers["domain_changed"].partition(", ")[0]
    return f"{by_default}; `{', '.join(loss.domain)}` for {changed}"


def _smoothing(loss: Loss, answers: Answers) -> str:
    above, below = answers["smoothing"]["above"], answers["smoothing"]["below"]
    if above is None or isinstance(above, str):
        return f"{above}, {below}"
    if abs(below) < 1e-12 and abs(above) < 1e-12:
        return "none; the denominator is kept from 0"
    if abs(above) < 1e-12:
        return f"denominator only: {below:.2g} pixels"
    if "volume" in answers["by_default"]:
        return f"above and below: {2 * above:.2g}, beside sums that are weighted by 1 / volume²"
    same = abs(above - below) < 0.02 * below
    return f"above and below: delta = {above:.2g}" if same else f"above {above:.2g}, below {below:.2g} pixels"


def _classes(loss: Loss, answers: Answers) -> str:
    classes: str = answers["by_default"].removeprefix("Jaccard, ").partition(", ")[2]
    if loss.no_background and "foreground" in answers["without_background"]:
        classes += f" (`{', '.join(loss.no_background)}` leaves the background out)"
    missing, predicted = answers["absent_class"]["not predicted"], answers["absent_class"]["predicted"]
    if missing == "in the one ratio":
        return classes
    if missing == "left out":
        return f"{classes}; one that is absent from the target is left out, even if it is predicted"
    return f"{classes}; one that is absent counts as loss {missing:.3g}, and as {predicted:.3g} if pixels of it are predicted"


def _empty(loss: Loss, answers: Answers) -> str:
    return "; ".join(
        f"p = {value}: {_value(found['loss'])}, gradient {_value(found['gradient'])}"
        for value, found in answers["empty"].items()
        if found["loss"] is not None
    )


def _soft(loss: Loss, answers: Answers) -> str:
    target, mask = answers["soft_labels"]["at the target"], answers["soft_labels"]["at the mask"]
    if isinstance(target, str):
        return f"refused: {_value(target)}"
    if target < 1e-3:
        return "yes: the target is the optimum"
    if target > 0.99:
        return "read as class numbers: 0.7 becomes 0, silently"
    better = "higher than" if target > mask else "lower than"
    asked = answers["soft_labels"].get("asked for")
    cure = f"; with `{', '.join(loss.soft)}` it is the target" if asked is not None and asked < 1e-3 else ""
    return f"the target has loss {target:.3f}, {better} its mask ({mask:.3f}): the optimum is a mask{cure}"


def _half(loss: Loss, answers: Answers) -> str:
    found = answers["half"]
    return (
        f"float16 {_value(found['float16'])}, bfloat16 {_value(found['bfloat16'])}, right is {_value(found['right'])}"
    )


def _ignore(loss: Loss, answers: Answers) -> str:
    return loss.ignore_words if loss.ignore else "no argument"


def _takes(loss: Loss, answers: Answers) -> str:
    return f"{loss.takes}; {loss.activation}"


def _silent(loss: Loss, answers: Answers) -> str:
    silent = {
        what: found for what, found in answers["errors"].items() if what not in ("integer target", "probabilities")
    }
    if loss.takes == "logits":
        silent["probabilities for logits"] = answers["errors"]["probabilities"]
        del silent["logits"]
    if loss.library == "kornia":  # there it is the right form
        del silent["target without channel"]
        del silent["Boolean target"]
    came = [f"{what} ({_value(x)})" for what, x in silent.items() if not isinstance(x, str) or x in ("nan", "inf")]
    return "; ".join(came)


def _raised(loss: Loss, answers: Answers) -> str:
    found = answers["errors"].items()
    return (
        "; ".join(f"{what} ({x.partition(':')[0]})" for what, x in found if isinstance(x, str) and ":" in x)
        or "nothing"
    )


def _ours(loss: Loss, answers: Answers) -> str:
    return loss.ours if loss.ours.startswith("no") else f"`{loss.ours}`"


LOSS_ROWS: dict[str, Callable[[Loss, Answers], str]] = {
    "weights": _weights,
    "domain": _domain,
    "smoothing": _smoothing,
    "classes": _classes,
    "empty mask, 64 × 64": _empty,
    "soft labels": _soft,
    "half precision, 16 × 512 × 512": _half,
    "pixels to ignore": _ignore,
    "takes": _takes,
    "no error for": _silent,
    "an error for": _raised,
    "ours": _ours,
    "mind": lambda loss, answers: loss.note or "-",
}


def _averaged(metric: Metric, answers: Answers) -> str:
    words: str = answers["reading"].replace("image", "mean over images").replace(", ", ": ", 1)
    return words + (f"; all images as one: `{metric.pooled_by}`" if answers["pooled"] else "")


def _metric_empty(metric: Metric, answers: Answers) -> str:
    return "; ".join(f"{what} {_value(answers[what])}" for what in ("both empty", "target empty", "prediction empty"))


def _metric_mean(metric: Metric, answers: Answers) -> str:
    alone = _value(answers["found"])
    missed, empty = (_value(answers[f"found, and {other}"]) for other in ("missed", "both empty"))
    return f"one image {alone}; with a missed one {missed}; with one where both are empty {empty}"


def _metric_wrong(metric: Metric, answers: Answers) -> str:
    return "; ".join(f"{wrong}: {_value(answers[wrong])}" for wrong in ("probabilities", "labels of 255"))


METRIC_ROWS: dict[str, Callable[[Metric, Answers], str]] = {
    "what it is": _averaged,
    "empty masks, alone": _metric_empty,
    "mean of two images": _metric_mean,
    "takes": lambda metric, answers: metric.takes,
    "given instead": _metric_wrong,
    "mind": lambda metric, answers: metric.note or "-",
}
