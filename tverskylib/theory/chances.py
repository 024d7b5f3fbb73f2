"""What a learner makes of smoothed labels: the threshold theorem on chances, where Claim 1 speaks of a known mask."""

from __future__ import annotations

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.smoothing import condition_a
from tverskylib.theory.symbols import (
    C,
    D,
    M,
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
    half,
    i,
    index_of,
    over_pixels,
    terms_of,
    two_labels,
    yhat,
)

q = sp.IndexedBase("q", nonnegative=True)
tau, kappa = sp.Symbol("tau", nonnegative=True), sp.Symbol("kappa", real=True)
R, S, E = sp.symbols("R S E", nonnegative=True)
ratio = sp.Symbol("rho", positive=True)

smoothed_R, smoothed_E = (1 - epsilon) * R + b * S, (1 - epsilon) * E + b * M
haze = E + b * M / (1 - epsilon)
lifted = S + ratio * smoothed_E + (1 + ratio) * delta
cut_of_mask = (R - ratio * b * haze + delta * (1 - (1 + ratio) * b) / (1 - epsilon)) / lifted
spare = sp.Symbol("r", nonnegative=True)


@built_once
def smoothed_chances() -> Derivation:
    r"""Label smoothing lowers the cut on the chance, for every law of the chances.

    A network learns from masks that are random given the image. With :math:`q_i` the chance of foreground, smoothed
    masks have the mean :math:`t_i = (1-\varepsilon) q_i + b`, :math:`b = \varepsilon/C`. The best prediction for the
    pooled index cuts t at :math:`\tau`, that is, it cuts q at

    .. math:: \kappa = \frac{\tau(\tilde T) - b}{1 - \varepsilon}.

    If C = 1, or if C = 2 and :math:`\beta \ge \alpha` or :math:`\delta = 0`, :math:`\kappa` falls as epsilon grows, and
    the best prediction never marks fewer pixels.

    Returns:
        A :class:`Derivation`, for every number of pixels. Claim 1 is the case in which every chance is 0 or 1.

    Source: this collection. Introduced in lesson 07.
    """
    letters = {
        "q": "the chance of foreground, qᵢ on pixel i",
        "tau": "the threshold on the smoothed labels, as the threshold theorem has it",
        "kappa": "the cut on the chance that belongs to τ",
        "R": "what a mask has of the chances: the sum of qᵢ over its pixels",
        "S": "the size of the mask",
        "E": "the sum of all chances, the expected foreground",
        "rho": "the ratio β/α",
        "x": "how far ρ is above 1, if β ≥ α",
        "r": "what a is above α/(α + β), times 1 + ρ",
    }
    proof = Derivation("smoothing lowers the cut on the chance", letters=letters)
    _mean_label(proof)
    _cut(proof)
    _falls(proof)
    _known_mask(proof)
    return proof


def _mean_label(proof: Derivation) -> None:
    chance = sp.Symbol("q_i", nonnegative=True)
    mean = (1 - epsilon) * chance + b
    proof.step(
        "A pixel is foreground with chance qᵢ. Its smoothed label is a or b, and in the mean",
        chance * a + (1 - chance) * b,
        "=",
        mean,
        "a - b = 1 - ε.",
        where=two_labels,
    )
    proof.step(
        "Pooled over many masks, the true positives of a prediction are those for this mean:",
        over_pixels(yhat[i] * ((1 - epsilon) * q[i] + b)),
        "=",
        (1 - epsilon) * over_pixels(yhat[i] * q[i]) + b * over_pixels(yhat[i]),
        "The counts are linear in the labels. So the threshold theorem applies, with the mean label as the target.",
    )
    proof.step(
        "It cuts the mean label at τ, and that is a cut of the chance.",
        mean - tau,
        "=",
        (1 - epsilon) * (chance - kappa),
        "1 - ε > 0: a pixel is above the one cut where it is above the other.",
        where={kappa: (tau - b) / (1 - epsilon)},
    )


def _cut(proof: Derivation) -> None:
    proof.step(
        "With the threshold of the theorem, the cut on the chance is",
        (tau - b) / (1 - epsilon),
        "=",
        (alpha * T / (1 + (alpha + beta - 1) * T) - epsilon / C) / (1 - epsilon),
        "T is the index of the mask against the smoothed labels. This is what smoothed_cut computes.",
        where={tau: alpha * T / (1 + (alpha + beta - 1) * T), b: two_labels[b]},
        label="cut",
    )
    counts = (smoothed_R, S - smoothed_R, smoothed_E - smoothed_R)
    proof.step(
        "In sums over the pixels, the threshold of a mask is",
        alpha * N / (D + (alpha + beta - 1) * N),
        "=",
        (smoothed_R + delta) / lifted,
        "TP = (1 - ε) R + b S, FP = S - TP, FN = (1 - ε) E + b M - TP; divide by α.",
        where={ratio: beta / alpha, **terms_of(counts)},
    )
    proof.step(
        "and its cut on the chance",
        (tau - b) / (1 - epsilon),
        "=",
        cut_of_mask,
        "b S drops out of the numerator.",
        where={tau: (smoothed_R + delta) / lifted},
        label="cut of a mask",
    )
    proof.step(
        "A mask with a larger index has a larger cut:",
        sp.Derivative((alpha * T / (1 + (alpha + beta - 1) * T) - b) / (1 - epsilon), T),
        "=",
        alpha / ((1 - epsilon) * (1 + (alpha + beta - 1) * T) ** 2),
        "The quotient rule.",
    )
    proof.step(
        "the derivative is positive. So the best mask has the largest cut of all masks.",
        alpha / ((1 - epsilon) * (1 + (alpha + beta - 1) * T) ** 2),
        ">",
        0,
        "1 + (α + β - 1) T = (1 - T) + (α + β) T > 0.",
        assuming=[sp.Lt(epsilon, 1), sp.Le(T, 1)],
    )


def _falls(proof: Derivation) -> None:
    below = [sp.Lt(epsilon, 1)]
    room = (S - R + ratio * (smoothed_E + b * haze) + delta * spare / (1 - epsilon)) / lifted
    proof.step(
        "What a mask's cut leaves to 1 is",
        1 - cut_of_mask,
        "=",
        room,
        "Collect; a = 1 - ε + b.",
        where={spare: (1 + ratio) * a - 1, **two_labels},
    )
    proof.step(
        "So no mask has a cut above 1, if r is not negative or δ = 0.",
        room,
        ">=",
        0,
        "R, the sum of S chances, is at most S.",
        assuming=[*below, sp.Le(R, S), sp.Gt(S, 0)],
    )
    classes = {b: epsilon / C}
    bracket = E + kappa * (M - C * E) + epsilon * (2 - epsilon) * M / (C * (1 - epsilon) ** 2)
    explicit = cut_of_mask.subs(classes)
    of_delta = 1 - (1 + ratio) / C
    proof.step(
        "Keep a mask, and let ε grow. Its cut changes at the rate",
        sp.Derivative(explicit, epsilon),
        "=",
        (delta * of_delta / (1 - epsilon) ** 2 - ratio / C * bracket) / lifted,
        "The quotient rule.",
        where={kappa: explicit, **classes},
    )
    last = epsilon * (2 - epsilon) * M / (C * (1 - epsilon) ** 2)
    proof.step("The last part of the bracket is positive.", last, ">", 0, "ε < 1.", assuming=below)
    size = sp.Symbol("kappa", nonnegative=True)
    limits = [sp.Le(size, 1), sp.Le(E, M)]
    for number, parts in ((1, E + size * (M - E)), (2, (1 - size) * E + size * (M - E))):
        proof.step(
            f"For C = {number} the rest is not negative, as long as the cut lies between 0 and 1.",
            sp.Subs(E + size * (M - C * E), C, number),
            "=",
            parts,
            "Collect.",
        )
        proof.step(
            "Each product is at least 0." if number == 1 else "Here too.",
            parts,
            ">=",
            0,
            "E, the sum of M chances, is at most M.",
            assuming=limits,
        )
    _with_delta(proof, of_delta)


def _with_delta(proof: Derivation, of_delta: sp.Expr) -> None:
    own = (1 + ratio) * two_labels[a] - 1
    proof.step("What delta adds to the rate is negative for C = 1,", sp.Subs(of_delta, C, 1), "=", -ratio, "Put it in.")
    proof.step("and r positive.", sp.Subs(own, C, 1), "=", ratio, "a = 1.")
    proof.step("For C = 2 it is not positive,", sp.Subs(of_delta, C, 2), "=", (1 - ratio) / 2, "β ≥ α says that ρ ≥ 1.")
    above = sp.Symbol("x", nonnegative=True)
    left = above * (2 - epsilon) / 2 + 1 - epsilon
    proof.step("and with ρ = 1 + x, r is", sp.Subs(own, (C, ratio), (2, 1 + above)), "=", left, "a = 1 - ε/2.")
    proof.step(
        "which is not negative.",
        left,
        ">=",
        0,
        "So if C = 1, or if C = 2 and β ≥ α or δ = 0, the cut of every mask falls as ε grows, and with them the largest "
        "of them, that of the best mask.",
        assuming=[sp.Lt(epsilon, 1)],
    )


def _known_mask(proof: Derivation) -> None:
    proof.step(
        "A known mask is the case in which each chance is 0 or 1, R = S = E = P. Its cut has the sign of the number A of "
        "Claim 1:",
        alpha * (1 - epsilon) * sp.Subs(cut_of_mask * lifted, (R, S, E, M), (P, P, P, P + Q)),
        "=",
        condition_a,
        "A ≥ 0 says that the cut lies at 0 or above. Between 0 and 1 it may move as it likes: no chance lies there. So "
        "smoothing does not move the optimum of a known mask until the cut falls below 0.",
        where={ratio: beta / alpha, **two_labels},
        label="known mask",
    )


@built_once
def lottery() -> Derivation:
    r"""Pixels that nobody can tell apart, each foreground with the chance q: what each loss asks for.

    Dice, Jaccard and every other Tversky loss ask for 1, the squared form for :math:`\sqrt q`, cross-entropy for q,
    and Dice with cross-entropy for something between q and 1.

    Returns:
        A :class:`Derivation`, per pixel and without a smoothing term.

    Source: Bertels et al. 2019 and Nordström et al. 2023 for the volume of Dice optima. Introduced in lesson 09.
    """
    chance, x, w = sp.symbols("q x w", positive=True)
    letters = {"q": "the chance of foreground, the same on all pixels", "x": "the prediction, the same on all pixels"}
    proof = Derivation("the lottery", letters={**letters, "w": "the weight of cross-entropy beside Dice"})
    counts = (chance * x, (1 - chance) * x, chance * (1 - x))
    terms = terms_of(counts, sp.Integer(0))
    proof.step(
        "The pooled index of the prediction x grows with x:",
        sp.Derivative(T, x),
        "=",
        beta * chance**2 / D**2,
        "The quotient rule.",
        where={T: index_of(counts, sp.Integer(0)), **terms},
    )
    proof.step(
        "the derivative is positive. So x = 1 is best, whatever α and β are.",
        beta * chance**2 / D**2,
        ">",
        0,
        "D > 0.",
    )
    everything = {x: sp.Integer(1)}
    at_one = {N: terms[N].subs(everything), D: terms[D].subs(everything)}
    own_tau = chance / (1 + beta / alpha * chance)
    proof.step(
        "The theorem says the same: the threshold of 'everything' is",
        alpha * N / (D + (alpha + beta - 1) * N),
        "=",
        own_tau,
        "N = q and D = q + α (1 - q).",
        where=at_one,
    )
    proof.step("which is below q.", own_tau, "<", chance, "The denominator is larger than 1.")
    proof.step(
        "The area that is marked is then larger than the expected area of the foreground, by the factor",
        sp.Subs(x / chance, x, 1),
        "=",
        1 / chance,
        "1 a pixel against q. This is the volume bias of Dice optima at its largest.",
    )
    squared = 2 * chance * x / (chance + x**2)
    proof.step(
        "The squared form has the slope",
        sp.Derivative(squared, x),
        "=",
        2 * chance * (chance - x**2) / (chance + x**2) ** 2,
        "Labels are 0 or 1, so their squares have the mean q. The slope is 0 at x = √q, positive below, negative above.",
    )
    entropy = -chance * sp.log(x) - (1 - chance) * sp.log(1 - x)
    both = 1 - 2 * chance * x / (chance + x) + w * entropy
    slope = w * (x - chance) / (x * (1 - x)) - 2 * chance**2 / (x + chance) ** 2
    proof.step(
        "Dice plus w times cross-entropy has the slope",
        sp.Derivative(both, x),
        "=",
        slope,
        "The first part is 0 at q and is cross-entropy's, the second is Dice's.",
        label="with cross-entropy",
    )
    proof.step(
        "At x = q it is negative, whatever w and q are,",
        sp.Subs(slope, x, chance),
        "=",
        -half,
        "2 q²/(2 q)². So the optimum lies above q.",
    )
    proof.step(
        "and towards x = 1 positive: the optimum lies below 1.",
        sp.Subs(w * (x - chance) - x * (1 - x) * 2 * chance**2 / (x + chance) ** 2, x, 1),
        "=",
        w * (1 - chance),
        "The slope times x (1 - x). The larger w is, the nearer the optimum comes to q.",
    )
    return proof
