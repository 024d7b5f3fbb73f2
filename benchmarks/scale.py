"""How the work grows: ``python benchmarks/scale.py``; and what large cases would take, computed from that.

Loss over pixels and over classes, forward and backward; tiles drawn by one process and by more; a grid by processes
and by the workers of a Dask cluster on this machine; and the one all-reduce of three sums that several processes need
for a batch-wise loss. Clock time, for it is waiting that counts here; medians. The picture is build/scale.png.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from joblib import cpu_count  # type: ignore[import-untyped, unused-ignore]
from matplotlib.figure import Figure
from monai.losses.tversky import TverskyLoss as MonaiTverskyLoss

from tverskylib import TverskyLoss
from tverskylib.tiles import TileSettings, synthetic_tiles
from tverskylib.training import run_grid, runs

PIXELS = tuple(10**k for k in range(4, 9))
CLASSES = (1, 2, 4, 8, 16, 32, 64)
CLASS_PIXELS = 2**16  # of each class: the whole grows with the classes
EPOCHS = 300  # so that a run is longer than the start of its process
SUMS = 3  # true positives, predicted and target pixels
Series = dict[float, float]  # how much -> seconds


def median(work: Callable[[], Any], rounds: int) -> float:
    """Seconds on the clock, after one round to warm up."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def step(loss: Callable[..., torch.Tensor], shape: tuple[int, ...]) -> Callable[[], None]:
    prediction, target = torch.rand(shape).requires_grad_(), (torch.rand(shape) < 0.3).float()

    def forward_and_backward() -> None:
        prediction.grad = None
        loss(prediction, target).backward()

    return forward_and_backward


def losses(shapes: dict[float, tuple[int, ...]], rounds: int) -> dict[str, Series]:
    """Ours and MONAI's over shapes, in turns."""
    found: dict[str, Series] = {"tverskylib": {}, "MONAI": {}}
    for amount, shape in shapes.items():
        found["tverskylib"][amount] = median(step(TverskyLoss(domain="image", per_class=True), shape), rounds)
        found["MONAI"][amount] = median(step(MonaiTverskyLoss(), shape), rounds)
    return found


def workers(cores: int) -> list[int]:
    return sorted({1, 2, *(2**k for k in range(2, 7) if 2**k <= cores), cores})


def drawing(counts: list[int], tiles: int) -> Series:
    settings = TileSettings(tiles=tiles, positives=tiles // 4)
    return {
        count: median(lambda: synthetic_tiles(settings, workers=count, progress=False, cache=False), 1)  # noqa: B023
        for count in counts
    }


def grids(counts: list[int]) -> dict[str, Series]:
    """Two runs for the most workers each, by our own processes and by Dask's; start and end of ours included."""
    from distributed import LocalCluster

    base = replace(runs("smoke")[0], epochs=EPOCHS)
    settings = [replace(base, seed=seed) for seed in range(2 * max(counts))]
    synthetic_tiles(base.tiles, progress=False)  # drawn once, so that a run trains and does nothing else
    found: dict[str, Series] = {"processes": {}, "Dask": {}}
    for count in counts:
        for name in found:
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                if name == "processes":
                    run_grid(settings, folder, jobs=count, device="cpu", progress=False)
                else:
                    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster:
                        start = time.perf_counter()
                        run_grid(settings, folder, scheduler=cluster.scheduler_address, device="cpu", progress=False)
                found[name][count] = time.perf_counter() - start
    return found


def reduce_sums(rank: int, ranks: int, folder: str, rounds: int) -> None:
    """What one of several processes does: three sums of one ratio, again and again."""
    loopback = {"linux": "lo", "darwin": "lo0"}.get(sys.platform)
    if loopback:
        os.environ["GLOO_SOCKET_IFNAME"] = loopback
    store = dist.FileStore(f"{folder}/rendezvous", ranks)  # type: ignore[attr-defined]
    dist.init_process_group("gloo", store=store, rank=rank, world_size=ranks)
    sums = torch.zeros(SUMS)
    seconds = median(lambda: dist.all_reduce(sums), rounds)
    if rank == 0:
        Path(folder, "seconds").write_text(str(seconds), encoding="utf-8")
    dist.barrier()
    dist.destroy_process_group()


def all_reduce(ranks: int, rounds: int = 200) -> float:
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        group = [context.Process(target=reduce_sums, args=(rank, ranks, folder, rounds)) for rank in range(ranks)]
        for one in group:
            one.start()
        for one in group:
            one.join()
        return float(Path(folder, "seconds").read_text(encoding="utf-8"))


def slope(series: Series) -> float:
    """Seconds for one more, between the last two: what is left when the fixed cost is paid."""
    (x0, y0), (x1, y1) = sorted(series.items())[-2:]
    return (y1 - y0) / (x1 - x0)


def table(title: str, series: dict[str, Series], unit: str) -> None:
    print(f"\n{title}\n{unit:>12} " + " ".join(f"{name + ', ms':>16}" for name in series))
    for amount in next(iter(series.values())):
        print(f"{amount:12,} " + " ".join(f"{1e3 * one[amount]:16.3f}" for one in series.values()))


def plot(panels: dict[str, tuple[str, dict[str, Series]]], path: Path) -> None:
    figure = Figure(figsize=(3.4 * len(panels), 3.2), layout="constrained")
    for ax, (title, (unit, series)) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
        for (name, one), marker in zip(series.items(), "os", strict=False):
            ax.plot(list(one), list(one.values()), marker=marker, label=name)
        ax.set(title=title, xlabel=unit, ylabel="seconds")
        if unit in ("pixels", "classes"):
            ax.loglog()
        else:
            ax.set(xticks=list(one), ylim=(0, None))
        ax.legend()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=150)


def on_paper(pixels: float, reduce: float, run: float, draw: float) -> None:
    """Large cases, from the constants that were measured."""
    print("\nOn paper, from the constants of this machine")
    volume = 1024**3
    print(f"  a volume of 1024^3 voxels, float32: loss {volume * pixels:.1f} s a step on one core,")
    print(f"    {4 * 4 * volume / 2**30:.0f} GiB for prediction, target, gradient and one tensor more;")
    print(
        f"    in 64 pieces on as many processes: {volume / 64 * pixels:.2f} s, and {1e3 * reduce:.2f} ms for the sums"
    )
    rounds = -(-300 // 16)
    print(
        f"  300 runs on 16 devices, each run alone on one: {rounds} times a run, {300 / 16 / rounds:.0%} of them busy;"
    )
    print(f"    of the runs timed here, of {run:.1f} s: {rounds * run / 60:.1f} minutes")
    print(f"  200 students who draw 1,000 tiles each: {200 * 1000 * draw / 3600:.1f} core hours,")
    print("    once, if they share a cache; benchmarks/students.py measures what a lesson takes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each loss is timed (default 5)")
    parser.add_argument("--largest", type=int, default=PIXELS[-1], help="most pixels of a loss (default 10^8: 3 GB)")
    parser.add_argument("--tiles", type=int, default=400, help="tiles that are drawn (default 400)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    counts = workers(cpu_count())

    over_pixels = losses({n: (1, 1, n // 100, 100) for n in PIXELS if n <= options.largest}, options.rounds)
    over_classes = losses({n: (1, n, 256, CLASS_PIXELS // 256) for n in CLASSES}, options.rounds)
    tiles = {"tverskylib": drawing(counts, options.tiles)}
    grid = grids(counts)
    ranks: Series = {n: all_reduce(n) for n in (2, 4)}

    table("loss, one image", over_pixels, "pixels")
    table(f"loss, {CLASS_PIXELS:,} pixels a class", over_classes, "classes")
    table(f"{options.tiles} tiles drawn", tiles, "processes")
    table(f"{2 * max(counts)} runs of {EPOCHS} short epochs", grid, "workers")
    table("all-reduce of three sums, gloo on loopback", {"gloo": ranks}, "processes")
    panels = {
        "loss over pixels": ("pixels", over_pixels),
        "loss over classes": ("classes", over_classes),
        "tiles": ("processes", tiles),
        "grid": ("workers", grid),
    }
    path = Path(__file__).parents[1] / "build" / "scale.png"
    plot(panels, path)
    run = grid["processes"][1] / (2 * max(counts))
    on_paper(slope(over_pixels["tverskylib"]), ranks[2], run, tiles["tverskylib"][1] / options.tiles)
    print(f"\nplotted in {path.relative_to(path.parents[1])}")


if __name__ == "__main__":
    main()
