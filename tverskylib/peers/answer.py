"""The answer to "which call of theirs is this, and which of ours is that", with the numbers of the recorded run."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from tverskylib._checks import Domain, check_choice
from tverskylib.peers import records
from tverskylib.peers.calls import KERAS, LOSSES, PACKAGES
from tverskylib.peers.cases import CLASSES, batch
from tverskylib.peers.equivalents import GRID, WAYS, Setting
from tverskylib.peers.probes import Answer, number

SAME = 2e-6  # six digits


@dataclass(frozen=True)
class Equivalent:
    """Code in two libraries, and what it gives for the fixed batches (p, y) of :func:`tverskylib.peers.batch`.

    Attributes:
        library: as imported.
        theirs, ours: code that leaves the loss in ``value``.
        reason: what theirs does otherwise; empty where the two are equal.
        values: theirs and ours on the fixed batch; an error as text; None for theirs if it was never run.
        with_empty: the same where the second image has no foreground.
        source: where their values come from: "the recorded run, VERSION", "run here", or "not run".
    """

    library: str
    theirs: str
    ours: str
    reason: str
    values: tuple[Answer, Answer]
    with_empty: tuple[Answer, Answer]
    source: str

    @property
    def verdict(self) -> str:
        """ "equal", "equal here", or "no equivalent", with the reason and by how much."""
        if self.values[0] is None:
            return f"not run here: pip install {PACKAGES[self.library]}" + (f"; {self.reason}" if self.reason else "")
        if self.values[1] is None:
            return f"no equivalent: {self.reason}"
        if not _same(self.values):
            return f"no equivalent: {self.reason}; here it differs by {_difference(self.values)}"
        if not self.reason:
            return "equal"
        if _same(self.with_empty):
            return f"equal here, but {self.reason}"
        theirs, ours = (_words(value) for value in self.with_empty)
        return f"equal here, but {self.reason}: with an empty image theirs is {theirs}, ours {ours}"

    def __str__(self) -> str:
        theirs, ours = (_words(value) for value in self.values)
        return (
            f"# {self.library}\n{self.theirs}  # {theirs}\n\n# tverskylib\n{self.ours}  # {ours}\n\n"
            f"# {self.verdict} ({self.source})"
        )

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}\n```"


def equivalent(
    library: str,
    *,
    alpha: float = 0.5,
    beta: float = 0.5,
    domain: Domain = "batch",
    delta: float = 1e-5,
    channels: int = 1,
    per_class: bool = False,
) -> Equivalent:
    """Our loss with these arguments, written for another library, with its number beside ours.

    Args:
        library: "monai", "segmentation_models_pytorch", "nnunetv2", "kornia", "torchmetrics" or "keras".
        alpha, beta, domain, delta, per_class: as for :func:`tverskylib.tversky_loss`.
        channels: 1, one foreground, or 3, three classes with the background as class 0.

    Returns:
        An :class:`Equivalent`. Their numbers come from the recorded run, or from the library if it is installed and
        the run did not try these arguments.

    Raises:
        TypeError, ValueError: an argument out of place.

    Introduced in lesson 12.

    >>> print(equivalent("monai", alpha=0.3, beta=0.7, domain="image", delta=1.0).verdict)
    equal
    """
    check_choice("library", library, tuple(WAYS))
    setting = Setting(alpha, beta, domain, delta, channels, per_class)
    way = WAYS[library](setting)
    theirs, ours = way.code, way.ours or setting.ours
    if setting in GRID and (records.FOLDER / f"{library}.json").exists():
        record = records.read(library)
        entry = record["equivalents"][GRID.index(setting)]
        version = next(iter(record["versions"].values()))
        source = f"the recorded run, {library} {version}"
        return Equivalent(library, theirs, ours, way.reason, (*entry["values"],), (*entry["with_empty"],), source)
    installed = importlib.util.find_spec(library) is not None
    values: list[tuple[Answer, Answer]] = []
    for empty in (False, True):
        p, y = batch(channels, empty=empty)
        values.append((number(theirs, p=p, y=y) if installed else None, number(ours, p=p, y=y)))
    source = "run here" if installed else "not run"
    return Equivalent(library, theirs, ours, way.reason, values[0], values[1], source)


def ours(library: str, name: str) -> Equivalent:
    """A loss of theirs, made as its documentation makes it, written with ours.

    Args:
        library: as imported, such as "monai".
        name: its class, such as "DiceLoss".

    Returns:
        An :class:`Equivalent` for three classes; ``ours`` begins with "no equivalent" where there is none.

    Raises:
        ValueError: it is not in the list; the message has those that are.

    Introduced in lesson 12.

    >>> print(ours("monai", "DiceLoss").ours)
    from tverskylib import tversky_loss
    value = tversky_loss(p, y, domain="image", per_class=True, delta=0.5e-5)
    """
    listed = {loss.name: loss for loss in LOSSES if loss.library == library}
    check_choice("library", library, tuple({loss.library: None for loss in LOSSES}))
    check_choice("name", name, tuple(listed))
    loss = listed[name]
    none = loss.ours.startswith("no equivalent")
    code = loss.ours if none else f"from tverskylib import tversky_loss\nvalue = {loss.ours}"
    record = records.read(library)
    answers = record["losses"][name]
    p, y = batch(CLASSES)
    mine = None if none else number(code, p=p, y=y)
    source = f"the recorded run, {library} {next(iter(record['versions'].values()))}"
    reason = loss.ours.removeprefix("no equivalent: ") if none else ""
    theirs = loss.code(many=True).removeprefix(KERAS)
    return Equivalent(library, theirs, code, reason, (answers["value"], mine), (None, None), source)


def _same(pair: tuple[Answer, Answer]) -> bool:
    return (gap := _gap(pair)) is not None and gap < SAME


def _gap(pair: tuple[Answer, Answer]) -> float | None:
    theirs, ours = pair
    return abs(theirs - ours) if isinstance(theirs, float) and isinstance(ours, float) else None


def _difference(pair: tuple[Answer, Answer]) -> str:
    gap = _gap(pair)
    return "a number that only one of them has" if gap is None else f"{gap:.6f}"


def _words(value: Answer) -> str:
    if value is None:
        return "not run"
    return f"{value:.6f}" if isinstance(value, float) else str(value)
