"""The inequalities that the proofs come down to, given to an SMT solver: no counterexample exists.

SymPy sees that terms are positive; z3 searches for numbers, over all reals at once. The formulas are those of the
derivations, handed over unevaluated, so both judge the same thing.
"""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
import z3

from tverskylib import theory
from tverskylib.theory import smoothing, symbols
from tverskylib.theory.threshold import coefficient

SECONDS = 10

alpha, beta, delta, epsilon = z3.Reals("alpha beta delta epsilon")
a, b = z3.Reals("a b")
P, Q, N, D, T, p = z3.Reals("P Q N D T p")
VARIABLES = {
    symbols.alpha: alpha,
    symbols.beta: beta,
    symbols.delta: delta,
    symbols.epsilon: epsilon,
    symbols.a: a,
    symbols.b: b,
    symbols.P: P,
    symbols.Q: Q,
    symbols.N: N,
    symbols.D: D,
    symbols.T: T,
    smoothing.p: p,
}


def z(expression: Any, **values: Any) -> Any:
    """The expression in z3's variables; ``values`` replace some of them, by name."""
    names = list(expression.free_symbols)
    numbers = [values.get(str(name), VARIABLES.get(name)) for name in names]
    assert None not in numbers, names
    return sp.lambdify(names, expression, modules=[{}])(*numbers)


def answer(*statements: Any) -> tuple[Any, Any]:
    solver = z3.SolverFor("QF_NRA")
    solver.set("timeout", SECONDS * 1000)
    solver.add(*statements)
    result = solver.check()
    return result, solver.model() if result == z3.sat else None


def no_counterexample(claim: Any, *given: Any) -> None:
    """The given statements and the opposite of the claim can not hold together. "Unknown" fails as well."""
    result, model = answer(*given, z3.Not(claim))
    assert result == z3.unsat, f"{result}: {model}"
    assert answer(*given)[0] == z3.sat  # what is given is no contradiction in itself


WEIGHTS = (alpha > 0, beta > 0)
LABELS = (epsilon > 0, epsilon < 1, b > 0, b <= epsilon, a == 1 - epsilon + b)  # b = epsilon/C and C >= 1
MASK = (P >= 0, Q >= 0, P + Q > 0, delta >= 0)
RATIO = (N >= 0, D > 0, D >= N)  # D - N holds the mistakes

A, B = z(smoothing.condition_a), z(smoothing.condition_b)
SLOPE = D + (alpha + beta - 1) * N


def index_at(u: Any, v: Any) -> tuple[Any, Any]:
    """Numerator and denominator for the prediction u on foreground and v on background."""
    parts = symbols.terms_of(smoothing.counts)
    return tuple(z(parts[part], u=u, v=v) for part in (symbols.N, symbols.D))


def better(first: tuple[Any, Any], second: tuple[Any, Any]) -> Any:
    return first[0] * second[1] > second[0] * first[1]


# The threshold theorem


def test_the_slope_is_positive():
    fp, fn = z3.Reals("FP FN")
    counts = (fp >= 0, fn >= 0, N >= 0, N + alpha * fp + beta * fn == D, D > 0)
    no_counterexample(SLOPE > 0, *WEIGHTS, *counts)
    step = theory.threshold_theorem()["slope"]
    no_counterexample(z(step.left) == z(step.right, FP=fp, FN=fn), *WEIGHTS, *counts)


def test_the_threshold_lies_between_0_and_its_limit_and_rises_with_the_index():
    tau = theory.threshold_theorem()["tau"].right
    above, below = sp.fraction(tau)
    low, high = z3.Reals("low high")
    inside = (T >= 0, T <= 1)
    no_counterexample(z(below) > 0, *WEIGHTS, *inside)
    no_counterexample(z3.And(z(above) >= 0, z(above) * (alpha + beta) <= alpha * z(below)), *WEIGHTS, *inside)
    no_counterexample(
        z(above, T=low) * z(below, T=high) < z(above, T=high) * z(below, T=low),
        *WEIGHTS,
        low >= 0,
        low < high,
        high <= 1,
    )


def test_a_label_above_the_threshold_has_a_positive_c():
    label = z3.Real("label")
    step = theory.threshold_theorem()["tau"].left
    above, below = sp.fraction(step)
    c = z(coefficient(sp.Symbol("t_i")), t_i=label)
    no_counterexample((c > 0) == (label * z(below) > z(above)), *WEIGHTS, *RATIO)
    no_counterexample((c == 0) == (label * z(below) == z(above)), *WEIGHTS, *RATIO)


def test_more_foreground_is_never_less_welcome_than_more_background():
    c_a, c_b = (z(smoothing.values_of[symbol]) for symbol in (smoothing.c_a, smoothing.c_b))
    no_counterexample(c_a >= c_b, *WEIGHTS, *LABELS, *RATIO)
    no_counterexample(z3.Implies(SLOPE > 0, c_a > c_b), *WEIGHTS, *LABELS, *RATIO)


# Claim 1


def test_a_change_from_the_mask_is_a_sum_over_foreground_and_background():
    u, v = z3.Reals("u v")
    (n, d), (n_new, d_new) = index_at(1, 0), index_at(u, v)
    no_counterexample(n_new * d - n * d_new == P * (u - 1) * B - Q * v * A, *WEIGHTS, *LABELS, *MASK)


CUBE = z3.Reals("u v")
INSIDE = tuple(bound for x in CUBE for bound in (x >= 0, x <= 1))
SIDES = {
    "the mask": ((1, 0), z3.And(z3.Or(Q == 0, A >= 0), z3.Or(P == 0, B >= 0))),
    "all-one": ((1, 1), z3.And(A <= 0, Q > 0)),
    "all-zero": ((0, 0), z3.And(B <= 0, P > 0)),
}


@pytest.mark.parametrize("side", SIDES)
def test_where_its_condition_holds_nothing_is_better(side):
    point, condition = SIDES[side]
    no_better_one = z3.Not(better(index_at(*CUBE), index_at(*point)))
    no_counterexample(no_better_one, *WEIGHTS, *LABELS, *MASK, *INSIDE, condition)


@pytest.mark.parametrize("side", SIDES)
def test_where_its_condition_holds_no_change_pays_for_any_weights(side):
    """The same in two parts: the change is u c_a P + v c_b Q (the identity above), and each part is not positive."""
    point, condition = SIDES[side]
    u, v = CUBE
    n, d = index_at(*point)
    c_a, c_b = (z(smoothing.values_of[symbol], N=n, D=d) for symbol in (smoothing.c_a, smoothing.c_b))
    no_counterexample(z3.Implies(P > 0, (u - point[0]) * c_a <= 0), *WEIGHTS, *LABELS, *MASK, *INSIDE, condition)
    no_counterexample(z3.Implies(Q > 0, (v - point[1]) * c_b <= 0), *WEIGHTS, *LABELS, *MASK, *INSIDE, condition)


def test_where_a_fails_all_one_is_better_and_where_b_fails_all_zero_is():
    mask = index_at(1, 0)
    no_counterexample(better(index_at(1, 1), mask), *WEIGHTS, *LABELS, *MASK, A < 0, Q > 0)
    no_counterexample(better(index_at(0, 0), mask), *WEIGHTS, *LABELS, *MASK, B < 0, P > 0)


def test_the_two_conditions_do_not_both_fail():
    no_counterexample(z3.Or(A > 0, B > 0), *WEIGHTS, *LABELS, *MASK)


def test_without_a_smoothing_term_b_holds_and_a_is_the_line():
    of_p = {"P": p, "Q": 1 - p, "delta": z3.RealVal(0)}
    inside = (p >= 0, p <= 1)
    line = z(smoothing.by_fraction)
    no_counterexample(z(smoothing.condition_b, **of_p) >= 0, *WEIGHTS, *LABELS, *inside)
    no_counterexample(
        (z(smoothing.condition_a, **of_p) >= 0) == (p * (1 - epsilon) * (alpha - beta * b) >= beta * b * b),
        *WEIGHTS,
        *LABELS,
        *inside,
    )
    no_counterexample(z(smoothing.condition_a, **of_p) == line, *WEIGHTS, *LABELS, *inside)


def test_the_critical_fraction_separates_and_sometimes_no_fraction_helps():
    line, margin = z(smoothing.by_fraction), z(theory.claim1()["full mask"].right)
    step = theory.claim1()["critical fraction"]
    above, below = (z(part) for part in sp.fraction(step.where[smoothing.p_star]))
    inside = (p >= 0, p < 1)
    no_counterexample((line >= 0) == (p * below >= above), *WEIGHTS, *LABELS, *inside, margin > 0)
    no_counterexample(z3.And(above > 0, above < below), *WEIGHTS, *LABELS, margin > 0)
    no_counterexample(line < 0, *WEIGHTS, *LABELS, *inside, margin <= 0)


def test_what_a_large_smoothing_term_can_not_mend_and_never_does():
    no_counterexample(A < 0, *WEIGHTS, *LABELS, *MASK, Q > 0, alpha < (alpha + beta) * b)
    no_counterexample(B > 0, *WEIGHTS, *LABELS, *MASK, b == epsilon)
    no_counterexample(B > 0, *WEIGHTS, *LABELS, *MASK, alpha <= beta, epsilon < 0.5)


def test_on_the_simplex_more_true_positives_are_always_better():
    n, low, high = z3.Reals("n low high")

    def index(tp: Any) -> tuple[Any, Any]:
        parts = symbols.terms_of((symbols.tp, sp.Symbol("n") - symbols.tp, sp.Symbol("n") - symbols.tp))
        return tuple(z(parts[part], TP=tp, n=n) for part in (symbols.N, symbols.D))

    pixels = (n > 0, delta >= 0, low >= 0, low < high, high <= n)
    no_counterexample(index(low)[1] > 0, *WEIGHTS, *pixels)
    no_counterexample(better(index(high), index(low)), *WEIGHTS, *pixels)


# The solver does find what is there


def test_the_claim_without_conditions_has_a_counterexample_that_the_library_knows():
    fixed = (alpha == 0.5, beta == 0.5, delta == 0, b == epsilon / 2, P > 0, Q > 0, P + Q == 1)
    result, model = answer(*fixed, *LABELS, better(index_at(1, 1), index_at(1, 0)))
    assert result == z3.sat
    fraction, strength = (float(model[x].as_fraction()) for x in (P, epsilon))
    assert theory.claim1_optimum(fraction, 0.5, 0.5, strength) == "one"


def test_a_false_statement_is_not_passed():
    with pytest.raises(AssertionError, match="sat"):
        no_counterexample(A >= 0, *WEIGHTS, *LABELS, *MASK)
    with pytest.raises(AssertionError):
        no_counterexample(A >= 0, *LABELS, epsilon > 2)
