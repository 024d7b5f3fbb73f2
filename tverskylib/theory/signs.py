"""Signs that can be seen: whether an expression is positive, or not negative, under stated assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

Facts = tuple[tuple[Any, bool], ...]  # (expression, True if it is > 0, False if it is >= 0)


def proves(expression: Any, assumptions: Sequence[Any] = (), *, strict: bool = False) -> bool:
    """Whether the expression is >= 0, or > 0 if ``strict``, wherever the assumptions hold.

    Nothing is guessed and nothing is sampled: each term of a sum and each factor of a product must show its sign,
    from what SymPy knows of the symbols (``positive=True``) or from the assumptions, in one of three forms: as
    given, factored or expanded. False means "not seen", which is no proof of the contrary.

    An assumption ``x <= bound`` or ``x < bound`` on a symbol x that is not negative is used by writing
    x = bound/(1 + s) with s >= 0 or s > 0, which reaches every positive x up to the bound and no other (the bound is
    then positive as well); x = 0 is a case of its own. Every other assumption is a fact: an expression whose sign is
    known wherever it turns up. A positive whole number is written as 1 plus one that is not negative.
    """
    whole = {n for n in expression.free_symbols if n.is_Symbol and n.is_integer and n.is_positive}
    from_one = {n: 1 + sp.Dummy(integer=True, nonnegative=True) for n in whole}
    cases = _cases(expression.subs(from_one), [rule.subs(from_one) for rule in assumptions], ())
    return all(_Known(facts).shown(case, strict) for case, facts in cases)


def _cases(expression: Any, assumptions: list[Any], facts: Facts) -> list[tuple[Any, Facts]]:
    """The expression in slack variables, one case for each way in which the assumptions can hold."""
    if not assumptions:
        return [(expression, facts)]
    first, *rest = assumptions
    if first == sp.true:
        return _cases(expression, rest, facts)
    if first == sp.false:  # no number satisfies the assumptions of this case
        return []
    if not isinstance(first, (sp.Lt, sp.Le, sp.Gt, sp.Ge)):
        raise TypeError(f"an assumption must be an inequality, got {first}")
    small, large, strict = first.lts, first.gts, isinstance(first, (sp.Lt, sp.Gt))
    if not (small.is_Symbol and small.is_nonnegative) or large.has(small):
        return _cases(expression, rest, (*facts, (large - small, strict)))
    slack = sp.Dummy(positive=True) if strict else sp.Dummy(nonnegative=True)
    values = [(large / (1 + slack), (*facts, (large, True)))]
    if not small.is_positive:
        values.append((sp.Integer(0), (*facts, (large, strict))))
    cases = []
    for value, known in values:
        put = {small: value}
        known = tuple((fact.subs(put), positive) for fact, positive in known)
        cases += _cases(expression.subs(put), [assumption.subs(put) for assumption in rest], known)
    return cases


class _Known:
    """Looks for signs, given facts. What was asked before is answered at once; what is being looked at counts as
    not seen, so that no search runs in a circle."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.answers: dict[tuple[Any, bool], bool] = {}

    def shown(self, expression: Any, strict: bool) -> bool:
        """Whether the expression is seen to be > 0 (``strict``) or >= 0."""
        if expression.is_positive or (not strict and expression.is_nonnegative):
            return True
        key = (expression, strict)
        if key not in self.answers:
            self.answers[key] = False
            forms = (lambda x: x, lambda x: sp.factor(sp.together(x)), sp.expand)
            self.answers[key] = any(self._as_it_stands(form(expression), strict) for form in forms)
        return self.answers[key]

    def _as_it_stands(self, form: Any, strict: bool) -> bool:
        if any(_is_multiple(form, fact) and (positive or not strict) for fact, positive in self.facts):
            return True
        if form.is_Add:
            no_term_is_negative = all(self.shown(term, False) for term in form.args)
            return no_term_is_negative and (not strict or any(self.shown(term, True) for term in form.args))
        if form.is_Mul:
            signs = [self._sign(factor, strict) for factor in form.args]
            return 0 not in signs and signs.count(-1) % 2 == 0
        return form.is_Pow and self._sign(form, strict) == 1

    def _sign(self, factor: Any, strict: bool) -> int:
        """1 or -1 for a factor that is seen to be of that sign (or 0, where not ``strict``); 0 for not seen."""
        if factor.is_Pow and factor.exp.is_Integer:
            if factor.exp.is_even and factor.exp > 0 and factor.base.is_real and not strict:
                return 1
            base = self._sign(factor.base, strict or factor.exp < 0)
            return base**2 if factor.exp.is_even else base
        if self.shown(factor, strict):
            return 1
        return -1 if self.shown(-factor, strict) else 0


def _is_multiple(expression: Any, fact: Any) -> bool:
    if expression.free_symbols != fact.free_symbols or fact.is_zero:
        return False
    ratio = sp.cancel(expression / fact)
    return bool(ratio.is_number and ratio.is_positive)
