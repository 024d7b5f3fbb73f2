"""What the derivations say of numbers: best predictions for soft targets, the conditions of Claim 1, cuts on chances.

Every formula here is taken from a verified step, by its label, and turned into a NumPy function at the first call.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tverskylib._numbers import check_array, check_number, check_whole
from tverskylib.index import check_together, tversky_from_counts

_TIE = 1e-13  # what is smaller than this, relative to its parts, is rounding
_LARGEST = 1e100  # of a weight, and of what it is the inverse of: no product in a formula becomes infinite, or 0


class _Formulas(NamedTuple):
    condition_a: Callable[..., Any]  # of p, d, alpha, beta, epsilon, C; as the next two
    condition_b: Callable[..., Any]
    full_mask: Callable[..., Any]
    critical_fraction: Callable[..., Any]
    critical_delta: Callable[..., Any]
    threshold: Callable[..., Any]  # of T, alpha, beta


@functools.cache
def _formulas() -> _Formulas:
    import sympy as sp

    from tverskylib.theory import smoothing, symbols, threshold

    claim, theorem = smoothing.claim1(), threshold.threshold_theorem()
    per_entry = {symbols.P: smoothing.p, symbols.Q: 1 - smoothing.p}
    names = (smoothing.p, symbols.delta, symbols.alpha, symbols.beta, symbols.epsilon, symbols.C)

    def of_claim(label: str, expression: Any = None) -> Callable[..., Any]:
        step = claim[label]
        explicit = step.explicit(step.right if expression is None else expression)
        function: Callable[..., Any] = sp.lambdify(names, explicit.subs(per_entry), "numpy")
        return function

    return _Formulas(
        condition_a=of_claim("A"),
        condition_b=of_claim("B"),
        full_mask=of_claim("full mask"),
        critical_fraction=of_claim("critical fraction", smoothing.p_star),
        critical_delta=of_claim("critical delta", smoothing.delta_star),
        threshold=sp.lambdify((symbols.T, symbols.alpha, symbols.beta), theorem["tau"].right, "numpy"),
    )


@functools.cache
def _cut() -> Callable[..., Any]:
    """Of T, alpha, beta, epsilon and C; apart, so that the others need not wait for its derivation."""
    import sympy as sp

    from tverskylib.theory import chances, symbols

    names = (symbols.T, symbols.alpha, symbols.beta, symbols.epsilon, symbols.C)
    function: Callable[..., Any] = sp.lambdify(names, chances.smoothed_chances()["cut"].right, "numpy")
    return function


def _checked_weights(alpha: Any, beta: Any) -> tuple[float, float]:
    weights = check_number("alpha", alpha, above=True), check_number("beta", beta, above=True)
    for name, weight in zip(("alpha", "beta"), weights, strict=True):
        if not 1 / _LARGEST <= weight <= _LARGEST:
            raise ValueError(f"{name} must be from {1 / _LARGEST:g} to {_LARGEST:g}, got {weight}")
    return weights


def claim1_holds(
    p: float, alpha: float, beta: float, epsilon: float, *, num_classes: int = 2, delta_per_pixel: float = 0.0
) -> bool:
    r"""Whether the best prediction for a smoothed mask is the mask itself.

    With :math:`a = 1-\varepsilon+\varepsilon/C` and :math:`b = \varepsilon/C`, per entry of the mask:

    .. math::
        (A)\quad & \alpha p (1-\varepsilon) + \delta (\alpha(1-b) - \beta b) \ge \beta b (p a + (1-p) b)
            && \text{(needed if } p < 1) \\
        (B)\quad & \beta a (p a + (1-p) b) + \delta (\beta a - \alpha(1-a)) \ge 0 && \text{(needed if } p > 0)

    Args:
        p: fraction of foreground entries, in [0, 1].
        alpha, beta: weights of the false positives and of the false negatives, above 0.
        epsilon: strength of the smoothing, 0 <= epsilon < 1.
        num_classes: the C of the formula; 1 is one-sided smoothing, 2 the usual one of a binary mask.
        delta_per_pixel: smoothing term of the index divided by the number of entries.

    Returns:
        True also where the mask shares the optimum (a tie, up to rounding), and for p = epsilon = delta = 0, where the
        index of the mask is 0/0 but 1 for every positive delta.

    Raises:
        TypeError, ValueError: an argument that is no number, or out of its range.

    Source: :func:`claim1`. Introduced in lesson 07.

    >>> claim1_holds(0.01, 0.5, 0.5, 0.1), claim1_holds(0.001, 0.5, 0.5, 0.1)
    (True, False)
    """
    p, epsilon = check_number("p", p, 0, 1), check_number("epsilon", epsilon, 0, 1, below=True)
    return str(claim1_optimum(p, alpha, beta, epsilon, num_classes=num_classes, delta_per_pixel=delta_per_pixel)) == (
        "target"
    )


@overload
def claim1_optimum(
    p: float, alpha: float, beta: float, epsilon: float, *, num_classes: int = ..., delta_per_pixel: float = ...
) -> str: ...
@overload
def claim1_optimum(
    p: ArrayLike, alpha: float, beta: float, epsilon: ArrayLike, *, num_classes: int = ..., delta_per_pixel: float = ...
) -> str | NDArray[np.str_]: ...
def claim1_optimum(
    p: ArrayLike,
    alpha: float,
    beta: float,
    epsilon: ArrayLike,
    *,
    num_classes: int = 2,
    delta_per_pixel: float = 0.0,
) -> str | NDArray[np.str_]:
    """Which prediction is best for a smoothed mask: the mask, 1 everywhere or 0 everywhere. There is no fourth.

    Args:
        p, epsilon: numbers or arrays that broadcast, such as the axes of a phase diagram; otherwise as in
            :func:`claim1_holds`, like all other arguments.

    Returns:
        ``"target"``, ``"one"`` where condition (A) fails or ``"zero"`` where condition (B) fails; an array of these in
        the shape of p and epsilon, or one of them for numbers. At a tie, up to rounding, and where the mask itself
        is 0 or 1 everywhere (p = 0 or 1), the answer is ``"target"`` if the mask is among the best.

    Raises:
        TypeError, ValueError: as :func:`claim1_holds`.

    Source: :func:`claim1`. Introduced in lesson 07.

    >>> claim1_optimum([0.001, 0.01], 0.5, 0.5, 0.1).tolist()
    ['one', 'target']
    """
    p, epsilon = check_array("p", p, 0, 1), check_array("epsilon", epsilon, 0, 1, below=True)
    check_together({"p": p, "epsilon": epsilon})
    alpha, beta = _checked_weights(alpha, beta)
    delta = check_number("delta_per_pixel", delta_per_pixel)
    classes = check_whole("num_classes", num_classes, 1, 2**16)
    formulas = _formulas()
    # (A) is alpha times something minus beta times something, neither negative, and (B) the other way round: with one
    # weight's sign turned, the same formula gives their sum, the scale by which rounding is judged.
    value_a, scale_a = (formulas.condition_a(p, delta, alpha, sign * beta, epsilon, classes) for sign in (1, -1))
    value_b, scale_b = (formulas.condition_b(p, delta, sign * alpha, beta, epsilon, classes) for sign in (1, -1))
    one = (p < 1) & (value_a < -_TIE * scale_a)
    zero = (p > 0) & (value_b < -_TIE * scale_b)
    optimum = np.where(one, "one", np.where(zero, "zero", "target"))
    return optimum if optimum.ndim else str(optimum)


def critical_fraction(alpha: float, beta: float, epsilon: float, *, num_classes: int = 2) -> float:
    r"""The foreground fraction from which on Claim 1 holds, without a smoothing term.

    .. math:: p^* = \frac{\beta b^2}{(1-\varepsilon)(\alpha - \beta b)}, \qquad b = \varepsilon/C

    Args:
        alpha, beta, epsilon, num_classes: as in :func:`claim1_holds`.

    Returns:
        A fraction in [0, 1), or ``math.inf`` where no fraction below 1 helps:
        :math:`\alpha(1-\varepsilon) \le \beta a b`. For epsilon = 0 it is 0.

    Raises:
        TypeError, ValueError: as :func:`claim1_holds`.

    Source: :func:`claim1`. Introduced in lesson 07.

    >>> round(critical_fraction(0.5, 0.5, 0.1), 5), critical_fraction(0.3, 0.7, 0.4, num_classes=1)
    (0.00292, inf)
    """
    alpha, beta = _checked_weights(alpha, beta)
    epsilon = check_number("epsilon", epsilon, 0, 1, below=True)
    numbers_of = (1.0, 0.0, alpha, beta, epsilon, check_whole("num_classes", num_classes, 1, 2**16))
    formulas = _formulas()
    if formulas.full_mask(*numbers_of) <= 0:
        return math.inf
    return float(formulas.critical_fraction(*numbers_of))


def critical_delta(alpha: float, beta: float, epsilon: float, *, num_classes: int = 2) -> float:
    r"""The smoothing term per pixel from which on an empty mask is the best answer to its own smoothed label.

    .. math:: \frac{\delta^*}{M} = \frac{\beta b^2}{\alpha - (\alpha + \beta) b}, \qquad b = \varepsilon/C

    Args:
        alpha, beta, epsilon, num_classes: as in :func:`claim1_holds`.

    Returns:
        The delta of an image divided by its number of pixels, at least 0; ``math.inf`` where no delta is enough,
        :math:`b \ge \alpha / (\alpha + \beta)`. Below it the best answer to an empty image is 1 everywhere.

    Raises:
        TypeError, ValueError: as :func:`claim1_holds`.

    Source: :func:`claim1`. Introduced in lesson 07.

    >>> round(512 * 512 * critical_delta(0.5, 0.5, 0.1), 2)
    728.18
    """
    alpha, beta = _checked_weights(alpha, beta)
    epsilon = check_number("epsilon", epsilon, 0, 1, below=True)
    classes = check_whole("num_classes", num_classes, 1, 2**16)
    if epsilon / classes >= alpha / (alpha + beta):
        return math.inf
    return float(_formulas().critical_delta(0.0, 0.0, alpha, beta, epsilon, classes))


@overload
def optimal_threshold(index: float, alpha: float, beta: float) -> float: ...
@overload
def optimal_threshold(index: ArrayLike, alpha: float, beta: float) -> float | NDArray[np.float64]: ...
def optimal_threshold(index: ArrayLike, alpha: float, beta: float) -> float | NDArray[np.float64]:
    r"""The threshold on a soft target that belongs to an index: where the best prediction changes from 0 to 1.

    .. math:: \tau(T) = \frac{\alpha T}{1 + (\alpha + \beta - 1) T}

    A prediction is best if it is 1 where the target is above tau of its own index and 0 where it is below. For Dice
    tau is T/2, for Jaccard T/(1 + T).

    Args:
        index: the index T, in [0, 1]; a number or an array.
        alpha, beta: weights of the false positives and of the false negatives, above 0.

    Returns:
        tau, in the shape of index, between 0 and alpha/(alpha + beta).

    Raises:
        TypeError, ValueError: an argument that is no number, or out of its range.

    Source: Lipton, Elkan and Naryanaswamy 2014 for Dice; :func:`threshold_theorem`. Introduced in lesson 06.

    >>> optimal_threshold(0.8, 0.5, 0.5)
    0.4
    """
    values = check_array("index", index, 0, 1)
    alpha, beta = _checked_weights(alpha, beta)
    with np.errstate(divide="ignore"):  # of tiny weights and the index 1, rounding leaves a denominator of 0
        tau = np.minimum(_formulas().threshold(values, alpha, beta), alpha / (alpha + beta))
    return tau if tau.ndim else float(tau)


@overload
def smoothed_cut(index: float, alpha: float, beta: float, epsilon: float, *, num_classes: int = ...) -> float: ...
@overload
def smoothed_cut(
    index: ArrayLike, alpha: float, beta: float, epsilon: ArrayLike, *, num_classes: int = ...
) -> float | NDArray[np.float64]: ...
def smoothed_cut(
    index: ArrayLike, alpha: float, beta: float, epsilon: ArrayLike, *, num_classes: int = 2
) -> float | NDArray[np.float64]:
    r"""The cut on the CHANCE of foreground that belongs to an index against smoothed labels.

    Masks that are random given the image have, smoothed, the mean :math:`t = (1-\varepsilon) q + \varepsilon/C`, where
    q is the chance of foreground. The best prediction cuts t at tau of its own index, and so it cuts q at

    .. math:: \frac{\tau(\tilde T) - \varepsilon/C}{1 - \varepsilon}.

    Args:
        index: the index of the best prediction against t, in [0, 1], as :func:`best_prediction` finds it.
        alpha, beta, epsilon, num_classes: as in :func:`claim1_holds`; index and epsilon may be arrays that broadcast.

    Returns:
        The cut, in the shape of index and epsilon. Where it is below 0, every pixel is called foreground. For
        epsilon = 0 it is :func:`optimal_threshold`.

    Raises:
        TypeError, ValueError: an argument that is no number, or out of its range.

    Source: :func:`smoothed_chances`. Introduced in lesson 07.

    >>> round(smoothed_cut(0.4, 0.5, 0.5, 0.2), 3)
    0.125
    """
    values, strength = check_array("index", index, 0, 1), check_array("epsilon", epsilon, 0, 1, below=True)
    check_together({"index": values, "epsilon": strength})
    weights = _checked_weights(alpha, beta)
    cut = np.asarray(_cut()(values, *weights, strength, check_whole("num_classes", num_classes, 1, 2**16)))
    return cut if cut.ndim else float(cut)


def best_prediction(
    target: ArrayLike, alpha: float, beta: float, delta: float = 0.0
) -> tuple[NDArray[np.float64], float]:
    r"""A prediction with the largest Tversky index against a soft target, and that index.

    By :func:`threshold_theorem` it thresholds the target at :math:`\tau(T^*)`. The maximum :math:`T^*` is found by
    Dinkelbach's algorithm: threshold, evaluate, take the new threshold, until the index no longer rises. It starts
    from 1 everywhere and takes at most one step more than the target has distinct values.

    Args:
        target: any shape, values in [0, 1]; all of it is one reduction domain.
        alpha, beta: weights of the false positives and of the false negatives, above 0.
        delta: smoothing term of the index, in pixels, at least 0.

    Returns:
        (prediction, index): 0.0 and 1.0 in the shape of target, and the maximum. Where the target equals the threshold
        any value would do.

    Raises:
        TypeError: an argument that is no number, or a target that is no array of numbers.
        ValueError: a value out of its range, or a target that is empty or (with delta = 0) 0 everywhere, as the
            index is then undefined at the prediction 0.

    Source: Dinkelbach 1967. Introduced in lesson 06.

    >>> prediction, index = best_prediction([0.9, 0.6, 0.2], 0.5, 0.5)
    >>> prediction.tolist(), round(index, 4)
    ([1.0, 1.0, 0.0], 0.8108)
    """
    soft = check_array("target", target, 0, 1)
    (alpha, beta), delta = _checked_weights(alpha, beta), check_number("delta", delta)
    if soft.size == 0:
        raise ValueError(f"target must not be empty, got shape {soft.shape}")
    if delta == 0 and not soft.any():
        raise ValueError("target must not be 0 everywhere where delta is 0: the index would be 0/0 at its optimum")

    def evaluated(chosen: NDArray[np.bool_]) -> float:
        tp = float(soft[chosen].sum())
        fp, fn = float((1 - soft[chosen]).sum()), float(soft[~chosen].sum())
        return float(tversky_from_counts(tp, fp, fn, alpha, beta, delta))

    best = np.ones(soft.shape, dtype=bool)
    index = evaluated(best)
    while True:
        candidate = soft > optimal_threshold(index, alpha, beta)
        higher = evaluated(candidate)
        if not higher > index:
            return best.astype(np.float64), index
        best, index = candidate, higher
