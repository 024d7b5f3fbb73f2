"""One JSON file for each run: what it was made from, on what, and what came out."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import math
import os
import platform
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import describe
from tverskylib._files import NewerFormatError, replacing, set_aside
from tverskylib.metrics import Histogram, average_precision
from tverskylib.metrics.histogram import CUTS, LOGITS, best_cut
from tverskylib.tiles import GENERATOR_VERSION
from tverskylib.training.settings import SYNTHETIC, RunSettings

if TYPE_CHECKING:  # whoever only reads records need not wait for torch
    from tverskylib.training.run import Trained

Record = dict[str, Any]

FORMAT = 2  # raised when records get other fields
PACKAGES = ("torch", "numpy", "accelerate", "monai", "scikit-image", "scipy")
TINY = 1e-7  # as near to 0 and 1 as single precision comes
SCHEMA = Path(__file__).parent / "record.schema.json"


def record_of(run: Trained) -> Record:
    """What is kept of a run: settings, data, provenance, curves and metrics, as JSON has them.

    - ``test``: the evaluation at threshold 0.5, without its columns.
    - ``tuned``: the threshold with the best pooled Dice over all validation tiles, and that with the best mean Dice
      over the positive ones; what they reach there, and the test scores at them.
    - ``histograms``: of validation and test tiles, how many pixels lie between two of the cuts whose ``logits`` are
      given, of the foreground, of the background of positive tiles, and of negative tiles. Precision and recall at
      every cut follow from them.
    - ``positive_images``: of each positive test tile the counts at 0.5, and the logit of the cut that is best for it.
    - ``aligned_average_precision``: pooled over the positive test tiles after the logits of each were shifted so that
      its own best cut lies at 0: what is left of a difference that lies between images, not within them.
    - ``checksum``: of all the rest.

    The format is that of ``record.schema.json`` beside this file.

    Introduced in lesson 11.
    """
    from tverskylib.metrics.histogram import histogram
    from tverskylib.training.run import evaluate_run

    mask = None if run.test.mask is None else run.test.mask.numpy()
    test = histogram(run.probabilities, run.test.targets.numpy(), mask)
    columns = run.evaluation.per_image
    names = ("true_positives", "false_positives", "false_negatives", "true_negatives")
    counts = {name: [getattr(columns, name)[i] for i in test.positive.nonzero()[0]] for name in names}
    best = [float(LOGITS[best_cut(dice)]) for dice in test.pick(test.positive).dice()]

    def scores_at(threshold: float) -> Record:
        return _without_calibration(evaluate_run(run.probabilities, run.test, run.settings, threshold).as_dict())

    return with_checksum(
        {
            "format": FORMAT,
            "settings": run.settings.as_dict(),
            "data": run.data,
            "provenance": {
                "generator": GENERATOR_VERSION,
                "device": run.device,
                "precision": run.precision,
                "python": platform.python_version(),
                "system": platform.system(),
                "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
                "commit": commit(),
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            "steps": run.curves.steps[-1],
            "seconds": round(run.curves.seconds[-1], 3),  # not 0, however short the run
            "curves": {name: _rounded(values) for name, values in asdict(run.curves).items()},
            "test": _rounded(run.evaluation.as_dict()),
            "tuned": {
                name: _rounded({"threshold": float(CUTS[k]), "validation": float(dice[k]), "test": scores_at(CUTS[k])})
                for name, dice in tuning(run.validation).items()
                for k in [best_cut(dice)]
            },
            "histograms": {
                "logits": LOGITS.tolist(),
                "validation": _kinds_of_pixels(run.validation),
                "test": _kinds_of_pixels(test),
            },
            "positive_images": {**counts, "best_logit": best},
            "aligned_average_precision": _rounded(_aligned(run, test.positive, best, mask)),
        }
    )


def _aligned(
    run: Trained, positive: NDArray[np.bool_], best: list[float], mask: NDArray[np.bool_] | None
) -> float | None:
    if not best:
        return None
    p = np.clip(run.probabilities[positive].astype(np.float64), TINY, 1 - TINY)
    shifted = np.log(p / (1 - p)) - np.reshape(best, (-1, 1, 1, 1))
    counted = np.ones(shifted.shape, bool) if mask is None else mask[positive]
    return average_precision(shifted[counted], run.test.targets.numpy()[positive][counted])


def tuning(validation: Histogram) -> dict[str, Any]:
    """For each cut, Dice of all tiles pooled, and, where there are positive tiles, the mean Dice over them."""
    positive = validation.pick(validation.positive)
    found = {"pooled_dice": validation.pooled().dice()[0]}
    return {**found, "mean_dice": positive.dice().mean(axis=0)} if len(positive.foreground) else found


def _kinds_of_pixels(found: Histogram) -> dict[str, list[int]]:
    return {
        "foreground": found.foreground.sum(axis=0).tolist(),
        "background": found.background[found.positive].sum(axis=0).tolist(),
        "negative": found.background[~found.positive].sum(axis=0).tolist(),
    }


def _without_calibration(evaluation: Record) -> Record:
    """It does not depend on the threshold, and is kept once."""
    return {
        key: {name: inner for name, inner in value.items() if name != "calibration"}
        if isinstance(value, dict)
        else value
        for key, value in evaluation.items()
    }


def with_checksum(record: Record) -> Record:
    """The record with the checksum of what it holds: sixteen hexadecimal digits of SHA-256."""
    return {**record, "checksum": _checksum(record)}


def _checksum(record: Record) -> str:
    held = {key: value for key, value in record.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]


def _rounded(value: Any) -> Any:
    """Six significant digits, which is more than a metric of 72 tiles is worth."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list | tuple) else value


@functools.cache
def commit() -> str | None:
    """The git commit of the package's source, with "+" where files were changed since; None outside a repository."""
    folder = Path(__file__).parent

    def git(*arguments: str) -> str:
        run = ["git", "-C", str(folder), *arguments]
        return subprocess.run(run, check=True, capture_output=True, encoding="utf-8", timeout=20).stdout.strip()

    try:
        if not git("ls-files", Path(__file__).name):
            return None  # installed somewhere below another project's repository
        return git("rev-parse", "HEAD") + "+" * bool(git("status", "--porcelain", "--", str(folder.parent)))
    except (OSError, subprocess.SubprocessError):
        return None


def write_record(record: Record, path: Path) -> None:
    """Write a record in one step: a reader finds all of it or nothing.

    Raises:
        ValueError: it is not what ``record.schema.json`` says, or it holds a NaN.
    """
    check_record(record)
    text = json.dumps(record, indent=1, allow_nan=False)
    with replacing(path) as file:
        file.write((_short_lists(text) + "\n").encode())


def _short_lists(text: str) -> str:
    """Lists of numbers on one line, so that a record can be read and compared."""
    import re

    return re.sub(
        r"\[[^][{}\"]*\]", lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text
    )


def read_record(path: Path) -> Record:
    """The record in a file.

    Raises:
        NewerFormatError: it was written by a newer version of this package.
        ValueError: no JSON, not what ``record.schema.json`` says, or changed since it was written; the message names
            the file and the place.
        FileNotFoundError: there is none.
    """
    if path.is_dir():
        raise ValueError(f"{path.name} is a folder")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # of JSON and of UTF-8
        raise ValueError(f"{path.name} is no JSON: {error}") from error
    check_record(record, path.name)
    found: Record = record
    return found


def is_synthetic(record: Record) -> bool:
    """Whether its tiles were drawn by the generator, and not read from a folder."""
    return bool(record["data"]["name"].startswith(SYNTHETIC))


def check_record(record: Any, name: str = "record") -> None:
    """Raise ValueError, with the place, where a record is not what ``record.schema.json`` and its own settings say.

    No number may be NaN or infinite, which Python's JSON would read, and a schema lets pass.
    """
    import jsonschema

    given = record.get("format") if isinstance(record, dict) else None
    if isinstance(given, int) and given > FORMAT:
        raise NewerFormatError(
            f"{name} has format {given}, and this version of tverskylib knows {FORMAT}: it was written by a newer one; "
            "take that, or another folder"
        )
    if type(given) is int and 0 < given < FORMAT:  # True is a number too
        raise ValueError(f"{name} has format {given}, without histograms and tuned thresholds: make the run again")
    try:
        jsonschema.validate(record, _schema())
    except jsonschema.ValidationError as error:
        place = ".".join(map(str, error.absolute_path)) or "its top"
        raise ValueError(f"{name} is no record of a run, at {place}: {error.message[:200]}") from None
    for place, number in _numbers(record):
        if not math.isfinite(number):
            raise ValueError(f"{name} is no record of a run, at {place}: {number} is not finite")
    try:
        settings = RunSettings.from_dict(record["settings"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is no record of a run: {error}") from error
    if {len(curve) for curve in record["curves"].values()} != {settings.epochs}:
        raise ValueError(f"{name}: each curve must have {settings.epochs} entries, one an epoch")
    if _checksum(record) != record["checksum"]:
        raise ValueError(f"{name} was changed since it was written: its checksum is {_checksum(record)}")


def _numbers(value: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """All floating-point numbers, with their places as in "curves.loss.3"."""
    if isinstance(value, float):
        yield place[1:], value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(inner, f"{place}.{key}")


@functools.cache
def _schema() -> Any:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def kept_record(path: Path, settings: RunSettings | None = None, data: str | None = None) -> Record | None:
    """The record in a file, or None: if there is none, or one that is not believed.

    What is not believed is reported and set aside: a corrupt record, and one of other settings or of other tiles than
    those asked for, as when a file was copied over another. A record of a newer format is left alone.

    Args:
        path: of the file.
        settings: those asked for; None for any.
        data: the hash of the tiles asked for; None for the synthetic ones of the settings, and without these for any.

    Raises:
        NewerFormatError: it was written by a newer version of this package.
    """
    try:
        record = read_record(path)
        _check_asked_for(record, settings, data, path.name)
    except FileNotFoundError:
        return None
    except NewerFormatError:
        raise
    except ValueError as error:
        if aside := set_aside(path):  # else another grid was faster
            warnings.warn(f"{error}; it is set aside as {aside.name}, and the run is made again", stacklevel=2)
        return None
    return record


def _check_asked_for(record: Record, settings: RunSettings | None, data: str | None, name: str) -> None:
    if settings is not None and RunSettings.from_dict(record["settings"]) != settings:
        wanted = settings.as_dict()
        differing = sorted(key for key in wanted if record["settings"].get(key) != wanted[key])
        raise ValueError(f"{name} is the record of another run, which differs in {', '.join(differing)}")
    if settings is not None and data is None and not is_synthetic(record):
        raise ValueError(
            f"{name} is the record of tiles of one's own, {record['data']['name']}, instead of synthetic ones"
        )
    if data is not None and record["data"]["hash"] != data:
        raise ValueError(f"{name} is the record of other tiles, of hash {record['data']['hash']} instead of {data}")


def read_records(folder: Path) -> list[Record]:
    """All records of a folder, in the order of their files' names.

    Raises:
        FileNotFoundError: no such folder, or no record in it.
        ValueError: a corrupt record, or two of the same run; the message names the files.

    Introduced in lesson 11.
    """
    if not isinstance(folder, (str, os.PathLike)):
        raise TypeError(f"folder must be the path of a folder, got {describe(folder)}")
    paths = sorted(Path(folder).glob("*.json"))
    if not paths:
        place = Path(folder)
        missing = "with none" if place.is_dir() else "which is no folder" if place.exists() else "which does not exist"
        raise FileNotFoundError(f"folder must hold the records of runs, *.json, got {Path(folder).name!r} {missing}")
    found: list[Record] = []
    names: dict[tuple[RunSettings, str], str] = {}
    for path in paths:
        record = read_record(path)
        run = (RunSettings.from_dict(record["settings"]), record["data"]["hash"])
        if run in names:
            raise ValueError(f"{path.name} and {names[run]} are records of the same run: remove one of them")
        names[run] = path.name
        found.append(record)
    return found
