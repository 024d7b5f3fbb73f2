"""What ``pip install tverskylib`` leaves out, and the one sentence that says so where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import lazy_loader

# What is imported, and the extra of pyproject.toml that installs it.
EXTRA_OF = {
    "torch": "torch",
    "accelerate": "train",
    "imagecodecs": "train",
    "joblib": "train",
    "monai": "train",
    "psutil": "train",
    "skimage": "train",
    "sklearn": "train",
    "tifffile": "train",
    "tqdm": "train",
    "pandas": "lessons",
    "distributed": "cluster",
}
# Packages of ours that need a whole extra: they name it, whatever part of it is missed first.
EXTRA_OF_OURS = {"tverskylib.training": "train"}


@contextmanager
def optional(package: str = "") -> Iterator[None]:
    """Around an import: where what it imports belongs to an extra and is missing, say how to install that extra.

    Args:
        package: the package of ours for which the import is made; it matters only if ``EXTRA_OF_OURS`` has it.

    Raises:
        ModuleNotFoundError: one sentence with the command; its ``name`` is that of the missing module. What belongs
            to no extra is raised as it was.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRA_OF:
            raise
        extra = EXTRA_OF_OURS.get(package, EXTRA_OF[missing])
        raise ModuleNotFoundError(
            f'{missing} is not installed, and this needs it: python -m pip install "tverskylib[{extra}]"',
            name=error.name,
        ) from None


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``lazy_loader.attach_stub``, and the sentence of :func:`optional` where a public name needs what is missing."""
    load, names, public = lazy_loader.attach_stub(package, file)

    def load_or_say(name: str) -> Any:
        with optional(package):
            return load(name)

    return load_or_say, names, public
