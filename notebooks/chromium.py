"""Where a Chromium is, and how the tests start it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "TVERSKYLIB_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

HOW_TO_GET_ONE = (
    "THE LESSONS WERE NOT TRIED IN A BROWSER. {missing} Install what is needed with "
    "`python -m pip install playwright` and `python -m playwright install chromium`, or install Chromium with the "
    f"system's packages, or name one: {VARIABLE}=/path/to/chromium."
)


def find(playwrights_own: str) -> str | None:
    """The Chromium to use.

    Args:
        playwrights_own: where Playwright would install one; it need not be there.

    Returns:
        The one that the environment names, else Playwright's own, else one on PATH, else None.

    Raises:
        FileNotFoundError: the environment names a file that is not there.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise FileNotFoundError(f"{VARIABLE} names {named}, which is no program")
        return found
    return playwrights_own if Path(playwrights_own).is_file() else next(filter(None, map(shutil.which, NAMES)), None)


def arguments() -> Iterator[str]:
    """What Chromium is started with: no graphics card, and nothing that leaves this machine.

    Other hosts are not found, so the tests say the same with and without a network. (Playwright could refuse requests
    too, but then the pages share no cache, and each of them fetches all of JupyterLab.)
    """
    yield "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    yield "--no-proxy-server"
    yield "--disable-gpu"
    yield "--disable-background-networking"
    yield "--disable-component-update"
    yield "--disable-sync"
    yield "--no-first-run"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield "--no-sandbox"  # for root, as in containers, Chromium does not start with its sandbox
