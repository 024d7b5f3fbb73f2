"""A derivation is a list of steps, and a step is something that SymPy has checked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import sympy as sp

from tverskylib.theory.display import latex, markdown, plain
from tverskylib.theory.signs import proves
from tverskylib.theory.symbols import WORDS

Relation = Literal["=", ">=", ">", "<=", "<"]
_SIGNS = {"=": "=", ">=": r"\ge", ">": ">", "<=": r"\le", "<": "<"}


class DerivationError(ValueError):
    """A step that does not hold.

    Attributes:
        statement: what the step says.
        number: its place in the derivation, counted from 1; None for a step on its own.
        residual: left minus right, simplified: not 0, or for an inequality of a sign that is not seen.
    """

    def __init__(self, step: Step, residual: Any, number: int | None = None) -> None:
        self.statement, self.residual, self.number = step.statement, residual, number
        why = "left - right is" if step.relation == "=" else "the sign is not seen of left - right ="
        name = "the step" if number is None else f"step {number}"
        super().__init__(
            f"{name} does not hold: {step.statement!r}: {plain(step.left)} {step.relation} {plain(step.right)}: {why} {plain(residual)}"
        )


@dataclass(frozen=True, eq=False)
class Step:
    r"""One line of a proof: left, a relation, right. It is verified as it is built: a step that exists holds.

    An equation holds if SymPy brings :math:`left - right` to 0. An inequality holds if every term and factor of the
    difference shows its sign (see ``signs.py``); a sign that is not seen counts as a failure, never as a pass.
    Derivatives, limits, integrals and sums may stand unevaluated, so that they can be read; the check evaluates them.

    Args:
        statement: what is claimed, in words.
        left, right: SymPy expressions or numbers.
        relation: ``"="``, ``">="``, ``">"``, ``"<="`` or ``"<"``.
        reason: why it holds, in words.
        assumptions: what is assumed beyond the signs of the symbols: SymPy inequalities, and ``Eq(x, y)`` for "x
            may be replaced by y".
        where: what symbols stand for, in the order in which the check puts it in; others than needed are dropped.
        label: a name by which :class:`Derivation` finds the step.

    Raises:
        DerivationError: the step does not hold; the message says what is left over.
        ValueError: an unknown relation.

    Introduced in lesson 03.

    >>> x = sp.Symbol("x", positive=True)
    >>> print(Step("A square is not negative.", (x - 1) ** 2, 0, ">=", "It is a square."))
    A square is not negative.
        (x - 1)**2 >= 0
        It is a square.
    """

    statement: str
    left: Any
    right: Any
    relation: Relation = "="
    reason: str = ""
    assumptions: tuple[Any, ...] = ()
    where: Mapping[Any, Any] = field(default_factory=dict)
    label: str = ""

    def __post_init__(self) -> None:
        if self.relation not in _SIGNS:
            raise ValueError(f"relation must be one of {', '.join(_SIGNS)}, got {self.relation!r}")
        object.__setattr__(self, "left", sp.sympify(self.left))
        object.__setattr__(self, "right", sp.sympify(self.right))
        known = (sp.true, True)  # SymPy answers at once where the signs of the symbols suffice
        object.__setattr__(self, "assumptions", tuple(rule for rule in self.assumptions if rule not in known))
        object.__setattr__(self, "where", self._needed(self.where))
        self.check()

    def _needed(self, where: Mapping[Any, Any]) -> dict[Any, Any]:
        """The definitions of symbols that occur, in the order given."""
        symbols: set[Any] = set().union(*(part.free_symbols for part in (self.left, self.right, *self.assumptions)))
        needed = {}
        for symbol, meaning in where.items():
            if symbol in symbols:
                needed[symbol] = sp.sympify(meaning)
                symbols |= needed[symbol].free_symbols
        return needed

    def check(self, number: int | None = None) -> None:
        """Verify the step; ``number`` is named in the error.

        Raises:
            DerivationError: it does not hold.
        """
        residual = self.residual()
        if residual is not None:
            raise DerivationError(self, residual, number)

    def residual(self) -> Any:
        """None if the step holds; otherwise left minus right, simplified."""
        difference = self.explicit(self.left - self.right)
        if difference.has(sp.Derivative, sp.Integral, sp.Limit, sp.Subs):
            difference = difference.doit()
        difference = _linear(difference)
        equations = [assumption for assumption in self.assumptions if isinstance(assumption, sp.Eq)]
        difference = difference.xreplace({equation.lhs: equation.rhs for equation in equations})
        if self.relation == "=":
            left_over = _reduced(difference)
            return None if left_over == 0 else left_over
        inequalities = [self.explicit(rule) for rule in self.assumptions if rule not in equations]
        sign = 1 if self.relation.startswith(">") else -1
        shown = proves(sign * difference, inequalities, strict="=" not in self.relation)
        return None if shown else sp.factor(difference)

    def explicit(self, expression: Any) -> Any:
        """The expression with everything put in that ``where`` defines."""
        for symbol, meaning in self.where.items():
            expression = expression.xreplace({symbol: meaning})
        return expression

    def letters(self) -> dict[str, Any]:
        """Every letter of the step by its name, bound ones too; of t[i] it is t, and an index is none."""
        parts = (self.left, self.right, *self.where, *self.where.values(), *self.assumptions)
        found: set[Any] = set().union(*(part.atoms(sp.Symbol) for part in parts))
        for part in parts:
            found -= {index for one in part.atoms(sp.Indexed) for index in one.indices}
            found -= {limit[0] for one in part.atoms(sp.Sum) for limit in one.limits}
            found -= {one.args[3] for one in part.atoms(sp.Limit)}  # the side, "+" or "-"
        return {str(letter).removesuffix("_i"): letter for letter in sorted(found, key=str)}

    def latex(self) -> str:
        """The formula alone, without delimiters, aligned at its relation."""
        return f"{latex(self.left)} &{_SIGNS[self.relation]} {latex(self.right)}"

    def __str__(self) -> str:
        tag = f"    ({self.label})" * bool(self.label)
        lines = [self.statement, f"    {plain(self.left)} {self.relation} {plain(self.right)}{tag}"]
        lines += [f"    where {symbol} = {plain(meaning)}" for symbol, meaning in self.where.items()]
        if self.assumptions:
            lines.append(f"    assuming {', '.join(map(plain, self.assumptions))}")
        return "\n".join([*lines, f"    {self.reason}"] if self.reason else lines)

    def _repr_markdown_(self) -> str:
        return "\n\n".join(self._markdown({}))

    def _markdown(self, printed: dict[Any, Any]) -> list[str]:
        """Paragraphs; definitions that the reader has seen before are not printed again."""
        tag = rf" \tag{{{self.label}}}" if self.label else ""
        paragraphs = [markdown(self.statement), f"$$\\begin{{aligned}} {self.latex()} \\end{{aligned}}{tag}$$"]
        news = {symbol: meaning for symbol, meaning in self.where.items() if printed.get(symbol) != meaning}
        printed.update(news)
        notes = []
        if news:
            notes.append("Where " + ", ".join(f"${latex(s)} = {latex(meaning)}$" for s, meaning in news.items()))
        if self.assumptions:
            notes.append("Assuming " + ", ".join(f"${latex(assumption)}$" for assumption in self.assumptions))
        if self.reason:
            notes.append(f"*{markdown(self.reason)}*")
        return [*paragraphs, ". ".join(notes)] if notes else paragraphs


class Derivation:
    r"""A proof as an ordered list of verified steps.

    It is built by :meth:`step`, which refuses a step that does not hold; it can be iterated, counted, and indexed by
    number (from 0) or by label. A notebook shows it behind a line that opens: what the letters mean, then numbered
    formulas with reasons; ``print`` gives plain text. SymPy verifies the formulas. The words between them, and that the
    steps prove what the title says, are the author's.

    Args:
        title: what is derived.
        steps: steps to begin with.
        letters: what a letter means, by its name; those of ``symbols.WORDS`` need not be given.

    Introduced in lesson 03.

    >>> x = sp.Symbol("x", positive=True)
    >>> proof = Derivation("A small proof").step("A binomial.", (x + 1) ** 2, "=", x**2 + 2 * x + 1, "Expand.")
    >>> proof.check()
    >>> proof.step("A wrong one.", (x + 1) ** 2, "=", x**2 - 2 * x + 1)
    Traceback (most recent call last):
    ...
    tverskylib.theory.derivation.DerivationError: step 2 does not hold: ...
    """

    def __init__(self, title: str, steps: Iterable[Step] = (), letters: Mapping[str, str] | None = None) -> None:
        self.title = title
        self.steps = list(steps)
        self.letters = dict(letters or {})

    def step(
        self,
        statement: str,
        left: Any,
        relation: Relation,
        right: Any,
        reason: str = "",
        *,
        assuming: Iterable[Any] = (),
        where: Mapping[Any, Any] | None = None,
        label: str = "",
    ) -> Self:
        """Verify a step and append it; the arguments are those of :class:`Step`, in reading order.

        Raises:
            DerivationError: it does not hold; the message names its number, its statement and what is left over.
        """
        try:
            step = Step(statement, left, right, relation, reason, tuple(assuming), where or {}, label)
        except DerivationError as error:
            number = len(self.steps) + 1
            error.number, error.args = number, (error.args[0].replace("the step", f"step {number}", 1),)
            raise
        self.steps.append(step)
        return self

    def check(self) -> None:
        """Verify every step again.

        Raises:
            DerivationError: for the first step that does not hold.
        """
        for number, step in enumerate(self.steps, start=1):
            step.check(number)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, key: int | str) -> Step:
        if not isinstance(key, str):
            return self.steps[key]
        for step in self.steps:
            if step.label == key:
                return step
        labels = ", ".join(step.label for step in self.steps if step.label) or "none"
        raise KeyError(f"no step is labelled {key!r}; the labels are: {labels}")

    def __repr__(self) -> str:
        return f"<Derivation {self.title!r}: {len(self)} steps>"

    def __str__(self) -> str:
        blocks = [f"{number}. {step}" for number, step in enumerate(self, start=1)]
        letters = "; ".join(self._explained(plain, str))
        return "\n\n".join([self.title, *([f"Letters: {letters}"] if letters else []), *blocks])

    def _repr_markdown_(self) -> str:
        """One line that opens: the letters, and then every step."""
        printed: dict[Any, Any] = {}
        paragraphs = [f"<details><summary>Proof: {markdown(self.title)} ({len(self)} steps)</summary>"]
        if letters := self._explained(lambda letter: f"${latex(letter)}$", markdown):
            paragraphs.append(f"*The letters:* {'; '.join(letters)}.")
        for number, step in enumerate(self, start=1):
            first, *others = step._markdown(printed)
            paragraphs += [f"**{number}.** {first}", *others]
        return "\n\n".join([*paragraphs, "</details>"])

    def _explained(self, name: Callable[[Any], str], text: Callable[[str], str]) -> list[str]:
        """Each letter with its sign, as SymPy is told, and its meaning; letters without either are left out."""
        found: dict[str, Any] = {}
        for step in self:
            found |= {key: letter for key, letter in step.letters().items() if key not in found}
        words = {**WORDS, **self.letters}
        explained = []
        for key in (*(key for key in words if key in found), *(key for key in found if key not in words)):
            sign = " > 0" if found[key].is_positive else " ≥ 0" if found[key].is_nonnegative else ""
            if sign or key in words:
                explained.append(name(found[key]) + sign + (f", {text(words[key])}" if key in words else ""))
        return explained

    def _repr_latex_(self) -> str:
        rows = [
            rf"({number})\quad {step.latex()} &&\text{{{step.reason or step.statement}}}"
            for number, step in enumerate(self, start=1)
        ]
        return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def built_once(build: Callable[[], Derivation]) -> Callable[[], Derivation]:
    """Verify a derivation at the first call only; every call returns a new list of its steps."""
    built = functools.cache(build)

    @functools.wraps(build)
    def fresh() -> Derivation:
        return Derivation(built().title, built(), built().letters)

    return fresh


def _linear(expression: Any) -> Any:
    """Sums of terms as terms of sums, with what does not depend on the index in front."""
    return expression.replace(lambda part: isinstance(part, sp.Sum), _linear_sum)


def _linear_sum(total: Any) -> Any:
    if len(total.limits) != 1:
        return total
    ((index, first, last),) = total.limits
    parts = []
    for term in sp.Add.make_args(sp.expand(sp.expand_log(total.function))):
        constant, varying = term.as_independent(index, as_Add=False)
        parts.append(constant * (last - first + 1 if varying == 1 else sp.Sum(varying, (index, first, last))))
    return sp.Add(*parts)


def _reduced(difference: Any) -> Any:
    """0 if the difference is; otherwise what is left of it."""
    numerator = sp.expand(sp.expand_log(sp.fraction(sp.together(difference))[0]))
    if numerator == 0:
        return numerator
    return sp.factor(difference) if _is_polynomial(numerator) else sp.simplify(difference)


def _is_polynomial(expression: Any) -> bool:
    """In symbols, indexed symbols and whole sums: then expanding decides."""
    sums = expression.atoms(sp.Sum) | expression.atoms(sp.Indexed)
    return bool(expression.xreplace({part: sp.Dummy() for part in sums}).is_polynomial())
