"""The runs of a grid, one after the other, in processes side by side, or on a Dask cluster."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch

from tverskylib._extras import optional
from tverskylib._files import discard, part_of
from tverskylib.training.data import Tiles, data_hash
from tverskylib.training.own_tiles import split_by_seed
from tverskylib.training.record import kept_record, record_of, write_record
from tverskylib.training.run import train
from tverskylib.training.settings import RunSettings
from tverskylib.training.workers import WorkerDiedError, side_by_side

CHECKPOINTS = "checkpoints"  # the folder of unfinished runs, beside the records
Outcome = tuple[str, str | None]  # a run's name, and what went wrong, if something did
Task = tuple[RunSettings, Path, Tiles | None, int | None]  # the first arguments of run_and_record


class GridError(RuntimeError):
    """Some runs of a grid failed; the others are on disk."""


def run_and_record(
    settings: RunSettings,
    folder: Path,
    tiles: Tiles | None,
    split_seed: int | None,
    threads: int | None,
    options: dict[str, Any],
) -> Outcome:
    """One run of a grid, in whatever process: nothing if its record is there, else train and leave the record."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    name = "a run"
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "the tiles are shared out badly")  # said once, when they were loaded
            tiles = split_by_seed(tiles, settings.seed if split_seed is None else split_seed)
        data = None if tiles is None else data_hash(tiles)
        name = settings.name(data)
        path, checkpoint = folder / f"{name}.json", folder / CHECKPOINTS / f"{name}.pt"
        if kept_record(path, settings, data) is None:
            trained = train(settings, tiles, checkpoint=checkpoint, progress=False, **options)
            write_record(record_of(trained), path)
        checkpoint.unlink(missing_ok=True)
    except Exception as error:  # the other runs go on, and the caller hears of it at the end
        return name, f"{type(error).__name__}: {error}"
    finally:
        torch.set_num_threads(before)  # with one job, this is the caller's process
    return name, None


def with_processes(
    tasks: list[Task], jobs: int, threads: int, options: dict[str, Any]
) -> Generator[Outcome, None, None]:
    """The tiles are written once, and every process maps the file: what all have in common is in memory once."""
    if not tasks:
        return
    with optional():
        import joblib  # type: ignore[import-untyped, unused-ignore]

    _, place, tiles, split_seed = tasks[0]
    shared = part_of(place / "tiles") if tiles is not None else None
    try:
        if shared is not None:
            joblib.dump(tiles, shared)
        calls = [(settings, folder, shared, split_seed, threads, options) for settings, folder, *_ in tasks]
        for number, outcome in side_by_side(_in_worker, calls, jobs):
            if isinstance(outcome, WorkerDiedError):
                own = split_by_seed(tiles, tasks[number][0].seed if split_seed is None else split_seed)
                outcome = tasks[number][0].name(None if own is None else data_hash(own)), str(outcome)
            yield outcome
    finally:
        if shared is not None:
            discard(shared)


def _in_worker(settings: RunSettings, folder: Path, shared: Path | None, *more: Any) -> Outcome:
    return run_and_record(settings, folder, None if shared is None else _mapped(shared), *more)


@functools.cache
def _mapped(shared: Path) -> Tiles:
    import joblib

    tiles: Tiles = joblib.load(shared, mmap_mode="r")
    return tiles


def with_dask(tasks: list[Task], scheduler: str, options: dict[str, Any]) -> Generator[Outcome, None, None]:
    with optional():
        from distributed import Client, as_completed

    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as why:
        raise GridError(f"no Dask scheduler answers at {scheduler}: {why}") from why
    with client:
        tiles = tasks[0][2] if tasks else None
        shared = None if tiles is None else client.scatter(tiles, broadcast=True)
        futures = [
            client.submit(run_and_record, settings, folder, shared, split, None, options, pure=False, retries=2)
            for settings, folder, _, split in tasks
        ]
        settings_of = {future.key: task[0] for future, task in zip(futures, tasks, strict=True)}
        for future in as_completed(futures):
            error = future.exception()
            if error is None:
                yield future.result()
                continue
            settings, split = settings_of[future.key], tasks[0][3]
            own = split_by_seed(tiles, settings.seed if split is None else split)
            yield settings.name(None if own is None else data_hash(own)), f"{type(error).__name__}: {error}"
