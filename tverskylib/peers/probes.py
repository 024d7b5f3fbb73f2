"""Questions put to a loss by running it: each answer is a number, or the error that came instead."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable
from typing import Any

import torch

from tverskylib._checks import Domain
from tverskylib.losses import tversky_loss
from tverskylib.peers.calls import Loss
from tverskylib.peers.cases import CLASSES, batch, two_channels

Answer = float | str | None  # a number; an error, "TypeError: ..."; None where the question makes no sense
CLOSE = 2e-5
DOMAINS: tuple[Domain, ...] = ("image", "batch")


def run(code: str, **inputs: Any) -> Any:
    """What the code leaves in ``value``. The code is ours: it stands in calls.py and equivalents.py."""
    import tverskylib

    names = {
        "torch": torch,
        "two_channels": two_channels,
        **{name: getattr(tverskylib, name) for name in OURS},
        **inputs,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, names)
    return names["value"]


OURS = ("tversky_loss", "tversky_index")


def number(code: str, **inputs: Any) -> Answer:
    """The value as a number, or the error in one line."""
    try:
        return float(run(code, **inputs))
    except Exception as error:
        text = " ".join(str(error).split())
        return f"{type(error).__name__}: {text[:100]}"


def all_answers(loss: Loss) -> dict[str, Any]:
    """Every question of this file."""
    return {
        "weights": weights(loss),
        "by_default": reading(loss),
        "domain_changed": reading(loss, *loss.domain) if loss.domain else None,
        "without_background": reading(loss, *loss.no_background) if loss.no_background else None,
        "smoothing": smoothing(loss),
        "absent_class": absent_class(loss),
        "empty": empty(loss),
        "soft_labels": soft_labels(loss),
        "half": half(loss),
        "ignore": ignore(loss),
        "errors": errors(loss),
        "value": number(loss.code(many=True), **named(batch(CLASSES))),
        "ours": number(f"value = {loss.ours}", **named(batch(CLASSES))) if "(" in loss.ours[:14] else None,
    }


def named(pair: tuple[torch.Tensor, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {"p": pair[0], "y": pair[1]}


def candidates(p: torch.Tensor, y: torch.Tensor, alpha: float, beta: float, delta: float) -> dict[str, float]:
    """Our loss of one batch of three classes under every domain and every way to take the classes."""
    found = {}
    for domain, (classes, first, per_class) in itertools.product(
        DOMAINS,
        (("mean of all classes", 0, True), ("mean of the foreground classes", 1, True), ("all in one ratio", 0, False)),
    ):
        if first == p.shape[1]:
            continue
        pair = p[:, first:], y[:, first:]
        value = tversky_loss(*pair, alpha, beta, delta=delta, domain=domain, per_class=per_class)
        found[f"{domain}, {classes}"] = float(value)
    return found


def reading(loss: Loss, *more: str) -> str:
    """Which domain, and how the classes are taken: what of :func:`candidates` has the loss's value."""
    p, y = batch(CLASSES)
    found = number(loss.code(*more, *loss.dice_part, many=True), p=p, y=y)
    if isinstance(found, str) or found is None:
        return str(found)
    shapes = {"": (0.5, 0.5), "Jaccard, ": (1.0, 1.0)}
    for (shape, (alpha, beta)), delta in itertools.product(shapes.items(), (0.0, 0.5)):
        values = candidates(p, y, alpha, beta, delta)
        fits = [name for name, value in values.items() if math.isclose(found, value, abs_tol=CLOSE)]
        if len(fits) == 2:  # probabilities that add up to one, all in one ratio: both domains are one number
            fits = [name for name in fits if name.startswith(one_channel_domain(loss, *more))]
        if fits:
            return shape + fits[0]
    return generalised(p, y, found)


def one_channel_domain(loss: Loss, *more: str) -> str:
    """The domain that one foreground channel shows; "" where a softmax of two channels hides it too."""
    p, y = batch()
    found = number(loss.code(*more), p=p, y=y)
    values = {domain: float(tversky_loss(p, y, delta=0.0, domain=domain)) for domain in DOMAINS}
    fits = [domain for domain, value in values.items() if isinstance(found, float) and abs(found - value) < CLOSE]
    return fits[0] if fits else ""


def generalised(p: torch.Tensor, y: torch.Tensor, found: Answer) -> str:
    """Generalised Dice: one ratio of sums over the classes, each weighted by one over its squared volume."""
    from tverskylib import soft_counts, tversky_from_counts

    for domain, first in itertools.product(DOMAINS, (0, 1)):
        tp, fp, fn = soft_counts(p[:, first:], y[:, first:], domain=domain, per_class=True)
        weight = 1 / (tp + fn) ** 2
        loss = 1 - tversky_from_counts(*((weight * x).sum(-1) for x in (tp, fp, fn))).mean()
        if isinstance(found, float) and math.isclose(found, float(loss), abs_tol=1e-3):  # smoothing is not in pixels
            return f"{domain}, {'foreground ' * first}classes weighted by 1 / volume², in one ratio"
    return "neither"


def weights(loss: Loss) -> str | None:
    """Which argument weighs the false positives: our loss with the two in either order, beside theirs."""
    if not loss.weights:
        return None
    two = loss.takes_logits  # a softmax needs the background as a channel of its own
    p, y = batch(CLASSES) if two else batch()
    found = number(loss.code(*loss.weights, many=two), p=p, y=y)
    for words, pair in (("alpha", (0.3, 0.7)), ("beta", (0.7, 0.3))):
        for value in candidates(p, y, *pair, 0.0).values():
            if isinstance(found, float) and math.isclose(found, value, abs_tol=CLOSE):
                return words
    return f"neither: {found}"


def smoothing(loss: Loss) -> dict[str, Answer]:
    """The terms above and below, in pixels of our delta, from one pixel of foreground, found and missed.

    With s above and t below, found exactly the index is (1 + s) / (1 + t), and missed it is s / (w + t), with w the
    weight of a false negative.
    """
    pixel = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    code = loss.code(*loss.dice_part, *loss.double)
    tiny = 1e-15 if loss.takes_logits else 0.0
    right, missed = (number(code, p=value * pixel, y=pixel) for value in (1 - tiny, tiny))
    if isinstance(right, str) or isinstance(missed, str) or right is None or missed is None:
        return {"above": None, "below": None}
    weight = 1.0 if loss.name == "JaccardLoss" else 0.5
    q, r = 1 - right, 1 - missed
    above = r * (weight - 1 + 1 / q) / (1 - r / q)
    return {"above": above, "below": (1 + above) / q - 1}


def absent_class(loss: Loss) -> dict[str, Answer]:
    """What a class that is not in the target adds to the mean: not predicted, and predicted with one pixel or so."""
    p, y = (x[:1].double() for x in batch(CLASSES))
    target = torch.cat([y[:, :1] + y[:, 2:], y[:, 1:2], 0 * y[:, 2:]], 1)
    tiny = 1e-12
    p = torch.cat([p[:, :1] + p[:, 2:] - tiny, p[:, 1:2], torch.full_like(p[:, 2:], tiny)], 1)
    predicted = p.clone()
    predicted[0, 2, 0, :2] += p[0, 0, 0, :2] / 2
    predicted[0, 0, 0, :2] -= p[0, 0, 0, :2] / 2
    return {"not predicted": _share(loss, p, target), "predicted": _share(loss, predicted, target)}


def _share(loss: Loss, p: torch.Tensor, y: torch.Tensor) -> Answer:
    found = number(loss.code(*loss.dice_part, *loss.double, many=True), p=p, y=y)
    classes = reading(loss)
    if isinstance(found, str) or found is None or "mean of" not in classes:
        return found if isinstance(found, str) else "in the one ratio"
    first = 1 if "foreground" in classes else 0
    weight, delta = (1.0 if "Jaccard" in classes else 0.5), smoothing(loss)["above"]
    each = tversky_loss(p, y, weight, weight, delta=max(float(delta or 0), 1e-9), per_class=True, reduction="none")
    present = float(each[first:2].sum())
    if math.isclose(found, present / (2 - first), abs_tol=1e-5):
        return "left out"
    return round((3 - first) * found - present, 4) + 0.0


def empty(loss: Loss) -> dict[str, dict[str, Answer]]:
    """One empty image of 64 × 64 pixels: the loss and the gradient of a pixel where all are predicted alike."""
    found: dict[str, dict[str, Answer]] = {}
    for value in (0.0, 1e-4, 0.5):
        if value == 0 and loss.takes_logits:
            found[f"{value:g}"] = dict.fromkeys(("loss", "gradient"))  # no logit says 0
            continue
        p = torch.full((1, 1, 64, 64), value, requires_grad=True)
        y = torch.zeros(1, 1, 64, 64)
        answer = number(loss.code(), p=p.detach(), y=y)
        found[f"{value:g}"] = {"loss": answer, "gradient": gradient(loss, p, y)}
    return found


def gradient(loss: Loss, p: torch.Tensor, y: torch.Tensor) -> Answer:
    """The derivative by the first pixel's probability."""
    try:
        (slope,) = torch.autograd.grad(torch.as_tensor(run(loss.code(), p=p, y=y)), p)
        return float(slope[0, 0, 0, 0])
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:100]}"


def soft_labels(loss: Loss) -> dict[str, Answer]:
    """A target of 0.7 on a quarter and 0.2 elsewhere: the loss at the target, and at the target cut at one half."""
    y = torch.full((1, 1, 8, 8), 0.2)
    y[..., :4, :4] = 0.7
    code, asked = (loss.code(*loss.dice_part, *more).replace(".long()", "") for more in ((), loss.soft))
    mask = (y > 0.5).float().clamp(1e-6, 1 - 1e-6)
    found = {"at the target": number(code, p=y, y=y), "at the mask": number(code, p=mask, y=y)}
    return found | ({"asked for": number(asked, p=y, y=y)} if loss.soft else {})


def half(loss: Loss) -> dict[str, Answer]:
    """A batch of (16, 1, 512, 512), all foreground, predicted 0.9: in float16, in bfloat16, and what is right."""
    found: dict[str, Answer] = {}
    for dtype in (torch.float16, torch.bfloat16):
        y = torch.ones(16, 1, 512, 512, dtype=dtype)
        found[str(dtype).removeprefix("torch.")] = number(loss.code(*loss.dice_part), p=0.9 * y, y=y)
    y = torch.ones(1, 1, 64, 64)
    found["right"] = number(loss.code(*loss.dice_part), p=0.9 * y, y=y)
    return found


def ignore(loss: Loss) -> Answer:
    """By how much the loss with a strip ignored differs from the loss without the strip; None if nothing ignores."""
    if loss.ignore is None:
        return None
    args, call = loss.ignore
    p, y = batch()
    y255, mask = y.clone(), torch.ones_like(y, dtype=torch.bool)
    y255[..., :2, :], mask[..., :2, :] = 255, False
    code = loss.code(*args, call=call)
    masked = number(code, p=p, y=y, y255=y255, mask=mask)
    cut = number(loss.code(), p=p[..., 2:, :], y=y[..., 2:, :])
    if isinstance(masked, str) or isinstance(cut, str) or masked is None or cut is None:
        return masked if isinstance(masked, str) else cut
    return abs(masked - cut)


def errors(loss: Loss) -> dict[str, Answer]:
    """Wrong input: the number that came out, or the error that it raised."""
    p, y = batch()
    nan = p.clone()
    nan[0, 0, 0, 0] = math.nan
    code = loss.code()
    found = {
        "logits": number(_as_given(loss), p=8 * p - 4, y=y),
        "probabilities": number(_as_given(loss), p=p, y=y),
        "labels of 255": number(code, p=p, y=255 * y),
        "NaN": number(code, p=nan, y=y),
        "target without channel": number(code.replace("y[:, 0]", "y"), p=p, y=y[:, 0]),
        "Boolean target": number(code, p=p, y=y.bool()),
        "integer target": number(code, p=p, y=y.long()),
    }
    if loss.weights:
        found["alpha = -1"] = number(loss.code("alpha=-1.0", "beta=0.7"), p=p, y=y)
    return found


def _as_given(loss: Loss) -> str:
    """The call as its documentation writes it, with p put in as it is and no activation asked for."""
    plain: Callable[[str], str] = lambda text: text.replace("two_channels(p).log()", "two_channels(p)").replace(  # noqa: E731
        "p.logit()", "p"
    )
    return plain(loss.code())
