"""Checks of what the caller gave. Every message names the argument, what was given and what was expected."""

from __future__ import annotations

import math
import numbers
import sys
from typing import Any, Literal

import numpy as np

Domain = Literal["batch", "image"]
SoftLabels = Literal["product", "minimum"]
Reduction = Literal["mean", "sum", "none"]

DOMAINS = ("batch", "image")
SOFT_LABELS = ("product", "minimum")
REDUCTIONS = ("mean", "sum", "none")
# Of torch; there are others, as uint4 and bits8, that can be stored and not computed with.
INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}


def is_tensor(x: Any) -> bool:
    """Whether x is a torch tensor, told without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def check_choice(name: str, given: Any, choices: tuple[str, ...]) -> None:
    if not isinstance(given, str) or given not in choices:
        expected = " or ".join(repr(c) for c in choices)
        raise ValueError(f"{name} must be {expected}, got {given!r}")


def check_flag(name: str, given: Any) -> None:
    if not isinstance(given, bool):
        raise TypeError(f"{name} must be True or False, got {given!r}")


def describe(x: Any) -> str:
    """What was given, in a few words: never the values of an array."""
    if is_tensor(x):
        return f"a {str(x.dtype).removeprefix('torch.')} tensor of shape {tuple(x.shape)}"
    if isinstance(x, np.ndarray):
        return f"a {'masked ' * isinstance(x, np.ma.MaskedArray)}{x.dtype} array of shape {x.shape}"
    long = isinstance(x, numbers.Rational) and not isinstance(x, np.generic)
    if long and max(abs(x.numerator), x.denominator) >= 10**40:
        return f"{'an integer' if isinstance(x, int) else 'a fraction'} of more than 40 digits"
    if isinstance(x, (str, bytes)) and len(x) > 80:
        return f"a {type(x).__name__} of {len(x)} characters"
    if isinstance(x, (numbers.Number, str, bytes)) or x is None:
        return str(x) if isinstance(x, (np.generic, numbers.Rational)) else repr(x)
    return f"a {type(x).__name__}"


def check_dense(name: str, x: Any) -> None:
    """An array or a tensor whose numbers can be read, one an entry, in a dtype that is computed with."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must be a plain array, got {describe(x)}: pass its .filled(0), and mask=~numpy.ma.getmaskarray(...)"
        )
    if not is_tensor(x):
        return
    if type(x).__name__ == "MaskedTensor":
        raise TypeError(f"{name} must be a plain tensor, got a masked one: pass its .get_data(), and mask=.get_mask()")
    if x.layout != _torch().strided or x.is_nested:
        raise TypeError(f"{name} must be a dense tensor, got a sparse or nested one: convert it with .to_dense()")
    if x.is_quantized:
        raise TypeError(f"{name} must be a plain tensor, got {describe(x)}: convert it with .dequantize()")
    if x.device.type == "meta":
        raise TypeError(f"{name} must be a tensor with values, got one on the meta device")
    if x.is_floating_point() and x.itemsize < 2:
        raise TypeError(f"{name} must have 16 bits or more, got {describe(x)}: convert it with .float()")


def on_host(x: Any) -> np.ndarray[Any, Any]:
    """A dense tensor as an array, without its gradient; bfloat16, which NumPy has not, as float32."""
    x = x.detach().cpu().resolve_neg()
    array: np.ndarray[Any, Any] = (x.float() if str(x.dtype) == "torch.bfloat16" else x).numpy()
    return array


def _torch() -> Any:
    """For what was found to be a tensor, so that torch is there."""
    return sys.modules["torch"]


def kind_of(x: Any) -> str:
    """'bool', 'int', 'float', 'complex' or 'other': the dtype of an array or a tensor."""
    if is_tensor(x):
        if x.is_complex():
            return "complex"
        if x.is_floating_point():
            return "float"
        name = str(x.dtype).removeprefix("torch.")
        return name if name == "bool" else "int" if name in INTEGERS else "other"
    return {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}.get(x.dtype.kind, "other")


def check_pair(prediction: Any, target: Any, mask: Any, *, allow_bool: bool, tensors_only: bool = False) -> None:
    """Kinds, dtypes, shapes and devices of the prediction, its target and the mask of pixels that count."""
    _check_kinds(prediction, target, mask, tensors_only)
    _check_dtypes(prediction, target, mask, allow_bool)
    _check_shapes(prediction, target, mask)
    if is_tensor(prediction):
        for name, x in (("target", target), ("mask", mask)):
            if x is not None and x.requires_grad:
                raise ValueError(f"{name} must not require a gradient, got requires_grad=True: pass {name}.detach()")


def check_prediction(prediction: Any, mask: Any) -> None:
    """A prediction without a target, a tensor, and a mask of one value a pixel for all its channels."""
    _check_kinds(prediction, prediction, mask, tensors_only=True)
    _check_shapes(prediction, prediction, None)
    pixels = (prediction.shape[0], 1, *prediction.shape[2:])
    if mask is not None and tuple(mask.shape) != pixels:
        raise ValueError(f"mask must have shape {pixels}, one value a pixel for all channels, got {tuple(mask.shape)}")
    check_pair(prediction, prediction.detach(), mask, allow_bool=False, tensors_only=True)


def _check_kinds(prediction: Any, target: Any, mask: Any, tensors_only: bool) -> None:
    expected = "a torch.Tensor" if tensors_only else "a NumPy array or a torch.Tensor"
    for name, x in (("prediction", prediction), ("target", target), ("mask", mask)):
        if name == "mask" and x is None:
            continue
        if not (is_tensor(x) or (isinstance(x, np.ndarray) and not tensors_only)):
            raise TypeError(f"{name} must be {expected}, got {describe(x)}")
        if is_tensor(x) != is_tensor(prediction):
            raise TypeError(
                f"{name} must be of the kind of prediction, got {describe(x)} beside {describe(prediction)}: "
                "convert one of them (torch.from_numpy, or .numpy())"
            )
        if is_tensor(x) and x.device != prediction.device:
            raise ValueError(f"{name} must be on the device of prediction, {prediction.device}, got {x.device}")
        check_dense(name, x)


def _check_dtypes(prediction: Any, target: Any, mask: Any, allow_bool: bool) -> None:
    expected = "floating-point or Boolean" if allow_bool else "floating-point"
    kind = kind_of(prediction)
    if kind != "float" and not (kind == "bool" and allow_bool):
        hint = ": convert a 0/1 mask with .bool() or .astype(bool)" if kind == "int" and allow_bool else ""
        raise TypeError(f"prediction must be {expected}, got {describe(prediction)}{hint}")
    for name, x in (("target", target), ("mask", mask)):
        if x is not None and kind_of(x) not in ("bool", "int", "float"):
            raise TypeError(f"{name} must be Boolean, integer or floating-point, got {describe(x)}")


def _check_shapes(prediction: Any, target: Any, mask: Any) -> None:
    shape = tuple(prediction.shape)
    if len(shape) not in (4, 5):
        raise ValueError(
            f"prediction must have shape (B, C, H, W) or (B, C, D, H, W), got {shape}: add the axes that are "
            "missing, mask[None, None] for one (H, W) mask, mask[:, None] for a (B, H, W) stack of masks"
        )
    if 0 in shape:
        raise ValueError(f"prediction must not be empty, got shape {shape}")
    if tuple(target.shape) != shape:
        raise ValueError(
            f"target must have the shape of prediction, {shape}, got {tuple(target.shape)}{_shape_hint(shape, target)}"
        )
    if mask is not None and tuple(mask.shape) not in (shape, (shape[0], 1, *shape[2:])):
        raise ValueError(
            f"mask must have shape {(shape[0], 1, *shape[2:])} or that of prediction, {shape}, got {tuple(mask.shape)}"
        )


def _shape_hint(shape: tuple[int, ...], target: Any) -> str:
    given = tuple(target.shape)
    without_channel = (shape[0], *shape[2:])
    if shape[1] > 1 and given in (without_channel, (shape[0], 1, *shape[2:])):
        channel = "" if given == without_channel else "[:, 0]"
        return f": a map of class numbers becomes a target by one_hot(target{channel}, {shape[1]})"
    if given == without_channel:
        return ": add the channel axis, target[:, None]"
    if given == shape[2:]:
        return ": add the batch and channel axes, mask[None, None]"
    return ""


def check_values(
    prediction_range: tuple[float, float],
    target_range: tuple[float, float],
    *,
    slack: float,
    from_logits: bool | None = None,
) -> None:
    """The smallest and the largest value of each, after the ignored pixels are gone. NaN shows in both.

    ``slack`` lets a rounding error of the dtype pass, and no more. ``from_logits`` is None where that is no option.
    """
    low, high = prediction_range
    if math.isnan(low) or math.isnan(high):
        cause = " once turned into probabilities (are the logits NaN or infinite?)" if from_logits else ""
        raise ValueError(f"prediction must hold numbers, got NaN{cause}")
    if low < -slack or high > 1 + slack:
        raise ValueError(
            f"prediction must hold probabilities in [0, 1], got values from {low:.4g} to {high:.4g}: "
            f"these look like logits: {'' if from_logits is None else 'pass from_logits=True, or '}"
            "apply a sigmoid or a softmax first"
        )
    check_target_values(*target_range, slack=slack)


def check_target_values(low: float, high: float, *, slack: float = 0.0) -> None:
    if math.isnan(low) or math.isnan(high):
        raise ValueError("target must hold values in [0, 1], got NaN")
    if low < -slack or high > 1 + slack:
        raise ValueError(
            f"target must hold values in [0, 1], got values from {low:.4g} to {high:.4g}{_value_hint(low, high)}"
        )


def _value_hint(low: float, high: float) -> str:
    if math.isinf(low) or math.isinf(high):
        return ""
    if high == 255:
        return (
            ": if 255 marks pixels to ignore, pass mask=(target != 255); if it marks the foreground, pass target == 255"
        )
    if low < 0 and low == int(low):
        return f": if {low:.0f} marks pixels to ignore, pass mask=(target != {low:.0f})"
    if high == int(high) and low == int(low):
        return ": class numbers become a target by one_hot(class_map, num_classes)"
    return ""


def check_mask_values(low: float, high: float, only_zero_and_one: bool) -> None:
    if not only_zero_and_one:
        raise ValueError(f"mask must hold 0 (ignored) and 1 (counts) only, got values from {low:.4g} to {high:.4g}")
