"""Arrays that take long to make, kept on disk under a hash of what they are made from."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, Any]

VARIABLE = "TVERSKYLIB_CACHE"
KEY = "made_from"  # the array that holds the key, beside the others in a file


def cache_folder() -> Path:
    """Where made arrays are kept; everything in it can be deleted at any time.

    Returns:
        The folder that the environment variable ``TVERSKYLIB_CACHE`` names; if it names none, ``tverskylib`` in the
        system's place for caches: ``~/.cache`` (or ``XDG_CACHE_HOME``), ``~/Library/Caches`` on macOS,
        ``%LOCALAPPDATA%`` on Windows. It need not exist yet.

    Introduced in lesson 10.
    """
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "tverskylib"


def cached(name: str, key: Mapping[str, object], make: Callable[[], Arrays]) -> Arrays:
    """The arrays that ``make`` makes: from disk if they are there, else made and left there for the next time.

    A file is written beside its place and moved there in one step, so that it is never seen half written: if two
    processes make the same one, the later replaces the earlier by its like. A damaged file is made anew. A folder
    that cannot be written to costs the cache, not the arrays. Both are warned of.

    Args:
        name: how the file's name begins.
        key: everything that the arrays depend on, for JSON; a version of the code that makes them too.
        make: called without arguments where there is no good file; returns named arrays of numbers, Booleans or text.

    Returns:
        The arrays by name.
    """
    text = json.dumps(key, sort_keys=True)
    file = cache_folder() / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:20]}.npz"
    try:
        return _read(file, text)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        warnings.warn(f"{file.name} in the cache is damaged and is made anew ({error})", stacklevel=3)
    arrays = make()
    try:
        _write(file, text, arrays)
    except OSError as error:
        warnings.warn(
            f"{file.name} could not be kept in the cache ({error}); {VARIABLE} names another folder", stacklevel=3
        )
    return arrays


def _read(file: Path, text: str) -> Arrays:
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}  # checks the checksum of each
    if str(arrays.pop(KEY)) != text:
        raise ValueError("it was made from something else")
    return arrays


def _write(file: Path, text: str, arrays: Arrays) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=file.stem, suffix=".part", delete=False) as part:
        try:
            np.savez(part, **arrays | {KEY: np.array(text)})
            part.flush()
            os.fsync(part.fileno())
            part.close()  # Windows does not move open files
            Path(part.name).replace(file)
        except BaseException as error:
            part.close()
            Path(part.name).unlink(missing_ok=True)
            # On Windows a file that another process reads cannot be replaced; then it is there.
            if not (isinstance(error, PermissionError) and file.exists()):
                raise
