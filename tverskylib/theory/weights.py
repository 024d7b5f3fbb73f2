"""Only the ratio of the two weights orders masks: what alpha and beta can choose, and what they cannot."""

from __future__ import annotations

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import D, N, T, alpha, beta, delta, fn, fp, index_of, terms_of, tp


@built_once
def ratio_of_weights() -> Derivation:
    r"""Scaling both weights by c gives another index, but the same order of masks and the same threshold.

    .. math:: T_{c\alpha, c\beta} = \frac{T}{T + c (1 - T)}, \qquad T = T_{\alpha, \beta}

    Returns:
        A :class:`Derivation`, for every smoothing term. It holds for one ratio: a mean of several is not ordered by
        beta/alpha alone. Its last steps: as beta grows against alpha, the best cut of a map cannot rise (for delta = 0).

    Source: this collection. Introduced in lesson 03.
    """
    letters = {
        "c": "the factor of both weights",
        "T_c": "the index with the weights c α and c β",
        "k": "the k of the F-measure",
        "rho": "the ratio β/α",
        "P": "the foreground of the target, TP + FN",
        "TP_1": "the true positives of a mask",
        "TP_2": "those of a larger mask that holds it",
        "S_1": "the size of the smaller mask, TP + FP",
        "S_2": "the size of the larger one",
    }
    proof = Derivation("only β/α orders masks", letters=letters)
    _same_order(proof)
    _monotone(proof)
    return proof


def _same_order(proof: Derivation) -> None:
    c, scaled = sp.symbols("c T_c", positive=True)
    counts = (tp, fp, fn)
    proof.step(
        "The index with both weights multiplied by c is a function of the index without.",
        scaled,
        "=",
        T / (T + c * (1 - T)),
        "1 - T is (α FP + β FN)/D, and c multiplies just that.",
        where={scaled: index_of(counts).subs({alpha: c * alpha, beta: c * beta}), T: index_of(counts)},
        label="scaled",
    )
    of_index = T / (T + c * (1 - T))
    proof.step(
        "It grows with it:",
        sp.Derivative(of_index, T),
        "=",
        c / (T + c * (1 - T)) ** 2,
        "The quotient rule.",
    )
    proof.step(
        "the derivative is positive. So of two masks the same one is better, for every c.",
        c / (T + c * (1 - T)) ** 2,
        ">",
        0,
        "A square that is not 0: T and 1 - T are not both 0.",
        assuming=[sp.Le(T, 1)],
    )
    k = sp.Symbol("k", positive=True)
    for weight, own, name in ((1 / (1 + k**2), alpha, "α"), (k**2 / (1 + k**2), beta, "β")):
        proof.step(
            f"Each ratio has one F-measure, that with k² = β/α. Its weight {name} is ours, scaled to the sum 1.",
            sp.Subs(weight, k, sp.sqrt(beta / alpha)),
            "=",
            own / (alpha + beta),
            "Put in. So every index orders masks as one F-measure does.",
        )

    def tau(index: sp.Expr, factor: sp.Expr) -> sp.Expr:
        return factor * alpha * index / (1 + (factor * alpha + factor * beta - 1) * index)

    proof.step(
        "The threshold on the chance does not see c either (lesson 06 derives it).",
        tau(scaled, c),
        "=",
        tau(T, sp.Integer(1)),
        "τ = α T/(1 + (α + β - 1) T), with both sides in terms of T.",
        where={scaled: of_index},
    )


def _monotone(proof: Derivation) -> None:
    ratio, foreground = sp.symbols("rho P", positive=True)
    where = terms_of((tp, fp, fn))
    proof.step(
        "In counts that threshold is",
        alpha * N / (D + (alpha + beta - 1) * N),
        "=",
        (tp + delta) / ((tp + fp + delta) + ratio * (tp + fn + delta)),
        "Divide by α. Only β/α is left.",
        where={ratio: beta / alpha, **where},
        label="threshold in counts",
    )
    first, second, small, large = sp.symbols("TP_1 TP_2 S_1 S_2", nonnegative=True)
    lead = second * (small + ratio * foreground) - first * (large + ratio * foreground)
    proof.step(
        "A larger mask beats a smaller one that lies in it (δ = 0) where the number below is positive. Its derivative",
        sp.Derivative(lead, ratio),
        "=",
        foreground * (second - first),
        "TP₂/(S₂ + ρ P) against TP₁/(S₁ + ρ P), multiplied out. (TP/(S + ρ P) grows with the index: it is its τ.)",
    )
    proof.step(
        "is not negative: what a larger β wins for the larger mask, it keeps.",
        foreground * (second - first),
        ">=",
        0,
        "The larger mask holds the smaller one, so TP₂ ≥ TP₁. So the best cut of a map can only fall as β/α grows.",
        assuming=[sp.Ge(second, first)],
    )
