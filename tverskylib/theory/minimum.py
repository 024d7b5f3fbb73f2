"""The minimum form of the soft counts: what makes label smoothing move the optimum after all."""

from __future__ import annotations

from typing import Any

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import D, N, T, alpha, beta, delta, fn, fp, index_of, terms_of, tp

# One pixel: the label, the prediction, how far the prediction lies above or below, and what the pixel adds
t, yhat = sp.symbols("t_i yhat_i", nonnegative=True)
h = sp.Symbol("h", nonnegative=True)
above, below = {yhat: t + h}, {yhat: t - h}
tp_i, fp_i, fn_i = sp.symbols("TP_i FP_i FN_i", nonnegative=True)
pixel = {tp_i: sp.Min(t, yhat), fp_i: yhat - sp.Min(t, yhat), fn_i: t - sp.Min(t, yhat)}


@built_once
def minimum_form() -> Derivation:
    r"""The minimum form, :math:`TP = \sum_i \min(t_i, \hat y_i)`: its only optimum is at the soft target.

    Returns:
        A :class:`Derivation`: the counts on both sides of the label, the loss and where it is 0, the kink at the
        label with its one-sided slopes, what is the same for binary targets, and what the form does not do. The
        counts of all pixels but one enter as symbols, so it holds for every number of pixels.

    Source: Wang et al. 2023 (both papers). Introduced in lesson 09.
    """
    proof = Derivation("The minimum form")
    _both_sides(proof)
    _only_optimum(proof)
    _kink(proof)
    _binary_targets(proof)
    _shape(proof)
    return proof


def _both_sides(proof: Derivation) -> None:
    for side, prediction, values in (("above", above, (t, h, 0)), ("below", below, (t - h, 0, h))):
        for name, value in zip((tp_i, fp_i, fn_i), values, strict=True):
            proof.step(
                f"A pixel whose prediction lies {side} its label by h adds to {str(name)[:2]}",
                name,
                "=",
                value,
                f"The minimum is the {'label' if side == 'above' else 'prediction'}.",
                where={name: pixel[name], **prediction},
            )
        proof.step(
            f"{side.capitalize()}, the minimum can also be written without a case.",
            2 * sp.Min(t, yhat),
            "=",
            t + yhat - sp.Abs(t - yhat),
            "|t - ŷ| = h.",
            where=prediction,
        )


def _only_optimum(proof: Derivation) -> None:
    where = terms_of((tp, fp, fn))
    proof.step(
        "The loss is the weighted mistakes over the denominator,",
        1 - T,
        "=",
        (alpha * fp + beta * fn) / D,
        "As for binary targets: the formula of the index is the same.",
        where={T: index_of((tp, fp, fn)), **where},
        key=True,
    )
    proof.step(
        "which is positive for every prediction, if δ > 0 or the target is not 0 everywhere.",
        (1 + beta) * D,
        ">=",
        beta * (tp + fn) + delta,
        "TP + FN is the sum of the target, for every prediction.",
        where=where,
    )
    for side, prediction, weight, letter in (("above", above, alpha, "α"), ("below", below, beta, "β")):
        proof.step(
            f"A pixel that lies {side} its label makes a mistake of size h,",
            alpha * fp_i + beta * fn_i,
            "=",
            weight * h,
            f"Weighed with {letter}.",
            where={fp_i: pixel[fp_i], fn_i: pixel[fn_i], **prediction},
            key=True,
        )
        proof.step(
            "and that is positive. So the loss is 0 where ŷ = t in every pixel, and nowhere else."
            if side == "below"
            else "and that is positive.",
            weight * h,
            ">",
            0,
            "Label smoothing moves the optimum: with the smoothed mask as target it lies there."
            if side == "below"
            else "h > 0.",
            assuming=[sp.Gt(h, 0)],
        )


def _kink(proof: Derivation) -> None:
    others = sp.symbols("TP_0 FP_0 FN_0", nonnegative=True)
    counts = tuple(other + part for other, part in zip(others, pixel.values(), strict=True))

    def at(prediction: dict[Any, Any]) -> tuple[Any, ...]:
        return tuple(count.xreplace(prediction) for count in counts)

    at_label = terms_of(at({yhat: t}))
    slope_above, slope_below = alpha * N / D**2, -(beta * N + D - N) / D**2
    for side, prediction, slope in (("above", above, slope_above), ("below", below, slope_below)):
        slope_in_h = sp.Subs(sp.Derivative(1 - T, h), h, 0)
        proof.step(
            f"The slope of the loss just {side} ŷᵢ = tᵢ, whatever the other pixels do.",
            slope_in_h if side == "above" else -slope_in_h,
            "=",
            slope,
            "ŷ grows with h." if side == "above" else "ŷ falls as h grows, hence the sign.",
            where={T: index_of(at(prediction)), **at_label},
        )
    proof.step(
        "It is not negative above,",
        slope_above,
        ">=",
        0,
        "N is not negative.",
        assuming=[sp.Gt(D, 0, evaluate=False)],
        where=at_label,
    )
    proof.step(
        "and not positive below: 0 lies between the two.",
        slope_below,
        "<=",
        0,
        "So standing still is the principled choice where ŷᵢ = tᵢ, and the one that the library makes.",
        assuming=[sp.Gt(D, 0, evaluate=False)],
        where=at_label,
    )
    for side, slope, value in (("above", slope_above, alpha / D), ("below", slope_below, -beta / D)):
        proof.step(
            f"At the optimum, where N = D, the slope {side} is",
            slope,
            "=",
            value,
            "FP = FN = 0, so that the index is 1.",
            where={N: D},
            key=True,
        )


def _binary_targets(proof: Derivation) -> None:
    for label, prediction, reason in ((0, {}, "ŷ is not negative."), (1, {yhat: 1 - h}, "ŷ is at most 1.")):
        proof.step(
            f"For a label {label} the minimum is the product,",
            sp.Min(t, yhat),
            "=",
            t * yhat,
            reason + " So for binary targets the two forms are one loss.",
            where={t: label, **prediction},
        )
    proof.step(
        "and for a label in between it is larger: with ŷ ≤ t,",
        yhat - t * yhat,
        ">=",
        0,
        "min(t, ŷ) = ŷ, and 1 - t is not negative.",
        assuming=[sp.Le(t, 1), sp.Le(yhat, t)],
    )
    proof.step(
        "with ŷ ≥ t as well.",
        t - t * yhat,
        ">=",
        0,
        "min(t, ŷ) = t, and 1 - ŷ is not negative.",
        assuming=[sp.Le(yhat, 1), sp.Ge(yhat, t)],
    )


def _shape(proof: Derivation) -> None:
    level = sp.Symbol("T_0", nonnegative=True)
    predicted, labelled = sp.symbols("S_p S_t", nonnegative=True)
    counts = (tp, predicted - tp, labelled - tp)
    factor = 1 + (alpha + beta - 1) * level
    proof.step(
        "Quasi-convex: the index is at least T₀ where N - T₀D ≥ 0, which is TP times a factor, plus a straight line.",
        N - level * D,
        "=",
        factor * tp - level * (alpha * predicted + beta * labelled) + delta * (1 - level),
        "FP and FN are the sums of prediction and target without TP. A minimum is concave in ŷ, and so is TP.",
        where=terms_of(counts),
    )
    proof.step(
        "The factor is positive, so these predictions form a convex set.",
        factor,
        ">",
        0,
        "It is (1 - T₀) + (α + β) T₀.",
        assuming=[sp.Le(level, 1)],
    )
    chance, s = sp.Function("F"), sp.Symbol("s", nonnegative=True)
    tau = alpha * level / factor
    proof.step(
        "Not calibrated: for a random label with distribution function F, E min(t, ŷ) is the integral below, and the "
        "best prediction is where this slope is 0: a quantile of the label, F(ŷ) = 1 - τ, not its mean.",
        sp.Derivative(factor * sp.Integral(1 - chance(s), (s, 0, yhat)) - alpha * level * yhat, yhat),
        "=",
        factor * (1 - chance(yhat) - tau),
        "τ is the threshold of the threshold theorem at the pooled index T₀.",
    )
