"""Words of the glossary become links where a lesson uses them first."""

from __future__ import annotations

import re
from pathlib import Path

_ENTRY = re.compile(r"^(\S.*)\n  \S", re.MULTILINE)
# What is no running text: code, formulas, headings, links, HTML, tables, directives; and a summary's words, which
# stand in a block of HTML, where a role would be read as it is written.
_LEFT_ALONE = re.compile(
    r"```.*?```|<summary>.*?</summary>|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|^#.*?$|!?\[[^\]]*\]\([^)]*\)|<[^>]*>|^\|.*?$|\{[^}]*\}`[^`]*`",
    re.MULTILINE | re.DOTALL,
)


def terms(glossary: Path) -> list[str]:
    """The words that the glossary explains, the longest first."""
    return sorted(
        _ENTRY.findall(glossary.read_text(encoding="utf-8").partition("{glossary}")[2]), key=len, reverse=True
    )


class FirstUses:
    """Links the first use of each term in one lesson, cell after cell.

    Args:
        words: the terms, the longest first, so that "target mask" is not read as another term.
    """

    def __init__(self, words: list[str]) -> None:
        self.left = list(words)

    def linked(self, text: str) -> str:
        """The text of a cell with its first uses as links."""
        for word in list(self.left):
            kept = [found.span() for found in _LEFT_ALONE.finditer(text)]
            # A term that stands broken over two lines is one all the same.
            pattern = r"(?<![\w-])" + r"\s+".join(map(re.escape, word.split())) + r"(?![\w-])"
            for found in re.finditer(pattern, text, re.IGNORECASE):
                if not any(start < found.end() and found.start() < end for start, end in kept):
                    shown = " ".join(found[0].split())
                    role = f"{{term}}`{shown}`" if shown == word else f"{{term}}`{shown} <{word}>`"
                    text = text[: found.start()] + role + text[found.end() :]
                    self.left.remove(word)
                    break
        return text
