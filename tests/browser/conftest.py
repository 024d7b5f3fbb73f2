"""One browser, one JupyterLab and, for each lesson, one page, in which all tests of this lesson look."""

from __future__ import annotations

import os
import re
import shutil
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import chromium
import pytest
from driver import LESSONS, OUTPUTS, Lesson, Page
from servers import Server, jupyterlab, voila

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

AnyPage = TypeVar("AnyPage", bound=Page)

FAILURES = Path(__file__).with_name("failures")

# Two processes share the modules: these first, so that none of them is left for the end.
LONGEST = ("test_lessons.py", "test_site.py", "test_declared.py", "test_three_places.py")

open_pages: list[Page] = []


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a JupyterLab in a real browser")
    if not hasattr(config, "workerinput"):  # of several processes the one that starts the others
        shutil.rmtree(FAILURES, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        if item.path.parent != Path(__file__).parent:
            return -1
        return LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)

    items.sort(key=place)  # which leaves the order of all others as it is


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what the reader would have seen when a test fails."""
    report = yield
    if report.failed and report.when != "teardown":
        for number, page in enumerate(open_pages, 1):
            keep(page, f"{item.name}_{number}", str(report.longrepr))
    elif report.skipped and isinstance(report.longrepr, tuple):
        # With one place for all of them, the summary says the reason once, and not for each test anew.
        report.longrepr = (__file__, 1, report.longrepr[2])
    return report


def keep(page: Page, name: str, reason: str) -> None:
    """A picture of the page, and a text with all that is known."""
    FAILURES.mkdir(exist_ok=True)
    target = FAILURES / re.sub(r"[^\w.-]+", "_", name)
    target.with_suffix(".txt").write_text(f"{page.report()}\n# failure\n{reason}\n", encoding="utf-8")
    try:
        page.page.screenshot(path=target.with_suffix(".png"), timeout=10_000)
    except Exception as error:  # the test's own failure must not get lost behind this one
        with target.with_suffix(".txt").open("a", encoding="utf-8") as text:
            text.write(f"\nno screenshot: {error}\n")


def without_a_browser(missing: str) -> NoReturn:
    """Skip with a reason that says what to do; in continuous integration a skip would go unseen, so fail."""
    reason = chromium.HOW_TO_GET_ONE.format(missing=missing)
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        without_a_browser("Playwright for Python is not installed.")
    with sync_playwright() as playwright:
        executable = chromium.find(playwright.chromium.executable_path)
        if executable is None:
            without_a_browser("No Chromium was found.")
        started = playwright.chromium.launch(
            executable_path=executable, args=list(chromium.arguments()), timeout=120_000
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages share: JupyterLab's code is fetched once for all of them."""
    opened = browser.new_context(viewport={"width": 1600, "height": 1200})
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def lab(context: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab with a copy of the lessons, all cells of a notebook in the page.

    JupyterLab's default leaves out what is far from the part in view. A test of its own looks at that.
    """
    with jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as server:
        server.set_windowing("none")
        yield server


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Voila with the pages of the app."""
    with voila(tmp_path_factory.mktemp("voila")) as server:
        yield server


@contextmanager
def showing(page: AnyPage, name: str) -> Iterator[AnyPage]:
    """Failures while the page is open keep a picture of it; then it is closed."""
    open_pages.append(page)
    try:
        yield page
    except BaseException:  # a time limit too; what fails in a test that has its page from a fixture is kept above
        keep(page, name, traceback.format_exc())
        raise
    finally:
        open_pages.remove(page)
        page.close()


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request: pytest.FixtureRequest, context: BrowserContext, lab: Server) -> Iterator[Lesson]:
    """Each lesson, after Run All."""
    opened = Lesson(context, lab, request.param)
    with showing(opened, request.param):
        opened.open()
        opened.stored_barriers = opened.barriers(OUTPUTS)
        opened.run_all()
        yield opened


@pytest.fixture
def open_lesson(context: BrowserContext, lab: Server) -> Iterator[Callable[[str], Lesson]]:
    """Opens a notebook for one test and runs it."""
    with ExitStack() as stack:

        def open_it(name: str) -> Lesson:
            opened = Lesson(context, lab, name)
            stack.enter_context(showing(opened, name))
            opened.open()
            opened.run_all()
            return opened

        yield open_it
