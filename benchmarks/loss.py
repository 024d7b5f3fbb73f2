"""Time of a training step's loss, forward and backward, beside MONAI's: ``python benchmarks/loss.py``.

All losses take turns, in an order that is shuffled anew in every round, so that a noisy machine and whatever
one loss leaves in the caches and in the heap disturb all of them alike. What counts is the ratio of the medians.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Literal

import torch
from monai.losses.tversky import TverskyLoss as MonaiTverskyLoss
from torch.profiler import ProfilerActivity, profile

from tverskylib import TverskyLoss

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Domain = Literal["image", "batch"]
SoftLabels = Literal["product", "minimum"]

DOMAINS: tuple[Domain, ...] = ("image", "batch")
SIZES = ((8, 1, 256, 256), (64, 1, 256, 256), (16, 1, 512, 512), (4, 4, 128, 128))


def contestants(domain: Domain, from_logits: bool, channels: int) -> Iterator[tuple[str, Loss]]:
    """The first is what the others are measured by. All have one ratio for each class, as MONAI has."""
    yield (
        "MONAI",
        MonaiTverskyLoss(
            sigmoid=from_logits and channels == 1,
            softmax=from_logits and channels > 1,
            smooth_nr=1e-5,
            smooth_dr=1e-5,
            batch=domain == "batch",
        ),
    )
    forms: tuple[SoftLabels, ...] = ("product", "minimum")
    for soft_labels in forms:
        for validate in (True, False):
            yield (
                f"tverskylib {soft_labels}{'' if validate else ', validate=False'}",
                TverskyLoss(
                    domain=domain, per_class=True, from_logits=from_logits, soft_labels=soft_labels, validate=validate
                ),
            )


def step(loss: Loss, prediction: torch.Tensor, target: torch.Tensor) -> None:
    prediction.grad = None
    loss(prediction, target).backward()


def medians(losses: dict[str, Loss], prediction: torch.Tensor, target: torch.Tensor, rounds: int) -> dict[str, float]:
    """Median CPU time of a step in seconds, for each loss."""
    times: dict[str, list[float]] = {name: [] for name in losses}
    for round_ in range(-2, rounds):  # two rounds to warm up
        for name in random.sample(list(losses), len(losses)):
            start = time.process_time()
            step(losses[name], prediction, target)
            if round_ >= 0:
                times[name].append(time.process_time() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def peak(loss: Loss, prediction: torch.Tensor, target: torch.Tensor) -> float:
    """The most memory that a step takes beside its inputs, the gradient included, in sizes of the prediction."""
    step(loss, prediction, target)
    prediction.grad = None
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        step(loss, prediction, target)
    assert recorded.profiler is not None
    assert recorded.profiler.kineto_results is not None
    events = [event for event in recorded.profiler.kineto_results.events() if event.name() == "[memory]"]
    now = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most / prediction.nbytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="how often each loss is timed (default 30)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (default 1)")
    parser.add_argument("--logits", action="store_true", help="from logits instead of probabilities")
    parser.add_argument(
        "--memory", action="store_true", help="the peak of extra memory too, in sizes of the prediction"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    draw = torch.Generator().manual_seed(0)

    print(f"torch {torch.__version__}, {options.threads} thread(s), CPU time of forward + backward, float32")
    print(f"{'size':18} {'domain':6} {'loss':35} {'median ms':>9} {'of MONAI':>8}{' peak' * options.memory}")
    for size in SIZES:
        prediction = torch.rand(size, generator=draw).requires_grad_()
        target = (torch.rand(size, generator=draw) < 0.3).float()
        for domain in DOMAINS:
            losses = dict(contestants(domain, options.logits, size[1]))
            seconds = medians(losses, prediction, target, options.rounds)
            for name, loss in losses.items():
                memory = f" {peak(loss, prediction, target):4.1f}" if options.memory else ""
                ratio = seconds[name] / seconds["MONAI"]
                print(f"{size!s:18} {domain:6} {name:35} {1e3 * seconds[name]:9.2f} {ratio:8.2f}{memory}")


if __name__ == "__main__":
    main()
