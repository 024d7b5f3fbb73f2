"""What Redraw draws is, pixel for pixel, what a full draw would have drawn."""

from __future__ import annotations

import io
import math
import random

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from test_explorers import one_bar

from tverskylib.explorers.explorer import Explorer
from tverskylib.explorers.picture import encoded
from tverskylib.explorers.redraw import Redraw
from tverskylib.figures._style import in_style
from tverskylib.figures.drawing import Drawing

STEPS = 3


def pixels(canvas: FigureCanvasAgg) -> np.ndarray:
    return np.asarray(canvas.buffer_rgba()).copy()


@in_style
def fully_drawn(figure: Figure) -> np.ndarray:
    """The pixels of a full draw on a canvas of its own; the figure gets its old canvas back."""
    own, canvas = figure.canvas, FigureCanvasAgg(figure)
    canvas.draw()
    figure.set_canvas(own)
    for artist in figure.findobj():
        artist.stale = False  # as Redraw left them
    return pixels(canvas)


@in_style
def twin_of(explorer: Explorer) -> tuple[Drawing, Figure]:
    """The drawing once more, at the same values and on a figure of its own."""
    figure = Figure(figsize=explorer.figure.get_size_inches(), dpi=explorer.figure.dpi)
    drawing = explorer._make(figure)
    drawing.update(**explorer.values)
    return drawing, figure


def shown(explorer: Explorer) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(explorer.picture.png)))


def walk(explorer: Explorer, random_: random.Random):
    """Every slider once, some of them by one step as with a key, then every button, and Reset in the end."""
    names = list(explorer.sliders)
    for number in range(max(STEPS, len(names))):
        name = names[number % len(names)]
        slider = explorer.sliders[name]
        if number % 3 == 2:
            exponent = random_.uniform(slider.min, slider.max)
            slider.value = slider.base**exponent if hasattr(slider, "base") else exponent
        else:
            step = slider.step * random_.choice((-1, 1))
            at = math.log10(slider.value) if hasattr(slider, "base") else slider.value
            at = min(max(at + step, slider.min), slider.max)
            slider.value = slider.base**at if hasattr(slider, "base") else at
        yield f"step {number}: {explorer.values}"
    for name in [*explorer.buttons, "Reset"]:
        explorer.buttons[name].click()
        yield name


def test_an_explorer_shows_what_a_full_draw_shows():
    """The full draws are of a twin, so that none of them mends what Redraw has left undone."""
    explorer = one_bar()
    twin, figure = twin_of(explorer)
    for where in walk(explorer, random.Random("one bar")):
        in_style(twin.update)(**explorer.values)
        assert np.array_equal(pixels(explorer.canvas), fully_drawn(figure)), where
    assert np.array_equal(shown(explorer), pixels(explorer.canvas)[..., :3])


class Plot:
    """Two small axes with a bit of everything."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(4, 2.4))
        self.canvas = FigureCanvasAgg(self.figure)
        self.left, self.right = self.figure.subplots(1, 2)
        self.image = self.left.imshow(np.eye(8), cmap="gray", vmin=0, vmax=1)
        (self.line,) = self.right.plot([0, 1, 2], [0, 1, 0], lw=6, zorder=1)
        (self.above,) = self.right.plot([0, 1, 2], [1, 0, 1], lw=3, color="tab:red", alpha=0.5, zorder=2)
        (self.point,) = self.right.plot([1], [0.5], ls="", marker="D", ms=12, clip_on=False)
        self.bar = self.right.bar([1.5], [0.6], hatch="//", ec="k", width=0.3)[0]
        self.mesh = self.right.pcolormesh([0, 0.5, 1], [0, 0.2, 0.4], [[0, 1], [2, 3]], alpha=0.4)
        self.text = self.right.text(0.2, 0.8, "Text", bbox={"fc": "white", "ec": "green", "boxstyle": "round"})
        self.note = self.right.annotate("note", (1, 0.2), (1.4, 0.9), arrowprops={"arrowstyle": "-|>", "lw": 3})
        self.title = self.right.set_title("title", loc="left")
        self.right.legend([self.line, self.above], ["a", "b"], loc="lower right")
        self.left.set(xticks=[0, 4], yticks=[0, 4])
        self.right.set(xlim=(0, 2), ylim=(0, 1.1), xticks=[0, 2], yticks=[0, 1])
        self.redraw = Redraw(self.canvas)

    def draw(self) -> None:
        in_style(self.redraw.draw)()


@pytest.fixture
def plot():
    """A point has moved, so that there is a background."""
    made = Plot()
    made.draw()
    for at in (0.3, 0.4):
        made.point.set_data([at], [at])
        made.draw()
    return made


def agrees(plot: Plot) -> bool:
    plot.draw()
    return np.array_equal(pixels(plot.canvas), fully_drawn(plot.figure))


CHANGES = {
    "nothing": lambda plot: None,
    "beneath another": lambda plot: plot.line.set_data([0, 1, 2], [1, 0.2, 0.7]),
    "above another": lambda plot: plot.above.set_data([0, 1, 2], [0, 0.5, 0.7]),
    "an image": lambda plot: plot.image.set_data(np.eye(8)[::-1]),
    "the colours of an image": lambda plot: plot.image.set_clim(-1, 1),
    "a mesh, which does not get stale": lambda plot: plot.mesh.set_array(np.array([[3, 2], [1, 0]])),
    "a bar": lambda plot: plot.bar.set_height(1.05),
    "a marker that reaches out of its axes": lambda plot: plot.point.set_data([0], [1.1]),
    "a large marker far out": lambda plot: plot.point.set(xdata=[-0.9], ydata=[0.5], markersize=60),
    "a text": lambda plot: plot.text.set_text("another text, quite long, over much else"),
    "an empty text": lambda plot: plot.text.set_text(""),
    "the place of a text": lambda plot: plot.text.set_position((-0.4, 0.1)),
    "a title": lambda plot: plot.title.set_text("two\nlines, longer"),
    "a title that reaches down": lambda plot: plot.title.set_text(
        r"$\frac{\frac{a}{b}}{\sum_{\frac{k}{\frac{m}{n}}}}$"
    ),
    "an arrow": lambda plot: plot.note.set(position=(0.1, 0.3)),
    "the limits": lambda plot: plot.right.set_xlim(-1, 3),
    "the same limits": lambda plot: plot.right.set_ylim(0, 1.1),
    "limits and an artist": lambda plot: (plot.right.set_ylim(-1, 2), plot.line.set_data([0, 1, 2], [0, 2, 0])),
    "a scale": lambda plot: plot.right.set_yscale("symlog"),
    "an aspect": lambda plot: plot.right.set_aspect("equal"),
    "the ticks": lambda plot: plot.right.set_yticks([0, 0.33], ["none", "a third"]),
    "ticks on top": lambda plot: plot.right.xaxis.tick_top(),
    "a grid": lambda plot: plot.right.grid(visible=True, lw=3),
    "a label": lambda plot: plot.right.set_xlabel("label"),
    "an artist more": lambda plot: plot.right.plot([0, 2], [1, 0]),
    "an artist less": lambda plot: plot.above.remove(),
    "an artist of the figure": lambda plot: plot.figure.suptitle("above all"),
    "a patch of axes": lambda plot: plot.right.set_facecolor("yellow"),
    "the figure's colour": lambda plot: plot.figure.set_facecolor("yellow"),
    "the place of axes": lambda plot: plot.left.set_position((0.3, 0.1, 0.5, 0.7)),
    "axes less": lambda plot: plot.left.remove(),
    "axes hidden": lambda plot: plot.left.set_visible(False),
    "axis off": lambda plot: plot.left.set_axis_off(),
    "an inset": lambda plot: plot.right.inset_axes((0.1, 1, 0.3, 0.3)).plot([0, 1], [0, 1]),
    "invisible": lambda plot: plot.line.set_visible(False),
    "the order": lambda plot: plot.line.set_zorder(9),
    "the whole figure hidden": lambda plot: plot.figure.set_visible(False),
    "animated": lambda plot: plot.above.set_animated(True),
    "the size": lambda plot: plot.figure.set_size_inches(3, 3),
    "the resolution": lambda plot: plot.figure.set_dpi(60),
    "a layout": lambda plot: plot.figure.set_layout_engine("constrained"),
    "a text in the legend": lambda plot: plot.right.get_legend().get_texts()[0].set_text("other"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_after_a_change(plot, what):
    CHANGES[what](plot)
    assert agrees(plot)
    plot.point.set_data([0.7], [0.2])
    plot.line.set_data([0, 1, 2], [0.5, 1, 0.2])
    assert agrees(plot)


def test_all_changes_one_after_another(plot):
    for what in random.Random(1).sample(list(CHANGES), len(CHANGES)):
        if what not in ("axes less", "an artist less", "a layout", "an aspect", "the whole figure hidden"):
            CHANGES[what](plot)
            assert agrees(plot), what


def test_hidden_and_shown_again(plot):
    for visible in (False, True, False, True):
        plot.line.set_visible(visible)
        assert agrees(plot)


def test_a_legend_in_the_best_place_moves_when_others_do():
    figure = Figure(figsize=(3, 2))
    redraw = Redraw(FigureCanvasAgg(figure))
    (line,) = figure.subplots().plot([0, 1], [0, 0], label="a line")
    legend = figure.axes[0].legend(loc="best")
    figure.axes[0].set(xlim=(0, 1), ylim=(0, 1))
    places = set()
    for height in (0.1, 0.5, 0.9, 0.85):
        line.set_ydata([height, height])
        in_style(redraw.draw)()
        assert np.array_equal(pixels(redraw.canvas), fully_drawn(figure))
        places.add(legend.get_window_extent().bounds)
    assert len(places) == 2


def test_an_error_in_the_middle_of_a_draw_leaves_nothing_behind(plot, monkeypatch):
    def fail(renderer):
        raise RuntimeError("planted")

    for artist in (plot.point, plot.line, plot.title):  # it has moved already, it starts to move, it lies over it
        plot.point.set_data([1.2], [0.9])
        plot.line.set_ydata(plot.line.get_ydata() + 0.1)
        plot.title.set_text(plot.title.get_text() + "!")
        with monkeypatch.context() as patch:
            patch.setattr(artist, "draw", fail)
            with pytest.raises(RuntimeError, match="planted"):
                plot.draw()
        assert not any(artist.get_animated() for artist in plot.figure.findobj())
        assert agrees(plot)
        plot.point.set_data([0.4], [0.4])
        assert agrees(plot)


def test_what_keeps_still_is_not_drawn(plot, monkeypatch):
    drawn = []
    for artist in (plot.image, plot.line, plot.point, plot.left.xaxis):
        monkeypatch.setattr(
            artist, "draw", lambda renderer, artist=artist, draw=artist.draw: (drawn.append(artist), draw(renderer))
        )
    plot.draw()
    assert drawn == []
    plot.point.set_data([0.6], [0.4])
    plot.draw()
    assert drawn == [plot.point]


def test_the_png_has_the_pixels_of_the_canvas():
    plot = Plot()
    plot.figure.set_size_inches(3.33, 2.01)  # odd numbers of pixels
    plot.draw()
    picture = Image.open(io.BytesIO(encoded(plot.canvas)))
    picture.verify()  # the check sums of the chunks
    picture = Image.open(io.BytesIO(encoded(plot.canvas)))
    assert (picture.mode, picture.size) == ("RGB", plot.canvas.get_width_height())
    assert np.array_equal(np.asarray(picture), pixels(plot.canvas)[..., :3])
