"""How long a first line takes in a fresh Python, beside the import of matplotlib and of torch.

``python benchmarks/imports.py``. CPU time from the first line to the last, without the start of Python itself. Every
round starts one process a case, in an order that is shuffled anew, after a round that warms the disk's cache.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys

CASES = {
    "import torch": "import torch",
    "import matplotlib": "import matplotlib.figure",
    "import sympy": "import sympy",
    "tverskylib": "import tverskylib",
    "  the index": "from tverskylib import tversky_index",
    "  the loss": "from tverskylib import tversky_loss",
    "  a theorem": "from tverskylib import theory; theory.claim1",
    "  the first explorer": "from tverskylib import explorers; explorers.overlap()._repr_mimebundle_()",
    "  the real image": "from tverskylib import tiles; tiles.real_image()",
}


def seconds(code: str) -> float:
    """CPU time of some code in a fresh Python."""
    timed = f"import time\nstart = time.process_time()\n{code}\nprint(time.process_time() - start)"
    done = subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, encoding="utf-8")
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed (default 7)")
    options = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for round_ in range(-1, options.rounds):
        for name in random.sample(list(CASES), len(CASES)):
            found = seconds(CASES[name])
            if round_ >= 0:
                times[name].append(found)
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(f"{'in a fresh Python':22} {'median ms':>9} {'of matplotlib':>13} {'of torch':>8}")
    for name, median in medians.items():
        of_matplotlib, of_torch = median / medians["import matplotlib"], median / medians["import torch"]
        print(f"{name:22} {1e3 * median:9.0f} {of_matplotlib:13.2f} {of_torch:8.2f}")


if __name__ == "__main__":
    main()
