"""The settings of a run: clear errors, plain values, and a name that says which run it is."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest

from tverskylib.tiles import TileSettings
from tverskylib.training import RunSettings
from tverskylib.training.settings import ADDED, CHOICES, RANGES

WHOLE = [name for name, (_, _, whole) in RANGES.items() if whole]
OTHERS = {  # another value for each setting
    "task": "whole",
    "batch_size": 9,
    "domain": "image",
    "loss": "cross-entropy",
    "companion": "cross-entropy",
    "alpha": 0.4,
    "beta": 0.4,
    "delta": 1e-3,
    "soft_labels": "minimum",
    "smoothing": 0.1,
    "smoothing_classes": {"smoothing": 0.1, "smoothing_classes": 1},
    "foreground_share": 0.25,
    "penalty": {"penalty": "confidence", "strength": 0.1},
    "strength": {"penalty": "label noise", "strength": 0.2},
    "epochs": 31,
    "learning_rate": 2e-3,
    "schedule": "constant",
    "width": 9,
    "depth": 3,
    "augment": False,
    "seed": 1,
    "tiles": TileSettings(seed=1),
}


def changed(name):
    other = OTHERS[name]
    return RunSettings(**(other if isinstance(other, dict) else {name: other}))


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("bad", ["nothing of the kind", 3, None])
def test_an_unknown_choice_is_named(name, bad):
    with pytest.raises(ValueError, match=f"^{name} must be "):
        RunSettings(**{name: bad})


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("bad", ["8", None, True, 1j, [1]])
def test_what_is_no_number_is_named(name, bad):
    with pytest.raises(TypeError, match=f"^{name} must be a "):
        RunSettings(**{name: bad})


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("bad", [-1, -math.inf, math.inf, math.nan])
def test_a_number_out_of_range_is_named(name, bad):
    with pytest.raises((ValueError, TypeError), match=f"^{name} must be "):
        RunSettings(**{name: bad})


@pytest.mark.parametrize("name", WHOLE)
def test_a_fraction_is_refused_where_numbers_are_whole(name):
    with pytest.raises(TypeError, match=f"^{name} must be a whole number, got "):
        RunSettings(**{name: 2.0})


@pytest.mark.parametrize("name", ["batch_size", "epochs", "width", "depth"])
def test_zero_is_refused_where_there_must_be_one(name):
    with pytest.raises(ValueError, match=f"^{name} must be finite and at least 1, got 0"):
        RunSettings(**{name: 0})


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"augment": 1}, "^augment must be True or False, got 1"),
        ({"tiles": {"size": 64}}, "^tiles must be a TileSettings, got "),
        ({"smoothing": 1}, "^smoothing must be below 1"),
        ({"smoothing": 1.5}, "^smoothing must be from 0 to 1, got 1.5"),
        ({"alpha": 0, "beta": 0}, "^alpha and beta must not both be 0"),
        ({"penalty": "confidence"}, "^penalty and strength must come together"),
        ({"strength": 0.1}, "^penalty and strength must come together"),
        ({"loss": "cross-entropy", "companion": "cross-entropy"}, "^companion must be 'none' for cross-entropy"),
        ({"smoothing_classes": 1}, "^smoothing_classes must be 2 without smoothing, got 1"),
        ({"loss": "cross-entropy", "domain": "image"}, "^domain must be 'batch' for cross-entropy"),
        ({"seed": 2**64}, "^seed must be from 0 to 18446744073709551615, got 18446744073709551616"),
    ],
)
def test_other_bad_settings_are_named(bad, message):
    with pytest.raises((ValueError, TypeError), match=message):
        RunSettings(**bad)


def test_large_whole_numbers_are_kept_to_the_last_digit():
    assert RunSettings(seed=2**53 + 1).seed == 2**53 + 1


def test_numbers_of_other_kinds_become_pythons():
    given = RunSettings(seed=np.int64(3), alpha=Fraction(1, 4), learning_rate=np.float64(0.5), beta=1)
    assert [type(x) for x in (given.seed, given.alpha, given.learning_rate, given.beta)] == [int, float, float, float]
    json.dumps(given.as_dict())


def test_settings_survive_json():
    for given in (RunSettings(), *map(changed, OTHERS)):
        assert RunSettings.from_dict(json.loads(json.dumps(given.as_dict()))) == given


def test_settings_from_before_some_were_there_mean_what_they_meant():
    old = {name: value for name, value in RunSettings().as_dict().items() if name not in ADDED}
    assert RunSettings.from_dict(old) == RunSettings()
    assert RunSettings(tiles=TileSettings(seed=3), seed=3).name() == "positive-8-batch-seed3-535625a47fc9"


def test_missing_and_unknown_names_are_told():
    values = RunSettings().as_dict()
    values["momentum"] = values.pop("seed")
    with pytest.raises(ValueError, match=r"missing: \['seed'\], unknown: \['momentum'\]"):
        RunSettings.from_dict(values)


def test_every_setting_changes_the_name():
    assert {one.name for one in fields(RunSettings)} == {*OTHERS}
    names = [RunSettings().name(), *(changed(name).name() for name in OTHERS)]
    assert len({*names}) == len(names)


def test_every_setting_of_the_tiles_changes_the_name():
    tiles = TileSettings()
    other = {one.name: getattr(tiles, one.name) + 1 for one in fields(tiles)}
    names = [RunSettings(tiles=replace(tiles, **{name: value})).name() for name, value in other.items()]
    assert len({RunSettings().name(), *names}) == len(names) + 1


def test_the_data_change_the_name():
    given = RunSettings()
    assert len({given.name(), given.name("0" * 16), given.name("1" * 16)}) == 3


def test_equal_settings_have_equal_names():
    pairs = [
        (RunSettings(alpha=1, batch_size=np.int32(8)), RunSettings(alpha=1.0)),
        (RunSettings(strength=-0.0, delta=-0.0), RunSettings(delta=0)),
    ]
    for one, other in pairs:
        assert one == other and one.name() == other.name()


def test_a_name_begins_with_what_most_readers_ask_for():
    assert RunSettings(task="whole", batch_size=16, domain="image", seed=2).name().startswith("whole-16-image-seed2-")
