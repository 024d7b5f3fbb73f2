"""What people pass: numbers, arrays and tensors of every kind, each with whether it can be meant."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
import torch


def numbers_for(low: float, high: float = math.inf, *, above=False, below=False, whole=False) -> list[tuple[Any, bool]]:
    """Values for one number in [low, high], and whether each is one; ``above`` and ``below`` leave out an end."""
    real = [
        *(-1, -0.5, 0, 1, 2, 3, 0.25, 0.5, 0.75, -0.0, 1e-30, 1e39, math.nan, math.inf, -math.inf, 10**400, -(10**400)),
        *(np.float64(0.5), np.float32(0.5), np.float16(0.5), np.longdouble(0.5), np.float64(math.nan)),
        *(np.int8(1), np.uint8(1), np.int64(2), np.uint64(2), np.int8(-1)),
        *(Fraction(1, 2), Fraction(-1, 2), sympy.Rational(1, 2), sympy.Integer(1)),
    ]
    other = [
        *(True, False, np.True_, None, "1", "0.5", b"1", "", 1j, np.complex64(1), Decimal("0.5"), object(), dict, {}),
        *([0.5], (1,), {1}, np.array([1.0]), np.array(1.0), np.array("1"), torch.tensor(1.0), torch.tensor(1)),
        *(np.ma.masked, np.datetime64("2020"), np.timedelta64(1), sympy.I, sympy.nan, sympy.oo, float, "x" * 10**5),
    ]

    def meant(given: Any) -> bool:
        if whole and not isinstance(given, (int, np.integer, sympy.Integer)):
            return False
        try:
            x = float(given)
        except OverflowError:
            return whole and high == math.inf and given > 0
        inside = (low < x if above else low <= x) and (x < high if below else x <= high)
        return inside and math.isfinite(x)

    return [(x, meant(x)) for x in real] + [(x, False) for x in other]


def tensors_for(x: torch.Tensor, *, integers: bool, halves: bool = True) -> list[tuple[Any, bool]]:
    """The tensor x in every dtype and layout, and what is none. ``integers`` says that x may be of whole numbers."""
    floats = [torch.float32, torch.float64] + [torch.float16, torch.bfloat16] * halves
    whole = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]
    whole += [torch.uint16, torch.uint32, torch.uint64]
    swapped = x.transpose(-1, -2).contiguous().transpose(-1, -2)
    apart = torch.empty(*x.shape[:-1], 2 * x.shape[-1], dtype=x.dtype)[..., ::2].copy_(x)
    meant = [x.to(dtype) for dtype in floats + whole * integers] + [swapped, apart, as_negative(x)]
    if x.ndim == 4:
        meant.append(x.contiguous(memory_format=torch.channels_last))
    odd = [x.to(dtype) for dtype in (torch.complex64, torch.complex128, torch.float8_e4m3fn, torch.float8_e5m2)]
    odd += [x.to(dtype) for dtype in whole] * (not integers)
    odd += [x.to_sparse(), x.to("meta"), torch.nested.nested_tensor([x[0], x[0]])]
    odd += [torch.quantize_per_tensor(x.float(), 1 / 255, 0, torch.quint8)]
    odd += [torch.masked.masked_tensor(x, x >= 0), *(x.new_empty(x.shape, dtype=t) for t in (torch.uint4, torch.bits8))]
    odd += [with_value(x, value) for value in (math.nan, math.inf, -math.inf, -0.25, 1.5, -1.0, 2.0, 255.0, 1e30)]
    odd += [x[0], x[:1], x[None], x[..., :1], x.reshape(-1), x[:0], torch.zeros(())]
    odd += [x.tolist(), None, 0.5, True, "prediction", object()]
    return [(y, True) for y in meant] + [(y, False) for y in odd]


def as_negative(x: torch.Tensor) -> torch.Tensor:
    """The same numbers, as a view of their opposites: torch turns the sign when it reads."""
    return torch.complex(torch.zeros_like(x), -x).conj().imag


def arrays_for(x: np.ndarray, *, integers: bool, boolean: bool = True) -> list[tuple[Any, bool]]:
    """The same for an array."""
    floats = ["float16", "float32", "float64", "longdouble", ">f4", ">f8"]
    whole = ["bool"] * boolean + ["uint8", "int8", "int16", ">i4", "int64", "uint16", "uint32", "uint64"]
    fixed = x.copy()
    fixed.setflags(write=False)
    meant = [x.astype(dtype) for dtype in floats + whole * integers]
    meant += [np.asfortranarray(x), x[..., ::-1].copy()[..., ::-1], fixed, x.view(type("Subclass", (np.ndarray,), {}))]
    odd = [x.astype(dtype) for dtype in ["complex64", "object", "str", "S8", "M8[s]", "m8[s]"]]
    odd += [x.astype(dtype) for dtype in whole if dtype != "bool"] * (not integers)
    odd += [np.ma.array(x, mask=x > 0.5), np.ma.array(x), x.astype([("a", "f8")])]
    odd += [with_value(x, value) for value in (math.nan, math.inf, -math.inf, -0.25, 1.5, -1.0, 2.0, 255.0, 1e300)]
    odd += [x[0], x[:1], x[None], x[..., :1], x.reshape(-1), x[:0], np.zeros(())]
    odd += [None, 0.5, True, "prediction", object()]
    return [(y, True) for y in meant] + [(y, False) for y in odd]


def with_value(x: Any, value: float) -> Any:
    changed = x.clone() if isinstance(x, torch.Tensor) else x.copy()
    changed[(0,) * x.ndim] = value
    return changed


def choices(*meant: Any) -> list[tuple[Any, bool]]:
    odd = [None, 0, 1, "", "x", meant[0].upper(), [meant[0]], meant[0].encode(), np.array(meant[0]), object()]
    return [(x, True) for x in meant] + [(x, False) for x in odd]


FLAGS: list[tuple[Any, bool]] = [(True, True), (False, True)]
FLAGS += [(x, False) for x in (1, 0, None, "True", np.True_, [True], torch.tensor(True), 1.0)]
