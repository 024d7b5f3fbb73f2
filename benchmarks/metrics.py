"""Time of an evaluation, and of its dearer parts beside scikit-learn and MONAI: ``python benchmarks/metrics.py``."""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from monai.metrics.hausdorff_distance import compute_hausdorff_distance
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from sklearn.metrics import average_precision_score

from tverskylib.metrics import average_precision, evaluate, hd95

warnings.filterwarnings("ignore", category=FutureWarning, module=r"monai\.")

Arrays = tuple[NDArray[np.float32], NDArray[np.bool_]]


def blobs(images: int, size: int) -> Arrays:
    """Probabilities and targets, (B, 1, H, W): smooth fields above 1, and what a fair net might say of them."""
    draw = np.random.default_rng(0)
    field = gaussian_filter(draw.normal(size=(images, 1, size, size)), size / 12, axes=(2, 3))
    field /= field.std()
    logit = 3 * (field - 1 + 0.5 * draw.normal(size=field.shape))
    return (1 / (1 + np.exp(-logit))).astype(np.float32), field > 1


def seconds(function: Callable[[], Any], rounds: int) -> float:
    """Median CPU time, after one round to warm up."""
    times = []
    for _ in range(rounds + 1):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=600, help="how many images (default 600)")
    parser.add_argument("--size", type=int, default=64, help="their edge in pixels (default 64)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default 3)")
    options = parser.parse_args()
    probability, target = blobs(options.images, options.size)
    mask = probability >= 0.5
    positive = [i for i in range(options.images) if target[i].any()]
    both = [i for i in positive if mask[i].any()]

    def monai() -> Any:
        return compute_hausdorff_distance(mask[both], target[both], include_background=True, percentile=95)

    contestants: dict[str, Callable[[], Any]] = {
        "evaluate, batches of 8": lambda: evaluate(probability, target, batch_size=8),
        "average precision of images": lambda: [average_precision(probability[i], target[i]) for i in positive],
        "  scikit-learn": lambda: [
            average_precision_score(target[i].ravel(), probability[i].ravel()) for i in positive
        ],
        "average precision, pooled": lambda: average_precision(probability, target),
        "  scikit-learn ": lambda: average_precision_score(target.ravel(), probability.ravel()),
        "HD95 of images": lambda: [hd95(mask[i, 0], target[i, 0]) for i in both],
        "  MONAI, in one call": monai,
    }
    print(f"{options.images} images of {options.size} px, CPU time")
    for name, function in contestants.items():
        print(f"{name:30} {1e3 * seconds(function, options.rounds):9.1f} ms")


if __name__ == "__main__":
    main()
