"""The soft counts of tensors, with their gradient written out: few passes over memory, one extra tensor."""

from __future__ import annotations

from typing import Any

import torch

from tverskylib import _checks


class _SoftCounts(torch.autograd.Function):
    """(prediction, target) -> tp, fp, fn, of at least 32 bits, and the extremes of what was read.

    Each count is affine in the prediction on either side of the target, so the backward pass has two values a
    domain: g_tp - g_fn below the target (more prediction there is more TP, less FN) and g_fp above it. The product
    form mixes the two by the target, which is all that it keeps; the minimum form keeps on which side each
    pixel stands, and takes the zero subgradient where prediction and target are equal.
    """

    @staticmethod
    def forward(
        ctx: Any, prediction: torch.Tensor, target: torch.Tensor, axes: tuple[int, ...], minimum: bool, extremes: bool
    ) -> Any:
        wide = torch.promote_types(prediction.dtype, torch.float32)
        ctx.axes, ctx.minimum, ctx.dtype = axes, minimum, prediction.dtype
        if minimum:
            side = (prediction > target).to(torch.int8) - (prediction < target).to(torch.int8)
            ctx.save_for_backward(side)
        else:
            ctx.save_for_backward(target)
        if not minimum and _rows_pay(prediction, target):
            tp, predicted, present, read = _sums_by_row(prediction, target, axes, extremes)
        else:
            overlap = torch.minimum(prediction, target) if minimum else prediction * target
            tp, predicted, present = (x.sum(axes, dtype=wide) for x in (overlap, prediction, target))
            read = _extremes(prediction, target) if extremes else tp.new_empty(0)
        ctx.mark_non_differentiable(read)
        # A difference of two rounded sums may fall below 0 by a rounding error; a count can not.
        return tp, (predicted - tp).clamp(min=0), (present - tp).clamp(min=0), read

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        # Brought back to the axes of the prediction, so that each value meets its own image and class.
        g_tp, g_fp, g_fn = (_unsqueeze(g, ctx.axes) for g in grads[:3])
        inside = g_tp - g_fn
        (saved,) = ctx.saved_tensors
        if ctx.minimum:
            gradient = torch.where(saved < 0, inside, torch.where(saved > 0, g_fp, torch.zeros_like(g_fp)))
        else:
            gradient = torch.mul(saved, inside - g_fp).add_(g_fp)
        return gradient.to(ctx.dtype), None, None, None, None


def _rows_pay(prediction: torch.Tensor, target: torch.Tensor) -> bool:
    """Large float32 or float64 images on a CPU: their dot product needs no product image in memory."""
    return (
        prediction.device.type == "cpu"
        and prediction.dtype == target.dtype
        and prediction.dtype in (torch.float32, torch.float64)
        and prediction.is_contiguous()
        and target.is_contiguous()
        and prediction[0, 0].numel() >= 2**14
        and not torch.compiler.is_compiling()
    )


def _sums_by_row(
    prediction: torch.Tensor, target: torch.Tensor, axes: tuple[int, ...], extremes: bool
) -> tuple[torch.Tensor, ...]:
    """Channel by channel, so that each channel is read from memory once and then from the cache."""
    sums, read = [], []
    for p, y in zip(prediction.flatten(2).flatten(0, 1), target.flatten(2).flatten(0, 1), strict=True):
        sums.append(torch.stack((torch.dot(p, y), p.sum(), y.sum())))
        if extremes:
            read.append(_extremes(p, y))
    rows = torch.stack(sums, dim=1).reshape(3, *prediction.shape[:2])
    summed = [axis + 1 for axis in (0, 1) if axis in axes]
    tp, predicted, present = (rows.sum(summed) if summed else rows).unbind()
    return tp, predicted, present, _over_rows(torch.stack(read)) if read else tp.new_empty(0)


def _extremes(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Smallest and largest prediction, smallest and largest target; NaN where there is one."""
    wide = torch.promote_types(torch.promote_types(prediction.dtype, target.dtype), torch.float32)
    values = (*torch.aminmax(prediction.reshape(-1)), *torch.aminmax(target.reshape(-1)))
    return torch.stack([x.to(wide) for x in values])


def _over_rows(read: torch.Tensor) -> torch.Tensor:
    return torch.stack((read[:, 0].amin(), read[:, 1].amax(), read[:, 2].amin(), read[:, 3].amax()))


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
    tp, fp, fn, read = _SoftCounts.apply(prediction, target, axes, soft_labels == "minimum", extremes)
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
    from_logits: bool = False,
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

    stacked = all_reduce(torch.stack(sums), group=group)  # type: ignore[no-untyped-call]
    return tuple(stacked.unbind())
