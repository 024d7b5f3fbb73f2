"""Images that show the same under two names, which may come into two splits."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Twins:
    """Sees image after image, and says at the end which of them are copies in different groups."""

    def __init__(self) -> None:
        self.first: dict[bytes, tuple[Path, int]] = {}
        self.found: list[tuple[Path, Path]] = []

    def see(self, file: Path, colour: NDArray[np.uint8], group: int) -> None:
        """Remember an image by its pixels. Of one colour alone, many may be, and say nothing."""
        if (colour == colour[:1, :1]).all():
            return
        pixels = hashlib.sha256(repr(colour.shape).encode() + np.ascontiguousarray(colour).tobytes()).digest()
        before, its_group = self.first.setdefault(pixels, (file, group))
        if its_group != group:
            self.found.append((before, file))

    def warn(self) -> None:
        """Say how many there are, and name the first two."""
        if self.found:
            one, other = self.found[0]
            more = f" (and {len(self.found) - 1} more such pairs)" if len(self.found) > 1 else ""
            warnings.warn(
                f"{one.name} and {other.name} show the same, pixel by pixel{more}, and are of two groups, so that both "
                "training and test may hold it: remove one, or give them one group in groups.csv",
                stacklevel=3,
            )
