"""What a printed Dice and Jaccard can tell: checked against means of random confusion matrices."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tverskylib.metrics import dice, jaccard, printed_scores

counts = st.tuples(*[st.integers(0, 50)] * 3)


@given(st.lists(st.tuples(counts, st.floats(0.01, 1)), min_size=1, max_size=6), st.integers(1, 5))
def test_every_mean_is_possible_and_one_matrix_is_recognised(weighted, digits):
    matrices, weights = zip(*weighted, strict=True)
    found = [np.average([score(*m) for m in matrices], weights=weights) for score in (dice, jaccard)]
    printed = printed_scores(*(round(float(value), digits) for value in found), digits=digits)
    assert printed.possible
    if len(matrices) == 1:
        assert printed.one_ratio


@given(st.floats(0.02, 0.98), st.floats(0, 1))
def test_every_pair_between_is_the_mean_of_some(mean, share):
    """A mean of parts that are all alike is the lower end; parts of 0 and 1 are the upper end; mixtures lie between."""
    lower, upper = mean / (2 - mean), mean
    between = share * lower + (1 - share) * upper
    printed = printed_scores(mean, between, digits=12)
    assert printed.possible
    assert not (printed.one_ratio and between - lower > 1e-9)


@pytest.mark.parametrize(
    ("score", "word"), [((0.75, 0.5), "impossible"), ((0.5, 0.6), "impossible"), ((0.75, 0.6), "one")]
)
def test_the_words(score, word):
    assert word in printed_scores(*score).verdict


def test_rounding_is_allowed_for():
    exact = 0.6354 / (2 - 0.6354)
    assert printed_scores(round(0.6354, 3), round(exact, 3)).one_ratio
    assert not printed_scores(0.635, 0.4665).one_ratio
    assert printed_scores(0.6, 0.4, digits=1).one_ratio


def test_the_table_of_the_talk_has_means():
    talk = pd.read_csv(Path(__file__).parents[2] / "results" / "talk.csv")
    found = [printed_scores(row.dice, row.jaccard) for row in talk.itertuples()]
    assert all(one.possible and not one.one_ratio for one in found)
    assert {one.verdict for one in found} == {found[0].verdict}
    assert "the two cannot tell" in found[0].verdict


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((75, 60), ValueError), (("0.7", 0.6), TypeError), ((True, 0.6), TypeError), ((float("nan"), 0.5), ValueError)],
)
def test_wrong_input_is_named(arguments, error):
    with pytest.raises(error, match=r"dice must be"):
        printed_scores(*arguments)
    with pytest.raises(ValueError, match="digits"):
        printed_scores(0.5, 0.4, digits=0)
