"""For every soft target the best prediction is a threshold: the theorem of lesson 06."""

from __future__ import annotations

from typing import Any

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import (
    D,
    D_new,
    M,
    N,
    N_new,
    T,
    T_new,
    alpha,
    beta,
    delta,
    fn,
    fp,
    h,
    half,
    i,
    index_of,
    over_pixels,
    soft_counts_of,
    t,
    terms_of,
    tp,
    yhat,
)

tau = sp.Symbol("tau", nonnegative=True)
slope = sp.Symbol("m", positive=True)


def weight(label: Any) -> Any:
    """What one unit of prediction on a pixel with this label adds to D."""
    return label + alpha * (1 - label) - beta * label


def coefficient(label: Any) -> Any:
    r""":math:`c = t D - N (t + \alpha(1-t) - \beta t)`: its sign says whether the index rises with the prediction."""
    return label * D - N * weight(label)


@built_once
def threshold_theorem() -> Derivation:
    r"""A prediction is best for a soft target if and only if it thresholds it.

    Let t be any target in [0, 1]^M (smoothed labels, soft labels, probabilities), alpha, beta > 0 and D > 0 on the
    whole cube (delta > 0, or t not 0 everywhere). Then yhat maximises the index over [0, 1]^M if and only if

    .. math:: \hat y_i = 1 \text{ where } t_i > \tau, \quad \hat y_i = 0 \text{ where } t_i < \tau, \qquad
        \tau = \frac{\alpha T}{1 + (\alpha + \beta - 1) T}

    where T is its own index, or, equivalently, the maximum. Where :math:`t_i = \tau`, any prediction is as good.

    Returns:
        A :class:`Derivation`. Steps 1 to 3 are about sums over M pixels, for every M; after them N and D are symbols.

    Source: Lipton, Elkan and Naryanaswamy 2014 (F1); Koyejo et al. 2014; Dinkelbach 1967. Introduced in lesson 06.
    """
    letters = {
        "TP'": "the true positives after the change",
        "FP'": "the false positives after the change",
        "FN'": "the false negatives after the change",
        "TP_0": "TP of all pixels but pixel i",
        "FP_0": "FP of all pixels but pixel i",
        "FN_0": "FN of all pixels but pixel i",
        "m": "the slope of cᵢ as a function of tᵢ",
        "tau": "the threshold",
        "x": "another value for pixel i, between 0 and 1",
        "T_0": "any level of the index",
    }
    proof = Derivation("the threshold theorem", letters=letters)
    _change(proof)
    _sign_of_c(proof)
    _threshold(proof)
    _optimal(proof)
    _any_level(proof)
    return proof


def _change(proof: Derivation) -> None:
    before, after = (soft_counts_of(t, prediction) for prediction in (yhat[i], yhat[i] + h[i]))
    for part, new, rate in ((N, N_new, t[i]), (D, D_new, weight(t[i]))):
        proof.step(
            f"Change the prediction of every pixel, ŷᵢ to ŷᵢ + hᵢ. {part} changes by a sum over pixels.",
            new - part,
            "=",
            over_pixels(h[i] * rate),
            "The soft counts are linear in ŷ; δ drops out. This holds for every number of pixels M.",
            where={new: terms_of(after)[part], part: terms_of(before)[part]},
        )
    proof.step(
        "So N'D - ND' is a sum over pixels too, each with its change hᵢ times a number cᵢ.",
        N_new * D - N * D_new,
        "=",
        over_pixels(h[i] * coefficient(t[i])),
        "Put in both changes; the products ND cancel. Nothing is left that is not linear in h.",
        where={N_new: N + over_pixels(h[i] * t[i]), D_new: D + over_pixels(h[i] * weight(t[i]))},
    )
    counts, counts_new = (tp, fp, fn), sp.symbols("TP' FP' FN'", nonnegative=True)
    proof.step(
        "And it has the sign of the change of the index.",
        T_new - T,
        "=",
        (N_new * D - N * D_new) / (D * D_new),
        "T = N/D and T' = N'/D'; both denominators are positive.",
        where={
            T: index_of(counts),
            T_new: index_of(counts_new),
            N_new: terms_of(counts_new)[N],
            D_new: terms_of(counts_new)[D],
            **terms_of(counts),
        },
    )
    label, prediction = sp.symbols("t_i yhat_i", nonnegative=True)
    others = sp.symbols("TP_0 FP_0 FN_0", nonnegative=True)
    parts = (label * prediction, (1 - label) * prediction, label * (1 - prediction))
    sums = tuple(other + part for other, part in zip(others, parts, strict=True))
    proof.step(
        "cᵢ is the gradient of the index, up to D².",
        D**2 * sp.Derivative(T, prediction),
        "=",
        coefficient(label),
        "The closed form of lesson 04, which holds for soft labels as well. TP_0, FP_0, FN_0 collect the other pixels.",
        where={T: index_of(sums), **terms_of(sums)},
    )


def _sign_of_c(proof: Derivation) -> None:
    label, mistakes = sp.Symbol("t_i", nonnegative=True), alpha * fp + beta * fn
    where = terms_of((tp, fp, fn))
    proof.step(
        "cᵢ is a straight line in tᵢ; call its slope m.",
        coefficient(label),
        "=",
        label * slope - alpha * N,
        "Collect tᵢ.",
        where={slope: D + (alpha + beta - 1) * N},
    )
    proof.step(
        "The slope has no negative term,",
        D + (alpha + beta - 1) * N,
        "=",
        mistakes + (alpha + beta) * N,
        "D = N + α FP + β FN.",
        where=where,
        label="slope",
    )
    proof.step(
        "and it is at least a fixed share of D,",
        mistakes + (alpha + beta) * N,
        ">=",
        (alpha + beta) / (1 + alpha + beta) * D,
        "Multiply by 1 + α + β: what is left over has no negative term.",
        where=where,
    )
    proof.step(
        "which is positive wherever the index is defined. So m > 0.",
        (alpha + beta) / (1 + alpha + beta) * D,
        ">",
        0,
        "D > 0.",
    )


def _threshold(proof: Derivation) -> None:
    label = sp.Symbol("t_i", nonnegative=True)
    own = alpha * T / (1 + (alpha + beta - 1) * T)
    proof.step(
        "So cᵢ has the sign of tᵢ - τ, with a threshold τ that is the same for all pixels.",
        coefficient(label),
        "=",
        slope * (label - tau),
        "m > 0; τ is where the line crosses 0.",
        where={tau: alpha * N / slope, slope: D + (alpha + beta - 1) * N},
    )
    proof.step(
        "The threshold depends on the index alone.",
        alpha * N / (D + (alpha + beta - 1) * N),
        "=",
        own,
        "Divide by D: N/D = T. The right side is what optimal_threshold computes.",
        where={T: N / D},
        label="tau",
    )
    proof.step(
        "A better index asks for a higher threshold:",
        sp.Derivative(own, T),
        "=",
        alpha / (1 + (alpha + beta - 1) * T) ** 2,
        "The quotient rule.",
    )
    proof.step(
        "the derivative is positive.",
        alpha / (1 + (alpha + beta - 1) * T) ** 2,
        ">",
        0,
        "A positive number over a square that is not 0: 1 + (α + β - 1) T = (1 - T) + (α + β) T.",
        assuming=[sp.Le(T, 1)],
    )
    proof.step(
        "A perfect index has the highest one.",
        sp.Subs(own, T, 1),
        "=",
        alpha / (alpha + beta),
        "Put in T = 1.",
    )
    proof.step(
        "No threshold lies above it.",
        own,
        "<=",
        alpha / (alpha + beta),
        "τ increases, and T is at most 1.",
        assuming=[sp.Le(T, 1)],
    )
    for name, at, value in (("Dice", half, T / 2), ("Jaccard", sp.Integer(1), T / (1 + T))):
        proof.step(
            f"{name}:",
            sp.Subs(own, (alpha, beta), (at, at)),
            "=",
            value,
            "The best threshold for Dice is half the best Dice." if at == half else "Put in α = β = 1.",
        )


def _optimal(proof: Derivation) -> None:
    label = sp.Symbol("t_i", nonnegative=True)
    x, gap = sp.symbols("x tau", nonnegative=True)
    line = slope * (label - gap)
    proof.step(
        "Sufficient: where tᵢ is above τ and ŷᵢ = 1, every other value x of the pixel has hᵢ cᵢ ≤ 0,",
        (x - 1) * line,
        "<=",
        0,
        "hᵢ = x - 1 is not positive and cᵢ not negative.",
        assuming=[sp.Le(x, 1), sp.Ge(label, gap)],
    )
    proof.step(
        "and where tᵢ is below τ and ŷᵢ = 0 too. Summed over the pixels: no other prediction has a larger index.",
        (x - 0) * line,
        "<=",
        0,
        "hᵢ = x is not negative and cᵢ not positive. By steps 3 and 4, T' - T has the sign of the sum of hᵢ cᵢ.",
        assuming=[sp.Le(label, gap)],
    )
    change = sp.Symbol("h_i", real=True)
    proof.step(
        "Necessary: a change of one pixel alone changes the index by hᵢ cᵢ over a positive number,",
        (N + change * label) / (D + change * weight(label)) - N / D,
        "=",
        change * coefficient(label) / (D * (D + change * weight(label))),
        "D and the new denominator, D + hᵢ(tᵢ + α(1 - tᵢ) - β tᵢ), are positive. So a pixel on the wrong side of the "
        "threshold can be changed, and the index rises,",
    )
    proof.step(
        "for instance upwards, where tᵢ > τ and ŷᵢ < 1.",
        (1 - x) * line,
        ">",
        0,
        "Then hᵢ = 1 - ŷᵢ > 0 and cᵢ > 0; downwards, where tᵢ < τ and ŷᵢ > 0, in the same way.",
        assuming=[sp.Lt(x, 1), sp.Gt(label, gap)],
    )
    proof.step(
        "Where tᵢ = τ the pixel does not matter.",
        sp.Subs(line, label, gap),
        "=",
        0,
        "So the optimum is unique if and only if no tᵢ equals τ.",
    )


def _any_level(proof: Derivation) -> None:
    level = sp.Symbol("T_0", nonnegative=True)
    where = terms_of(soft_counts_of(t, yhat[i]))
    gain = t[i] * (1 + (alpha + beta - 1) * level) - alpha * level
    proof.step(
        "At any level T₀, N - T₀D is a sum over pixels, and what the prediction does not touch.",
        N - level * D,
        "=",
        over_pixels(yhat[i] * gain) + delta * (1 - level) - beta * level * sp.Sum(t[i], (i, 1, M)),
        "The counts are linear in ŷ. So thresholding at τ(T₀) makes N - T₀D as large as it can be.",
        where=where,
    )
    proof.step(
        "The factor of ŷᵢ changes its sign at τ(T₀).",
        sp.Subs(sp.Symbol("t_i") * (1 + (alpha + beta - 1) * level) - alpha * level, sp.Symbol("t_i"), tau),
        "=",
        0,
        "At T₀ = T*, the maximum, N - T*D is at most 0 and 0 at the optimum: the same rule, with T* in place of T.",
        where={tau: alpha * level / (1 + (alpha + beta - 1) * level)},
    )
    proof.step(
        "Dinkelbach: whatever makes N' - T D' positive has an index above T.",
        T_new - T,
        "=",
        (N_new - T * D_new) / D_new,
        "So threshold, evaluate, take the new τ, and repeat: the index climbs until it is the maximum.",
        where={T_new: N_new / D_new},
    )
