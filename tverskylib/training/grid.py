"""Many runs, each kept as a record: on all cores of a machine, or on a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

import torch

from tverskylib._checks import describe
from tverskylib._extras import optional
from tverskylib._files import discard, part_of, remove_parts
from tverskylib.training.data import Tiles
from tverskylib.training.device import Device, Precision
from tverskylib.training.execution import (
    CHECKPOINTS,
    GridError,
    Outcome,
    run_and_record,
    with_dask,
    with_processes,
)
from tverskylib.training.own_tiles import Hashes
from tverskylib.training.progress import shown
from tverskylib.training.record import Record, is_synthetic, kept_record, read_record
from tverskylib.training.settings import RunSettings


def run_grid(
    settings: Sequence[RunSettings],
    folder: str | os.PathLike[str],
    *,
    tiles: Tiles | None = None,
    split_seed: int | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    device: Device = "auto",
    precision: Precision = "auto",
    compile: bool = False,
    progress: bool = True,
) -> list[Record]:
    """Make all runs whose record is not there yet, and return the records of all.

    Every run first looks for its record, so that a grid that was stopped, even killed, goes on where it was: inside a
    run from the last epoch. A corrupt record or checkpoint is reported, set aside and made again; what a killed grid
    left half written is removed. A run that fails does not stop the others, nor does a process that is killed: its
    run goes on in another one. Processes end with the one that called.

    Args:
        settings: the runs, as from :func:`runs`.
        folder: where the records are kept, one file a run; checkpoints of unfinished runs beside them.
        tiles: of one's own, for all runs; None for the synthetic ones of each run's settings. Those of
            :func:`tverskylib.tiles.folder_tiles` are split anew for each seed of the runs, so that the spread over
            seeds is also that of the split.
        split_seed: splits such tiles once, for all runs.
        jobs: how many processes train side by side, each with its share of the cores or, if that is less, with
            OMP_NUM_THREADS; None for one a core (on a GPU: one, which suits large networks; small ones leave a GPU
            idle while they launch, and three or four processes fill it).
        scheduler: the address of a Dask cluster, "tcp://host:8786", whose workers see ``folder`` under the same path.
            A run whose worker dies is made again by another.
        device, precision, compile: as for :func:`train`.
        progress: whether to show a progress bar.

    Returns:
        The records, in the order of the settings.

    Raises:
        GridError: runs that failed, with their messages; or nothing can be written to the folder, or no scheduler
            answers.
        TypeError, ValueError: an argument out of place; or a folder with records of other tiles than these.

    Introduced in lesson 11.
    """
    place = Path(folder).resolve()
    jobs = jobs_for(settings, jobs, device)
    hashes = Hashes(tiles, split_seed)
    names = _names(settings, hashes)
    _prepare(place)
    _refuse_other_tiles(place, names, hashes)
    missing = [
        (one, name)
        for one, name in zip(settings, names, strict=True)
        if not _is_kept(place / f"{name}.json", one, hashes)
    ]
    tasks = [(one, place, tiles, split_seed) for one, _ in missing]
    options = {"device": device, "precision": precision, "compile": compile}
    threads = max(1, min(torch.get_num_threads(), _cores() // jobs))
    outcomes: Generator[Outcome, None, None]
    if scheduler is not None:
        outcomes = with_dask(tasks, scheduler, options)
    elif jobs == 1:
        outcomes = (run_and_record(*task, threads, options) for task in tasks)
    else:
        outcomes = with_processes(tasks, jobs, threads, options)
    epochs = {name: one.epochs for one, name in missing}
    failed = {}
    with closing(outcomes), shown(place / CHECKPOINTS, epochs, progress) as finished:
        for name, error in outcomes:
            finished(name)
            if error:
                failed[name] = error
    found: list[Record] = []
    for one, name in zip(settings, names, strict=True):
        if name not in failed:
            try:
                record = kept_record(place / f"{name}.json", one, hashes.of(one.seed))
            except Exception as error:
                failed[name] = f"{type(error).__name__}: {error}"
            else:
                if record is None:
                    failed[name] = f"it left no record: do all workers see the folder {place.name!r}?"
                else:
                    found.append(record)
    if failed:
        listed = [f"{name}: {error}" for name, error in failed.items()]
        raise GridError("\n".join([f"{len(failed)} of {len(settings)} runs failed:", *listed]))
    return found


def jobs_for(settings: Sequence[RunSettings], jobs: int | None, device: Device) -> int:
    """How many processes will train side by side."""
    if isinstance(settings, RunSettings) or not all(isinstance(one, RunSettings) for one in settings):
        raise TypeError("settings must be a sequence of RunSettings, as runs('quick') gives")
    if not len(settings):
        raise ValueError("settings must hold at least one run, got none")
    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool)):
        raise TypeError(f"jobs must be a whole number or None, got {describe(jobs)}")
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs must be at least 1, or None for one a core, got {jobs}")
    on_gpu = device == "auto" and torch.cuda.is_available()
    # Of all runs, not of the missing ones: a run that is made again has as many threads, and so the same bits.
    return min(jobs or (1 if on_gpu else _cores()), len(settings))


def _cores() -> int:
    """Those that this process may use: a container or a scheduler may leave it fewer than the machine has."""
    with optional():
        from joblib import cpu_count  # type: ignore[import-untyped, unused-ignore]

    cores: int = cpu_count()
    return cores


def _names(settings: Sequence[RunSettings], hashes: Hashes) -> list[str]:
    names = [one.name(hashes.of(one.seed)) for one in settings]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"settings must differ from run to run, got twice: {', '.join(twice)}")
    return names


def _prepare(place: Path) -> None:
    """Make the folder, see that it can be written to before hours are spent, and take away what killed grids left."""
    checkpoints = place / CHECKPOINTS
    for folder in (place, checkpoints):
        probe = part_of(folder / "probe")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe.touch()
        except OSError as error:
            raise GridError(f"{place}: nothing can be written there ({error.strerror}): name another folder") from error
        finally:
            discard(probe)
        remove_parts(folder)
    for checkpoint in checkpoints.glob("*.pt"):
        if (place / f"{checkpoint.stem}.json").is_file():  # killed between the record and the end of its checkpoint
            checkpoint.unlink(missing_ok=True)


def _refuse_other_tiles(place: Path, names: list[str], hashes: Hashes) -> None:
    """Records of two sets, or of two sizes of one set, would make one table."""
    for path in sorted(place.glob("*.json")):
        if path.stem in names:
            continue  # it is looked at when its run is asked for
        try:
            record = read_record(path)
        except Exception:
            continue
        wanted = hashes.of(record["settings"]["seed"])  # None: of synthetic tiles, which each run has for itself
        if not is_synthetic(record) if wanted is None else record["data"]["hash"] != wanted:
            raise ValueError(
                f"{place.name} holds records of other tiles, of another size or of other splits, as {path.name}: "
                "name another folder"
            )


def _is_kept(path: Path, settings: RunSettings, hashes: Hashes) -> bool:
    try:
        return kept_record(path, settings, hashes.of(settings.seed)) is not None
    except Exception:  # the run says what is wrong, and the others go on
        return False
