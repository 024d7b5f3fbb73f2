"""Renders the strips: each explorer's own page at its telling positions, side by side, in a headless Chromium.

python notebooks/strips.py                 those that are stale
python notebooks/strips.py threshold       these, stale or not

A strip is stored beside the explorers with its alt text and a hash of what it was made of, so that lessons run and are
tested without a browser. Stale means a changed hash, never changed pixels: letters differ from machine to machine.
"""

import hashlib
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import chromium
from PIL import Image

from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.page import encoded, page
from tverskylib.explorers.browser.stored import FOLDER, LIST, SCALE, entries
from tverskylib.explorers.browser.style import style
from tverskylib.figures.plate import mimebundle

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from playwright.sync_api import Browser

WIDTH = 880  # of a strip, in pixels of the page
COLOURS = 256
START = "globalThis.words = strip(declaration, ABOUT, stateOf(STATE.textContent), PLACE);"
FINDERS = ("STATE", "state"), ("PLACE", "explorer")


def html(kind: type[BrowserExplorer], state: str) -> str:
    """The page of a strip, from a state as it is stored."""
    finders = "".join(f'const {name} = document.getElementById("{id_}");\n' for name, id_ in FINDERS)
    return page(kind.title, json.loads(state), f"{kind.script('strip.js')}{finders}{START}", style())


def made_of(explorer: BrowserExplorer) -> str:
    """A hash of what a strip shows: code, style, declaration, and the numbers at each frame.

    Of shipped data the sizes count, and what the library computes of them to three digits: their last bits may differ
    from machine to machine.
    """
    state = {name: len(value) if isinstance(value, bytes) else value for name, value in explorer.state().items()}
    parts = [explorer.script("strip.js"), style(), json.dumps(state, sort_keys=True)]
    start = {**explorer.values, "guess": None}
    for values in explorer.frames.values():
        explorer.set(**{**start, **values})
        parts.append(json.dumps({name: f"{value:.3g}" for name, value in explorer.numbers.items()}))
    explorer.set(**start)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def stale() -> list[str]:
    """Names of the explorers whose stored strip is not what would be drawn today, or is missing."""
    known = entries()
    return [
        name
        for name, kind in catalogue().items()
        if not (FOLDER / f"{name}.png").is_file() or known.get(name, {}).get("made_of") != made_of(kind())
    ]


def render(browser: "Browser", kind: type[BrowserExplorer], state: str) -> tuple[bytes, str]:
    """PNG and alt text of one strip.

    Raises:
        RuntimeError: the page raised an error, or wider than the strip.
    """
    context = browser.new_context(viewport={"width": WIDTH, "height": 600}, device_scale_factor=SCALE)
    faults: list[str] = []
    tab = context.new_page()
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.set_content(html(kind, state))
    words: list[str] = tab.evaluate("globalThis.words ?? []")
    tab.add_style_tag(content="main { max-width: none !important; margin: 0 } main h1 { display: none }")
    tab.wait_for_timeout(100)  # charts are drawn anew once their width is known
    if not faults and tab.evaluate("document.documentElement.scrollWidth") > WIDTH:
        faults.append(f"it is wider than {WIDTH} pixels")
    if faults:
        raise RuntimeError(f"the strip of {kind.name} can not be drawn: {'; '.join(faults)}")
    picture = Image.open(io.BytesIO(tab.locator("#explorer").screenshot())).convert("RGB")
    context.close()
    buffer = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    numbered = " ".join(f"({k}) {text}" for k, text in enumerate(words, 1))
    return buffer.getvalue(), f"{kind.title}: {len(words)} positions. {numbered}"


@contextmanager
def started() -> Iterator["Browser | None"]:
    """A Chromium, or None where Playwright or Chromium is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        yield None
        return
    with sync_playwright() as playwright:
        executable = chromium.find(playwright.chromium.executable_path)
        if executable is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=executable, args=list(chromium.arguments()))
        yield browser
        browser.close()


def draw(names: Iterable[str]) -> None:
    """Render some strips and store them; without a Chromium keep what is there, and say so."""
    wanted = list(names)
    if not wanted:
        return
    with started() as browser:
        if browser is None:
            print(f"THE STRIPS ARE KEPT AS THEY ARE, for there is no Chromium to draw them: {', '.join(wanted)}.")
            return
        FOLDER.mkdir(exist_ok=True)
        for name in wanted:
            explorer = catalogue()[name]()
            png, alt = render(browser, type(explorer), encoded(explorer.state()))
            (FOLDER / f"{name}.png").write_bytes(png)
            store(name, {"alt": alt, "made_of": made_of(explorer)})
            print(f"strip of {name}: {len(png) // 1000} kB")


def is_bare(output: "NotebookNode") -> bool:
    """Whether an output shows an explorer, and no strip of it."""
    return "tverskylib" in output.get("metadata", {}) and "image/png" not in output.data


def draw_own(outputs: Iterable["NotebookNode"]) -> None:
    """Put the strip into outputs whose explorer shows data of their own, as no stored strip does; without a Chromium
    leave them as they are."""
    bare = [output for output in outputs if is_bare(output)]
    if not bare:
        return
    with started() as browser:
        if browser is None:
            return
        for output in bare:
            kept = output.metadata["tverskylib"]
            png, alt = render(browser, catalogue()[kept["explorer"]], kept["state"])
            data, metadata = mimebundle(png, alt, scale=SCALE)
            output.data.update(data)
            output.metadata.update(metadata)


def store(name: str, entry: dict[str, Any]) -> None:
    """Renew one entry of the list; those of explorers that are gone leave it."""
    all_ = {**entries(), name: entry}
    kept = {name: all_[name] for name in sorted(catalogue()) if name in all_}
    LIST.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def main(arguments: Sequence[str]) -> None:
    """Draw what is stale, or what is named."""
    draw(arguments or stale())


if __name__ == "__main__":
    main(sys.argv[1:])
