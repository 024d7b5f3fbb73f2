"""Counts over all thresholds against counting one mask after the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from odd_values import as_negative

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
    with pytest.raises(TypeError, match="target must be Boolean, got a int64 array"):
        threshold_counts(np.zeros(3), np.zeros(3, dtype=np.int64), 0.5)
    odd = [torch.nested.nested_tensor([torch.ones(2)] * 3), torch.ones(3, device="meta"), [[True], [True, False]]]
    for target in odd:
        with pytest.raises(TypeError, match="target must be"):
            threshold_counts(np.zeros(3), target, 0.5)
    hidden = [np.ma.array([0.25, 0.75, 0.5], mask=[False, True, False])]
    with pytest.raises(TypeError, match="probability must be a plain array, got a masked float64 array"):
        threshold_counts(hidden, np.ones((1, 3), dtype=bool), 0.5)
    with pytest.raises(ValueError, match=r"target must have the shape of probability, \(3,\), got \(4,\)"):
        threshold_counts(np.zeros(3), np.zeros(4, dtype=bool), 0.5)
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\], got NaN"):
        threshold_counts(np.array([np.nan]), np.ones(1, dtype=bool), 0.5)


@pytest.mark.parametrize("change", [torch.Tensor.bfloat16, torch.Tensor.requires_grad_, as_negative])
def test_tensors_that_numpy_does_not_read_as_they_are(change):
    counts = threshold_counts(change(torch.tensor([0.25, 0.75])), np.array([True, True]), change(torch.tensor([0.5])))
    assert counts.tp.tolist() == [1]
