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

from tverskylib import smooth_labels, theory, tversky_from_counts, tversky_loss
from tverskylib.theory import Derivation, DerivationError, Step, entropy, symbols
from tverskylib.theory.display import latex
from tverskylib.theory.signs import proves
from tverskylib.theory.threshold import coefficient

PUBLIC = (
    "ratio_of_weights",
    "only_minimum",
    "tversky_gradient",
    "empty_mask",
    "batch_mean",
    "threshold_theorem",
    "claim1",
    "claim1_simplex",
    "smoothed_chances",
    "claim2",
    "penalties",
    "minimum_form",
    "squared_form",
    "lottery",
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
    assert len(proof) >= 4
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
    assert markdown.startswith(f"<details><summary>Proof: {proof.title} ({len(proof)} steps)</summary>")
    assert markdown.count("$$") == 2 * len(proof) and markdown.endswith("</details>")
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


@every_derivation
def test_every_letter_is_explained_before_the_first_step(name):
    proof = getattr(theory, name)()
    words = {**symbols.WORDS, **proof.letters}
    used = set().union(*(step.letters() for step in proof))
    assert used <= set(words), used - set(words)
    assert set(proof.letters) - used <= set(entropy.LETTERS), "a letter is explained that does not occur"
    for shown in (str(proof), proof._repr_markdown_()):
        before, _, _ = shown.partition("1. " if shown.startswith(proof.title) else "**1.** ")
        assert all(
            words[key].replace("_", "").replace("*", "") in before.replace("\\", "").replace("_", "") for key in used
        )


def test_letters_of_ones_own_show_their_sign_and_words():
    proof = Derivation("a proof", letters={"x": "the side"}).step("A square.", x**2 + real, "=", real + x * x + 0 * y)
    assert "Letters: x ≥ 0, the side" in str(proof)
    assert "*The letters:* $x$ ≥ 0, the side." in proof._repr_markdown_()
    assert theory.claim1().letters == theory.claim1().letters != {}


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
    step = theory.only_minimum()[0]
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


# The derivations against numbers


def test_only_the_ratio_of_the_weights_orders_masks():
    draw = np.random.default_rng(2)
    for _ in range(300):
        counts = draw.integers(0, 50, (3, 40)).astype(float)
        counts[0] += 1
        (alpha, beta, factor), delta = 10 ** draw.uniform(-1.5, 1.5, 3), draw.choice([0, 0.5, 20])
        plain = tversky_from_counts(*counts, alpha, beta, delta)
        scaled = tversky_from_counts(*counts, factor * alpha, factor * beta, delta)
        np.testing.assert_allclose(scaled, plain / (plain + factor * (1 - plain)), rtol=1e-12)
        np.testing.assert_array_equal(plain.argsort(kind="stable"), scaled.argsort(kind="stable"))
        cuts = theory.optimal_threshold(scaled, factor * alpha, factor * beta)
        np.testing.assert_allclose(cuts, theory.optimal_threshold(plain, alpha, beta), rtol=1e-12)


def test_the_best_mask_of_a_map_only_grows_with_the_ratio():
    draw = np.random.default_rng(3)
    for _ in range(100):
        target, order = draw.random(30) < 0.3, draw.permutation(30)
        target[0] = True
        tp = np.cumsum(target[order])  # masks of 1, 2, ... pixels, each within the next
        fp, fn = np.arange(1, 31) - tp, target.sum() - tp
        sizes = [int(tversky_from_counts(tp, fp, fn, 1.0, ratio).argmax()) for ratio in np.geomspace(0.05, 20, 25)]
        assert sizes == sorted(sizes)


def test_the_batch_lies_between_its_images_and_is_their_weighted_mean():
    draw = np.random.default_rng(4)
    for _ in range(200):
        images = int(draw.integers(1, 7))
        counts = draw.integers(0, 30, (3, images)).astype(float)
        alpha, beta, delta = *(10 ** draw.uniform(-1, 1, 2)), draw.uniform(0.1, 10)
        each = tversky_from_counts(*counts, alpha, beta, delta / images)
        weights = counts[0] + alpha * counts[1] + beta * counts[2] + delta / images
        batch = tversky_from_counts(*counts.sum(1), alpha, beta, delta)
        assert batch == pytest.approx((weights * each).sum() / weights.sum(), rel=1e-12)
        assert each.min() - 1e-12 <= batch <= each.max() + 1e-12


def test_no_prediction_but_the_target_is_stationary():
    """A step that the box allows and the gradient wants exists everywhere else; from logits, everywhere."""
    draw = np.random.default_rng(5)
    for trial in range(300):
        target = torch.tensor(draw.random((1, 1, 1, 12)) < draw.choice([0.0, 0.2, 0.8]), dtype=torch.float64)
        values = draw.choice([0.0, 1.0, 0.3, 0.9], 12, p=draw.dirichlet(np.ones(4)))
        prediction = torch.tensor(values).reshape(1, 1, 1, 12)
        delta = 0.0 if target.any() and trial % 2 else 0.7
        if (prediction == target).all():
            continue
        prediction.requires_grad_()
        tversky_loss(prediction, target, *(10 ** draw.uniform(-1, 1, 2)), delta=delta).backward()
        slope, at = prediction.grad, prediction.detach()
        assert (((slope < 0) & (at < 1)) | ((slope > 0) & (at > 0))).any()
        logits = torch.tensor(draw.normal(0, 3, (1, 1, 1, 12))).requires_grad_()
        tversky_loss(logits, target, delta=delta, from_logits=True).backward()
        assert (logits.grad != 0).all()


def test_the_squared_form_is_a_distance():
    target, prediction = (torch.rand(50, dtype=torch.float64) for _ in range(2))
    squares = (target**2).sum() + (prediction**2).sum()
    loss = 1 - 2 * (target * prediction).sum() / squares
    assert torch.isclose(loss, ((target - prediction) ** 2).sum() / squares)


@pytest.mark.parametrize("chance", [0.01, 0.3, 0.9])
def test_what_each_loss_asks_for_in_the_lottery(chance):
    x = np.linspace(1e-5, 1 - 1e-5, 200_001)
    entropy = -chance * np.log(x) - (1 - chance) * np.log(1 - x)
    for alpha, beta in ((0.5, 0.5), (1, 1), (0.9, 0.1), (0.1, 0.9)):
        index = tversky_from_counts(chance * x, (1 - chance) * x, chance * (1 - x), alpha, beta)
        assert index.argmax() == x.size - 1
    squared = 1 - 2 * chance * x / (chance + x**2)
    assert x[squared.argmin()] == pytest.approx(chance**0.5, abs=1e-4)
    places = [x[(1 - 2 * chance * x / (chance + x) + w * entropy).argmin()] for w in (0.01, 0.1, 1, 10, 1000)]
    assert places == sorted(places, reverse=True)
    assert chance < places[-1] < places[0] < 1
    assert places[-1] == pytest.approx(chance, rel=0.01)
    step = theory.lottery()["with cross-entropy"]
    slope = sp.lambdify(sorted(step.right.free_symbols, key=str), step.right)  # of q, w, x
    for w, place in zip((0.1, 1, 10), places[1:4], strict=True):
        assert slope(chance, w, place - 2e-5) < 0 < slope(chance, w, place + 2e-5)


def test_one_ratio_over_softmax_channels_is_accuracy():
    """One per cent foreground, and nothing predicted."""
    right = torch.zeros(1, 2, 10, 10, dtype=torch.float64)
    right[:, 0], right[:, 1, 0, 0], right[:, 0, 0, 0] = 1, 1, 0
    nothing = torch.zeros_like(right)
    nothing[:, 0] = 1
    for weights in ((0.5, 0.5), (0.1, 0.9), (0.9, 0.1)):
        assert 1 - tversky_loss(nothing, right, *weights, delta=0.0).item() == pytest.approx(0.99)
    assert tversky_loss(nothing[:, 1:], right[:, 1:], delta=0.0) == 1
