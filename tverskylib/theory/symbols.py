"""The symbols that the derivations share, with the signs that SymPy may rely on."""

from __future__ import annotations

import sympy as sp

from tverskylib.index import terms, tversky_from_counts

# Weights, the smoothing term (in pixels), and counts
alpha, beta = sp.symbols("alpha beta", positive=True)
delta = sp.Symbol("delta", nonnegative=True)
tp, fp, fn = sp.symbols("TP FP FN", nonnegative=True)

# The index T = N/D, and the same after a change of the prediction
T, N = sp.symbols("T N", nonnegative=True)
D, D_new = sp.symbols("D D'", positive=True)  # the index is defined where D > 0
T_new, N_new = sp.symbols("T' N'", nonnegative=True)

# Entries of the mask: the index i of M of them, the target t (or y, where it is binary), the prediction, a change
i, M = sp.symbols("i M", integer=True, positive=True)
t, yhat = sp.IndexedBase("t", nonnegative=True), sp.IndexedBase("yhat", nonnegative=True)
h = sp.IndexedBase("h", real=True)

# Smoothed labels: the strength, the number of classes, foreground and background entries and their two labels
epsilon = sp.Symbol("varepsilon", positive=True)
C = sp.Symbol("C", integer=True, positive=True)
P, Q = sp.symbols("P Q", nonnegative=True)
a, b = sp.symbols("a b", positive=True)

half = sp.Rational(1, 2)

WORDS = {
    "M": "the number of pixels",
    "y": "the mask, 0 or 1; yᵢ on pixel i",
    "t": "the target, between 0 and 1; tᵢ on pixel i",
    "yhat": "the prediction, between 0 and 1; ŷᵢ on pixel i",
    "h": "a change of the prediction, hᵢ on pixel i",
    "TP": "the true positives",
    "FP": "the false positives",
    "FN": "the false negatives",
    "alpha": "the weight of a false positive",
    "beta": "the weight of a false negative",
    "delta": "the smoothing term, in pixels",
    "T": "the index",
    "N": "the numerator of the index, TP + δ",
    "D": "the denominator of the index, TP + α FP + β FN + δ",
    "T'": "the index after a change of the prediction",
    "N'": "the numerator after the change",
    "D'": "the denominator after the change",
    "varepsilon": "the strength of the smoothing, below 1",
    "C": "the number of classes in the formula of smoothing",
    "P": "the number of foreground pixels",
    "Q": "the number of background pixels",
    "a": "the smoothed label of foreground",
    "b": "the smoothed label of background, ε/C",
}
"""What the letters mean wherever a derivation does not say otherwise."""

two_labels = {a: 1 - epsilon + epsilon / C, b: epsilon / C}
"""The two values of a smoothed mask: a on foreground, b on background."""


def over_pixels(term: sp.Expr) -> sp.Sum:
    """The sum of a term over all M entries of the mask, for any M."""
    return sp.Sum(term, (i, 1, M))


def soft_counts_of(target: sp.IndexedBase, prediction: sp.Expr) -> tuple[sp.Sum, sp.Sum, sp.Sum]:
    """Soft TP, FP and FN as sums over the mask, as in :func:`tverskylib.soft_counts`."""
    y = target[i]
    return over_pixels(y * prediction), over_pixels((1 - y) * prediction), over_pixels(y * (1 - prediction))


def index_of(counts: tuple[sp.Expr, sp.Expr, sp.Expr], smoothing: sp.Expr = delta) -> sp.Expr:
    """The index of symbolic counts: the project's one formula."""
    return tversky_from_counts(*counts, alpha, beta, smoothing)


def terms_of(counts: tuple[sp.Expr, sp.Expr, sp.Expr], smoothing: sp.Expr = delta) -> dict[sp.Symbol, sp.Expr]:
    """What N and D stand for, from the same formula: numerator and denominator."""
    numerator, denominator = terms(*counts, alpha, beta, smoothing)
    return {N: numerator, D: denominator}
