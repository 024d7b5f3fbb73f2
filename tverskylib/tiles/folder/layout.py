"""Which image belongs to which mask."""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path

from tverskylib.tiles.folder.stored import FORMATS, fail

# Left in folders by Windows, macOS, Linux and network drives; names that begin with a dot are passed over too.
LITTER = {
    *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "system volume information"),
    *("icon\r", "__macosx", "lost+found", "@eadir", "#recycle"),
}
NOTHING = 0  # what a system says of a file that has none of its flags


def composed(name: str) -> str:
    """The name in Unicode's composed form: macOS and archives split accents off, and the eye sees no difference."""
    return unicodedata.normalize("NFC", name)


def find_pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Each image with its mask, in the order of the images' names."""
    images, masks = (_by_stem(folder / name) for name in ("images", "masks"))
    if not images and not masks:
        fail(folder / "images", "must hold at least one image, is empty")
    for files, others, other in ((images, masks, "masks"), (masks, images, "images")):
        alone = sorted(files.keys() - others.keys())
        if alone:
            near = _near(alone[0], sorted(others.keys() - files.keys()))
            hint = f" ({other}/{others[near].name} comes near: rename it)" if near else ""
            more = f" (nor have {len(alone) - 1} more)" if len(alone) > 1 else ""
            rule = f"must have a partner of the same stem, {other}/{alone[0]}.*, and has none"
            fail(files[alone[0]], f"{rule}{hint}{more}")
    return [(images[stem], masks[stem]) for stem in images]


def _near(stem: str, others: list[str]) -> str | None:
    """A name that was probably meant: it differs in case, or has a part more or less at its end, as in a_mask."""
    wanted = stem.casefold()
    for other in others:
        found = other.casefold()
        if found.startswith(wanted) or wanted.startswith(found):
            return other
    return None


def entries(folder: Path) -> list[Path]:
    """What somebody put into a folder, by name, without what systems leave there and what is hidden."""
    found = [Path(entry.path) for entry in os.scandir(folder) if not _is_hidden(entry)]
    return sorted(found, key=lambda file: file.name)  # paths sort otherwise on Windows


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name.casefold() in LITTER:
        return True
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False  # the reader of the file says why
    hidden_on_windows = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", NOTHING) & getattr(status, "st_file_attributes", NOTHING)
    hidden_on_macos = getattr(stat, "UF_HIDDEN", NOTHING) & getattr(status, "st_flags", NOTHING)
    return bool(hidden_on_windows or hidden_on_macos)


def _by_stem(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder.as_posix()}: there must be a folder of this name, with one file an image")
    try:
        files = entries(folder)
    except OSError as error:
        fail(folder, f"must be a folder that can be listed: {error.strerror}", error)
    found: dict[str, Path] = {}
    for file in files:
        if other := what_else(file):
            fail(file, f"must be an image file, {', '.join(FORMATS)}, and is {other}: move it out of this folder")
        if file.suffix.lower() not in FORMATS:
            rule = f"must be an image file, {', '.join(FORMATS)}"
            fail(file, f"{rule}: save it as PNG, or move it out of this folder if it is no image")
        stem = composed(file.stem)
        if stem in found:
            fail(file, f"must be the only file of its stem, and there is {found[stem].name} too")
        found[stem] = file
    return found


def what_else(path: Path) -> str | None:
    """What a path leads to if not to a file, in words."""
    if path.is_file():
        return None
    if path.is_dir():
        return "a folder"
    return "a pipe or a device" if path.exists() else "a link that leads nowhere"
