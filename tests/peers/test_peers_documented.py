"""The records beside the documentation of each library, read once more by hand: what was run is what is promised.

Typed from the signatures and the text of the documentation, not from a run. Where a library does otherwise than it
says, the line says so.
"""

import pytest

from tverskylib.peers import records

# (library, loss): domain by default, smoothing above and below in pixels of our delta, classes, what alpha weighs
DOCUMENTED = {
    # smooth_nr=1e-5, smooth_dr=1e-5 beside 2 TP; batch=False; include_background=True; mean over batch and channels
    ("monai", "DiceLoss"): ("image", 0.5e-5, 0.5e-5, "mean of all classes", None),
    ("monai", "DiceCELoss"): ("image", 0.5e-5, 0.5e-5, "mean of all classes", None),
    ("monai", "DiceFocalLoss"): ("image", 0.5e-5, 0.5e-5, "mean of all classes", None),
    # "alpha: weight of false positives"; smooth_nr=1e-5, smooth_dr=1e-5 beside TP
    ("monai", "TverskyLoss"): ("image", 1e-5, 1e-5, "mean of all classes", "alpha"),
    # batch_dice=False, do_bg=True, smooth=1.0 beside 2 TP
    ("nnunetv2", "SoftDiceLoss"): ("image", 0.5, 0.5, "mean of all classes", None),
    ("nnunetv2", "MemoryEfficientSoftDiceLoss"): ("image", 0.5, 0.5, "mean of all classes", None),
    # made with batch_dice=True, do_bg=False, smooth=1e-5
    ("nnunetv2", "DC_and_CE_loss"): ("batch", 0.5e-5, 0.5e-5, "mean of the foreground classes", None),
    # smooth=0.0, eps keeps the denominator from 0; sums over batch and pixels; "alpha ... penalize model for FPs"
    ("segmentation_models_pytorch", "DiceLoss"): ("batch", 0.0, 0.0, "mean of all classes", None),
    ("segmentation_models_pytorch", "JaccardLoss"): ("batch", 0.0, 0.0, "mean of all classes", None),
    ("segmentation_models_pytorch", "TverskyLoss"): ("batch", 0.0, 0.0, "mean of all classes", "alpha"),
    # eps=1e-8 in the denominator only, beside 2 TP; 'micro': one Dice per sample over all classes and pixels
    ("kornia", "DiceLoss"): ("image", 0.0, 0.5e-8, "all in one ratio", None),
    # eps=1e-8 in the denominator only; per sample and class, over the classes present; alpha for FPs
    ("kornia", "TverskyLoss"): ("image", 0.0, 1e-8, "mean of all classes", "alpha"),
    # axis=None: everything in one sum; epsilon() = 1e-7 in the denominator, beside 2 TP
    ("keras", "Dice"): ("batch", 0.0, 0.5e-7, "all in one ratio", None),
    # "alpha: coefficient controlling incidence of false positives": this release does the opposite
    ("keras", "Tversky"): ("batch", 0.0, 1e-7, "all in one ratio", "beta"),
}


@pytest.mark.parametrize("call", DOCUMENTED, ids=".".join)
def test_a_loss_does_what_its_documentation_says(call):
    domain, above, below, classes, weight = DOCUMENTED[call]
    answers = records.read(call[0])["losses"][call[1]]
    assert answers["by_default"].removeprefix("Jaccard, ") == f"{domain}, {classes}"
    assert answers["smoothing"] == {
        "above": pytest.approx(above, rel=0.01, abs=1e-12),
        "below": pytest.approx(below, rel=0.01, abs=1e-12),
    }
    assert answers["weights"] == weight


def test_generalised_dice_is_weighted_by_the_squared_volume():
    """w_type="square"; smooth_nr and smooth_dr stand beside the weighted sums."""
    answers = records.read("monai")["losses"]["GeneralizedDiceLoss"]
    assert answers["by_default"] == "image, classes weighted by 1 / volume², in one ratio"
    assert answers["domain_changed"].startswith("batch")


def test_metrics_do_what_their_documentation_says():
    read = {
        (library, name): record
        for library in ("monai", "torchmetrics", "segmentation_models_pytorch", "medpy")
        for name, record in records.read(library)["metrics"].items()
    }
    # MONAI: mean over images and classes; ignore_empty=True; percentile of each direction, then the larger
    assert read["monai", "DiceMetric"]["reading"] == "Dice, image, mean of all classes"
    assert read["monai", "DiceMetric"]["found, and both empty"] == read["monai", "DiceMetric"]["found"]
    assert "larger of the two directed" in read["monai", "HausdorffDistanceMetric"]["reading"]
    # torchmetrics 1.9: average="macro", aggregation_level="samplewise"; "global" sums over all samples
    assert read["torchmetrics", "DiceScore"]["reading"] == "Dice, image, mean of all classes"
    assert read["torchmetrics", "DiceScore"]["pooled"] == "Dice, batch, mean of all classes"
    # smp: "macro" sums over images, then a mean over classes; zero_division=1.0
    assert read["segmentation_models_pytorch", "get_stats, f1_score"]["pooled"] == "Dice, batch, mean of all classes"
    assert read["segmentation_models_pytorch", "get_stats, f1_score"]["both empty"] == 1
    # medpy: the percentile of both sets of distances together; an empty mask is an error
    assert "both directions together" in read["medpy", "hd95"]["reading"]
    assert "RuntimeError" in read["medpy", "hd95"]["prediction empty"]


def test_nnunet_plans_and_trainer():
    """Its planner: batch_dice for 2d; for full-resolution 3-D where there is a low-resolution stage."""
    record = records.read("nnunetv2")
    assert record["plans"] == {"3d_lowres": ["False"], "3d_fullres": ["True", "False"], "2d": ["True"]}
    assert record["trainer"] == {
        "loss": "DC_and_CE_loss",
        "dice": "MemoryEfficientSoftDiceLoss",
        "weights": [1, 1],
        "batch_dice": True,
        "do_bg": False,
        "smooth": 1e-5,
    }
