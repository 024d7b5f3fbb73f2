"""The files around the collection: workflows, forms, the container, the changelog and the pages at the top."""

import json
import re
from pathlib import Path

import pytest
import yaml

import tverskylib
from tverskylib.environment import EXTRAS_OF, LESSONS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
PAGES = sorted(path for path in ROOT.glob("*.md") if path.name != "README.md")  # whose links a test of lessons follows


def name(path):
    return path.name


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_actions_are_pinned_by_hash(path):
    """A tag can be moved to other code, a hash cannot; the comment tells people and the bot which release it is."""
    uses = re.findall(r"^\s*(?:- )?uses: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_an_action_has_one_version():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    pins = set(re.findall(r"uses: ([\w./-]+)@(\w+)", texts))
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_workflows_may_read_unless_a_job_says_otherwise(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_the_light_job_runs_the_lessons_that_need_no_extra():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    *_, command = workflow["jobs"]["light"]["steps"]
    lessons = [f"{lesson:02}" for lesson in LESSONS if lesson not in EXTRAS_OF]
    assert command["run"].split() == ["python", "notebooks/build.py", *lessons]


@pytest.mark.parametrize("path", FORMS, ids=name)
def test_a_form_asks_something(path):
    """The keys that GitHub wants; ids are unique, and something is required."""
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len(set(ids)) and all(field["attributes"]["label"] for field in form["body"])
    assert {field["type"] for field in form["body"]} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_there_are_forms_for_readers():
    names = {yaml.safe_load(path.read_text(encoding="utf-8"))["name"] for path in FORMS}
    assert names == {"A sentence that is wrong", "A figure that I could not read"}


def test_the_bot_watches_packages_and_actions():
    bot = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))
    assert {update["package-ecosystem"] for update in bot["updates"]} == {"pip", "github-actions"}


def test_the_container_is_made_as_make_lab_makes_it():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    make, target = container["postCreateCommand"].split()
    assert make == "make" and f"\nlab: {target}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_changelog_begins_with_the_version():
    first, *_ = re.findall(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first == tverskylib.__version__


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_of_the_pages_at_the_top_lead_to_files(path):
    text = path.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\((?!https?:|mailto:)([^)]+)\)", text)]
    assert [link for link in links if link and not (ROOT / link).exists()] == []
