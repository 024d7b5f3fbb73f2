"""Lays out what Sphinx reads: the stored notebooks and pages, as they lie in the repository, ready for a site.

Nothing is run again. Each notebook is copied with three changes: pictures become files that load when they are
needed, explorers come alive where their strips stand, and what is folded in JupyterLab is folded here.
"""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
import importlib.metadata
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

import build as lessons  # noqa: E402 - the folder of notebooks is no package
import equations  # noqa: E402
import generated  # noqa: E402
import nbformat  # noqa: E402
from live import LANDING, Live, shown  # noqa: E402
from nbformat import NotebookNode  # noqa: E402
from nbformat.v4 import new_markdown_cell  # noqa: E402
from terms import FirstUses, terms  # noqa: E402

from tverskylib.explorers.browser import stored  # noqa: E402

PICTURE = re.compile(r'src="data:image/(png|jpeg);base64,([\w+/=\n]+)"')
SETS = re.compile(r"\[([^\]]+)\]\((#tversky:[^)\s]+)\)")  # a link that sets an explorer
LINK = re.compile(r"\]\((?!https?:|#|mailto:|<)([^)\s]+)\)")
PAGES = ("CHOOSE", "WHEN_IT_GOES_WRONG", "IN_YOUR_CODE", "TEACHING", "BRING_YOUR_OWN_IMAGES", "PROJECT")
FOLDED = {"check": "Show how it is checked", "proof": "Show how it is derived", "setup": "Show the set-up"}


@dataclass
class Stage:
    """A folder of pages for Sphinx, and what its explorers need.

    Args:
        target: the folder; it is emptied first.
    """

    target: Path
    live: Live = field(default_factory=Live)
    project: lessons.Project = field(default_factory=lambda: lessons.Project(ROOT))

    def make(self) -> None:
        """Write everything."""
        shutil.rmtree(self.target, ignore_errors=True)
        shutil.copytree(ROOT / "site" / "pages", self.target)
        shutil.copytree(ROOT / "site" / "static", self.target / "_static")
        for source in self.project.sources:
            self.lesson(source)
        for name in PAGES:
            self.page(ROOT / "notebooks" / f"{name}.md", self.target / "notebooks" / f"{name}.md")
        for path in sorted((ROOT / "results").rglob("*.md")):
            self.page(path, self.target / path.relative_to(ROOT))
        self.generate()
        self.live.write(self.target / "_static" / "explorers")
        # What other sites show beside a link to this one.
        copied_to(stored.FOLDER / f"{LANDING}.png", self.target / "_static" / "card.png")
        copy_mathjax(self.target / "_static" / "mathjax")

    def generate(self) -> None:
        """Fill in what is computed."""
        table = lessons.table(self.project, "notebooks/")
        pages: dict[str, Callable[[str], str]] = {
            "index": lambda text: generated.landing(self.live, text, table),
            "gallery": lambda text: generated.gallery(self.live, text),
            "api": generated.api,
            "status": lambda text: generated.status(self.project, text),
        }
        for name, filled in pages.items():
            path = self.target / f"{name}.md"
            text = filled(path.read_text(encoding="utf-8"))
            path.write_text(self.with_files(text, name, "_static"), encoding="utf-8")

    # -------------------------------------------------------------------------------------------- lessons

    @functools.cached_property
    def equations(self) -> dict[str, str]:
        """Number of an equation -> the lesson that has it."""
        return {
            number: lesson.name
            for lesson in self.project.lessons
            for cell in lesson.cells
            if cell.cell_type == "markdown"
            for number in equations.numbers(cell.source)
        }

    def lesson(self, lesson: lessons.Lesson) -> None:
        """A lesson with its explorers alive and with the answers of its exercises folded under them."""
        stored = nbformat.read(ROOT / "notebooks" / f"{lesson.name}.ipynb", as_version=4)
        cells = [cell for one in stored.cells for cell in [one, *self.answers(lesson, one)]]
        if names := generated.names_of(lesson.name[:2]):
            cells.append(new_markdown_cell(names))
        uses = FirstUses(terms(ROOT / "site" / "pages" / "glossary.md"))
        stored.cells = [self.cell(cell, lesson.name, uses) for cell in cells]
        if lesson in self.project.lessons:
            stored.cells[0].source = stored.cells[0].source.replace("# ", f"# {lesson.name[:2]} ", 1)
        title, _, rest = stored.cells[0].source.partition("\n")
        download = self.link(f"{lesson.name}.ipynb", ROOT / "notebooks", as_page=False)
        stored.cells[0].source = f"{title}\n\n[Download this notebook]({download}).\n{rest}"
        nbformat.write(stored, folder_of(self.target / "notebooks" / f"{lesson.name}.ipynb"))

    def answers(self, lesson: lessons.Lesson, cell: NotebookNode) -> Iterator[NotebookNode]:
        """The cells of the solution notebook that follow an exercise, up to the next one."""
        if not lessons.tagged(cell, "exercise"):
            return
        title = cell.source.splitlines()[0]
        solutions = nbformat.read(ROOT / "notebooks" / lessons.exercise_paths(lesson)[1], as_version=4).cells
        found = next((k for k, one in enumerate(solutions) if one.source.splitlines()[:1] == [title]), None)
        for one in solutions[found + 1 :] if found is not None else []:
            if lessons.tagged(one, "exercise"):
                return
            if lessons.tagged(one, "solution"):
                yield answer(one)

    def cell(self, cell: NotebookNode, name: str, uses: FirstUses) -> NotebookNode:
        """A cell as the site shows it."""
        cell = copy.deepcopy(cell)
        if cell.cell_type == "markdown":
            text = equations.linked(self.with_links(cell.source, ROOT / "notebooks"), self.equations)
            cell.source = uses.linked(text)
        for tag, prompt in FOLDED.items():
            if cell.cell_type == "code" and lessons.tagged(cell, tag):
                fold(cell, "hide-input", prompt)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = self.with_files(data["text/html"], name)
                data.pop("image/png", None)
            explorer = shown(output) if "text/html" in data else None
            if explorer:
                data["text/html"] = self.live.place(*explorer, data["text/html"])
        return cell

    def with_files(self, text: str, name: str, static: str = "../_static") -> str:
        """HTML whose pictures are files that the browser fetches when they come into view."""

        def moved(found: re.Match[str]) -> str:
            content = base64.b64decode(found[2])
            file = f"{name[:2]}-{hashlib.sha256(content).hexdigest()[:12]}.{found[1]}"
            folder_of(self.target / "_static" / "pictures" / file).write_bytes(content)
            return f'loading="lazy" src="{static}/pictures/{file}"'

        return PICTURE.sub(moved, text)

    # -------------------------------------------------------------------------------------------- pages

    def page(self, path: Path, target: Path) -> None:
        """A page of Markdown. Links to files that are no pages lead to downloads."""
        if not path.exists():
            return
        text = self.with_links(path.read_text(encoding="utf-8"), path.parent)
        folder_of(target).write_text(text, encoding="utf-8")

    def with_links(self, text: str, folder: Path) -> str:
        """Markdown whose links to files that are no pages of the site lead to downloads."""
        text = SETS.sub(r'<a href="\2">\1</a>', text)
        return LINK.sub(lambda found: f"]({self.link(found[1], folder)})", text)

    def link(self, target: str, folder: Path, *, as_page: bool = True) -> str:
        """Where a link leads on the site: to a page, where there is one and it is meant, else to a download."""
        found = (folder / target.partition("#")[0]).resolve()
        if found == ROOT / "README.md":
            return "/index.md"
        in_notebooks, in_results = found.parent == ROOT / "notebooks", ROOT / "results" in found.parents
        is_page = (found.suffix == ".ipynb" and in_notebooks) or (
            found.suffix == ".md" and (in_notebooks or in_results)
        )
        if (is_page and as_page) or not found.is_file() or not found.is_relative_to(ROOT):
            return target
        copied_to(found, self.target / "files" / found.relative_to(ROOT))
        return f"path:/files/{found.relative_to(ROOT).as_posix()}"


def answer(cell: NotebookNode) -> NotebookNode:
    """A cell of a solution, folded with its outputs."""
    cell = copy.deepcopy(cell)
    if cell.cell_type == "markdown":
        cell.source = f"````{{dropdown}} Show the answer in words\n{cell.source}\n````"
    else:
        fold(cell, "hide-cell", "Show the answer")
    return cell


def fold(cell: NotebookNode, how: str, prompt: str) -> None:
    """Hide a cell behind a button with words on it."""
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), how]
    cell.metadata["mystnb"] = {"code_prompt_show": prompt, "code_prompt_hide": prompt.replace("Show", "Hide", 1)}


def folder_of(path: Path) -> Path:
    """The same path, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def copied_to(path: Path, target: Path) -> None:
    """Copy a file into a folder that may not exist yet."""
    shutil.copyfile(path, folder_of(target))


def copy_mathjax(target: Path) -> None:
    """The two parts of MathJax that pages need, with its licence, out of the package that carries all of it."""
    for file in importlib.metadata.files("sphinx-mathjax-offline") or []:
        _, found, rest = file.as_posix().partition("static/mathjax/")
        if found and (rest in ("tex-chtml.js", "LICENSE") or rest.startswith("output/chtml/fonts/woff-v2/")):
            copied_to(Path(str(file.locate())), target / rest)
