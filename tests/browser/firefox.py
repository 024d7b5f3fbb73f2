"""A Firefox through WebDriver BiDi: it opens a page, evaluates, presses keys and drags, and keeps what is complained of."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VARIABLE = "TVERSKYLIB_FIREFOX"
NAMES = ("firefox-esr", "firefox")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015", "PageUp": "\ue00e"}
START, ANSWER = 120.0, 60.0  # seconds


def find() -> str | None:
    """The Firefox that the environment names, or one on PATH, or None."""
    return next(filter(None, map(shutil.which, filter(None, (os.environ.get(VARIABLE), *NAMES)))), None)


class Firefox:
    """One tab."""

    def __init__(self, address: str) -> None:
        import websocket

        self._socket = websocket.create_connection(f"{address}/session", timeout=ANSWER, suppress_origin=True)
        self._ids = itertools.count(1)
        self.complaints: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])
        self._tab = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **params: Any) -> Any:
        """Send a command and wait for its result; errors and warnings of the page are kept meanwhile."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("method") == "log.entryAdded" and message["params"]["level"] in ("error", "warn"):
                self.complaints.append(message["params"]["text"])
            if message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]

    def open(self, url: str, width: int = 1000, height: int = 900) -> None:
        """Open a page and wait until it is loaded."""
        self.send("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})
        self.send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, or of the promise that it gives."""
        code = f"(async () => JSON.stringify(await ({expression})))()"
        target = {"context": self._tab}
        found = self.send("script.evaluate", expression=code, target=target, awaitPromise=True)
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"].get("value", "null"))

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        kinds = ("keyDown", "keyUp")
        actions = [{"type": kind, "value": KEYS[key]} for key in keys for kind in kinds]
        self._act({"type": "key", "id": "keyboard", "actions": actions})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the mouse at one place and release it at another."""
        x, y, across, down = (round(value) for value in (*start, *end))
        actions: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "x": across, "y": down, "duration": 50},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def _act(self, source: dict[str, Any]) -> None:
        self.send("input.performActions", context=self._tab, actions=[source])


@contextmanager
def started(executable: str, profile: Path) -> Iterator[Firefox]:
    """A Firefox with a profile of its own, headless."""
    profile.mkdir()
    log = profile.with_suffix(".log")
    command = [executable, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + START
        while not (found := LISTENING.search(log.read_text(encoding="utf-8"))):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Firefox did not start: {log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.1)
        yield Firefox(found[1])
    finally:
        process.terminate()
        process.wait(timeout=START)
