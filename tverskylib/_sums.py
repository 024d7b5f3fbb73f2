"""The soft counts of tensors, with their derivatives written out: few passes over memory, one extra tensor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from tverskylib import _checks

# Entries that are computed with at a time on a CPU: few enough for its caches, many enough for what each call costs.
_PIECE = 2**18
_BITS = {2: torch.int16, 4: torch.int32, 8: torch.int64}


def soft_counts(
    prediction: torch.Tensor,
    target: torch.Tensor,
    mask: torch.Tensor | None,
    soft_labels: _checks.SoftLabels,
    *,
    activation: str | None = None,
    extremes: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """TP, FP and FN of each image and class, (3, B, C); and on request the extremes that `check_values` judges.

    ``activation`` makes probabilities of logits: "sigmoid", "softmax" or None.
    """
    kept = None if mask is None else _kept(mask)
    if activation == "softmax" and kept is not None and kept.shape[1] > 1:
        # One class may be ignored where another counts, and their logits belong together: autograd sorts it out.
        prediction = _activated(
            _where_kept(_as_numbers(prediction, _wide(prediction.dtype)), kept.any(1, keepdim=True)), "softmax"
        )
        activation = None
    minimum = soft_labels == "minimum"
    if torch.compiler.is_compiling():  # the compiler fuses what is written plainly
        return _plain_counts(prediction, target, kept, activation, minimum), prediction.new_empty(0)
    function = _Eager if readable(prediction, target, mask) else _SoftCounts
    counts: tuple[torch.Tensor, torch.Tensor] = function.apply(  # type: ignore[no-untyped-call]
        prediction, target, kept, activation, minimum, extremes
    )
    return counts


def reduced(counts: torch.Tensor, domain: _checks.Domain, per_class: bool) -> tuple[torch.Tensor, ...]:
    """The counts of each image or of the batch, of each class or of all classes together."""
    axes = [1] * (domain == "batch") + [2] * (not per_class)
    return (counts.sum(axes) if axes else counts).unbind()


class _SoftCounts(torch.autograd.Function):
    """(prediction, target, ...) -> counts (3, B, C) of at least 32 bits, and the extremes of what was read.

    Each count is affine in the probability on either side of the target, so its derivative has two values an image
    and class: g_tp - g_fn below the target (more prediction there is more TP, less FN) and g_fp above it. The product
    form mixes the two by the target; the minimum form sees on which side each pixel stands, and takes the zero
    subgradient where prediction and target are equal. Of logits the probabilities are made anew in the backward pass,
    which takes no memory and hardly more time than to write them and to read them again.
    """

    @staticmethod
    def forward(
        prediction: torch.Tensor,
        target: torch.Tensor,
        kept: torch.Tensor | None,
        activation: str | None,
        minimum: bool,
        extremes: bool,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        wide = _wide(prediction.dtype)
        sums: list[torch.Tensor] = []
        read: list[torch.Tensor] = []
        for p, y, keep in _pieces(prediction.shape, prediction, target, kept):
            p, y = _activated(_as_numbers(p, wide), activation), _as_numbers(y, wide)
            if keep is not None:
                bits = _all_bits(keep, wide)
                p, y = _and(p, bits), _and(y, bits)
            predicted = p.sum(2)
            sums += ((torch.minimum(p, y) if minimum else p * y).sum(2), predicted, y.sum(2))
            if extremes:  # the lowest with the opposite sign, so that the largest of all pieces is wanted each time
                # Of logits only NaN can be wrong, and shows in the sum. On a CPU two calls are faster than aminmax.
                read += (p.amin().neg_(), p.amax()) if activation is None else (predicted.sum() * 0,) * 2
                read += (y.amin().neg_(), y.amax())
        # The pieces of an image follow each other; a piece of several images has them whole.
        by_kind = torch.stack([torch.cat(sums[kind::3]) for kind in range(3)])
        counts = by_kind.reshape(3, prediction.shape[0], -1, prediction.shape[1]).sum(2)
        # A difference of two rounded sums may fall below 0 by a rounding error; a count can not.
        counts[1:].sub_(counts[0]).clamp_(min=0)
        return counts, torch.stack(read).reshape(-1, 4).amax(0) if extremes else counts.new_empty(0)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[torch.Tensor, torch.Tensor]) -> None:
        prediction, target, kept, ctx.activation, ctx.minimum, _ = inputs
        ctx.shape, ctx.dtype = prediction.shape, prediction.dtype
        saved = (prediction if ctx.minimum or ctx.activation else None, target, kept)
        ctx.save_for_backward(*saved)
        ctx.save_for_forward(*saved)
        ctx.mark_non_differentiable(output[1])
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor | None, _: None) -> Any:
        return (None if grad is None else _by_prediction(ctx, grad)), None, None, None, None, None

    @staticmethod
    def jvp(ctx: Any, tangent: torch.Tensor, target_tangent: torch.Tensor | None, *_: Any) -> Any:
        if target_tangent is not None:
            raise ValueError(
                "target must not have a tangent, got one: the loss has a derivative by the prediction only"
            )
        prediction, target, kept = ctx.saved_tensors
        p, y, keep = _whole(prediction, target, kept, ctx.dtype)
        change = _where_kept(_flat(_as_numbers(tangent, _wide(ctx.dtype))), keep)
        if ctx.activation is not None:
            change = _through(_activated(p, ctx.activation), change, ctx.activation)
        if ctx.minimum:
            p = _activated(p, ctx.activation)
            inside, outside = (change * (p < y)).sum(2), (change * (p > y)).sum(2)
        else:
            inside = (change * y).sum(2)
            outside = change.sum(2) - inside
        return torch.stack((inside, outside, -inside)), None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *inputs: Any) -> Any:
        """The samples become images of one large batch, whose counts are those of each image in any case."""

        def folded(x: Any, dim: int | None) -> Any:
            if not isinstance(x, torch.Tensor):
                return x
            samples = x.expand(info.batch_size, *x.shape) if dim is None else x.movedim(dim, 0)
            return samples.flatten(0, 1)

        counts, read = _SoftCounts.apply(*map(folded, inputs, in_dims))  # type: ignore[no-untyped-call]
        return (counts.unflatten(1, (info.batch_size, -1)), read), (1, None)


class _Eager(_SoftCounts):
    """The same outside the transforms of torch.func, whose way of calling costs a small image a tenth of its time."""

    setup_context = torch.autograd.Function.setup_context

    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[torch.Tensor, torch.Tensor]:
        output = _SoftCounts.forward(*inputs)
        _SoftCounts.setup_context(ctx, inputs, output)
        return output


def _by_prediction(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
    """The gradient by the prediction, from that by the counts: in pieces, unless it is simple or is differentiated."""
    prediction, target, kept = ctx.saved_tensors
    form = ctx.activation, ctx.minimum
    g_tp, g_fp, g_fn = grad.unsqueeze(-1).unbind()
    inside, outside = g_tp - g_fn, g_fp
    simple = form == (None, False) and kept is None and target.dtype == inside.dtype
    if simple or torch.is_grad_enabled() or not is_plain(grad):
        p, y, keep = _whole(prediction, target, kept, ctx.dtype)
        whole = _where_kept(_gradient(p, y, inside, outside, *form), keep)
        whole = whole.to(ctx.dtype).reshape(ctx.shape)
        return whole
    gradient: torch.Tensor = target.new_empty(ctx.shape, dtype=ctx.dtype)
    coefficients = (x.expand(*ctx.shape[:2], 1) for x in (inside, outside))
    for p, y, keep, out, *ab in _pieces(ctx.shape, prediction, target, kept, gradient, *coefficients):
        p, y = None if p is None else _as_numbers(p, inside.dtype), _as_numbers(y, inside.dtype)
        found = _gradient(p, y, ab[0], ab[1], *form, out=out if out.dtype == y.dtype else None)
        if found is not out:
            out.copy_(found)
        if keep is not None:
            _and(out, _all_bits(keep, out.dtype), out)
    return gradient


def _gradient(
    p: torch.Tensor | None,
    y: torch.Tensor,
    inside: torch.Tensor,
    outside: torch.Tensor,
    activation: str | None,
    minimum: bool,
    *,
    out: torch.Tensor | None = None,
) -> torch.Tensor:
    """The derivative by each entry: ``inside`` below the target, ``outside`` above it, each of an image and class."""
    p = None if p is None else _activated(p, activation)
    if minimum and p is not None:
        # outside where side is 1, inside where it is -1, exactly 0 where it is 0; torch.where is several times slower.
        side = (p.detach() - y).sign_()
        gradient = _affine(side, (outside + inside) / 2, (outside - inside) / 2, out).mul_(side)
    else:
        gradient = _affine(y, inside - outside, outside, out)
    return gradient if activation is None or p is None else _through(p, gradient, activation, out)


def _affine(x: torch.Tensor, slope: torch.Tensor, start: torch.Tensor, out: torch.Tensor | None) -> torch.Tensor:
    """slope * x + start; in one pass over memory where slope is one number that can be read for nothing."""
    if out is not None and slope.numel() == 1 and slope.device.type == "cpu":
        return torch.add(start.reshape(()), x, alpha=slope.item(), out=out)
    return torch.mul(x, slope, out=out).add_(start)


def _through(p: torch.Tensor, change: torch.Tensor, activation: str, out: torch.Tensor | None = None) -> torch.Tensor:
    """A gradient by the probabilities as one by the logits, or a change of the logits as one of the probabilities."""
    if activation == "sigmoid" and out is not None:
        into: torch.Tensor = torch.ops.aten.sigmoid_backward.grad_input(change, p, grad_input=out)
        return into
    change = torch.mul(change, p, out=out)
    return torch.sub(change, p * (change if activation == "sigmoid" else change.sum(1, keepdim=True)), out=out)


def _activated(x: torch.Tensor, activation: str | None) -> torch.Tensor:
    return x if activation is None else x.sigmoid() if activation == "sigmoid" else x.softmax(1)


def _plain_counts(
    prediction: torch.Tensor, target: torch.Tensor, kept: torch.Tensor | None, activation: str | None, minimum: bool
) -> torch.Tensor:
    """The same counts, for autograd to differentiate."""
    p, y, _ = _whole(prediction, target, kept, prediction.dtype)
    assert p is not None
    p = _where_kept(_activated(p, activation), None if kept is None else _flat(kept))
    if minimum:
        p = torch.where(p == y, y, p)  # the zero subgradient where they are equal
    tp = (torch.minimum(p, y) if minimum else p * y).sum(2)
    return torch.stack((tp, (p.sum(2) - tp).clamp(min=0), (y.sum(2) - tp).clamp(min=0)))


def _whole(
    prediction: torch.Tensor | None, target: torch.Tensor, kept: torch.Tensor | None, dtype: torch.dtype
) -> tuple[Any, Any, Any]:
    """(B, C, pixels) of each, in the dtype of the sums, zero where they are ignored."""
    keep = None if kept is None else _flat(kept)
    given = (prediction, target)
    p, y = (None if x is None else _where_kept(_flat(_as_numbers(x, _wide(dtype))), keep) for x in given)
    return p, y, keep


def _flat(x: torch.Tensor) -> torch.Tensor:
    return x.reshape(*x.shape[:2], -1)


def _pieces(shape: torch.Size, prediction: Any, *others: Any) -> Iterator[tuple[Any, ...]]:
    """(B, C, pixels) of each, or None: several images where they are small, parts of one where they are large."""
    flat = [None if x is None else x.flatten(2) for x in (prediction, *others)]
    if shape.numel() <= _PIECE or others[0].device.type != "cpu":
        yield tuple(flat)
        return
    images, columns = max(1, _PIECE // shape[1:].numel()), max(1, _PIECE // shape[1])
    parts = -(-shape[2:].numel() // columns)

    def cut(x: torch.Tensor | None) -> Iterator[torch.Tensor | None]:
        for first in range(0, shape[0], images):
            some = None if x is None else x[first : first + images]
            yield from [some] * parts if some is None or some.shape[2] == 1 else some.split(columns, 2)

    yield from zip(*map(cut, flat), strict=True)


def _wide(dtype: torch.dtype) -> torch.dtype:
    """The dtype of the sums of such a prediction: float32 or float64."""
    return torch.promote_types(dtype if dtype.is_floating_point else torch.float32, torch.float32)


def _as_numbers(x: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """x in dtype; Booleans take the way over bytes, which is eight times as fast on a CPU."""
    return (x.view(torch.uint8) if x.dtype == torch.bool else x).to(dtype)


def _kept(mask: torch.Tensor) -> torch.Tensor:
    return mask if mask.dtype == torch.bool else mask != 0


def _where_kept(x: torch.Tensor, kept: torch.Tensor | None) -> torch.Tensor:
    """x, zero where it is ignored, NaN included, as autograd and the transforms understand it."""
    return x if kept is None else x.masked_fill(~kept, 0)


def _all_bits(kept: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """All bits where kept, none where ignored, of integers as long as a number of dtype."""
    return kept.view(torch.int8).neg().to(_BITS[dtype.itemsize])


def _and(x: torch.Tensor, bits: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """x or 0, bit by bit, NaN included: several times as fast as masked_fill."""
    into = None if out is None else out.view(bits.dtype)
    x = x.resolve_neg()  # of a view with the opposite sign, as x.conj().imag, the bits are not its own
    return torch.bitwise_and(x.view(bits.dtype), bits, out=into).view(x.dtype)


def is_plain(x: torch.Tensor) -> bool:
    """Whether x has values to read, which what a transform of torch.func hands on has not."""
    try:
        x.data_ptr()
    except RuntimeError:
        return False
    return True


def readable(*given: torch.Tensor | None) -> bool:
    """Whether values can be judged: not while compiling or exporting, nor inside a transform of torch.func."""
    return not torch.compiler.is_compiling() and all(x is None or is_plain(x) for x in given)


def check_values(
    extremes: torch.Tensor,
    prediction: torch.Tensor,
    mask: torch.Tensor | None,
    *,
    from_logits: bool | None = None,
    undefined: torch.Tensor | None = None,
) -> list[int]:
    """Judge the extremes that were read, with one synchronisation; return where `undefined` (flat) holds."""
    parts = [extremes]
    if mask is not None and mask.dtype != torch.bool:
        values = mask.to(torch.float64)
        only_zero_and_one = ((values == 0) | (values == 1)).all()
        parts.append(torch.stack([x.to(extremes.dtype) for x in (*torch.aminmax(values), only_zero_and_one)]))
    if undefined is not None:
        parts.append(undefined.reshape(-1).to(extremes.dtype))
    minus_low, high, minus_target_low, target_high, *more = torch.cat(parts).tolist()
    if mask is not None and mask.dtype != torch.bool:
        mask_low, mask_high, only_zero_and_one, *more = more
        _checks.check_mask_values(mask_low, mask_high, bool(only_zero_and_one))
    _checks.check_values(
        (-minus_low, high),
        (-minus_target_low, target_high),
        slack=4 * torch.finfo(prediction.dtype).eps if prediction.is_floating_point() else 0.0,
        from_logits=from_logits,
    )
    return [k for k, flag in enumerate(more) if flag]


def add_over_ranks(sums: tuple[torch.Tensor, ...], group: Any) -> tuple[torch.Tensor, ...]:
    """Add each sum up over the process group; the backward pass adds the gradients up likewise.

    Every rank then holds the global loss. A rank's own gradient is the world size times its share, so that the
    mean over the ranks, which data-parallel training takes, is the gradient of the global batch.
    """
    total: torch.Tensor = _AllReduce.apply(torch.stack(sums), group)  # type: ignore[no-untyped-call]
    return tuple(total.unbind())


class _AllReduce(torch.autograd.Function):
    """PyTorch's own differentiable sum over ranks, which it deprecates without a public successor."""

    @staticmethod
    def forward(ctx: Any, tensor: torch.Tensor, group: Any) -> torch.Tensor:
        ctx.group = group
        total = tensor.clone()
        torch.distributed.all_reduce(total, group=group)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return _AllReduce.apply(gradient.contiguous(), ctx.group), None  # type: ignore[no-untyped-call]
