"""Whose gradient moves a network: the parts add up, and an empty batch moves it by momentum alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import QUICK, red_tiles

from tverskylib.training import UNet, objective, watch_steps
from tverskylib.training.data import augmented, epoch_batches, pick, samples

SETTINGS = replace(QUICK, task="whole", domain="image", delta=1e-6)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return UNet(width=2, depth=2)


@pytest.fixture(scope="module")
def tiles():
    return red_tiles(46, negatives=14)


def test_the_parts_are_those_of_the_gradient(model, tiles):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    row = watch_steps(model, SETTINGS, tiles, 1).iloc[0]
    batch = next(epoch_batches(40, 4, seed=SETTINGS.seed, epoch=SETTINGS.epochs))
    image, target, _ = augmented(pick(samples(tiles, "train", "whole"), batch), None)
    model.train()
    grads = torch.autograd.grad(objective(SETTINGS, model(image), target), list(model.parameters()))
    model.load_state_dict(before)
    norm = float(torch.cat([one.flatten() for one in grads]).norm())
    assert row["positive"] == int(target.flatten(1).any(dim=1).sum())
    assert abs(row["of_positive"] - row["of_empty"]) - 1e-6 <= norm <= row["of_positive"] + row["of_empty"] + 1e-6


def test_image_wise_empty_images_have_next_to_no_gradient_and_move_by_momentum(model, tiles):
    found = watch_steps(model, SETTINGS, tiles, 10)
    mixed = found[found["positive"] > 0]
    assert (mixed["of_empty"] < 1e-4 * mixed["of_positive"]).all() and (found["moved"].iloc[1:] > 0).all()
    large = watch_steps(model, replace(SETTINGS, delta=100.0), tiles, 10)
    assert large["of_empty"].mean() > 100 * found["of_empty"].mean()


def test_the_network_stays_as_it_is(model, tiles):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = watch_steps(model, SETTINGS, tiles, 3)
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)
    assert found["cosine"].dropna().between(-1.001, 1.001).all() and np.isfinite(found["moved"]).all()
