"""Figures that the README states, so that the tests that they count can hold them."""

from __future__ import annotations

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def stated(what: str) -> int:
    """The number before a word in the table on reliability, as 7,600 of "7,600 calls"."""
    (found,) = re.findall(rf"\| ([\d,]+) {what}\b", README)
    return int(found.replace(",", ""))
