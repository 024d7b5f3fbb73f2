"""Explorers on a page: each kind's script once, each one's state where its strip stands."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.page import encoded
from tverskylib.explorers.browser.style import style

LANDING = "threshold"  # the explorer that a visitor sees first

# A classic script: module scripts may not be loaded from a file on a disk.
_SCRIPT = """(() => {{
{script}
const STYLE = {style};
tverskySite.add({name!r}, (model, el) => explorer(declaration, ABOUT)({{ model, el }}), PageModel, stateOf, STYLE);
}})();
"""


@dataclass
class Live:
    """The explorers that a site shows, in the order in which they were placed."""

    kinds: dict[str, type[BrowserExplorer]] = field(default_factory=dict)

    def place(self, kind: type[BrowserExplorer], state: str, strip: str) -> str:
        """HTML in which an explorer comes alive; the strip stands there until it does, and where no script runs."""
        self.kinds[kind.name] = kind
        state = html.escape(state, quote=True)
        place = f'<div class="tversky-live" data-explorer="{kind.name}" data-state="{state}">{strip}</div>'
        return f"{place}<script>tverskySite.found(document.currentScript.previousElementSibling)</script>"

    def write(self, folder: Path) -> None:
        """The scripts, which each page loads when it needs them; each brings the style, so that nothing waits for it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, kind in self.kinds.items():
            script = _SCRIPT.format(script=kind.script("page.js"), name=name, style=json.dumps(style()))
            (folder / f"{name}.js").write_text(script, encoding="utf-8")


def shown(output: Mapping[str, Any]) -> tuple[type[BrowserExplorer], str] | None:
    """The explorer that an output shows, and its state: as stored, or made anew of the values that are."""
    kept = output.get("metadata", {}).get("tverskylib")
    if not kept:
        return None
    kind = catalogue()[kept["explorer"]]
    return kind, kept["state"] if "state" in kept else encoded(kind(**kept["values"]).state())
