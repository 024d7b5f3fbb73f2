"""A run that is stopped goes on to the same bits, and from its own checkpoint alone."""

from __future__ import annotations

import hashlib
import io
import json
import re
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import QUICK, red_tiles

from tverskylib.training import UNet, train
from tverskylib.training.checkpoint import epochs_done, load_checkpoint

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


def body(place):
    """What torch wrote, without the line before it."""
    return io.BytesIO(place.read_bytes().partition(b"\n")[2])


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
    assert (
        seconds == sorted(seconds) and seconds[0] == torch.load(body(place), weights_only=True)["curves"]["seconds"][0]
    )


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


def rewritten(place, state):
    """The checkpoint with another content and the checksum of it."""
    written = io.BytesIO()
    torch.save(state, written)
    head = {"format": 2, "epochs": 1, "sha256": hashlib.sha256(written.getvalue()).hexdigest()}
    place.write_bytes(json.dumps(head).encode() + b"\n" + written.getvalue())


def begins_anew(place, straight, why):
    """It is said, the file is set aside as it was, and the run comes to the same end."""
    before = place.read_bytes()
    with pytest.warns(
        UserWarning, match=rf"^run.pt is no checkpoint that can be read .*{why}.*aside as run.corrupt1, "
    ):
        found = go_on(place)
    assert_equal_runs(found, straight)
    assert place.with_suffix(".corrupt1").read_bytes() == before


@pytest.mark.parametrize("damage", [b"", b"nothing of the kind", b"null\n", b"{}\n", "half", "byte", "old"], ids=str)
def test_a_damaged_checkpoint_is_set_aside_and_the_run_begins_anew(place, left, straight, damage):
    middle = len(left) // 2
    changed = {"half": left[:middle], "byte": left[:300] + b"\xff" * 50 + left[350:], "old": body(place).getvalue()}
    place.write_bytes(changed[damage] if isinstance(damage, str) else damage)
    begins_anew(place, straight, "")


def test_every_flipped_bit_is_noticed(left, tmp_path):
    """Without a checksum, a quarter of them loads as other weights."""
    place, rng = tmp_path / "run.pt", np.random.default_rng(0)
    model = UNet(width=QUICK.width, depth=QUICK.depth)
    for bit in rng.choice(8 * len(left), 200, replace=False):
        changed = bytearray(left)
        changed[bit // 8] ^= 1 << bit % 8
        place.write_bytes(changed)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                assert load_checkpoint(place, {}, model, torch.optim.Adam(model.parameters())).epochs == 0
            except ValueError as error:  # the bit was in what says only how far the run is, or which format it has
                assert re.search("newer than|another run", str(error)) and bit // 8 < left.index(b"\n")
                continue
        assert len(caught) == 1


@pytest.mark.parametrize("lost", ["model", "optimizer", "curves", "made_from"])
def test_a_checkpoint_that_lacks_something_is_set_aside(place, straight, lost):
    state = torch.load(body(place), weights_only=True)
    del state[lost]
    rewritten(place, state)
    begins_anew(place, straight, lost)


def test_a_checkpoint_of_a_newer_format_is_left_alone(place):
    later = place.read_bytes().replace(b'"format": 2', b'"format": 3', 1)
    place.write_bytes(later)
    with pytest.raises(ValueError, match=r"^run.pt is a checkpoint of format 3, newer than 2: update the package"):
        go_on(place)
    assert place.read_bytes() == later and [*place.parent.iterdir()] == [place]


def test_how_far_a_run_is_can_be_told_without_loading_it(place, tmp_path):
    assert epochs_done(place) == 1
    for content in (b"", b"{}", b"[1]\n", b"\xff"):
        place.write_bytes(content)
        assert epochs_done(place) == 0
    assert epochs_done(tmp_path / "none.pt") == epochs_done(tmp_path) == 0


def test_a_full_disk_leaves_the_checkpoint_before(place, left, monkeypatch):
    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        go_on(place)
    assert place.read_bytes() == left and [*place.parent.iterdir()] == [place]


class Code:
    """What touches a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_code_in_a_checkpoint_is_not_run(tmp_path, straight):
    place, sign = tmp_path / "run.pt", tmp_path / "was here"
    rewritten(place, {"made_from": Code(sign)})
    begins_anew(place, straight, "Weights only load failed")
    assert not sign.exists()
    torch.load(body(place.with_suffix(".corrupt1")), weights_only=False)  # it would have run
    assert sign.exists()


def test_a_checkpoint_holds_tensors_and_plain_values(place):
    state = torch.load(body(place), weights_only=True)
    assert {*state} == {"made_from", "curves", "model", "optimizer"}
    assert [p.name for p in place.parent.iterdir()] == ["run.pt"]
