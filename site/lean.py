"""Written pages, made light: icons stand in the page as drawings, and scripts that can wait do wait.

The theme brings all of Font Awesome, 1.5 MB of script on every page, to draw ten icons, and runs its own scripts
before a reader can move anything. Here the icons are taken out of that file while the site is built, and the theme's
scripts become ``type="text/later"``, which ``page.js`` runs once the page is there.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

ICON = re.compile(r'<(i|span) class="([^"]*\bfa-solid [^"]*)"((?: data-mode="\w+")?)[^>]*></\1>')
LIBRARY = re.compile(r"\s*<!-- So that users can add custom icons -->\s*<script [^>]*fontawesome\.js[^>]*></script>")
PRELOADS = re.compile(
    r'<!-- Pre-loaded scripts[^>]*-->\s*|<link rel="preload" as="script" href="[^"]*_static/scripts/[^>]*>\s*'
)
WAITS = ("documentation_options", "doctools", "sphinx_highlight", "sphinx-book-theme", "design-tabs", "bootstrap")
LATER = re.compile(
    rf'<script (?:defer )?((?:data-[^ >]*)?[^>]*src="[^"]*_static/[^"]*(?:{"|".join(WAITS)}|pydata-sphinx-theme)\.js[^"]*")>'
    r"|<script>(?=DOCUMENTATION_OPTIONS\.)"
)
STYLES = {
    "pygments": 'class="highlight',
    "mystnb": 'class="cell',
    "sphinx-design": 'class="sd-',
}  # file -> who needs it


class Icons:
    """Drawings of Font Awesome, as its script holds them.

    Args:
        script: the text of ``fontawesome.js``.
    """

    def __init__(self, script: str) -> None:
        self.script = script
        self.of = functools.cache(self.drawn)

    def drawn(self, classes: str, mode: str = "") -> str:
        """The icon that the classes of an ``<i>`` name. The solid ones come last in the script."""
        for name in re.findall(r"fa-([\w-]+)", classes):
            found = re.findall(rf'[,{{]"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"[\da-f]+","([^"]+)"\]', self.script)
            if found:
                width, height, path = found[-1]
                return (
                    f'<svg class="svg-inline--fa {classes}"{mode} aria-hidden="true" viewBox="0 0 {width} {height}">'
                    f'<path fill="currentColor" d="{path}"></path></svg>'
                )
        raise ValueError(f"Font Awesome has none of {classes}")

    def drawn_in(self, text: str) -> str:
        """A page with its icons drawn."""
        return ICON.sub(lambda found: self.of(found[2], found[3]), text)


def lean(text: str, icons: Icons) -> str:
    """A page whose icons are drawn and whose theme waits."""
    for file, needed in STYLES.items():
        if needed not in text:
            text = re.sub(rf"\s*<link [^>]*_static/{file}\.[^>]*>", "", text)
    text = PRELOADS.sub("", LIBRARY.sub("", icons.drawn_in(text)))
    return LATER.sub(lambda found: f'<script type="text/later"{" " + found[1].strip() if found[1] else ""}>', text)


def lighten(app: Any, failed: Exception | None) -> None:
    """Go over all pages. That of search results needs the theme at once."""
    if failed or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    icons = Icons((folder / "_static" / "scripts" / "fontawesome.js").read_text(encoding="utf-8"))
    for path in sorted(folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if path.name != "search.html" and "<html" in text and not {"_static", "_downloads"} & {*path.parts}:
            path.write_text(lean(text, icons), encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Connect."""
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
