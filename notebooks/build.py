"""Makes the lessons: reads notebooks/source/*.py, runs them, and writes notebooks/*.ipynb and the README's table.

python notebooks/build.py            all lessons
python notebooks/build.py 02 03      some of them
python notebooks/build.py --check    runs nothing, says what is out of date

A source is a py:percent file, and the files of that folder are the list of lessons; nothing else lists them. Tags on
their cells say what becomes of them: ``solution`` cells leave the lesson and go to its solution notebook; ``exercise``
cells (the statements) and ``setup`` cells (imports) also go to the exercise notebook, each statement followed by its
starting code, or an empty cell. A statement that says only "exercise 2" is that of :mod:`tverskylib.exercises`, which has
the solution too; ``check`` cells (claims that are checked) and ``proof`` cells are folded, so that only their output is seen.
"""

import argparse
import ast
import asyncio
import hashlib
import os
import posixpath
import re
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import strips
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tverskylib.exercises.exercise import Exercise, of_lesson

BRANCH = "main"  # what the Binder and Colab links open
LARGEST = 1_500_000  # bytes of a stored notebook: GitHub shows no large ones
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}  # the rest of it changes with every Python
# For jupyterlab-rise, where a lesson has slides. The theme is one that asks no other host for fonts.
SLIDES = {"theme": "white", "transition": "none", "start_slideshow_at": "beginning"}
FOLDED = {"jupyter": {"source_hidden": True}}  # what JupyterLab reads
# What a reader needs, in minutes: for a word, a code cell that is not folded, an explorer, an exercise.
WORD, CODE, EXPLORER, EXERCISE = 1 / 200, 0.5, 2, 3
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# A path with two folders or more, or the address of an object: neither is the same on another machine.
MACHINE = re.compile(r"(?:^|(?<=[\s\"'(=]))(?:/[\w.~-]+){2,}|\b[A-Z]:\\\w+\\\w+|\bat 0x[0-9a-fA-F]{6,}", re.MULTILINE)
IMAGE_ALT = re.compile(r"<img\b[^>]*\salt=([\"'])(?!\s*\1)")


class LessonError(Exception):
    """A lesson that cannot be stored; the message is a report for whoever writes it."""


# ---------------------------------------------------------------------------------------------- sources


@dataclass(frozen=True)
class Lesson:
    """One file of notebooks/source.

    Its YAML header names the kernel. Its first cell has a title, and under it a paragraph with the question that the
    lesson answers. How long it takes is computed.
    """

    name: str
    text: str

    @cached_property
    def notebook(self) -> NotebookNode:
        """The source as written, solutions included."""
        notebook: NotebookNode = jupytext.reads(self.text, fmt="py:percent")
        if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
            raise LessonError(f"{self.name}: its header has no kernelspec with the name python3")
        notebook.cells = [one for cell in notebook.cells for one in self._with_exercise(cell)]
        return notebook

    def _with_exercise(self, cell: NotebookNode) -> list[NotebookNode]:
        """The cell, or the statement and the solution of the exercise that it names."""
        named = re.fullmatch(r"exercise (\d+)", cell.source.strip())
        if named is None or not tagged(cell, "exercise"):
            return [cell]
        if int(named[1]) not in self.exercises:
            raise LessonError(f"{self.name}: tverskylib.exercises has no exercise {named[1]} of it")
        found = self.exercises[int(named[1])]
        solution = new_code_cell(f"{found.code}\n\n{found.call}", metadata={"tags": ["solution"]})
        return [copied(cell, found.statement), solution]

    @cached_property
    def exercises(self) -> dict[int, Exercise]:
        """Those that it names and the library has, by number."""
        named = {int(number) for number in re.findall(r"^# exercise (\d+)$", self.text, re.MULTILINE)}
        return {one.number: one for one in of_lesson(int(self.name[:2])) if one.number in named} if named else {}

    @property
    def cells(self) -> list[NotebookNode]:
        """All cells."""
        return list(self.notebook.cells)

    @property
    def title(self) -> str:
        """The H1."""
        return self._find(r"^# (.+)$", "# Title")

    @property
    def question(self) -> str:
        """What the lesson answers: the first paragraph."""
        return self._find(r"\A# .+\n\n((?:[^#\n].*\n?)+)", "a question under the title").strip().replace("\n", " ")

    @property
    def minutes(self) -> int:
        """How long a reader needs, exercises not counted."""
        shown = [cell for cell in self.cells if not tagged(cell, "exercise", "solution")]
        code = [cell.source for cell in shown if cell.cell_type == "code" and not tagged(cell, "check", "proof")]
        spent = [WORD * words(cell.source) for cell in shown if cell.cell_type == "markdown"]
        return round(sum(spent) + CODE * len(code) + EXPLORER * sum(map(shows_an_explorer, code)))

    @property
    def exercise_minutes(self) -> int:
        """How long the exercises take beside that."""
        return EXERCISE * sum(tagged(cell, "exercise") for cell in self.cells)

    @property
    def time(self) -> str:
        """Both in words."""
        more = f", and {self.exercise_minutes} for the exercises" if self.exercise_minutes else ""
        return f"**Time:** {self.minutes} minutes{more}."

    def _find(self, pattern: str, example: str) -> str:
        found = re.search(pattern, self.cells[0].source, re.MULTILINE)
        if found is None:
            raise LessonError(f"{self.name}: its first cell has no line like '{example}'")
        return found[1]


def words(text: str) -> int:
    """How many words and signs a text has; where its links lead to is not read, nor are its comments and tags."""
    return len(re.findall(r"[^\W_]+", re.sub(r"\]\([^)]*\)|<[^>]*>", " ", text)))


def shows_an_explorer(source: str) -> bool:
    """Whether a code cell ends in explorers.name(...)."""
    *_, last = ast.parse(source).body or [ast.Pass()]
    return isinstance(last, ast.Expr) and ast.unparse(last).startswith("explorers.")


@dataclass(frozen=True)
class Project:
    """The folder that holds everything; tests build small ones."""

    root: Path

    @property
    def notebooks(self) -> Path:
        """Where the lessons are stored."""
        return self.root / "notebooks"

    @cached_property
    def sources(self) -> list[Lesson]:
        """Everything that is run and stored: the lessons, and pages for readers that are no lessons."""
        paths = sorted((self.notebooks / "source").glob("*.py"))
        return [Lesson(path.stem, path.read_text(encoding="utf-8")) for path in paths]

    @property
    def lessons(self) -> list[Lesson]:
        """Those with a number, in its order."""
        return [source for source in self.sources if source.name[:2].isdigit()]

    @cached_property
    def repository(self) -> str | None:
        """The GitHub address in pyproject.toml as https://github.com/owner/name; None while there is none."""
        urls = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls", {})
        found = re.match(r"https://github\.com/[\w.-]+/[\w.-]+?(?=/?$|\.git$)", urls.get("Repository", ""))
        return found[0] if found else None

    @cached_property
    def library_hash(self) -> str:
        """A hash of what the outputs depend on besides the source: library, committed results, pinned versions.

        Not of this file: what it makes of a source, tests compare cell by cell.
        """
        files = [path for folder in ("tverskylib", "results") for path in (self.root / folder).rglob("*")]
        files = [path for path in files if path.is_file() and path.suffix != ".pt"]
        files = [path for path in files if "__pycache__" not in path.parts and not path.name.startswith(".")]
        contents = (
            path.read_bytes().replace(b"\r\n", b"\n") for path in [*sorted(files), self.root / "requirements.txt"]
        )
        return short_hash(*(short_hash(content) for content in contents))


def short_hash(*parts: str | bytes) -> str:
    """Sixteen hexadecimal digits that change when a part does."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return hashlib.sha256(b"\0".join(encoded)).hexdigest()[:16]


# ------------------------------------------------------------------------------- from sources to notebooks


@dataclass(frozen=True)
class Document:
    """A notebook to store: its path inside notebooks/, its cells, and whether it is run first."""

    path: str
    cells: list[NotebookNode]
    lesson: Lesson
    runs: bool = True


def tagged(cell: NotebookNode, *tags: str) -> bool:
    """Whether the cell carries one of the tags."""
    return not set(tags).isdisjoint(cell.metadata.get("tags", []))


def documents(project: Project, lesson: Lesson) -> list[Document]:
    """The lesson itself and, where it has solutions, an exercise notebook and a solution notebook."""
    shown = [cell for cell in lesson.cells if not tagged(cell, "solution")]
    shown[0] = copied(shown[0], f"{shown[0].source.rstrip()}\n\n{lesson.time}")
    found = [Document(f"{lesson.name}.ipynb", shown, lesson)]
    if len(shown) < len(lesson.cells):
        exercises, solutions = exercise_paths(lesson)
        found[0] = Document(found[0].path, [with_links_to_exercises(cell, lesson) for cell in shown], lesson)
        found.append(Document(exercises, list(exercise_cells(lesson)), lesson, runs=False))
        found.append(Document(solutions, solution_cells(lesson), lesson))
    return [Document(doc.path, list(finished_cells(project, doc)), lesson, doc.runs) for doc in found]


def exercise_paths(lesson: Lesson) -> tuple[str, str]:
    """Where the exercises and the solutions of a lesson are stored."""
    return f"exercises/{lesson.name}_exercises.ipynb", f"exercises/{lesson.name}_solutions.ipynb"


def with_links_to_exercises(cell: NotebookNode, lesson: Lesson) -> NotebookNode:
    """The statement of an exercise says where to work on it and where its solution is; other cells stay."""
    if not tagged(cell, "exercise"):
        return cell
    exercises, solutions = exercise_paths(lesson)
    return copied(cell, f"{cell.source}\n\n[Work on it here]({exercises}), or [look at a solution]({solutions}).")


def exercise_cells(lesson: Lesson) -> Iterator[NotebookNode]:
    """Imports and statements, with an empty cell for each answer."""
    yield new_markdown_cell(f"# Exercises: {lesson.title}\n\nThey belong to [the lesson](../{lesson.name}.ipynb).")
    yield from checking_cells(lesson)
    for cell in lesson.cells:
        if tagged(cell, "setup", "exercise"):
            yield one_folder_down(cell)
        if tagged(cell, "exercise"):
            number = re.match(r"\*\*Exercise (\d+)\.", cell.source)
            found = lesson.exercises.get(int(number[1])) if number else None
            yield new_code_cell(found.starting_code if found else "")


def checking_cells(lesson: Lesson) -> Iterator[NotebookNode]:
    """What the exercises of a lesson are checked with, if they are."""
    if lesson.exercises:
        yield new_code_cell("from tverskylib import exercises", metadata={"tags": ["setup"]})


def solution_cells(lesson: Lesson) -> list[NotebookNode]:
    """Imports, statements and solutions."""
    heading = f"# Solutions: {lesson.title}\n\nThey belong to [the lesson](../{lesson.name}.ipynb)."
    kept = [one_folder_down(cell) for cell in lesson.cells if tagged(cell, "setup", "exercise", "solution")]
    return [new_markdown_cell(heading), *checking_cells(lesson), *kept]


def one_folder_down(cell: NotebookNode) -> NotebookNode:
    """The cell with links, and in code with paths, that work from notebooks/exercises/."""
    if cell.cell_type != "markdown":
        return copied(cell, cell.source.replace('"../', '"../../'))
    return copied(cell, re.sub(r"\]\((?![a-z]+:|#)", "](../", cell.source))


def finished_cells(project: Project, document: Document) -> Iterator[NotebookNode]:
    """The cells with launch links, the table of lessons where asked for, folded or not, and ids that do not change."""
    cells = list(document.cells)
    if project.repository and cells:
        title, _, rest = cells[0].source.partition("\n")
        cells[0] = copied(cells[0], f"{title}\n\n{launch_links(project.repository, document.path)}\n{rest}")
        cells.insert(1, new_code_cell(colab_code(project.repository, document.path), metadata={"tags": ["colab"]}))
    for index, cell in enumerate(cells):
        source = cell.source
        if cell.cell_type == "markdown" and "<!-- lessons -->" in source:
            source = filled(source, "lessons", table(project))
        metadata = {**cell.metadata, **FOLDED} if tagged(cell, "check", "proof") else cell.metadata
        yield copied(cell, source, id=short_hash(str(index), source), metadata=NotebookNode(metadata))


def copied(cell: NotebookNode, source: str, **changes: Any) -> NotebookNode:
    """A copy with another source."""
    return NotebookNode({**cell, "source": source, **changes})


def launch_links(repository: str, path: str) -> str:
    """A line that opens a notebook in Binder or Colab."""
    place = repository.removeprefix("https://github.com/")
    binder = f"https://mybinder.org/v2/gh/{place}/{BRANCH}?urlpath=lab/tree/notebooks/{path}"
    colab = f"https://colab.research.google.com/github/{place}/blob/{BRANCH}/notebooks/{path}"
    return f"Without installing anything: open in [Binder]({binder}) or in [Colab]({colab})."


def colab_code(repository: str, path: str) -> str:
    """A first cell that installs the package in Colab, and goes where the notebook lies; elsewhere it does nothing."""
    folder = repository.rpartition("/")[2]
    here = posixpath.dirname(f"{folder}/notebooks/{path}")
    return (
        "# In Colab this fetches and installs the package; elsewhere it does nothing.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f"    !git clone --quiet --depth 1 {repository}\n"
        f'    %pip install --quiet "./{folder}[train]"\n'
        f"    %cd {here}"
    )


def notebook_of(project: Project, document: Document) -> NotebookNode:
    """The notebook before it is run."""
    hashes = {"source_hash": short_hash(document.lesson.text)}
    if document.runs:
        hashes["library_hash"] = project.library_hash
    metadata: dict[str, Any] = {"kernelspec": KERNEL, "language_info": LANGUAGE, "tverskylib": hashes}
    if any("slideshow" in cell.metadata for cell in document.cells):
        metadata["rise"] = SLIDES
    notebook: NotebookNode = new_notebook(cells=document.cells, metadata=metadata)
    return notebook


# ---------------------------------------------------------------------------------------------- running


class OwnKernel(AsyncKernelManager):
    """ipykernel in the Python that runs this file, whichever kernels the user has installed or activated."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The specification, made here instead of searched for."""
        own = get_kernel_dict()
        return KernelSpec(**{name: own[name] for name in ("argv", "display_name", "language", "metadata")})


def execute(notebook: NotebookNode, name: str, folder: Path, cell_limit: int = 240, limit: int = 480) -> None:
    """Run the cells in place; raise LessonError with the failing cell and a readable traceback.

    The limits are seconds: for a cell, and for all of them together.
    """
    started: list[int] = []
    end = time.monotonic() + limit
    client = NotebookClient(
        notebook,
        kernel_manager_class=OwnKernel,
        extra_arguments=["--log-level=ERROR"],  # each kernel would warn that its sockets, all local, are not encrypted
        resources={"metadata": {"path": str(folder)}},
        timeout_func=lambda cell: max(1, min(cell_limit, int(end - time.monotonic()))),
        on_cell_start=lambda cell, cell_index: started.append(cell_index),
        startup_timeout=120,
        iopub_timeout=30,
        raise_on_iopub_timeout=True,  # by default a slow machine loses outputs silently
        coalesce_streams=True,  # how prints are cut into messages differs from run to run
        store_widget_state=False,
        record_timing=False,
        shutdown_kernel="immediate",
    )
    try:
        # In a thread of its own: the caller's may run an event loop already, as a notebook or a browser test does.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, client.async_execute()).result()
    except CellExecutionError as error:
        raise LessonError(report(notebook, name, started, f"{error.ename}: {error.evalue}")) from None
    except CellTimeoutError:
        message = f"it did not end within {cell_limit} s, or the lesson within {limit} s"
        raise LessonError(report(notebook, name, started, message)) from None
    except DeadKernelError:
        message = "the kernel died, perhaps for want of memory"
        raise LessonError(report(notebook, name, started, message)) from None
    except RuntimeError as error:
        raise LessonError(f"{name}: the kernel did not start: {error}") from None


def report(notebook: NotebookNode, name: str, started: Sequence[int], message: str) -> str:
    """Which cell of which lesson failed, its source, and why."""
    index = started[-1] if started else 0
    cell = notebook.cells[index]
    before = "\n".join(cell.source for cell in notebook.cells[:index] if cell.cell_type == "markdown")
    headings = re.findall(r"^#+ (.+)$", before, re.MULTILINE)
    section = f", under '{headings[-1]}'" if headings else ""
    tracebacks = ["\n".join(output.traceback) for output in cell.get("outputs", []) if output.output_type == "error"]
    lines = [f"{name}: cell {index + 1}{section}, failed: {message}", "", cell.source, "", *tracebacks]
    return ANSI.sub("", "\n".join(lines)).rstrip()


# ---------------------------------------------------------------------------------------------- storing


def clean(notebook: NotebookNode) -> None:
    """Take out what differs between runs or needs a kernel. Pictures that stand in for widgets stay."""
    notebook.metadata.language_info = LANGUAGE
    notebook.metadata.pop("widgets", None)
    for output in outputs_of(notebook):
        if output.get("data", {}).pop(WIDGET, None) is not None:
            # A widget's text is the list of its parts; the text for the picture says more.
            output.data["text/plain"] = output.metadata.get("image/png", {}).get("alt", "")
        if "<th></th>" in output.get("data", {}).get("text/html", ""):
            # pandas leaves headers empty that head nothing; a screen reader would announce them.
            output.data["text/html"] = output.data["text/html"].replace("<th></th>", "<td></td>")


def outputs_of(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Every output of every cell."""
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def faults(notebook: NotebookNode) -> Iterator[str]:
    """What no stored notebook may have."""
    if "widgets" in notebook.metadata:
        yield "widget state in the metadata"
    if len(nbformat.writes(notebook).encode()) > LARGEST:
        yield f"more than {LARGEST} bytes"
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            yield from (f"cell {number}: {fault}" for fault in faults_of_output(output))


def faults_of_output(output: NotebookNode) -> Iterator[str]:
    """What no stored output may have."""
    if output.output_type == "error" or output.get("name") == "stderr":
        yield f"an error or a warning: {output.get('evalue') or output.get('text')}"
    data: dict[str, Any] = output.get("data", {})
    if WIDGET in data or ("text/plain" in data and not any(data.values())):
        yield "a widget without a picture for readers who have no kernel"
    for kind in (kind for kind in data if kind.startswith("image/")):
        if not output.metadata.get(kind, {}).get("alt", "").strip():
            yield f"{kind} without an alt text in its metadata"
        if not IMAGE_ALT.search(data.get("text/html", "")):
            yield f"{kind} without an <img alt=...> in text/html beside it"
    texts = [output.get("text", ""), *(text for kind, text in data.items() if kind.startswith("text/"))]
    for found in MACHINE.finditer("\n".join(re.sub(r"base64,[\w+/=]+", "", text) for text in texts)):
        yield f"a path or an address of this machine: {found[0]}"


def build(project: Project, lesson: Lesson) -> None:
    """Run one lesson's notebooks and store them; one that fails goes to notebooks/failed/ to be looked at."""
    for document in documents(project, lesson):
        notebook = notebook_of(project, document)
        target = project.notebooks / document.path
        try:
            if document.runs:
                execute(notebook, Path(document.path).stem, target.parent)
                strips.draw_own(outputs_of(notebook))
            clean(notebook)
            if found := list(faults(notebook)):
                raise LessonError("\n".join([f"{document.path} cannot be stored:", *found]))
        except LessonError:
            write(notebook, project.notebooks / "failed" / target.name)
            raise
        write(notebook, target)


def pages(project: Project) -> Iterator[tuple[Path, NotebookNode]]:
    """The pages of the Voila app and where they are stored: without outputs, as Voila runs them for each reader."""
    for source in sorted((project.notebooks / "app" / "source").glob("*.py")):
        page = Lesson(source.stem, source.read_text(encoding="utf-8"))
        cells = [copied(cell, cell.source, id=short_hash(str(k), cell.source)) for k, cell in enumerate(page.cells)]
        path = f"app/{page.name}.ipynb"
        notebook = notebook_of(project, Document(path, cells, page, runs=False))
        notebook.metadata["title"] = page.title  # of the browser's tab; without it the name of the file stands there
        yield project.notebooks / path, notebook


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a valid notebook, with the same bytes on every system."""
    nbformat.validate(notebook)
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


# ---------------------------------------------------------------------------------- README and what is out of date


def table(project: Project, folder: str = "") -> str:
    """The lessons with their minutes, as Markdown."""
    rows = [
        f"| [{lesson.name[:2]} {lesson.title}]({folder}{lesson.name}.ipynb) | {lesson.question} "
        f"| {lesson.minutes} | {lesson.exercise_minutes or ''} |"
        for lesson in project.lessons
    ]
    heads = ["| lesson | question that it answers | minutes | exercises |", "| --- | --- | ---: | ---: |"]
    return "\n".join([*heads, *rows])


def filled(text: str, name: str, content: str) -> str:
    """The text with new content between the comments <!-- name --> and <!-- /name -->."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if start not in text or end not in text:
        raise LessonError(f"{start} and {end} are missing")
    return text.partition(start)[0] + f"{start}\n{content}\n{end}".replace("\n\n", "\n") + text.partition(end)[2]


def readme(project: Project) -> str:
    """The README with the table and the launch links of today."""
    text = (project.root / "README.md").read_text(encoding="utf-8")
    links = launch_links(project.repository, "00_start_here.ipynb") if project.repository else ""
    return filled(filled(text, "lessons", table(project, "notebooks/")), "links", links)


def outdated(project: Project) -> dict[str, str]:
    """What is stored but not what this file would make today: path and reason. Nothing is run."""
    reasons = {}
    expected = [document for source in project.sources for document in documents(project, source)]
    for document in expected:
        if reason := why_outdated(project, document):
            reasons[f"notebooks/{document.path}"] = reason
    stored = {path for folder in (".", "exercises") for path in (project.notebooks / folder).glob("*.ipynb")}
    for path in sorted(stored - {project.notebooks / document.path for document in expected}):
        reasons[path.relative_to(project.root).as_posix()] = "it has no source: remove it"
    for path, page in pages(project):
        if not path.exists() or path.read_text(encoding="utf-8") != nbformat.writes(page) + "\n":
            reasons[path.relative_to(project.root).as_posix()] = "it is not what its source makes"
    if readme(project) != (project.root / "README.md").read_text(encoding="utf-8"):
        reasons["README.md"] = "its table of lessons or its links changed"
    return reasons


def why_outdated(project: Project, document: Document) -> str | None:
    """Why a stored notebook is not current, or None."""
    path = project.notebooks / document.path
    if not path.exists():
        return "it was never built"
    stored, made = nbformat.read(path, as_version=4), notebook_of(project, document)
    if [comparable(cell) for cell in stored.cells] != [comparable(cell) for cell in made.cells]:
        return "its cells are not those of the source"
    hashes = stored.metadata.get("tverskylib", {})
    for name, value in made.metadata.tverskylib.items():
        if hashes.get(name) != value:
            return f"the {name.removesuffix('_hash')} changed since it was run"
    return None if {**stored.metadata} == {**made.metadata} else "its metadata differ"


def comparable(cell: NotebookNode) -> tuple[str, str, str, dict[str, Any]]:
    """The parts of a cell that come from the source."""
    return cell.cell_type, cell.id, cell.source, dict(cell.metadata)


# ---------------------------------------------------------------------------------------------- commands


def chosen_lessons(project: Project, names: Sequence[str]) -> list[Lesson]:
    """The lessons whose names start with one of the names, or all."""
    chosen = [source for source in project.sources if not names or source.name.startswith(tuple(names))]
    if not chosen:
        raise LessonError(f"there is no such lesson; there are: {', '.join(x.name for x in project.sources) or 'none'}")
    return chosen


def check(project: Project) -> int:
    """Print what is out of date and return how much."""
    reasons = outdated(project)
    for path, reason in reasons.items():
        print(f"{path}: {reason}")
    print("Run: python notebooks/build.py" if reasons else "Everything is current.")
    return len(reasons)


def main(arguments: Sequence[str] | None = None, project: Project | None = None) -> int:
    """Build or check; return the number of failures."""
    parser = argparse.ArgumentParser(description="Run the lessons of notebooks/source and store them.")
    parser.add_argument("names", nargs="*", help="lessons, as 02 or 02_thresholds; all by default")
    parser.add_argument("--check", action="store_true", help="run nothing, say what is out of date")
    options = parser.parse_args(arguments)
    project = project or Project(Path(__file__).resolve().parents[1])
    if options.check:
        return check(project)
    os.environ.setdefault("TVERSKYLIB_PROFILE", "quick")  # the same runs are stored, whatever machine made them
    strips.draw(strips.stale())
    failures = 0
    for lesson in chosen_lessons(project, options.names):
        start = time.monotonic()
        try:
            build(project, lesson)
            print(f"{lesson.name}: {time.monotonic() - start:.0f} s", flush=True)
        except LessonError as error:
            failures += 1
            print(f"{error}\n", file=sys.stderr, flush=True)
    for path, page in pages(project):
        write(page, path)
    (project.root / "README.md").write_text(readme(project), encoding="utf-8", newline="\n")
    return failures


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LessonError as error:
        sys.exit(str(error))
