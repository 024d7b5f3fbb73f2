"""What lessons 04 and 05 prove of the Tversky loss: its only minimum, its gradient, empty masks, and batches."""

from __future__ import annotations

import sympy as sp

from tverskylib.theory.derivation import Derivation, built_once
from tverskylib.theory.symbols import D, N, T, alpha, beta, delta, fn, fp, half, index_of, terms_of, tp

COUNTS = (tp, fp, fn)
TERMS = terms_of(COUNTS)


@built_once
def only_minimum() -> Derivation:
    r"""The target is the only minimum of the Tversky loss, if there is foreground or a smoothing term.

    .. math:: 1 - T = \frac{\alpha FP + \beta FN}{TP + \alpha FP + \beta FN + \delta}

    Returns:
        A :class:`Derivation`, for every number of pixels.

    Source: Salehi, Erdogmus and Gholipour 2017; the condition is this collection's. Introduced in lesson 04.
    """
    proof = Derivation("the target is the only minimum of the Tversky loss")
    proof.step(
        "The loss is the weighted mistakes over the denominator.",
        1 - T,
        "=",
        (alpha * fp + beta * fn) / D,
        "1 - N/D is (D - N)/D, and D - N holds the mistakes.",
        where={T: index_of(COUNTS), **TERMS},
    )
    proof.step(
        "The denominator is at least δ.",
        D,
        ">=",
        delta,
        "The other terms are not negative.",
        where=TERMS,
    )
    proof.step(
        "With foreground, P = TP + FN > 0, the denominator is positive for every prediction.",
        (1 + beta) * D,
        ">=",
        beta * (tp + fn),
        "The difference has no negative term. So D > 0 if δ > 0 or P > 0: the condition that the talk leaves out.",
        where=TERMS,
    )
    proof.step(
        "The loss is never negative.",
        (alpha * fp + beta * fn) / D,
        ">=",
        0,
        "Nothing in it is negative, and D > 0.",
    )
    for mistake, name in ((fp, "false positives"), (fn, "false negatives")):
        proof.step(
            f"It is positive wherever there are {name}.",
            (alpha * fp + beta * fn) / D,
            ">",
            0,
            "Both weights are positive. So it is 0 only where FP = FN = 0, and that is ŷ = y.",
            assuming=[sp.Gt(mistake, 0)],
        )
    return proof.step(
        "And there it is 0.",
        sp.Subs(1 - T, (fp, fn), (0, 0)),
        "=",
        0,
        "The numerator and the denominator are then both TP + δ.",
        where={T: index_of(COUNTS)},
    )


@built_once
def tversky_gradient() -> Derivation:
    r"""The gradient of the index for a binary target, and why no point but the target is stationary.

    .. math:: \frac{\partial T}{\partial \hat y_i} = \frac{y_i D - N (y_i + \alpha (1 - y_i) - \beta y_i)}{D^2}

    Returns:
        A :class:`Derivation`; it holds for every number of pixels, because the counts of all pixels but one enter
        as symbols. Its last steps say what it means for a network: from logits no minimum is attained.

    Source: Salehi, Erdogmus and Gholipour 2017. Introduced in lesson 04.
    """
    others = {name: f"{name[:2]} of all pixels but pixel i" for name in ("TP_0", "FP_0", "FN_0")}
    logit = {"z": "the logit of a pixel"}
    proof = Derivation("the gradient of the Tversky loss, and where it vanishes", letters=others | logit)
    _gradient(proof)
    _pulls(proof)
    _no_other_stationary_point(proof)
    return proof


def _gradient(proof: Derivation) -> None:
    y, yhat = sp.symbols("y_i yhat_i", nonnegative=True)
    tp_0, fp_0, fn_0 = sp.symbols("TP_0 FP_0 FN_0", nonnegative=True)
    counts = (tp_0 + y * yhat, fp_0 + (1 - y) * yhat, fn_0 + y * (1 - yhat))
    for name, count, slope in zip((tp, fp, fn), counts, (y, 1 - y, -y), strict=True):
        proof.step(
            f"{name} is linear in the prediction of pixel i.",
            sp.Derivative(name, yhat),
            "=",
            slope,
            f"{name}_0 collects the other pixels, however many, and does not depend on ŷᵢ.",
            where={name: count},
        )
    where = {T: index_of(counts), **terms_of(counts)}
    closed = (y * D - N * (y + alpha * (1 - y) - beta * y)) / D**2
    proof.step(
        "The gradient in closed form.",
        sp.Derivative(T, yhat),
        "=",
        closed,
        "The quotient rule, on counts that are linear. The loss has the opposite sign.",
        where=where,
        label="gradient",
    )
    proof.step(
        "With N and D known, it is a straight line in yᵢ.",
        sp.Derivative(closed, (y, 2)),
        "=",
        0,
        "N and D are sums over the mask, the same for every pixel; yᵢ enters to the first power only.",
    )
    proof.step(
        "On foreground it has one value,",
        sp.Subs(closed, y, 1),
        "=",
        (beta * N + D - N) / D**2,
        "Put in yᵢ = 1.",
    )
    proof.step(
        "and on background another: two numbers for a whole mask.",
        sp.Subs(closed, y, 0),
        "=",
        -alpha * N / D**2,
        "Put in yᵢ = 0.",
    )


def _pulls(proof: Derivation) -> None:
    proof.step(
        "The loss never rises with more prediction on foreground,",
        -(beta * N + D - N) / D**2,
        "<=",
        0,
        "D - N = α FP + β FN is not negative.",
        assuming=[sp.Gt(D, 0, evaluate=False)],
        where=TERMS,
    )
    proof.step(
        "and never falls with more on background.",
        alpha * N / D**2,
        ">=",
        0,
        "N = TP + δ is not negative.",
        assuming=[sp.Gt(D, 0, evaluate=False)],
        where=TERMS,
    )
    ratio = (beta * N + D - N) / (alpha * N)
    proof.step(
        "The ratio of the two pulls, foreground to background, grows with β,",
        sp.Derivative(ratio, beta),
        "=",
        (N + fn) / (alpha * N),
        "β weighs FN in D as well.",
        where=TERMS,
    )
    proof.step(
        "and falls with α.",
        sp.Derivative(ratio, alpha),
        "=",
        -beta * (N + fn) / (alpha**2 * N),
        "It is the ratio that falls: the pull of the background alone need not grow with α.",
        where=TERMS,
    )
    proof.step(
        "The derivative by β is positive wherever it exists,",
        (N + fn) / (alpha * N),
        ">",
        0,
        "It exists where N = TP + δ > 0.",
        assuming=[sp.Gt(N, 0)],
    )
    proof.step(
        "the one by α negative.",
        -beta * (N + fn) / (alpha**2 * N),
        "<",
        0,
        "In the same way.",
        assuming=[sp.Gt(N, 0)],
    )


def _no_other_stationary_point(proof: Derivation) -> None:
    foreground = beta * N + D - N
    proof.step(
        "With foreground in the mask, TP + FN > 0, the pull on it never vanishes:",
        foreground,
        ">=",
        beta * (tp + fn),
        "The difference is β δ + α FP.",
        where=TERMS,
    )
    proof.step(
        "it is positive for every prediction.",
        beta * (tp + fn),
        ">",
        0,
        "So while a foreground pixel is below 1, more of it makes the loss smaller.",
        assuming=[sp.Gt(tp + fn, 0)],
    )
    proof.step(
        "The pull on the background vanishes only where N = TP + δ does.",
        alpha * N / D**2,
        ">",
        0,
        "Once all foreground is at 1, N is at least TP > 0; and on an empty mask N = δ > 0. So while a background pixel "
        "is above 0, less of it makes the loss smaller: no prediction but the target is stationary.",
        assuming=[sp.Gt(N, 0)],
    )
    z = sp.Symbol("z", real=True)
    sigmoid = 1 / (1 + sp.exp(-z))
    proof.step(
        "A network sets a logit z, and the prediction is its sigmoid, which grows at the rate",
        sp.Derivative(sigmoid, z),
        "=",
        sp.exp(-z) / (1 + sp.exp(-z)) ** 2,
        "The chain rule. This is ŷ (1 - ŷ).",
    )
    proof.step(
        "never 0. So from logits no point at all is stationary: the loss comes as near to 0 as one likes, and no minimum "
        "is attained.",
        sp.exp(-z) / (1 + sp.exp(-z)) ** 2,
        ">",
        0,
        "A sigmoid never reaches 0 or 1.",
    )


@built_once
def empty_mask() -> Derivation:
    r"""What an image without foreground teaches: S is the sum of its prediction.

    .. math:: \frac{\partial L}{\partial \hat y_i} = \frac{\alpha \delta}{(\alpha S + \delta)^2} \le \frac{1}{4 S}

    Returns:
        A :class:`Derivation`.

    Source: Tilborghs et al. 2022 discuss it for Dice. Introduced in lesson 05.
    """
    letters = {"S": "the sum of the prediction over the image", "s": "the smoothing term of the other form"}
    proof = Derivation("what an image without foreground teaches", letters=letters)
    predicted = sp.Symbol("S", positive=True)
    slope = alpha * delta / (alpha * predicted + delta) ** 2
    empty = {T: index_of((0, predicted, 0))}
    proof.step(
        "Without foreground, TP = FN = 0 and FP = S, the sum of the prediction. Each pixel's derivative of the loss is",
        sp.Derivative(1 - T, predicted),
        "=",
        slope,
        "Each ŷᵢ adds to S at rate 1.",
        where=empty,
        label="empty mask",
    )
    proof.step(
        "For a given S it changes with δ,",
        sp.Derivative(slope, delta),
        "=",
        alpha * (alpha * predicted - delta) / (alpha * predicted + delta) ** 3,
        "Rising while δ < α S, falling beyond.",
    )
    proof.step(
        "so that it is largest at δ = α S,",
        sp.Subs(slope, delta, alpha * predicted),
        "=",
        1 / (4 * predicted),
        "Put it in.",
    )
    proof.step(
        "and nowhere larger.",
        1 / (4 * predicted) - slope,
        "=",
        (alpha * predicted - delta) ** 2 / (4 * predicted * (alpha * predicted + delta) ** 2),
        "The difference is a square over a positive number.",
    )
    proof.step(
        "The same as an inequality.",
        slope,
        "<=",
        1 / (4 * predicted),
        "A square is not negative.",
    )
    proof.step(
        "With δ = 0 an empty mask teaches nothing: the index is 0 for every prediction that is not 0.",
        sp.Subs(T, delta, 0),
        "=",
        0,
        "The numerator is 0, and a constant has no gradient.",
        where=empty,
    )
    s = sp.Symbol("s", nonnegative=True)
    return proof.step(
        "The same in another form: a Dice with a smoothing term s as below is ours with s = 2δ.",
        index_of(COUNTS).subs({alpha: half, beta: half}),
        "=",
        (2 * tp + s) / (2 * tp + fp + fn + s),
        "Multiply numerator and denominator by two.",
        where={s: 2 * delta},
    )


@built_once
def batch_mean() -> Derivation:
    r"""Batch-wise, K images have the mean of their indices, weighted by their denominators.

    .. math:: T = \frac{\sum_k N_k}{\sum_k D_k} = \frac{\sum_k D_k T_k}{\sum_k D_k}

    Returns:
        A :class:`Derivation`, by sums, for every number of images K; each image is given the smoothing term delta/K.
        Its last steps are the gradient and the counterexample for the full delta in each image.

    Source: this collection. Introduced in lesson 05.
    """
    letters = {
        "K": "the number of images",
        "TP": "the true positives; TPₖ of image k",
        "FP": "the false positives; FPₖ of image k",
        "FN": "the false negatives; FNₖ of image k",
        "N": "the numerator, TP + δ; Nₖ of image k, with δ/K",
        "D": "the denominator, TP + α FP + β FN + δ; Dₖ of image k, with δ/K",
        "T": "the index; Tₖ of image k",
        "m": "a number that no Tₖ lies below",
        "r": "a number that no Tₖ lies above",
        "u": "uₖ, how far image k lies above m",
        "v": "vₖ, how far image k lies below r",
        "x": "the prediction on one pixel of image 1",
        "N_0": "the sum of the numerators of all other images, however many",
        "D_0": "the sum of their denominators",
    }
    proof = Derivation("batch-wise is a weighted mean of the images", letters=letters)
    k, images = sp.symbols("k K", integer=True, positive=True)

    def over_images(term: sp.Expr) -> sp.Sum:
        return sp.Sum(term, (k, 1, images))

    each = [sp.IndexedBase(name, nonnegative=True) for name in ("TP", "FP", "FN")]
    pooled = tuple(over_images(count[k]) for count in each)
    shared = terms_of(tuple(count[k] for count in each), delta / images)
    for part, name in ((N, "numerator"), (D, "denominator")):
        proof.step(
            f"The {name} of the batch is the sum of those of its K images, if each image is given δ/K.",
            terms_of(pooled)[part],
            "=",
            over_images(shared[part]),
            "Both are linear in the counts and in δ; this holds for every K.",
        )
    n_k, t_k, u_k, v_k = (sp.IndexedBase(name, nonnegative=True)[k] for name in ("N", "T", "u", "v"))
    d_k = sp.IndexedBase("D", positive=True)[k]
    mean = over_images(d_k * t_k) / over_images(d_k)
    proof.step(
        "So the index of the batch is the mean of the images' indices, weighted by their denominators.",
        over_images(n_k) / over_images(d_k),
        "=",
        mean,
        "Tₖ = Nₖ/Dₖ, so that Nₖ = Dₖ Tₖ.",
        where={n_k: d_k * t_k},
        label="mean",
    )
    m, r = sp.symbols("m r", nonnegative=True)
    for bound, rest, meaning, name in ((m, u_k, m + u_k, "above"), (r, v_k, r - v_k, "below")):
        sign = 1 if name == "above" else -1
        proof.step(
            f"If every image lies {name} a number, the batch lies {name} it by a mean of what they have left:",
            sign * (mean - bound),
            "=",
            over_images(d_k * rest) / over_images(d_k),
            f"Put in Tₖ = {'m + uₖ' if name == 'above' else 'r - vₖ'}.",
            where={t_k: meaning},
        )
        proof.step(
            "and that is not negative.",
            over_images(d_k * rest) / over_images(d_k),
            ">=",
            0,
            "No term is. So the batch lies between the smallest and the largest Tₖ.",
        )
    x = sp.Symbol("x", nonnegative=True)
    own_n, own_d = sp.Function("N_1")(x), sp.Function("D_1")(x)
    rest_n, rest_d = sp.Symbol("N_0", nonnegative=True), sp.Symbol("D_0", positive=True)
    whole = (own_n + rest_n) / (own_d + rest_d)
    proof.step(
        "The gradient is another matter. A pixel of image 1 has the pooled T of ALL images in its gradient:",
        sp.Derivative(whole, x),
        "=",
        (sp.Derivative(own_n, x) - T * sp.Derivative(own_d, x)) / (own_d + rest_d),
        "The quotient rule; only N₁ and D₁ depend on the pixel. Image-wise, T₁ would stand in the place of T.",
        where={T: whole},
    )
    one_mistake = (tp, fp, fn, alpha, beta, delta)
    for name, wrong, value in (("Each of two images", 1, sp.Rational(2, 3)), ("and their batch", 2, half)):
        proof.step(
            f"{name} with {wrong} false positive{'s' * (wrong > 1)}, Dice, δ = 1:",
            sp.Subs(T, one_mistake, (0, wrong, 0, half, half, 1)),
            "=",
            value,
            "With the full δ in each image the batch can lie outside." if wrong == 2 else "1/(1/2 + 1).",
            where={T: index_of(COUNTS)},
        )
    return proof
