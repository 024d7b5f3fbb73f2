"""The parts of pages that are computed: the list of lessons, the gallery, the names of the library, how it was made."""

from __future__ import annotations

import inspect

import build as lessons
import nbformat
from introduced import by_lesson, packages, public
from live import LANDING, Live

from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.page import encoded
from tverskylib.explorers.browser.stored import SCALE, strip
from tverskylib.figures.plate import mimebundle


def alive(live: Live, kind: type[BrowserExplorer]) -> str:
    """A block of HTML with an explorer; its strip stands there first."""
    stored = strip(kind.name)
    words = "" if stored is None else mimebundle(stored.png, stored.alt, scale=SCALE)[0]["text/html"]
    return f"```{{raw}} html\n{live.place(kind, encoded(kind().state()), words)}\n```"


def landing(live: Live, text: str, table: str) -> str:
    """The first page."""
    text = text.replace("<!-- landing -->", alive(live, catalogue()[LANDING]))
    return lessons.filled(text, "lessons", table)


def gallery(live: Live, text: str) -> str:
    """All explorers. Each asks its question itself."""
    parts = [f"## {kind.title}\n\n{alive(live, kind)}" for kind in catalogue().values()]
    return lessons.filled(text, "gallery", "\n\n".join(parts))


def api(text: str) -> str:
    """Each public name once, under its package."""
    parts, seen = [], set()
    for package in packages():
        names = []
        for name, thing in public(package):
            if id(thing) not in seen:
                seen.add(id(thing))
                kind = "autoclass" if inspect.isclass(thing) else "autofunction"
                members = "   :members:\n" if inspect.isclass(thing) else ""
                names.append(f".. {kind}:: {package.__name__}.{name}\n{members}")
        if names:
            about = (inspect.getdoc(package) or "").split("\n\n")[0]
            parts.append(f"## {package.__name__}\n\n{about}\n\n```{{eval-rst}}\n" + "\n".join(names) + "\n```")
    return lessons.filled(text, "packages", "\n\n".join(parts))


def status(project: lessons.Project, text: str) -> str:
    """A row a lesson."""
    rows = [
        "| lesson | minutes to read | cells that ran | hash of the source | hash of the library |",
        "| --- | ---: | ---: | --- | --- |",
    ]
    for lesson in project.lessons:
        stored = nbformat.read(project.notebooks / f"{lesson.name}.ipynb", as_version=4)
        hashes = stored.metadata.get("tverskylib", {})
        ran = sum(cell.cell_type == "code" for cell in stored.cells)
        rows.append(
            f"| [{lesson.name[:2]} {lesson.title}](notebooks/{lesson.name}.ipynb) | {lesson.minutes} | {ran} | "
            f"`{hashes.get('source_hash', '-')}` | `{hashes.get('library_hash', '-')}` |"
        )
    pins = (project.root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    versions = ["| package | version |", "| --- | --- |"]
    versions += ["| " + " | ".join(pin.split("==")) + " |" for pin in pins if "==" in pin]
    return lessons.filled(text, "status", "\n".join([*rows, "", "The versions that they ran with:", "", *versions]))


def names_of(lesson: str) -> str:
    """A line with the public names that a lesson introduces, or nothing."""
    found = by_lesson().get(lesson, [])
    return (
        "**In the library:** " + ", ".join(f"{{any}}`{name.rpartition('.')[2]} <{name}>`" for name in found)
        if found
        else ""
    )
