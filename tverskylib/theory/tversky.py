"""What lesson 04 proves of the Tversky loss: its minimum, its gradient, empty masks, and image- or batch-wise."""

from __future__ import annotations

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import (
    D,
    N,
    T,
    alpha,
    beta,
    delta,
    fn,
    fp,
    half,
    index_of,
    terms_of,
    tp,
)


@built_once
def tversky_gradient() -> Derivation:
    r"""The Tversky loss for a binary target: its only minimum, its gradient, empty masks, batches.

    .. math:: \frac{\partial T}{\partial \hat y_i} = \frac{y_i D - N (y_i + \alpha (1 - y_i) - \beta y_i)}{D^2}

    Returns:
        A :class:`Derivation`; it holds for every number of pixels, because the counts of all pixels but one enter
        as symbols.

    Source: Salehi, Erdogmus and Gholipour 2017. Introduced in lesson 04.
    """
    proof = Derivation("The Tversky loss and its gradient")
    _minimum(proof)
    _gradient(proof)
    _pulls(proof)
    _empty_mask(proof)
    _batch(proof)
    half_delta = index_of((tp, fp, fn)).subs({alpha: half, beta: half})
    s = sp.Symbol("s", nonnegative=True)
    return proof.step(
        "A Dice with a smoothing term s in the form below is ours with s = 2δ.",
        half_delta,
        "=",
        (2 * tp + s) / (2 * tp + fp + fn + s),
        "Multiply numerator and denominator by two.",
        where={s: 2 * delta},
    )


def _minimum(proof: Derivation) -> None:
    counts = (tp, fp, fn)
    where = terms_of(counts)
    proof.step(
        "The loss is the weighted mistakes over the denominator.",
        1 - T,
        "=",
        (alpha * fp + beta * fn) / D,
        "1 - N/D is (D - N)/D, and D - N holds the mistakes.",
        where={T: index_of(counts), **where},
        key=True,
    )
    proof.step(
        "The denominator is at least δ.",
        D,
        ">=",
        delta,
        "The other terms are not negative.",
        where=where,
    )
    proof.step(
        "With foreground, P = TP + FN > 0, the denominator is positive for every prediction.",
        (1 + beta) * D,
        ">=",
        beta * (tp + fn),
        "The difference has no negative term. So D > 0 if δ > 0 or P > 0: the condition that the talk leaves out.",
        where=where,
    )
    proof.step(
        "The loss is never negative.",
        (alpha * fp + beta * fn) / D,
        ">=",
        0,
        "Nothing in it is negative, and D > 0.",
    )
    for mistake, name in ((fp, "false positives"), (fn, "false negatives")):
        proof.step(
            f"It is positive wherever there are {name}.",
            (alpha * fp + beta * fn) / D,
            ">",
            0,
            "Both weights are positive. So it is 0 only where FP = FN = 0, and that is ŷ = y.",
            assuming=[sp.Gt(mistake, 0)],
        )
    proof.step(
        "And there it is 0.",
        sp.Subs(1 - T, (fp, fn), (0, 0)),
        "=",
        0,
        "The numerator and the denominator are then both TP + δ.",
        where={T: index_of(counts)},
    )


def _gradient(proof: Derivation) -> None:
    y, yhat = sp.symbols("y_i yhat_i", nonnegative=True)
    tp_0, fp_0, fn_0 = sp.symbols("TP_0 FP_0 FN_0", nonnegative=True)
    counts = (tp_0 + y * yhat, fp_0 + (1 - y) * yhat, fn_0 + y * (1 - yhat))
    for name, count, slope in zip((tp, fp, fn), counts, (y, 1 - y, -y), strict=True):
        proof.step(
            f"{name} is linear in the prediction of pixel i.",
            sp.Derivative(name, yhat),
            "=",
            slope,
            f"{name}_0 collects the other pixels, however many, and does not depend on ŷᵢ.",
            where={name: count},
        )
    where = {T: index_of(counts), **terms_of(counts)}
    closed = (y * D - N * (y + alpha * (1 - y) - beta * y)) / D**2
    proof.step(
        "The gradient in closed form.",
        sp.Derivative(T, yhat),
        "=",
        closed,
        "The quotient rule, on counts that are linear. The loss has the opposite sign.",
        where=where,
        label="gradient",
        key=True,
    )
    proof.step(
        "With N and D known, it is a straight line in yᵢ.",
        sp.Derivative(closed, (y, 2)),
        "=",
        0,
        "N and D are sums over the mask, the same for every pixel; yᵢ enters to the first power only.",
    )
    proof.step(
        "On foreground it has one value,",
        sp.Subs(closed, y, 1),
        "=",
        (beta * N + D - N) / D**2,
        "Put in yᵢ = 1.",
        key=True,
    )
    proof.step(
        "and on background another: two numbers for a whole mask.",
        sp.Subs(closed, y, 0),
        "=",
        -alpha * N / D**2,
        "Put in yᵢ = 0.",
        key=True,
    )


def _pulls(proof: Derivation) -> None:
    where = terms_of((tp, fp, fn))
    proof.step(
        "The loss never rises with more prediction on foreground,",
        -(beta * N + D - N) / D**2,
        "<=",
        0,
        "D - N = α FP + β FN is not negative.",
        assuming=[sp.Gt(D, 0, evaluate=False)],
        where=where,
    )
    proof.step(
        "and never falls with more on background.",
        alpha * N / D**2,
        ">=",
        0,
        "N = TP + δ is not negative.",
        assuming=[sp.Gt(D, 0, evaluate=False)],
        where=where,
    )
    ratio = (beta * N + D - N) / (alpha * N)
    proof.step(
        "The ratio of the two pulls, foreground to background, grows with β,",
        sp.Derivative(ratio, beta),
        "=",
        (N + fn) / (alpha * N),
        "β weighs FN in D as well.",
        where=where,
    )
    proof.step(
        "and falls with α.",
        sp.Derivative(ratio, alpha),
        "=",
        -beta * (N + fn) / (alpha**2 * N),
        "It is the ratio that falls: the pull of the background alone need not grow with α.",
        where=where,
    )
    proof.step(
        "The derivative by β is positive wherever it exists,",
        (N + fn) / (alpha * N),
        ">",
        0,
        "It exists where N = TP + δ > 0.",
        assuming=[sp.Gt(N, 0)],
    )
    proof.step(
        "the one by α negative.",
        -beta * (N + fn) / (alpha**2 * N),
        "<",
        0,
        "In the same way.",
        assuming=[sp.Gt(N, 0)],
    )


def _empty_mask(proof: Derivation) -> None:
    predicted = sp.Symbol("S", positive=True)
    slope = alpha * delta / (alpha * predicted + delta) ** 2
    empty = {T: index_of((0, predicted, 0))}
    proof.step(
        "Without foreground, TP = FN = 0 and FP = S, the sum of the prediction. Each pixel's derivative of the loss is",
        sp.Derivative(1 - T, predicted),
        "=",
        slope,
        "Each ŷᵢ adds to S at rate 1.",
        where=empty,
        label="empty mask",
        key=True,
    )
    proof.step(
        "For a given S it changes with δ,",
        sp.Derivative(slope, delta),
        "=",
        alpha * (alpha * predicted - delta) / (alpha * predicted + delta) ** 3,
        "Rising while δ < α S, falling beyond.",
    )
    proof.step(
        "so that it is largest at δ = α S,",
        sp.Subs(slope, delta, alpha * predicted),
        "=",
        1 / (4 * predicted),
        "Put it in.",
    )
    proof.step(
        "and nowhere larger.",
        1 / (4 * predicted) - slope,
        "=",
        (alpha * predicted - delta) ** 2 / (4 * predicted * (alpha * predicted + delta) ** 2),
        "The difference is a square over a positive number.",
    )
    proof.step(
        "The same as an inequality.",
        slope,
        "<=",
        1 / (4 * predicted),
        "A square is not negative.",
    )
    proof.step(
        "With δ = 0 an empty mask teaches nothing: the index is 0 for every prediction that is not 0.",
        sp.Subs(T, delta, 0),
        "=",
        0,
        "The numerator is 0, and a constant has no gradient.",
        where=empty,
    )


def _batch(proof: Derivation) -> None:
    k, images = sp.symbols("k K", integer=True, positive=True)
    each = [sp.IndexedBase(name, nonnegative=True) for name in ("TP", "FP", "FN")]
    pooled = tuple(sp.Sum(count[k], (k, 1, images)) for count in each)
    shared = terms_of(tuple(count[k] for count in each), delta / images)
    for part, name in ((N, "numerator"), (D, "denominator")):
        proof.step(
            f"Batch-wise, the {name} of K images is the sum of theirs, if each is given δ/K.",
            terms_of(pooled)[part],
            "=",
            sp.Sum(shared[part], (k, 1, images)),
            "Both are linear in the counts and in δ; this holds for every K.",
        )
    first, second, index_1, index_2 = sp.symbols("D_1 D_2 T_1 T_2", positive=True)
    counts = [sp.symbols(f"TP_{k} FP_{k} FN_{k}", nonnegative=True) for k in (1, 2)]
    parts = [terms_of(one, delta / 2) for one in counts]
    where = {
        T: index_of(tuple(sum(pair) for pair in zip(*counts, strict=True))),
        index_1: index_of(counts[0], delta / 2),
        index_2: index_of(counts[1], delta / 2),
        first: parts[0][D],
        second: parts[1][D],
    }
    mean = (first * index_1 + second * index_2) / (first + second)
    proof.step(
        "So the batch of two images has the mean of their indices, weighted by their denominators.",
        T,
        "=",
        mean,
        "With δ/2 for each image; with the full δ for each it is not true.",
        where=where,
    )
    proof.step(
        "It lies beyond the first index by a share of the distance to the second,",
        mean - index_1,
        "=",
        second / (first + second) * (index_2 - index_1),
        "Subtract.",
    )
    proof.step(
        "and short of the second by the rest: between the two.",
        index_2 - mean,
        "=",
        first / (first + second) * (index_2 - index_1),
        "Subtract.",
    )
