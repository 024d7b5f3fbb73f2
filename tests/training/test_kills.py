"""A grid that is killed before or after any of its steps on the disk: the next one ends as if nothing had been."""

from __future__ import annotations

import os
import pathlib
import signal
import sys
from dataclasses import replace

import pytest
import torch
from stated import stated
from tiny import QUICK, red_tiles, without_times

from tverskylib.training import run_grid
from tverskylib.training.data import data_hash

pytestmark = pytest.mark.skipif(sys.platform == "win32" or sys.platform == "darwin", reason="needs a fork that is safe")

SETTINGS = [replace(QUICK, seed=seed, epochs=1) for seed in range(2)]
STEPS = ("open", "fsync", "replace", "unlink")  # a new file, its bytes on the disk, its place, its end


def grid(folder, settings=SETTINGS):
    return run_grid(settings, folder, tiles=red_tiles(), jobs=1, progress=False)


def hooked(folder, on_step):
    """Call ``on_step(name, when)`` before and after each step on the disk below a folder."""

    def wrap(name, function, concerns):
        def wrapped(*arguments, **options):
            if not concerns(*arguments):
                return function(*arguments, **options)
            on_step(name, "before")
            result = function(*arguments, **options)
            on_step(name, "after")
            return result

        return wrapped

    def below(path, *_):
        return str(path).startswith(str(folder))

    def is_new(path, mode="r", *_):
        return "x" in mode and below(path)

    os.fsync = wrap("fsync", os.fsync, lambda _: True)
    os.replace = wrap("replace", os.replace, below)
    os.unlink = wrap("unlink", os.unlink, below)
    pathlib.Path.open = wrap("open", pathlib.Path.open, is_new)


def in_a_child(work):
    """Run in a fork of this process, and return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            torch.set_num_threads(1)  # a fork has no other threads
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def steps_of(folder):
    """All steps of an undisturbed grid."""
    notes = folder.with_suffix(".steps")

    def note():
        lines = []
        hooked(folder, lambda name, when: lines.append(f"{name} {when}"))
        grid(folder)
        os.write(os.open(notes, os.O_CREAT | os.O_WRONLY), "\n".join(lines).encode())

    assert in_a_child(note) == 0
    return notes.read_text().splitlines()


def killed_at(folder, place):
    """Kill a grid at a step, by number."""

    def work():
        passed = iter(range(10_000))

        def count(name, when):
            if next(passed) == place:
                os.kill(os.getpid(), signal.SIGKILL)

        hooked(folder, count)
        grid(folder)

    return in_a_child(work)


@pytest.mark.slow
def test_a_grid_may_be_killed_at_any_step(tmp_path):
    steps = steps_of(tmp_path / "straight")
    assert {step.partition(" ")[0] for step in steps} == {*STEPS} and len(steps) >= stated("places")
    straight = [*map(without_times, grid(tmp_path / "straight"))]
    wanted = {f"{one.name(data_hash(red_tiles()))}.json" for one in SETTINGS} | {"checkpoints"}
    for place, step in enumerate(steps):
        folder = tmp_path / f"{place}"
        assert killed_at(folder, place) == -signal.SIGKILL
        assert [*map(without_times, grid(folder))] == straight, f"killed at step {place}, {step}"
        left = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
        assert left == wanted, f"killed at step {place}, {step}"
