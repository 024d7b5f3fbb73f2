"""The tools that read code find nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy"])
def test_tool_finds_nothing(tool):
    done = subprocess.run(
        [sys.executable, "-m", *tool.split()], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=280
    )
    assert done.returncode == 0, f"{tool}:\n{done.stdout}{done.stderr}"


def test_no_word_is_misspelt():
    """By codespell's list of slips and ours of American spellings; words.txt has names that only look like slips."""
    lists = ROOT / "tests/spelling"
    options = [
        "-D",
        "-",
        "-D",
        lists / "british.txt",
        "-I",
        lists / "words.txt",
        "--skip",
        "*.ipynb,*.json,*.npz,*.png",
    ]
    pages = [path.name for path in ROOT.glob("*.md")]
    folders = ["benchmarks", "notebooks", "results", "tests/unit", "tests/lessons", "tests/training", "tests/browser"]
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", *options, *pages, *folders, ".github", "tverskylib"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_fault_in_the_javascript():
    """oxlint is a program, not a module; its rules are in .oxlintrc.json."""
    program = shutil.which("oxlint", path=str(SCRIPTS)) or shutil.which("oxlint")
    assert program is not None, "oxlint is missing: python -m pip install -r requirements-test.txt"
    folders = ["notebooks", "tests", "tverskylib"]
    done = subprocess.run([program, *folders], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0 and " on 0 files" not in done.stdout, done.stdout
