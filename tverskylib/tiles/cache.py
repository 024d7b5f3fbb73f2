"""Arrays that take long to make, kept on disk under a hash of what they are made from."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tverskylib._files import remove_parts, replacing

Arrays = dict[str, Any]

VARIABLE = "TVERSKYLIB_CACHE"
KEY = "made_from"  # the array that holds the key, beside the others in a file


def cache_folder() -> Path:
    """Where made arrays are kept; everything in it can be deleted at any time.

    Returns:
        The folder that the environment variable ``TVERSKYLIB_CACHE`` names; if it names none, ``tverskylib`` in the
        system's place for caches: ``~/.cache`` (or ``XDG_CACHE_HOME``), ``~/Library/Caches`` on macOS,
        ``%LOCALAPPDATA%`` on Windows. A user without a home has it among the temporary files. It need not exist yet.

    Introduced in lesson 10.
    """
    from platformdirs import user_cache_path

    chosen = os.environ.get(VARIABLE)
    nowhere = Path(tempfile.gettempdir()) / f"tverskylib-{_user()}"
    try:
        folder = Path(chosen).expanduser() if chosen else user_cache_path("tverskylib", appauthor=False, opinion=False)
    except RuntimeError:  # there is no home
        return nowhere
    return nowhere if folder.parts[:1] == ("~",) else folder  # as older versions of platformdirs say it


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "cache"


def cached(
    name: str, key: Mapping[str, object], make: Callable[[], Arrays], fits: Callable[[Arrays], bool] = bool
) -> Arrays:
    """The arrays that ``make`` makes: from disk if they are there, else made and left there for the next time.

    A file is written beside its place and moved there in one step, so that it is never seen half written: if two
    processes make the same one, the later replaces the earlier by its like. A damaged file is made anew. A folder
    that cannot be read or written to costs the cache, not the arrays. All of that is warned of.

    Args:
        name: how the file's name begins.
        key: everything that the arrays depend on, for JSON; a version of the code that makes them too.
        make: called without arguments where there is no good file; returns named arrays of numbers, Booleans or text.
        fits: whether what was read is what ``make`` would have made, as far as one can see: its names and shapes.

    Returns:
        The arrays by name.
    """
    text = json.dumps(key, sort_keys=True)
    file = cache_folder() / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:20]}.npz"
    try:
        return _read(file, text, fits)
    except FileNotFoundError:
        pass
    except PermissionError as error:
        warnings.warn(f"{file.name} in the cache cannot be read ({error.strerror}) and is made anew", stacklevel=3)
    except Exception as error:  # over a damaged file, zipfile and NumPy raise many kinds
        warnings.warn(f"{file.name} in the cache is damaged and is made anew ({error})", stacklevel=3)
    arrays = make()
    try:
        _write(file, text, arrays)
    except OSError as error:
        warnings.warn(
            f"{file.name} could not be kept in the cache ({error}); {VARIABLE} names another folder", stacklevel=3
        )
    return arrays


def _read(file: Path, text: str, fits: Callable[[Arrays], bool]) -> Arrays:
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}  # checks the checksum of each
    if str(arrays.pop(KEY)) != text:
        raise ValueError("it was made from something else")
    if not fits(arrays):
        raise ValueError(f"it holds {', '.join(arrays) or 'nothing'}, not what was put there")
    return arrays


def _write(file: Path, text: str, arrays: Arrays) -> None:
    try:
        with replacing(file) as part:
            np.savez(part, **arrays | {KEY: np.array(text)})
    except PermissionError:
        # On Windows a file that another process reads cannot be replaced; then it is there.
        if os.name != "nt" or not file.exists():
            raise
    remove_parts(file.parent)
