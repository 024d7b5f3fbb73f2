"""Exercises of lesson 04: the loss and its gradient, written by hand."""

import torch

from tverskylib import tversky_loss
from tverskylib.exercises.compare import as_array, as_number, kind, same
from tverskylib.exercises.exercise import exercise

target = torch.tensor([1.0, 0, 0, 0]).reshape(1, 1, 2, 2)
prediction = torch.tensor([0.9, 0.4, 0.3, 0.1]).reshape(1, 1, 2, 2)


def _with_gradient(loss, p, t):
    """The loss and its gradient with respect to p; nan where autograd cannot follow the loss."""
    p = p.clone().requires_grad_()
    found = loss(p, t)
    if not getattr(found, "requires_grad", False):
        return as_number(found), torch.full_like(p, torch.nan)
    return as_number(found), torch.autograd.grad(found, p)[0]


def _on_batches(loss):
    """On four pixels, on two images, on two of three classes, and on an empty mask."""
    draw = torch.Generator().manual_seed(0)
    p, t = torch.rand(2, 1, 4, 5, generator=draw), (torch.rand(2, 1, 4, 5, generator=draw) > 0.7).float()
    many, masks = torch.rand(2, 3, 4, 5, generator=draw), (torch.rand(2, 3, 4, 5, generator=draw) > 0.7).float()
    pairs = ((prediction, target), (p, t), (many, masks), (p, 0 * t))
    return tuple(_with_gradient(loss, *pair) for pair in pairs)


@exercise(
    *(4, 1, "my_dice_loss", "The loss"),
    probe=_on_batches,
    stub="def my_dice_loss(p, t):\n    return ...",
    see="sharpening()",
)
def my_loss():
    r"""Write your own soft Dice loss, `my_dice_loss(p, t)`, of one ratio over everything, with $\delta = 1$, from torch
    operations only.

    *Hint:* $TP + \frac12 FP + \frac12 FN$ is half the sum of the prediction plus half the sum of the target."""

    def my_dice_loss(p, t):
        return 1 - ((p * t).sum() + 1) / (0.5 * p.sum() + 0.5 * t.sum() + 1)

    return my_dice_loss


my_loss.mistake(
    "if the index is returned instead of the loss",
    lambda: lambda p, t: ((p * t).sum() + 1) / (0.5 * p.sum() + 0.5 * t.sum() + 1),
)
my_loss.mistake(
    "if delta stands below only", lambda: lambda p, t: 1 - (p * t).sum() / (0.5 * p.sum() + 0.5 * t.sum() + 1)
)
my_loss.mistake(
    "with 1 beside 2 TP, which is a delta of one half",
    lambda: lambda p, t: 1 - (2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1),
)
my_loss.mistake(
    "if TP is doubled and the delta below is not",
    lambda: lambda p, t: 1 - 2 * ((p * t).sum() + 1) / (p.sum() + t.sum() + 1),
)
my_loss.mistake(
    "with the whole sums below, not half of each",
    lambda: lambda p, t: 1 - ((p * t).sum() + 1) / (p.sum() + t.sum() + 1),
)
my_loss.mistake(
    "with the mean of the images' losses instead of one ratio",
    lambda: lambda p, t: tversky_loss(p, t, delta=1.0, domain="image"),
)
my_loss.mistake("with Jaccard's weights, 1 and 1", lambda: lambda p, t: tversky_loss(p, t, 1.0, 1.0, delta=1.0))
my_loss.mistake(
    "with a ratio for each channel instead of one over everything",
    lambda: lambda p, t: tversky_loss(p, t, delta=1.0, per_class=True),
)
my_loss.mistake(
    "with a ratio for each image and channel instead of one over everything",
    lambda: lambda p, t: tversky_loss(p, t, delta=1.0, per_class=True, domain="image"),
)
my_loss.mistake(
    "with the sums of squares below, which is another loss",
    lambda: lambda p, t: 1 - ((p * t).sum() + 1) / (0.5 * (p**2).sum() + 0.5 * (t**2).sum() + 1),
)
my_loss.mistake("without delta", lambda: lambda p, t: 1 - (p * t).sum() / (0.5 * p.sum() + 0.5 * t.sum()))


def without_gradient():
    right = my_loss.solution()
    return lambda p, t: right(p.detach(), t)


my_loss.mistake("if torch cannot follow it: from `detach`, `item` or NumPy no gradient comes back", without_gradient)


def slope_of(logit, **settings):
    z = torch.tensor([logit, 0.0, 0.0, 0.0]).reshape(1, 1, 2, 2).requires_grad_()
    loss = tversky_loss(z, target, from_logits=True, **settings)
    return torch.autograd.grad(loss, z)[0].flatten()[0].item()


@exercise(
    4, 2, "slope_sure, slope_unsure", "Property 3: it is differentiable", see="landscape(foreground=0, background=0.5)"
)
def sure_and_wrong():
    r"""A network gives the logits $z = (-8, 0, 0, 0)$ for the four pixels; its first pixel is foreground, and it is sure of
    the contrary. Compute the gradient of the Dice loss (`from_logits=True`, $\delta = 1$) with respect to the logits,
    `slope_sure`, at that pixel. Then take 0 for its logit, `slope_unsure`. Which one is pulled harder?

    *Hint:* `torch.autograd.grad(loss, z)`."""

    def slope_at_first(logit):
        z = torch.tensor([logit, 0.0, 0.0, 0.0]).reshape(1, 1, 2, 2).requires_grad_()
        return torch.autograd.grad(tversky_loss(z, target, delta=1.0, from_logits=True), z)[0].flatten()[0]

    # The pixel that is surely wrong is left alone.
    slope_sure, slope_unsure = slope_at_first(-8.0), slope_at_first(0.0)
    return slope_sure, slope_unsure


def of_probabilities():
    found = []
    for logit in (-8.0, 0.0):
        p = torch.tensor([logit, 0.0, 0.0, 0.0]).reshape(1, 1, 2, 2).sigmoid().requires_grad_()
        found.append(torch.autograd.grad(tversky_loss(p, target, delta=1.0), p)[0].flatten()[0])
    return tuple(found)


sure_and_wrong.mistake("with the gradient with respect to the probabilities instead of the logits", of_probabilities)
sure_and_wrong.mistake(
    "with the sign of the pull: the gradient points uphill, so it is negative here",
    lambda: (-slope_of(-8.0, delta=1.0), -slope_of(0.0, delta=1.0)),
)
sure_and_wrong.mistake(
    "with the delta that `tversky_loss` has by default, instead of 1", lambda: (slope_of(-8.0), slope_of(0.0))
)
sure_and_wrong.mistake("if the two are swapped", lambda: (slope_of(0.0, delta=1.0), slope_of(-8.0, delta=1.0)))


@exercise(4, 4, "T_equal", "Relatives")
def focal():
    r"""For which indices $T$ is the gradient of focal Tversky with $\gamma = \frac43$ longer than that of the plain loss?
    Compute the border, `T_equal`.

    *Hint:* solve $\frac34 (1 - T)^{-1/4} = 1$."""
    T_equal = 1 - 0.75**4
    return T_equal


focal.mistake("if it is the loss 1 - T at the border, and not T", lambda: 0.75**4)
focal.mistake("with the fourth root instead of the fourth power", lambda: 1 - 0.75 ** (1 / 4))
focal.mistake("without the minus of the exponent, so that 1 - T is above 1", lambda: 1 - 0.75**-4)
focal.mistake("with the power 3/4 of the loss instead of that of its derivative, -1/4", lambda: 1 - 0.75 ** (4 / 3))


def _slopes(gradient):
    """Of four pixels and of six; a word where autograd found them, which keeps nothing in inference mode."""
    found = _on_pixels(gradient)
    try:
        with torch.inference_mode():
            return found if same(_on_pixels(gradient), found) else "automatic"
    except RuntimeError:
        return "automatic"


def _on_pixels(gradient):
    four = torch.tensor([[0.9, 0.4, 0.3, 0.1], [1.0, 0, 0, 1.0]], dtype=torch.float64)
    six = torch.tensor([[0.2, 0.7, 0.6, 0.1, 0.5, 0.8], [1.0, 1.0, 0, 0, 0, 1.0]], dtype=torch.float64)

    def tried(pixels, weights):
        found = as_array(gradient(*pixels.clone(), *weights))
        if found.shape != pixels[0].shape:
            raise ValueError(
                f"my_gradient should return a number for each of {pixels[0].numel()} pixels, got {kind(found)}"
            )
        return found

    return tried(four, (0.3, 0.7, 1.0)), tried(six, (0.5, 0.5, 0.0))


@exercise(
    *(4, 3, "my_gradient", "Property 3: it is differentiable"),
    probe=_slopes,
    stub="def my_gradient(p, t, alpha, beta, delta):\n    return ...",
    see="landscape()",
)
def my_slope():
    """Write the gradient of the Tversky loss with respect to the probabilities, `my_gradient(p, t, alpha, beta, delta)`, for
    a prediction `p` and a mask `t` of any number of pixels, with torch and without automatic differentiation. The mask
    holds 0 and 1 as floating-point numbers, so that it can be multiplied, and is no index.

    *Hint:* (4.3) is the gradient of the index."""

    def my_gradient(p, t, alpha, beta, delta):
        tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
        N, D = tp + delta, tp + alpha * fp + beta * fn + delta
        return -(t * D - N * (t + alpha * (1 - t) - beta * t)) / D**2

    return my_gradient


def of_the_index():
    right = my_slope.solution()
    return lambda *given: -right(*given)


my_slope.mistake("for the index; the loss has the other sign", of_the_index)


def swapped_weights():
    right = my_slope.solution()
    return lambda p, t, alpha, beta, delta: right(p, t, beta, alpha, delta)


my_slope.mistake("if alpha and beta are swapped", swapped_weights)


def constant_denominator():
    def gradient(p, t, alpha, beta, delta):
        tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
        return -t / (tp + alpha * fp + beta * fn + delta)

    return gradient


my_slope.mistake(
    "if the denominator is taken for a constant, so that only the numerator is differentiated", constant_denominator
)


def by_autograd():
    def gradient(p, t, alpha, beta, delta):
        p = p.clone().requires_grad_()
        tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
        return torch.autograd.grad(1 - (tp + delta) / (tp + alpha * fp + beta * fn + delta), p)[0]

    return gradient


my_slope.mistake("with automatic differentiation: the formula is asked for", by_autograd)


def without_square():
    def gradient(p, t, alpha, beta, delta):
        tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
        N, D = tp + delta, tp + alpha * fp + beta * fn + delta
        return -(t * D - N * (t + alpha * (1 - t) - beta * t)) / D

    return gradient


my_slope.mistake("if the denominator is not squared", without_square)


def without_delta():
    right = my_slope.solution()
    return lambda p, t, alpha, beta, delta: right(p, t, alpha, beta, 0.0)


my_slope.mistake("without delta", without_delta)
