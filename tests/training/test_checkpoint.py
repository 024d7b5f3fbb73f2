"""A run that is stopped goes on to the same bits, and from its own checkpoint alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import QUICK, red_tiles

from tverskylib.training import train

THREE = replace(QUICK, epochs=3)


class Stopped(Exception):
    """What a test stops a run with."""


def stop(after):
    def on_epoch(curves):
        if curves.epochs == after:
            raise Stopped

    return on_epoch


def stopped(place, *, after=1, tiles=None):
    """The checkpoint of a run that was stopped."""
    with pytest.raises(Stopped):
        train(THREE, tiles or red_tiles(), checkpoint=place, progress=False, on_epoch=stop(after))
    return place


def go_on(place, settings=THREE, tiles=None, **options):
    return train(settings, tiles or red_tiles(), checkpoint=place, progress=False, **options)


def assert_equal_runs(one, other):
    np.testing.assert_array_equal(one.probabilities, other.probabilities)
    torch.testing.assert_close(one.model.state_dict(), other.model.state_dict(), rtol=0, atol=0)
    assert {**vars(one.curves), "seconds": None} == {**vars(other.curves), "seconds": None}
    assert one.evaluation == other.evaluation


@pytest.fixture(scope="module")
def straight():
    """Three epochs without a stop."""
    return train(THREE, red_tiles(), progress=False)


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """A checkpoint after one epoch of three; copy it before going on."""
    place = tmp_path_factory.mktemp("stopped") / "run.pt"
    stopped(str(place))
    return place.read_bytes()


@pytest.fixture
def place(tmp_path, left):
    path = tmp_path / "run.pt"
    path.write_bytes(left)
    return path


def test_a_stopped_run_goes_on_to_the_same_bits(place, straight):
    seen = []
    found = go_on(place, on_epoch=lambda curves: seen.append(curves.epochs))
    assert seen == [2, 3]
    assert_equal_runs(found, straight)


def test_so_does_one_that_is_stopped_twice(place, straight):
    stopped(place, after=2)
    assert_equal_runs(go_on(place), straight)


def test_a_finished_run_is_not_made_again(tmp_path, straight):
    place = tmp_path / "run.pt"
    go_on(place)
    assert_equal_runs(go_on(place, on_epoch=stop(3)), straight)


def test_time_counts_on(place):
    seconds = go_on(place).curves.seconds
    assert seconds == sorted(seconds) and seconds[0] == torch.load(place, weights_only=True)["curves"]["seconds"][0]


@pytest.mark.parametrize(
    ("settings", "tiles", "names"),
    [
        (replace(THREE, learning_rate=2e-2, seed=1), red_tiles(), "learning_rate, seed"),
        (replace(THREE, epochs=4), red_tiles(), "epochs"),
        (THREE, red_tiles(seed=1), "data"),
    ],
    ids=["settings", "epochs", "data"],
)
def test_the_checkpoint_of_another_run_is_refused(place, left, settings, tiles, names):
    with pytest.raises(ValueError, match=rf"^run.pt is the checkpoint of another run, which differs in {names}; "):
        go_on(place, settings, tiles)
    assert place.read_bytes() == left


@pytest.mark.parametrize("damage", [b"", b"nothing of the kind", "half", "byte"], ids=str)
def test_a_damaged_checkpoint_is_refused(place, left, damage):
    middle = len(left) // 2
    changed = {"half": left[:middle], "byte": left[:100] + b"\xff" * 50 + left[150:]}
    place.write_bytes(changed[damage] if isinstance(damage, str) else damage)
    with pytest.raises(ValueError, match=r"(?s)^run.pt is no checkpoint that can be read .*; remove it to start anew$"):
        go_on(place)


@pytest.mark.parametrize("lost", ["model", "optimizer", "curves", "made_from"])
def test_a_checkpoint_that_lacks_something_is_refused(place, lost):
    state = torch.load(place, weights_only=True)
    del state[lost]
    torch.save(state, place)
    with pytest.raises(ValueError, match=r"^run.pt is no checkpoint that can be read .*; remove it to start anew$"):
        go_on(place)


class Code:
    """What touches a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    place, sign = tmp_path / "run.pt", tmp_path / "was here"
    torch.save({"made_from": Code(sign)}, place)
    with pytest.raises(ValueError, match=r"(?s)^run.pt is no checkpoint that can be read"):
        go_on(place)
    assert not sign.exists()
    torch.load(place, weights_only=False)  # it would have run
    assert sign.exists()


def test_a_checkpoint_holds_tensors_and_plain_values(place):
    state = torch.load(place, weights_only=True)
    assert {*state} == {"made_from", "curves", "model", "optimizer"}
    assert [p.name for p in place.parent.iterdir()] == ["run.pt"]
