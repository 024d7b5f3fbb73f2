"""Our loss in another library, written with the arguments that it has there, or why it cannot be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from tverskylib._checks import Domain, check_choice, check_flag
from tverskylib._numbers import check_weights
from tverskylib.peers.calls import KERAS

# Keras releases up to this one have the two weights the other way round: alpha weighs the false negatives.
KERAS_SWAPPED_UNTIL = "3.15.1"
SAMPLES = "torch.stack([{} for k in range(len(p))]).mean()"
FOLDED = "loss(p.flatten(1, 2)[:, None], y.flatten(1, 2)[:, None])"  # the classes as further rows of one channel


@dataclass(frozen=True)
class Setting:
    """A loss of ours: its arguments, for one foreground channel or for three classes."""

    alpha: float = 0.5
    beta: float = 0.5
    domain: Domain = "batch"
    delta: float = 1e-5
    channels: int = 1
    per_class: bool = False

    def __post_init__(self) -> None:
        check_weights(self.alpha, self.beta, self.delta)
        check_choice("domain", self.domain, ("batch", "image"))
        check_flag("per_class", self.per_class)
        if self.channels not in (1, 3) or isinstance(self.channels, bool):
            raise ValueError(f"channels must be 1 (one foreground) or 3 (three classes), got {self.channels!r}")

    @property
    def ours(self) -> str:
        per_class = ", per_class=True" if self.per_class else ""
        return (
            "from tverskylib import tversky_loss\n"
            f'value = tversky_loss(p, y, {self.alpha}, {self.beta}, delta={self.delta}, domain="{self.domain}"{per_class})'
        )

    @property
    def one_ratio(self) -> bool:
        """All classes in one ratio, and more than one class."""
        return self.channels > 1 and not self.per_class

    @property
    def softmax_dice(self) -> bool:
        """One ratio of classes that add up to one: FP = FN, so weights that add up to one are Dice's."""
        return self.one_ratio and math.isclose(self.alpha + self.beta, 1)


@dataclass(frozen=True)
class Way:
    """Code of theirs that leaves the loss in ``value``; ``reason`` says what differs where it is only the nearest."""

    code: str
    reason: str = ""
    ours: str = ""  # where it is not our loss that it equals


def _by_sample(call: str) -> str:
    """The mean of a call over the images."""
    return SAMPLES.format(re.sub(r"\b([py])\b", r"\1[k : k + 1]", call))


EMPTY_FREE = "where a class has no foreground in what it sums over, its loss is 0 there whatever is predicted"


def monai(s: Setting) -> Way:
    batch = ", batch=True" if s.domain == "batch" else ""
    made = f"loss = TverskyLoss(alpha={s.alpha}, beta={s.beta}, smooth_nr={s.delta}, smooth_dr={s.delta}{batch})"
    return Way(f"from monai.losses import TverskyLoss\n{made}\nvalue = {FOLDED if s.one_ratio else 'loss(p, y)'}")


def segmentation_models_pytorch(s: Setting) -> Way:
    made = f'loss = TverskyLoss("multilabel", from_logits=False, alpha={s.alpha}, beta={s.beta}, smooth={s.delta})'
    call = FOLDED if s.one_ratio else "loss(p, y)"
    if s.domain == "image":
        call = _by_sample(call)
    return Way(f"from segmentation_models_pytorch.losses import TverskyLoss\n{made}\nvalue = {call}", EMPTY_FREE)


def nnunetv2(s: Setting) -> Way:
    made = (
        f"loss = MemoryEfficientSoftDiceLoss(batch_dice={s.domain == 'batch'}, smooth={2 * s.delta}, ddp=False)\n"
        f"value = 1 + {FOLDED if s.one_ratio else 'loss(p, y)'}"
    )
    code = f"from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss\n{made}"
    dice = s.alpha == s.beta == 0.5
    return Way(code, "" if dice else "it has Dice alone, alpha = beta = 0.5; this is its Dice")


def kornia(s: Setting) -> Way:
    classes = s.channels > 1
    logits, labels = ("p.log()", "y.argmax(1)") if classes else ("two_channels(p).log()", "y[:, 0].long()")
    if s.domain == "batch":  # the images as further rows of one image
        logits, labels = f"{logits}.transpose(0, 1).flatten(1, 2)[None]", f"{labels}.flatten(0, 1)[None]"
    if s.one_ratio:
        made, reason = "DiceLoss(eps=0.0)", "" if s.softmax_dice else "in one ratio it has Dice alone; this is its Dice"
    else:
        made = f"TverskyLoss({s.alpha}, {s.beta}, eps=0.0)"
        reason = "" if classes else "it takes a softmax, so the background is a class of its own and enters the mean"
    if not reason and s.per_class:
        reason = "it leaves a class that an image does not have out of the mean"
    if s.delta:
        reason = "; ".join(filter(None, ["it has no smoothing term above, so this one has none", reason]))
    name = made.partition("(")[0]
    return Way(f"from kornia.losses import {name}\nloss = {made}\nvalue = loss({logits}, {labels})", reason)


def torchmetrics(s: Setting) -> Way:
    kind, arguments = ("Binary", []) if s.channels == 1 else ("Multiclass", ["num_classes=3"])
    if s.channels > 1:
        arguments.append(f'average="{"macro" if s.per_class else "micro"}"')
    masks = ("p >= 0.5", "y > 0") if s.channels == 1 else ("one_hot(p.argmax(1), 3).bool()", "y > 0")
    call = "metric((p >= 0.5).int(), y.int())" if s.channels == 1 else "metric(p.argmax(1), y.argmax(1))"
    reasons = []
    if s.alpha == s.beta == 1:
        name, averaged = f"{kind}JaccardIndex", call
        if s.domain == "image":
            averaged = _by_sample(call)
    else:
        name = f"{kind}FBetaScore"
        ratio = s.alpha > 0 and math.isclose(s.alpha + s.beta, 1)
        arguments.insert(0, f"beta={math.sqrt(s.beta / s.alpha) if ratio else 1.0!r}")
        arguments.append(f'multidim_average="{"samplewise" if s.domain == "image" else "global"}"')
        averaged = f"{call}.mean()"
        if not ratio:
            reasons.append("its F-score needs alpha + beta = 1; this is F1, Dice")
    if s.delta:
        reasons.append("it has no smoothing term")
    per_class = ", per_class=True" if s.per_class else ""
    ours = (
        "from tverskylib import one_hot, tversky_index\n"
        f'value = 1 - tversky_index({masks[0]}, {masks[1]}, {s.alpha}, {s.beta}, delta={s.delta}, domain="{s.domain}"{per_class}).mean()'
    )
    code = f"from torchmetrics.classification import {name}\nmetric = {name}({', '.join(arguments)})\nvalue = 1 - {averaged}"
    return Way(code, "; ".join(reasons), ours)


def keras(s: Setting) -> Way:
    axis = {
        ("batch", False): "None",
        ("image", False): "(1, 2, 3)",
        ("batch", True): "(0, 2, 3)",
        ("image", True): "(2, 3)",
    }[s.domain, s.per_class]
    made = f"loss = Tversky(alpha={s.beta}, beta={s.alpha}, axis={axis})  # alpha weighs FN until {KERAS_SWAPPED_UNTIL}"
    reason = "its smoothing term is 1e-7, in the denominator only"
    return Way(f"{KERAS}from keras.losses import Tversky\n{made}\nvalue = loss(y, p)", reason)


WAYS: dict[str, Callable[[Setting], Way]] = {
    "monai": monai,
    "segmentation_models_pytorch": segmentation_models_pytorch,
    "nnunetv2": nnunetv2,
    "kornia": kornia,
    "torchmetrics": torchmetrics,
    "keras": keras,
}

# What the recorded run executes.
GRID = tuple(
    Setting(alpha, beta, domain, delta, channels, per_class)
    for alpha, beta in ((0.5, 0.5), (0.3, 0.7), (1.0, 1.0))
    for domain in ("image", "batch")
    for delta in (0.0, 1e-5, 1.0)
    for channels, per_class in ((1, False), (3, True), (3, False))
)
