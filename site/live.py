"""Explorers on a page: each kind's script once, each one's state where its strip stands."""

from __future__ import annotations

import ast
import html
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tverskylib import explorers
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.page import encoded
from tverskylib.explorers.browser.style import style

# A classic script: module scripts may not be loaded from a file on a disk.
_SCRIPT = """(() => {{
{script}
tverskySite.add({name!r}, (model, el) => explorer(declaration, ABOUT)({{ model, el }}), PageModel, stateOf);
}})();
"""


@dataclass
class Live:
    """The explorers that a site shows, in the order in which they were placed."""

    kinds: dict[str, type[BrowserExplorer]] = field(default_factory=dict)

    def place(self, explorer: BrowserExplorer, strip: str) -> str:
        """HTML in which an explorer comes alive; the strip stands there until it does, and where no script runs."""
        self.kinds[explorer.name] = type(explorer)
        state = html.escape(encoded(explorer.state()), quote=True)
        return f'<div class="tversky-live" data-explorer="{explorer.name}" data-state="{state}">{strip}</div>'

    def write(self, folder: Path) -> None:
        """The scripts and the style, which each page loads when it needs them."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "style.css").write_text(style(), encoding="utf-8")
        for name, kind in self.kinds.items():
            script = _SCRIPT.format(script=kind.script("page.js"), name=name)
            (folder / f"{name}.js").write_text(script, encoding="utf-8")


def called(source: str) -> BrowserExplorer | None:
    """The explorer that the last line of a cell makes, where it says all that is needed: ``explorers.weights(beta=0.9)``."""
    *_, last = ast.parse(source).body or [ast.Pass()]
    call = last.value if isinstance(last, ast.Expr) else None
    if not isinstance(call, ast.Call) or not ast.unparse(call.func).startswith("explorers.") or call.args:
        return None
    try:
        values: dict[str, Any] = {word.arg or "": ast.literal_eval(word.value) for word in call.keywords}
    except ValueError:
        return None
    made = getattr(explorers, ast.unparse(call.func).removeprefix("explorers."))(**values)
    return made if isinstance(made, BrowserExplorer) else None
