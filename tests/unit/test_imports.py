"""The package starts at once: what needs no torch does not load it, and public names load on first use."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tverskylib

CORE = (
    "Counts",
    "TverskyLoss",
    "dice_index",
    "jaccard_index",
    "one_hot",
    "smooth_labels",
    "soft_counts",
    "tversky_from_counts",
    "tversky_index",
    "tversky_loss",
)


def loaded_after(code):
    """The modules that a fresh interpreter holds after running code."""
    run = [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"]
    return subprocess.run(run, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout.split()


def test_the_package_itself_loads_nothing():
    loaded = loaded_after("import tverskylib\ndir(tverskylib)")
    assert not {"torch", "numpy", "sympy", "matplotlib"} & {*loaded}
    assert [name for name in loaded if name.startswith("tverskylib.")] == ["tverskylib._extras"]


def test_arrays_and_symbols_need_no_torch():
    code = """
import numpy as np, sympy, tverskylib.counts, tverskylib.index, tverskylib.labels
from tverskylib import one_hot, smooth_labels, soft_counts, tversky_from_counts, tversky_index
target = one_hot(np.array([[[0, 1]]]), 2)
soft_counts(smooth_labels(target, 0.1), target, mask=target[:, :1])
tversky_index(target, target)
tversky_from_counts(*sympy.symbols("TP FP FN"))
"""
    assert "torch" not in loaded_after(code)


def test_the_loss_loads_torch():
    assert "torch" in loaded_after("from tverskylib import tversky_loss")


@pytest.mark.parametrize("name", CORE)
def test_public_names_are_there(name):
    assert name in dir(tverskylib)
    assert name in tverskylib.__all__
    assert getattr(tverskylib, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="tversky_los"):
        tverskylib.tversky_los  # noqa: B018


@pytest.mark.parametrize("name", [name for name in CORE if name != "Counts"])
def test_what_a_reader_looks_up_is_written_down(name):
    """Formula, what comes back, errors, source and lesson; or a pointer to the function that says it."""
    text = getattr(tverskylib, name).__doc__
    assert ":math:" in text or ".. math::" in text
    assert "lesson" in text
    assert "Source: " in text or name == "one_hot"
    assert "as :func:`tversky_index`" in text or all(part in text for part in ("Args:", "Returns:", "Raises:"))


def summands(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return summands(node.left) | summands(node.right)
    return {ast.unparse(node).lower()}


def test_the_formula_is_written_once():
    """Only one file adds the two weighted mistakes to the true positives, and solutions, which show how it is done."""
    written_in = {
        file.name
        for file in Path(tverskylib.__file__).parent.rglob("*.py")
        if "exercises" not in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.expr) and {"alpha * fp", "beta * fn"} < summands(node)
    }
    assert written_in == {"index.py"}
