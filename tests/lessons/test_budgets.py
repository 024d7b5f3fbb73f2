"""Lessons stay readable: short cells, more words than code, one outline, links that lead somewhere."""

import re
from itertools import pairwise
from pathlib import Path
from statistics import median

import build
import pytest

from tverskylib.environment import LESSONS

PROJECT = build.Project(Path(__file__).parents[2])
DOCUMENTS = [document for lesson in PROJECT.lessons for document in build.documents(PROJECT, lesson)]

each_lesson = pytest.mark.parametrize("lesson", PROJECT.lessons, ids=lambda lesson: lesson.name)
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)

ELSEWHERE = re.compile(r"(?:src=[\"']?|!\[[^\]]*\]\(|from\s+[\"']|import\s+[\"'])\s*(?:https?:)?//")


def cells(lesson, kind):
    """The sources of the cells that a reader sees."""
    return [c.source for c in lesson.cells if c.cell_type == kind and not build.tagged(c, "solution")]


def code_lines(source):
    return [line for line in source.splitlines() if line.strip() and not line.strip().startswith("#")]


def headings(cells):
    """(level, text) of each heading, code blocks left out."""
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [(len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", text, re.MULTILINE)]


@each_lesson
def test_code_cells_are_short(lesson):
    shown = [len(code_lines(source)) for source in cells(lesson, "code")]
    longest = max((cell.source for cell in lesson.cells if cell.cell_type == "code"), key=lambda s: len(code_lines(s)))
    assert median(shown) <= 5
    assert len(code_lines(longest)) <= 25, longest


@each_lesson
def test_no_cell_is_empty(lesson):
    assert all(cell.source.strip() for cell in lesson.cells)


@each_lesson
def test_there_are_ten_words_for_a_line_of_code(lesson):
    prose = re.sub(r"\$.*?\$|\]\(.*?\)", "", "\n".join(cells(lesson, "markdown")), flags=re.DOTALL)
    words = len(re.findall(r"[^\W\d_]+", prose))
    lines = sum(len(code_lines(source)) for source in cells(lesson, "code"))
    assert words >= 10 * lines, f"{words} words for {lines} lines of code"


@each_lesson
def test_plotting_lives_in_the_library(lesson):
    for source in cells(lesson, "code"):
        assert not re.search(r"\bplt\.|\bmatplotlib\b|\bpylab\b", source), source


@each_lesson
def test_no_text_is_swallowed_by_a_code_cell(lesson):
    """As happens where the mark of a new cell is missing: its text then is a comment."""
    swallowed = [line for source in cells(lesson, "code") for line in source.splitlines() if re.match(r"# #+ ", line)]
    assert swallowed == []


@each_lesson
def test_fences_of_code_stand_on_lines_of_their_own(lesson):
    """Otherwise Markdown runs the code together into one line."""
    fences = [line for source in cells(lesson, "markdown") for line in source.splitlines() if "```" in line]
    assert [line for line in fences if not re.fullmatch(r"```\w*", line)] == []
    assert len(fences) % 2 == 0


@each_document
def test_one_title_and_no_skipped_heading(document):
    levels = [level for level, _ in headings(document.cells)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), headings(document.cells)


@each_lesson
def test_it_opens_with_what_the_reader_will_learn_and_needs(lesson):
    first = lesson.cells[0].source
    found = re.search(r"^## What you will learn\n\n(.+?)\n\n## What you need\n\n(.+?)\Z", first, re.M | re.S)
    assert found, "the first cell ends with ## What you will learn and ## What you need"
    assert 3 <= len(re.findall(r"^- ", found[1], re.MULTILINE)) <= 5
    assert "**Time:**" not in first, "the time is computed"


@each_lesson
def test_it_takes_half_an_hour_at_most(lesson):
    assert 5 <= lesson.minutes <= 30


def checks(source):
    """Whether a cell checks something."""
    return re.search(r"\bassert\b|\bchecked\(", source) is not None


@each_lesson
def test_checks_are_short(lesson):
    shown = cells(lesson, "code")
    long = [source for source in shown if checks(source) and len(code_lines(source)) > 2]
    assert len(long) <= 6, "\n\n".join(long)


@each_lesson
def test_a_cell_that_says_checked_is_folded(lesson):
    code = [cell for cell in lesson.cells if cell.cell_type == "code" and not build.tagged(cell, "solution")]
    unfolded = [cell.source for cell in code if "checked(" in cell.source and not build.tagged(cell, "check", "proof")]
    assert unfolded == []


def test_what_only_a_machine_reads_is_in_the_tests():
    """A reader sees "checked: ..." and the numbers; a bare assert in a lesson is seen by nobody."""
    found = [line for lesson in PROJECT.lessons for source in cells(lesson, "code") for line in code_lines(source)]
    assert sum(line.strip().startswith("assert ") for line in found) <= 40


@each_lesson
def test_it_closes_with_what_was_seen_what_is_next_and_references(lesson):
    assert headings(lesson.cells)[-3:] == [(2, "What we saw"), (2, "What is next"), (2, "References")]
    assert lesson.cells[-1].cell_type == "markdown"


@each_document
def test_links_lead_somewhere(document):
    here = (PROJECT.notebooks / document.path).parent
    text = "\n".join(cell.source for cell in document.cells if cell.cell_type == "markdown")
    for target, anchor in re.findall(r"\]\((?![a-z]+:)([^)#\s]*)#?([^)\s]*)\)", text):
        path = here / target if target else PROJECT.notebooks / document.path
        # A notebook that is made but not yet stored counts as being there.
        made = [other for other in DOCUMENTS if (PROJECT.notebooks / other.path).resolve() == path.resolve()]
        assert made or path.exists(), f"{document.path} links to {target}, which is not there"
        if anchor.startswith("tversky:"):  # a position of an explorer on this page
            name = anchor.removeprefix("tversky:").partition("?")[0]
            assert any(f"explorers.{name}(" in cell.source for cell in document.cells), f"no explorer {anchor}"
        elif anchor:
            [linked] = made
            assert anchor in [words.replace(" ", "-") for _, words in headings(linked.cells)], f"no heading {anchor}"


@each_document
def test_pictures_in_the_text_have_alt_texts_and_nothing_comes_from_another_host(document):
    for cell in document.cells:
        assert not re.search(r"!\[\s*\]", cell.source), cell.source
        assert not ELSEWHERE.search(cell.source), cell.source


def test_numbers_of_lessons_have_no_gaps():
    """The list is the folder of sources; the library knows how many there are."""
    assert [lesson.name[:3] for lesson in PROJECT.lessons] == [f"{number:02}_" for number in LESSONS]


def test_the_readme_links_to_files_that_exist():
    text = (PROJECT.root / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", text) + re.findall(r"<img\b[^>]*\bsrc=\"([^\"]+)\"", text)
    made = {f"notebooks/{document.path}" for document in DOCUMENTS}  # some are not stored yet
    assert [target for target in targets if target not in made and not (PROJECT.root / target).exists()] == []
    assert re.search(r"<img\b[^>]*\balt=\"[^\"]{20,}\"", text), "the README's picture needs an alt text"
