"""What several test files build their cases from."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

DOMAINS = ("batch", "image")
SOFT_LABELS = ("product", "minimum")

# Weights away from 0, where a property of the index would hold only trivially or up to a loss of all digits.
weights = st.floats(0.01, 10)
smoothing = st.sampled_from([0.0, 1e-5, 0.1, 1.0, 30.0])
shapes = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))


def probabilities(shape: Any = shapes) -> st.SearchStrategy[np.ndarray]:
    """Predictions on a grid of sixteenths: sums are exact, and hard 0 and 1 are common."""
    return hnp.arrays(np.int8, shape, elements=st.integers(0, 16)).map(lambda k: k / 16.0)


@st.composite
def pairs(draw: Any, binary: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A prediction and a binary target of one shape (B, C, H, W)."""
    shape = draw(shapes)
    target = draw(hnp.arrays(bool, shape)).astype(float)
    return draw(hnp.arrays(bool, shape).map(lambda m: m.astype(float)) if binary else probabilities(shape)), target


def random_pair(
    shape: tuple[int, ...] = (2, 3, 4, 5), dtype: torch.dtype = torch.float64, *, soft: bool = False, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    """A prediction inside (0, 1) and a target, binary unless soft; no image without foreground."""
    draw = torch.Generator().manual_seed(seed)
    prediction = 0.05 + 0.9 * torch.rand(shape, generator=draw, dtype=torch.float64)
    target = torch.rand(shape, generator=draw, dtype=torch.float64)
    target = target if soft else (target < 0.4).double()
    target[..., 0, 0] = 1
    return prediction.to(dtype), target.to(dtype)


def written_out(
    prediction: torch.Tensor, target: torch.Tensor, domain: str, per_class: bool, soft_labels: str = "product"
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The definition of the soft counts, for autograd to differentiate."""
    kept = [0] * (domain == "image") + [1] * per_class
    axes = [axis for axis in range(prediction.ndim) if axis not in kept]
    overlap = prediction * target if soft_labels == "product" else torch.minimum(prediction, target)
    tp = overlap.sum(axes)
    return tp, prediction.sum(axes) - tp, target.sum(axes) - tp
