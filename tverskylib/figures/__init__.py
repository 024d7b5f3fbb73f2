"""Figures: data in, matplotlib artists out, and the alt text. No torch, no pyplot, no state."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
