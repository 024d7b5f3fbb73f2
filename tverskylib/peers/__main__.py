"""``python -m tverskylib.peers run`` asks the libraries; ``check`` asks again and compares; ``table`` prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tverskylib.peers import records, table
from tverskylib.peers.calls import PACKAGES


def main(arguments: list[str] | None = None) -> int:
    """Return the number of differences or faults."""
    parser = argparse.ArgumentParser(prog="python -m tverskylib.peers", description=__doc__)
    parser.add_argument("what", choices=("run", "check", "table"))
    parser.add_argument("libraries", nargs="*", help=f"of {', '.join(PACKAGES)}; all by default")
    parser.add_argument("--results", type=Path, default=records.FOLDER, help="where the records lie")
    options = parser.parse_args(arguments)
    libraries = options.libraries or list(PACKAGES)
    if unknown := [name for name in libraries if name not in PACKAGES]:
        parser.error(f"no such library: {', '.join(unknown)}; there are {', '.join(PACKAGES)}")
    if options.what == "table":
        print(table.markdown(libraries, options.results))
        return 0
    from tverskylib.peers.run import run

    found = 0
    for library in libraries:
        record = run(library)
        if options.what == "run":
            changes = records.faults(record)
            print(f"{records.write(record, options.results).name} written", *changes, sep="\n  ")
        else:
            changes = records.differences(_comparable(records.read(library, options.results)), _comparable(record))
            print(f"{library}: {len(changes)} differences", *changes, sep="\n  ")
        found += len(changes)
    return found


def _comparable(record: dict[str, object]) -> dict[str, object]:
    """Without the versions: newer ones may be run, and must say the same."""
    return {key: value for key, value in record.items() if key != "versions"}


if __name__ == "__main__":
    sys.exit(main() > 0)
