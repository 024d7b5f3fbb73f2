"""Records of format 1, in the shape of format 2 as far as they go: without tuned thresholds and histograms."""

from __future__ import annotations

from typing import Any

from tverskylib.training.settings import ADDED


def upgraded(record: dict[str, Any]) -> dict[str, Any]:
    """The record with every setting that came later, and the hash of its tiles in its new place."""
    provenance = dict(record["provenance"])
    data = {"hash": provenance.pop("data_hash")}
    return {**record, "settings": {**ADDED, **record["settings"]}, "provenance": provenance, "data": data}
