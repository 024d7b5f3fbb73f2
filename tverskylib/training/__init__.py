"""Training: a network, one run, many runs."""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
