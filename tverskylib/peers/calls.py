"""The calls that people use, as they write them: the one list. All else is measured by running what stands here.

In the code, ``p`` are probabilities and ``y`` targets, (B, C, H, W) both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PACKAGES = {
    "monai": "monai",
    "segmentation_models_pytorch": "segmentation-models-pytorch",
    "nnunetv2": "nnunetv2",
    "kornia": "kornia",
    "torchmetrics": "torchmetrics",
    "keras": "keras",
    "medpy": "medpy",
}  # names as one imports them, and as pip knows them

KERAS = 'import os\nos.environ["KERAS_BACKEND"] = "torch"\n'


@dataclass(frozen=True)
class Loss:
    """One loss class: how it is made and called.

    Attributes:
        library, name: as imported.
        module: where it is imported from.
        one, many: the call for one foreground channel, and for three classes with the background as class 0.
        args, args_many: what must be given to make it; ``args_many`` where three classes need something else.
        weights: the arguments for alpha = 0.3 and beta = 0.7, if it has such.
        domain: the arguments that change the domain from the default; empty where no argument does.
        sums_together: the arguments that put all classes into one ratio.
        ignore: (arguments, call) that leave out the pixels where ``mask`` is False; in ``y255`` they hold 255.
        ignore_words: how it leaves pixels out.
        takes: what it takes if nothing is said; ``activation`` how to change it.
        double: the arguments that keep float64, if it does not by itself.
        soft: the arguments under which a soft label is the optimum, where there are such.
        no_background: the arguments that leave class 0 out.
        dice_part: the arguments that leave Dice alone in a sum of two losses.
        ours: the same call in this library (an expression in p, y), or "no equivalent: ..." with the reason.
        note: one sentence on what else surprises.
    """

    library: str
    name: str
    module: str
    one: str = "loss(p, y)"
    many: str = "loss(p, y)"
    args: tuple[str, ...] = ()
    args_many: tuple[str, ...] | None = None
    weights: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    sums_together: tuple[str, ...] = ()
    ignore: tuple[tuple[str, ...], str] | None = None
    ignore_words: str = "nothing"
    takes: str = "probabilities"
    activation: str = "nothing: apply it yourself"
    dice_part: tuple[str, ...] = ()
    double: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    no_background: tuple[str, ...] = ()
    ours: str = ""
    note: str = ""

    @property
    def takes_logits(self) -> bool:
        """Whether the call as it stands here makes logits of p."""
        return "log" in self.one

    def code(self, *more: str, many: bool = False, call: str = "") -> str:
        """Python that leaves the loss of p and y in ``value``."""
        args = self.args_many if many and self.args_many is not None else self.args
        replaced = {arg.partition("=")[0] for arg in more}
        kept = [arg for arg in args if arg.partition("=")[0] not in replaced]
        made = f"loss = {self.name}({', '.join([*kept, *more])})"
        start = KERAS if self.library == "keras" else ""
        return (
            f"{start}from {self.module} import {self.name}\n{made}\nvalue = {call or (self.many if many else self.one)}"
        )


SMP: dict[str, Any] = {
    "no_background": ("classes=[1, 2]",),
    "library": "segmentation_models_pytorch",
    "module": "segmentation_models_pytorch.losses",
    "args": ('"binary"', "from_logits=False"),
    "args_many": ('"multilabel"', "from_logits=False"),
    "ignore": (("ignore_index=255",), "loss(p, y255)"),
    "ignore_words": "`ignore_index=255`, in the target itself",
    "takes": "logits",
    "activation": '`from_logits=False`; sigmoid for "binary" and "multilabel", softmax for "multiclass"',
}
MONAI: dict[str, Any] = {
    "library": "monai",
    "soft": ("soft_label=True",),
    "no_background": ("include_background=False",),
    "module": "monai.losses",
    "activation": "`sigmoid=True` or `softmax=True`",
}
MASKED = (
    "`ignore_index=255`, where the target is one channel, or class numbers with `to_onehot_y=True`; in a one-hot target 255 is "
    "counted, silently",
    (("ignore_index=255",), "loss(p, y255)"),
)
NNUNET: dict[str, Any] = {
    "no_background": ("do_bg=False",),
    "library": "nnunetv2",
    "module": "nnunetv2.training.loss.dice",
    "one": "1 + loss(p, y)",
    "many": "1 + loss(p, y)",
    "args": ("ddp=False",),
    "domain": ("batch_dice=True",),
    "ignore": ((), "1 + loss(p, y, loss_mask=mask)"),
    "ignore_words": "`loss_mask=`, 1 where a pixel counts",
    "activation": "`apply_nonlin=torch.sigmoid` or another function",
    "note": "It returns minus Dice: -1 at best. ddp=True, the default, needs torch.distributed.",
}
KORNIA: dict[str, Any] = {
    "library": "kornia",
    "module": "kornia.losses",
    "one": "loss(two_channels(p).log(), y[:, 0].long())",
    "many": "loss(p.log(), y.argmax(1))",
    "ignore": (("ignore_index=255",), "loss(two_channels(p).log(), y255[:, 0].long())"),
    "ignore_words": "`ignore_index=255`, in the target itself (-100 by default)",
    "takes": "logits",
    "activation": "nothing: softmax always, so a binary task needs two channels",
}
KERAS_LOSS: dict[str, Any] = {
    "library": "keras",
    "module": "keras.losses",
    "one": "loss(y, p)",
    "many": "loss(y, p)",
    "domain": ("axis=(1, 2, 3)",),
    "double": ('dtype="float64"',),
    "note": "The target comes first. Channels may stand anywhere, as `axis` says what is summed.",
}

KERAS_SWAPPED = (
    f"{KERAS_LOSS['note']} The weights are swapped up to 3.15.1 and right in the sources since, so a later release exchanges "
    "their meaning: for the target 1 and the prediction ½, `Tversky(alpha=0.9, beta=0.1)` is 0.47 where they are swapped."
)

LOSSES = (
    Loss(
        name="DiceLoss",
        domain=("batch=True",),
        ignore=MASKED[1],
        ignore_words=MASKED[0],
        ours='tversky_loss(p, y, domain="image", per_class=True, delta=0.5e-5)',
        note="`MaskedDiceLoss` takes a mask as its third argument.",
        **MONAI,
    ),
    Loss(
        name="GeneralizedDiceLoss",
        domain=("batch=True",),
        ours="no equivalent: each class is weighted by 1 / (its volume in the target)², then all stand in one ratio",
        note="A class absent from the target gets the largest weight of those present, in the image or with `batch=True` in the "
        "batch, so a false alarm of it costs as one of the smallest class. Where none is present, loss and gradient are 0. "
        '`w_type=` "simple" or "uniform" weighs otherwise.',
        **MONAI,
    ),
    Loss(
        name="TverskyLoss",
        weights=("alpha=0.3", "beta=0.7"),
        domain=("batch=True",),
        ignore=MASKED[1],
        ignore_words=MASKED[0],
        ours='tversky_loss(p, y, domain="image", per_class=True, delta=1e-5)',
        **MONAI,
    ),
    Loss(
        name="DiceCELoss",
        one="loss(two_channels(p).log(), y.long())",
        many="loss(p.log(), y)",
        args=("softmax=True", "to_onehot_y=True"),
        args_many=("softmax=True",),
        domain=("batch=True",),
        dice_part=("lambda_ce=0.0",),
        no_background=("include_background=False",),
        takes="logits",
        ours='tversky_loss(p, y, domain="image", per_class=True, delta=0.5e-5) - (y * p.log()).sum(1).mean()',
        note="The cross-entropy takes logits in any case; `softmax=True` is for the Dice part. `weight=` goes into both "
        "parts, and has the background in any case. With one channel the other part is binary cross-entropy and `weight=` its "
        "`pos_weight`; before 1.3 that part was 0, silently. `label_smoothing=` smooths the cross-entropy alone, and one channel "
        "not at all.",
        library="monai",
        module="monai.losses",
        activation="`sigmoid=True` or `softmax=True`: without, the two parts read different things",
    ),
    Loss(
        name="DiceFocalLoss",
        one="loss(p.logit(), y)",
        many="loss(p.log(), y)",
        args=("sigmoid=True",),
        args_many=("softmax=True",),
        domain=("batch=True",),
        dice_part=("lambda_focal=0.0",),
        no_background=("include_background=False",),
        takes="logits",
        ours="no equivalent: the focal part has none here; add MONAI's FocalLoss to the line of DiceLoss",
        note="With several classes the focal part is one sigmoid a class, even under `softmax=True`.",
        library="monai",
        module="monai.losses",
        activation="`sigmoid=True` or `softmax=True`: without, the two parts read different things",
    ),
    Loss(name="SoftDiceLoss", ours='tversky_loss(p, y, domain="image", per_class=True, delta=0.5)', **NNUNET),
    Loss(
        name="MemoryEfficientSoftDiceLoss",
        ours='tversky_loss(p, y, domain="image", per_class=True, delta=0.5)',
        **NNUNET,
    ),
    Loss(
        library="nnunetv2",
        name="DC_and_CE_loss",
        module="nnunetv2.training.loss.compound_losses",
        one="1 + loss(two_channels(p).log(), y)",
        many="1 + loss(p.log(), y.argmax(1, keepdim=True))",
        args=('{"batch_dice": True, "smooth": 1e-5, "do_bg": False, "ddp": False}', "{}"),
        dice_part=("weight_ce=0",),
        ignore=(("ignore_label=255",), "1 + loss(two_channels(p).log(), y255)"),
        ignore_words="`ignore_label=255`, in the target itself",
        takes="logits",
        activation="nothing: softmax always",
        ours='tversky_loss(p[:, 1:], y[:, 1:], domain="batch", per_class=True, delta=0.5e-5)'
        " - (y * p.log()).sum(1).mean()",
        note="As the trainer makes it for plans with batch_dice; it returns minus Dice plus cross-entropy.",
    ),
    Loss(
        name="DiceLoss",
        ours='tversky_loss(p, y, domain="batch", per_class=True, delta=0.0)',
        **SMP,
        note="A class without foreground in the batch has loss 0 and gradient 0, whatever is predicted.",
    ),
    Loss(
        name="JaccardLoss",
        ours='tversky_loss(p, y, 1.0, 1.0, domain="batch", per_class=True, delta=0.0)',
        **SMP,
        note="As its DiceLoss.",
    ),
    Loss(
        name="TverskyLoss",
        weights=("alpha=0.3", "beta=0.7"),
        ours='tversky_loss(p, y, domain="batch", per_class=True, delta=0.0)',
        **SMP,
        note="As its DiceLoss; `gamma` is the exponent of the mean over the classes, not of each class as in the focal "
        "Tversky paper.",
    ),
    Loss(
        name="DiceLoss",
        ours='tversky_loss(p, y, domain="image", delta=0.0)',
        **KORNIA,
        note="One ratio an image; as a softmax adds up to one, it is one minus the mean probability of the right class. "
        '`average="macro"` takes the mean of one ratio a class, over the classes in the image.',
    ),
    Loss(
        name="TverskyLoss",
        args=("alpha=0.5", "beta=0.5"),
        weights=("alpha=0.3", "beta=0.7"),
        ours='tversky_loss(p, y, domain="image", per_class=True, delta=0.0)',
        **KORNIA,
        note="The mean runs over the classes in the image's target; alpha and beta have no default.",
    ),
    Loss(name="Dice", ours='tversky_loss(p, y, domain="batch", delta=0.0)', **KERAS_LOSS),
    Loss(
        name="Tversky",
        weights=("alpha=0.3", "beta=0.7"),
        ours='tversky_loss(p, y, domain="batch", delta=0.0)',
        **KERAS_LOSS | {"note": KERAS_SWAPPED},
    ),
)


@dataclass(frozen=True)
class Metric:
    """One metric: code that leaves its number for the masks ``m`` and ``y``, (B, C, H, W), 0 and 1, in ``value``.

    ``distance`` marks a distance; ``pooled`` is the code that takes all images as one, where there is one, by the
    argument ``pooled_by``.
    """

    library: str
    name: str
    code: str
    pooled: str = ""
    pooled_by: str = ""
    distance: bool = False
    takes: str = "masks"
    note: str = ""


def _monai(name: str, args: str) -> str:
    made = f"metric = {name}({args})\nmetric(m.float(), y.float())\nvalue = metric.aggregate()"
    return f"from monai.metrics import {name}\n{made}"


def _torchmetrics(name: str, args: str) -> str:
    return f"from torchmetrics.segmentation import {name}\nvalue = {name}({args})(m.long(), y.long())"


def _smp(reduction: str) -> str:
    return (
        "from segmentation_models_pytorch.metrics import f1_score, get_stats\n"
        'counts = get_stats(m.long(), y.long(), mode="multilabel")\n'
        f'value = f1_score(*counts, reduction="{reduction}")'
    )


def _medpy(name: str) -> str:
    return (
        f"from medpy.metric.binary import {name}\n"
        f"value = sum({name}(a.numpy(), b.numpy()) for a, b in zip(m[:, 0], y[:, 0])) / len(m)"
    )


METRICS = (
    Metric(
        "monai",
        "DiceMetric",
        _monai("DiceMetric", ""),
        note="An image without foreground is NaN and leaves the mean, and the mean of nothing is 0. "
        "With `ignore_empty=False` such an image is 1 if nothing is predicted there, else 0.",
    ),
    Metric(
        "monai",
        "GeneralizedDiceScore",
        _monai("GeneralizedDiceScore", ""),
        note='Before 1.5 the default `reduction` was "mean_batch".',
    ),
    Metric(
        "monai",
        "HausdorffDistanceMetric",
        _monai("HausdorffDistanceMetric", "percentile=95, include_background=True"),
        distance=True,
        note="Without `percentile=95` it is the largest distance, and inf for a missed mask. With one empty mask it is NaN and "
        "leaves the mean, and the mean of nothing is 0: the best distance. "
        "Without `include_background=True` the first channel is dropped, unless it is the only one.",
    ),
    Metric(
        "torchmetrics",
        "DiceScore",
        _torchmetrics("DiceScore", "num_classes=y.shape[1]"),
        pooled=_torchmetrics("DiceScore", 'num_classes=y.shape[1], aggregation_level="global"'),
        pooled_by='aggregation_level="global"',
        takes='masks; class numbers with `input_format="index"`',
        note="The old `torchmetrics.Dice` is gone.",
    ),
    Metric(
        "torchmetrics",
        "GeneralizedDiceScore",
        _torchmetrics("GeneralizedDiceScore", "num_classes=y.shape[1]"),
        note="Empty against empty is 0, the worst score.",
    ),
    Metric(
        "torchmetrics",
        "MeanIoU",
        _torchmetrics("MeanIoU", "num_classes=y.shape[1]"),
        takes='masks; class numbers with `input_format="index"`',
        note="The mean runs over the pairs of image and class that occur; `per_class=True` says -1 for one that never does.",
    ),
    Metric(
        "torchmetrics",
        "HausdorffDistance",
        _torchmetrics("HausdorffDistance", "num_classes=y.shape[1], include_background=True"),
        distance=True,
        note="It has no percentile: this is the largest distance, not HD95.",
    ),
    Metric(
        "segmentation_models_pytorch",
        "get_stats, f1_score",
        _smp("macro-imagewise"),
        pooled=_smp("macro"),
        pooled_by='reduction="macro"',
        takes='masks; probabilities with `threshold=`, except in mode "multiclass"',
        note='Nothing is averaged without `reduction=`; here it is "macro-imagewise". '
        "Empty against empty is 1 unless `zero_division` says otherwise.",
    ),
    Metric(
        "medpy",
        "dc",
        _medpy("dc"),
        note="One mask at a time, NumPy; the mean is ours. Its code says 1 for two empty masks, but with NumPy 2.4 it is NaN.",
    ),
    Metric("medpy", "jc", _medpy("jc"), note="One mask at a time, NumPy; the mean is ours."),
    Metric(
        "medpy",
        "hd95",
        _medpy("hd95"),
        distance=True,
        note="One mask at a time, NumPy; the mean is ours.",
    ),
)
