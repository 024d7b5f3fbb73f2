"""Speed of training beside MONAI's network, loss and the usual loop: ``python benchmarks/training.py``.

Both learn from the same tiles in batches of the same size, without augmentation, with Adam, on one thread. Theirs is a
BasicUNet with as many channels, batch normalisation and ReLU, the DiceLoss, and a DataLoader over tensors.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from monai.losses.dice import DiceLoss
from monai.networks.nets.basic_unet import BasicUNet
from torch.utils.data import DataLoader, TensorDataset

from tverskylib.tiles import SyntheticTiles
from tverskylib.training import RunSettings
from tverskylib.training.device import accelerator
from tverskylib.training.run import _Run

SIZES = ((64, 8), (64, 32), (128, 8))  # pixels of a tile, tiles in a batch
GOALS = (2.0, 2.8, 2.5)  # times as fast as theirs
WIDTH = 8


class Silent:
    """A progress bar that shows nothing."""

    def update(self) -> None: ...

    def set_postfix(self, **_: Any) -> None: ...


def tiles(size: int, batch: int, steps: int) -> SyntheticTiles:
    """Noise with a disc: what is learned does not matter here."""
    draw = np.random.default_rng(0)
    count = batch * steps
    images = draw.integers(0, 256, (count + 2, size, size, 3), dtype=np.uint8)
    y, x = np.indices((size, size)) - size // 2
    targets = np.broadcast_to(y**2 + x**2 < (size // 4) ** 2, (count + 2, size, size)).copy()
    splits = np.array(["train"] * count + ["validation", "test"])
    return SyntheticTiles(images, targets, np.arange(count + 2), splits, np.arange(count + 2))


def ours(data: SyntheticTiles, batch: int) -> Callable[[], Any]:
    run = _Run(RunSettings(batch_size=batch, width=WIDTH, augment=False), data, accelerator("cpu", "auto"), False, 1)
    return lambda: run.epoch(0, Silent())


def theirs(data: SyntheticTiles, batch: int) -> Callable[[], Any]:
    train = data.split("train")
    images = torch.from_numpy(train.images).permute(0, 3, 1, 2).float().div(255)
    targets = torch.from_numpy(train.targets[:, None]).float()
    loader = DataLoader(TensorDataset(images, targets), batch_size=batch, shuffle=True)
    channels = (WIDTH, 2 * WIDTH, 4 * WIDTH, 8 * WIDTH, 16 * WIDTH, WIDTH)
    net = BasicUNet(spatial_dims=2, in_channels=3, out_channels=1, features=channels, norm="batch", act="relu")
    loss_of, adam = DiceLoss(sigmoid=True, batch=True), torch.optim.Adam(net.parameters(), lr=1e-3)

    def epoch() -> None:
        net.train()
        for image, target in loader:
            adam.zero_grad()
            loss = loss_of(net(image), target)
            loss.backward()
            adam.step()

    return epoch


def pairs(first: Callable[[], Any], second: Callable[[], Any], rounds: int) -> Iterator[tuple[float, float]]:
    """CPU seconds of both, in turns, so that both meet the same machine; after a round to warm up."""
    for number in range(rounds + 1):
        found = {}
        for one in (first, second) if number % 2 else (second, first):
            start = time.process_time()
            one()
            found[one] = time.process_time() - start
        if number:
            yield found[first], found[second]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="epochs of each that are timed (default 5)")
    parser.add_argument("--steps", type=int, default=10, help="steps of an epoch (default 10)")
    parser.add_argument("--profile", action="store_true", help="also say what takes our time")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for (size, batch), goal in zip(SIZES, GOALS, strict=True):
        data = tiles(size, batch, options.steps)
        own, other = ours(data, batch), theirs(data, batch)
        times = list(pairs(own, other, options.rounds))
        speed = batch * options.steps / statistics.median(mine for mine, _ in times)
        ratio = statistics.median(his / mine for mine, his in times)
        print(f"{size:4} px, batches of {batch:2}: {speed:5.0f} tiles a second, {ratio:.2f} x theirs (goal {goal})")
        if options.profile:
            with torch.profiler.profile() as profile:
                own()
            print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=12))


if __name__ == "__main__":
    main()
