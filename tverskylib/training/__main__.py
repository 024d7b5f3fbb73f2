"""``python -m tverskylib.training grid --profile cpu`` makes runs; ``... table results/cpu`` makes tables of them."""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tverskylib._extras import optional
from tverskylib.tiles import FolderTiles, folder_tiles
from tverskylib.training.profiles import PROFILES, runs
from tverskylib.training.record import read_records
from tverskylib.training.settings import CHOICES, RunSettings

with optional("tverskylib.training"):
    from tverskylib.training.choice import choose, on_own_tiles
    from tverskylib.training.colour import write_colour_record
    from tverskylib.training.cost import cost_in_words, duration, seconds_on
    from tverskylib.training.data import data_hash
    from tverskylib.training.execution import GridError
    from tverskylib.training.grid import jobs_for, run_grid
    from tverskylib.training.report import report

FAILED, WRONG, INTERRUPTED = 1, 2, 130  # exit statuses: runs failed; what was asked for cannot be done; Ctrl-C
# What folder_tiles calls its arguments, where the command line has another word for it.
WORDS = {"seed": "split-seed", "max_pixels": "max-pixels", "max_gigabytes": "max-gigabytes"}
ARGUMENTS = re.compile(r"\b(foreground|ignore|white|size|resize|overlap|splits|seed|max_pixels|max_gigabytes)=(?!=)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    options = _parser().parse_args(arguments)
    said: set[str] = set()

    def say_once(message: Warning | str, *_: object, **__: object) -> None:
        note = f"note: {_as_options(str(message))}"
        if note not in said:  # each seed splits the folder anew, and one word on it is enough
            print(note, file=sys.stderr)
        said.add(note)

    with warnings.catch_warnings():
        warnings.showwarning = say_once
        try:
            return {"grid": _grid, "table": _table, "colour": _colour}[options.command](options)
        except GridError as error:
            print(error, file=sys.stderr)
            return FAILED
        except (OSError, TypeError, ValueError, MemoryError) as error:
            print(_as_options(str(error)), file=sys.stderr)
            return WRONG
        except KeyboardInterrupt:
            print(
                "\nStopped. The same command goes on where it was: records and checkpoints are kept.", file=sys.stderr
            )
            return INTERRUPTED


def _as_options(message: str) -> str:
    """What a message says of arguments in Python, said of the command line."""
    said = ARGUMENTS.sub(lambda found: f"--{WORDS.get(found[1], found[1])} ", message)
    return said.replace("{...}", "2,5").replace('"nonzero"', "nonzero").replace("  ", " ").replace(" ,", ",")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tverskylib.training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    grid = commands.add_parser("grid", help="make the runs of a profile whose records are not there yet")
    grid.add_argument(
        "--profile",
        choices=PROFILES,
        default="smoke",
        help="which comparison: smoke takes seconds, quick two minutes, cpu hours on two cores, gpu a graphics card, "
        "talk days; smoke by default",
    )
    grid.add_argument(
        "--results", type=Path, help="where the records are kept; by default results/ and a name of profile and images"
    )
    which = grid.add_argument_group("which of its runs")
    which.add_argument("--task", choices=CHOICES["task"], help="tiles with foreground, or all; both by default")
    which.add_argument("--arms", nargs="+", metavar="ARM", help='as "grid" or "smoothing 0.4"; all by default')
    which.add_argument("--seeds", type=whole_numbers, help="as 0,1,2 or 0-4; those of the profile by default")
    which.add_argument("--epochs", type=positive, help="of every run; those of the profile by default")
    which.add_argument("--batch-size", type=whole_numbers, help="as 8 or 8,64; those of the profile by default")
    which.add_argument("--first", type=positive, metavar="N", help="only the first N runs, to try it out")
    own = grid.add_argument_group("images of your own")
    own.add_argument("--images", type=Path, help="a folder with images/ and masks/, in place of synthetic tiles")
    own.add_argument("--size", type=positive, help="height and width of a tile; the profile's by default")
    own.add_argument("--overlap", type=int, help="pixels that neighbouring tiles share; 0 by default")
    own.add_argument("--resize", type=resize, help="a factor before tiling, as 0.5, or a height and width, as 512x512")
    own.add_argument("--foreground", type=foreground, help='which numbers of the masks are: "nonzero", or as 2,5')
    own.add_argument("--ignore", type=int, help="the number of mask pixels that do not count")
    own.add_argument("--white", type=positive, help="the value of 16-bit images that is white")
    own.add_argument("--splits", type=splits, help="shares, as train=0.7,validation=0.15,test=0.15")
    own.add_argument("--split-seed", type=int, help="one split for all runs; by default each seed splits anew")
    own.add_argument("--max-pixels", type=positive, help="of a file, to refuse those that are too large")
    own.add_argument("--max-gigabytes", type=float, help="of all tiles in memory")
    how = grid.add_argument_group("how")
    how.add_argument("--jobs", type=positive, help="processes side by side; one a core by default, one on a GPU")
    how.add_argument("--scheduler", help="address of a Dask cluster, as tcp://host:8786")
    how.add_argument("--device", choices=("auto", "cpu"), default="auto")
    how.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")
    how.add_argument("--compile", action="store_true", help="translate the network with torch.compile first")
    how.add_argument("--dry-run", action="store_true", help="say what it would cost, and stop")
    table = commands.add_parser("table", help="print the tables of a folder of records as Markdown")
    table.add_argument("results", type=Path)
    colour = commands.add_parser("colour", help="compare colour alone with the U-Net's records, and keep the result")
    colour.add_argument("results", type=Path)
    colour.add_argument("--to", type=Path, default=Path("results/colour.json"))
    return parser


def positive(words: str) -> int:
    """A whole number of at least 1."""
    if not re.fullmatch(r"0*[1-9]\d*", words):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {words!r}")
    return int(words)


def whole_numbers(words: str) -> list[int]:
    """Numbers and ranges, as 0,1,2 or 0-4."""
    found: list[int] = []
    for part in words.split(","):
        ends = re.fullmatch(r"\s*(\d+)(?:\s*-\s*(\d+))?\s*", part)
        if not ends or int(ends[2] or ends[1]) < int(ends[1]):
            raise argparse.ArgumentTypeError(f"must be whole numbers, as 0,1,2 or 0-4, got {words!r}")
        found += range(int(ends[1]), int(ends[2] or ends[1]) + 1)
    return list(dict.fromkeys(found))


def foreground(words: str) -> Literal["nonzero"] | set[int]:
    """What an argument says about the foreground of masks."""
    if words == "nonzero":
        return "nonzero"
    if not re.fullmatch(r"\s*-?\d+\s*(,\s*-?\d+\s*)*", words):
        raise argparse.ArgumentTypeError(f"must be nonzero, or class numbers as 2,5, got {words!r}")
    return {int(number) for number in words.split(",")}


def resize(words: str) -> float | tuple[int, int]:
    """A factor, or a height and width."""
    if size := re.fullmatch(r"(\d+)[x,](\d+)", words):
        return int(size[1]), int(size[2])
    try:
        return float(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a factor as 0.5, or 512x512, got {words!r}") from None


def splits(words: str) -> dict[str, float]:
    """Shares of the three splits by name."""
    try:
        shares = [(name.strip(), float(share)) for name, share in (part.split("=") for part in words.split(","))]
    except ValueError:
        shares = []
    found = dict(shares)
    if sorted(name for name, _ in shares) != ["test", "train", "validation"]:
        raise argparse.ArgumentTypeError(f"must be as train=0.7,validation=0.15,test=0.15, got {words!r}")
    return found


def _grid(options: argparse.Namespace) -> int:
    chosen = choose(
        runs(options.profile),
        task=options.task,
        arms=options.arms,
        seeds=options.seeds,
        epochs=options.epochs,
        batch_sizes=options.batch_size,
    )
    tiles = _own_tiles(options, chosen[0].tiles.size)
    chosen = (chosen if tiles is None else on_own_tiles(chosen))[: options.first]
    if tiles is None:
        print(cost_in_words(options.profile, chosen), flush=True)
    else:
        _describe(options, tiles, chosen)
    if options.dry_run:
        return 0
    folder = options.results or Path("results") / _name(options, tiles)
    records = run_grid(
        chosen,
        folder,
        tiles=tiles,
        split_seed=options.split_seed,
        jobs=options.jobs,
        scheduler=options.scheduler,
        device=options.device,
        precision=options.precision,
        compile=options.compile,
    )
    print(f"{len(records)} records in {folder}")
    print(f"Their tables: python -m tverskylib.training table {folder}")
    return 0


def _own_tiles(options: argparse.Namespace, size: int) -> FolderTiles | None:
    names = ("size", "overlap", "resize", "foreground", "ignore", "white", "splits", "max_pixels", "max_gigabytes")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.images is None:
        if given or options.split_seed is not None:
            name = next(iter(given), "split_seed").replace("_", "-")
            raise ValueError(f"--{name} is for images of your own: name their folder with --images")
        return None
    return folder_tiles(options.images, **{"size": size, **given}, seed=options.split_seed or 0)


def _describe(options: argparse.Namespace, tiles: FolderTiles, chosen: list[RunSettings]) -> None:
    """Say what there is, and what the runs will take."""
    print(f"{options.images}, in tiles of {tiles.images.shape[1]} pixels:")
    print(tiles.summary().to_string(), flush=True)
    which = "the split of this table" if options.split_seed is not None else "a split of its own for each seed"
    jobs = jobs_for(chosen, options.jobs, options.device)
    words = f"{options.profile}: {len(chosen)} runs on {len(tiles)} tiles, with {which}"
    if options.scheduler:
        print(words, flush=True)
        return
    seconds = seconds_on(tiles, chosen, jobs, options.device)
    side = f"{jobs} side by side, " if jobs > 1 else ""
    print(f"{words}; about {duration(seconds)} here, {side}timed on a step", flush=True)


def _name(options: argparse.Namespace, tiles: FolderTiles | None) -> str:
    """Of the folder of results: two sets, two sizes or two ways to split never meet in one."""
    if tiles is None:
        return str(options.profile)
    split = "" if options.split_seed is None else f"-split{options.split_seed}"
    return f"{options.profile}-{options.images.resolve().name}-{data_hash(tiles.drawn(0))[:8]}{split}"


def _table(options: argparse.Namespace) -> int:
    print(report(read_records(options.results)))
    return 0


def _colour(options: argparse.Namespace) -> int:
    try:
        write_colour_record(options.results, options.to)
    except FileNotFoundError as error:
        missing = Path(error.filename or "").name
        raise ValueError(
            f"colour compares with runs of the profile cpu on synthetic tiles, and {options.results} lacks {missing}"
        ) from error
    print(f"Written: {options.to}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
