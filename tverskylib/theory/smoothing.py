"""The talk's Claim 1, "label smoothing does not work with a Tversky loss": exactly when, and where it is always so."""

from __future__ import annotations

from typing import Any

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import (
    C,
    D,
    N,
    P,
    Q,
    T,
    a,
    alpha,
    b,
    beta,
    delta,
    epsilon,
    fn,
    fp,
    half,
    i,
    index_of,
    terms_of,
    tp,
    two_labels,
)
from tverskylib.theory.threshold import coefficient

p, p_star = sp.symbols("p p^*", nonnegative=True)
delta_star = sp.Symbol("delta^*", real=True)
u, v = sp.symbols("u v", nonnegative=True)
c_a, c_b = sp.symbols("c_a c_b", real=True)  # the c of the threshold theorem, on foreground and on background
A, B = sp.symbols("A B", real=True)  # the conditions say A >= 0 and B >= 0

# Soft counts of a prediction that is u on the whole foreground and v on the whole background
counts = (a * P * u + b * Q * v, (1 - a) * P * u + (1 - b) * Q * v, a * P * (1 - u) + b * Q * (1 - v))

condition_a = alpha * P * (1 - epsilon) + delta * (alpha * (1 - b) - beta * b) - beta * b * (P * a + Q * b)
condition_b = beta * a * (P * a + Q * b) + delta * (beta * a - alpha * (1 - a))
by_fraction = p * (1 - epsilon) * (alpha - beta * b) - beta * b**2


values_of = {A: condition_a, B: condition_b, c_a: coefficient(a), c_b: coefficient(b)}


def meaning(*symbols: Any, foreground: int | None = None, background: int | None = None) -> dict[Any, Any]:
    """What these symbols stand for, with N and D of the prediction that has these two values, and the two labels."""
    found = {symbol: values_of[symbol] for symbol in symbols}
    if foreground is not None:
        values = {u: foreground, v: background}
        found |= terms_of(tuple(count.subs(values) for count in counts))
    return {**found, **two_labels}


@built_once
def claim1() -> Derivation:
    r"""Claim 1 on the cube: when the best prediction for a smoothed mask is the mask itself.

    A mask with P foreground and Q background entries, smoothed to the labels a = 1 - epsilon + epsilon/C and
    b = epsilon/C, has its best prediction at the mask if and only if both conditions hold:

    .. math::
        (A)\quad & \alpha P (1-\varepsilon) + \delta(\alpha(1-b) - \beta b) \ge \beta b (P a + Q b)
            && \text{(needed if } Q > 0) \\
        (B)\quad & \beta a (P a + Q b) + \delta (\beta a - \alpha (1-a)) \ge 0 && \text{(needed if } P > 0)

    Where (A) fails, the best prediction is 1 everywhere; where (B) fails, 0 everywhere.

    Returns:
        A :class:`Derivation`; the steps "A", "B", "critical fraction" and "full mask" are what the functions of
        ``conditions.py`` compute. It builds on :func:`threshold_theorem`, by which three predictions are enough.

    Source: the talk; the conditions are this collection's. Introduced in lesson 07.
    """
    letters = {
        "u": "the prediction on all foreground",
        "v": "the prediction on all background",
        "c_a": "the number c of the threshold theorem, on foreground",
        "c_b": "the same on background; c is positive where more prediction raises the index",
        "A": "the left side of condition (A) less the right",
        "B": "the same for condition (B)",
        "p": "the foreground fraction P/M",
        "p^*": "the critical fraction",
        "delta^*": "the critical δ of an empty mask",
        "d": "the smoothing term per pixel, δ/M",
        "n": "the number of pixels with one-hot labels",
    }
    proof = Derivation("when Claim 1 holds", letters=letters)
    _smoothed_labels(proof)
    _three_candidates(proof)
    _no_smoothing_term(proof)
    _large_smoothing_term(proof)
    _special_masks(proof)
    return proof


def _smoothed_labels(proof: Derivation) -> None:
    y = sp.Symbol("y_i", nonnegative=True)
    smoothed = (1 - epsilon) * y + epsilon / C
    for value, label, name in ((1, a, "foreground"), (0, b, "background")):
        proof.step(
            f"A smoothed mask has two values: {label} on {name}.",
            sp.Subs(smoothed, y, value),
            "=",
            label,
            f"The talk's formula at yᵢ = {value}.",
            where=two_labels,
        )
    proof.step("They differ by 1 - ε,", a - b, "=", 1 - epsilon, "Subtract.", where=two_labels)
    proof.step("which is positive: b < a.", a - b, ">", 0, "ε < 1.", assuming=[sp.Lt(epsilon, 1)], where=two_labels)
    rates = ((a * u, b * v), ((1 - a) * u, (1 - b) * v), (a * (1 - u), b * (1 - v)))
    for name, rate, count in zip((tp, fp, fn), rates, counts, strict=True):
        proof.step(
            f"{name} of a prediction that is u on all foreground and v on all background.",
            sp.Sum(rate[0], (i, 1, P)) + sp.Sum(rate[1], (i, 1, Q)),
            "=",
            count,
            "P equal terms and Q equal terms. A threshold on two values cannot tell pixels of one kind apart.",
        )


def _three_candidates(proof: Derivation) -> None:
    proof.step(
        "At the mask, u = 1 and v = 0: more prediction on background does not pay if the number A below is at least 0,",
        -c_b,
        "=",
        condition_a,
        "-c of the threshold theorem, at the label b. A ≥ 0 says b ≤ τ.",
        where=meaning(c_b, foreground=1, background=0),
        label="A",
    )
    proof.step(
        "and less prediction on foreground does not pay if the number B is.",
        c_a,
        "=",
        condition_b,
        "c at the label a. B ≥ 0 says τ ≤ a. So the mask is optimal if and only if both hold.",
        where=meaning(c_a, foreground=1, background=0),
        label="B",
    )
    proof.step(
        "At all-one, u = v = 1, the background's c has the opposite sign: all-one is optimal if and only if A ≤ 0.",
        c_b,
        "=",
        -A,
        "The foreground's c is larger still (see below), so it need not be checked.",
        where=meaning(c_b, A, foreground=1, background=1),
    )
    proof.step(
        "At all-zero, u = v = 0, the foreground's c is the same: all-zero is optimal if and only if B ≤ 0.",
        c_a,
        "=",
        B,
        "The background's c is smaller still.",
        where=meaning(c_a, B, foreground=0, background=0),
    )
    proof.step(
        "At every prediction the two numbers c differ by",
        c_a - c_b,
        "=",
        (1 - epsilon) * (D + (alpha + beta - 1) * N),
        "c is a straight line in the label, of the slope m of the threshold theorem, and m > 0.",
        where=meaning(c_a, c_b),
    )
    sum_of_both = (1 - epsilon) * (alpha * (1 - a) * P + beta * b * Q + (alpha + beta) * (a * P + delta))
    proof.step(
        "So A and B add up to",
        A + B,
        "=",
        sum_of_both,
        "At the mask, α FP + β FN + (α + β) N is the slope.",
        where=meaning(A, B),
    )
    for some, name in ((P, "foreground"), (Q, "background")):
        proof.step(
            f"a number that is positive if there is {name}.",
            sum_of_both,
            ">",
            0,
            "No factor and no term is negative. So A and B are not both negative: three cases, and no fourth.",
            assuming=[sp.Lt(epsilon, 1), sp.Gt(some, 0)],
            where=two_labels,
        )
    size, share = sp.Symbol("M", positive=True), sp.Symbol("d", nonnegative=True)
    for condition in (A, B):
        proof.step(
            f"{condition} depends on the fraction p = P/M and on d = δ/M; the number of entries M is a factor.",
            sp.Subs(condition, (P, Q, delta), (size * p, size * (1 - p), size * share)),
            "=",
            size * sp.Subs(condition, (P, Q, delta), (p, 1 - p, share)),
            "Every term has one factor P, Q or δ.",
            where={condition: values_of[condition]},
        )


def _no_smoothing_term(proof: Derivation) -> None:
    proof.step(
        "Without a smoothing term, δ = 0, condition (B) always holds.",
        sp.Subs(B, delta, 0),
        ">",
        0,
        "A product of positive numbers. So all-zero is never optimal, unless it is the mask.",
        assuming=[sp.Gt(P, 0)],
        where={B: condition_b},
    )
    proof.step(
        "And A, per entry, becomes a straight line in p.",
        sp.Subs(A, (P, Q, delta), (p, 1 - p, 0)),
        "=",
        by_fraction,
        "p a + (1 - p) b = b + p (1 - ε).",
        where=meaning(A),
    )
    proof.step(
        "On an empty mask it is negative for every ε > 0: all-one is optimal.",
        sp.Subs(by_fraction, p, 0),
        "<",
        0,
        "This is the case of 2,440 of the talk's 2,800 images, taken one by one.",
    )
    proof.step(
        "For p = 1 it is",
        sp.Subs(by_fraction, p, 1),
        "=",
        alpha * (1 - epsilon) - beta * a * b,
        "1 - ε + b = a. Where this is not positive, a line that starts below 0 stays there: no p < 1 helps.",
        where=two_labels,
        label="full mask",
    )
    proof.step(
        "Where it is positive, α > β b:",
        beta * a * b,
        ">",
        (1 - epsilon) * beta * b,
        "a > 1 - ε. So α(1 - ε) > β a b > (1 - ε) β b.",
        where=two_labels,
    )
    proof.step(
        "the line rises, and crosses 0 at the critical fraction p*.",
        by_fraction,
        "=",
        (1 - epsilon) * (alpha - beta * b) * (p - p_star),
        "So Claim 1 holds from p* upwards, and fails for a smaller foreground.",
        where={p_star: beta * b**2 / ((1 - epsilon) * (alpha - beta * b)), **two_labels},
        label="critical fraction",
    )


def _large_smoothing_term(proof: Derivation) -> None:
    top = alpha / (alpha + beta)
    numerator, denominator = (terms_of(tuple(count.subs({u: 1, v: 0}) for count in counts))[part] for part in (N, D))
    proof.step(
        "For δ → ∞ the threshold at the mask goes to α/(α + β).",
        sp.Limit(alpha * N / (D + (alpha + beta - 1) * N), delta, sp.oo),
        "=",
        top,
        "The index goes to 1.",
        where={N: numerator, D: denominator},
    )
    proof.step(
        "A changes with δ at a constant rate, positive if b < α/(α + β):",
        sp.Derivative(A, delta),
        "=",
        (alpha + beta) * (top - b),
        "It is linear in δ. So a large δ restores condition (A) if b lies below that limit.",
        where={A: condition_a},
    )
    proof.step(
        "and B too, positive if a > α/(α + β).",
        sp.Derivative(B, delta),
        "=",
        (alpha + beta) * (a - top),
        "So a large δ makes all-zero optimal if both labels lie below the limit.",
        where={B: condition_b},
    )
    pieces = (alpha * (1 - b) - beta * b) * (P * (1 - epsilon) + delta * (1 - b)) - beta * b**2 * (
        P * (epsilon - b) + Q * (1 - b)
    )
    proof.step("The lower label is at most ε.", b, "<=", epsilon, "C ≥ 1.", where=two_labels)
    proof.step(
        "A in other pieces:",
        (1 - b) * A,
        "=",
        pieces,
        "a (1 - b) = 1 - ε + b (ε - b).",
        where=meaning(A),
    )
    proof.step(
        "if b lies above the limit, α(1 - b) < β b, A is negative for every δ, and all-one is optimal.",
        pieces,
        "<",
        0,
        "The first product is not positive and the second, with Q > 0, is.",
        assuming=[sp.Lt(epsilon, 1), sp.Le(b, epsilon), sp.Lt(alpha * (1 - b), beta * b), sp.Gt(Q, 0)],
    )
    proof.step(
        "All-zero never happens with one-sided smoothing, C = 1, where a = 1:",
        sp.Subs(beta * a - alpha * (1 - a), C, 1),
        "=",
        beta,
        "The rate of B is positive, and it starts from a positive number.",
        where=two_labels,
    )
    proof.step(
        "nor with α ≤ β and ε < 1/2, so not with Dice or Jaccard at such ε.",
        beta * a - alpha * (1 - a),
        ">",
        0,
        "a > 1 - ε > 1/2.",
        assuming=[sp.Lt(epsilon, half), sp.Le(alpha, beta)],
        where=two_labels,
    )


def _special_masks(proof: Derivation) -> None:
    pixels = sp.Symbol("n", positive=True)
    proof.step(
        "An empty mask, P = 0, needs a δ that grows with the number of its entries.",
        sp.Subs(A, P, 0),
        "=",
        delta * (alpha * (1 - b) - beta * b) - beta * b**2 * Q,
        "Put in P = 0. The mask is optimal if this is at least 0.",
        where={A: condition_a},
    )
    proof.step(
        "So it must be at least the critical δ, if b lies below α/(α + β). Otherwise no δ is enough.",
        delta * (alpha * (1 - b) - beta * b) - beta * b**2 * Q,
        "=",
        (alpha - (alpha + beta) * b) * (delta - delta_star),
        "α(1 - b) - β b = α - (α + β) b.",
        where={delta_star: beta * b**2 * Q / (alpha - (alpha + beta) * b), **two_labels},
        label="critical delta",
    )
    proof.step(
        "One-hot targets of n pixels in one ratio have P = n and Q = (C - 1) n. With δ = 0:",
        sp.Subs(A, (P, Q, delta), (pixels, (C - 1) * pixels, 0)),
        "=",
        pixels / C * (alpha * C * (1 - epsilon) - beta * epsilon),
        "The labels of a pixel add up to 1, so P a + Q b = n.",
        where=meaning(A),
    )
    proof.step(
        "With α = β that is positive for every ε < 1/2, as C ≥ 2.",
        sp.Subs(alpha * C * (1 - epsilon) - beta * epsilon, alpha, beta),
        ">",
        0,
        "It is β (C - (C + 1) ε), and C/(C + 1) is at least 1/2.",
        assuming=[sp.Lt(epsilon, half)],
    )


@built_once
def claim1_simplex() -> Derivation:
    r"""Claim 1 on the simplex: all classes in one ratio and a softmax, where the talk is right without conditions.

    .. math:: D = TP + \delta + (\alpha+\beta)(n - TP), \qquad
        \frac{dT}{d\,TP} = \frac{(\alpha+\beta)(n+\delta)}{D^2} > 0

    for n pixels, and TP is largest at the one-hot target only.

    Returns:
        A :class:`Derivation`, for every number of classes C and of pixels; its last step is a counterexample for
        the AVERAGE of the classes' indices, to which the claim does not extend.

    Source: the talk; the conditions are this collection's. Introduced in lesson 07.
    """
    letters = {
        "n": "the number of pixels",
        "R": "the sum of the predictions at the right class",
        "t": "the smoothed label of a pixel, a distribution over the classes",
        "y": "the one-hot label of a pixel",
        "yhat": "the prediction of a pixel, a distribution over the classes",
        "C": "the number of classes",
        "T_0": "the average of the classes' indices at the target",
        "T_30": "the same with 30 background pixels called foreground",
    }
    proof = Derivation("Claim 1 with a softmax and one ratio", letters=letters)
    _one_pixel(proof)
    _all_pixels(proof)
    _average_of_classes(proof)
    return proof


def _one_pixel(proof: Derivation) -> None:
    c = sp.Symbol("c", integer=True, positive=True)
    t, y, yhat = (sp.IndexedBase(name, nonnegative=True)[c] for name in ("t", "y", "yhat"))

    def over_classes(term: Any) -> Any:
        return sp.Sum(term, (c, 1, C))

    sums_to_1 = [sp.Eq(over_classes(label), 1) for label in (yhat, t, y)]
    smoothed = (1 - epsilon) * y + epsilon / C
    proof.step(
        "Smoothing leaves the labels of a pixel on the simplex.",
        over_classes(smoothed),
        "=",
        1,
        "C times ε/C is ε.",
        assuming=[sums_to_1[2]],
    )
    proof.step(
        "A pixel's false positives are what it lacks in true positives,",
        over_classes((1 - t) * yhat),
        "=",
        1 - over_classes(t * yhat),
        "The predictions of a pixel add up to 1: that is what a softmax does.",
        assuming=sums_to_1[:1],
    )
    proof.step(
        "and so are its false negatives.",
        over_classes(t * (1 - yhat)),
        "=",
        1 - over_classes(t * yhat),
        "The labels add up to 1 as well.",
        assuming=sums_to_1[1:2],
    )
    proof.step(
        "A pixel's true positives for the smoothed labels follow from those for the one-hot target.",
        over_classes(smoothed * yhat),
        "=",
        (1 - epsilon) * over_classes(y * yhat) + epsilon / C,
        "The predictions of a pixel add up to 1.",
        assuming=sums_to_1[:1],
    )


def _all_pixels(proof: Derivation) -> None:
    pixels, hits = sp.Symbol("n", positive=True), sp.Symbol("R", nonnegative=True)
    one_ratio = (tp, pixels - tp, pixels - tp)
    where = {T: index_of(one_ratio), **terms_of(one_ratio)}
    at_most_all = [sp.Le(tp, pixels)]
    proof.step(
        "Over n pixels FP = FN = n - TP, so that only TP is left in the index.",
        D,
        "=",
        tp + delta + (alpha + beta) * (pixels - tp),
        "Summed over the pixels.",
        where=where,
    )
    proof.step(
        "The index is defined for every prediction.",
        (1 + alpha + beta) * D,
        ">=",
        (alpha + beta) * pixels,
        "TP is at most n.",
        assuming=at_most_all,
        where=where,
    )
    rate = (alpha + beta) * (pixels + delta) / D**2
    proof.step(
        "It depends on TP at the rate",
        sp.Derivative(T, tp),
        "=",
        rate,
        "The quotient rule.",
        where=where,
    )
    proof.step("which is positive.", rate, ">", 0, "D > 0.")
    smoothed_tp = (1 - epsilon) * hits + pixels * epsilon / C
    proof.step(
        "TP is the larger, the larger R, the sum of the predictions at the right class.",
        sp.Derivative(smoothed_tp, hits),
        ">",
        0,
        "ε < 1.",
        assuming=[sp.Lt(epsilon, 1)],
    )
    proof.step(
        "R is at most n, and n only where every pixel gives its right class 1. So TP, and with it the index, is "
        "largest at the one-hot target and nowhere else.",
        sp.Subs(smoothed_tp, hits, pixels) - smoothed_tp,
        ">",
        0,
        "For every 0 < ε < 1 and every δ ≥ 0.",
        assuming=[sp.Lt(epsilon, 1), sp.Lt(hits, pixels)],
    )
    proof.step(
        "Only α + β matters: moving weight from one to the other changes nothing.",
        sp.Derivative(T, alpha) - sp.Derivative(T, beta),
        "=",
        0,
        "FP = FN.",
        where=where,
    )
    proof.step(
        "With hard labels TP is R. For weights that add up to 1, and δ = 0, the index is then R/n: the accuracy of the "
        "pixels.",
        sp.Subs(T, (delta, beta), (0, 1 - alpha)),
        "=",
        hits / pixels,
        "D = R + (n - R). True negatives count again, and neither α nor β is left.",
        where={T: index_of((hits, pixels - hits, pixels - hits))},
        label="accuracy",
    )


def _average_of_classes(proof: Derivation) -> None:
    foreground, background = 1, 999
    values = {C: 2, epsilon: sp.Rational(1, 10), alpha: half, beta: half, delta: 0}
    high, low = (value.subs(values) for value in two_labels.values())

    def dice(ones: int, zeros: int, ones_hit: int, zeros_hit: int) -> Any:
        """One class: entries labelled high and low, and how many of each are predicted 1."""
        true = high * ones_hit + low * zeros_hit
        return index_of((true, ones_hit + zeros_hit - true, high * ones + low * zeros - true)).subs(values)

    def average(flipped: int) -> Any:
        """Two classes; this many background pixels are called foreground."""
        return (
            dice(foreground, background, foreground, flipped) + dice(background, foreground, background - flipped, 0)
        ) / 2

    at_target, elsewhere = sp.symbols("T_0 T_30", nonnegative=True)
    proof.step(
        "This does not extend to an average over classes. 1,000 pixels, 1 of them foreground, two classes, ε = 0.1, "
        "mean Dice of the classes: with 30 background pixels called foreground it is larger than at the target.",
        elsewhere,
        ">",
        at_target,
        "0.5098 against 0.5055: two ratios, and the one of the small class gains more than the other loses.",
        where={elsewhere: average(30), at_target: average(0)},
        label="average",
    )
