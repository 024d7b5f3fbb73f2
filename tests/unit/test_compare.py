"""Answers of every natural kind are compared by what they say, and what they are is told in plain words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sympy
import torch
from odd_values import as_negative

from tverskylib import exercises
from tverskylib.exercises.compare import EXACT, NEARLY, as_number, kind, same

THIRDS = (1 / 3, 2 / 3)
T, c = sympy.symbols("T c", positive=True)
SCALED = T / (T + c * (1 - T))


@pytest.mark.parametrize(
    "given",
    [
        [1 / 3, 2 / 3],
        np.array(THIRDS),
        torch.tensor(THIRDS, requires_grad=True),
        [torch.tensor(1 / 3, requires_grad=True), 2 / 3],
        as_negative(torch.tensor(THIRDS)),
        [Fraction(1, 3), Fraction(2, 3)],
        (sympy.Rational(1, 3), sympy.Rational(2, 3)),
        np.array([Fraction(1, 3), Decimal("0.6667")]),
        pd.Series(THIRDS),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_pair_may_come_in_any_container(given):
    assert same(given, THIRDS) and same(given, list(THIRDS))


@pytest.mark.parametrize(
    "given", [[0.5], np.array([[0.5]]), torch.tensor([0.5]).bfloat16(), Fraction(1, 2), sympy.Rational(1, 2)]
)
def test_one_element_is_a_number(given):
    assert same(given, 0.5) and not same(given, 0.6)


@pytest.mark.parametrize(
    "given", [None, [None], "text", {}, {1: 2}, object(), lambda: 0.5, [0.5, 0.5], [], [[1], [1, 2]]]
)
def test_what_is_no_number_is_none(given):
    assert not same(given, 0.5) and not same(given, (0.5, 0.5, 0.5))


def test_whole_numbers_are_exact_and_others_rounded():
    assert same(810.0, 810) and not same(810.4, 810) and not same(809, 810)
    assert same(0.5882, 10 / 17) and not same(0.59, 10 / 17) and same(0.59, 10 / 17, NEARLY)
    assert not same(0.5885, 10 / 17, EXACT)


def test_formulas_are_compared_with_their_letters_whatever_was_assumed_of_them():
    other_T, other_c = sympy.symbols("T c")
    assert same(1 / (1 + c * (1 - T) / T), SCALED) and same(other_T / (other_T + other_c * (1 - other_T)), SCALED)
    assert not same(c * T, SCALED) and not same(0.5, SCALED) and not same(None, SCALED)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (c * T, "a SymPy expression"),
        (T**2, "a SymPy expression"),
        (sympy.sqrt(2), "a number"),
        (Fraction(1, 2), "a number"),
        (torch.tensor(0.5), "a number"),
        ([1, 2], "a list or array of shape (2,)"),
        (np.zeros((2, 3)), "a list or array of shape (2, 3)"),
        ([[1], [1, 2]], "a list of 2"),
        (None, "None"),
        ({}, "a dict"),
    ],
)
def test_kinds_are_told_in_plain_words(value, words):
    assert kind(value) == words


def test_a_function_without_return_is_told():
    with pytest.raises(TypeError, match=r"^the function should return a number, and returns None$"):
        as_number(None)


def test_the_tolerance_is_told_where_little_is_missing():
    for given in (0.53, 0.525):  # of 10/19
        told = exercises.check(10, 2, given).data
        assert "Nearly: less than a hundredth is missing. Give at least four digits" in told
    assert "Nearly" not in exercises.check(10, 2, 0.6).data
    assert "Nearly" not in exercises.check(7, 1, 812).data  # whole numbers are not rounded


def test_dots_are_unanswered_only_where_they_are_returned():
    assert "Nothing is answered yet" in exercises.check(10, 3, lambda probability, target: ...).data
    assert "Nothing is answered yet" in exercises.check(10, 3, lambda probability, target: (..., ...)).data
    told = exercises.check(10, 3, lambda probability, target: probability[..., 0]).data
    assert "Nothing is answered yet" not in told
