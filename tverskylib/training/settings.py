"""What one training run is made from."""

from __future__ import annotations

import hashlib
import json
import math
import numbers
import operator
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from tverskylib._checks import DOMAINS, SOFT_LABELS, Domain, SoftLabels, check_choice, describe
from tverskylib._numbers import is_number
from tverskylib.tiles import GENERATOR_VERSION, TileSettings

Task = Literal["positive", "whole"]
Loss = Literal["tversky", "cross-entropy"]
Companion = Literal["none", "cross-entropy"]
Penalty = Literal["none", "label noise", "confidence"]
Schedule = Literal["cosine", "constant"]

CHOICES: dict[str, tuple[str, ...]] = {
    "task": ("positive", "whole"),
    "domain": DOMAINS,
    "loss": ("tversky", "cross-entropy"),
    "companion": ("none", "cross-entropy"),
    "soft_labels": SOFT_LABELS,
    "penalty": ("none", "label noise", "confidence"),
    "schedule": ("cosine", "constant"),
}
# Name: the least value, the largest, and whether it must be whole.
RANGES: dict[str, tuple[float, float, bool]] = {
    "batch_size": (1, math.inf, True),
    "alpha": (0, math.inf, False),
    "beta": (0, math.inf, False),
    "delta": (0, math.inf, False),
    "smoothing": (0, 1, False),
    "smoothing_classes": (1, 2, True),
    "strength": (0, math.inf, False),
    "foreground_share": (0, 1, False),
    "epochs": (1, math.inf, True),
    "learning_rate": (0, math.inf, False),
    "width": (1, math.inf, True),
    "depth": (1, math.inf, True),
    "seed": (0, 2**64 - 1, True),  # PyTorch takes no larger one
}
SYNTHETIC = "synthetic, version"  # what records call tiles that the settings determine, before the generator's number
# Settings that came later, with the values that they silently had before: earlier records stay readable.
ADDED: dict[str, Any] = {"companion": "none", "smoothing_classes": 2, "foreground_share": 0.0}


@dataclass(frozen=True)
class RunSettings:
    r"""The settings of one training run: equal settings on equal data give equal results on one machine.

    Args:
        task: train and test on the "positive" tiles only, or on the "whole" data set.
        batch_size: images in a step, over all processes together; the last step of an epoch takes what is left.
        domain: of the loss, one ratio for the "batch" or one an "image". Cross-entropy has none: leave it at "batch".
        loss: "tversky" or "cross-entropy".
        companion: what is added to the Tversky loss with weight 1: "cross-entropy" makes the compound loss that is
            in wide use, Dice + cross-entropy.
        alpha, beta, delta, soft_labels: of the Tversky loss, as in :func:`tverskylib.tversky_loss`.
        smoothing: epsilon of label smoothing, in [0, 1).
        smoothing_classes: C of label smoothing: with 2 background becomes :math:`b = \varepsilon / 2` and foreground
            :math:`1 - b`; with 1, one-sided, background becomes :math:`\varepsilon` and foreground stays 1.
        penalty, strength: what is added to the loss, and times what.
        foreground_share: the share of each batch that is drawn from the tiles with foreground, rounded to whole
            tiles; the others are drawn from all tiles. 0 leaves it to chance, and then an epoch shows each tile once.
        epochs: passes over the training tiles: an epoch has as many steps as it takes to show each tile once.
        learning_rate: of Adam; at least 0.
        schedule: the rate falls to 0 along a "cosine", step by step, or is "constant".
        width, depth: of the :class:`UNet`.
        augment: whether tiles are turned and flipped at random.
        seed: of the weights, of the order and of the augmentation.
        tiles: the synthetic data set; not used where a run is given tiles of its own.

    Raises:
        TypeError, ValueError: a setting out of place; the message says what was expected.

    Introduced in lesson 10.
    """

    task: Task = "positive"
    batch_size: int = 8
    domain: Domain = "batch"
    loss: Loss = "tversky"
    companion: Companion = "none"
    alpha: float = 0.5
    beta: float = 0.5
    delta: float = 1e-6
    soft_labels: SoftLabels = "product"
    smoothing: float = 0.0
    smoothing_classes: int = 2
    penalty: Penalty = "none"
    strength: float = 0.0
    foreground_share: float = 0.0
    epochs: int = 30
    learning_rate: float = 1e-3
    schedule: Schedule = "cosine"
    width: int = 8
    depth: int = 4
    augment: bool = True
    seed: int = 0
    tiles: TileSettings = field(default_factory=TileSettings)

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            check_choice(name, getattr(self, name), choices)
        for name, (low, high, whole) in RANGES.items():
            number = _checked_number(name, getattr(self, name), low, high, whole)
            object.__setattr__(self, name, number)  # NumPy's numbers too become Python's, as JSON needs them
        if not isinstance(self.augment, bool):
            raise TypeError(f"augment must be True or False, got {self.augment!r}")
        if not isinstance(self.tiles, TileSettings):
            raise TypeError(f"tiles must be a TileSettings, got {describe(self.tiles)}")
        if self.smoothing == 1:
            raise ValueError("smoothing must be below 1, got 1: nothing would be left of the target")
        if self.alpha == self.beta == 0:
            raise ValueError("alpha and beta must not both be 0, got alpha=0, beta=0")
        if (self.penalty == "none") != (self.strength == 0):
            raise ValueError(
                f"penalty and strength must come together, got penalty={self.penalty!r} and strength={self.strength}"
            )
        if self.loss == "cross-entropy" and self.companion != "none":
            raise ValueError(f"companion must be 'none' for cross-entropy, got {self.companion!r}")
        if not self.smoothing and self.smoothing_classes != 2:
            raise ValueError(f"smoothing_classes must be 2 without smoothing, got {self.smoothing_classes}")
        if self.loss == "cross-entropy" and self.domain != "batch":
            raise ValueError("domain must be 'batch' for cross-entropy, whose mean over pixels is the same either way")

    def as_dict(self) -> dict[str, Any]:
        """Plain values by name, as JSON has them; the tiles' settings in a dictionary of their own."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunSettings:
        """The settings that :meth:`as_dict` wrote, also before the settings in ``ADDED`` were there.

        Raises:
            ValueError: names that are missing, or that no setting has.
        """
        values = {**ADDED, **values} if isinstance(values, dict) else values
        _check_names("values", values, cls)
        _check_names("tiles", values["tiles"], TileSettings)
        return cls(**{**values, "tiles": TileSettings(**values["tiles"])})

    def name(self, data: str | None = None) -> str:
        """What the run's files are called: what most readers ask for, and a hash of all settings and of the data.

        Args:
            data: the hash of tiles of one's own; None for the synthetic tiles, which their settings determine.
        """
        told = {name: value for name, value in self.as_dict().items() if name not in ADDED or value != ADDED[name]}
        made_from = {"settings": told, "data": data or {"generator": GENERATOR_VERSION}}
        digest = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:12]
        return f"{self.task}-{self.batch_size}-{self.domain}-seed{self.seed}-{digest}"


def _check_names(name: str, values: Any, kind: type) -> None:
    if not isinstance(values, dict):
        raise TypeError(f"{name} must be a dictionary of settings, got {describe(values)}")
    known, given = {one.name for one in fields(kind)}, set(values)
    if known != given:
        missing, unknown = (sorted(map(str, names)) for names in (known - given, given - known))
        raise ValueError(f"{name} must hold every setting; missing: {missing}, unknown: {unknown}")


def _checked_number(name: str, given: Any, low: float, high: float, whole: bool) -> float:
    if not is_number(given) or (whole and not isinstance(given, numbers.Integral)):
        raise TypeError(f"{name} must be a {'whole ' * whole}number, got {describe(given)}")
    real: Any = given
    # 0.0 + -0.0 is 0.0: settings that are equal must not differ in a sign, which would give them other names.
    try:
        number: float = operator.index(real) if whole else 0.0 + float(real)
    except OverflowError:
        number = math.inf
    if not low <= number <= high or number == math.inf:
        expected = f"finite and at least {low}" if high == math.inf else f"from {low} to {high}"
        raise ValueError(f"{name} must be {expected}, got {describe(given)}")
    return number
