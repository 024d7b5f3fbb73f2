"""Derivations: what a step is, that a wrong one fails, how they render, and that the library computes what they say."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
import torch
from helpers import random_pair

from tverskylib import smooth_labels, theory, tversky_loss
from tverskylib.theory import Derivation, DerivationError, Step, symbols
from tverskylib.theory.display import latex
from tverskylib.theory.signs import proves
from tverskylib.theory.threshold import coefficient

PUBLIC = (
    "tversky_gradient",
    "threshold_theorem",
    "claim1",
    "claim1_simplex",
    "claim2",
    "penalties",
    "minimum_form",
)
every_derivation = pytest.mark.parametrize("name", PUBLIC)

x, y = sp.symbols("x y", nonnegative=True)
positive = sp.Symbol("w", positive=True)
real = sp.Symbol("r", real=True)


# A step holds, or it can not be built


RIGHT = [
    ((x + y) ** 2, "=", x**2 + 2 * x * y + y**2, ()),
    (sp.Derivative(x**3, x), "=", 3 * x**2, ()),
    (sp.Subs(x**2, x, 3), "=", 9, ()),
    (sp.Limit(x / (1 + x), x, sp.oo), "=", 1, ()),
    (sp.log(positive**2), "=", 2 * sp.log(positive), ()),
    (x / (1 + x), "=", 1 - 1 / (1 + x), ()),
    (real**2, ">=", 0, ()),
    (x**2 + y**2, ">=", 2 * x * y, ()),
    (positive + x, ">", 0, ()),
    (-x, "<=", 0, ()),
    (-positive, "<", x, ()),
    (1 - x, ">", 0, (x < 1,)),
    (x * (1 - x), "<=", 1 - x, (x <= 1,)),
    (y - x, ">=", 0, (x <= y,)),
    ((y - x) / (1 - x), ">=", 0, (x < 1, y >= x)),
    (real * x, ">=", 0, (real > 0,)),
    (x + y, ">", 0, (x + y > 0,)),
]
WRONG = [
    ((x + y) ** 2, "=", x**2 - 2 * x * y + y**2, ()),
    (sp.Derivative(x**3, x), "=", -3 * x**2, ()),
    (sp.Subs(x**2, x, 3), "=", -9, ()),
    (sp.Limit(x / (1 + x), x, sp.oo), "=", -1, ()),
    (sp.log(positive**2), "=", -2 * sp.log(positive), ()),
    (sp.sqrt(1 + x), "=", 1 + sp.sqrt(x), ()),
    (x / x, "=", 0, ()),
    (sp.Integer(1) / 0, "=", 1, ()),
    (real, ">=", 0, ()),
    (real**2, ">", 0, ()),
    (real**3, ">=", 0, ()),
    (x, ">", 0, ()),
    (x**2 + y**2, ">", 2 * x * y, ()),
    (x - y, ">=", 0, ()),
    (1 - x, ">=", 0, ()),
    (1 - x, ">", 0, (x <= 1,)),
    (1 - 2 * x, ">=", 0, (x < 1,)),
    (x - y, ">=", 0, (x <= y,)),
    (1 / real, ">=", 0, (real >= 0,)),
    (real * x, ">", 0, (real > 0,)),
    (real * x, ">=", 0, (real < 0,)),
]


@pytest.mark.parametrize(("left", "relation", "right", "assumptions"), RIGHT, ids=str)
def test_a_step_that_holds_is_built(left, relation, right, assumptions):
    assert Step("A step.", left, right, relation, assumptions=assumptions).residual() is None


@pytest.mark.parametrize(("left", "relation", "right", "assumptions"), WRONG, ids=str)
def test_a_step_that_does_not_hold_is_not(left, relation, right, assumptions):
    with pytest.raises(DerivationError, match=r"does not hold: 'A step\.'"):
        Step("A step.", left, right, relation, assumptions=assumptions)


def test_the_error_names_the_step_and_what_is_left_over():
    proof = Derivation("A proof").step("It grows.", x + 1, ">", x)
    with pytest.raises(DerivationError) as caught:
        proof.step("Two is one.", 2 * x, "=", x)
    error = caught.value
    assert (error.number, error.statement, error.residual) == (2, "Two is one.", x)
    assert str(error) == "step 2 does not hold: 'Two is one.': 2*x = x: left - right is x"
    with pytest.raises(DerivationError, match=r"step 2 .*: 1 - x >= 0: the sign is not seen of left - right = 1 - x"):
        proof.step("Not for every x.", 1 - x, ">=", 0)
    assert len(proof) == 1


def test_check_looks_again_and_names_the_first_wrong_step():
    proof = Derivation("A proof").step("One.", x, "=", x).step("Two.", y, "=", y).step("Three.", x, "=", x)
    proof.check()
    for step in list(proof)[1:]:
        object.__setattr__(step, "right", step.right + 1)
    with pytest.raises(DerivationError, match=r"step 2 does not hold: 'Two.'.*left - right is -1"):
        proof.check()


def test_a_definition_is_put_in_and_one_that_is_not_needed_dropped():
    n, d, unused = sp.symbols("N D U")
    step = Step("A ratio.", n / d, 1 / (1 + x), where={n: d / (1 + x), d: 1 + y, unused: x})
    assert list(step.where) == [n, d]
    assert step.explicit(n) == (1 + y) / (1 + x)
    with pytest.raises(DerivationError):
        Step("Another.", n / d, x, where={n: d / (1 + x)})


def test_sums_are_compared_for_every_number_of_terms():
    i, m = sp.symbols("i M", integer=True, positive=True)
    t, h = sp.IndexedBase("t"), sp.IndexedBase("h")
    total = sp.Sum(x * t[i] * (1 + h[i]) + y, (i, 1, m))
    parts = x * sp.Sum(t[i], (i, 1, m)) + x * sp.Sum(t[i] * h[i], (i, 1, m)) + y * m
    assert Step("Linear.", total, parts).residual() is None
    on_simplex = (sp.Eq(sp.Sum(t[i], (i, 1, m)), 1),)
    Step("On the simplex.", sp.Sum(x * t[i], (i, 1, m)), x, assumptions=on_simplex)
    for left, right in ((total, parts + y), (sp.Sum(t[i] * h[i], (i, 1, m)), sp.Sum(t[i], (i, 1, m)) * h[i])):
        with pytest.raises(DerivationError):
            Step("Not linear.", left, right)


def test_a_relation_that_is_none_is_named():
    with pytest.raises(ValueError, match="relation must be one of =, >=, >, <=, <, got '=='"):
        Step("A step.", x, x, "==")


def test_an_assumption_must_be_an_inequality():
    with pytest.raises(TypeError, match="an assumption must be an inequality, got"):
        Step("A step.", x, 0, ">=", assumptions=(sp.Ne(x, 1),))


# Signs: whatever is proved is true

TERMS = ["x", "y", "w", "r", "1 - x", "y - x", "x - r", "x + w", "2", "-1", "x*y - r", "(r - x)**2", "x/(1 + y)"]
RULES = ["x <= 1", "x < 1", "x <= y", "r > 0", "r >= x", "x + w > 1"]


def test_nothing_is_proved_that_is_false_at_some_point():
    names = {"x": x, "y": y, "w": positive, "r": real}
    draw = np.random.default_rng(0)
    points = draw.choice([0, 1e-3, 0.3, 0.99, 1, 1.5, 40], (4, 500))
    points[2] += 1e-6
    points[3] *= draw.choice([-1, 1], 500)
    proved = 0
    for _ in range(100):
        chosen = [sp.sympify(term, locals=names) for term in draw.choice(TERMS, 4)]
        first, second, third, fourth = chosen
        expression = draw.choice([first * second + third * fourth, (first + second) * third, first * second**3 - third])
        rules = draw.choice(RULES, draw.integers(0, 3), replace=False)
        assumptions = [sp.sympify(rule, locals=names) for rule in rules]
        allowed = np.ones(500, bool)
        for rule in assumptions:
            allowed &= np.broadcast_to(sp.lambdify(names.values(), rule, "numpy")(*points), 500)
        values = np.broadcast_to(sp.lambdify(names.values(), expression, "numpy")(*points), 500)[allowed]
        for strict in (False, True):
            if proves(expression, assumptions, strict=strict):
                proved += 1
                assert (values > 0).all() if strict else (values >= -1e-9).all(), (expression, rules)
    assert proved > 15


# The derivations


@every_derivation
def test_every_step_holds(name):
    proof = getattr(theory, name)()
    assert isinstance(proof, Derivation)
    assert len(proof) >= 8
    proof.check()
    for number, step in enumerate(proof):
        assert step is proof[number]
        assert step.statement and step.reason
        assert step.relation != "=" or step.left != step.right, f"step {number + 1} says nothing: {step.statement}"


def flipped(side):
    """The side with one sign turned: the whole, a term, or a term of a factor."""
    found = [-side] if side != 0 else []
    for factor in sp.Mul.make_args(side):
        base = factor.base if factor.is_Pow and factor.exp in (-1, -2) else factor
        if base.is_Add:
            found += [side.xreplace({base: base - 2 * term}) for term in base.args]
    return found


def wrong_versions(step):
    if step.relation != "=":
        turned = {">": "<", "<": ">", ">=": "<=", "<=": ">="}[step.relation]
        return [{"relation": turned}, {"left": -step.left, "right": -step.right}]
    wrong = [{"right": side} for side in flipped(step.right)]
    return wrong + [{"left": side} for side in flipped(step.left)]


@every_derivation
def test_a_wrong_sign_anywhere_is_caught(name):
    proof = getattr(theory, name)()
    for number, step in enumerate(proof, start=1):
        versions = wrong_versions(step)
        assert versions, f"step {number} of {name} has no sign to turn"
        for version in versions:
            try:
                replace(step, **version)
            except DerivationError:
                continue
            assert step.relation == "=" and still_true(step, version), f"step {number} of {name} holds with {version}"


def still_true(step, version):
    """0 may lose its sign: a side of which the other is 0, or a term that the definitions make 0."""
    ((side, new),) = version.items()
    if side == "left" and step.right == 0 and new == -step.left:
        return True
    return step.where and not new.has(sp.Sum) and sp.simplify(step.explicit(new - getattr(step, side))) == 0


@every_derivation
def test_a_derivation_renders(name):
    proof = getattr(theory, name)()
    markdown, latex, text = proof._repr_markdown_(), proof._repr_latex_(), str(proof)
    assert markdown.startswith(f"**{proof.title}**")
    shown, folded = markdown.split("<details>")
    assert shown.count("$$") == 2 * sum(step.key for step in proof) > 0
    assert folded.count("$$") == 2 * len(proof) and folded.endswith("</details>")
    assert latex.count("$$") == 2 and latex.count("\\begin{aligned}") == latex.count("\\end{aligned}") == 1
    for rendered in (markdown, latex):
        assert rendered.count("{") == rendered.count("}")
        assert rendered.count("\\left") == rendered.count("\\right")
        assert "None" not in rendered and "Dummy" not in rendered
    for number, step in enumerate(proof, start=1):
        assert f"**{number}.** " in markdown and f"({number})\\quad" in latex and f"\n{number}. " in text
        assert step.latex() in markdown and step.latex() in latex
        assert f"    {step.reason}" in text and step.statement in text
        assert step._repr_markdown_() and str(step) in text
    assert "$" not in "".join(step.statement + step.reason for step in proof)
    assert repr(proof) == f"<Derivation {proof.title!r}: {len(proof)} steps>"


def test_reading_order_and_stars():
    n, d, alpha, beta, fp, fn, tp = sp.symbols("N D alpha beta FP FN TP", positive=True)
    proof = Derivation("A proof", [Step("At T* it is.", tp + alpha * fp + beta * fn, d, ">", "T_0.", where={d: tp})])
    assert proof._repr_latex_() == (
        "$$\\begin{aligned}\n(1)\\quad \\mathrm{TP} + \\alpha \\mathrm{FP} + \\beta \\mathrm{FN} &> D &&\\text{T_0.}"
        "\n\\end{aligned}$$"
    )
    assert "**1.** At T\\* it is.\n\n$$\\begin{aligned}" in proof._repr_markdown_()
    assert "Where $D = \\mathrm{TP}$. *T\\_0.*" in proof._repr_markdown_()
    assert str(proof[0]) == "At T* it is.\n    TP + alpha*FP + beta*FN > D\n    where D = TP\n    T_0."
    assert str(Step("A ratio.", n / d, n * (1 / d))).endswith("N/D = N/D")


def test_steps_are_found_by_label_and_each_call_gives_a_fresh_list():
    proof = theory.claim1()
    assert proof["A"].label == "A"
    with pytest.raises(KeyError, match="no step is labelled 'Z'; the labels are: A, B, full mask, critical fraction"):
        proof["Z"]
    proof.step("One more.", x, "=", x)
    assert len(theory.claim1()) == len(proof) - 1


@pytest.mark.parametrize("module", ["derivation", "conditions"])
def test_the_examples_are_right(module):
    module = importlib.import_module(f"tverskylib.theory.{module}")
    results = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert results.attempted > 0 and results.failed == 0


def test_theory_starts_at_once_and_without_torch():
    program = """
import time; start = time.perf_counter()
import tverskylib.theory as theory
loaded = time.perf_counter() - start
import sys
assert "torch" not in sys.modules and "sympy" not in sys.modules
assert loaded < 1.5, loaded
assert "claim1_holds" in dir(theory)
assert theory.claim1_holds(0.5, 0.5, 0.5, 0.1)
for name in NAMES:
    getattr(theory, name)().check()
assert "torch" not in sys.modules
"""
    program = program.replace("NAMES", repr(PUBLIC))
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


# What the torch loss computes is what the steps say

POINTS = [(0.5, 0.5, 0.0), (0.3, 0.7, 0.2), (1.0, 1.0, 3.0), (5.0, 0.1, 1e-5)]


def counts_of(prediction, target, form):
    overlap = prediction * target if form == "product" else torch.minimum(prediction, target)
    tp = overlap.sum()
    return tp.item(), (prediction.sum() - tp).item(), (target.sum() - tp).item()


@pytest.mark.parametrize(("alpha", "beta", "delta"), POINTS)
@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("form", ["product", "minimum"])
def test_the_loss_is_the_expression(form, smoothed, alpha, beta, delta):
    prediction, target = random_pair((1, 2, 3, 4))
    if smoothed:
        target = smooth_labels(target, 0.2)
    loss = tversky_loss(prediction, target, alpha, beta, delta=delta, soft_labels=form)
    names = (symbols.tp, symbols.fp, symbols.fn)
    step = theory.tversky_gradient()[0]
    values = dict(zip(names, counts_of(prediction, target, form), strict=True))
    values |= {symbols.alpha: alpha, symbols.beta: beta, symbols.delta: delta}
    for side in (step.left, step.right):
        assert loss.item() == pytest.approx(float(step.explicit(side).subs(values)), rel=1e-12)


@pytest.mark.parametrize(("alpha", "beta", "delta"), POINTS)
@pytest.mark.parametrize("smoothed", [False, True])
def test_autograd_finds_the_gradient_in_closed_form(smoothed, alpha, beta, delta):
    prediction, target = random_pair((2, 1, 4, 5))
    target = smooth_labels(target, 0.3, num_classes=2) if smoothed else target
    tversky_loss(prediction.requires_grad_(), target, alpha, beta, delta=delta).backward()
    tp, fp, fn = counts_of(prediction.detach(), target, "product")
    numbers = {symbols.alpha: alpha, symbols.beta: beta}
    n, d = tp + delta, tp + alpha * fp + beta * fn + delta
    y_i = sp.Symbol("y_i", nonnegative=True)
    step = theory.tversky_gradient()["gradient"]
    closed = sp.lambdify(y_i, step.right.subs(numbers | {symbols.N: n, symbols.D: d}))
    expected = -closed(target.numpy())
    np.testing.assert_allclose(prediction.grad.numpy(), expected, rtol=1e-10)
    by_c = sp.lambdify(y_i, (coefficient(y_i) / symbols.D**2).subs(numbers | {symbols.N: n, symbols.D: d}))
    np.testing.assert_allclose(-by_c(target.numpy()), expected, rtol=1e-12)


@pytest.mark.parametrize(("alpha", "beta", "delta"), POINTS)
def test_the_minimum_form_has_the_two_slopes(alpha, beta, delta):
    prediction, target = random_pair((1, 1, 4, 5), soft=True)
    prediction[..., 1:3, :] = target[..., 1:3, :]
    tp, fp, fn = counts_of(prediction, target, "minimum")
    n, d = tp + delta, tp + alpha * fp + beta * fn + delta
    steps = [step for step in theory.minimum_form() if step.statement.startswith("The slope of the loss just ")]
    values = {symbols.alpha: alpha, symbols.beta: beta, symbols.N: n, symbols.D: d}
    above, below = (float(step.right.subs(values)) for step in steps)
    assert below < 0 <= above

    def loss(change):
        moved = prediction.clone()
        moved[0, 0, 1, 2] += change
        return tversky_loss(moved, target, alpha, beta, delta=delta, soft_labels="minimum").item()

    step = 1e-6
    assert (loss(step) - loss(0)) / step == pytest.approx(above, rel=1e-3, abs=1e-8)
    assert (loss(0) - loss(-step)) / step == pytest.approx(below, rel=1e-3, abs=1e-8)


def test_the_two_labels_are_those_of_smooth_labels():
    for classes in (1, 2, 3):
        labels = smooth_labels(np.array([1.0, 0.0]).reshape(1, 1, 1, 2), 0.3, num_classes=classes).ravel()
        values = {symbols.epsilon: 0.3, symbols.C: classes}
        expected = [float(symbols.two_labels[label].subs(values)) for label in (symbols.a, symbols.b)]
        np.testing.assert_allclose(labels, expected, rtol=1e-12)


def test_a_lone_negative_power_is_printed_as_a_fraction():
    q = sp.Symbol("q", positive=True)
    assert latex(1 / q) == r"\frac{1}{q}"
    assert latex((1 - q) ** -2) == r"\frac{1}{\left(1 - q\right)^{2}}"
