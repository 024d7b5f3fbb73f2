"""Two forms of the loss that label smoothing does move: the minimum form and the squared form."""

from __future__ import annotations

from typing import Any

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import D, N, T, alpha, beta, delta, fn, fp, i, index_of, over_pixels, terms_of, tp

# One pixel: the label, the prediction, how far the prediction lies above or below, and what the pixel adds
t, yhat = sp.symbols("t_i yhat_i", nonnegative=True)
h = sp.Symbol("h", nonnegative=True)
above, below = {yhat: t + h}, {yhat: t - h}
tp_i, fp_i, fn_i = sp.symbols("TP_i FP_i FN_i", nonnegative=True)
pixel = {tp_i: sp.Min(t, yhat), fp_i: yhat - sp.Min(t, yhat), fn_i: t - sp.Min(t, yhat)}


@built_once
def minimum_form() -> Derivation:
    r"""The minimum form, :math:`TP = \sum_i \min(t_i, \hat y_i)`: its only optimum is at the soft target.

    That is so if delta > 0 or the target is not 0 everywhere.

    Returns:
        A :class:`Derivation`: the counts on both sides of the label, the loss and where it is 0, the kink at the
        label with its one-sided slopes, what is the same for binary targets, and what the form does not do. The
        counts of all pixels but one enter as symbols, so it holds for every number of pixels.

    Source: Wang et al. 2023 (both papers). Introduced in lesson 09.
    """
    letters = {
        "t": "the label of pixel i",
        "yhat": "the prediction of pixel i",
        "h": "how far the prediction lies above or below the label",
        "TP": "the true positives; TPᵢ is what pixel i adds",
        "FP": "the false positives; FPᵢ is what pixel i adds",
        "FN": "the false negatives; FNᵢ is what pixel i adds",
        "TP_0": "TP of all pixels but pixel i",
        "FP_0": "FP of all pixels but pixel i",
        "FN_0": "FN of all pixels but pixel i",
        "S_p": "the sum of the prediction",
        "S_t": "the sum of the target",
        "T_0": "any level of the index",
        "s": "a value of a random label",
    }
    proof = Derivation("the minimum form", letters=letters)
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
        "One such ratio is quasi-convex in ŷ (a mean of two need not be): the index is at least T₀ where N - T₀D ≥ 0, which is TP times a factor, plus a straight line.",
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
        "Not proper: for a random label with distribution function F, E min(t, ŷ) is the integral below, and the "
        "best prediction is where this slope is 0: a quantile of the label, F(ŷ) = 1 - τ, not its mean.",
        sp.Derivative(factor * sp.Integral(1 - chance(s), (s, 0, yhat)) - alpha * level * yhat, yhat),
        "=",
        factor * (1 - chance(yhat) - tau),
        "τ is the threshold of the threshold theorem at the pooled index T₀.",
    )


@built_once
def squared_form() -> Derivation:
    r"""The Dice loss with squares in its denominator: a distance between prediction and target.

    .. math:: 1 - \frac{2 \sum t \hat y}{\sum t^2 + \sum \hat y^2}
        = \frac{\sum (t - \hat y)^2}{\sum t^2 + \sum \hat y^2}

    Returns:
        A :class:`Derivation`, for every number of pixels and a target that is not 0 everywhere: the loss is 0 where
        the prediction is the target, soft or not, and nowhere else.

    Source: Milletari, Navab and Ahmadi 2016 (V-Net) for the form. Introduced in lesson 09.
    """
    targets, predictions = sp.IndexedBase("t", real=True)[i], sp.IndexedBase("yhat", real=True)[i]
    squares = over_pixels(targets**2) + over_pixels(predictions**2)
    distance = over_pixels((targets - predictions) ** 2)
    proof = Derivation(
        "the squared form",
        letters={"S": "the sum of the squares of all other pixels", "h": "how far pixel i lies from its label"},
    )
    proof.step(
        "The loss is a squared distance over a sum of squares.",
        1 - 2 * over_pixels(targets * predictions) / squares,
        "=",
        distance / squares,
        "(t - ŷ)² = t² - 2 t ŷ + ŷ², summed over the pixels.",
        label="squared",
    )
    label, prediction, away = (
        sp.Symbol("t_i", nonnegative=True),
        sp.Symbol("yhat_i", real=True),
        sp.Symbol("h", real=True),
    )
    proof.step(
        "A pixel that lies h away from its label adds a square to the distance,",
        (label - prediction) ** 2,
        "=",
        away**2,
        "The sign of h does not matter.",
        where={prediction: label + away},
    )
    proof.step(
        "which is positive. So the loss is 0 where ŷ = t, and positive everywhere else.",
        away**2,
        ">",
        0,
        "If h < 0, take -h, which has the same square. (The target must not be 0 everywhere: then the loss is 0/0 at ŷ = 0.)",
        assuming=[sp.Gt(away, 0)],
    )
    rest = sp.Symbol("S", positive=True)
    proof.step(
        "At the target its slope is 0: a round bottom, where the minimum form has a corner.",
        sp.Subs(sp.Derivative(away**2 / (rest + label**2 + (label + away) ** 2), away), away, 0),
        "=",
        0,
        "The other pixels are right, and add nothing to the distance.",
    )
    return proof
