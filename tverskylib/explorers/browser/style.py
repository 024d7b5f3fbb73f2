"""The style sheet: the colours of the grammar as variables, in light and in dark, and the rules of ``style.css``."""

from __future__ import annotations

import functools

from tverskylib.explorers.browser.bundle import HERE
from tverskylib.figures.grammar import GRAMMAR, colours

_DARK = '.tversky-explorer[data-theme="dark"]'


@functools.cache
def style() -> str:
    """All of the CSS."""
    sizes = {f"{name.replace('_', '-')}-size": f"{value}px" for name, value in GRAMMAR["sizes"].items()}
    light, dark = (
        _rule(selector, colours(theme)) for selector, theme in ((".tversky-explorer", "light"), (_DARK, "dark"))
    )
    roles = "".join(
        f".tversky-role-{name}, .tversky-{name} {{ --role: var(--{name}); }}\n" for name in GRAMMAR["roles"]
    )
    return "\n".join(
        [_rule(".tversky-explorer", sizes), light, dark, roles, (HERE / "style.css").read_text(encoding="utf-8")]
    )


def _rule(selector: str, variables: dict[str, str]) -> str:
    lines = "\n".join(f"  --{name}: {value};" for name, value in variables.items())
    return f"{selector} {{\n{lines}\n}}\n"
