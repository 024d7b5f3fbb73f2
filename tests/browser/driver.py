"""Opens lessons in a browser, runs them, and moves their sliders by keyboard."""

from __future__ import annotations

import ast
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe
import nbformat
from servers import NOTEBOOKS, Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage

PROBE = Path(__file__).with_name("page.js")
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb"))

OUTPUTS = ".jp-OutputArea-output"

# Limits in seconds. They are generous, because nothing waits for a limit to pass: each wait ends with its condition.
OPEN, RUN, MOVE = 90, 180, 30


class WaitError(AssertionError):
    """Something did not come about in time; the message says what was missing."""


@dataclass(frozen=True)
class Move:
    """What one key press on one slider did."""

    slider: str
    before: dict[str, Any]
    after: dict[str, Any]
    heights: list[float]

    @property
    def jump(self) -> float:
        """By how many pixels the height of the output changed at most, from frame to frame."""
        return max(self.heights) - min(self.heights)


class Page:
    """A page of one server, with everything that it says on its console or asks of other hosts."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.server = server
        self.console: list[str] = []
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self._log_start = len(server.log)
        self.page = context.new_page()
        self.page.add_init_script(path=PROBE)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        self.page.on("request", lambda request: self._notice(request.url))
        self.page.on("websocket", lambda socket: self._notice(socket.url))

    def ask(self, function: str, *arguments: Any) -> Any:
        """Call a function of page.js."""
        return self.page.evaluate("([name, args]) => window.probe[name](...args)", [function, arguments])

    def wait(self, function: str, *arguments: Any, seconds: float) -> None:
        """Ask a function of page.js why something is not so yet, until it has no more reasons.

        Playwright's own wait_for_function would say only that time is up. Also, it asks at every animation frame by
        default, and a page at rest may have none.
        """
        start = time.monotonic()
        while reason := self.ask(function, *arguments):
            if time.monotonic() - start > seconds:
                raise WaitError(f"after {seconds:.0f} s: {reason}")
            self.page.wait_for_timeout(50)

    def sliders(self) -> list[dict[str, int]]:
        """Where the sliders are: the number of the explorer and of the slider in it."""
        found: list[dict[str, int]] = self.ask("sliders")
        return found

    def press(self, at: dict[str, int]) -> Move:
        """Move one slider by one step and wait until picture and text have followed."""
        self.ask("focus", at)
        before = self._at_rest(at)
        self.ask("watchHeight", at)
        self.page.keyboard.press("ArrowLeft" if before["atTheEnd"] else "ArrowRight")
        try:
            self.wait("whyNotMoved", at, before, seconds=MOVE)
            self.page.wait_for_timeout(100)  # time for a second picture, if there is one by mistake, and a late jump
            self.wait("whyNotMoved", at, before, seconds=MOVE)
        finally:
            heights = self.ask("watchedHeights")
        after = self.ask("look", at)
        return Move(after["name"], before, after, heights)

    def _at_rest(self, at: dict[str, int]) -> dict[str, Any]:
        """The looks of a slider and its explorer once they stay the same.

        Focus scrolls the page, and JupyterLab may lay out only now what was far from the part in view.
        """
        end = time.monotonic() + MOVE
        looks = [self.ask("look", at)]
        while time.monotonic() < end:
            self.page.wait_for_timeout(50)
            looks.append(self.ask("look", at))
            if looks[-1] == looks[-2]:
                return dict(looks[-1])
        raise WaitError(f"after {MOVE} s: it does not come to rest")

    def barriers(self, *places: str, but: Sequence[str] = ()) -> str:
        """What axe finds in these places, and nothing of the page around them; "" if nothing. ``but`` names rules."""
        return axe.barriers(self.page, places, but=but)

    def close(self) -> None:
        """Close the page."""
        self.page.close()

    def report(self) -> str:
        """What is known about the page, for a failure."""
        parts = {
            "address": [self.page.url.partition("?")[0]],
            "console": self.console,
            "errors": self.errors,
            "requests to other hosts": self.foreign,
            "log of the server": self.server.log[self._log_start :].splitlines()[-60:],
        }
        return "\n".join("\n".join([f"# {title}", *lines, ""]) for title, lines in parts.items())

    def _hear(self, message: ConsoleMessage) -> None:
        said = f"{message.type}: {message.text}"
        self.console.append(said)
        if message.type == "error":
            self.errors.append(said)

    def _notice(self, url: str) -> None:
        own = (f"{self.server.url}/", self.server.url.replace("http", "ws", 1) + "/", "data:", "blob:")
        if not url.startswith(own):
            self.foreign.append(url)


class Lesson(Page):
    """A notebook in JupyterLab."""

    def __init__(self, context: BrowserContext, server: Server, name: str) -> None:
        super().__init__(context, server)
        self.name = name
        self.path = f"{name}.ipynb"
        self.failure: str | None = "it has not been run"
        self.complaints: list[str] = []
        self.stored_barriers = "it has not been looked at"

    def open(self) -> None:
        """Open it and wait for its kernel and its stored pictures."""
        # A workspace of its own: JupyterLab would open the tabs of the one before again.
        workspace = f"lab/workspaces/{secrets.token_hex(6)}/tree/{self.path}"
        self.page.goto(f"{self.server.url}/{workspace}?token={self.server.token}", timeout=1000 * OPEN)
        self.wait("whyNotReady", self.path, seconds=OPEN)
        self.stored_alts: list[str] = self.ask("alts")

    def run_all(self) -> None:
        """Run All, as from the menu, and wait until all that the cells show is in the page.

        Whatever goes wrong is kept in ``failure``, and errors and warnings of cells in ``complaints``.
        """
        try:
            self.failure = self.ask("runAll", RUN) or None
            if self.failure is None:
                self.wait("whyNotRun", seconds=OPEN)
        except WaitError as error:
            self.failure = str(error)
        self.complaints = self.ask("complaints")

    def close(self) -> None:
        """Close the page and end the kernel, which would keep its memory."""
        with suppress(Exception):  # a page that did not open has no kernel to end
            self.ask("shutdown")
        super().close()


def faults_of_sliders(page: Page, *, first: bool = False) -> Iterator[str]:
    """Press a key on each slider, or on the first of each explorer; say what does not follow, and what jumps."""
    for at in page.sliders():
        if first and at["slider"]:
            continue
        place = f"explorer {at['explorer'] + 1}, slider {at['slider'] + 1}"
        try:
            move = page.press(at)
        except WaitError as error:
            yield f"{place}: {error}"
            continue
        place = f"{place} ({move.slider})"
        if move.jump > 1:
            yield f"{place}: the height of the output jumps by {move.jump:.1f} px"
        if not all(move.after["alts"]):
            yield f"{place}: a picture lost its alt text"
        if len(move.after["pictures"]) != len(move.before["pictures"]):
            yield f"{place}: {len(move.before['pictures'])} pictures became {len(move.after['pictures'])}"
        if move.after["images"] and len(move.after["pictures"]) != 1:
            yield f"{place}: {len(move.after['pictures'])} pictures, not one"


def explorer_cells(path: Path) -> int:
    """How many cells end in an expression that begins with ``explorers.``, and so show one."""
    notebook = nbformat.read(path, as_version=4)
    return sum(_shows_an_explorer(cell.source) for cell in notebook.cells if cell.cell_type == "code")


def _shows_an_explorer(source: str) -> bool:
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a cell with a magic command
        return False
    node: ast.AST | None = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if not isinstance(node, ast.Call):
        return False
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id == "explorers"
