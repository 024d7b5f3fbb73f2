"""All explorers of the browser, by name: those of the package's stub file, which is the one list of them."""

from __future__ import annotations

from tverskylib.explorers import browser
from tverskylib.explorers.browser.explorer import BrowserExplorer


def catalogue() -> dict[str, type[BrowserExplorer]]:
    """Name -> class."""
    found = (getattr(browser, name) for name in dir(browser))
    kinds = [one for one in found if isinstance(one, type) and issubclass(one, BrowserExplorer)]
    return {kind.name: kind for kind in kinds if kind is not BrowserExplorer}
