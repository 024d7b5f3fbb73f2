"""Targets: from class numbers to one channel a class, and label smoothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from tverskylib._checks import check_dense, check_target_values, describe, is_tensor, kind_of
from tverskylib._numbers import check_number, check_whole

MOST_CLASSES = 2**16  # as many as a file of 16 bits can number


def one_hot(class_map: Any, num_classes: int) -> Any:
    r"""One channel a class: :math:`y_{c} = 1` where the class number is c, else 0.

    Args:
        class_map: class numbers 0 to ``num_classes - 1``, (B, H, W) or (B, D, H, W), an integer array or tensor.
        num_classes: how many classes, background included; from 2 to 65536.

    Returns:
        float32, (B, C, H, W) or (B, C, D, H, W), of the kind of class_map.

    Raises:
        TypeError: not an array or tensor, or not of integers.
        ValueError: another shape, or a number that is no class (the message says how to ignore such pixels).

    Introduced in lesson 01.
    """
    if not (is_tensor(class_map) or isinstance(class_map, np.ndarray)) or kind_of(class_map) != "int":
        raise TypeError(f"class_map must be an integer NumPy array or torch.Tensor, got {describe(class_map)}")
    check_dense("class_map", class_map)
    num_classes = check_whole("num_classes", num_classes, 2, MOST_CLASSES)
    shape = tuple(class_map.shape)
    if len(shape) not in (3, 4) or 0 in shape:
        raise ValueError(f"class_map must have shape (B, H, W) or (B, D, H, W) and not be empty, got {shape}")
    class_map = _comparable(class_map)
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
    check_dense("target", target)
    if len(target.shape) not in (4, 5) or 0 in target.shape:
        raise ValueError(
            f"target must have shape (B, C, H, W) or (B, C, D, H, W) and not be empty, got {tuple(target.shape)}"
        )
    epsilon = check_number("epsilon", epsilon, 0, 1, below=True)
    classes = int(target.shape[1]) if num_classes is None else check_whole("num_classes", num_classes, 1, MOST_CLASSES)
    if kind_of(target) != "float":
        target = target.float() if is_tensor(target) else target.astype(np.float32)
    check_target_values(float(target.min()), float(target.max()))
    return (1 - epsilon) * target + epsilon / classes


def _comparable(x: Any) -> Any:
    """Torch's wide unsigned integers in float64, as torch can neither sort nor compare them."""
    return x.double() if is_tensor(x) and str(x.dtype) in ("torch.uint16", "torch.uint32", "torch.uint64") else x
