"""The formulas of the browser, written by SymPy: no formula is typed a second time in JavaScript.

``python -m tverskylib.explorers.browser.formulas`` writes ``formulas.js`` and ``constants.js`` anew. A test fails where
they are not current.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

HERE = pathlib.Path(__file__).parent
NOTE = "// Written by `python -m tverskylib.explorers.browser.formulas`. Change it there, not here.\n"


class Formula(NamedTuple):
    """One function of ``formulas.js``: its name, its arguments in order, and what it returns."""

    name: str
    arguments: tuple[Any, ...]
    expression: Any
    about: str


def formulas() -> list[Formula]:
    """The formulas that the explorers evaluate, each taken from the index or from a verified step of a derivation.

    Returns:
        A list of :class:`Formula`; expressions and arguments are SymPy's. Introduced in lesson 07.
    """
    return [*_of_a_pixel(), *_of_the_index(), *_of_the_batch(), *_of_claim1(), *_of_the_penalties(), *_of_other_forms()]


def _of_a_pixel() -> list[Formula]:
    import sympy as sp

    z, share, *others = sp.symbols("z p z1 z2", real=True)
    sigmoid = 1 / (1 + sp.exp(-z))
    softmax = sp.exp(z) / sum(sp.exp(logit) for logit in (z, *others))
    return [
        Formula("sigmoid", (z,), sigmoid, "The probability of a logit."),
        Formula("logit", (share,), sp.solve(sp.Eq(sigmoid, share), z)[0], "The logit of a probability."),
        Formula("softmax", (z, *others), softmax, "The probability of the first of three classes."),
    ]


def _of_the_index() -> list[Formula]:
    import sympy as sp

    from tverskylib.theory import symbols as s
    from tverskylib.theory import threshold_theorem

    counts = (s.tp, s.fp, s.fn)
    index = s.index_of(counts)
    arguments = (*counts, s.alpha, s.beta, s.delta)
    loss = sp.Symbol("loss", nonnegative=True)
    return [
        Formula("tverskyIndex", arguments, index, "The Tversky index of three counts."),
        Formula("tverskyLoss", arguments, sp.factor(1 - index), "The Tversky loss of three counts."),
        Formula(
            "falsePositivesOfLoss",
            (s.tp, s.fn, s.alpha, s.beta, s.delta, loss),
            sp.solve(sp.Eq(1 - index, loss), s.fp)[0],
            "The false positives with which the loss has a given value.",
        ),
        Formula(
            "optimalThreshold",
            (s.T, s.alpha, s.beta),
            threshold_theorem()["tau"].right,
            "The threshold on the chance of foreground that belongs to an index T.",
        ),
    ]


def _of_the_batch() -> list[Formula]:
    import sympy as sp

    from tverskylib.theory import symbols as s
    from tverskylib.theory import tversky_gradient

    counts = (s.tp, s.fp, s.fn)
    parts = s.terms_of(counts)
    arguments = (*counts, s.alpha, s.beta, s.delta)
    closed = tversky_gradient()["gradient"].right
    (label,) = closed.free_symbols - {s.N, s.D, s.alpha, s.beta}
    total = sp.Symbol("total", positive=True)

    def pixel(value: int) -> Any:
        return sp.factor(sp.simplify(closed.subs(label, value).subs(parts)))

    exchange, rate = sp.simplify(-pixel(1) / pixel(0)).subs(s.delta, 0), sp.Symbol("rate", positive=True)
    empty = {s.tp: 0, s.fn: 0}
    pull = -pixel(0).subs(empty)
    (strongest,) = sp.solve(sp.diff(pull, s.delta), s.delta)
    (cliff,) = sp.solve(strongest - s.delta, s.fp)
    return [
        Formula("denominator", arguments, parts[s.D], "The denominator of the index."),
        Formula("weight", (*arguments, total), parts[s.D] / total, "An image's share of the batch's denominator."),
        Formula("foregroundSlope", arguments, pixel(1), "dT/dyhat of a foreground pixel; the loss has the other sign."),
        Formula("backgroundSlope", arguments, pixel(0), "dT/dyhat of a background pixel; the loss has the other sign."),
        Formula(
            "exchangeRate", (*counts, s.alpha, s.beta), exchange, "How many false positives one missed pixel is worth."
        ),
        Formula(
            "betaOfRate",
            (*counts, s.alpha, rate),
            sp.solve(exchange - rate, s.beta)[0],
            "The beta of an exchange rate.",
        ),
        Formula("strongestDelta", (s.fp, s.alpha), strongest, "Without foreground: the delta that pulls hardest."),
        Formula("strongestPull", (s.fp,), pull.subs(s.delta, strongest), "And how hard it pulls on each pixel."),
        Formula("cliff", (s.delta, s.alpha), cliff, "The sum of a prediction that a delta pulls hardest."),
    ]


def _of_claim1() -> list[Formula]:
    from tverskylib.theory import claim1, smoothing
    from tverskylib.theory import symbols as s

    claim = claim1()
    per_entry = {s.P: smoothing.p, s.Q: 1 - smoothing.p}
    arguments = (smoothing.p, s.delta, s.alpha, s.beta, s.epsilon, s.C)

    def of_claim(label: str, expression: Any = None) -> Any:
        step = claim[label]
        return step.explicit(step.right if expression is None else expression).subs(per_entry)

    candidate = s.index_of(smoothing.counts).subs(s.two_labels).subs(per_entry)
    without_delta = (s.alpha, s.beta, s.epsilon, s.C)
    return [
        Formula("foregroundLabel", (s.epsilon, s.C), s.two_labels[s.a], "The label a of smoothed foreground."),
        Formula("backgroundLabel", (s.epsilon, s.C), s.two_labels[s.b], "The label b of smoothed background."),
        Formula("conditionA", arguments, of_claim("A"), "Where it is negative, all foreground is best. Per entry."),
        Formula("conditionB", arguments, of_claim("B"), "Where it is negative, all background is best. Per entry."),
        Formula(
            "smoothedIndex",
            (*arguments, smoothing.u, smoothing.v),
            candidate,
            "The index of u on all foreground and v on all background, against the smoothed mask. Per entry.",
        ),
        Formula("fullMask", without_delta, of_claim("full mask"), "Where it is not positive, no share p < 1 helps."),
        Formula(
            "criticalShare",
            without_delta,
            of_claim("critical fraction", smoothing.p_star),
            "The share of foreground from which on Claim 1 holds, with delta = 0.",
        ),
    ]


def _of_the_penalties() -> list[Formula]:
    """One pixel of two classes, predicted (q, 1 - q); the first class is right."""
    import sympy as sp

    from tverskylib.theory import claim2, entropy
    from tverskylib.theory import symbols as s

    q, weight = sp.symbols("q w", positive=True)
    z = sp.Symbol("z", real=True)

    def of_two(term: Any) -> Any:
        """A sum over the classes, for these two."""
        label, prediction = (symbol.base for symbol in (entropy.y, entropy.yhat))
        two = term.subs(s.C, 2).doit()
        return two.subs({label[1]: 1, label[2]: 0, prediction[1]: q, prediction[2]: 1 - q})

    def at_logit(penalty: Any) -> Any:
        return sp.simplify(sp.expand_log(sp.diff(penalty, q).subs(q, 1 / (1 + sp.exp(-z))), force=True))

    def of_three(term: Any, *prediction: Any) -> Any:
        """The same for three classes, each with its own prediction."""
        label, predicted = (symbol.base for symbol in (entropy.y, entropy.yhat))
        values = {predicted[k]: one for k, one in enumerate(prediction, start=1)}
        return term.subs(s.C, 3).doit().subs({label[1]: 1, label[2]: 0, label[3]: 0, **values})

    hard, divergence = of_two(entropy.cross_entropy(entropy.y)), of_two(entropy.from_uniform)
    noise, confidence = of_two(entropy.noise_penalty), of_two(-entropy.entropy)
    both = sp.expand(claim2()["claim 2"].right)
    lowest = sp.solve(sp.diff(hard + weight * divergence, q), q)[0]
    share, other = (symbol.base for symbol in (entropy.y, entropy.yhat))
    given, three = sp.Symbol("label", nonnegative=True), sp.symbols("q1 q2 q3", positive=True)
    with_label = entropy.cross_entropy(entropy.y).subs(s.C, 2).doit()
    with_label = with_label.subs({share[1]: given, share[2]: 1 - given, other[1]: q, other[2]: 1 - q})
    return [
        Formula("crossEntropy", (q,), hard, "Cross-entropy with the one-hot label."),
        Formula(
            "smoothCrossEntropy",
            (q, s.epsilon),
            of_two(entropy.cross_entropy(entropy.smoothed)),
            "Cross-entropy with the smooth label of two classes.",
        ),
        Formula("crossEntropyWith", (given, q), with_label, "Cross-entropy with any label of two classes."),
        Formula(
            "smoothCrossEntropyOfThree",
            (*three, s.epsilon),
            of_three(entropy.cross_entropy(entropy.smoothed), *three),
            "Cross-entropy with the smooth label of three classes, of which the first is right.",
        ),
        Formula(
            "smoothLabelOfThree",
            (s.epsilon,),
            s.two_labels[s.a].subs(s.C, 3),
            "What the smooth label of three classes gives to the right one.",
        ),
        Formula("entropyOfThree", three, of_three(entropy.entropy, *three), "The entropy of three classes."),
        Formula(
            "fromUniformOfThree",
            three,
            of_three(entropy.from_uniform, *three),
            "KL from the uniform distribution of three classes to the prediction.",
        ),
        Formula("toUniformOfThree", three, of_three(entropy.to_uniform, *three), "KL the other way round."),
        Formula("uniformDivergence", (q,), divergence, "KL from the uniform distribution to the prediction."),
        Formula(
            "leftOver",
            (q, s.epsilon, weight),
            of_two(entropy.cross_entropy(entropy.smoothed))
            - (1 - s.epsilon) * (hard + weight * divergence)
            - s.epsilon * sp.log(2),
            "What is left between both losses, the second scaled and lifted as Claim 2 says.",
        ),
        Formula(
            "effectiveWeight",
            (s.epsilon,),
            sp.factor(both.coeff(entropy.named("KL(u‖ŷ)")) / both.coeff(entropy.named("H(y, ŷ)"))),
            "The weight of that divergence to which smoothing amounts.",
        ),
        Formula(
            "penalisedMinimum", (weight,), lowest, "Where cross-entropy with so much of that divergence is lowest."
        ),
        Formula(
            "weightOfMinimum",
            (q,),
            sp.solve(sp.Eq(lowest, q), weight)[0],
            "The weight with which it is lowest at q.",
        ),
        Formula("labelNoise", (q,), noise, "The label noise penalty."),
        Formula("confidence", (q,), confidence, "The confidence penalty, minus the entropy."),
        Formula("labelNoiseSlope", (q,), sp.diff(noise, q), "The slope of the label noise penalty over q."),
        Formula("confidenceSlope", (q,), sp.diff(confidence, q), "The slope of the confidence penalty over q."),
        Formula("labelNoiseSlopeAt", (z,), at_logit(noise), "The same slope, at the logit z of q."),
        Formula("confidenceSlopeAt", (z,), at_logit(confidence), "The same slope, at the logit z of q."),
        Formula(
            "labelNoiseMinimum",
            (weight,),
            sp.solve(sp.diff(hard + weight * noise, q), q)[0],
            "Where cross-entropy with so much of the label noise penalty is lowest.",
        ),
    ]


def _of_other_forms() -> list[Formula]:
    import sympy as sp

    from tverskylib.theory import squared_form
    from tverskylib.theory import symbols as s

    distance, squares = squared_form()["squared"].right.subs(s.M, 1).doit().as_numer_denom()
    t, x, rest = sp.symbols("t x rest", real=True)
    one = {s.t[1]: t, s.yhat[1]: x, sp.IndexedBase("t", real=True)[1]: t, sp.IndexedBase("yhat", real=True)[1]: x}
    label = sp.Symbol("label", positive=True)
    return [
        Formula(
            "squaredLoss",
            (t, x, rest),
            (distance / (squares + rest)).subs(one),
            "The squared form along one pixel; the others stand on their labels, and rest is the sum of their squares.",
        ),
        Formula(
            "epsilonOfLabel",
            (label, s.C),
            sp.solve(sp.Eq(s.two_labels[s.a], label), s.epsilon)[0],
            "The smoothing that gives foreground this label.",
        ),
    ]


def _in_javascript(formula: Formula) -> str:
    import sympy as sp

    # Plain symbols with JavaScript's usual names: SymPy's own signs have done their work by now.
    names = {symbol: sp.Symbol(_argument(symbol)) for symbol in formula.arguments}
    code = sp.printing.jscode(formula.expression.xreplace(names))
    arguments = ", ".join(str(names[symbol]) for symbol in formula.arguments)
    return f"/** {formula.about} */\nexport function {formula.name}({arguments}) {{\n  return {code};\n}}\n"


def _argument(symbol: Any) -> str:
    name = str(symbol)
    return {"varepsilon": "epsilon", "C": "classes", "T": "index"}.get(name, name.lower())


def formulas_js() -> str:
    """The text of ``formulas.js``."""
    return "\n".join([NOTE, *map(_in_javascript, formulas())])


def constants() -> Mapping[str, Any]:
    """What Python and JavaScript share beside formulas: colours, presets, ranges, and the words for the three optima."""
    from tverskylib.explorers.browser.values import FRACTIONS, NEAR, PRESETS, STEPS
    from tverskylib.figures.error_map import STRENGTH
    from tverskylib.figures.grammar import GRAMMAR
    from tverskylib.theory.conditions import _TIE

    return {
        "STEPS": STEPS,
        "NEAR": NEAR,
        "FRACTIONS": FRACTIONS,
        "STRENGTH": STRENGTH,
        "TIE": _TIE,
        "ROLES": GRAMMAR["roles"],
        "DASHES": GRAMMAR["dashes"],
        "SIZES": GRAMMAR["sizes"],
        "PRESETS": {name: dict(values) for name, values in PRESETS.items()},
    }


def constants_js() -> str:
    """The text of ``constants.js``."""
    lines = [f"export const {name} = {json.dumps(value, ensure_ascii=False)};" for name, value in constants().items()]
    return "\n".join([NOTE, *lines, ""])


def main() -> None:
    """Write both files."""
    for name, text in (("formulas.js", formulas_js()), ("constants.js", constants_js())):
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
