"""Targets: from class numbers to one channel a class, and label smoothing."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from tverskylib._checks import describe, is_tensor, kind_of


def one_hot(class_map: Any, num_classes: int) -> Any:
    r"""One channel a class: :math:`y_{c} = 1` where the class number is c, else 0.

    Args:
        class_map: class numbers 0 to ``num_classes - 1``, (B, H, W) or (B, D, H, W), an integer array or tensor.
        num_classes: how many classes, background included; at least 2.

    Returns:
        float32, (B, C, H, W) or (B, C, D, H, W), of the kind of class_map.

    Raises:
        TypeError: not an array or tensor, or not of integers.
        ValueError: another shape, or a number that is no class (the message says how to ignore such pixels).

    Introduced in lesson 01.
    """
    if not (is_tensor(class_map) or isinstance(class_map, np.ndarray)) or kind_of(class_map) != "int":
        raise TypeError(f"class_map must be an integer NumPy array or torch.Tensor, got {describe(class_map)}")
    if not isinstance(num_classes, numbers.Integral) or isinstance(num_classes, bool) or num_classes < 2:
        raise ValueError(f"num_classes must be a whole number, at least 2, got {num_classes!r}")
    shape = tuple(class_map.shape)
    if len(shape) not in (3, 4) or 0 in shape:
        raise ValueError(f"class_map must have shape (B, H, W) or (B, D, H, W) and not be empty, got {shape}")
    low, high = int(class_map.min()), int(class_map.max())
    if low < 0 or high >= num_classes:
        outlier = high if high >= num_classes else low
        raise ValueError(
            f"class_map must hold class numbers from 0 to {num_classes - 1}, got {outlier}: if {outlier} marks "
            f"pixels to ignore, set them to 0 and pass mask=(class_map != {outlier})[:, None] to the loss"
        )
    columns = (num_classes,) + (1,) * (len(shape) - 1)
    if is_tensor(class_map):
        import torch

        classes = torch.arange(num_classes, device=class_map.device).reshape(columns)
        return (class_map.unsqueeze(1) == classes).to(torch.float32)
    return (class_map[:, None] == np.arange(num_classes).reshape(columns)).astype(np.float32)


def smooth_labels(target: Any, epsilon: float, *, num_classes: int | None = None) -> Any:
    r"""Label smoothing: a share of every label is spread evenly over the classes.

    .. math:: \tilde y = (1 - \varepsilon) y + \frac{\varepsilon}{C}

    C is the number of channels unless ``num_classes`` says otherwise. Mind that for ONE channel the talk's formula,
    C = 1, is one-sided: background becomes epsilon, foreground stays 1. The usual two-sided smoothing of a binary
    mask, epsilon/2 and 1 - epsilon/2, is ``num_classes=2``.

    Args:
        target: values in [0, 1], (B, C, H, W) or (B, C, D, H, W), any real dtype; an array or a tensor.
        epsilon: the share that is spread, 0 <= epsilon < 1.
        num_classes: C of the formula; the number of channels by default.

    Returns:
        The smoothed target, in [0, 1]; floating-point dtypes are kept, others become float32.

    Raises:
        TypeError, ValueError: a target, epsilon or num_classes out of place.

    Source: Szegedy et al. 2016. Introduced in lesson 07.
    """
    if not (is_tensor(target) or isinstance(target, np.ndarray)) or kind_of(target) not in ("bool", "int", "float"):
        raise TypeError(f"target must be a real NumPy array or torch.Tensor, got {describe(target)}")
    if len(target.shape) not in (4, 5) or 0 in target.shape:
        raise ValueError(
            f"target must have shape (B, C, H, W) or (B, C, D, H, W) and not be empty, got {tuple(target.shape)}"
        )
    if not isinstance(epsilon, numbers.Real) or isinstance(epsilon, bool):
        raise TypeError(f"epsilon must be a number, 0 <= epsilon < 1, got {describe(epsilon)}")
    if not (math.isfinite(epsilon) and 0 <= epsilon < 1):
        raise ValueError(f"epsilon must satisfy 0 <= epsilon < 1, got {epsilon}")
    if num_classes is None:
        num_classes = int(target.shape[1])
    if not isinstance(num_classes, numbers.Integral) or isinstance(num_classes, bool) or num_classes < 1:
        raise ValueError(f"num_classes must be a whole number, at least 1, got {num_classes!r}")
    low, high = float(target.min()), float(target.max())
    if not (low >= 0 and high <= 1):
        hint = ": class numbers become a target by one_hot(class_map, num_classes)" if high > 1 else ""
        raise ValueError(f"target must hold values in [0, 1], got values from {low:.4g} to {high:.4g}{hint}")
    if kind_of(target) != "float":
        target = target.float() if is_tensor(target) else target.astype(np.float32)
    epsilon = float(epsilon)  # another kind of number could change the dtype of target
    return (1 - epsilon) * target + epsilon / num_classes
