"""The Tversky loss: soft counts, the formula, a reduction. Autograd differentiates the formula."""

from __future__ import annotations

import copy
from typing import Any, Literal

import torch
from torch import nn

from tverskylib import _sums
from tverskylib._checks import (
    DOMAINS,
    REDUCTIONS,
    SOFT_LABELS,
    Domain,
    Reduction,
    SoftLabels,
    check_choice,
    check_flag,
    check_pair,
    describe,
)
from tverskylib._numbers import check_representable, check_weights
from tverskylib.index import terms

_WORLD = "torch.distributed.group.WORLD"  # what stands for that group in a pickle

FromLogits = bool | Literal["sigmoid", "softmax"]


def tversky_loss(
    prediction: torch.Tensor,
    target: torch.Tensor,
    alpha: float = 0.5,
    beta: float = 0.5,
    *,
    delta: float = 1e-5,
    domain: Domain = "batch",
    per_class: bool = False,
    from_logits: FromLogits = False,
    soft_labels: SoftLabels = "product",
    mask: torch.Tensor | None = None,
    reduction: Reduction = "mean",
    validate: bool = True,
    group: Any = None,
) -> torch.Tensor:
    r"""One minus the Tversky index of soft counts.

    .. math:: L = 1 - \frac{TP + \delta}{TP + \alpha FP + \beta FN + \delta}, \quad
        TP = \sum y \hat y,\; FP = \sum (1-y) \hat y,\; FN = \sum y (1-\hat y)

    Args:
        prediction: probabilities in [0, 1], or logits with ``from_logits``; (B, C, H, W) or (B, C, D, H, W);
            float16, bfloat16, float32 or float64.
        target: the same shape, values in [0, 1], any real dtype, without a gradient.
        alpha, beta: weights of the false positives and of the false negatives; at least 0, not both 0.
        delta: smoothing term in pixels; it decides what an image without foreground teaches (lesson 05).
        domain: ``"batch"``, one ratio of the sums over the whole batch, or ``"image"``, one ratio an image.
        per_class: one ratio a class, background included, or all classes in one ratio, as in the talk. On the channels
            of a softmax with background that one ratio is soft pixel accuracy: with alpha + beta = 1 and delta = 0 it
            is the mean prediction at the right class, whatever alpha and beta are (lesson 05).
        from_logits: False; True (sigmoid for one channel, softmax over the channels otherwise); "sigmoid"; "softmax".
        soft_labels: "product" or "minimum", as in :func:`soft_counts`; the same for a binary target. The minimum form
            has gradient 0 at a pixel whose prediction equals its target, so that it rests there.
        mask: 1 where a pixel counts, 0 where it is ignored: (B, 1, ...) or the shape of the prediction.
        reduction: "mean" or "sum" over the ratios, or "none".
        validate: check values as well as shapes and dtypes (one read of each tensor, one synchronisation on a
            GPU); values are never checked while compiling or exporting, nor inside a transform of ``torch.func``.
        group: a torch.distributed process group: the loss is then that of the GLOBAL batch, and gradients that are
            averaged over the ranks (as DistributedDataParallel does) are those of the global batch.

    Weights of classes need no argument: ``loss = tversky_loss(..., per_class=True, reduction="none")``, then
    ``(loss * weights).sum() / weights.sum()``. Nor do weights w of pixels, in [0, 1]: with ``soft_labels="minimum"``,
    ``tversky_loss(w * probability, w * target)`` counts every pixel w times, since min(w p, w y) = w min(p, y).

    Returns:
        A scalar; with ``reduction="none"`` (), (C,), (B,) or (B, C) by domain and per_class. In [0, 1] before "sum".
        Sums and result are at least float32.

    Raises:
        TypeError: not a dense tensor with values, or an integer, Boolean, complex or 8-bit prediction.
        ValueError: a shape, value or name out of place, a weight that the dtype of the sums can not hold, or (under
            ``validate``) 0/0, naming the image.

    Source: Salehi, Erdogmus and Gholipour 2017. Introduced in lesson 04.
    """
    check_choice("domain", domain, DOMAINS)
    check_choice("soft_labels", soft_labels, SOFT_LABELS)
    check_choice("reduction", reduction, REDUCTIONS)
    check_flag("per_class", per_class)
    check_flag("validate", validate)
    _check_group(group)
    weights = check_weights(alpha, beta, delta)
    check_pair(prediction, target, mask, allow_bool=False, tensors_only=True)
    activation = _activation(from_logits, prediction.shape[1])
    sums = torch.finfo(torch.promote_types(prediction.dtype, torch.float32))
    check_representable(weights, prediction.numel(), sums.max, sums.tiny, str(sums.dtype))

    read_values = validate and _sums.readable(prediction, target, mask)
    entries, extremes = _sums.soft_counts(
        prediction, target, mask, soft_labels, activation=activation, extremes=read_values
    )
    counts = _sums.reduced(entries, domain, per_class)
    tp, fp, fn = _sums.add_over_ranks(counts, group) if group is not None and domain == "batch" else counts
    numerator, denominator = terms(tp, fp, fn, *weights)
    if read_values:
        undefined = _sums.check_values(
            extremes, prediction, mask, from_logits=activation is not None, undefined=denominator < sums.tiny
        )
        _check_defined(undefined, denominator.shape, domain, per_class, weights)
    return _reduce(1 - numerator / denominator, reduction, group if domain == "image" else None)


def _check_group(group: Any) -> None:
    if group is None:
        return
    if not (torch.distributed.is_available() and isinstance(group, torch.distributed.ProcessGroup)):
        raise TypeError(f"group must be a torch.distributed process group or None, got {describe(group)}")


def _activation(from_logits: Any, channels: int) -> str | None:
    if from_logits is False:
        return None
    if from_logits is True:
        return "sigmoid" if channels == 1 else "softmax"
    if not isinstance(from_logits, str) or from_logits not in ("sigmoid", "softmax"):
        raise ValueError(f"from_logits must be False, True, 'sigmoid' or 'softmax', got {from_logits!r}")
    if from_logits == "softmax" and channels == 1:
        raise ValueError(
            "from_logits must be 'sigmoid' for one channel, got 'softmax': its value would be 1 everywhere"
        )
    return str(from_logits)


def _check_defined(
    undefined: list[int], shape: torch.Size, domain: Domain, per_class: bool, weights: tuple[float, float, float]
) -> None:
    if not undefined:
        return
    classes = shape[-1] if per_class else 1
    first = undefined[0] % classes
    where = "the batch has"
    if domain == "image":
        images = [k // classes for k in undefined if k % classes == first]
        where = f"image {images[0]} of the batch has" if len(images) == 1 else f"images {images} of the batch have"
    of_class = f" in class {first}" if per_class else ""
    alpha, beta, delta = weights
    why = f"no foreground{of_class} and none is predicted"
    if alpha == 0:
        why = f"no foreground{of_class}, and with alpha = 0 what is predicted there does not count"
    elif beta == 0:
        why = f"nothing predicted{of_class}, and with beta = 0 the foreground that is missed does not count"
    raise ValueError(f"delta must be positive here, got {delta:g}: {where} {why}, so the loss is 0/0")


def _reduce(loss: torch.Tensor, reduction: Reduction, group: Any) -> torch.Tensor:
    if reduction == "none":
        return loss
    if group is None:
        return loss.mean() if reduction == "mean" else loss.sum()
    total, number = _sums.add_over_ranks((loss.sum(), loss.new_tensor(loss.numel())), group)
    return total / number if reduction == "mean" else total


class TverskyLoss(nn.Module):
    __doc__ = (tversky_loss.__doc__ or "").replace(
        "One minus the Tversky index of soft counts.",
        "One minus the Tversky index of soft counts, as a module: ``TverskyLoss(...)(prediction, target, mask=None)``.",
        1,
    )

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        *,
        delta: float = 1e-5,
        domain: Domain = "batch",
        per_class: bool = False,
        from_logits: FromLogits = False,
        soft_labels: SoftLabels = "product",
        reduction: Reduction = "mean",
        validate: bool = True,
        group: Any = None,
    ) -> None:
        super().__init__()
        check_choice("domain", domain, DOMAINS)
        check_choice("soft_labels", soft_labels, SOFT_LABELS)
        check_choice("reduction", reduction, REDUCTIONS)
        check_flag("per_class", per_class)
        check_flag("validate", validate)
        _activation(from_logits, channels=2)
        _check_group(group)
        self.alpha, self.beta, self.delta = check_weights(alpha, beta, delta)
        self.domain: Domain = domain
        self.per_class = per_class
        self.from_logits: FromLogits = from_logits
        self.soft_labels: SoftLabels = soft_labels
        self.reduction: Reduction = reduction
        self.validate, self.group = validate, group

    def forward(self, prediction: torch.Tensor, target: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        return tversky_loss(
            prediction,
            target,
            self.alpha,
            self.beta,
            delta=self.delta,
            domain=self.domain,
            per_class=self.per_class,
            from_logits=self.from_logits,
            soft_labels=self.soft_labels,
            mask=mask,
            reduction=self.reduction,
            validate=self.validate,
            group=self.group,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> TverskyLoss:
        """The copy speaks to the same process group, which belongs to the process."""
        copied = type(self).__new__(type(self))
        memo |= {id(self): copied, id(self.group): self.group}
        copied.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return copied

    def __getstate__(self) -> dict[str, Any]:
        """For pickle: the group of all processes goes as that, another can not leave its process."""
        state = self.__dict__.copy()
        if self.group is not None:
            if self.group is not torch.distributed.group.WORLD:
                raise TypeError(
                    "group must be None or torch.distributed.group.WORLD to be pickled, got another process group: "
                    "set loss.group = None, and set it again after loading"
                )
            state["group"] = _WORLD
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state["group"] == _WORLD:
            if not torch.distributed.is_initialized():
                raise RuntimeError(
                    "the loss was pickled with the group of all processes: call torch.distributed.init_process_group "
                    "before loading it"
                )
            state = state | {"group": torch.distributed.group.WORLD}
        super().__setstate__(state)  # type: ignore[no-untyped-call]

    def extra_repr(self) -> str:
        return (
            f"alpha={self.alpha}, beta={self.beta}, delta={self.delta}, domain={self.domain!r}, "
            f"per_class={self.per_class}, from_logits={self.from_logits!r}, soft_labels={self.soft_labels!r}, "
            f"reduction={self.reduction!r}"
        )
