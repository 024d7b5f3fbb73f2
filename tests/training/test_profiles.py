"""Profiles: which runs make a comparison, and what they cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import product

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tverskylib.tiles import TileSettings
from tverskylib.training import RunSettings, UNet, runs
from tverskylib.training.profiles import BATCH_SIZES, DOMAINS, PROFILES, arithmetic
from tverskylib.training.tables import arm, plain_runs

COMPARISONS = ("cpu", "gpu", "talk")


def test_the_profiles_have_these_names():
    assert PROFILES == ("smoke", "quick", "cpu", "gpu", "talk")


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValueError, match=r"^profile must be "):
        runs("huge")


@pytest.mark.parametrize("profile", PROFILES)
def test_all_runs_of_a_profile_differ(profile):
    names = [one.name() for one in runs(profile)]
    assert names and len({*names}) == len(names)


@pytest.mark.parametrize("profile", PROFILES)
def test_runs_of_a_cell_differ_in_the_seed_alone(profile):
    plain = plain_runs(runs(profile))
    cells = {(arm(one, plain.get(one.task)), one.task, one.batch_size, one.domain, one.seed) for one in runs(profile)}
    assert len(cells) == len(runs(profile))  # tables could not tell others apart


@pytest.mark.parametrize("profile", PROFILES)
def test_tiles_and_weights_have_the_same_seed(profile):
    assert all(one.seed == one.tiles.seed for one in runs(profile))


@pytest.mark.parametrize(("profile", "sizes"), [("cpu", BATCH_SIZES), ("gpu", (8, 64)), ("talk", BATCH_SIZES)])
def test_every_cell_has_at_least_three_seeds(profile, sizes):
    seeds = defaultdict(set)
    for one in runs(profile):
        if profile == "talk" or arm(one) == "grid":
            seeds[one.task, one.batch_size, one.domain].add(one.seed)
    assert seeds.keys() == {*product(("positive", "whole"), sizes, DOMAINS)}
    assert min(map(len, seeds.values())) >= 3


@pytest.mark.parametrize("profile", COMPARISONS)
def test_so_has_every_arm(profile):
    seeds, plain = defaultdict(set), plain_runs(runs("cpu"))
    for one in runs(profile):
        seeds[arm(one, plain[one.task]), one.task, one.batch_size, one.domain].add(one.seed)
    assert min(map(len, seeds.values())) >= 3


def test_the_confirmation_is_of_seeds_five_to_nine_and_comes_first():
    first = runs("cpu")[:20]
    assert {one.seed for one in first} == {*range(5, 10)}
    assert {(arm(one), one.batch_size) for one in first} == {("grid", 8)}


def test_equal_exposure_of_the_lesions():
    """A third of each batch for a third of the epochs shows each lesion about as often as chance does in six."""
    sampled = next(one for one in runs("cpu") if one.foreground_share and one.epochs == 2)
    plain = next(one for one in runs("cpu") if one.task == "whole")
    share = plain.tiles.positives / plain.tiles.tiles
    each = round(sampled.foreground_share * 8)
    assert (each + (8 - each) * share) * sampled.epochs / (8 * share * plain.epochs) == pytest.approx(1.2, abs=0.05)


@pytest.mark.parametrize("profile", PROFILES)
def test_pairs_differ_in_the_domain_alone(profile):
    chosen = {*runs(profile)}
    for one in chosen:
        other = replace(one, domain="image") if one.loss == "tversky" and one.domain == "batch" else one
        if (one.alpha, one.beta) == (0.5, 0.5):
            assert other in chosen


@pytest.mark.parametrize("profile", PROFILES)
def test_tiles_can_be_halved_as_often_as_the_network_does(profile):
    assert all(one.tiles.size % 2**one.depth == 0 for one in runs(profile))


def test_the_talks_rate_is_taken_literally():
    assert {(one.learning_rate, one.schedule, one.width) for one in runs("talk")} == {(1e-6, "constant", 64)}


def test_arithmetic_is_what_pytorch_counts():
    tiles = TileSettings(size=64, tiles=20, positives=10, slides=4, validation_slides=1, test_slides=1)
    settings = RunSettings(width=8, depth=3, epochs=2, tiles=tiles)
    with FlopCounterMode(display=False) as counter:
        UNet(width=8, depth=3)(torch.rand(1, 3, 64, 64)).sum().backward()
    images = 0.6 * 10 * 2
    assert arithmetic(settings) == pytest.approx(counter.get_total_flops() * images, rel=0.02)


def test_arithmetic_grows_with_tiles_and_epochs():
    settings = RunSettings(epochs=3)
    assert arithmetic(replace(settings, epochs=6)) == pytest.approx(2 * arithmetic(settings))
    share = settings.tiles.tiles / settings.tiles.positives
    assert arithmetic(replace(settings, task="whole")) == pytest.approx(share * arithmetic(settings))
