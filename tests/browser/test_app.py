"""The app as its readers have it: pages without code, served by Voila as `make app` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe import barriers
from conftest import showing
from driver import OPEN, RUN, Page, explorer_cells, faults_of_sliders
from servers import NOTEBOOKS, Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

IS_DARK = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((one) => one < 64)"
PAGES = sorted(path.stem for path in (NOTEBOOKS / "app").glob("*.ipynb"))


@pytest.mark.parametrize("name", PAGES)
def test_the_page_has_live_explorers_and_no_code(context: BrowserContext, app: Server, name: str) -> None:
    count = explorer_cells(NOTEBOOKS / "app" / f"{name}.ipynb") + (name == "index")  # there the reader chooses one
    with showing(Page(context, app), f"app_{name}") as page:
        # Voila runs the notebook while the page loads.
        page.page.goto(f"{app.url}/voila/render/{name}.ipynb", timeout=1000 * (OPEN + RUN))
        page.wait("whyNotServed", count, seconds=OPEN)
        assert list(faults_of_sliders(page, first=True)) == []
        alts = page.ask("alts")
        assert all(alts), alts
        assert "explorers." not in page.page.inner_text("body")
        assert page.page.locator(".jp-CodeCell .jp-Editor, .jp-CodeCell .highlight").count() == 0
        assert page.page.locator("mjx-container").count() >= (name != "index")
        assert page.page.title() == page.page.locator("h1").first.evaluate("(node) => node.firstChild.textContent")
        for scheme in ("light", "dark"):
            page.page.emulate_media(color_scheme=scheme)
            assert page.page.evaluate(IS_DARK) == (scheme == "dark")
            for width in (1280, 390):
                page.page.set_viewport_size({"width": width, "height": 900})
                page.page.wait_for_timeout(300)  # charts are drawn anew for their width
                assert page.page.evaluate("document.documentElement.scrollWidth") <= width
                assert barriers(page.page) == "", f"{scheme}, {width}"
        assert page.errors == []
        assert page.foreign == []


def test_the_root_leads_to_the_index(context: BrowserContext, app: Server) -> None:
    with showing(Page(context, app), "app_root") as page:
        page.page.route("**/index.ipynb", lambda route: route.fulfill(body="the index"))  # it needs no kernel here
        page.page.goto(f"{app.url}/")
        page.page.wait_for_url("**/voila/render/index.ipynb")
