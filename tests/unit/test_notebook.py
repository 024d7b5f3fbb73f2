"""What lessons say of themselves: a claim that is shown as checked was checked."""

import numpy as np
import pandas as pd
import pytest
import sympy as sp
import torch

from tverskylib import checked

x = sp.Symbol("x", real=True)


@pytest.mark.parametrize(
    "condition",
    [
        True,
        np.float64(1) < 2,
        np.array([1.0, 2.0]) > 0,
        torch.tensor([[1.0, 2.0]]) > 0,
        torch.tensor(1.0, requires_grad=True) > 0,
        pd.Series([1, 2]) > 0,
        sp.Integer(1) < 2,
        sp.Symbol("p", positive=True).is_positive,
        [True, True],
    ],
)
def test_a_true_claim_is_shown(condition):
    shown = checked("one is less than two", condition)
    assert shown._repr_markdown_() == "checked: one is less than two"


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ([False], "its condition is False"),
        ([np.nan > 0], "its condition is False"),
        ([sp.Integer(1) > 2], "its condition is False"),
        ([True, False], "condition 2 of 2 is False"),
        ([np.array([[True, False], [False, False]])], r"is False at 3 of 4 places, first at \[0, 1\]"),
        ([torch.tensor([0.0, 1.0, 2.0]) < 2], r"is False at 1 of 3 places, first at \[2\]"),
    ],
)
def test_a_false_claim_raises_with_its_sentence(conditions, why):
    with pytest.raises(AssertionError, match=f"^not so: 3 lies between 1 and 2: .*{why}$"):
        checked("3 lies between 1 and 2", *conditions)


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        (1, "1 of type int"),
        (None, "None of type NoneType"),
        ("yes", "'yes' of type str"),
        (x > 0, "x > 0 of type StrictGreaterThan"),
        (sp.Integer(0), "0 of type Zero"),
        (np.array([1, 0]), "type ndarray"),
        (torch.tensor([0.5]), "type Tensor"),
        (np.array([], dtype=bool), "an empty array"),
        ([], "an empty array"),
        ([True, None], "type list"),
    ],
)
def test_what_is_no_truth_value_is_refused(condition, what):
    with pytest.raises(TypeError, match=f"its condition in 'a claim' is no truth value: .* got .*{what}"):
        checked("a claim", condition)


@pytest.mark.parametrize("arguments", [("a claim",), ("", True), (True, "a claim")])
def test_a_claim_has_words_and_a_condition(arguments):
    with pytest.raises(TypeError, match=r"nothing to check|sentence: the claim in words"):
        checked(*arguments)
