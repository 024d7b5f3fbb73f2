"""The explorers in JupyterLab, in Voila and as pages with no kernel: the same pictures and the same numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from conftest import showing
from driver import MOVE, OPEN, RUN, Lesson, Page
from nbformat.v4 import new_code_cell, new_notebook
from servers import Server

from tverskylib import explorers
from tverskylib.explorers.browser.catalogue import catalogue

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

NAMES = list(catalogue())
EXPLORERS = [getattr(explorers, name) for name in NAMES]
PLACES = (".tversky-explorer", ".tverskylib-explorer")
KEYS = ("PageUp", "ArrowRight", "ArrowRight", "ArrowLeft")


OWN = """
def draw(ax, alpha, beta=0.5):
    ax.plot([0, 1], [alpha, beta])

own = explorers.interactive(draw, alpha=(0.05, 2), beta=(0.05, 2))
own
"""


def write_notebook(path: Path, *more: str) -> None:
    """All explorers of the browser, and more cells."""
    sources = ["from tverskylib import explorers", *(f"{name} = explorers.{name}()\n{name}" for name in NAMES), *more]
    cells = [new_code_cell(source.strip()) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def moved(page: Page, rest: int = 1000) -> list[dict[str, Any]]:
    """What each explorer of the browser shows after some keys on each of its sliders, and ``rest`` milliseconds."""
    page.ask("setWidth", 900)  # a chart is drawn for its width, which differs from place to place
    page.page.wait_for_timeout(rest // 4)
    for at in page.sliders():
        if at["explorer"] >= len(EXPLORERS):
            continue
        page.ask("focus", at)
        for key in KEYS:
            page.page.keyboard.press(key)
    shown: list[dict[str, Any]] = []
    for _ in range(MOVE):
        page.page.wait_for_timeout(rest)  # the words that are spoken follow after a pause of 400
        before, shown = shown, [page.ask("shows", k) for k in range(min(page.ask("explorers"), len(EXPLORERS)))]
        if before == shown:
            break
    return shown


@pytest.fixture(scope="module")
def in_jupyterlab(context: BrowserContext, lab: Server) -> Iterator[Lesson]:
    """The notebook in JupyterLab, after Run All."""
    write_notebook(lab.home / "notebooks" / "explorers.ipynb", OWN)
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
    in_jupyterlab.wait("whyBusy", seconds=MOVE)
    in_jupyterlab.page.wait_for_timeout(500)
    shown = in_jupyterlab.ask("look", at)
    alpha = float(in_jupyterlab.ask("python", "print(own.values['alpha'])"))
    assert alpha == pytest.approx(1.03 + 30 * 0.01) and f"{alpha:.2f}" in shown["words"]
    assert shown["alts"] == [in_jupyterlab.ask("python", "print(own.picture.alt)").strip()]
    assert f"alpha {alpha:.3g}" in shown["alts"][0]


def test_a_slider_of_the_readers_own_function_goes_by_mouse(in_jupyterlab: Lesson) -> None:
    page = in_jupyterlab.page
    handle = page.locator(".tverskylib-explorer .noUi-handle").nth(1)
    handle.scroll_into_view_if_needed()
    before = in_jupyterlab.ask("look", {"explorer": len(EXPLORERS), "slider": 1})["pictures"]
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    page.wait_for_timeout(1000)
    assert float(in_jupyterlab.ask("python", "print(own.values['beta'])")) > 0.55
    assert in_jupyterlab.ask("look", {"explorer": len(EXPLORERS), "slider": 1})["pictures"] != before


def test_no_barrier_is_found_in_jupyterlab(in_jupyterlab: Lesson) -> None:
    assert in_jupyterlab.barriers(*PLACES) == ""


def test_voila_shows_the_same(context: BrowserContext, app: Server, expected: list[dict[str, Any]]) -> None:
    write_notebook(app.home / "notebooks" / "app" / "explorers.ipynb")
    with showing(Page(context, app), "three_places_voila") as page:
        page.page.goto(f"{app.url}/voila/render/explorers.ipynb", timeout=1000 * (OPEN + RUN))
        page.wait("whyNotServed", len(EXPLORERS), seconds=OPEN)
        assert moved(page) == expected
        assert page.barriers(*PLACES) == ""
        assert page.errors == [] and page.foreign == []


@pytest.mark.parametrize("number", range(len(EXPLORERS)), ids=NAMES)
def test_a_page_without_a_kernel_shows_the_same(
    context: BrowserContext, tmp_path: Path, expected: list[dict[str, Any]], number: int
) -> None:
    address = EXPLORERS[number]().save_html(tmp_path / "page.html").as_uri()
    (tmp_path / "log").touch()  # of the server that this page does without
    with showing(Page(context, Server(address, "", tmp_path)), f"page_{number}") as page:
        page.page.goto(address)
        assert moved(page, rest=450) == [expected[number]]
        assert page.errors == [] and page.foreign == [address]
