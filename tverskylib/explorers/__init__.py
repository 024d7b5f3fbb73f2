"""Explorers: sliders around figures. Each is shown as the last line of a cell."""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
