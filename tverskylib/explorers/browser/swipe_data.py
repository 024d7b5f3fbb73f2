"""What the swipe ships: three test tiles as two networks saw them over time, and the counts of all tiles.

``python -m tverskylib.explorers.browser.swipe_data`` trains the two runs of lesson 10, in a minute on two cores, and
writes those that come with the package.
"""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from tverskylib.explorers.browser.shipped import grey, steps_below

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tverskylib.training import Trained

NAMES = ("batch", "image")
TILES = ("small", "middle", "large")
CUTS = 50  # thresholds stand on a grid of fiftieths: k / 50
MOST = 6  # epochs that are kept, the first and the last among them
STORED = pathlib.Path(__file__).with_name("swipe.npz")


@dataclass(eq=False)
class Seen:
    """Networks: batch-wise, then image-wise.

    Args:
        epochs: (E,), counted from 1.
        grey: (3, H, W) uint8, three tiles from the small to the large lesion.
        targets: (3, H, W) uint8: 1 for foreground, 0 for background, 2 for what does not count.
        codes: (E, 2, 3, H, W) uint8, how many steps of the grid lie at or below each probability.
        counts: (E, 2, CUTS + 1, N, 2), TP and FP of each test tile with foreground, at each threshold.
        foreground: (N,), pixels of it in each of them.
    """

    epochs: NDArray[np.integer]
    grey: NDArray[np.uint8]
    targets: NDArray[np.uint8]
    codes: NDArray[np.uint8]
    counts: NDArray[np.integer]
    foreground: NDArray[np.integer]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and all(
            np.array_equal(*pair) for pair in zip(self.arrays(), other.arrays(), strict=True)
        )

    def arrays(self) -> list[NDArray[Any]]:
        return [getattr(self, one.name) for one in fields(self)]

    def state(self) -> dict[str, Any]:
        """As the browser reads it."""
        return {
            "tiles": list(TILES),
            "epochs": self.epochs.tolist(),
            "size": list(self.targets.shape[1:]),
            "grey": self.grey.tobytes(),
            "targets": self.targets.tobytes(),
            "codes": self.codes.tobytes(),
            "counts": self.counts.astype("<u4").tobytes(),
            "foreground": self.foreground.astype("<u4").tobytes(),
        }


def seen_of(runs: Mapping[str, Trained], history: Mapping[str, Sequence[NDArray[np.floating]]]) -> Seen:
    """What two runs saw on their test tiles."""
    for given, what in ((runs, "runs"), (history, "history")):
        if sorted(given) != sorted(NAMES):
            raise ValueError(f"{what} must hold batch and image, got {', '.join(given) or 'nothing'}")
    lengths = {name: len(history[name]) for name in NAMES}
    if len({*lengths.values()}) > 1 or not lengths["batch"]:
        raise ValueError(f"history must hold as many epochs of both runs, at least one, got {lengths}")
    test = runs["batch"].test
    targets = test.targets[:, 0].numpy().astype(bool)
    if not np.array_equal(targets, runs["image"].test.targets[:, 0].numpy()):
        raise ValueError("runs must have the same test tiles, got two kinds")
    shapes = {np.shape(one) for name in NAMES for one in history[name]}
    if shapes != {(len(targets), 1, *targets.shape[1:])}:
        raise ValueError(
            f"history must hold predictions of shape {(len(targets), 1, *targets.shape[1:])}, got {shapes}"
        )
    for name in NAMES:  # nearly: a graphics card need not repeat itself to the bit
        if not np.allclose(history[name][-1], runs[name].probabilities, atol=1e-2):
            raise ValueError(f"history must end with what the runs predict, and that of {name} is of another run")
    positive = np.flatnonzero(targets.any(axis=(1, 2)))
    if not positive.size:
        raise ValueError("runs must have test tiles with foreground, got none")
    counted = np.ones_like(targets) if test.mask is None else test.mask[:, 0].numpy().astype(bool)
    kinds = np.where(counted, targets, 2).astype(np.uint8)
    images = test.images.permute(0, 2, 3, 1).numpy()
    by_size = positive[np.argsort(targets[positive].mean(axis=(1, 2)), kind="stable")]
    chosen = by_size[[round(share * (len(by_size) - 1)) for share in (0.1, 0.5, 0.9)]]
    last = lengths["batch"] - 1
    kept = np.unique(np.linspace(0, last, min(MOST, last + 1)).round().astype(int))
    coded = [[steps_below(history[name][k][:, 0], CUTS).astype(np.uint8) for name in NAMES] for k in kept]
    shown = [np.frombuffer(grey(images[k] / 255), np.uint8).reshape(targets.shape[1:]) for k in chosen]
    return Seen(
        epochs=kept + 1,
        grey=np.stack(shown),
        targets=kinds[chosen],
        codes=np.stack([[one[chosen] for one in pair] for pair in coded]),
        counts=np.stack([[_counts(one[positive], kinds[positive]) for one in pair] for pair in coded]),
        foreground=targets[positive].sum(axis=(1, 2)),
    )


def _counts(codes: NDArray[np.uint8], targets: NDArray[np.uint8]) -> NDArray[np.integer]:
    """TP and FP, (CUTS + 1, N, 2)."""
    masks = (codes >= cut for cut in range(CUTS + 1))
    return np.stack([np.stack([(m & (targets == t)).sum(axis=(1, 2)) for t in (1, 0)], axis=-1) for m in masks])


@functools.cache
def shipped() -> Seen:
    """The two runs that come with the package."""
    with np.load(STORED) as found:
        return Seen(**{one.name: found[one.name] for one in fields(Seen)})


def write() -> None:
    """Train the two runs of lesson 10 on lesions, and store what they saw."""
    from tverskylib.training import runs, train

    trained: dict[str, Trained] = {}
    history: dict[str, list[NDArray[np.floating]]] = {}
    for one in runs("quick"):
        if one.task == "positive":
            history[one.domain] = []
            trained[one.domain] = train(one, device="cpu", on_test=history[one.domain].append)
    seen = seen_of(trained, history)
    smallest = {one.name: getattr(seen, one.name) for one in fields(Seen)}
    smallest["counts"] = seen.counts.astype(np.uint16 if seen.counts.max() < 2**16 else np.uint32)
    np.savez_compressed(STORED, **smallest)


if __name__ == "__main__":
    write()
