"""The built site, opened from the disk: nothing from another host, no fault, and every explorer moves."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from axe import barriers

from tverskylib.explorers.browser.catalogue import catalogue

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site, built here; Sphinx's warnings are errors."""
    target = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, str(ROOT / "site" / "make.py"), "--to", str(target)]
    built = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=280)
    assert built.returncode == 0, built.stdout + built.stderr
    return target


@pytest.fixture(scope="session")
def pages(site):
    return sorted(path for path in site.rglob("*.html") if not {"_downloads", "_static"} & {*path.parts})


class Links(HTMLParser):
    """Where a page leads, what can be linked to in it, and its pictures."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.anchors, self.bare, self.loaded = [], {""}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors.update(filter(None, (given.get("id"), given.get("name") if tag == "a" else None)))
        if tag == "a" and given.get("href"):
            self.targets.append(given["href"])
        if tag == "img" and not (given.get("alt") or "").strip():
            self.bare.append(given.get("src"))
        if tag in ("script", "img", "iframe", "source") or (tag == "link" and given.get("rel") == "stylesheet"):
            self.loaded.append(given.get("src") or given.get("href") or "")


@pytest.fixture(scope="session")
def links(pages):
    return {page: Links(page.read_text(encoding="utf-8")) for page in pages}


def test_every_link_and_anchor_exists(links):
    broken = []
    for page, found in links.items():
        for target in found.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or parts.fragment.startswith("tversky:"):
                continue
            other = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            anchors = links[other].anchors if other in links else {"", parts.fragment} if other.is_file() else set()
            if unquote(parts.fragment) not in anchors:
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_every_explorer_is_alive_in_its_lesson(pages):
    lessons = "".join(page.read_text(encoding="utf-8") for page in pages if page.parent.name == "notebooks")
    assert {name for name in catalogue() if f'data-explorer="{name}"' not in lessons} == set()


def test_every_picture_has_words(links):
    assert {page.name: found.bare for page, found in links.items() if found.bare} == {}


def test_every_lesson_can_be_downloaded_as_it_is_stored(site, pages):
    for page in (page for page in pages if page.parent.name == "notebooks" and page.stem[:2].isdigit()):
        href = next(
            one for one in Links(page.read_text(encoding="utf-8")).targets if one.endswith(f"/{page.stem}.ipynb")
        )
        assert (page.parent / href).read_bytes() == (ROOT / "notebooks" / f"{page.stem}.ipynb").read_bytes()


def test_nothing_is_loaded_from_another_host(links):
    assert [one for found in links.values() for one in found.loaded if urlsplit(one).netloc] == []


def test_no_page_names_a_folder_of_this_machine(pages):
    assert [page.name for page in pages if str(ROOT) in page.read_text(encoding="utf-8")] == []


@pytest.fixture(scope="session")
def words(pages):
    """What a reader sees of each page, code and formulas aside."""
    hidden = re.compile(
        r"<(script|style|pre)\b.*?</\1>|<span class=\"math.*?</span>|<div class=\"math.*?</div>", re.DOTALL
    )
    return {page: re.sub(r"<[^>]+>", "", hidden.sub("", page.read_text(encoding="utf-8"))) for page in pages}


def test_no_markup_is_shown_as_it_is_written(words):
    raw = re.compile(r"\{[a-z]+\}`|\]\(\w|\*\*\w[^*\n]*\*\*|:::")
    assert [
        f"{page.name}: {text[m.start() : m.end() + 40]}" for page, text in words.items() for m in raw.finditer(text)
    ] == []


def test_the_gallery_asks_nothing_that_its_explorers_ask(site, words):
    assert [kind.name for kind in catalogue().values() if kind.question in words[site / "gallery.html"]] == []


def test_the_library_is_described_in_its_own_words(site, words):
    text = words[site / "api.html"]
    foreign = ("Alias for field number", "Define the computation performed", "Return type")
    assert [one for one in foreign if one in text] == []


def test_labels_of_references_are_short(site, words):
    assert re.findall(r"\[[A-Za-z]{8,}\+?\d*\]", words[site / "references.html"]) == []


def test_icons_are_drawn_and_the_theme_waits(pages):
    """The search needs the theme at once."""
    for page in (page for page in pages if page.name != "search.html"):
        text = page.read_text(encoding="utf-8")
        assert "fontawesome.js" not in text and 'class="fa-solid' not in text, page.name
        assert not re.search(r"<script (?!type=.text/later)[^>]*(bootstrap|sphinx-theme|doctools)", text), page.name
        assert 'type="text/later"' in text, page.name


@pytest.fixture(scope="module")
def tab(browser):
    """A page without a network; its faults are kept."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True, reduced_motion="reduce")
    tab = context.new_page()
    tab.faults = []
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.on("console", lambda said: tab.faults.append(said.text) if said.type == "error" else None)
    tab.on("request", lambda asked: tab.faults.append(asked.url) if asked.url.startswith("http") else None)
    yield tab
    context.close()


def opened(tab, page):
    """Show a page, with all of its explorers alive."""
    tab.faults.clear()
    tab.goto(page.as_uri())
    tab.wait_for_function("[...document.querySelectorAll('.tversky-live')].every(node => node.dataset.alive)")
    return tab


MOVED = """async node => {
  const root = node.shadowRoot;
  const handle = root.querySelector('input[type=range]');
  const before = JSON.stringify(node.explorer.values);
  for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowLeft']) {
    handle.focus();
    handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));
    if (JSON.stringify(node.explorer.values) !== before) return true;
  }
  return false;
}"""


class Visit(NamedTuple):
    """What was found on a page."""

    faults: list[str]
    light: str
    dark: str
    still: list[str]
    width_on_a_phone: int


@pytest.fixture(scope="module")
def visits(tab, pages):
    """All pages, each opened once."""
    return {page.name: visit(tab, page) for page in pages}


def visit(tab, page):
    """Look at a page in light and in dark, move its explorers, and make it narrow."""
    opened(tab, page)
    light = barriers(tab)
    still = [
        node.get_attribute("data-explorer")
        for node in tab.query_selector_all(".tversky-live")
        if not node.evaluate(MOVED)
    ]
    tab.wait_for_function("document.querySelectorAll('script[type=\"text/later\"]').length === 0")
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("document.documentElement.dataset.theme === 'dark' && document.getAnimations().length === 0")
    # In the dark only colours are others, and a formula has that of its text.
    dark = barriers(tab, only=["color-contrast"], exclude=["mjx-container"])
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": 390, "height": 844})
    width = tab.evaluate("document.documentElement.scrollWidth")
    tab.set_viewport_size({"width": 1280, "height": 900})
    return Visit(list(tab.faults), light, dark, still, width)


@pytest.mark.timeout(600)  # the visits take two to three minutes
def test_pages_open_without_a_fault(visits):
    assert {name: found.faults for name, found in visits.items() if found.faults} == {}


def test_explorers_move(visits):
    assert {name: found.still for name, found in visits.items() if found.still} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visits, scheme):
    assert {name: getattr(found, scheme) for name, found in visits.items() if getattr(found, scheme)} == {}


def test_no_page_scrolls_sideways_on_a_phone(visits):
    assert {name: found.width_on_a_phone for name, found in visits.items() if found.width_on_a_phone > 390} == {}


def test_the_gallery_has_explorers_and_the_first_page_has_one(tab, site):
    opened(tab, site / "gallery.html")
    assert len(tab.query_selector_all(".tversky-live")) >= 10
    opened(tab, site / "index.html")
    assert len(tab.query_selector_all(".tversky-live")) == 1


def test_the_table_of_cases_is_one_screen(tab, site):
    opened(tab, site / "notebooks" / "CHOOSE.html")
    assert tab.evaluate("document.querySelector('table').getBoundingClientRect().bottom") <= 800


THEME = "[...document.querySelectorAll('.tversky-live')].map(n => n.shadowRoot.querySelector('.tversky-explorer').dataset.theme)"


def test_explorers_follow_the_switch_of_the_theme(tab, site):
    opened(tab, site / "index.html")
    tab.wait_for_function("document.querySelectorAll('script[type=\"text/later\"]').length === 0")
    for mode in ("dark", "light"):
        tab.click(".theme-switch-button")
        tab.click(f".theme-change-button[data-mode={mode}]")
        tab.wait_for_function(f"document.documentElement.dataset.theme === '{mode}'")
        assert tab.evaluate(THEME) == [mode]


def test_paper_is_light_and_folded_text_is_open_on_it(browser, site):
    context = browser.new_context(offline=True, color_scheme="dark")
    tab = context.new_page()
    folded_now = "document.querySelectorAll('article details:not([open])').length"
    tab.faults = []
    opened(tab, site / "notebooks" / "02_thresholded_predictions.html")
    assert tab.evaluate(THEME) == ["dark"]
    folded = tab.evaluate(folded_now)
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert folded and tab.evaluate(folded_now) == 0
    tab.wait_for_function(f"{THEME}.join() === 'light'")
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate(folded_now) == folded
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()


def test_a_wide_table_says_that_it_scrolls(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    tab = context.new_page()
    tab.goto((site / "notebooks" / "CHOOSE.html").as_uri())
    box = tab.get_by_role("region", name=re.compile("Table 1, scrolls sideways: my data"))
    classes = "node => [...node.classList].filter(name => name.startsWith('tversky-more'))"
    assert box.evaluate(classes) == ["tversky-more-after"]
    box.focus()
    box.evaluate("node => node.scrollLeft = node.scrollWidth")
    tab.wait_for_function("document.querySelector('.tversky-more-before:not(.tversky-more-after)')")
    context.close()
