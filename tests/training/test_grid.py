"""Many runs on one machine: one record each, whatever was there before, and whatever stops them."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny import QUICK, environment, red_tiles, without_times

from tverskylib.training import GridError, read_records, run_grid
from tverskylib.training.data import data_hash
from tverskylib.training.grid import run_and_record

SETTINGS = [replace(QUICK, seed=seed, domain=domain) for seed in range(2) for domain in ("batch", "image")]
LONGER = [replace(QUICK, seed=seed, epochs=6) for seed in range(5)]
TOO_DEEP = replace(QUICK, depth=5)  # tiles of 16 pixels can not be halved five times


def grid(folder, settings=SETTINGS, tiles=None, **options):
    return run_grid(settings, folder, tiles=tiles or red_tiles(), jobs=2, progress=False, **options)


def names(settings, tiles=None):
    data = data_hash(tiles or red_tiles())
    return {f"{one.name(data)}.json" for one in settings}


def records_in(folder):
    return {path.name for path in folder.glob("*.json")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with the records of a grid, to look at only, and what the grid returned."""
    folder = tmp_path_factory.mktemp("grid")
    return folder, grid(folder)


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of that folder."""
    for path in finished[0].glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_each_run_leaves_one_record(finished):
    folder, found = finished
    assert records_in(folder) == names(SETTINGS)
    assert [one["settings"] for one in found] == [one.as_dict() for one in SETTINGS]
    assert [*folder.glob("checkpoints/*")] == []


def test_a_second_start_makes_nothing_new(copied, finished):
    before = {path: path.stat().st_mtime_ns for path in copied.glob("*.json")}
    assert grid(copied) == finished[1]
    assert {path: path.stat().st_mtime_ns for path in copied.glob("*.json")} == before


def test_only_what_is_missing_is_made(copied, finished):
    lost, *kept = sorted(copied.glob("*.json"))
    lost.unlink()
    before = {path: path.stat().st_mtime_ns for path in kept}
    assert [*map(without_times, grid(copied))] == [*map(without_times, finished[1])]
    assert {path: path.stat().st_mtime_ns for path in kept} == before and lost.exists()


def test_a_corrupt_record_is_set_aside_and_made_again(copied, finished):
    path = copied / f"{SETTINGS[1].name(data_hash(red_tiles()))}.json"
    path.write_text(path.read_text()[:100])
    with pytest.warns(UserWarning, match=f"^{path.name} is no JSON.* is set aside as {path.stem}.corrupt1"):
        found = grid(copied)
    assert [*map(without_times, found)] == [*map(without_times, finished[1])]
    assert path.with_suffix(".corrupt1").stat().st_size == 100


def test_a_run_that_fails_does_not_stop_the_others_and_is_named(tmp_path):
    bad = TOO_DEEP.name(data_hash(red_tiles()))
    with pytest.raises(GridError, match=rf"^1 of 3 runs failed:\n{bad}: ValueError: image must have .*\(depth 5\)"):
        grid(tmp_path, [SETTINGS[0], TOO_DEEP, SETTINGS[1]])
    assert records_in(tmp_path) == names(SETTINGS[:2])


def test_the_names_of_records_depend_on_the_tiles(copied):
    other = red_tiles(seed=1)
    grid(copied, SETTINGS[:1], other)
    assert records_in(copied) == names(SETTINGS) | names(SETTINGS[:1], other)
    assert len(records_in(copied)) == len(SETTINGS) + 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [([], "^settings must hold at least one run, got none"), ([QUICK, QUICK], "^settings must differ .* got twice: p")],
)
def test_a_bad_list_of_runs_is_refused_before_any_starts(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        grid(tmp_path / "records", settings)
    assert not (tmp_path / "records").exists()


def test_a_run_whose_record_came_meanwhile_is_not_made_again(copied):
    path = copied / f"{QUICK.name(data_hash(red_tiles()))}.json"
    before = path.stat().st_mtime_ns
    checkpoint = copied / "checkpoints" / f"{path.stem}.pt"
    checkpoint.parent.mkdir()
    checkpoint.write_text("left behind by a process that was killed between record and checkpoint")
    assert run_and_record(QUICK, copied, red_tiles(), None, {}) == (path.stem, None)
    assert path.stat().st_mtime_ns == before and not checkpoint.exists()


def test_the_callers_threads_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    before = torch.get_num_threads()
    run_grid([QUICK], tmp_path, tiles=red_tiles(), jobs=1, progress=False)
    assert torch.get_num_threads() == before


def work(folder):
    """A grid in a process of its own, on the tiles that a file holds."""
    grid(folder, LONGER, pickle.loads((folder / "tiles").read_bytes()))


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
def test_a_grid_that_is_killed_goes_on_where_it_was(tmp_path):
    killed, straight = tmp_path / "killed", tmp_path / "straight"
    killed.mkdir()
    (killed / "tiles").write_bytes(pickle.dumps(red_tiles()))
    process = subprocess.Popen([sys.executable, __file__, str(killed)], env=environment(), start_new_session=True)
    try:
        while not (records_in(killed) or [*killed.glob("checkpoints/*.pt")]) and process.poll() is None:
            time.sleep(0.005)
        assert process.poll() is None, "the grid ended before it could be killed"
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # with the processes that it started
        process.wait()
    there = {path: path.stat().st_mtime_ns for path in killed.glob("*.json")}
    assert len(there) < len(LONGER)
    found = grid(killed, LONGER)
    assert records_in(killed) == names(LONGER) and [*killed.glob("checkpoints/*.pt")] == []
    assert {path: path.stat().st_mtime_ns for path in there} == there
    assert [*map(without_times, found)] == [*map(without_times, grid(straight, LONGER))]
    assert read_records(killed) == sorted(found, key=lambda one: one["settings"]["seed"])


if __name__ == "__main__":
    work(Path(sys.argv[1]))
