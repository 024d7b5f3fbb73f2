"""Augmentation: flips and right-angle turns, which leave histology as likely as it was."""

from __future__ import annotations

from typing import Any

import numpy as np

from tverskylib._checks import check_dense, describe, is_tensor

FLIP_COLUMNS, FLIP_ROWS, TRANSPOSE = 1, 2, 4  # bits; all eight sums are the eight symmetries of the square
# Torch moves no such numbers about, but those of as many bits.
SIGNED = {f"torch.uint{bits}": f"int{bits}" for bits in (16, 32, 64)}


def augment(*batches: Any, rng: np.random.Generator) -> tuple[Any, ...]:
    """Turns and flips each image of a batch at random, and its target and mask with it.

    Each image gets one of the eight symmetries of the square, all equally likely; an image that is not square one of
    its four. No pixel is interpolated. Seed the generator by where training stands, and a run that is resumed sees
    what it would have seen::

        rng = np.random.default_rng([seed, epoch, step])
        images, targets = augment(images, targets, rng=rng)

    Args:
        batches: NumPy arrays or tensors of any dtype but floats of 8 bits, on any device, (B, ..., H, W), with the
            same B, H and W: channels come first. Tiles with channels last: ``images.transpose(0, 3, 1, 2)``.
        rng: draws B numbers, however many batches there are.

    Returns:
        The batches, changed, as copies; in their order, each of its kind, shape and dtype.

    Raises:
        TypeError: not an array or a tensor, or rng is no ``numpy.random.Generator``.
        ValueError: no batch at all, or one whose shape does not fit the first one's.

    Introduced in lesson 10.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, as np.random.default_rng(seed), got {describe(rng)}")
    if not batches:
        raise ValueError("batches must be at least one array or tensor, got none")
    for place, batch in enumerate(batches):
        if not (is_tensor(batch) or isinstance(batch, np.ndarray)):
            raise TypeError(f"batches must be NumPy arrays or tensors, got {describe(batch)} at place {place}")
        check_dense("batches", batch)
        if batch.ndim < 3 or _frame(batch) != _frame(batches[0]):
            raise ValueError(
                f"batches must have shape (B, ..., H, W) with the same B, H and W, got {tuple(batch.shape)} at place "
                f"{place} beside {tuple(batches[0].shape)}: channels come first"
            )
    count, height, width = _frame(batches[0])
    symmetries = rng.integers(8 if height == width else 4, size=count)
    return tuple(_transform(batch, symmetries) for batch in batches)


def _frame(batch: Any) -> tuple[int, int, int]:
    """B, H and W."""
    return int(batch.shape[0]), int(batch.shape[-2]), int(batch.shape[-1])


def _transform(batch: Any, symmetries: Any) -> Any:
    """Each image by its own symmetry: the same flips and exchanges of axes for arrays and tensors."""
    if is_tensor(batch) and str(batch.dtype) in SIGNED:
        import torch

        return _transform(batch.view(getattr(torch, SIGNED[str(batch.dtype)])), symmetries).view(batch.dtype)
    changed = batch.clone() if is_tensor(batch) else batch.copy()
    for symmetry in np.unique(symmetries):
        here: Any = np.flatnonzero(symmetries == symmetry)
        if is_tensor(batch):
            import torch

            here = torch.from_numpy(here).to(batch.device)
        part = batch[here]
        for bit, axis in ((FLIP_COLUMNS, -1), (FLIP_ROWS, -2)):
            if symmetry & bit:
                part = part.flip(axis) if is_tensor(part) else np.flip(part, axis)
        if symmetry & TRANSPOSE:
            part = part.swapaxes(-1, -2)
        changed[here] = part
    return changed
