"""Records of format 1, in the shape of format 2 as far as they go: without tuned thresholds and histograms."""

from __future__ import annotations

from typing import Any

from tverskylib.training.settings import ADDED

LATER = {"tuned", "histograms", "aligned_average_precision", "checksum"}  # what format 2 holds beyond it


def upgraded(record: dict[str, Any], name: str) -> dict[str, Any]:
    """The record with every setting that came later, and the hash of its tiles in its new place.

    Raises:
        ValueError: one of them is missing; the message begins with ``name``.
    """
    try:
        provenance, settings = dict(record["provenance"]), dict(record["settings"])
        data = {"hash": provenance.pop("data_hash")}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name} is no record of a run, of format 1: {error}") from error
    return {**record, "settings": {**ADDED, **settings}, "provenance": provenance, "data": data}


def schema_1(schema: dict[str, Any]) -> dict[str, Any]:
    """What an upgraded record must be, of the schema of format 2."""
    properties = {key: value for key, value in schema["properties"].items() if key not in LATER}
    counts = properties["positive_images"]
    properties |= {
        "format": {"const": 1},
        "data": {**properties["data"], "required": ["hash"]},
        "positive_images": {**counts, "required": [key for key in counts["required"] if key != "best_logit"]},
    }
    return {**schema, "properties": properties, "required": [key for key in schema["required"] if key not in LATER]}
