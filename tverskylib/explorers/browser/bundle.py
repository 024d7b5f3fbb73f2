"""The parts of an explorer's JavaScript as one module: a widget and a page without a kernel load a single text."""

from __future__ import annotations

import pathlib
import re

HERE = pathlib.Path(__file__).parent

_IMPORT = re.compile(r'^import\s+\{([^}]*)\}\s+from\s+"\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.MULTILINE)
_TAKEN_APART = re.compile(r"^(?:export )?(?:const|let)\s+[\[{]([\w\s,]+)[\]}]\s*=", re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class)\s+(\w+)", re.MULTILINE)


def joined(*entries: str, folder: pathlib.Path = HERE) -> str:
    """Join modules with the modules that they import, each once, those that are needed first.

    The parts stay ordinary modules, which a test runner can import one by one. So they may use no more than
    ``import { name } from "./file.js";`` and ``export`` before a declaration, and no name twice at the top level.

    Args:
        entries: file names of modules.
        folder: where the modules lie.

    Returns:
        One script without imports and exports, to be continued.

    Raises:
        ValueError: an import or an export of another form, or a name that two modules declare.
    """
    parts: dict[str, str] = {}
    for entry in entries:
        _collect(entry, folder, parts)
    owner: dict[str, str] = {}
    for file, text in parts.items():
        together = [name for names in _TAKEN_APART.findall(text) for name in re.findall(r"\w+", names)]
        for declared in [*_NAME.findall(text), *together]:
            if declared in owner:
                raise ValueError(f"{declared} must be declared once, got it in {owner[declared]} and in {file}")
            owner[declared] = file
    return "\n".join(f"// {name}\n{_EXPORT.sub('', text)}" for name, text in parts.items())


def _collect(name: str, folder: pathlib.Path, parts: dict[str, str]) -> None:
    if name in parts:
        return
    text = (folder / name).read_text(encoding="utf-8")
    for names, other in _IMPORT.findall(text):
        if " as " in names:
            raise ValueError(f"{name} must import names as they are, got {names.strip()!r}")
        _collect(other, folder, parts)
    rest = _IMPORT.sub("", text)
    for line in rest.splitlines():
        if line.startswith(("import ", "export default", "export {", "export *")):
            raise ValueError(f"{name} must import and export as joined() says, got {line!r}")
    parts[name] = rest
