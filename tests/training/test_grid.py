"""Many runs on one machine: one record each, whatever was there before, and whatever stops them."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
from PIL import Image
from tiny import QUICK, environment, red_tiles, without_times

from tverskylib import _files
from tverskylib.tiles import folder_tiles
from tverskylib.training import GridError, run_grid
from tverskylib.training.data import data_hash
from tverskylib.training.execution import run_and_record
from tverskylib.training.record import kept_record

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


FAULTS = {
    "a folder": lambda path: path.mkdir(),
    "deep JSON": lambda path: path.write_text("[" * 100_000),
    "another record": lambda path: path.write_bytes(next(one for one in path.parent.glob("*.json")).read_bytes()),
    "no text": lambda path: path.write_bytes(b"\xff\x00"),
    "nothing": lambda path: path.touch(),
}


@pytest.mark.filterwarnings("ignore:.*is set aside as")
def test_whatever_stands_in_a_records_place_is_set_aside_and_stops_nothing(copied, finished):
    """One fault a record, all in one grid; and places for what is set aside are taken, a thousand of them."""
    paths = [copied / f"{one.name(data_hash(red_tiles()))}.json" for one in SETTINGS]
    for k in range(1, 1001):
        paths[0].with_suffix(f".corrupt{k}").touch()
    faults = dict(zip(paths, FAULTS.values(), strict=False))
    for path, fault in faults.items():
        path.unlink()
        fault(path)
    assert [*map(without_times, grid(copied))] == [*map(without_times, finished[1])]
    assert paths[0].with_suffix(".corrupt1001").is_dir() and len([*copied.glob("*.corrupt1")]) == len(SETTINGS)


def test_a_newer_record_is_left_alone_and_stops_only_its_run(copied):
    path = copied / f"{SETTINGS[1].name(data_hash(red_tiles()))}.json"
    newer = json.dumps({**json.loads(path.read_text()), "format": 99})
    path.write_text(newer)
    with pytest.raises(GridError, match=rf"^1 of 4 runs failed:\n{path.stem}: NewerFormatError: .* format 99"):
        grid(copied)
    assert path.read_text() == newer


@pytest.mark.filterwarnings("ignore:.*is set aside as")
def test_two_grids_may_meet_one_corrupt_record(copied):
    path = copied / f"{SETTINGS[1].name(data_hash(red_tiles()))}.json"
    path.write_text("{")
    outcomes = []

    def meet():
        outcomes.append(kept_record(path))

    threads = [threading.Thread(target=meet) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [None] * 8 and not path.exists() and len([*copied.glob("*.corrupt*")]) == 1


def test_a_run_that_fails_does_not_stop_the_others_and_is_named(tmp_path):
    bad = TOO_DEEP.name(data_hash(red_tiles()))
    with pytest.raises(
        GridError, match=rf"^1 of 3 runs failed:\n{bad}: ValueError: tiles must have sides that are multiples of 32"
    ):
        grid(tmp_path, [SETTINGS[0], TOO_DEEP, SETTINGS[1]])
    assert records_in(tmp_path) == names(SETTINGS[:2])


def test_records_of_other_tiles_do_not_come_into_the_folder(copied):
    with pytest.raises(ValueError, match=r"holds records of other tiles, .*, as positive-4.*json: name another folder"):
        grid(copied, SETTINGS[:1], red_tiles(seed=1))
    with pytest.raises(ValueError, match="holds records of other tiles"):
        run_grid(SETTINGS[:1], copied)  # on synthetic tiles
    assert records_in(copied) == names(SETTINGS)


@pytest.fixture
def own(tmp_path):
    """Tiles of a folder, which can be split anew."""
    drawn = red_tiles(24)
    for part in ("images", "masks"):
        (tmp_path / "own" / part).mkdir(parents=True)
    for k, (image, target) in enumerate(zip(drawn.images, drawn.targets, strict=True)):
        Image.fromarray(image).save(tmp_path / "own" / "images" / f"{k}.png")
        Image.fromarray(target).save(tmp_path / "own" / "masks" / f"{k}.png")
    return folder_tiles(tmp_path / "own", size=16)


@pytest.mark.parametrize(("split_seed", "different"), [(None, 2), (7, 1)])
def test_the_split_follows_the_seed_unless_it_is_fixed(own, tmp_path, split_seed, different):
    settings = [replace(QUICK, seed=seed, epochs=1) for seed in range(2)]
    found = grid(tmp_path / "records", settings, own, split_seed=split_seed)
    hashes = [record["data"]["hash"] for record in found]
    assert hashes == [data_hash(own.drawn(seed if split_seed is None else split_seed)) for seed in range(2)]
    assert len({*hashes}) == different
    with pytest.raises(ValueError, match="of other splits"):
        grid(tmp_path / "records", settings, own, split_seed=8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ([], "^settings must hold at least one run, got none"),
        ([QUICK, QUICK], "^settings must differ .* got twice: p"),
        (QUICK, "^settings must be a sequence of RunSettings"),
        (["quick"], "^settings must be a sequence of RunSettings"),
    ],
)
def test_a_bad_list_of_runs_is_refused_before_any_starts(tmp_path, settings, message):
    with pytest.raises((TypeError, ValueError), match=message):
        grid(tmp_path / "records", settings)
    assert not (tmp_path / "records").exists()


def test_a_run_whose_record_came_meanwhile_is_not_made_again(copied):
    path = copied / f"{QUICK.name(data_hash(red_tiles()))}.json"
    before = path.stat().st_mtime_ns
    checkpoint = copied / "checkpoints" / f"{path.stem}.pt"
    checkpoint.parent.mkdir()
    checkpoint.write_text("left behind by a process that was killed between record and checkpoint")
    assert run_and_record(QUICK, copied, red_tiles(), None, None, {}) == (path.stem, None)
    assert path.stat().st_mtime_ns == before and not checkpoint.exists()


def test_the_callers_threads_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    before = torch.get_num_threads()
    run_grid([QUICK], tmp_path, tiles=red_tiles(), jobs=1, progress=False)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(("jobs", "error"), [(0, ValueError), (-5, ValueError), (1.5, TypeError), (True, TypeError)])
def test_jobs_are_checked(tmp_path, jobs, error):
    with pytest.raises(error, match=r"^jobs must be (at least 1|a whole number)"):
        run_grid([QUICK], tmp_path / "records", tiles=red_tiles(), jobs=jobs)
    assert not (tmp_path / "records").exists()


def test_a_folder_that_cannot_be_written_to_is_said_before_any_run_starts(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(GridError, match=r"file.records: nothing can be written there \(.*\): name another folder"):
        grid(tmp_path / "file" / "records")


def test_a_scheduler_that_does_not_answer_is_said(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")

    def dead(address, timeout):
        raise OSError(f"Timed out trying to connect to {address} after {timeout}")

    monkeypatch.setattr(distributed, "Client", dead)
    with pytest.raises(GridError, match=r"^no Dask scheduler answers at tcp://127.0.0.1:1: Timed out"):
        run_grid([QUICK], tmp_path, tiles=red_tiles(), scheduler="tcp://127.0.0.1:1", progress=False)


def test_a_damaged_checkpoint_costs_what_it_held_and_no_more(copied, finished):
    lost = copied / f"{SETTINGS[1].name(data_hash(red_tiles()))}.json"
    lost.unlink()
    checkpoint = copied / "checkpoints" / f"{lost.stem}.pt"
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"half a checkpoint")
    assert [*map(without_times, grid(copied))] == [*map(without_times, finished[1])]
    assert [one.name for one in checkpoint.parent.iterdir()] == [f"{lost.stem}.corrupt1"]


def test_what_killed_grids_left_is_taken_away(copied):
    name, dead = SETTINGS[0].name(data_hash(red_tiles())), subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (copied / "checkpoints").mkdir()
    left = [copied / "checkpoints" / f"{name}.pt"]  # its record is there
    if os.name == "posix":
        left += [copied / f".{name}.json.{_files._host()}-{dead.pid}-0123abcd.part"]
        left += [copied / "checkpoints" / f".{name}.pt.{_files._host()}-{dead.pid}-0123abcd.part"]
        left += [copied / f".tiles.{_files._host()}-{dead.pid}-0123abcd.part"]
    other = copied / "checkpoints" / "of another grid.pt"
    for path in (*left, other):
        path.touch()
    grid(copied)
    assert not [path for path in left if path.exists()] and other.exists()


def work(folder):
    """A grid in a process of its own, on the tiles that a file holds."""
    grid(folder, LONGER, pickle.loads((folder / "tiles").read_bytes()))


def started(folder):
    """The process of a grid that has made its first checkpoint."""
    folder.mkdir()
    (folder / "tiles").write_bytes(pickle.dumps(red_tiles()))
    process = subprocess.Popen([sys.executable, __file__, str(folder)], env=environment(), start_new_session=True)
    while not (records_in(folder) or [*folder.glob("checkpoints/*.pt")]) and process.poll() is None:
        time.sleep(0.005)
    assert process.poll() is None, "the grid ended before it could be killed"
    return process


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The records of the longer grid, without times."""
    return [*map(without_times, grid(tmp_path_factory.mktemp("straight"), LONGER))]


def goes_on(folder, straight):
    """What is there stays, what is missing is made, and nothing else is left."""
    there = {path: path.stat().st_mtime_ns for path in folder.glob("*.json")}
    assert len(there) < len(LONGER)
    assert [*map(without_times, grid(folder, LONGER))] == straight
    assert records_in(folder) == names(LONGER) and [*folder.glob("checkpoints/*")] == []
    assert {path: path.stat().st_mtime_ns for path in there} == there
    assert {path.name for path in folder.iterdir()} == names(LONGER) | {"tiles", "checkpoints"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
def test_a_grid_that_is_killed_goes_on_where_it_was(tmp_path, straight):
    process = started(tmp_path / "killed")
    os.killpg(process.pid, signal.SIGKILL)  # with the processes that it started
    process.wait()
    goes_on(tmp_path / "killed", straight)


def test_processes_end_with_the_one_that_started_them(tmp_path, straight):
    process = started(tmp_path / "killed")
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.kill()
    process.wait()
    assert psutil.wait_procs(workers, timeout=20)[1] == []
    goes_on(tmp_path / "killed", straight)


def test_a_process_that_is_killed_is_replaced(tmp_path, straight):
    process = started(tmp_path / "killed")
    victim = psutil.Process(process.pid).children()[0]
    victim.kill()
    assert process.wait(timeout=200) == 0
    assert [*map(without_times, grid(tmp_path / "killed", LONGER))] == straight


if __name__ == "__main__":
    work(Path(sys.argv[1]))
