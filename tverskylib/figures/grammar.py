"""The grammar of the pictures: ``grammar.json``, read by matplotlib's style, the browser's style sheet and JavaScript."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from typing import Any

GRAMMAR: Mapping[str, Any] = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def colours(theme: str) -> dict[str, str]:
    """Name -> "#rrggbb" of every role and surface in one theme, "light" or "dark"."""
    return {name: each[theme] for kind in ("roles", "surfaces") for name, each in GRAMMAR[kind].items()}
