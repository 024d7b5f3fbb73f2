"""What a lesson says: sentences with computed numbers."""

from __future__ import annotations

from IPython.display import Markdown


def say(text: str) -> Markdown:
    """A sentence with numbers that the cell has computed, shown as Markdown: ``say(f"Dice is {dice:.3f}.")``."""
    return Markdown(text)
