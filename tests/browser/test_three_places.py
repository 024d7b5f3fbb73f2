"""The explorers in JupyterLab, in Voila and as pages with no kernel: the same pictures and the same numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from conftest import showing
from driver import OPEN, RUN, Lesson, Page
from nbformat.v4 import new_code_cell, new_notebook
from servers import Server

from tverskylib import explorers
from tverskylib.explorers.browser.catalogue import catalogue

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

NAMES = list(catalogue())
EXPLORERS = [getattr(explorers, name) for name in NAMES]
KEYS = ("PageUp", "ArrowRight", "ArrowRight", "ArrowLeft")


def write_notebook(path: Path, *more: str) -> None:
    """All explorers of the browser, and more that the kernel draws, each by its name."""
    names = [*NAMES, *more]
    cells = [new_code_cell("from tverskylib import explorers")]
    cells += [new_code_cell(f"{name} = explorers.{name}()\n{name}") for name in names]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def moved(page: Page) -> list[dict[str, Any]]:
    """What each explorer of the browser shows after some keys on each of its sliders."""
    page.ask("setWidth", 900)  # a chart is drawn for its width, which differs from place to place
    page.page.wait_for_timeout(300)
    for at in page.sliders():
        if at["explorer"] >= len(EXPLORERS):
            continue
        page.ask("focus", at)
        for key in KEYS:
            page.page.keyboard.press(key)
    page.page.wait_for_timeout(1000)  # the words that are spoken follow after a pause
    return [page.ask("shows", number) for number in range(min(page.ask("explorers"), len(EXPLORERS)))]


@pytest.fixture(scope="module")
def in_jupyterlab(context: BrowserContext, lab: Server) -> Iterator[Lesson]:
    """The notebook in JupyterLab, after Run All."""
    write_notebook(lab.home / "notebooks" / "explorers.ipynb", "penalised_landscape")
    opened = Lesson(context, lab, "explorers")
    with showing(opened, "three_places_jupyterlab"):
        opened.open()
        opened.run_all()
        assert opened.failure is None
        yield opened


@pytest.fixture(scope="module")
def expected(in_jupyterlab: Lesson) -> list[dict[str, Any]]:
    """What the explorers show in JupyterLab after the keys."""
    found = moved(in_jupyterlab)
    assert len(found) == len(EXPLORERS) and all(shown["pictures"] for shown in found)
    return found


def values(lesson: Lesson, name: str, traits: list[str]) -> dict[str, Any]:
    """The values of an explorer in the kernel."""
    return dict(ast.literal_eval(lesson.ask("python", f"print({{name: getattr({name}, name) for name in {traits}}})")))


def test_python_has_the_values_of_the_page(in_jupyterlab: Lesson, expected: list[dict[str, Any]]) -> None:
    start = explorers.threshold()
    traits = ["threshold", "alpha", "beta"]
    after = values(in_jupyterlab, "threshold", traits)
    assert all(after[name] != getattr(start, name) for name in traits)
    start.threshold, start.alpha, start.beta = (after[name] for name in traits)
    assert float(dict(expected[NAMES.index("threshold")]["values"])["index"]) == pytest.approx(start.index, rel=1e-9)


def test_the_page_follows_python(in_jupyterlab: Lesson, expected: list[dict[str, Any]]) -> None:
    number = NAMES.index("phase_diagram")
    before = values(in_jupyterlab, "phase_diagram", ["p"])["p"]
    assert in_jupyterlab.ask("python", "phase_diagram.p = 0.3") == ""
    in_jupyterlab.page.wait_for_timeout(500)
    assert in_jupyterlab.ask("shows", number)["pictures"] != expected[number]["pictures"]
    in_jupyterlab.ask("python", f"phase_diagram.p = {before}")
    in_jupyterlab.page.wait_for_timeout(1000)
    assert in_jupyterlab.ask("shows", number) == expected[number]


def test_after_a_burst_of_keys_the_last_value_is_shown(in_jupyterlab: Lesson) -> None:
    """The kernel draws slower than keys come; what it leaves out must not be the last."""
    at = {"explorer": len(EXPLORERS), "slider": 0}
    in_jupyterlab.ask("focus", at)
    for _ in range(30):
        in_jupyterlab.page.keyboard.press("ArrowRight")
    in_jupyterlab.page.wait_for_timeout(1000)
    shown = in_jupyterlab.ask("look", at)
    slider = "next(iter(penalised_landscape.sliders.values()))"
    value, start = ast.literal_eval(
        in_jupyterlab.ask("python", f"print([{slider}.value, penalised_landscape.start['alpha']])")
    )
    assert value != start and f"{value:g}" in shown["words"]
    assert shown["alts"] == [in_jupyterlab.ask("python", "print(penalised_landscape.drawing.describe())").strip()]
    assert shown["alts"] != [in_jupyterlab.ask("python", "print(explorers.penalised_landscape().picture.alt)").strip()]


def test_voila_shows_the_same(context: BrowserContext, app: Server, expected: list[dict[str, Any]]) -> None:
    write_notebook(app.home / "notebooks" / "app" / "explorers.ipynb")
    with showing(Page(context, app), "three_places_voila") as page:
        page.page.goto(f"{app.url}/voila/render/explorers.ipynb", timeout=1000 * (OPEN + RUN))
        page.wait("whyNotServed", len(EXPLORERS), seconds=OPEN)
        assert moved(page) == expected
        assert page.errors == [] and page.foreign == []


@pytest.mark.parametrize("number", range(len(EXPLORERS)), ids=NAMES)
def test_a_page_without_a_kernel_shows_the_same(
    context: BrowserContext, tmp_path: Path, expected: list[dict[str, Any]], number: int
) -> None:
    address = EXPLORERS[number]().save_html(tmp_path / "page.html").as_uri()
    (tmp_path / "log").touch()  # of the server that this page does without
    with showing(Page(context, Server(address, "", tmp_path)), f"page_{number}") as page:
        page.page.goto(address)
        assert moved(page) == [expected[number]]
        assert page.errors == [] and page.foreign == [address]
