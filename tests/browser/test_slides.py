"""A lesson on slides, as jupyterlab-rise shows it after `make slides`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import build
import nbformat
import pytest
from conftest import showing
from driver import OPEN, Page, faults_of_sliders
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from servers import Server, jupyterlab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

CELL = "section.present .jp-CodeCell"
SLIDE = {"slideshow": {"slide_type": "slide"}}


@pytest.fixture
def slides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A lesson of two slides: a title, and an explorer that has not been run."""
    with jupyterlab(tmp_path_factory.mktemp("slides"), slides=True) as server:
        cells = [
            new_markdown_cell("# The first slide", metadata=SLIDE),
            new_code_cell("from tverskylib import explorers\nexplorers.overlap()", metadata=SLIDE),
            new_markdown_cell("Below the explorer."),
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
        assert page.foreign == []
