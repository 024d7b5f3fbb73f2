"""Numbered equations: each can be linked to, and where a lesson mentions a number, it is a link."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TAG = re.compile(r"\\tag\{(\d+\.\d+)\}")
_DISPLAYED = re.compile(r"^(?P<quote>> )?\$\$(?:(?!\$\$).)*?\$\$", re.MULTILINE | re.DOTALL)
_MENTION = re.compile(r"(?<![\w\]])\((\d+\.\d+)\)")


def numbers(text: str) -> list[str]:
    """The numbers that the text gives to equations, in its order."""
    return _TAG.findall(text)


def linked(text: str, places: Mapping[str, str]) -> str:
    """The text with anchors at its equations, and links from numbers in parentheses.

    Args:
        text: Markdown of a cell.
        places: number of an equation -> the lesson that has it.
    """
    text = _MENTION.sub(lambda found: _link(found[1], places), text)
    return _DISPLAYED.sub(_anchored, text)


def _link(number: str, places: Mapping[str, str]) -> str:
    lesson = places.get(number)
    return f'<a href="{lesson}.html#{_anchor(number)}">({number})</a>' if lesson else f"({number})"


def _anchored(found: re.Match[str]) -> str:
    number = _TAG.search(found[0])
    if number is None:
        return found[0]
    quote = found["quote"] or ""
    return f'{quote}<span id="{_anchor(number[1])}"></span>\n{quote}\n{found[0]}'


def _anchor(number: str) -> str:
    return f"eq-{number.replace('.', '-')}"
