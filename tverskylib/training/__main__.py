"""``python -m tverskylib.training grid --profile cpu`` makes runs; ``... table results/cpu`` makes tables of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tverskylib._extras import optional
from tverskylib.tiles import folder_tiles
from tverskylib.training.profiles import PROFILES, arithmetic, runs
from tverskylib.training.record import read_records

with optional("tverskylib.training"):
    from tverskylib.training.colour import write_colour_record
    from tverskylib.training.data import Tiles
    from tverskylib.training.grid import GridError, run_grid
    from tverskylib.training.report import report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return {"grid": _grid, "table": _table, "colour": _colour}[options.command](options)
    except (GridError, FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tverskylib.training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    grid = commands.add_parser("grid", help="make the runs of a profile whose records are not there yet")
    grid.add_argument("--profile", choices=PROFILES, default="smoke")
    grid.add_argument("--results", type=Path, help="where the records are kept; results/PROFILE by default")
    grid.add_argument(
        "--images", type=Path, help="a folder of your own with images/ and masks/, in place of synthetic tiles"
    )
    grid.add_argument("--size", type=int, help="height and width of its tiles; those of the profile by default")
    grid.add_argument("--foreground", type=foreground, help='which numbers of its masks are: "nonzero", or as 2,5')
    grid.add_argument("--jobs", type=int, help="processes side by side; one a core by default, one on a GPU")
    grid.add_argument("--scheduler", help="address of a Dask cluster, as tcp://host:8786")
    grid.add_argument("--device", choices=("auto", "cpu"), default="auto")
    grid.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    grid.add_argument("--compile", action="store_true", help="translate the network with torch.compile first")
    grid.add_argument("--first", type=int, metavar="N", help="only the first N runs, to try it out")
    grid.add_argument("--dry-run", action="store_true", help="say what it would cost, and stop")
    table = commands.add_parser("table", help="print the tables of a folder of records as Markdown")
    table.add_argument("results", type=Path)
    colour = commands.add_parser("colour", help="compare colour alone with the U-Net's records, and keep the result")
    colour.add_argument("results", type=Path)
    colour.add_argument("--to", type=Path, default=Path("results/colour.json"))
    return parser


def foreground(words: str) -> Literal["nonzero"] | set[int]:
    """What an argument says about the foreground of masks."""
    return "nonzero" if words == "nonzero" else {int(number) for number in words.split(",")}


def _grid(options: argparse.Namespace) -> int:
    chosen = runs(options.profile)[: options.first]
    tiles, words, name = _own_tiles(options, chosen[0].tiles.size), options.profile, options.profile
    if tiles is None:
        words = estimate(words, sum(map(arithmetic, chosen)), len(chosen))
    else:
        words = f"{words}: {len(chosen)} runs on {len(tiles)} tiles of {options.images}"
        name = f"{name}-{options.images.resolve().name}"  # never among the records of other tiles
    print(words, flush=True)
    if options.dry_run:
        return 0
    folder = options.results or Path("results") / name
    records = run_grid(
        chosen,
        folder,
        tiles=tiles,
        jobs=options.jobs,
        scheduler=options.scheduler,
        device=options.device,
        precision=options.precision,
        compile=options.compile,
    )
    print(f"{len(records)} records in {folder}")
    return 0


def _own_tiles(options: argparse.Namespace, size: int) -> Tiles | None:
    if options.images is None:
        if options.size is not None or options.foreground is not None:
            raise ValueError("--size and --foreground are for images of your own: name their folder with --images")
        return None
    return folder_tiles(options.images, size=options.size or size, foreground=options.foreground)


def estimate(profile: str, operations: float, count: int) -> str:
    """What a profile costs, in words, from the arithmetic of its convolutions."""
    # What small networks reach in practice: a core of 2020 or later about 20 GFLOP/s, a data-centre GPU 15 TFLOP/s.
    core, gpu = operations / 20e9 / 3600, operations / 15e12 / 3600
    return (
        f"{profile}: {count} runs, {operations / 1e15:.2g} PFLOP of convolutions; roughly {core:.2g} core hours on a "
        f"CPU, or {gpu:.2g} hours on a data-centre GPU that is kept busy"
    )


def _table(options: argparse.Namespace) -> int:
    print(report(read_records(options.results)))
    return 0


def _colour(options: argparse.Namespace) -> int:
    write_colour_record(options.results, options.to)
    print(f"Written: {options.to}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
