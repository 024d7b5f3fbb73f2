"""One JSON file for each run: what it was made from, on what, and what came out."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import math
import platform
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tverskylib._files import replacing
from tverskylib.tiles import GENERATOR_VERSION
from tverskylib.training.settings import RunSettings

if TYPE_CHECKING:  # records are read where there is no torch
    from tverskylib.training.run import Trained

Record = dict[str, Any]

FORMAT = 1  # raised when records get other fields
PACKAGES = ("torch", "numpy", "accelerate", "monai", "scikit-image", "scipy")
SCHEMA = Path(__file__).parent / "record.schema.json"


def record_of(run: Trained) -> Record:
    """What is kept of a run: settings, provenance, curves and metrics, as JSON has them.

    ``positive_images`` holds the counts of each positive test tile, ``test`` the evaluation without its columns. The
    format is that of ``record.schema.json`` beside this file.

    Introduced in lesson 11.
    """
    columns = run.evaluation.per_image
    positive = [
        i for i, (tp, fn) in enumerate(zip(columns.true_positives, columns.false_negatives, strict=True)) if tp + fn
    ]
    names = ("true_positives", "false_positives", "false_negatives", "true_negatives")
    return {
        "format": FORMAT,
        "settings": run.settings.as_dict(),
        "provenance": {
            "generator": GENERATOR_VERSION,
            "data_hash": run.data_hash,
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
        "positive_images": {name: [getattr(columns, name)[i] for i in positive] for name in names},
    }


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
        ValueError: no JSON, or not what ``record.schema.json`` says; the message names the file and the place.
        FileNotFoundError: there is none.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # of JSON and of UTF-8
        raise ValueError(f"{path.name} is no JSON: {error}") from error
    check_record(record, path.name)
    found: Record = record
    return found


def check_record(record: Any, name: str = "record") -> None:
    """Raise ValueError, with the place, where a record is not what ``record.schema.json`` and its own settings say.

    No number may be NaN or infinite, which Python's JSON would read, and a schema lets pass.
    """
    import jsonschema

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


def kept_record(path: Path) -> Record | None:
    """The record in a file, or None: if there is none, or a corrupt one, which is reported and set aside."""
    try:
        return read_record(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        aside = next(free for k in range(1, 1000) if not (free := path.with_suffix(f".corrupt{k}")).exists())
        path.replace(aside)
        warnings.warn(f"{error}; it is set aside as {aside.name}, and the run is made again", stacklevel=2)
        return None


def read_records(folder: Path) -> list[Record]:
    """All records of a folder, in the order of their files' names.

    Raises:
        FileNotFoundError: no such folder, or no record in it.
        ValueError: a corrupt record; the message names its file.

    Introduced in lesson 11.
    """
    paths = sorted(Path(folder).glob("*.json"))
    if not paths:
        raise FileNotFoundError(f"folder must hold the records of runs, *.json, got {Path(folder).name!r} with none")
    return [read_record(path) for path in paths]
