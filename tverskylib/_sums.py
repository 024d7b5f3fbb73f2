"""The soft counts of tensors, with their gradient written out: few passes over memory, one extra tensor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from tverskylib import _checks

# Entries summed at a time on a CPU: in float32, prediction, target and overlap take 1.5 MB, a second-level cache.
_BLOCK = 2**17


class _SoftCounts(torch.autograd.Function):
    """(prediction, target) -> tp, fp, fn, of at least 32 bits, and the extremes of what was read.

    Each count is affine in the prediction on either side of the target, so the backward pass has two values a
    domain: g_tp - g_fn below the target (more prediction there is more TP, less FN) and g_fp above it. The product
    form mixes the two by the target, which is all that it keeps; the minimum form keeps its two inputs to see on
    which side each pixel stands, and takes the zero subgradient where they are equal.
    """

    @staticmethod
    def forward(
        ctx: Any, prediction: torch.Tensor, target: torch.Tensor, axes: tuple[int, ...], minimum: bool, extremes: bool
    ) -> Any:
        ctx.axes, ctx.minimum, ctx.dtype = axes, minimum, prediction.dtype
        ctx.save_for_backward(*(prediction, target) if minimum else (target,))
        sums = _sums_by_block if _blocks_pay(prediction, target) else _sums_at_once
        tp, predicted, present, read = sums(prediction, target, axes, minimum, extremes)
        ctx.mark_non_differentiable(read)
        # A difference of two rounded sums may fall below 0 by a rounding error; a count can not.
        return tp, (predicted - tp).clamp(min=0), (present - tp).clamp(min=0), read

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        # Brought back to the axes of the prediction, so that each value meets its own image and class.
        g_tp, g_fp, g_fn = (_unsqueeze(g, ctx.axes) for g in grads[:3])
        inside = g_tp - g_fn
        if ctx.minimum:
            # g_fp where side is 1, inside where it is -1, exactly 0 where it is 0; torch.where is several times slower.
            prediction, target = ctx.saved_tensors
            side = (prediction.detach() - target).sign_()
            gradient = torch.mul(side, (g_fp + inside) / 2).add_((g_fp - inside) / 2).mul_(side)
        else:
            (target,) = ctx.saved_tensors
            gradient = _affine(target, inside - g_fp, g_fp)
        return gradient.to(ctx.dtype), None, None, None, None


def _sums_at_once(
    prediction: torch.Tensor, target: torch.Tensor, axes: tuple[int, ...], minimum: bool, extremes: bool
) -> tuple[torch.Tensor, ...]:
    """Sums of the overlap, the prediction and the target; smallest and largest prediction and target, NaN if any."""
    wide = torch.promote_types(torch.promote_types(prediction.dtype, target.dtype), torch.float32)
    overlap = torch.minimum(prediction, target) if minimum else prediction * target
    tp, predicted, present = (x.sum(axes, dtype=wide) for x in (overlap, prediction, target))
    if not extremes:
        return tp, predicted, present, tp.new_empty(0)
    read = (*torch.aminmax(prediction), *torch.aminmax(target))
    return tp, predicted, present, torch.stack([x.to(wide) for x in read])


def _blocks_pay(prediction: torch.Tensor, target: torch.Tensor) -> bool:
    contiguous = prediction.is_contiguous() and target.is_contiguous()
    return contiguous and prediction.device.type == "cpu" and not torch.compiler.is_compiling()


def _sums_by_block(
    prediction: torch.Tensor, target: torch.Tensor, axes: tuple[int, ...], minimum: bool, extremes: bool
) -> tuple[torch.Tensor, ...]:
    """The same, block by block: each is read from memory once, and no overlap of full size is written there."""
    wide = torch.promote_types(torch.promote_types(prediction.dtype, target.dtype), torch.float32)
    overlap = torch.minimum if minimum else torch.mul
    tp: list[torch.Tensor] = []
    predicted: list[torch.Tensor] = []
    present: list[torch.Tensor] = []
    read: list[torch.Tensor] = []
    for p, y in zip(_blocks(prediction), _blocks(target), strict=True):
        p, y = p.to(wide), y.to(wide)
        tp.append(overlap(p, y).sum(1))
        predicted.append(p.sum(1))
        present.append(y.sum(1))
        if extremes:
            read += (p.amin(), p.amax(), y.amin(), y.amax())  # on a CPU faster than aminmax
    sums = torch.cat(tp + predicted + present).reshape(3, *prediction.shape[:2], -1)
    sums = sums.sum([axis + 1 for axis in (0, 1) if axis in axes] + [3])
    if not extremes:
        return *sums, sums.new_empty(0)
    low, high, target_low, target_high = torch.stack(read).reshape(-1, 4).unbind(1)
    return *sums, torch.stack((low.amin(), high.amax(), target_low.amin(), target_high.amax()))


def _blocks(x: torch.Tensor) -> Iterator[torch.Tensor]:
    """Rows, one a channel of an image: several where they are short, parts of one where they are long."""
    rows = x.flatten(2).flatten(0, 1)
    together = max(1, _BLOCK // rows.shape[1])
    for row in range(0, rows.shape[0], together):
        for column in range(0, rows.shape[1], _BLOCK):
            yield rows[row : row + together, column : column + _BLOCK]


def _affine(x: torch.Tensor, slope: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    """slope * x + start; in one pass over memory where slope is one number that can be read for nothing."""
    one_number = slope.numel() == 1 and slope.dtype == x.dtype and slope.device.type == "cpu"
    if one_number and not torch.is_grad_enabled() and not torch.compiler.is_compiling():
        return torch.add(start.reshape(()), x, alpha=slope.item())
    return torch.mul(x, slope).add_(start)


def _unsqueeze(x: torch.Tensor, axes: tuple[int, ...]) -> torch.Tensor:
    for axis in axes:
        x = x.unsqueeze(axis)
    return x


def soft_counts(
    prediction: torch.Tensor,
    target: torch.Tensor,
    axes: tuple[int, ...],
    soft_labels: _checks.SoftLabels,
    *,
    extremes: bool = False,
) -> tuple[tuple[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]:
    """(tp, fp, fn) summed over axes, and on request the extremes that `check_values` judges."""
    if not prediction.is_floating_point():
        prediction = prediction.to(torch.float32)
    if not target.is_floating_point():
        target = target.to(prediction.dtype)  # mixed dtypes cost more time than the copy
    elif target.dtype == torch.float64:
        target = target.to(torch.promote_types(prediction.dtype, torch.float32))
    minimum = soft_labels == "minimum"
    tp, fp, fn, read = _SoftCounts.apply(prediction, target, axes, minimum, extremes)  # type: ignore[no-untyped-call]
    return (tp, fp, fn), read


def keep_where(
    mask: torch.Tensor | None, prediction: torch.Tensor, target: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Zero prediction and target where the mask is 0: neither they nor their gradients count there, NaN included."""
    if mask is None:
        return prediction, target
    ignored = mask == 0
    return prediction.masked_fill(ignored, 0), target.masked_fill(ignored, 0)


def check_values(
    extremes: torch.Tensor,
    prediction: torch.Tensor,
    target: torch.Tensor,
    mask: torch.Tensor | None,
    *,
    from_logits: bool | None = None,
    undefined: torch.Tensor | None = None,
) -> list[int]:
    """Judge the extremes that were read, with one synchronisation; return where `undefined` (flat) holds."""
    parts = [extremes]
    if mask is not None:
        only_zero_and_one = ((mask == 0) | (mask == 1)).all()
        parts.append(torch.stack([x.to(extremes.dtype) for x in (*torch.aminmax(mask.reshape(-1)), only_zero_and_one)]))
    if undefined is not None:
        parts.append(undefined.reshape(-1).to(extremes.dtype))
    low, high, target_low, target_high, *more = torch.cat(parts).tolist()
    if mask is not None:
        mask_low, mask_high, only_zero_and_one, *more = more
        _checks.check_mask_values(mask_low, mask_high, bool(only_zero_and_one))
    _checks.check_values(
        (low, high),
        (target_low, target_high),
        slack=4 * torch.finfo(prediction.dtype).eps if prediction.is_floating_point() else 0.0,
        from_logits=from_logits,
    )
    return [k for k, flag in enumerate(more) if flag]


def add_over_ranks(sums: tuple[torch.Tensor, ...], group: Any) -> tuple[torch.Tensor, ...]:
    """Add each sum up over the process group; the backward pass adds the gradients up likewise.

    Every rank then holds the global loss. A rank's own gradient is the world size times its share, so that the
    mean over the ranks, which data-parallel training takes, is the gradient of the global batch.
    """
    from torch.distributed.nn.functional import all_reduce

    stacked = all_reduce(torch.stack(sums), group=group)
    return tuple(stacked.unbind())
