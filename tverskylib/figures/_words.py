"""Numbers as the captions and the alt texts say them."""

import math

# The columns of a frame of results, as tables, figures and explorers say them.
METRIC_WORDS = {
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "dice": "Dice",
    "jaccard": "Jaccard",
    "hd95": "HD95 (lower is better)",
    "pooled_dice": "Dice, pooled",
    "pooled_average_precision": "average precision, pooled",
    "missed_positives": "missed positive images",
    "flooded_negatives": "flooded negative images",
    "predicted_foreground": "predicted foreground",
    "ece": "calibration error (ECE)",
    "nll": "negative log-likelihood",
    "entropy": "entropy of the probabilities",
    "dice_all": "Dice over all images",
    "pooled_dice_all": "Dice pooled over all images",
    "pooled_average_precision_all": "average precision pooled over all images",
    "area_ratio": "predicted over true area",
}


def said(value: float) -> str:
    """Three decimals, or "undefined" for 0/0: a screen reader makes nothing of "nan"."""
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def as_text(name: str) -> str:
    r"""A reader's own name as a label that shows it as it is: no formula between dollars, and no "_" that hides it."""
    shown = name.replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown
