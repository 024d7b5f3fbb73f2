"""A widget whose numbers and pictures are made in the browser."""

from __future__ import annotations

import functools
import os
import pathlib
from abc import abstractmethod
from typing import Any, ClassVar

import anywidget

from tverskylib.explorers.browser.bundle import bundle, joined
from tverskylib.explorers.browser.page import page
from tverskylib.explorers.browser.style import style
from tverskylib.figures.plate import mimebundle


class RenderedExplorer(anywidget.AnyWidget):
    """Controls and pictures that need no kernel; values are shared with Python where there is one.

    In a notebook it is the last line of a cell. A stored notebook keeps the grid of pictures of the explorer that
    Python draws, with its alt text; :meth:`save_html` writes a page that works on its own.

    A subclass names its ``module``, a JavaScript file of this folder that exports ``render``, and its ``title``.
    """

    module: ClassVar[str]
    title: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "module" in cls.__dict__:
            cls._esm = bundle(cls.module)
            cls._css = style()
        super().__init_subclass__(**kwargs)

    @functools.cached_property
    @abstractmethod
    def static_picture(self) -> tuple[bytes, str]:
        """PNG and alt text of the grid that is stored in the notebook."""

    @property
    def values(self) -> dict[str, Any]:
        """What the page needs to know: every synchronised value of this class, data included."""
        ours = set(self.traits(sync=True)) - set(anywidget.AnyWidget.class_traits(sync=True))
        return {name: getattr(self, name) for name in sorted(ours) if not name.startswith("_")}

    def to_html(self) -> str:
        """One page with module, data and style inside; it starts where the explorer stands now."""
        script = "\n".join([joined(self.module), joined("page.js"), "start(render);"])
        return page(self.title, self.values, script, style())

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

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        view, about = super()._repr_mimebundle_(**kwargs) or ({}, {})
        data, metadata = mimebundle(*self.static_picture)
        return {**view, **data}, {**about, **metadata}
