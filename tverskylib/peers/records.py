"""What a run of the libraries found: one JSON file for each, with the versions; read and compared here."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from tverskylib._checks import check_choice
from tverskylib.peers.calls import LOSSES, METRICS, PACKAGES
from tverskylib.peers.equivalents import GRID, WAYS

FORMAT = 1
FOLDER = Path(__file__).parents[2] / "results" / "peers"


def read(library: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The record of one library.

    Raises:
        FileNotFoundError: there is none (an installed package comes without the records).
        ValueError: it is of another format.
    """
    check_choice("library", library, tuple(PACKAGES))
    path = folder / f"{library}.json"
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: python -m tverskylib.peers run {library} makes it")
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if record.get("format") != FORMAT:
        raise ValueError(f"{path} has format {record.get('format')!r}, expected {FORMAT}: run {library} again")
    return record


def write(record: dict[str, Any], folder: Path = FOLDER) -> Path:
    """Store a record: eight digits of each number, NaN and infinity as words, as JSON has neither."""
    path = folder / f"{record['library']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_plain(record), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(x) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(x) for x in value]
    if isinstance(value, float):
        return float(f"{value:.8g}") + 0.0 if math.isfinite(value) else str(value)
    return value


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two records differ by more than rounding (1e-5, or a thousandth of the value)."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [*one, *(key for key in other if key not in one)]
        return [d for key in keys for d in differences(one.get(key), other.get(key), f"{where}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [d for k, (a, b) in enumerate(zip(one, other, strict=True)) for d in differences(a, b, f"{where}/{k}")]
    numbers = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in (one, other))
    same = math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-5) if numbers else one == other
    return [] if same else [f"{where}: {one!r}, now {other!r}"]


def faults(record: dict[str, Any]) -> list[str]:
    """What is wrong with a record, without the library: something of the list not asked, or an answer that denies it."""
    library = record["library"]
    found = []
    for kind, listed in (("losses", LOSSES), ("metrics", METRICS)):
        names = [one.name for one in listed if one.library == library]
        if list(record[kind]) != names:
            found.append(f"{kind}: {list(record[kind])} were asked, {names} are listed")
    for loss in (loss for loss in LOSSES if loss.library == library):
        answers = record["losses"].get(loss.name, {})
        if answers.get("ours") is not None and not _agree([answers["value"], answers["ours"]]):
            found.append(f"{loss.name}: its default is not what the list calls ours")
        if loss.ignore and not (isinstance(answers.get("ignore"), float) and answers["ignore"] < 1e-6):
            found.append(f"{loss.name}: what it should ignore changes it")
    if library in WAYS and len(record["equivalents"]) != len(GRID):
        found.append("equivalents: not the settings of the list")
    for setting, entry in zip(GRID, record["equivalents"], strict=False):
        way = WAYS[library](setting)
        if entry["theirs"] != way.code or entry["ours"] != (way.ours or setting.ours):
            found.append(f"equivalents: {setting} has other code")
        if not way.reason and not _agree(entry["values"], entry["with_empty"]):
            found.append(f"equivalents: {setting} is called equal and is not")
    return found


def _agree(*pairs: list[Any]) -> bool:
    return all(all(isinstance(x, float) for x in pair) and abs(pair[0] - pair[1]) < 2e-6 for pair in pairs)
