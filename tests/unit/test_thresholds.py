"""Counts over all thresholds against counting one mask after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tverskylib import threshold_counts


@given(
    hnp.arrays(float, 12, elements=st.sampled_from([0.0, 0.2, 0.25, 0.5, 0.75, 1.0])),
    hnp.arrays(bool, 12),
    st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), min_size=1),
)
def test_sorting_counts_as_comparing_does(probability, target, thresholds):
    counts = threshold_counts(probability, target, thresholds)
    for k, threshold in enumerate(thresholds):
        mask = probability >= threshold
        assert counts.tp[k] == (mask & target).sum()
        assert counts.fp[k] == (mask & ~target).sum()
        assert counts.fn[k] == (~mask & target).sum()


def test_bad_input_is_named():
    with pytest.raises(TypeError, match="target must be Boolean, got dtype int64"):
        threshold_counts(np.zeros(3), np.zeros(3, dtype=np.int64), 0.5)
    with pytest.raises(ValueError, match=r"target must have the shape of probability, \(3,\), got \(4,\)"):
        threshold_counts(np.zeros(3), np.zeros(4, dtype=bool), 0.5)
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\], got NaN"):
        threshold_counts(np.array([np.nan]), np.ones(1, dtype=bool), 0.5)
