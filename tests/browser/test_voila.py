"""Voila shows a lesson without its code; the explorers must be alive there too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import showing
from driver import OPEN, RUN, Page, explorer_cells, faults_of_sliders
from servers import NOTEBOOKS, voila

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

NAME = "00_start_here.ipynb"


def test_explorers_follow_the_keyboard_in_voila(context: BrowserContext, tmp_path: Path) -> None:
    with voila(tmp_path, NAME) as server, showing(Page(context, server), "voila") as page:
        page.page.goto(server.url, timeout=1000 * (OPEN + RUN))  # Voila runs the notebook while the page loads
        page.wait("whyNotServed", explorer_cells(NOTEBOOKS / NAME), seconds=OPEN)
        assert page.sliders()
        assert list(faults_of_sliders(page)) == []
        alts = page.ask("alts")
        assert all(alts), alts
        assert page.errors == []
        assert page.foreign == []
