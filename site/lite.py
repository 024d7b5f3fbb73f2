"""The lessons that need no PyTorch in JupyterLite, where Python runs in the reader's browser: ``make lite``.

The pages fetch Python itself (Pyodide) and its packages from their usual place on the network when they are opened, so
running a cell can not be tried without one. Tried were the build, and that its pages open and show what is stored.
``python -m http.server`` in build/lite serves them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from tverskylib.environment import EXTRAS_OF, LESSONS

ROOT = Path(__file__).resolve().parents[1]
CONTENTS, WHEELS, TARGET = (ROOT / "build" / name for name in ("lite-contents", "lite-wheels", "lite"))
FIRST = "%pip install -q tverskylib pandas  # into the Python of this browser"


def lay_out() -> list[Path]:
    """The stored lessons, each with a first cell that installs the library; and the records that one of them reads."""
    shutil.rmtree(CONTENTS, ignore_errors=True)
    shutil.copytree(ROOT / "results", CONTENTS / "results")
    (CONTENTS / "notebooks").mkdir()
    made = []
    for number in (number for number in LESSONS if number not in EXTRAS_OF):
        (path,) = (ROOT / "notebooks").glob(f"{number:02}_*.ipynb")
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(1, new_code_cell(FIRST, id="install"))
        nbformat.write(notebook, CONTENTS / "notebooks" / path.name)
        made.append(CONTENTS / "notebooks" / path.name)
    return made


def main() -> None:
    """Lay out, pack the library, build."""
    made = lay_out()
    shutil.rmtree(WHEELS, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", WHEELS, ROOT], check=True)
    (wheel,) = WHEELS.glob("*.whl")
    command = [
        "lite",
        "build",
        "--contents",
        str(CONTENTS),
        "--output-dir",
        str(TARGET),
        "--piplite-wheels",
        str(wheel),
    ]
    # It keeps a database where it is run.
    subprocess.run([sys.executable, "-m", "jupyter", *command], check=True, cwd=TARGET.parent)
    print(f"{TARGET}: {len(made)} lessons. Serve it: python -m http.server --directory {TARGET}")


if __name__ == "__main__":
    main()
