"""Explorers that are computed and drawn in the browser: in a notebook, in Voila, or in a page with no kernel."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
