"""Every explorer's page in Firefox: it opens, moves by key and by mouse, and has Python's numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator

import firefox
import pytest

from tverskylib.explorers.browser.catalogue import catalogue

pytestmark = pytest.mark.browser

EXPLORERS = catalogue()
MISSING = (
    "THE EXPLORERS WERE NOT TRIED IN FIREFOX: none was found. Install one (Debian: firefox-esr), or name one: "
    f"{firefox.VARIABLE}=/path/to/firefox."
)
NUMBERS = "Object.fromEntries([...document.querySelectorAll('data[data-name]')].map((d) => [d.dataset.name, d.value]))"
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"
LOOKS = "[...document.querySelectorAll('.tversky-side canvas, .tversky-side svg')].map((p) => p.toDataURL?.() ?? p.outerHTML)"
HANDLE = """(() => {
  const handle = [...document.querySelectorAll('.tversky-handle')].find((one) => one.getClientRects().length);
  if (!handle) return null;
  handle.scrollIntoView({ block: 'center' });
  const box = handle.lastElementChild.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})()"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox.Firefox]:
    """One Firefox for all pages; where there is none, the summary says so loudly."""
    executable = firefox.find()
    if executable is None:
        pytest.skip(MISSING)
    with firefox.started(executable, tmp_path_factory.mktemp("firefox") / "profile") as found:
        yield found


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_page_is_the_same_in_firefox(name, tab, tmp_path):
    explorer = EXPLORERS[name]()
    tab.complaints.clear()
    tab.open(explorer.save_html(tmp_path / "page.html").as_uri())
    for values in explorer.frames.values():
        explorer.set(**values)
        wanted = {key: value for key, value in explorer.state().items() if not isinstance(value, bytes)}
        tab.evaluate(f"Object.entries({json.dumps(wanted)}).forEach((one) => explorer.set(...one))")
        tab.evaluate(DRAWN)
        found = {key: float(value) for key, value in tab.evaluate(NUMBERS).items()}
        assert found == pytest.approx(explorer.numbers, rel=1e-9, abs=1e-12, nan_ok=True), values

    # By key: the first slider, from its start.
    tab.open((tmp_path / "page.html").as_uri())
    before = tab.evaluate(LOOKS)
    spoken = "document.querySelector('input[type=range]').getAttribute('aria-valuetext')"
    said = tab.evaluate(spoken)
    tab.evaluate("document.querySelector('input[type=range]').focus()")
    at_its_low_end = tab.evaluate("Number(document.activeElement.value) <= Number(document.activeElement.min)")
    tab.press(*["ArrowRight" if at_its_low_end else "ArrowLeft"] * 3)
    tab.evaluate(DRAWN)
    assert tab.evaluate(LOOKS) != before and tab.evaluate(spoken) != said

    # By mouse: what can be dragged.
    if place := tab.evaluate(HANDLE):
        moved = tab.evaluate(LOOKS)
        tab.drag((place[0], place[1]), (place[0] + (40 if place[0] < 100 else -40), place[1] + 25))
        tab.evaluate(DRAWN)
        assert tab.evaluate(LOOKS) != moved
    assert tab.evaluate("document.querySelectorAll('[role=alert]').length") == 0
    assert tab.complaints == []
