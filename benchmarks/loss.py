"""Time of a training step's loss, forward and backward, beside the least possible and MONAI's: ``python benchmarks/loss.py``.

The least possible is ``floor.c``: two passes over memory, compiled where there is a C compiler. All losses take turns,
in an order that is shuffled anew in every round, so that a noisy machine and whatever one loss leaves in the caches
and in the heap disturb all of them alike. What counts is the ratio of the medians. There is one ratio an image and
class, as MONAI has; a softmax, of which the floor knows nothing, is measured by MONAI alone.
"""

from __future__ import annotations

import argparse
import ctypes
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from monai.losses.tversky import TverskyLoss as MonaiTverskyLoss
from torch.profiler import ProfilerActivity, profile

from tverskylib import TverskyLoss

Step = Callable[[], Any]

SIZES = ((8, 1, 256, 256), (16, 1, 512, 512), (2, 1, 96, 96, 96), (4, 4, 128, 128), (2, 3, 64, 64))


def compiled_floor() -> Any:
    """The function of ``floor.c``, or None where nothing compiles it."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp())
    options = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
    source = Path(__file__).with_name("floor.c")
    try:
        subprocess.run([compiler, *options, str(source), "-o", str(folder / "floor.so"), "-lm"], check=True)
        step = ctypes.CDLL(str(folder / "floor.so")).step
    except (OSError, subprocess.CalledProcessError):
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    step.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_long] * 2 + [ctypes.c_int, ctypes.c_double]
    step.restype = ctypes.c_double
    return step


def steps(size: tuple[int, ...], logits: bool, floor: Any) -> Iterator[tuple[str, Step]]:
    """What is measured, by name."""
    draw = torch.Generator().manual_seed(0)
    given = torch.rand(size, generator=draw)
    target = (torch.rand(size, generator=draw) < 0.3).float()
    mask = torch.rand((size[0], 1, *size[2:]), generator=draw) < 0.9
    rows = size[0] * size[1]

    def trained(loss: Callable[..., torch.Tensor], prediction: torch.Tensor, *others: torch.Tensor) -> Step:
        prediction = prediction.clone().requires_grad_()

        def step() -> None:
            prediction.grad = None
            loss(prediction, *others).backward()

        return step

    several = logits and size[1] > 1
    if floor and not several:
        tensors = given, target, torch.empty(size)  # kept, not their addresses alone
        yield "floor", lambda: floor(*(x.data_ptr() for x in tensors), rows, given.numel() // rows, int(logits), 1e-5)
    activation: dict[str, Any] = {"softmax": several, "sigmoid": logits and not several}
    yield "MONAI", trained(MonaiTverskyLoss(smooth_nr=1e-5, smooth_dr=1e-5, **activation), given, target)

    def ours(**options: Any) -> TverskyLoss:
        return TverskyLoss(domain="image", per_class=True, from_logits=logits, **options)

    yield "tverskylib", trained(ours(), given, target)
    yield "  validate=False", trained(ours(validate=False), given, target)
    yield "  masked", trained(ours(), given, target, mask)
    yield "  minimum", trained(ours(soft_labels="minimum"), given, target)
    yield "  bfloat16", trained(ours(), given.bfloat16(), target.bfloat16())
    if shutil.which("c++") or shutil.which("g++"):
        torch.compiler.reset()  # each size anew: after eight sizes a function is compiled no more
        yield "  compiled", trained(torch.compile(ours(), dynamic=False), given, target)


def medians(measured: dict[str, Step], rounds: int) -> dict[str, float]:
    """Median CPU time of a step in seconds, for each."""
    times: dict[str, list[float]] = {name: [] for name in measured}
    for round_ in range(-2, rounds):  # two rounds to warm up
        for name in random.sample(list(measured), len(measured)):
            start = time.process_time()
            measured[name]()
            if round_ >= 0:
                times[name].append(time.process_time() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def peak(step: Step) -> int:
    """The most memory in bytes that a step takes beside its inputs, the gradient included."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        step()
    assert recorded.profiler is not None
    assert recorded.profiler.kineto_results is not None
    events = [event for event in recorded.profiler.kineto_results.events() if event.name() == "[memory]"]
    now = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="how often each loss is timed (default 30)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (default 1)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    floor = compiled_floor()

    print(f"torch {torch.__version__}, {options.threads} thread(s), CPU time of forward + backward, float32")
    print(f"{'size':20} {'from':13} {'loss':16} {'ms':>8} {'of floor':>8} {'of MONAI':>8} {'peak':>5}")
    for size in SIZES:
        for logits in (False, True):
            measured = dict(steps(size, logits, floor))
            seconds = medians(measured, options.rounds)
            for name, step in measured.items():
                of_floor = f"{seconds[name] / seconds['floor']:8.2f}" if "floor" in seconds else " " * 8
                of_monai = seconds[name] / seconds["MONAI"]
                tensors = peak(step) / (4 * torch.Size(size).numel())
                kind = "logits" if logits else "probabilities"
                print(
                    f"{size!s:20} {kind:13} {name:16} {1e3 * seconds[name]:8.3f} {of_floor} {of_monai:8.2f} {tensors:5.1f}"
                )


if __name__ == "__main__":
    main()
