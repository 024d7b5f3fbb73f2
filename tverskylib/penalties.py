"""Penalties that keep a prediction from being too sure, and a loss with one of them added."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from tverskylib._checks import check_flag, check_mask_values, check_prediction, check_values, describe
from tverskylib._numbers import check_number
from tverskylib._sums import readable
from tverskylib.losses import FromLogits, _activation


def label_noise_penalty(
    prediction: torch.Tensor,
    *,
    from_logits: FromLogits = False,
    mask: torch.Tensor | None = None,
    validate: bool = True,
) -> torch.Tensor:
    r"""What label smoothing adds to cross-entropy: the mean over the pixels of minus the sum of the log-probabilities.

    .. math:: \Omega(\hat y) = -\sum_{c=1}^{C} \log \hat y_c = C \, \mathrm{KL}(u \,\|\, \hat y) + C \log C,
        \quad u = (1/C, \dots, 1/C)

    Its minimum is at the uniform distribution, and it grows without bound as any class goes to 0. One channel means
    two classes, (q, 1 - q). It is a mean over the pixels that count, of all images together, and not a sum: a
    Tversky loss does not grow with the image, so beside it a sum would make epsilon mean something else for every
    image size.

    Args:
        prediction: probabilities, which sum to 1 over the channels where there are several, or logits with
            ``from_logits``; (B, C, H, W) or (B, C, D, H, W); float16, bfloat16, float32 or float64. Prefer logits:
            value and gradient then stay finite where a probability rounds to 0.
        from_logits: False; True (sigmoid for one channel, softmax over the channels otherwise); "sigmoid"; "softmax".
            "sigmoid" with several channels means as many independent binary classes: each channel is a pair
            (q, 1 - q), and the penalties of the channels are added up.
        mask: 1 where a pixel counts, 0 where it is ignored, whatever stands there: (B, 1, ...).
        validate: check values as well as shapes and dtypes (one synchronisation on a GPU); values are never checked
            while compiling, nor inside a transform of ``torch.func``.

    Returns:
        A scalar of at least float32, in [C log C, infinity): C = 2 for one channel; [2 C log 2, infinity) for C
        independent binary classes.

    Raises:
        TypeError: not a tensor, or an integer, Boolean or complex prediction.
        ValueError: a shape, value or name out of place, or (under ``validate``) a probability of 0, or so near to 0
            that the penalty or its slope is infinite, logits that are not finite, or a mask that leaves no pixel.

    Source: Szegedy et al. 2016. Introduced in lesson 08.
    """
    values, activation = _prepared(prediction, from_logits, mask, validate, positive=True)
    if activation is None:
        return _mean_over_pixels([-p.log() for p in _all_classes(values)], mask)
    return _mean_over_pixels([-log_p for log_p in _log_probabilities(values, activation)], mask)


def confidence_penalty(
    prediction: torch.Tensor,
    *,
    from_logits: FromLogits = False,
    mask: torch.Tensor | None = None,
    validate: bool = True,
) -> torch.Tensor:
    r"""Minus the entropy of the prediction, averaged over the pixels.

    .. math:: \Omega(\hat y) = -H(\hat y) = \sum_{c=1}^{C} \hat y_c \log \hat y_c = \mathrm{KL}(\hat y \,\|\, u) - \log C,
        \quad u = (1/C, \dots, 1/C), \quad 0 \log 0 = 0

    Its minimum is at the uniform distribution, and it is 0 where the prediction is sure. One channel means two
    classes, (q, 1 - q). It is a mean over the pixels that count, of all images together, and not a sum: a Tversky
    loss does not grow with the image, so beside it a sum would make epsilon mean something else for every image size.

    From probabilities the derivative, log p + 1, is minus infinity at an exact 0. There the gradient is finite
    instead, about the log of the smallest normal number (-87 in float32), which points the same way. From logits the
    gradient is finite everywhere, and vanishes where the prediction is sure.

    Args:
        prediction: probabilities, which sum to 1 over the channels where there are several, or logits with
            ``from_logits``; (B, C, H, W) or (B, C, D, H, W); float16, bfloat16, float32 or float64.
        from_logits: False; True (sigmoid for one channel, softmax over the channels otherwise); "sigmoid"; "softmax".
            "sigmoid" with several channels means as many independent binary classes: each channel is a pair
            (q, 1 - q), and the penalties of the channels are added up.
        mask: 1 where a pixel counts, 0 where it is ignored, whatever stands there: (B, 1, ...).
        validate: check values as well as shapes and dtypes (one synchronisation on a GPU); values are never checked
            while compiling, nor inside a transform of ``torch.func``.

    Returns:
        A scalar of at least float32, in [-log C, 0]: C = 2 for one channel; [-C log 2, 0] for C independent binary
        classes.

    Raises:
        TypeError: not a tensor, or an integer, Boolean or complex prediction.
        ValueError: a shape, value or name out of place, or (under ``validate``) logits that are not finite, or a
            mask that leaves no pixel.

    Source: Pereyra et al. 2017. Introduced in lesson 08.
    """
    values, activation = _prepared(prediction, from_logits, mask, validate)
    if activation is None:
        tiny = torch.finfo(values.dtype).tiny  # inside the log only: the value at 0 is 0, and the slope log(tiny)
        return _mean_over_pixels([p * p.clamp(min=tiny).log() for p in _all_classes(values)], mask)
    return _mean_over_pixels([log_p.exp() * log_p for log_p in _log_probabilities(values, activation)], mask)


def _prepared(
    prediction: torch.Tensor, from_logits: Any, mask: torch.Tensor | None, validate: bool, *, positive: bool = False
) -> tuple[torch.Tensor, str | None]:
    """The checked prediction in at least float32, uniform where it is ignored; and what turns it into probabilities."""
    check_flag("validate", validate)
    check_prediction(prediction, mask)
    channels = prediction.shape[1]
    activation = _activation(from_logits, channels)
    values = prediction.to(torch.promote_types(prediction.dtype, torch.float32))
    if mask is not None:
        values = values.masked_fill(mask == 0, 0 if activation else 1 / max(channels, 2))
    if validate and readable(prediction, mask):
        _check_values(values, activation, mask, torch.finfo(prediction.dtype).eps, positive)
    return values, activation


def _all_classes(probability: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Of one channel, the second class as well."""
    return (probability, 1 - probability) if probability.shape[1] == 1 else (probability,)


def _log_probabilities(logits: torch.Tensor, activation: str) -> tuple[torch.Tensor, ...]:
    if activation == "softmax":
        return (logits.log_softmax(1),)
    return nn.functional.logsigmoid(logits), nn.functional.logsigmoid(-logits)


def _mean_over_pixels(terms: list[torch.Tensor], mask: torch.Tensor | None) -> torch.Tensor:
    first, *others = (term.sum(1, keepdim=True) for term in terms)
    pixels = sum(others, first)
    if mask is None:
        return pixels.mean()
    return pixels.masked_fill(mask == 0, 0).sum() / (mask != 0).sum()


@torch.no_grad()
def _check_values(
    values: torch.Tensor, activation: str | None, mask: torch.Tensor | None, eps: float, positive: bool
) -> None:
    """Judge the values, uniform where they are ignored, with one synchronisation; eps is that of the given dtype."""
    read = [*torch.aminmax(values)]
    sums_matter = activation is None and values.shape[1] > 1
    if sums_matter:
        read += torch.aminmax(values.sum(1))
    if mask is not None:
        kept = mask.double()  # torch can not sort all integers
        read += (*torch.aminmax(kept), ((kept == 0) | (kept == 1)).all())
    low, high, *more = torch.stack([x.to(values.dtype) for x in read]).tolist()
    if mask is not None:
        *more, mask_low, mask_high, only_zero_and_one = more
        check_mask_values(mask_low, mask_high, bool(only_zero_and_one))
        if mask_high == 0:
            raise ValueError("mask must leave at least one pixel, got 0 everywhere: there is nothing to average")
    if activation is not None:
        if not (math.isfinite(low) and math.isfinite(high)):
            given = "NaN" if math.isnan(low) else f"values from {low:.4g} to {high:.4g}"
            raise ValueError(f"prediction must hold finite logits, got {given}")
        return
    check_values((low, high), (0.0, 1.0), slack=4 * eps, from_logits=False)
    # Probabilities may have passed through another dtype, a mean or an interpolation; a mistake is far larger.
    if sums_matter and max(abs(total - 1) for total in more) > max(4 * eps, 1e-3):
        raise ValueError(
            f"prediction must sum to 1 over the channels, got sums from {more[0]:.4g} to {more[1]:.4g}: pass logits "
            "with from_logits=True for classes that exclude each other, with from_logits='sigmoid' for those that do not"
        )
    if positive and (low < torch.finfo(values.dtype).tiny or (values.shape[1] == 1 and high >= 1)):
        raise ValueError(
            f"prediction must leave every class a probability above 0, got values from {low:.4g} to {high:.4g}: the "
            "penalty, a log, is infinite at 0; pass logits with from_logits=True, from which it is finite"
        )


MOST = 1e30  # of epsilon: a penalty times a weight must not become infinite in float32


class Regularised(nn.Module):
    r"""A loss with a penalty added: ``Regularised(TverskyLoss(...), confidence_penalty, 0.1)(prediction, target)``.

    .. math:: L(\hat y, y) + \varepsilon \, \Omega(\hat y)

    The penalty is one number, a mean over the pixels: it is added to whatever the loss returns, to every ratio with
    ``reduction="none"``. As each `Regularised` is a loss itself, a second penalty can be added to the first.
    With torch.distributed the penalty is that of each rank's own pixels; where every rank has as many, gradients
    that are averaged over the ranks are those of the global batch.

    Args:
        loss: any loss module, called as ``loss(prediction, target)``, with ``mask=mask`` where a mask is given.
        penalty: :func:`label_noise_penalty`, :func:`confidence_penalty` or anything that is called like them,
            ``penalty(prediction, from_logits=..., mask=...)``.
        epsilon: the weight of the penalty, from 0 to 1e30.
        from_logits: what the prediction is; read from the loss (its attribute ``from_logits``) unless it is given, as
            it must be for a loss that has none: True with ``nn.BCEWithLogitsLoss``.

    Returns:
        When called with (prediction, target, mask=None): what the loss returns, plus epsilon times the penalty. The
        prediction has the shape (B, C, H, W) or (B, C, D, H, W), the mask (B, 1, ...); the loss judges the target.

    Raises:
        TypeError: a loss that is no module, a penalty that can not be called, an epsilon that is no number, or a
            loss that does not say what the prediction is.
        ValueError: an epsilon out of range, an unknown from_logits, or one that contradicts the loss.

    Source: Szegedy et al. 2016; Pereyra et al. 2017. Introduced in lesson 09.
    """

    def __init__(
        self,
        loss: nn.Module,
        penalty: Callable[..., torch.Tensor],
        epsilon: float,
        *,
        from_logits: FromLogits | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(loss, nn.Module):
            made = f": make one of it, {loss.__name__}(...)" if isinstance(loss, type) else ""
            raise TypeError(f"loss must be a loss module, got {_name(loss)}{made}")
        if not callable(penalty) or isinstance(penalty, type):
            raise TypeError(
                f"penalty must be a function of a prediction such as confidence_penalty, got {_name(penalty)}"
            )
        self.loss = loss
        self.penalty = penalty
        self.epsilon = check_number("epsilon", epsilon, 0, MOST)
        self.from_logits = _agreed(from_logits, loss)

    def forward(self, prediction: torch.Tensor, target: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        options = {} if mask is None else {"mask": mask}  # a loss that knows no mask can do without
        loss: torch.Tensor = self.loss(prediction, target, **options)
        penalty = self.penalty(prediction, from_logits=self.from_logits, mask=mask)
        if not isinstance(penalty, torch.Tensor) or penalty.ndim:  # a map would make a map of the loss
            raise TypeError(f"penalty must return one number, a tensor of shape (), got {describe(penalty)}")
        return loss + self.epsilon * penalty

    def extra_repr(self) -> str:
        return f"penalty={_name(self.penalty)}, epsilon={self.epsilon}, from_logits={self.from_logits!r}"


def _agreed(from_logits: FromLogits | None, loss: nn.Module) -> FromLogits:
    """What the prediction is: as given, or else as the loss says."""
    read: FromLogits | None = getattr(loss, "from_logits", None)
    agreed = read if from_logits is None else from_logits
    if agreed is None:
        raise TypeError(
            f"from_logits must be given, as {type(loss).__name__} does not say what it takes: True for logits, "
            "False for probabilities"
        )
    _activation(agreed, channels=2)
    if read is not None and (agreed is False) != (read is False):
        raise ValueError(f"from_logits must not contradict that of the loss, {read!r}, got {agreed!r}")
    return agreed


def _name(x: Any) -> str:
    return str(getattr(x, "__name__", None) or describe(x))
