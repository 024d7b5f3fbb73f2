"""tverskylib: the Tversky index and loss, small enough to read, with the pictures that explain them.

Public names load when they are first used (Scientific Python SPEC 1), so that a lesson on proofs does not wait
for torch. ``__init__.pyi`` lists them.
"""

from tverskylib._extras import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
__version__ = "0.1.0"
