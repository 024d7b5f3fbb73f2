"""Many runs, each kept as a record: on all cores of a machine, or on a Dask cluster."""

from __future__ import annotations

import functools
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from tverskylib._checks import describe
from tverskylib._extras import optional
from tverskylib._files import discard, part_of, remove_parts
from tverskylib.tiles import FolderTiles
from tverskylib.training.checkpoint import epochs_done
from tverskylib.training.data import SYNTHETIC, Tiles, data_hash
from tverskylib.training.device import Device, Precision
from tverskylib.training.record import Record, kept_record, read_record, record_of, write_record
from tverskylib.training.run import train
from tverskylib.training.settings import RunSettings
from tverskylib.training.workers import WorkerDiedError, side_by_side

CHECKPOINTS = "checkpoints"  # the folder of unfinished runs, beside the records
LOOK = 2.0  # seconds between two looks at how far the runs are
Outcome = tuple[str, str | None]  # a run's name, and what went wrong, if something did


class GridError(RuntimeError):
    """Some runs of a grid failed; the others are on disk."""


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
    hashes = _Hashes(tiles, split_seed)
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
    if scheduler is not None:
        outcomes = _with_dask(tasks, scheduler, options)
    elif jobs == 1:
        outcomes = (run_and_record(*task, threads, options) for task in tasks)
    else:
        outcomes = _with_processes(tasks, jobs, threads, options)
    with _shown(place, missing, progress) as finished:
        failed = {}
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


class _Hashes:
    """Of the tiles of each seed; None for synthetic ones, which their settings determine."""

    def __init__(self, tiles: Tiles | None, split_seed: int | None) -> None:
        self.tiles, self.split_seed = tiles, split_seed
        self.found: dict[int, str | None] = {}

    def of(self, seed: int) -> str | None:
        seed = seed if self.split_seed is None else self.split_seed
        if seed not in self.found:
            tiles = split_by_seed(self.tiles, seed)
            self.found[seed] = None if tiles is None else data_hash(tiles)
        return self.found[seed]


def split_by_seed(tiles: Tiles | None, seed: int) -> Tiles | None:
    """Tiles of a folder with the splits of a seed; others as they are."""
    return tiles.drawn(seed) if isinstance(tiles, FolderTiles) and tiles.shares else tiles


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


def _names(settings: Sequence[RunSettings], hashes: _Hashes) -> list[str]:
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


def _refuse_other_tiles(place: Path, names: list[str], hashes: _Hashes) -> None:
    """Records of two sets, or of two sizes of one set, would make one table."""
    for path in sorted(place.glob("*.json")):
        if path.stem in names:
            continue  # it is looked at when its run is asked for
        try:
            record = read_record(path)
        except Exception:
            continue
        wanted = hashes.of(record["settings"]["seed"])  # None: of synthetic tiles, which each run has for itself
        synthetic = record["data"].get("name", SYNTHETIC).startswith(SYNTHETIC)  # records of format 1 have no name
        if not synthetic if wanted is None else record["data"]["hash"] != wanted:
            raise ValueError(
                f"{place.name} holds records of other tiles, of another size or of other splits, as {path.name}: "
                "name another folder"
            )


def _is_kept(path: Path, settings: RunSettings, hashes: _Hashes) -> bool:
    try:
        return kept_record(path, settings, hashes.of(settings.seed)) is not None
    except Exception:  # the run says what is wrong, and the others go on
        return False


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


Task = tuple[RunSettings, Path, Tiles | None, int | None]  # the first arguments of run_and_record


def _with_processes(tasks: list[Task], jobs: int, threads: int, options: dict[str, Any]) -> Iterator[Outcome]:
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


def _with_dask(tasks: list[Task], scheduler: str, options: dict[str, Any]) -> Iterator[Outcome]:
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


@contextmanager
def _shown(place: Path, missing: list[tuple[RunSettings, str]], progress: bool) -> Iterator[Callable[[str], None]]:
    """A progress bar over the epochs of all runs: of those that are under way, their checkpoints tell.

    Yields:
        What to call with the name of a run that ended.
    """
    with optional():
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

    epochs = {name: one.epochs for one, name in missing}
    under_way, ended = dict(epochs), threading.Event()

    with tqdm(total=sum(epochs.values()), desc="Runs", unit="epoch", disable=not progress or not missing) as bar:

        def look() -> None:
            running = sum(epochs_done(place / CHECKPOINTS / f"{name}.pt") for name in list(under_way))
            bar.n = sum(epochs.values()) - sum(under_way.values()) + running
            bar.set_postfix_str(f"{len(epochs) - len(under_way)} of {len(epochs)} runs")

        def keep_looking() -> None:
            while not ended.wait(LOOK):
                look()

        def finished(name: str) -> None:
            under_way.pop(name, None)
            look()

        watch = threading.Thread(target=keep_looking, daemon=True)
        if not bar.disable:
            watch.start()
        try:
            yield finished
        finally:
            ended.set()
            if watch.is_alive():
                watch.join()
