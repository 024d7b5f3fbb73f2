"""Numbers as the captions and the alt texts say them."""

import math


def said(value: float) -> str:
    """Three decimals, or "undefined" for 0/0: a screen reader makes nothing of "nan"."""
    return "undefined" if math.isnan(value) else f"{value:.3f}"
