"""From opening a page of the site to the first picture that a key has moved: ``python benchmarks/first_move.py``.

The built site (``make site``) is served on loopback and opened by a Chromium on a processor made four times slower, as
a visitor's telephone is; the network is not slowed. As soon as the first slider of the page is there, a key is pressed
on it, and again every tenth of a second. Two times are shown: from the start of the navigation until the first press
has changed the picture, and the longest that any press of the first seconds had to wait for its picture.

Playwright and a Chromium are needed: ``python -m pip install playwright``.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = ("index.html", "notebooks/02_thresholded_predictions.html", "gallery.html")
SLOWER, WATCHED = 4, 6  # seconds

# Every press is noted with the time at which its picture was painted.
PROBE = """
window.moves = [];
(() => {
  const slider = () => {
    for (const node of document.querySelectorAll(".tversky-live")) {
      const found = node.shadowRoot?.querySelector("input[type=range]");
      if (found) return { found, root: node.shadowRoot };
    }
  };
  const drawn = (root) => [...root.querySelectorAll("svg")].map((svg) => svg.outerHTML).join();
  let waiting = null, key = "ArrowRight";
  const look = () => {
    const one = slider();
    if (waiting && one && drawn(one.root) !== waiting.before) {
      const move = waiting;
      waiting = null;
      setTimeout(() => { move.seen = performance.now(); window.moves.push(move); });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const press = () => {
    const one = slider();
    if (waiting || !one || !drawn(one.root)) return;
    key = key === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    waiting = { due: Math.max(due, window.moves.at(-1)?.seen ?? 0), before: drawn(one.root), pressed: performance.now() };
    one.found.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
  };
  let due = 0; // a reader presses when he likes, and not when the page has time
  const tick = () => { press(); due = performance.now() + (window.moves.length ? 100 : 4); setTimeout(tick, window.moves.length ? 100 : 4); };
  tick();
})();
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def measured(browser: Any, address: str) -> tuple[float, float]:
    """Milliseconds until the first move is seen, and the longest wait of a later press."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(PROBE)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit")
    page.wait_for_timeout(1000 * WATCHED)
    moves = page.evaluate("window.moves")
    context.close()
    if not moves:
        return float("nan"), float("nan")
    waits = [move["seen"] - move["due"] for move in moves[1:]]
    return moves[0]["seen"], max(waits, default=float("nan"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "site", help="the built site")
    parser.add_argument("--times", type=int, default=5, help="how often each page is opened (default 5)")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "notebooks"))
    chromium = importlib.import_module("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("NOTHING WAS MEASURED. Playwright for Python is not installed: python -m pip install playwright.")
        return
    if not (options.site / "index.html").exists():
        print(f"NOTHING WAS MEASURED. There is no site in {options.site}: make site.")
        return
    with sync_playwright() as playwright, served(options.site) as address:
        executable = chromium.find(playwright.chromium.executable_path)
        if executable is None:
            print("NOTHING WAS MEASURED. No Chromium was found.")
            return
        browser = playwright.chromium.launch(executable_path=executable, args=list(chromium.arguments()))
        print(
            f"| page, {SLOWER} times slower | median ms to the first moved picture | longest wait of a later press, ms |"
        )
        print("|---|---:|---:|")
        for name in PAGES:
            first, later = zip(*(measured(browser, f"{address}/{name}") for _ in range(options.times)), strict=True)
            print(f"| {name} | {statistics.median(first):.0f} | {statistics.median(later):.0f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
