"""One explorer as one HTML file: module, data and style are inside, and nothing is loaded from anywhere."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from typing import Any

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body class="tverskylib-page">
<main>
<h1>{title}</h1>
<div id="explorer"></div>
<noscript><p>{title}: this page is drawn by JavaScript, which is switched off here.</p></noscript>
</main>
<script type="application/json" id="state">{state}</script>
<script type="module">
{script}
</script>
</body>
</html>
"""


def page(title: str, state: Mapping[str, Any], script: str, style: str) -> str:
    """Write the page.

    Args:
        title: heading and title of the page.
        state: name of each value -> number, list, string or bytes.
        script: a module without imports that reads the state from the element ``state``.
        style: CSS.

    Returns:
        HTML, encoded as UTF-8 when it is stored.

    Raises:
        ValueError: the script would end its own element.
    """
    if "</script" in script.lower():
        raise ValueError("script must not hold '</script', which would end its element")
    return _PAGE.format(title=html.escape(title), state=encoded(state), script=script, style=style)


def encoded(state: Mapping[str, Any]) -> str:
    """The state as JSON, bytes in base64; it can close no element that holds it, whatever a text in it says."""
    values = {name: _plain(value) for name, value in state.items()}
    return json.dumps(values, allow_nan=False).replace("<", "\\u003c")


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"base64": base64.b64encode(bytes(value)).decode("ascii")}
    return value
