"""What explorers compute in Python, beside the library's losses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tverskylib import (
    Regularised,
    TverskyLoss,
    confidence_penalty,
    explorers,
    label_noise_penalty,
)
from tverskylib.explorers.browser.catalogue import catalogue


def test_every_explorer_is_tried_somewhere():
    public = {name for name in dir(explorers) if not name.startswith("_")}
    in_the_browser = set(catalogue())  # test_browser_explorers.py
    of_training = {"LiveCurves", "RunChoice"}  # tests/training
    modules = {"browser", "choice", "interactive", "lessons", "live", "own", "picture"}
    assert public - modules - in_the_browser - of_training == set()


def test_equivalence_needs_the_right_weight():
    explorer = explorers.equivalence()
    assert not explorer.same
    explorer.set(weight=0.25)
    assert explorer.same
    assert explorer.numbers["smooth"] == pytest.approx(explorer.numbers["penalised"])
    assert explorer.numbers["difference"] == pytest.approx(0, abs=1e-12)


def test_the_minima_with_penalties_are_those_of_the_torch_penalties():
    q = torch.linspace(0.0005, 0.9995, 1000, dtype=torch.float64).reshape(-1, 1, 1, 1)
    for weight in (0.2, 1.0):
        explorer = explorers.pushes()
        explorer.set(weight=weight)
        for penalty, at in zip((label_noise_penalty, confidence_penalty), explorer.minima, strict=True):
            total = torch.stack([-x.log().squeeze() + weight * penalty(x[None]) for x in q])
            assert q[total.argmin()].item() == pytest.approx(at, abs=1e-3)


def test_penalised_pixel_agrees_with_the_torch_loss():
    explorer = explorers.penalised_pixel()
    explorer.set(alpha=0.3, beta=0.7, weight=0.4)
    mask = (torch.arange(16) < 6).double().reshape(1, 1, 4, 4)
    grid = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    for name, penalty in (("noise", label_noise_penalty), ("confidence", confidence_penalty)):
        loss = Regularised(TverskyLoss(0.3, 0.7, delta=0.0), penalty, 0.4)
        for kind, pixel in (("foreground", 0), ("background", 15)):
            values = []
            for q in grid:
                prediction = mask.clamp(1e-9, 1 - 1e-9)  # the other pixels add a constant
                prediction.view(-1)[pixel] = q
                values.append(loss(prediction, mask).item())
            assert explorer.numbers[f"{kind}_{name}"] == pytest.approx(grid[int(np.argmin(values))].item(), abs=1e-3)


def test_three_forms_follow_the_label_or_the_mask():
    explorer = explorers.three_forms()
    explorer.set(epsilon=0.3)
    grid = np.linspace(0, 1, 1001)
    for kind, pixel, expected in (("foreground", 0, [1, 0.85, 0.85]), ("background", 15, [0, 0.15, 0.15])):
        lowest = grid[np.argmin([explorer.losses(pixel, q) for q in grid], axis=0)]
        assert lowest == pytest.approx(expected, abs=1e-3)
        assert explorer.numbers[f"product_{kind}"] == expected[0]
        assert explorer.numbers[f"label_{kind}"] == pytest.approx(expected[1])
