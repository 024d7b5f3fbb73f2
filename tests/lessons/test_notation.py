"""A letter that several lessons use stands in the table of lesson 00, and means one thing."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import build
import pytest

from tverskylib.theory.symbols import WORDS

PROJECT = build.Project(Path(__file__).parents[2])
GREEK = ["alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "theta", "lambda", "mu", "rho", "sigma", "tau"]
CONSTANTS = {"e"}  # of the exponential
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
WORD = re.compile(r"\\(?:text|mathrm|operatorname|mathcal|tag|begin|end)\{[^}]*\}|TP|FP|FN")
COMMAND = re.compile(r"\\[a-zA-Z]+")


def formulas(text: str) -> list[str]:
    return ["".join(parts) for parts in FORMULA.findall(text)]


def letters(formula: str) -> set[str]:
    """Latin letters and names of Greek ones; words and commands left out."""
    formula = WORD.sub(" ", formula)
    greek = {name for name in GREEK if rf"\{name}" in COMMAND.findall(formula)}
    return greek | set(re.findall(r"[A-Za-z]", COMMAND.sub(" ", formula)))


def prose(lesson: build.Lesson) -> str:
    return "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")


def table() -> dict[str, str]:
    """Letter -> its meaning in lesson 00."""
    section = prose(PROJECT.lessons[0]).partition("## Notation")[2].partition("\n## ")[0]
    rows = [row.strip("|").split("|") for row in section.splitlines() if row.startswith("| $")]
    return {letter: row[-1].strip() for row in rows for formula in formulas(row[0]) for letter in letters(formula)}


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        (r"\frac{N'}{D_k} + \alpha\, FP", {"N", "D", "k", "alpha"}),
        (r"\hat y_i \in [0, 1]^{C_{\text{in}} \times H}", {"y", "i", "C", "H"}),
        (r"\text{Dice} = \varepsilon \log 2", {"varepsilon"}),
    ],
)
def test_letters_are_found(formula, found):
    assert letters(formula) == found


def test_a_letter_of_several_lessons_is_in_the_table():
    used = defaultdict(set)
    for lesson in PROJECT.lessons:
        for formula in formulas(prose(lesson)):
            for letter in letters(formula) - CONSTANTS:
                used[letter].add(lesson.name[:2])
    missing = {letter: sorted(where) for letter, where in used.items() if len(where) > 1 and letter not in table()}
    assert missing == {}


@pytest.mark.parametrize("lesson", PROJECT.lessons, ids=lambda lesson: lesson.name)
def test_letters_are_not_used_for_anything_else(lesson):
    """D is a denominator and no divergence and no depth; epsilon has one shape; a, b, w only where they are at home."""
    text = prose(lesson).partition("## Notation")[0]
    other = r"\bD\s*(?:\\left)?\(|D_\{?\\|2\s*-\s*D\b|\(\s*D\b"  # a divergence, or a Dice index
    assert [formula for formula in formulas(text) if re.search(other, formula)] == []
    assert [formula for formula in formulas(text) if r"\epsilon" in COMMAND.findall(formula)] == []
    used = set().union(*map(letters, formulas(text)))
    number = int(lesson.name[:2])
    assert not used & {"a", "b", "varepsilon"} or number >= 7, "labels are smoothed from lesson 07 on"
    assert "w" not in used or number >= 4, "what is added to a loss comes in lesson 04"


def test_the_table_says_what_the_proofs_say():
    meanings = table()
    for letter in ("alpha", "beta", "delta", "varepsilon", "a", "b", "P", "Q", "M", "N", "D", "T", "t", "C"):
        assert letter in WORDS
        assert letter in meanings, letter
    for letter, word in (
        ("alpha", "false positive"),
        ("beta", "false negative"),
        ("D", "denominator"),
        ("P", "foreground"),
    ):
        assert word in WORDS[letter]
        assert word in meanings[letter]
