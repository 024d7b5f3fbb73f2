"""The stored strips: what stands for an explorer where no browser draws it. ``strips.py`` makes them."""

from __future__ import annotations

import functools
import json
import pathlib
from typing import NamedTuple

FOLDER = pathlib.Path(__file__).parent / "strips"
LIST = FOLDER / "strips.json"
SCALE = 2  # dots of the picture for one of the page


class Strip(NamedTuple):
    """One picture of the telling positions, its alt text, and the hash of what it was made of."""

    png: bytes
    alt: str
    made_of: str


@functools.cache
def strip(name: str) -> Strip | None:
    """The strip of an explorer, or None while there is none."""
    entry = entries().get(name)
    return None if entry is None else Strip((FOLDER / f"{name}.png").read_bytes(), entry["alt"], entry["made_of"])


def entries() -> dict[str, dict[str, str]]:
    """Name -> alt text and hash."""
    found: dict[str, dict[str, str]] = json.loads(LIST.read_text(encoding="utf-8")) if LIST.is_file() else {}
    return found
