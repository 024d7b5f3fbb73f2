"""Draw a figure again after some of its artists have changed: those, what lies over them, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, TypeAlias

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from numpy.typing import NDArray

Box: TypeAlias = NDArray[np.floating]  # left, bottom, right, top, in pixels

EVERYWHERE: Box = np.array([-np.inf, -np.inf, np.inf, np.inf])
NOWHERE: Box = -EVERYWHERE
MEASURED = (AxesImage, Axis, Collection, Legend, Line2D, Patch, Text)  # others may draw beside their boxes
FOLLOWERS = (Annotation, Legend)  # their place can depend on other artists
SOFT_EDGE = 2.0  # pixels
CORNERS = 4.0  # matplotlib's boxes leave out the width of lines, which sharp corners multiply


class Redraw:
    """A canvas that is brought up to date for the price of what changed.

    Matplotlib marks an artist as stale when one of its properties is set, so nobody has to say what changed. What
    has been stale once counts as moving. The background is everything else; a draw puts it back and draws the moving
    artists over it, and whatever lies over one of them, from below to above as matplotlib does: pixel for pixel the
    picture of a full draw. Another artist that starts to move, or gets into the way, costs one new background.

    After any other change, as of limits, of the size of the figure or of what is in it, all starts anew with a full
    draw. So it does after an error.

    Args:
        canvas: of the figure. Between two draws it is for this object alone. What matplotlib cannot notice, as an
            array that was changed in place, is not noticed here either.
    """

    def __init__(self, canvas: FigureCanvasAgg) -> None:
        self.canvas = canvas
        self._drawn: Any = None  # the frame of the picture on the canvas

    def draw(self) -> None:
        """Bring the canvas up to date: its pixels are those of ``canvas.draw()``."""
        before, self._drawn = self._drawn, None  # an unfinished picture is nothing to build on
        frame = self._frame()
        if frame is None or frame != before or not self._follow():
            self._start()
            frame = self._frame()  # only now, for drawing can move the axes
        for inside in self._inside.values():
            for artist in inside:
                artist.stale = False  # drawing itself leaves some of them stale
        self._drawn = frame

    def _start(self) -> None:
        """Draw all; nothing is known to move."""
        self.canvas.draw()
        self._inside = {part: part.findobj() for part in self._parts()}
        self._arrays = {part: _array(part) for part in self._inside}
        self._boxes: dict[Artist, Box] = {part: self._box(part) for part in self._inside if isinstance(part, FOLLOWERS)}
        self._moving: set[Artist] = set()

    def _follow(self) -> bool:
        """Draw what has changed since the last time; False if that takes a full draw."""
        parts = list(self._inside)
        changed = {part for part in parts if self._has_changed(part)}
        if not changed:
            return True
        for part in parts:
            if part in changed or part not in self._boxes:
                self._boxes[part] = self._box(part)
                self._arrays[part] = _array(part)
        moving = self._with_what_lies_over(changed | self._moving, parts)
        if any(part in moving for part in self._patches()):  # matplotlib leaves no patch out of a background
            return False
        if moving == self._moving:
            self.canvas.restore_region(self._background)
        else:
            self._moving = moving
            self._take_background()
        renderer = self.canvas.get_renderer()
        for part in parts:
            if part in moving:
                part.draw(renderer)
        return True

    def _take_background(self) -> None:
        with ExitStack() as stack:
            for part in self._moving:
                stack.callback(part.set_animated, False)
                part.set_animated(True)  # leaves it out
            self.canvas.draw()
        self._background = self.canvas.copy_from_bbox(self.canvas.figure.bbox)

    def _has_changed(self, part: Artist) -> bool:
        return (
            any(artist.stale for artist in self._inside[part])
            or _array(part) is not self._arrays[part]
            or (isinstance(part, FOLLOWERS) and not np.array_equal(self._boxes[part], self._box(part)))
        )

    def _with_what_lies_over(self, moving: set[Artist], parts: list[Artist]) -> set[Artist]:
        """The moving parts, the parts that lie over them, the parts that lie over those, and so on."""
        left, bottom, right, top = np.array([self._boxes[part] for part in parts]).T
        meets = (left[:, None] < right) & (left < right[:, None]) & (bottom[:, None] < top) & (bottom < top[:, None])
        over: NDArray[np.bool_] = np.triu(meets, 1)
        found = np.array([part in moving for part in parts])
        while (more := over[found].any(axis=0) & ~found).any():
            found |= more
        return {part for part, is_moving in zip(parts, found, strict=True) if is_moving}

    def _axes(self) -> list[Axes]:
        return [child for child in self.canvas.figure.get_children() if isinstance(child, Axes)]

    def _patches(self) -> list[Patch]:
        return [self.canvas.figure.patch, *(ax.patch for ax in self._axes())]

    def _parts(self) -> Iterator[Artist]:
        """What is drawn, from below to above, in matplotlib's own order; axes are taken apart."""
        figure = self.canvas.figure
        yield figure.patch
        for child in _in_order(figure, figure.patch):
            if isinstance(child, Axes):
                yield from _drawn(child)
            else:
                yield child

    def _frame(self) -> Any:
        """What must stay as it is, for a background to be of use; None if none is."""
        figure, renderer = self.canvas.figure, self.canvas.get_renderer()
        if figure.get_layout_engine() is not None or not figure.get_visible():
            return None
        places = []
        for ax in self._axes():
            locator: Any = ax.get_axes_locator()
            ax.apply_aspect(locator(ax, renderer) if locator else None)  # as a full draw would begin
            if _moves_titles(ax):
                return None
            places.append((ax.bbox.bounds, ax.get_xlim(), ax.get_ylim(), ax.get_xscale(), ax.get_yscale()))
        return list(self._parts()), figure.dpi, figure.bbox.bounds, places

    def _box(self, part: Artist) -> Box:
        """What a part can change lies in here."""
        if not part.get_visible():
            return NOWHERE
        if not isinstance(part, MEASURED) or part.get_path_effects() or part.get_sketch_params():
            return EVERYWHERE
        boxes = np.array([self._box_of_piece(piece) for piece in self._pieces(part)])
        return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])

    def _pieces(self, part: Artist) -> Iterator[Artist]:
        """The part, and what may reach out of matplotlib's box of it."""
        yield part
        if isinstance(part, Text) and (frame := part.get_bbox_patch()) is not None:
            part.update_bbox_position_size(self.canvas.get_renderer())
            yield frame
        if isinstance(part, Annotation) and part.arrow_patch is not None:
            yield part.arrow_patch
        if isinstance(part, Legend):
            yield part.get_frame()
        if isinstance(part, Axis):
            yield from (line for line in part.findobj(Line2D) if _in_view(line, part))  # ticks and grid

    def _box_of_piece(self, piece: Artist) -> Box:
        if not piece.get_visible():
            return NOWHERE
        renderer = self.canvas.get_renderer()
        box = piece.get_tightbbox(renderer) if isinstance(piece, Axis) else piece.get_window_extent(renderer)
        if box is None:
            return NOWHERE
        if not np.isfinite(box.extents).all():
            return EVERYWHERE
        line, edge, marker = (
            np.max(getattr(piece, f"get_{name}", float)(), initial=0.0)
            for name in ("linewidth", "markeredgewidth", "markersize")
        )
        # Matplotlib adds half a marker's size, which a diamond exceeds, and a tick, which has one side only.
        margin = SOFT_EDGE + renderer.points_to_pixels(CORNERS * max(line, edge) + marker / 2)
        low, high = np.asarray(box.min) - margin, np.asarray(box.max) + margin
        clip = piece.get_clip_box() if piece.get_clip_on() and not isinstance(piece, Axis | Legend) else None
        if clip is not None:  # those two have a clip box too, and draw beside it
            low, high = np.maximum(low, np.asarray(clip.min) - 1), np.minimum(high, np.asarray(clip.max) + 1)
        return np.concatenate([low, high])


def _drawn(ax: Axes) -> Iterator[Artist]:
    """The children that matplotlib draws."""
    if not ax.get_visible():
        return
    framed = ax.axison and ax.get_frame_on()
    if framed:
        yield ax.patch
    hidden = {*([] if ax.axison else [ax.xaxis, ax.yaxis]), *([] if framed else ax.spines.values())}
    yield from (child for child in _in_order(ax, ax.patch) if child not in hidden)


def _in_order(parent: Artist, patch: Patch) -> list[Artist]:
    shown = [child for child in parent.get_children() if child is not patch and not child.get_animated()]
    return sorted(shown, key=Artist.get_zorder)


def _in_view(line: Artist, axis: Any) -> bool:
    """Whether a tick or a line of the grid is between the limits; matplotlib keeps others too, and leaves them out."""
    side = 0 if axis.axis_name == "x" else 1
    box, view = line.get_window_extent(), axis.axes.bbox
    return bool(box.max[side] >= view.min[side] - 1 and box.min[side] <= view.max[side] + 1)


def _array(part: Artist) -> Any:
    """The numbers behind the colours of a mesh, whose change does not make it stale."""
    return getattr(part, "get_array", lambda: None)()


def _moves_titles(ax: Any) -> bool:
    """Whether titles make room for something, as a full draw makes them do."""
    if ax.xaxis.get_ticks_position() in ("top", "unknown") or ax.xaxis.get_label_position() == "top":
        return True
    if ax.child_axes or ax.yaxis.get_offset_text().get_text():
        return True
    titles = [title for title in (ax.title, ax._left_title, ax._right_title) if title.get_text()]
    return any(title.get_position()[1] != 1 or title.get_window_extent().y0 < ax.bbox.y1 for title in titles)
