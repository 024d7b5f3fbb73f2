"""The stored notebooks are what the generator makes of the sources, and a reader without a kernel sees everything."""

from html.parser import HTMLParser
from pathlib import Path

import build
import nbformat
import pytest
import strips

PROJECT = build.Project(Path(__file__).parents[2])
STORED = sorted([*PROJECT.notebooks.glob("*.ipynb"), *PROJECT.notebooks.glob("exercises/*.ipynb")])

each_notebook = pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)


def test_everything_stored_is_what_the_generator_makes_today():
    reasons = build.outdated(PROJECT)
    lines = [f"{path}: {reason}" for path, reason in reasons.items()]
    assert not reasons, "\n".join(["out of date; run `make notebooks` (or python notebooks/build.py):", *lines])


def test_the_lesson_that_make_lab_opens_is_there():
    assert PROJECT.notebooks / "00_start_here.ipynb" in STORED


class Images(HTMLParser):
    """The alt texts of a page's images."""

    def __init__(self, html):
        super().__init__()
        self.alts = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.alts.append(dict(attributes).get("alt") or "")


def outputs(path):
    return list(build.outputs_of(nbformat.read(path, as_version=4)))


@each_notebook
def test_it_has_nothing_that_may_not_be_stored(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert list(build.faults(notebook)) == []
    assert path.stat().st_size <= build.LARGEST


@each_notebook
def test_every_explorer_has_its_strip(path):
    """Also one that shows what the lesson computed: built where there is a Chromium, it gets one of its own."""
    assert not any(map(strips.is_bare, outputs(path)))


@each_notebook
def test_no_error_no_warning_no_widget(path):
    for output in outputs(path):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        assert build.WIDGET not in output.get("data", {})


@each_notebook
def test_every_picture_has_an_alt_text_in_the_page(path):
    for output in outputs(path):
        data = output.get("data", {})
        html = Images(data.get("text/html", "")).alts
        assert all(alt.strip() for alt in html)
        if "image/png" in data:
            assert html, "the picture has no <img> in text/html"
            assert output.metadata["image/png"]["alt"].strip()


@each_notebook
def test_every_code_cell_was_run_in_order(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    expected = [None] * len(cells) if path.stem.endswith("_exercises") else list(range(1, len(cells) + 1))
    assert [cell.execution_count for cell in cells] == expected
