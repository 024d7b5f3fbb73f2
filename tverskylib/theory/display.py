"""Expressions as a reader would write them: SymPy's own order is alphabetical, FN*beta + FP*alpha + TP + delta."""

from __future__ import annotations

import re
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

_COUNTS = ("TP", "FP", "FN", "D", "N")  # the order in which the index is written, before all other names
_GREEK = ("alpha", "beta", "delta", "varepsilon", "epsilon", "lambda", "tau")
_CONSTANTS = (*_GREEK, "C")
_IN_LATEX = {"KL": r"\mathrm{KL}", "ŷ": r"\hat{y}", "ỹ": r"\tilde{y}", "‖": r"\,\|\,"}


class _ReadingOrder:
    """For SymPy's printers: terms and factors in reading order."""

    def _as_ordered_terms(self, expression: Any, order: Any = None) -> list[Any]:
        ordered = sorted(expression.args, key=_term_key)
        first = next((term for term in ordered if not term.could_extract_minus_sign()), ordered[0])
        return [first, *(term for term in ordered if term is not first)]

    def _print_Mul(self, product: Any) -> str:
        if not product.is_Mul:  # SymPy's printers pass a lone negative power too
            return str(super()._print_Mul(product))  # type: ignore[misc]
        factors = sorted(product.args, key=_factor_key)
        return str(super()._print_Mul(sp.Mul(*factors, evaluate=False)))  # type: ignore[misc]


class _Latex(_ReadingOrder, LatexPrinter):  # type: ignore[misc]
    def _print_Symbol(self, symbol: Any, style: str = "plain") -> str:
        name = str(symbol)
        if match := re.fullmatch(r"([A-Z]{2})('?)(?:_(\w))?", name):  # TP is one quantity, not T times P
            count, prime, index = match.groups()
            return rf"\mathrm{{{count}}}{prime}" + f"_{{{index}}}" * bool(index)
        if name.isascii():
            return str(super()._print_Symbol(symbol, style))
        for character, command in _IN_LATEX.items():
            name = name.replace(character, command)
        return name

    def _print_Subs(self, substitution: Any) -> str:
        text = str(super()._print_Subs(substitution))
        if not substitution.expr.is_Add:
            return text
        inside = self._print(substitution.expr)
        return text.replace(inside, rf"\left({inside}\right)", 1)


class _Text(_ReadingOrder, StrPrinter):  # type: ignore[misc]
    def _print_Relational(self, relation: Any) -> str:
        return f"{self._print(relation.lhs)} {relation.rel_op.replace('==', '=')} {self._print(relation.rhs)}"


def latex(expression: Any) -> str:
    """LaTeX without delimiters."""
    return str(_Latex({"order": "none"}).doprint(expression))


def plain(expression: Any) -> str:
    """One line of text."""
    return str(_Text({"order": "none"}).doprint(expression))


def markdown(text: str) -> str:
    """Words for Markdown: T* is a name and TP_0 another, not the beginning of an emphasis."""
    return re.sub(r"([*_`<])", r"\\\1", text)


def base_name(symbol: Any) -> str:
    """TP for TP' and TP_0: the name without prime and index."""
    return str(symbol).partition("_")[0].rstrip("'")


def _term_key(term: Any) -> tuple[Any, ...]:
    if term.is_number:
        return (0 if term.is_positive else 3,)
    ranks = [_rank(symbol) for symbol in term.free_symbols]
    return (1, min(ranks), len(ranks), str(term))


def _rank(symbol: Any) -> tuple[int, str]:
    base = base_name(symbol)
    if base in _COUNTS:
        return _COUNTS.index(base), str(symbol)
    return (9, "") if base in _CONSTANTS else (8, str(symbol))


def _factor_key(factor: Any) -> tuple[int, str]:
    base = factor.base if factor.is_Pow else factor
    if factor.is_number:
        kind = 0
    elif base.is_Symbol:
        name = base_name(base)
        kind = 1 if name in _GREEK else 3 if name[0].islower() else 4
    elif base.is_Add:
        kind = 2 if all(base_name(symbol) in _CONSTANTS for symbol in base.free_symbols) else 6
    else:
        kind = 5 if isinstance(base, sp.Indexed) else 7
    return kind, str(factor).replace("D", "N~")  # N before D, as in N'D - ND'
