"""Which tiles one picks, checked: neither views of the tiles, nor tiles that are not there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import check_dense, describe


def checked_places(kept: Any, count: int) -> NDArray[Any]:
    """``kept`` as an index that copies: Boolean with an entry for each of so many tiles, or whole numbers.

    Raises:
        TypeError, ValueError: it is no slice and no such array, or names tiles that are not there.
    """
    if isinstance(kept, slice):
        try:
            return np.arange(count)[kept]
        except (TypeError, ValueError) as error:
            raise type(error)(f"kept must be a slice of whole numbers, got {kept}: {error}") from None
    check_dense("kept", kept)
    if not isinstance(kept, np.ndarray) or kept.ndim != 1 or kept.dtype.kind not in "biu":
        raise TypeError(f"kept must be a slice or an array, Boolean or of whole numbers, got {describe(kept)}")
    if kept.dtype == bool and len(kept) != count:
        raise ValueError(f"kept must have an entry for each of {count} tiles, got {len(kept)}")
    if kept.dtype != bool and kept.size and not -count <= int(kept.min()) <= int(kept.max()) < count:
        raise ValueError(f"kept must hold numbers of {count} tiles, got numbers from {kept.min()} to {kept.max()}")
    return kept
