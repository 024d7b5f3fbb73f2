"""Questions put to a metric by running it on masks."""

from __future__ import annotations

import math
from typing import Any

import torch

from tverskylib import soft_counts, tversky_from_counts
from tverskylib.peers.calls import Metric
from tverskylib.peers.cases import CLASSES, batch
from tverskylib.peers.probes import Answer, number

CLOSE = 1e-5
SHAPES = (("Dice", 0.5), ("Jaccard", 1.0))


def all_answers(metric: Metric) -> dict[str, Any]:
    """Every question of this file."""
    y = _disc(12, 12)
    found, nothing = _disc(12, 14), torch.zeros_like(y)
    return {
        "reading": _reading(metric),
        "pooled": _reading(metric, metric.pooled) if metric.pooled else None,
        "both empty": number(metric.code, m=nothing, y=nothing),
        "target empty": number(metric.code, m=found, y=nothing),
        "prediction empty": number(metric.code, m=nothing, y=y),
        "found": number(metric.code, m=found, y=y),
        "found, and missed": number(metric.code, m=torch.cat([found, nothing]), y=torch.cat([y, y])),
        "found, and both empty": number(metric.code, m=torch.cat([found, nothing]), y=torch.cat([y, nothing])),
        "probabilities": number(metric.code.replace("m.long()", "m"), m=0.3 + 0.4 * found, y=y),
        "labels of 255": number(metric.code, m=found, y=255 * y),
    }


def _disc(row: int, column: int) -> torch.Tensor:
    """A disc of 8 pixels' diameter, and a spot far off where the column is not 12: (1, 1, 32, 32), 0 and 1."""
    i, j = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="ij")
    inside = (i - row) ** 2 + (j - column) ** 2 <= 16
    if column != 12:
        inside |= (i >= 28) & (j >= 28)
    return inside[None, None].float()


def _reading(metric: Metric, code: str = "") -> str:
    """How images and classes are taken together, or which distance it is: what has the metric's value."""
    if metric.distance:
        return _distance(metric)
    p, y = batch(CLASSES)
    m = torch.nn.functional.one_hot(p.argmax(1), CLASSES).movedim(-1, 1).float()
    many, one = number(code or metric.code, m=m, y=y), number(code or metric.code, m=m[:, 1:2], y=y[:, 1:2])
    for name, weight, domain in [(*shape, domain) for shape in SHAPES for domain in ("image", "batch")]:
        each, together = (_index(m, y, weight, domain, per_class) for per_class in (True, False))
        if not _equal(one, each[..., 1].mean()):
            continue
        classes = {
            "mean of all classes": each.mean(),
            "mean of the foreground classes": each[..., 1:].mean(),
            "all in one ratio": together.mean(),
            "classes weighted by 1 / volume², in one ratio": _weighted(m, y, domain),
        }
        words = [words for words, value in classes.items() if _equal(many, value)]
        return f"{name}, {domain}, {words[0]}" if words else f"{name}, {domain}"
    return f"neither: {one}"


def _equal(found: Answer, value: torch.Tensor) -> bool:
    return isinstance(found, float) and math.isclose(found, float(value), abs_tol=CLOSE)


def _index(m: torch.Tensor, y: torch.Tensor, weight: float, domain: Any, per_class: bool) -> torch.Tensor:
    return tversky_from_counts(*soft_counts(m, y, domain=domain, per_class=per_class), weight, weight)  # type: ignore[no-any-return]


def _weighted(m: torch.Tensor, y: torch.Tensor, domain: Any) -> torch.Tensor:
    tp, fp, fn = soft_counts(m, y, domain=domain, per_class=True)
    weight = 1 / (tp + fn) ** 2
    return tversky_from_counts(*((weight * x).sum(-1) for x in (tp, fp, fn))).mean()  # type: ignore[no-any-return]


def _distance(metric: Metric) -> str:
    """Largest distance, MONAI's percentile (the larger of two) or medpy's (of both directions together)."""
    m, y = _disc(12, 14), _disc(12, 12)
    found = number(metric.code, m=m, y=y)
    one, two = _surface_distances(m, y), _surface_distances(y, m)
    values = {
        "the largest distance": torch.cat([one, two]).max(),
        "the larger of the two directed 95th percentiles": max(torch.quantile(one, 0.95), torch.quantile(two, 0.95)),
        "the 95th percentile of both directions together": torch.quantile(torch.cat([one, two]), 0.95),
    }
    fits = [words for words, value in values.items() if _equal(found, value)]
    return fits[0] if fits else f"neither: {found}"


def _surface_distances(m: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """From each edge pixel of one mask to the nearest edge pixel of the other."""
    from scipy.ndimage import binary_erosion

    edges = []
    for mask in (m, y):
        inside = mask[0, 0].bool().numpy()
        edges.append(torch.from_numpy(inside & ~binary_erosion(inside)).nonzero().double())
    return torch.cdist(edges[0], edges[1]).min(1).values
