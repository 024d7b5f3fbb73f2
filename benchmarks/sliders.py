"""From a key press to the changed picture in a real JupyterLab, for several kinds of sliders: ``python benchmarks/sliders.py``.

Each figure stands in one notebook in several patterns, at one size. The patterns take turns, in an order that is
shuffled anew in every round, so that a noisy machine disturbs all of them alike. What counts is the ratio to the
plain pattern of the same figure: ``interact`` with ``plt.show``. An explorer that runs in the browser stands beside the
figure that shows the same.

A picture counts as seen when it is decoded; one that is drawn in the page, when the page has been painted.

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

# A JupyterLab of its own, and a browser that reads it.
DRIVER = [Path(__file__).parents[1] / folder for folder in ("tests/browser", "notebooks")]
BURST, PACE = 30, 1 / 30  # keys, and seconds between two: what a key that is held down does
PATIENCE = 5.0  # seconds; a press without a picture by then is lost, and said to be
QUIET = 1.5  # seconds without a new picture: it is the last

SETUP = """
import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from tverskylib import explorers, figures, tiles
from tverskylib.figures._style import in_style

%config InlineBackend.print_figure_kwargs = {"bbox_inches": None}
tile = tiles.real_crop()

@in_style
def kept(figure, make):
    return make(figure)

def slider_of(explorer):
    name, slider = next(iter(explorer.sliders.items()))
    own = type(slider)(value=slider.value, min=slider.min, max=slider.max, step=slider.step, description=name)
    return name, own, {other: value for other, value in explorer.values.items() if other != name}
"""

INTERACT = """
def plainly(explorer):
    name, slider, others = slider_of(explorer)
    @in_style
    def show(value):
        figure = plt.figure(figsize=explorer.figure.get_size_inches(), dpi=100)
        explorer._make(figure).update(**{name: value}, **others)
        plt.show()
    return widgets.interactive(show, value=slider)
plainly(EXPLORER)
"""

IPYMPL = """
def with_ipympl(explorer):
    from ipympl.backend_nbagg import Canvas, FigureManager
    name, slider, others = slider_of(explorer)
    figure = Figure(figsize=explorer.figure.get_size_inches(), dpi=100)
    canvas = Canvas(figure)
    FigureManager(canvas, 1)
    canvas.header_visible = canvas.toolbar_visible = canvas.footer_visible = False
    drawing = kept(figure, explorer._make)
    @in_style
    def show(change):
        drawing.update(**{name: slider.value}, **others)
        canvas.draw_idle()
    slider.observe(show, "value")
    show(None)
    return widgets.VBox([slider, canvas])
with_ipympl(EXPLORER)
"""

OURS = "EXPLORER"

# figure -> the explorer that the kernel draws, and the one that the browser draws
FIGURES = {
    "simplex": ("explorers.penalised_landscape()", "explorers.threshold(tile)"),
    "phase diagram": ("explorers.penalised_landscape()", "explorers.phase_diagram()"),
}

# Notes when a key goes down, and each change of what one output shows once it can be seen.
PROBE = """
window.watching = (() => {
  const PLOTS = "svg.tversky-plot";
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
    """One figure in one pattern; the first of a figure is what the others are measured by."""

    figure: str
    pattern: str
    source: str
    cell: int = 0
    moves: list[float] = field(default_factory=list)  # ms from key to picture
    pictures: list[int] = field(default_factory=list)  # in each burst
    waits: list[float] = field(default_factory=list)  # ms from the last key of a burst to the last picture
    lost: int = 0  # presses that changed no picture
    rates: list[float] = field(default_factory=list)  # keys a second, as the page saw them


def contestants() -> Iterator[Contestant]:
    for name, (explorer, in_the_browser) in FIGURES.items():
        yield Contestant(name, "interact, plt.show", INTERACT.replace("EXPLORER", explorer))
        yield Contestant(name, "tverskylib", OURS.replace("EXPLORER", explorer))
        if importlib.util.find_spec("ipympl"):
            yield Contestant(name, "ipympl, draw_idle", IPYMPL.replace("EXPLORER", explorer))
        if in_the_browser:
            yield Contestant(name, "tverskylib, in the browser", in_the_browser)


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
    print("| figure | pattern | median, of `interact` | 95 %, of `interact` | median ms | 95 % ms | pictures in a burst | ms from last press to last picture |")  # fmt: skip
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    by_figure: dict[str, list[Contestant]] = {}
    for contestant in some:
        by_figure.setdefault(contestant.figure, []).append(contestant)
    for rivals in by_figure.values():
        base, high_base = middle_and_high(rivals[0].moves)
        for one in rivals:
            middle, high = middle_and_high(one.moves)
            print(
                f"| {one.figure} | {one.pattern} | {middle / base:.2f} | {high / high_base:.2f} | {middle:.0f} | {high:.0f} "
                f"| {statistics.median(one.pictures):.0f} | {statistics.median(one.waits):.0f} |"
            )
    for one in some:
        if one.lost:
            print(f"\n{one.figure}, {one.pattern}: {one.lost} presses changed no picture within {PATIENCE:.0f} s.")
    if not importlib.util.find_spec("ipympl"):
        print("\nipympl IS NOT INSTALLED: it was left out. `python -m pip install ipympl` brings it in.")


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
        browser.close()
    report(some)


if __name__ == "__main__":
    main()
