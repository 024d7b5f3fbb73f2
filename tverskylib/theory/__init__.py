"""What is true of the index: expressions derived by SymPy, and functions that are made from them."""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
