"""How far a grid is: in epochs, those of unfinished runs too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tverskylib._extras import optional
from tverskylib.training.checkpoint import epochs_done

LOOK = 2.0  # seconds between two looks


@contextmanager
def shown(checkpoints: Path, epochs: dict[str, int], progress: bool) -> Iterator[Callable[[str], None]]:
    """A progress bar over the epochs of all runs: of those that are under way, their checkpoints tell.

    Args:
        checkpoints: their folder.
        epochs: of each run, by name.
        progress: whether to show it.

    Yields:
        What to call with the name of a run that ended.
    """
    with optional():
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

    under_way, ended = dict(epochs), threading.Event()

    with tqdm(total=sum(epochs.values()), desc="Runs", unit="epoch", disable=not progress or not epochs) as bar:

        def look() -> None:
            running = sum(epochs_done(checkpoints / f"{name}.pt") for name in list(under_way))
            bar.n = sum(epochs.values()) - sum(under_way.values()) + running
            bar.set_postfix_str(f"{len(epochs) - len(under_way)} of {len(epochs)} runs")

        def keep_looking() -> None:
            while not ended.wait(LOOK):
                look()

        def finished(name: str) -> None:
            under_way.pop(name, None)
            look()

        watch = threading.Thread(target=keep_looking, daemon=True)
        if not bar.disable:
            watch.start()
        try:
            yield finished
        finally:
            ended.set()
            if watch.is_alive():
                watch.join()
