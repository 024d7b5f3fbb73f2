"""Many runs, each kept as a record: on all cores of a machine, or on a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from tverskylib._extras import optional
from tverskylib.training.data import Tiles, data_hash
from tverskylib.training.device import Device, Precision
from tverskylib.training.record import Record, kept_record, record_of, write_record
from tverskylib.training.run import train
from tverskylib.training.settings import RunSettings

Outcome = tuple[str, str | None]  # a run's name, and what went wrong, if something did


class GridError(RuntimeError):
    """Some runs of a grid failed; the others are on disk."""


def run_grid(
    settings: Sequence[RunSettings],
    folder: str | os.PathLike[str],
    *,
    tiles: Tiles | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    device: Device = "auto",
    precision: Precision = "auto",
    compile: bool = False,
    progress: bool = True,
) -> list[Record]:
    """Make all runs whose record is not there yet, and return the records of all.

    Every run first looks for its record, so that a grid that was stopped, even killed, goes on where it was: inside a
    run from the last epoch. A corrupt record is reported, set aside and made again. A run that fails does not stop
    the others.

    Args:
        settings: the runs, as from :func:`runs`.
        folder: where the records are kept, one file a run; checkpoints of unfinished runs beside them.
        tiles: of one's own, for all runs; None for the synthetic ones of each run's settings.
        jobs: how many processes train side by side, each with its share of the cores; None for one a core (on a GPU:
            one, which suits large networks; small ones leave a GPU idle while they launch, and three or four processes
            fill it).
        scheduler: the address of a Dask cluster, "tcp://host:8786", whose workers see ``folder`` under the same path.
            A run whose worker dies is made again by another.
        device, precision, compile: as for :func:`train`.
        progress: whether to show a progress bar.

    Returns:
        The records, in the order of the settings.

    Raises:
        GridError: runs that failed, with their messages.
        ValueError: an argument out of place.

    Introduced in lesson 11.
    """
    place = Path(folder).resolve()
    names = _names(settings, tiles)
    place.mkdir(parents=True, exist_ok=True)
    data = None if tiles is None else data_hash(tiles)
    asked = [(place / f"{name}.json", one, data) for name, one in zip(names, settings, strict=True)]
    missing = [one for path, one, _ in asked if kept_record(path, one, data) is None]
    options = {"device": device, "precision": precision, "compile": compile}
    on_gpu = device == "auto" and torch.cuda.is_available()
    # Of all runs, not of the missing ones: a run that is made again has as many threads, and so the same bits.
    jobs = min(jobs or (1 if on_gpu else os.cpu_count() or 1), len(settings))
    if scheduler is None:
        outcomes = _with_joblib(missing, place, tiles, jobs, options)
    else:
        outcomes = _with_dask(missing, place, tiles, scheduler, options)
    failed = [f"{name}: {error}" for name, error in _shown(outcomes, len(missing), progress) if error]
    if failed:
        raise GridError("\n".join([f"{len(failed)} of {len(settings)} runs failed:", *failed]))
    found = [kept_record(*one) for one in asked]
    lost = [name for name, record in zip(names, found, strict=True) if record is None]
    if lost:
        raise GridError(f"no record was left by {', '.join(lost)}: do all workers see the folder {place.name!r}?")
    return [record for record in found if record is not None]


def _names(settings: Sequence[RunSettings], tiles: Tiles | None) -> list[str]:
    if not settings:
        raise ValueError("settings must hold at least one run, got none")
    data = None if tiles is None else data_hash(tiles)
    names = [one.name(data) for one in settings]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"settings must differ from run to run, got twice: {', '.join(twice)}")
    return names


def run_and_record(
    settings: RunSettings, folder: Path, tiles: Tiles | None, threads: int | None, options: dict[str, Any]
) -> Outcome:
    """One run of a grid, in whatever process: nothing if its record is there, else train and leave the record."""
    data = None if tiles is None else data_hash(tiles)
    name = settings.name(data)
    path, checkpoint = folder / f"{name}.json", folder / "checkpoints" / f"{name}.pt"
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    try:
        if kept_record(path, settings, data) is None:
            trained = train(settings, tiles, checkpoint=checkpoint, progress=False, **options)
            write_record(record_of(trained), path)
        checkpoint.unlink(missing_ok=True)
    except Exception as error:  # the other runs go on, and the caller hears of it at the end
        return name, f"{type(error).__name__}: {error}"
    finally:
        torch.set_num_threads(before)  # with one job, this is the caller's process
    return name, None


def _with_joblib(
    settings: Sequence[RunSettings], folder: Path, tiles: Tiles | None, jobs: int, options: dict[str, Any]
) -> Iterable[Outcome]:
    with optional():
        from joblib import Parallel, delayed  # type: ignore[import-untyped, unused-ignore]

    threads = int(os.environ.get("OMP_NUM_THREADS") or max(1, (os.cpu_count() or 1) // jobs))
    # One run at a time is handed out: runs take minutes, and a batch of them would leave a core idle at the end.
    parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="all")
    outcomes: Iterable[Outcome] = parallel(
        delayed(run_and_record)(one, folder, tiles, threads, options) for one in settings
    )
    return outcomes


def _with_dask(
    settings: Sequence[RunSettings], folder: Path, tiles: Tiles | None, scheduler: str, options: dict[str, Any]
) -> Iterator[Outcome]:
    with optional():
        from distributed import Client, as_completed

    data = None if tiles is None else data_hash(tiles)
    with Client(scheduler, timeout="30s") as client:
        shared = None if tiles is None else client.scatter(tiles, broadcast=True)
        futures = [
            client.submit(run_and_record, one, folder, shared, None, options, pure=False, retries=2) for one in settings
        ]
        names = {future.key: one.name(data) for future, one in zip(futures, settings, strict=True)}
        for future in as_completed(futures):
            error = future.exception()
            yield (names[future.key], f"{type(error).__name__}: {error}") if error else future.result()


def _shown(outcomes: Iterable[Outcome], total: int, progress: bool) -> Iterator[Outcome]:
    with optional():
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

    yield from tqdm(outcomes, total=total, desc="Runs", unit="run", disable=not progress or not total)
