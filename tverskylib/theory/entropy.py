"""Cross-entropy and label smoothing: the talk's Claim 2 with its constants, and the two penalties."""

from __future__ import annotations

from typing import Any

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import C, epsilon, half

# One pixel: the class c of C, its label and its prediction; on the simplex each of the two adds up to 1
c = sp.Symbol("c", integer=True, positive=True)
y = sp.IndexedBase("y", nonnegative=True)[c]
yhat = sp.IndexedBase("yhat", positive=True)[c]
smoothed = (1 - epsilon) * y + epsilon / C
uniform = 1 / C


def over_classes(term: Any) -> Any:
    """The sum of a term over the C classes of a pixel, for any C."""
    return sp.Sum(term, (c, 1, C))


def cross_entropy(label: Any) -> Any:
    """H(label, yhat): minus the sum of label times log yhat."""
    return over_classes(-label * sp.log(yhat))


from_uniform = over_classes(uniform * sp.log(uniform / yhat))  # KL(u || yhat)
to_uniform = over_classes(yhat * sp.log(yhat / uniform))  # KL(yhat || u)
entropy = over_classes(-yhat * sp.log(yhat))  # H(yhat)
noise_penalty = over_classes(-sp.log(yhat))
sums_to_1 = sp.Eq(over_classes(yhat), 1)

r = sp.Symbol("r", positive=True)
g = r - 1 - sp.log(r)


LETTERS = {
    "c": "a class, one of C",
    "C": "the number of classes",
    "y": "the one-hot label of a pixel, y_c for class c (0 log 0 counts as 0)",
    "yhat": "the prediction of a pixel, ŷ_c for class c; all are positive and add up to 1",
    "t": "a target, positive on every class",
    "u": "the uniform distribution, 1/C on every class",
    "H(ỹ, ŷ)": "the cross-entropy with the smoothed label",
    "H(y, ŷ)": "the cross-entropy with the one-hot label",
    "H(u, ŷ)": "the cross-entropy with the uniform label u",
    "H(t, ŷ)": "the cross-entropy with the target t",
    "H(t)": "the entropy of t",
    "-H(ŷ)": "the confidence penalty: minus the entropy of the prediction",
    "R": "the label noise penalty",
    "KL(u‖ŷ)": "the divergence from the uniform distribution u to the prediction",
    "KL(ŷ‖u)": "the divergence the other way round",
    "lambda": "the weight of the penalty",
    "y_c": "the label of class c",
    "yhat_c": "the prediction for class c",
    "r": "any positive number, here a ratio of two probabilities",
    "q": "the prediction of one sigmoid",
    "z": "the logit of that prediction",
}


def named(name: str) -> Any:
    """A symbol that stands for one of these sums."""
    return sp.Symbol(name, real=True)


@built_once
def claim2() -> Derivation:
    r"""Claim 2: with cross-entropy, label smoothing is a penalty for being far from uniform.

    .. math:: H(\tilde y, \hat y) = (1-\varepsilon) \Big[ H(y, \hat y)
        + \frac{\varepsilon}{1-\varepsilon} \mathrm{KL}(u \,\|\, \hat y) \Big] + \varepsilon \log C

    for one pixel, C >= 2 classes and u = 1/C; a mean over pixels keeps the identity.

    Returns:
        A :class:`Derivation`. Each identity is about sums over the classes, for every C.

    Source: the talk; Szegedy et al. 2016; Pereyra et al. 2017. Introduced in lesson 08.
    """
    proof = Derivation("Claim 2, smoothing labels is adding a penalty", letters=LETTERS)
    proof.step(
        "One class's share of the cross-entropy, with the smoothed label.",
        -smoothed * sp.log(yhat),
        "=",
        (1 - epsilon) * (-y * sp.log(yhat)) + epsilon * (-uniform * sp.log(yhat)),
        "Cross-entropy is linear in the label.",
    )
    h_smooth, h_hard, h_uniform = named("H(ỹ, ŷ)"), named("H(y, ŷ)"), named("H(u, ŷ)")
    divergence = named("KL(u‖ŷ)")
    mixture = {h_smooth: cross_entropy(smoothed), h_hard: cross_entropy(y), h_uniform: cross_entropy(uniform)}
    proof.step(
        "So summed over the classes it is a mixture of two cross-entropies.",
        h_smooth,
        "=",
        (1 - epsilon) * h_hard + epsilon * h_uniform,
        "A sum of sums, for every number of classes C.",
        where=mixture,
    )
    proof.step(
        "One class's share of the second: a divergence and a constant.",
        -uniform * sp.log(yhat),
        "=",
        uniform * sp.log(uniform / yhat) + uniform * sp.log(C),
        "log(1/(C ŷ)) = -log ŷ - log C.",
    )
    proof.step(
        "Summed over the classes: cross-entropy is divergence plus entropy, and the entropy of u is log C.",
        h_uniform,
        "=",
        divergence + sp.log(C),
        "C times (1/C) log C is log C.",
        where={h_uniform: mixture[h_uniform], divergence: from_uniform},
    )
    effective = epsilon / (1 - epsilon)
    proof.step(
        "Together: label smoothing is a penalty, up to a factor and a constant.",
        h_smooth,
        "=",
        (1 - epsilon) * (h_hard + effective * divergence) + epsilon * sp.log(C),
        "The factor 1 - ε and the constant ε log C change neither the minimum nor the direction of a gradient.",
        where={**mixture, divergence: from_uniform},
        label="claim 2",
    )
    weight = sp.Symbol("lambda", positive=True)
    proof.step(
        "The penalty's weight is λ = ε/(1 - ε), a little more than the talk's ε; backwards, ε = λ/(1 + λ).",
        sp.Subs(effective, epsilon, weight / (1 + weight)),
        "=",
        weight,
        "Put in.",
        label="weight",
    )
    proof.step(
        "For every ε it is larger than ε.",
        effective,
        ">",
        epsilon,
        "ε/(1 - ε) - ε = ε²/(1 - ε).",
        assuming=[sp.Lt(epsilon, 1)],
    )
    label, prediction = sp.symbols("y_c yhat_c", positive=True)
    proof.step(
        "On gradients: the factor and the weight are all that differs.",
        sp.Derivative(-((1 - epsilon) * label + epsilon / C) * sp.log(prediction), prediction),
        "=",
        (1 - epsilon) * sp.Derivative(-label * sp.log(prediction) - effective / C * sp.log(prediction), prediction),
        "The constant has no gradient.",
    )
    _helper(proof)
    target = sp.IndexedBase("t", positive=True)[c]
    h_target, own_entropy = named("H(t, ŷ)"), named("H(t)")
    return proof.step(
        "And the minimum moves: for every target t > 0, smoothed or not, cross-entropy is the entropy of t plus a "
        "mean of g, so it is smallest at ŷ = t and nowhere else.",
        h_target,
        "=",
        own_entropy + over_classes(target * g.subs(r, yhat / target)),
        "The terms r - 1 add up to 0, as labels and predictions add up to 1. Not so for the Tversky loss: Claim 1.",
        assuming=[sums_to_1, sp.Eq(over_classes(target), 1)],
        where={h_target: cross_entropy(target), own_entropy: over_classes(-target * sp.log(target))},
        label="minimum",
    )


@built_once
def penalties() -> Derivation:
    r"""The label noise penalty and the confidence penalty: the two directions of one divergence.

    .. math:: -\sum_c \log \hat y_c = C\, \mathrm{KL}(u \,\|\, \hat y) + C \log C, \qquad
        -H(\hat y) = \mathrm{KL}(\hat y \,\|\, u) - \log C

    Both are smallest at the uniform prediction, and nowhere else; near 0 and 1 the first pushes much harder.

    Returns:
        A :class:`Derivation`: for every number of classes, and then for one sigmoid with the output q.

    Source: the talk; Pereyra et al. 2017. Introduced in lesson 08.
    """
    proof = Derivation("the two penalties", letters=LETTERS)
    _as_divergences(proof)
    _minima(proof)
    _binary(proof)
    return proof


def _as_divergences(proof: Derivation) -> None:
    noise, negative_entropy = named("R"), named("-H(ŷ)")
    to_prediction, from_prediction = named("KL(u‖ŷ)"), named("KL(ŷ‖u)")
    proof.step(
        "The label noise penalty R is C times the divergence from u to ŷ, and a constant.",
        noise,
        "=",
        C * to_prediction + C * sp.log(C),
        "The factor C is absorbed in the penalty's weight.",
        where={noise: noise_penalty, to_prediction: from_uniform},
        label="label noise",
    )
    proof.step(
        "The confidence penalty is the divergence the other way round, and a constant, with no factor.",
        negative_entropy,
        "=",
        from_prediction - sp.log(C),
        "The predictions add up to 1.",
        assuming=[sums_to_1],
        where={negative_entropy: -entropy, from_prediction: to_uniform},
        label="confidence",
    )


def _helper(proof: Derivation) -> None:
    proof.step(
        "A helper: g(r) = r - 1 - log r is 0 at r = 1,",
        sp.Subs(g, r, 1),
        "=",
        0,
        "log 1 = 0.",
    )
    proof.step("level there,", sp.Subs(sp.Derivative(g, r), r, 1), "=", 0, "g'(r) = 1 - 1/r.")
    proof.step(
        "and curved upwards everywhere. So g is positive for every r but 1.",
        sp.Derivative(g, (r, 2)),
        ">",
        0,
        "g''(r) = 1/r².",
    )


def _minima(proof: Derivation) -> None:
    from_u, to_u = named("KL(u‖ŷ)"), named("KL(ŷ‖u)")
    ratio = yhat / uniform
    proof.step(
        "The first divergence is a mean of g(r) = r - 1 - log r, which is 0 at r = 1 and positive at every other r > 0 "
        "(proved with Claim 2).",
        from_u,
        "=",
        over_classes(uniform * g.subs(r, ratio)),
        "The terms r - 1 add up to 0, as the predictions add up to 1. So KL ≥ 0, and 0 only where every ŷ is 1/C.",
        assuming=[sums_to_1],
        where={from_u: from_uniform},
    )
    proof.step(
        "And so is the second.",
        to_u,
        "=",
        over_classes(yhat * g.subs(r, 1 / ratio)),
        "Both penalties are smallest at the uniform prediction and nowhere else.",
        assuming=[sums_to_1],
        where={to_u: to_uniform},
    )


def _binary(proof: Derivation) -> None:
    q = sp.Symbol("q", positive=True)
    below_1 = [sp.Lt(q, 1)]
    noise = -sp.log(q) - sp.log(1 - q)
    confidence = q * sp.log(q) + (1 - q) * sp.log(1 - q)
    slopes = {noise: -1 / q + 1 / (1 - q), confidence: sp.log(q) - sp.log(1 - q)}
    curvatures = {noise: 1 / q**2 + 1 / (1 - q) ** 2, confidence: 1 / (q * (1 - q))}
    names = {noise: "label noise penalty", confidence: "confidence penalty"}
    for penalty, name in names.items():
        proof.step(
            f"One sigmoid, ŷ = (q, 1 - q): the {name} has the slope",
            sp.Derivative(penalty, q),
            "=",
            slopes[penalty],
            "It runs to -∞ and +∞ like a power." if penalty == noise else "This is the logit of q.",
        )
        proof.step(
            "which is 0 at q = 1/2,",
            sp.Subs(slopes[penalty], q, half),
            "=",
            0,
            "Both classes the same.",
        )
        proof.step(
            "and rises everywhere:",
            sp.Derivative(penalty, (q, 2)),
            "=",
            curvatures[penalty],
            "The second derivative.",
        )
        proof.step(
            "so q = 1/2 is its only minimum.",
            curvatures[penalty],
            ">",
            0,
            "0 < q < 1.",
            assuming=below_1,
        )
    proof.step(
        "Near 0 the confidence penalty pushes next to nothing, beside the other;",
        sp.Limit(slopes[confidence] / slopes[noise], q, 0, "+"),
        "=",
        0,
        "A logarithm against a power; near 1 in the same way.",
    )
    z = sp.Symbol("z", real=True)
    sigmoid = 1 / (1 + sp.exp(-z))
    fading = z * sigmoid * (1 - sigmoid)
    for penalty, slope, reason in (
        (noise, 2 * sigmoid - 1, "It lies between -1 and 1, and is strongest where the network is sure."),
        (confidence, fading, "The logit times q (1 - q)."),
    ):
        proof.step(
            f"As a function of the logit z, the {names[penalty]} has the slope",
            sp.Derivative(penalty.subs(q, sigmoid), z),
            "=",
            slope,
            f"With q = 1/(1 + exp(-z)), dq/dz = q (1 - q). {reason}",
        )
    proof.step(
        "which fades away where the network is sure.",
        sp.Limit(fading, z, sp.oo),
        "=",
        0,
        "z grows, 1 - q falls like exp(-z); for z to -∞ in the same way.",
    )
