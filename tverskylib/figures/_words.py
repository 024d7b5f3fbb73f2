"""Numbers as the captions and the alt texts say them."""

import math


def said(value: float) -> str:
    """Three decimals, or "undefined" for 0/0: a screen reader makes nothing of "nan"."""
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def as_text(name: str) -> str:
    r"""A reader's own name as a label that shows it as it is: no formula between dollars, and no "_" that hides it."""
    shown = name.replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown
