"""From a key press to the changed picture in a real JupyterLab: ``python benchmarks/sliders.py``.

A function that draws a curve stands in one notebook under sliders of several kinds, and beside it every explorer that
runs in the browser. They take turns, in an order that is shuffled anew in every round, so that a noisy machine disturbs
all of them alike. What counts is the ratio to the plain pattern: ``interact`` with ``plt.show``.

A picture counts as seen when it is decoded; one that is drawn in the page, when the page has been painted. Then each
explorer's page is opened on its own, on a processor made four times slower, and its redraws are timed: 16 ms are one
frame of the screen.

Playwright and a Chromium are needed, and ipympl for its row: ``python -m pip install playwright ipympl``.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tverskylib.explorers.browser.catalogue import catalogue

# A JupyterLab of its own, and a browser that reads it.
DRIVER = [Path(__file__).parents[1] / folder for folder in ("tests/browser", "notebooks")]
BURST, PACE = 30, 1 / 30  # keys, and seconds between two: what a key that is held down does
PATIENCE = 5.0  # seconds; a press without a picture by then is lost, and said to be
REDRAWS, SLOWER = 30, 4
QUIET = 1.5  # seconds without a new picture: it is the last

SETUP = """
import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from tverskylib import explorers, tversky_from_counts

%config InlineBackend.print_figure_kwargs = {"bbox_inches": None}
fn = np.linspace(0, 100, 200)

def draw(ax, alpha, beta=0.5):
    ax.plot(fn, 1 - tversky_from_counts(100 - fn, 30, fn, alpha, beta))
    ax.set(xlabel="FN", ylabel="loss", ylim=(0, 1))
"""

INTERACT = """
def show(alpha):
    figure = plt.figure(figsize=(7, 4.2), dpi=200)
    draw(figure.subplots(), alpha)
    plt.show()
widgets.interactive(show, alpha=widgets.FloatSlider(value=1, min=0.05, max=2, step=0.01))
"""

IPYMPL = """
def with_ipympl():
    from ipympl.backend_nbagg import Canvas, FigureManager
    figure = Figure(figsize=(7, 4.2), dpi=200)
    canvas = Canvas(figure)
    FigureManager(canvas, 1)
    canvas.header_visible = canvas.toolbar_visible = canvas.footer_visible = False
    ax = figure.subplots()
    slider = widgets.FloatSlider(value=1, min=0.05, max=2, step=0.01)
    def show(change):
        ax.clear()
        draw(ax, slider.value)
        canvas.draw_idle()
    slider.observe(show, "value")
    show(None)
    return widgets.VBox([slider, canvas])
with_ipympl()
"""

OURS = "explorers.interactive(draw, alpha=(0.05, 2, 0.01))"

# Notes when a key goes down, and each change of what one output shows once it can be seen.
PROBE = """
window.watching = (() => {
  const PLOTS = "svg.tversky-chart-svg";
  let output = null, painted = false, observer = null, keys = [], seen = [], last = null;
  const changed = (what, when) => { if (what !== last) { last = what; seen.push(when ?? performance.now()); } };
  window.addEventListener("keydown", () => keys.push(performance.now()), { capture: true });
  for (const name of ["drawImage", "putImageData"]) {
    const original = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      original.apply(this, args);
      if (painted || !output?.contains(this.canvas)) return;
      const when = performance.now();
      changed(this.canvas.toDataURL(), when);
    };
  }
  const plots = () => [...output.querySelectorAll(PLOTS)].map((plot) => plot.outerHTML).join();
  function look() {
    if (painted) return requestAnimationFrame(() => setTimeout(() => changed(plots())));
    const image = output.querySelector("img");
    const source = image?.src;
    if (source) image.decode().then(() => image.src === source && changed(source), () => {});
  }
  const SLIDER = ".noUi-handle, input[type=range]";
  const cells = () => window.jupyterapp.shell.currentWidget.content.widgets;
  const outputOf = (cell) => cells()[cell].node.querySelector(".jp-Cell-outputWrapper");
  return {
    ready: (cell) => outputOf(cell)?.querySelector(SLIDER) && outputOf(cell).querySelector(`img, canvas, ${PLOTS}`),
    start(cell) {
      observer?.disconnect();
      output = outputOf(cell);
      const image = output.querySelector("img");
      painted = output.querySelector(PLOTS) !== null;
      last = painted ? plots() : image ? image.src : output.querySelector("canvas").toDataURL();
      [keys, seen] = [[], []];
      observer = new MutationObserver(look);
      const which = painted ? { characterData: true } : { attributeFilter: ["src"] };
      observer.observe(output, { subtree: true, childList: true, attributes: true, ...which });
      output.querySelector(SLIDER).focus();
    },
    clear() { [keys, seen] = [[], []]; },
    heard: () => ({ keys, seen }),
  };
})();
"""


@dataclass
class Contestant:
    """One kind of slider; the first is what the others are measured by."""

    pattern: str
    source: str
    cell: int = 0
    moves: list[float] = field(default_factory=list)  # ms from key to picture
    pictures: list[int] = field(default_factory=list)  # in each burst
    waits: list[float] = field(default_factory=list)  # ms from the last key of a burst to the last picture
    lost: int = 0  # presses that changed no picture
    rates: list[float] = field(default_factory=list)  # keys a second, as the page saw them


def contestants() -> Iterator[Contestant]:
    yield Contestant("own function: interact, plt.show", INTERACT)
    yield Contestant("own function: explorers.interactive", OURS)
    if importlib.util.find_spec("ipympl"):
        yield Contestant("own function: ipympl, draw_idle", IPYMPL)
    for name in catalogue():
        yield Contestant(f"{name}, in the browser", f"explorers.{name}()")


def press(page: Any, contestant: Contestant, key: str) -> float | None:
    """Milliseconds from one key press to the changed picture; None if there was none for a long time."""
    page.evaluate("cell => window.watching.start(cell)", contestant.cell)
    page.wait_for_timeout(100)  # focus may scroll
    page.evaluate("() => window.watching.clear()")
    page.keyboard.press(key)
    end = time.monotonic() + PATIENCE
    while not (heard := page.evaluate("() => window.watching.heard()"))["seen"]:
        if time.monotonic() > end:
            return None
        page.wait_for_timeout(20)
    return float(heard["seen"][0] - heard["keys"][0])


def burst(page: Any, contestant: Contestant, key: str) -> None:
    """Note how many pictures are seen while a key is held down, and how long after its end the last picture comes."""
    page.evaluate("cell => window.watching.start(cell)", contestant.cell)
    page.wait_for_timeout(500)
    page.evaluate("() => window.watching.clear()")
    start = time.monotonic()
    for number in range(BURST):
        page.wait_for_timeout(max(0.0, 1000 * (start + number * PACE - time.monotonic())))
        page.keyboard.press(key)
    seen = -1
    while len((heard := page.evaluate("() => window.watching.heard()"))["seen"]) != seen:
        seen = len(heard["seen"])
        page.wait_for_timeout(1000 * QUIET)
    keys = heard["keys"]
    contestant.pictures.append(seen)
    contestant.waits.append(max(0.0, heard["seen"][-1] - keys[-1]) if seen else float("nan"))
    contestant.rates.append(1000 * (len(keys) - 1) / (keys[-1] - keys[0]))


def measure(lesson: Any, some: list[Contestant], presses: int, bursts: int) -> None:
    page = lesson.page
    page.evaluate(PROBE)
    for contestant in some:
        page.wait_for_function("cell => window.watching.ready(cell)", arg=contestant.cell, polling=100)
    page.wait_for_timeout(2000)  # the widgets of the last cells settle
    for round_ in range(-2, presses):  # two rounds to warm up
        for contestant in random.sample(some, len(some)):
            moved = press(page, contestant, "ArrowRight" if round_ % 2 else "ArrowLeft")
            if moved is None:
                contestant.lost += 1
            elif round_ >= 0:
                contestant.moves.append(moved)
    for number in range(bursts):
        for contestant in random.sample(some, len(some)):
            burst(page, contestant, "ArrowLeft" if number % 2 else "ArrowRight")


def report(some: list[Contestant]) -> None:
    """Print the table, in Markdown."""
    rate = statistics.median(rate for one in some for rate in one.rates)
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}. {len(some[0].moves)} presses of each slider; "
        f"{len(some[0].waits)} bursts of {BURST} presses, {rate:.0f} a second.\n"
    )
    print("| slider | median, of `interact` | 95 %, of `interact` | median ms | 95 % ms | pictures in a burst | ms from last press to last picture |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|")
    base, high_base = middle_and_high(some[0].moves)
    for one in some:
        if len(one.moves) < 2:
            continue
        middle, high = middle_and_high(one.moves)
        print(
            f"| {one.pattern} | {middle / base:.2f} | {high / high_base:.2f} | {middle:.0f} | {high:.0f} "
            f"| {statistics.median(one.pictures):.0f} | {statistics.median(one.waits):.0f} |"
        )
    for one in some:
        if one.lost:
            print(f"\n{one.pattern}: {one.lost} presses changed no picture within {PATIENCE:.0f} s.")
    if not importlib.util.find_spec("ipympl"):
        print("\nipympl IS NOT INSTALLED: it was left out. `python -m pip install ipympl` brings it in.")


def redraws(browser: Any) -> None:
    """Print how long a redraw of each explorer takes on a processor that is four times slower."""
    print(f"\n| explorer | median ms of {REDRAWS} redraws, {SLOWER} times slower |\n|---|---:|")
    for name, kind in catalogue().items():
        page = browser.new_page()
        with tempfile.TemporaryDirectory() as folder:
            page.goto(kind().save_html(Path(folder) / "page.html").as_uri())
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.locator("input[type=range]").first.focus()
        taken = []
        for number in range(REDRAWS):
            page.keyboard.press("ArrowRight" if number % 10 < 5 else "ArrowLeft")
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            taken.append(float(page.locator(".tversky-explorer").get_attribute("data-redraw-ms")))
        page.close()
        print(f"| {name} | {statistics.median(taken[5:]):.1f} |", flush=True)


def middle_and_high(times: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1]


def write(folder: Path, some: list[Contestant]) -> str:
    """The notebook, beside the server's other notebooks; its name."""
    for number, contestant in enumerate(some, 1):
        contestant.cell = number
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    cells = [new_code_cell(source.strip()) for source in (SETUP, *(contestant.source for contestant in some))]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "sliders.ipynb")
    return "sliders"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presses", type=int, default=30, help="of each slider (default 30)")
    parser.add_argument("--bursts", type=int, default=3, help="of each slider (default 3)")
    parser.add_argument("--redraws", action="store_true", help="time the redraws alone, without a JupyterLab")
    options = parser.parse_args()
    sys.path[:0] = map(str, DRIVER)
    chromium = importlib.import_module("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print(
            f"NOTHING WAS MEASURED. {chromium.HOW_TO_GET_ONE.format(missing='Playwright for Python is not installed.')}"
        )
        return
    driver, servers = importlib.import_module("driver"), importlib.import_module("servers")
    with sync_playwright() as playwright:
        executable = chromium.find(playwright.chromium.executable_path)
        if executable is None:
            print(f"NOTHING WAS MEASURED. {chromium.HOW_TO_GET_ONE.format(missing='No Chromium was found.')}")
            return
        some = list(contestants())
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(chromium.arguments()), timeout=120_000
        )
        if options.redraws:
            redraws(browser)
            browser.close()
            return
        context = browser.new_context(viewport={"width": 1600, "height": 1200})
        context.set_default_timeout(60_000)
        with tempfile.TemporaryDirectory() as home, servers.jupyterlab(Path(home)) as server:
            server.set_windowing("none")
            lesson = driver.Lesson(context, server, write(Path(home) / "notebooks", some))
            try:
                lesson.open()
                # Not the lesson's own run_all, which waits until every widget is one of tverskylib's.
                failure, complaints = lesson.ask("runAll", driver.RUN), lesson.ask("complaints")
                if failure or complaints:
                    sys.exit(f"the notebook did not run: {failure}\n{complaints}\n{lesson.report()}")
                measure(lesson, some, options.presses, options.bursts)
            finally:
                lesson.close()
        report(some)
        redraws(browser)
        browser.close()


if __name__ == "__main__":
    main()
