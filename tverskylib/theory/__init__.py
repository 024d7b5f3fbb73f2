"""What is true of the index: expressions derived by SymPy, and functions that are made from them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
