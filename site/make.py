"""Makes the site: ``python site/make.py`` writes build/site, which works from a disk too.

The lessons are shown as they are stored; nothing is run. Warnings are errors.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sphinx.cmd.build import build_main
from stage import ROOT, Stage


def main(arguments: Sequence[str] | None = None) -> int:
    """Build; return Sphinx's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "site", help="the folder of the site")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    source = ROOT / "build" / "site-pages"
    Stage(source).make()
    strict = ["-W", "--keep-going", "-q", "-E", "-j", "auto"]
    places = ["-c", str(ROOT / "site"), "-d", str(ROOT / "build" / "doctrees"), str(source), str(options.to)]
    status = build_main([*strict, *places])
    size = sum(path.stat().st_size for path in options.to.rglob("*") if path.is_file()) / 1e6
    print(
        f"{options.to.relative_to(Path.cwd()) if options.to.is_relative_to(Path.cwd()) else options.to}: "
        f"{size:.0f} MB in {time.monotonic() - start:.0f} s"
    )
    return status


if __name__ == "__main__":
    sys.exit(main())
