"""A Python that lacks some packages although they are installed: code that hides them, for a fresh interpreter."""

HIDE = """
import sys
from importlib.machinery import PathFinder

class Light(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.partition(".")[0] in {names}
        return None if hidden else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Light
"""


def without(names):
    """The code. What tries to import one of the names then meets a ModuleNotFoundError, as on a light machine."""
    return HIDE.replace("{names}", repr(sorted(names)))
