"""A lesson on slides, as jupyterlab-rise shows it after `make slides`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import build
import nbformat
import pytest
from conftest import showing
from driver import OPEN, Page, faults_of_sliders
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from servers import NOTEBOOKS, Server, jupyterlab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

CELL = "section.present .jp-CodeCell"
SLIDE = {"slideshow": {"slide_type": "slide"}}
HEIGHT, LETTERS = 720, 24  # of the screen, and of what the last row can read
LESSONS = [path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb") if "rise" in nbformat.read(path, as_version=4).metadata]

SLIDES = """() => {
  const shown = document.createElement("style");
  shown.textContent = ".reveal .slides section { display: block !important; top: 0 !important; }";
  document.head.append(shown);
  const own = (node) => [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
  const size = (node) => parseFloat(getComputedStyle(node).fontSize) * node.currentCSSZoom;
  const seen = (node) => node.getClientRects().length && !node.closest(".tversky-spoken, .jp-Editor, mjx-container");
  const found = [...document.querySelectorAll(".reveal .slides section:not(.stack)")].map((slide) => ({
    words: slide.innerText.slice(0, 60),
    height: slide.scrollHeight,
    small: [...slide.querySelectorAll("*")]
      .filter((node) => own(node) && seen(node) && size(node) < SMALL)
      .map((node) => node.textContent.trim().slice(0, 30)),
  }));
  shown.remove();
  return found;
}""".replace("SMALL", str(LETTERS))


def faults_of_slides(page: Page) -> list[dict[str, Any]]:
    """The slides that are higher than the screen, or have letters that the last row cannot read."""
    slides = page.page.evaluate(SLIDES)
    assert slides
    return [slide for slide in slides if slide["height"] > HEIGHT or slide["small"]]


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A lesson of two slides: a title, and the highest explorer of the lessons with slides, which has not been run."""
    with jupyterlab(tmp_path_factory.mktemp("slides"), slides=True) as server:
        cells = [
            new_markdown_cell("# The first slide", metadata=SLIDE),
            new_code_cell("from tverskylib import explorers\nexplorers.weights()", metadata=SLIDE),
        ]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": build.KERNEL, "rise": build.SLIDES})
        nbformat.write(notebook, server.home / "notebooks" / "slides.ipynb")
        yield server


def test_sliders_live_on_slides(context: BrowserContext, slides: Server) -> None:
    with showing(Page(context, slides), "slides") as page:
        tab = page.page
        tab.set_viewport_size({"width": 1280, "height": 720})
        tab.goto(f"{slides.url}/rise/slides.ipynb?token={slides.token}", timeout=1000 * OPEN)
        tab.wait_for_selector("section.present h1")
        tab.keyboard.press("Space")
        tab.wait_for_selector(CELL, state="attached")
        tab.wait_for_timeout(1000)  # the slides choose their cell a moment after they have turned
        tab.locator(CELL).focus()
        tab.keyboard.press("Shift+Enter")
        tab.wait_for_selector("section.present .tversky-explorer input[type=range]")
        tab.wait_for_timeout(1000)  # and the next one a moment after a cell was run
        tab.locator(CELL).focus()
        tab.wait_for_timeout(1000)
        place = tab.evaluate("location.hash")
        assert list(faults_of_sliders(page)) == []
        assert tab.evaluate("location.hash") == place, "an arrow key turned the slide"
        assert tab.locator(f"{CELL} .jp-InputArea-editor").is_hidden()
        assert faults_of_slides(page) == []
        # Enter and Space press buttons, and do not turn the slide.
        for key, name in (("Space", "Jaccard"), ("Enter", "Present")):
            tab.locator(CELL).get_by_role("button", name=name).press(key)
            tab.wait_for_selector(f"{CELL} button[aria-pressed=true]:text-is('{name}')")
            assert tab.evaluate("location.hash") == place, f"{key} turned the slide"
        tab.wait_for_function("document.fullscreenElement?.scrollHeight <= innerHeight")
        tab.evaluate("document.exitFullscreen()")  # as Escape does
        tab.wait_for_selector(f"{CELL} button[aria-pressed=false]:text-is('Present')")
        assert tab.evaluate("location.hash") == place
        assert page.foreign == []


def test_the_slides_of_the_lessons_fit_the_screen(context: BrowserContext, slides: Server) -> None:
    """As they are stored: where an explorer will be, its pictures are."""
    assert LESSONS
    for name in LESSONS:
        with showing(Page(context, slides), f"slides_{name}") as page:
            page.page.set_viewport_size({"width": 1280, "height": HEIGHT})
            page.page.goto(f"{slides.url}/rise/{name}?token={slides.token}", timeout=1000 * OPEN)
            page.page.wait_for_selector("section.present h1")
            page.page.wait_for_function("[...document.images].every((image) => image.complete)")
            page.page.wait_for_function("document.querySelector('section mjx-container')")
            assert faults_of_slides(page) == [], name
