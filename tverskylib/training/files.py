"""Files that are never seen half written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into, which takes the place of ``path`` in one step when all is written.

    Whoever reads sees the old file or the new one. If writing fails or is killed, the old one stays. Two processes
    that write the same file do not disturb each other: the later one's stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as part:
        try:
            yield part
            part.flush()
            os.fsync(part.fileno())
            part.close()  # Windows does not move open files
            Path(part.name).chmod(0o644)  # temporary files are for their owner alone
            Path(part.name).replace(path)
        except BaseException:
            part.close()
            Path(part.name).unlink(missing_ok=True)
            raise
