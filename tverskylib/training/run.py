"""One training run: from settings to a trained network and what it does on the test tiles."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tverskylib._checks import describe
from tverskylib._extras import optional
from tverskylib.metrics import Evaluation, Histogram, evaluate
from tverskylib.metrics.histogram import histogram
from tverskylib.metrics.scores import balanced_accuracy, dice, mean
from tverskylib.tiles import synthetic_tiles
from tverskylib.training.checkpoint import Curves, load_checkpoint, save_checkpoint
from tverskylib.training.data import (
    Samples,
    Tiles,
    as_input,
    augmented,
    describe_tiles,
    epoch_batches,
    pick,
    samples,
    steps_per_epoch,
)
from tverskylib.training.device import Device, Precision, accelerator, device_name
from tverskylib.training.objective import objective
from tverskylib.training.settings import RunSettings
from tverskylib.training.unet import UNet

FLOODED = 0.01  # a negative image of which more is called foreground is flooded
AT_ONCE = 64  # images in a forward pass without gradients


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished run.

    Args:
        settings: what it was made from.
        model: the network, on the CPU, in evaluation mode.
        curves: one entry an epoch.
        test: the test tiles, positive ones only if the task says so.
        probabilities: of the foreground, float32, (N, 1, H, W), one for each test tile.
        evaluation: what the probabilities are worth, where pixels count.
        validation: the pixels of the validation tiles by their probability, where they count: enough to choose a
            threshold.
        data: what the tiles are, see :func:`tverskylib.training.data.describe_tiles`.
        device: where it ran, in words.
        precision: of the network while it learned.
    """

    settings: RunSettings
    model: UNet = field(repr=False)
    curves: Curves = field(repr=False)
    test: Samples = field(repr=False)
    probabilities: NDArray[np.float32] = field(repr=False)
    evaluation: Evaluation = field(repr=False)
    validation: Histogram = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    device: str
    precision: str

    @property
    def data_hash(self) -> str:
        """Of the tiles, sixteen hexadecimal digits."""
        return str(self.data["hash"])


def train(
    settings: RunSettings,
    tiles: Tiles | None = None,
    *,
    device: Device = "auto",
    precision: Precision = "auto",
    compile: bool = False,
    micro_batches: int = 1,
    checkpoint: str | Path | None = None,
    progress: bool = True,
    on_epoch: Callable[[Curves], None] | None = None,
    on_test: Callable[[NDArray[np.float32]], None] | None = None,
) -> Trained:
    r"""Train a U-Net from scratch and test it.

    Every step takes the next tiles of a shuffled epoch, turns and flips them, and lets Adam follow the gradient of
    the :func:`objective`. No epoch is chosen afterwards: what is tested is where the last step ended.

    Started by ``torchrun`` or ``accelerate launch``, several processes share each batch. With domain "batch" the
    loss is still that of the whole batch, and so are the gradients. Batch normalisation sees a process's own images
    on CPUs, and all of them on GPUs.

    Args:
        settings: which run.
        tiles: of one's own, as from :func:`tverskylib.tiles.folder_tiles`, with splits "train", "validation" and
            "test"; None draws the synthetic ones of the settings.
        device: "auto", a GPU if there is one, or "cpu".
        precision: of the network: "auto", "float32" or "bfloat16". The loss is computed in float32.
        compile: whether ``torch.compile`` translates the network first: a minute, then faster on a GPU.
        micro_batches: in how many pieces the network sees a batch, where it does not fit in memory. Exact for what
            is a mean over images or pixels but for the normalisation, which sees a piece. Refused for the Tversky
            loss with domain "batch": a ratio of sums is not the mean of the pieces' ratios. Refused, too, where
            pieces would weigh wrongly: for a mean over pixels with a mask, and for several processes.
        checkpoint: a file that is written at the end of each epoch, and from which a run that was stopped goes on;
            on a CPU with as many threads to the same bits.
        progress: whether to show a progress bar.
        on_epoch: called with the :class:`Curves` at the end of each epoch, as for a live picture.
        on_test: called with what the network predicts on the test tiles at the end of each epoch, (N, 1, H, W), as to
            watch it learn. It costs that much time, and changes nothing of what is learned. Of a run that goes on
            from a checkpoint the epochs before are not told again.

    Returns:
        A :class:`Trained`.

    Raises:
        TypeError, ValueError: an argument out of place, a split without tiles, a checkpoint of another run.
        FloatingPointError: the loss or the network's output is no number any more; the message says since when.
        MemoryError: the batch does not fit; the message says which size to try.

    Introduced in lesson 10.
    """
    if not isinstance(settings, RunSettings):
        raise TypeError(f"settings must be a RunSettings, got {describe(settings)}")
    _check_pieces(settings, micro_batches)
    tiles = synthetic_tiles(settings.tiles, workers=1, progress=False) if tiles is None else tiles
    run = _Run(settings, tiles, accelerator(device, precision), compile, micro_batches)
    checkpoint = Path(checkpoint) if checkpoint else None
    data = describe_tiles(tiles)
    made_from = {"data": data["hash"], **settings.as_dict()}
    curves = load_checkpoint(checkpoint, made_from, run.plain, run.optimizer) if checkpoint else Curves()
    with run.bar(curves, progress) as bar, _memory_advice(settings, micro_batches):
        for epoch in range(curves.epochs, settings.epochs):
            start, before = time.perf_counter(), curves.seconds[-1] if curves.seconds else 0.0
            loss = run.epoch(epoch, bar)
            run.validate(curves)
            curves.loss.append(loss)
            curves.steps.append((epoch + 1) * run.steps)
            curves.seconds.append(before + time.perf_counter() - start)
            if checkpoint and run.accelerator.is_main_process:
                save_checkpoint(checkpoint, made_from, curves, run.plain, run.optimizer)
            if on_epoch and run.accelerator.is_main_process:
                on_epoch(curves)
            if on_test:
                seen = run.probabilities(run.test)  # all processes together
                if run.accelerator.is_main_process:
                    on_test(seen)
        probabilities, validation = run.probabilities(run.test), run.histogram(run.validation)
    test = run.test.to(torch.device("cpu"))
    return Trained(
        settings=settings,
        model=run.network(),
        curves=curves,
        test=test,
        probabilities=probabilities,
        evaluation=evaluate_run(probabilities, test, settings),
        validation=validation,
        data=data,
        device=run.device_name,
        precision="bfloat16" if run.accelerator.mixed_precision == "bf16" else "float32",
    )


def evaluate_run(
    probabilities: NDArray[np.float32], test: Samples, settings: RunSettings, threshold: float = 0.5
) -> Evaluation:
    """Of a run's test tiles, in batches as large as those that it learned from."""
    mask = None if test.mask is None else test.mask.numpy()
    return evaluate(probabilities, test.targets.numpy(), mask=mask, threshold=threshold, batch_size=settings.batch_size)


class _Run:
    """Network, optimiser and tiles on their device."""

    def __init__(
        self, settings: RunSettings, tiles: Tiles, accelerator: Any, compile: bool, micro_batches: int
    ) -> None:
        self.settings, self.accelerator, self.micro_batches = settings, accelerator, micro_batches
        self.processes = accelerator.num_processes
        self.group = torch.distributed.group.WORLD if self.processes > 1 else None
        least = self.processes * micro_batches
        if settings.batch_size < least:
            raise ValueError(
                f"batch_size must be at least {least}, one image for each process and piece, got {settings.batch_size}"
            )
        device = accelerator.device
        self.device_name = device_name(device)
        self.training = samples(tiles, "train", settings.task).to(device)
        self.validation = samples(tiles, "validation", settings.task).to(device)
        self.test = samples(tiles, "test", settings.task).to(device)
        _check_pieces(settings, micro_batches, self.processes, self.training.mask is not None)
        if len(self.training) < least:
            raise ValueError(
                f"tiles must have at least {least} to train on, as batch_size must, got {len(self.training)}"
            )
        side, step = self.training.images.shape[-1], 2**settings.depth
        if side % step:
            raise ValueError(
                f"tiles must have sides that are multiples of {step}, as a network of depth {settings.depth} halves them "
                f"so often, got {side} pixels: take size={max(side // step, 1) * step}"
            )
        self.steps = steps_per_epoch(len(self.training), settings.batch_size, self.processes)
        self.plain = self._network(device)
        if compile:
            self.plain.compile()
        self.positive = self.training.positive
        # Fused Adam is one launch on a GPU, and saves a thirtieth of a step on a CPU; the arithmetic is the same.
        adam = torch.optim.Adam(
            self.plain.parameters(), lr=settings.learning_rate, fused=device.type in ("cuda", "cpu")
        )
        self.model, self.optimizer = accelerator.prepare(self.plain, adam)

    def _network(self, device: torch.device) -> UNet:
        with torch.random.fork_rng():  # the caller's random numbers are the caller's
            torch.manual_seed(self.settings.seed)
            model: Any = UNet(width=self.settings.width, depth=self.settings.depth)
        if self.processes > 1 and device.type == "cuda":
            model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
        network: UNet = model.to(device=device, memory_format=torch.channels_last)
        return network

    def network(self) -> UNet:
        """The network of the last step on the CPU, without what Accelerate and torch.compile wrapped around it."""
        network = self._network(torch.device("cpu"))
        network.load_state_dict(self.plain.state_dict())
        return network.eval()

    @contextmanager
    def bar(self, curves: Curves, progress: bool) -> Iterator[Any]:
        """A progress bar over all steps of the run."""
        with optional():
            from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

        total, done = self.settings.epochs * self.steps, curves.epochs * self.steps
        shown = progress and self.accelerator.is_main_process
        with tqdm(total=total, initial=done, desc="Training", unit="step", disable=not shown) as bar:
            yield bar

    def epoch(self, epoch: int, bar: Any) -> float:
        """All steps of an epoch; the mean of their losses."""
        self.model.train()
        batches = epoch_batches(
            len(self.training),
            self.settings.batch_size,
            seed=self.settings.seed,
            epoch=epoch,
            rank=self.accelerator.process_index,
            processes=self.processes,
            positive=self.positive,
            foreground_share=self.settings.foreground_share,
        )
        losses = []
        for step, chosen in enumerate(batches):
            self._set_learning_rate(epoch * self.steps + step)
            losses.append(self._step(chosen, [self.settings.seed, epoch, step, self.accelerator.process_index]))
            bar.update()
        # Of means over pixels, a process has its share: their mean over the processes is that of the batch.
        found: NDArray[np.float64] = self.accelerator.reduce(torch.stack(losses), "mean").double().cpu().numpy()
        if not np.isfinite(found).all():
            step = int(np.flatnonzero(~np.isfinite(found))[0])
            raise FloatingPointError(f"the loss is no number since epoch {epoch + 1}, step {step + 1}; {self._advice}")
        loss = float(found.mean())
        bar.set_postfix(loss=f"{loss:.3f}")
        return loss

    def _step(self, chosen: NDArray[np.int64], seed: list[int]) -> torch.Tensor:
        rng = np.random.default_rng(seed) if self.settings.augment else None
        total = torch.zeros((), device=self.accelerator.device)
        for piece in np.array_split(chosen, min(self.micro_batches, len(chosen))):
            image, target, mask = augmented(pick(self.training, piece), rng)
            loss = objective(self.settings, self.model(image), target, mask, group=self.group)
            loss = loss * (len(piece) / len(chosen))
            self.accelerator.backward(loss)
            total += loss.detach()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return total

    def _set_learning_rate(self, step: int) -> None:
        share = step / (self.settings.epochs * self.steps)
        factor = (1 + math.cos(math.pi * share)) / 2 if self.settings.schedule == "cosine" else 1.0
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * factor

    def validate(self, curves: Curves) -> None:
        """Add what the validation tiles show to the curves."""
        found = self.evaluation_counts(self.validation)
        positive = found[:, 0] + found[:, 2] > 0
        tp, fp, fn, _ = found[positive].sum(axis=0).tolist()
        curves.dice.append(mean(dice(*row[:3]) for row in found[positive].tolist()))
        curves.balanced_accuracy.append(mean(balanced_accuracy(*row) for row in found[positive].tolist()))
        curves.pooled_dice.append(dice(tp, fp, fn) if positive.any() else None)
        floods = found[~positive, 1] > FLOODED * found[~positive].sum(axis=1)
        curves.flooded.append(float(floods.mean()) if floods.size else None)

    def evaluation_counts(self, data: Samples) -> NDArray[np.int64]:
        """TP, FP, FN and TN of each image at threshold 1/2, of the pixels that count."""
        calls, targets = self.probabilities(data) >= 0.5, data.targets.cpu().numpy()
        counted = np.ones_like(targets) if data.mask is None else data.mask.cpu().numpy()
        pairs = ((calls, targets), (calls, ~targets), (~calls, targets), (~calls, ~targets))
        return np.stack([(one & other & counted).sum(axis=(1, 2, 3)) for one, other in pairs], axis=1)

    def histogram(self, data: Samples) -> Histogram:
        """The pixels of each image by their probability, of those that count."""
        mask = None if data.mask is None else data.mask.cpu().numpy()
        return histogram(self.probabilities(data), data.targets.cpu().numpy(), mask)

    def probabilities(self, data: Samples) -> NDArray[np.float32]:
        """Of the foreground, for every image; 0 where a mask says that a pixel does not count."""
        self.plain.eval()
        found = []
        with torch.inference_mode(), self.accelerator.autocast():
            for images in data.images.split(AT_ONCE):
                found.append(self.plain(as_input(images)).float().sigmoid())
        probabilities = torch.cat(found)
        if data.mask is not None:
            probabilities = probabilities * data.mask
        array: NDArray[np.float32] = probabilities.cpu().numpy()
        if np.isnan(array).any():  # the last step of an epoch can do that, and its loss was still a number
            raise FloatingPointError(f"the network's output is no number at the end of an epoch; {self._advice}")
        return array

    @property
    def _advice(self) -> str:
        """What to try when numbers overflow."""
        s = self.settings
        hints = [f"a learning rate below {s.learning_rate:g}"]
        if s.loss == "tversky" and s.delta == 0:
            hints.append("a delta above 0 (images without foreground have the index 0/0)")
        if self.accelerator.mixed_precision == "bf16":
            hints.append("precision='float32'")
        return f"try {', or '.join(hints)}"


def _check_pieces(settings: RunSettings, micro_batches: int, processes: int = 1, masked: bool = False) -> None:
    if not isinstance(micro_batches, int) or isinstance(micro_batches, bool):
        raise TypeError(f"micro_batches must be a whole number, got {describe(micro_batches)}")
    if micro_batches < 1:
        raise ValueError(f"micro_batches must be at least 1, got {micro_batches}")
    if micro_batches == 1:
        return
    if settings.loss == "tversky" and settings.domain == "batch":
        raise ValueError(
            f"micro_batches must be 1 for the Tversky loss with domain='batch', got {micro_batches}: the ratio of a "
            "batch is not the mean of its pieces' ratios; take more processes (their sums are added up) or "
            "domain='image'"
        )
    if processes > 1:
        raise ValueError(
            f"micro_batches must be 1 for several processes, whose shares may differ, got {micro_batches}: "
            "take more processes"
        )
    if masked and (settings.loss == "cross-entropy" or settings.penalty != "none"):
        raise ValueError(
            f"micro_batches must be 1 for a mean over the pixels that a mask leaves, got {micro_batches}: pieces with "
            "few such pixels would weigh too much"
        )


@contextmanager
def _memory_advice(settings: RunSettings, micro_batches: int) -> Iterator[None]:
    """Where memory runs out, say which batch size to try."""
    try:
        yield
    except (torch.OutOfMemoryError, RuntimeError) as error:
        short = isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
        if not short:
            raise
        smaller = max(1, settings.batch_size // 2)
        advice = f"batch_size={smaller}" if settings.batch_size > 1 else "a smaller width, or smaller tiles"
        raise MemoryError(
            f"the memory of the device is full with batch_size={settings.batch_size} and width={settings.width}; "
            f"try {advice}"
        ) from error
