"""Figures: data in, matplotlib artists out, and the alt text. No torch, no pyplot, no state."""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
