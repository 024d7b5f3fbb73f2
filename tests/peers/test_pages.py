"""The pages for who must train next week: their numbers are computed, their links lead somewhere."""

import json
import re
import shlex
from pathlib import Path

import pages
import pytest
import scipy
from packaging.version import Version

from tverskylib.training.__main__ import _parser

NOTEBOOKS = Path(pages.__file__).parent


@pytest.mark.parametrize("page", pages.PAGES)
def test_a_page_states_the_numbers_of_today(page):
    stored = (NOTEBOOKS / page).read_text(encoding="utf-8")
    assert stored == pages.made(page), "python notebooks/pages.py"


def test_the_explorer_of_pairs_shows_the_records_of_today():
    stored, made = (json.loads(text) for text in (pages.DATA.read_text(encoding="utf-8"), pages.pairs()))
    if Version(scipy.__version__) < Version("1.17"):  # which changed the eleventh digit of Student's quantiles
        made["student"] = [old if old is None else pytest.approx(old, rel=1e-9) for old in made["student"]]
    assert stored == made, "python notebooks/pages.py"


@pytest.mark.parametrize("page", ["CHOOSE.md", "WHEN_IT_GOES_WRONG.md", "IN_YOUR_CODE.md", "PROJECT.md"])
def test_links_lead_somewhere(page):
    text = (NOTEBOOKS / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?![a-z]+:)([^)#\s]+)", text)
    # A lesson is there if its source is: its notebook is generated.
    lessons = {f"{source.stem}.ipynb" for source in (NOTEBOOKS / "source").glob("*.py")}
    assert [link for link in links if link not in lessons and not (NOTEBOOKS / link).exists()] == []
    assert links


def test_the_commands_of_the_project_are_understood():
    text = (NOTEBOOKS / "PROJECT.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python -m tverskylib\.training (.+)$", text, re.MULTILINE)
    asked = [_parser().parse_args(shlex.split(command)) for command in commands]
    assert [one.dry_run for one in asked] == [True, False, False] and {str(one.images) for one in asked} == {"bbbc038"}


def test_a_number_that_nothing_computes_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "PAGE.md").write_text("{flooded_image} and {no_such_number}")
    monkeypatch.setattr(pages, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(pages, "numbers", lambda: {"flooded_image": "1"})
    with pytest.raises(ValueError, match="nothing computes: no_such_number"):
        pages.made("PAGE.md")


def test_choose_says_everything_for_every_case():
    text = (NOTEBOOKS / "CHOOSE.md").read_text(encoding="utf-8")
    shown = text.partition("<details>")[0]
    assert len(shown.splitlines()) <= 20, "one screen"
    usual = " ".join(shown.partition("\n|")[0].split())
    for setting in ("`alpha`", "`beta`", "`delta`", "cross-entropy", "patient", "cut"):
        assert setting in usual, "what a line does not say is said above the table"
    tables = [[row.strip("| ").split(" | ") for row in table] for table in found_tables(text)]
    cases, evidence = (table[2:] for table in tables)
    assert [row[0] for row in evidence] == [row[0].partition(" ")[0] for row in cases] == list("12345678")
    assert all(len(row) == 5 and all(row) for row in cases)
    assert {row[1] for row in cases} <= {
        "either",
        "image",
        "batch",
        "batch, `group=`",
        "none",
    }
    assert {row[4] for row in cases} <= {"sure", "fairly", "leaning", "untried"}


def found_tables(text):
    return [part.splitlines() for part in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]
