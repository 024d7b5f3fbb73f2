"""Explorers that are computed and drawn in the browser: in a notebook, in Voila, or in a page with no kernel."""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
