"""Explorers as pages of their own, with no kernel and no network, by keyboard and by mouse."""

from __future__ import annotations

import pytest

from tverskylib import theory
from tverskylib.explorers.browser import BatchComposer

pytestmark = pytest.mark.browser

SAME = {"rel": 1e-9, "abs": 1e-12}


@pytest.fixture
def shown(browser, tmp_path):
    """Show an explorer's page; it must need no network and raise no error."""
    pages, faults = [], []

    def show(explorer):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
        tab = context.new_page()
        tab.faults = faults
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        tab.goto(explorer.save_html(tmp_path / "page.html").as_uri())
        pages.append(context)
        return tab

    yield show
    for context in pages:
        context.close()
    assert faults == []


def value_of(tab, name):
    return tab.evaluate("name => explorer.get(name)", name)


def shown_number(tab, name):
    return float(tab.locator(f"data[data-name='{name}']").get_attribute("value"))


def drawn(tab):
    """Wait for the redraw of what was just changed."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def press(tab, *keys):
    for key in keys:
        tab.keyboard.press(key)
    drawn(tab)


def test_batch_page(shown):
    batch = BatchComposer()
    tab = shown(batch)
    tab.get_by_role("slider", name="image 2, TP").focus()
    press(tab, "Shift+ArrowRight", "PageUp", "ArrowLeft")
    batch.counts = [[900, 100, 100], [39, 40, 40], [0, 60, 0]]
    assert value_of(tab, "counts") == batch.counts
    assert [shown_number(tab, name) for name in ("image", "batch")] == pytest.approx(batch.losses, **SAME)
    slopes = theory.pixel_gradients(39, 40, 40, 0.5, 0.5, 0)
    assert shown_number(tab, "foreground-2") == pytest.approx(slopes[0] / 3, **SAME)
    tab.get_by_role("button", name="counterexample").click()
    drawn(tab)
    assert "OUTSIDE" in tab.locator(".tversky-verdict").inner_text()


def test_an_error_is_shown_to_the_reader(shown):
    tab = shown(BatchComposer())
    tab.evaluate("explorer.set('counts', 5)")
    assert "This could not be drawn" in tab.get_by_role("alert").inner_text()
    tab.evaluate("explorer.set('counts', [[1, 2, 3], [4, 5, 6]])")
    drawn(tab)
    assert tab.get_by_role("alert").count() == 0
    assert len(tab.faults) == 1
    tab.faults.clear()
