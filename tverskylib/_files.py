"""Files that are never seen half written, what a killed process leaves of them, and what cannot be used any more."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

OLD = 24 * 3600  # seconds after which nobody writes a file any more, on whatever machine
PART = re.compile(r"\..*\.(?P<host>[\w-]+)-(?P<pid>\d+)-[0-9a-f]{8}\.part")
_writing: set[Path] = set()  # by this process, now


class NewerFormatError(ValueError):
    """What a newer version of this package wrote: no fault of the file, and nothing to be replaced."""


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into, which takes the place of ``path`` in one step when all is written.

    Whoever reads sees the old file or the new one. If writing fails, as on a full disk, the old one stays and nothing
    is left; if the process is killed, :func:`remove_parts` takes away what is left. Two processes that write the same
    file do not disturb each other: the later one's stays. Permissions are those of any new file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(path)
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        discard(part)


def part_of(path: Path) -> Path:
    """A name beside ``path`` for what is being written, which says who writes; :func:`discard` ends it."""
    part = path.with_name(f".{path.name}.{_host()}-{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    _writing.add(part)
    return part


def discard(part: Path) -> None:
    """Take a file of :func:`part_of` away, if it is still there."""
    with contextlib.suppress(OSError):  # the error that led here is the one to hear of
        part.unlink(missing_ok=True)
    _writing.discard(part)


def remove_parts(folder: Path) -> None:
    """Remove what processes that were killed left half written: those of this machine at once, others after a day."""
    for part in folder.glob(".*.part"):
        with contextlib.suppress(OSError):  # somebody else was faster, or the folder is read-only
            if part not in _writing and _is_left(part):
                part.unlink(missing_ok=True)


def _is_left(part: Path) -> bool:
    found = PART.fullmatch(part.name)
    if time.time() - part.stat().st_mtime > OLD:
        return True
    return found is not None and found["host"] == _host() and not _is_running(int(found["pid"]))


def _is_running(pid: int) -> bool:
    """Whether another process of this machine has the number; where this cannot be asked, say yes."""
    if pid == os.getpid():
        return False  # and it is none of those that this process writes now
    if os.name != "posix":
        return True  # os.kill would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's
    return True


def _host() -> str:
    return re.sub(r"[^\w-]", "_", socket.gethostname(), flags=re.ASCII) or "host"


def set_aside(path: Path) -> Path | None:
    """Rename what cannot be used to ``NAME.corrupt1``, or the first number that is free.

    Returns:
        The new place; None if another process was faster.
    """
    aside = next(free for k in itertools.count(1) if not os.path.lexists(free := path.with_suffix(f".corrupt{k}")))
    try:
        return path.rename(aside)
    except FileNotFoundError:
        return None
