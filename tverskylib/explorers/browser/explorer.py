"""A widget that is declared: values, presets and telling positions in Python, what is derived and drawn in JavaScript.

How to declare one is told in the docstring of :mod:`tverskylib.explorers.browser`.
"""

from __future__ import annotations

import json
import os
import pathlib
from abc import abstractmethod
from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar

import anywidget
import traitlets

from tverskylib.explorers.browser import stored
from tverskylib.explorers.browser.bundle import joined
from tverskylib.explorers.browser.page import encoded, page
from tverskylib.explorers.browser.style import style
from tverskylib.explorers.browser.values import Choice, Number
from tverskylib.figures.plate import mimebundle

Values = Mapping[str, Any]
# Characters of a state that are stored with a notebook's output; more where nothing else has the data.
KEPT, KEPT_OF_OWN = 10_000, 500_000


class BrowserExplorer(anywidget.AnyWidget):
    """Controls and pictures that need no kernel; values are shared with Python where there is one.

    In a notebook it is the last line of a cell. A stored notebook keeps the strip of its telling positions, with alt
    text; :meth:`save_html` writes a page that works on its own.

    A subclass declares:
        name: of its JavaScript file, of its strip, and in links: ``#tversky:NAME?beta=0.9`` sets its values.
        title, question: the question stands over the figure.
        presets: words for a group of buttons -> name on a button -> values that it sets.
        frames: one sentence of what is seen -> the values at which it is seen; the climax last.
        guesses: the value of which the reader marks a guess, if any.
        strip_columns: how many frames stand side by side.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    presets: ClassVar[Mapping[str, Mapping[str, Values]]] = {}
    frames: ClassVar[Mapping[str, Values]]
    guesses: ClassVar[str | None] = None
    strip_columns: ClassVar[int] = 3
    guess: Any = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "name" in cls.__dict__:
            cls._esm = f"{cls.script()}\nexport default {{ render: explorer(declaration, ABOUT) }};\n"
            cls._css = style()
        super().__init_subclass__(**kwargs)

    def __init__(self, **values: Any) -> None:
        self._refuse_unknown(values)
        super().__init__(**values)

    @classmethod
    def declared(cls) -> dict[str, Number | Choice]:
        """Name -> trait of every value that can be set, in the order of the declaration."""
        kinds = (vars(kind) for kind in reversed(cls.__mro__))
        return {name: trait for kind in kinds for name, trait in kind.items() if hasattr(trait, "about")}

    @classmethod
    def about(cls) -> dict[str, Any]:
        """The declaration as the browser reads it."""
        return {
            "name": cls.name,
            "title": cls.title,
            "question": cls.question,
            "values": [trait.about(name) for name, trait in cls.declared().items()],
            "presets": cls.presets,
            "frames": [{"words": words, "values": values} for words, values in cls.frames.items()],
            "guesses": cls.guesses,
            "columns": min(len(cls.frames), cls.strip_columns),
        }

    @classmethod
    def script(cls, *more: str) -> str:
        """The JavaScript without an export: the engine, the declaration, more modules of the folder, and ABOUT."""
        about = json.dumps(cls.about(), ensure_ascii=False)
        return f"{joined('explorer.js', f'{cls.name}.js', *more)}\nconst ABOUT = {about};\n"

    @property
    def is_default(self) -> bool:
        """Whether it shows the data that its stored strip shows."""
        return True

    @property
    @abstractmethod
    def numbers(self) -> dict[str, float]:
        """What the page shows, computed by the library; NaN for what is 0/0."""

    @property
    def values(self) -> dict[str, Any]:
        """Where the controls stand."""
        return {name: getattr(self, name) for name in self.declared()}

    def set(self, **values: Any) -> None:
        """Set several values at once; if one is refused, none is set.

        Raises:
            ValueError: an explorer has no such value.
            TraitError: a value is out of its range.
        """
        self._refuse_unknown(values)
        checked = {name: self.traits()[name]._validate(self, value) for name, value in values.items()}
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in checked.items():
                setattr(self, name, value)

    def state(self) -> dict[str, Any]:
        """What the page needs: every synchronised value of the declaration, data included."""
        ours = set(self.traits(sync=True)) - set(anywidget.AnyWidget.class_traits(sync=True))
        return {name: getattr(self, name) for name in sorted(ours) if not name.startswith("_")}

    def to_html(self) -> str:
        """One page with module, data and style inside; it starts where the explorer stands now."""
        return page(self.title, self.state(), f"{self.script('page.js')}start(explorer(declaration, ABOUT));", style())

    def save_html(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Write the page to a file.

        Args:
            path: where to; the folder must exist.

        Returns:
            The path. The file needs no other file, no kernel and no network.

        Raises:
            TypeError: path is no path.
            FileNotFoundError: its folder does not exist.
        """
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"path must be a path of a file, got {path!r}")
        target = pathlib.Path(path)
        if not target.parent.is_dir():
            raise FileNotFoundError(f"path must lie in a folder that exists, got {target}")
        target.write_text(self.to_html(), encoding="utf-8")
        return target

    @traitlets.validate("guess")
    def _check_guess(self, proposal: Any) -> float | None:
        value = proposal["value"]
        if value is None:
            return None
        if self.guesses is None:
            raise traitlets.TraitError(f"{type(self).__name__} takes no guess, got {value}")
        return float(self.traits()[self.guesses].validate(self, value))

    def _refuse_unknown(self, values: Values) -> None:
        # Data of a subclass is synchronised too, and goes the same way when the widget is made.
        unknown = sorted(set(values) - set(self.class_traits(sync=True)))
        if unknown:
            raise ValueError(f"values must be named {', '.join(self.declared())} or guess, got {', '.join(unknown)}")

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        view, about = super()._repr_mimebundle_(**kwargs) or ({}, {})
        strip = stored.strip(self.name) if self.is_default else None
        if strip is None:  # of data of one's own; also of a declaration that is being written, and a test says so
            data: dict[str, Any] = {"text/html": self._in_numbers()}
            metadata: dict[str, Any] = {}
        else:
            data, metadata = mimebundle(strip.png, strip.alt, scale=stored.SCALE)
        return {**view, **data}, {**about, **metadata, **self._kept()}

    def _kept(self) -> dict[str, Any]:
        """What a site needs to show it alive: all of it where it is small, else the values, if the data is the package's."""
        state = encoded(self.state())
        if len(state) <= (KEPT if self.is_default else KEPT_OF_OWN):
            return {"tverskylib": {"explorer": self.name, "state": state}}
        return {"tverskylib": {"explorer": self.name, "values": self.values}} if self.is_default else {}

    def _in_numbers(self) -> str:
        """What stands for it where no browser draws it and no strip shows its data."""
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{value:.4g}</td></tr>" for name, value in self.numbers.items())
        return f"<p>{escape(self.title)}, at {escape(str(self.values))}:</p><table>{rows}</table>"
