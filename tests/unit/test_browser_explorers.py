"""Explorers that run in the browser: formulas, values, pages, and one page in a real browser."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import traitlets

from tverskylib import tiles, tversky_from_counts
from tverskylib.explorers.browser import (
    Composer,
    PhaseDiagram,
    Sharpening,
    Simplex,
    SortedLabels,
    Threshold,
    Weights,
    formulas,
)
from tverskylib.explorers.browser.bundle import HERE, joined
from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.explorers.browser.page import page
from tverskylib.explorers.browser.values import Number
from tverskylib.thresholds import threshold_counts

ROOT = Path(__file__).parents[2]
MODULES = sorted(HERE.glob("*.js"))
EXPLORERS = catalogue()

each_explorer = pytest.mark.parametrize("make", EXPLORERS.values(), ids=EXPLORERS)
# In continuous integration a skip would go unseen: there the tests run, and fail where node is missing.
needs_node = pytest.mark.skipif(
    shutil.which("node") is None and not os.environ.get("CI"), reason="NOT TESTED: node is missing"
)


# Formulas


@pytest.mark.parametrize("name", ["formulas", "constants"])
def test_the_generated_modules_are_current(name):
    written = (HERE / f"{name}.js").read_text(encoding="utf-8")
    assert written == getattr(formulas, f"{name}_js")(), "run: python -m tverskylib.explorers.browser.formulas"


def test_no_other_module_holds_a_formula():
    """A weight that is multiplied stands in the generated module only."""
    product = re.compile(r"\b(?:alpha|beta|epsilon)\s*\*|\*\s*(?:alpha|beta|epsilon)\b")
    assert [file.name for file in MODULES if product.search(file.read_text(encoding="utf-8"))] == ["formulas.js"]


@needs_node
def test_the_modules_pass_their_own_tests():
    files = sorted(str(file) for file in (ROOT / "tests" / "javascript").glob("*.test.mjs"))
    done = subprocess.run(["node", "--test", *files], capture_output=True, encoding="utf-8", timeout=120)
    assert files and done.returncode == 0, done.stdout + done.stderr


# The parts as one module


@needs_node
@each_explorer
def test_an_explorer_is_one_module_without_imports(make, tmp_path):
    text = make._esm
    assert not re.search(r"^\s*import\b|\bimport\(", text, re.MULTILINE)
    assert text.count("export ") == 1 and re.search(r"export default \{ render\b.*\};\n$", text)
    file = tmp_path / "module.mjs"
    file.write_text(str(text), encoding="utf-8")
    subprocess.run(["node", "--check", str(file)], check=True, timeout=60)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import { a as b } from "./other.js";\n', "other.js|import names as they are"),
        ('import x from "./other.js";\n', "must import and export as"),
        ("export default 3;\n", "must import and export as"),
        ('import { a } from "./other.js";\nconst a = 1;\n', "a must be declared once, got it in other.js and in"),
    ],
)
def test_a_module_that_can_not_be_joined_is_refused(text, message, tmp_path):
    (tmp_path / "entry.js").write_text(text, encoding="utf-8")
    (tmp_path / "other.js").write_text("export const a = 2;\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        joined("entry.js", folder=tmp_path)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_modules_are_small(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


# Values


@each_explorer
def test_values_from_the_browser_reach_python_and_back(make):
    explorer = make()
    name, trait = next((name, one) for name, one in make.class_traits(sync=True).items() if isinstance(one, Number))
    low, high = trait.low, trait.high
    explorer.set_state({name: high})
    assert getattr(explorer, name) == high
    setattr(explorer, name, low)
    assert explorer.get_state(name)[name] == low
    heard = []
    explorer.observe(lambda change: heard.append(change["new"]), names=name)
    explorer.set_state({name: high})
    assert heard == [high]


def test_counts_travel_as_lists():
    batch = Composer()
    batch.set_state({"counts": [[1, 2, 3], [4, 5, 6]]})
    assert batch.counts == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    assert batch.losses == pytest.approx((1 - (1 / 3.5 + 4 / 9.5) / 2, 1 - 5 / 13))


def test_thresholds_stand_on_a_grid_where_counts_are_exact():
    explorer = Threshold(threshold=0.33333)
    assert explorer.threshold == 0.333
    codes = np.frombuffer(explorer.codes, dtype="<u2").reshape(256, 256)
    tile = tiles.real_crop()
    for k in (0, 1, 250, 333, 500, 999, 1000):
        mask = codes >= k
        expected = threshold_counts(tile.probability, tile.target, k / 1000)
        assert ((mask & tile.target).sum(), (mask & ~tile.target).sum()) == (expected.tp, expected.fp)


def test_python_knows_what_the_page_shows():
    explorer = Threshold(threshold=0.5)
    tile = tiles.real_crop()
    every = threshold_counts(tile.probability, tile.target, np.arange(1001) / 1000)
    assert explorer.best[1] == tversky_from_counts(*every).max()
    assert explorer.tau == pytest.approx(explorer.best[1] / 2)
    near = (tile.probability >= explorer.best[0] - 0.03) & (tile.probability < explorer.best[0] + 0.03)
    assert explorer.share_near_best == pytest.approx(tile.target[near].mean(), abs=2e-3)
    assert PhaseDiagram(p=0.01).optimum == "one" and PhaseDiagram(p=0.02).optimum == "target"


def test_dinkelbach_by_hand_ends_at_the_cut_that_asks_for_itself():
    explorer = SortedLabels([0.1, 0.9, 0.3, 0.4], cut=0)
    walk = []
    for _ in range(4):
        walk.append((explorer.numbers["marked"], round(explorer.numbers["asked"], 3)))
        explorer.set(cut=explorer.numbers["asked"])
    assert walk == [(4, 0.298), (3, 0.340), (2, 0.351), (2, 0.351)]
    assert explorer.best == (2, explorer.numbers["index"], explorer.cut)
    assert SortedLabels([0.1, 0.9, 0.3, 0.4], alpha=0.2, beta=0.8).best[0] == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Threshold(threshold=1.5), r"threshold must be a number in \[0, 1\], got 1.5"),
        (lambda: Threshold(alpha="much"), r"alpha must be a number in \[0.01, 5\], got 'much'"),
        (lambda: Threshold(beta=math.nan), r"beta must be a number in \[0.01, 5\], got nan"),
        (lambda: PhaseDiagram(p=0.0), r"p must be a number in \[0.0001, 0.5\], got 0.0"),
        (lambda: PhaseDiagram(num_classes=1.5), r"num_classes must be a whole number in \[1, 4\], got 1.5"),
        (lambda: PhaseDiagram(epsilon=True), r"epsilon must be a number in \[0, 0.49\], got True"),
        (lambda: Composer([[1, 2, 3]]), "for 2 to 4 images, got 1 images"),
        (lambda: Composer([[1, 2], [1, 2]]), r"counts must hold \[TP, FP, FN\] .*, got \[1, 2\]"),
        (lambda: Composer([[1, 2, -3], [1, 2, 3]]), "each a finite number of at least 0, got -3"),
        (lambda: Composer(7), "counts must hold .*, got 7"),
        (lambda: SortedLabels([0.2, 1.2]), r"labels must hold 1 to 12 numbers in \[0, 1\], .*, got \[0.2, 1.2\]"),
        (lambda: SortedLabels([]), r"labels must hold .*, got \[\]"),
        (lambda: SortedLabels([0, 0]), "labels must hold .*, got only 0"),
        (lambda: SortedLabels(np.array(0.5)), "labels must hold .*, got a float64 array of shape"),
        (lambda: SortedLabels([Fraction(10**5000)]), "labels must hold .*, got .a fraction of more than 40 digits"),
        (lambda: Composer([[10**400, 1, 1], [1, 1, 1]]), "counts must hold .*, got an integer of more than 40 digits"),
        (lambda: Weights(alpha=Fraction(10**5000, 3)), r"alpha must be a number in .*, got a fraction of more than 40"),
        (lambda: Simplex(loss=["Dice"]), "loss must be one of .*, got a list"),
        (lambda: Simplex(loss=np.array(["Dice"])), "loss must be one of .*, got a <U4 array"),
        (lambda: SortedLabels(0.5), "labels must hold .*, got 0.5"),
    ],
)
def test_bad_values_are_refused_by_name(make, message):
    with pytest.raises(traitlets.TraitError, match=message):
        make()


def test_a_refused_value_leaves_the_old_one():
    batch = Composer()
    before = batch.counts
    with pytest.raises(traitlets.TraitError, match="counts must hold"):
        batch.counts = [[1, 2, 3]]
    assert batch.counts == before


def test_a_tile_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="tile must be a RealImage, got a ndarray"):
        Threshold(np.zeros((4, 4)))


# What a notebook stores


@each_explorer
def test_a_notebook_gets_the_widget_and_a_picture(make):
    data, metadata = make()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert re.search(r"[2-6] positions(?: of the sliders)?\. \(1\)", metadata["image/png"]["alt"])
    assert data["text/html"].startswith("<img alt=")
    assert metadata["image/png"]["width"] > 600


@pytest.mark.parametrize(
    "make",
    [
        lambda: Threshold(tiles.real_crop().crop(slice(0, 64), slice(0, 64))),
        lambda: Weights(tiles.real_crop().crop(slice(0, 64), slice(0, 64))),
        lambda: Sharpening(tiles.real_crop().crop(slice(0, 64), slice(0, 64))),
        lambda: SortedLabels([0.8, 0.2]),
    ],
)
def test_data_of_ones_own_has_no_strip_of_other_data(make):
    explorer = make()
    data, metadata = explorer._repr_mimebundle_()
    assert not explorer.is_default and "image/png" not in data and "image/png" not in metadata
    assert all(f"<th>{name}</th>" in data["text/html"] for name in explorer.numbers)


# A page of its own


@each_explorer
def test_a_page_loads_nothing_from_anywhere(make, tmp_path):
    text = make().save_html(tmp_path / "page.html").read_text(encoding="utf-8")
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'<>)]*", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<link\b|<img\b|<iframe\b|\bsrc\s*=|@import|url\((?!#)|\bimport\s*[({*\"']|\bfetch\(", text)
    assert text.count("<script") == text.count("</script>") == 2


def test_a_page_starts_where_the_explorer_stands(tmp_path):
    text = PhaseDiagram(p=0.02, alpha=0.3).to_html()
    state = json.loads(re.search(r'id="state">(.*?)</script>', text, re.DOTALL)[1])
    assert state == {
        "p": 0.02,
        "epsilon": 0.2,
        "alpha": 0.3,
        "beta": 0.5,
        "delta": 0.0,
        "num_classes": 2.0,
        "guess": None,
    }


def test_a_text_can_not_end_the_script():
    assert "</script><b>" not in page("t", {"words": "</script><b>"}, "", "")
    with pytest.raises(ValueError, match="script must not hold"):
        page("t", {}, "'</script>'", "")


def test_a_page_needs_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="path must lie in a folder that exists"):
        PhaseDiagram().save_html(tmp_path / "none" / "page.html")
    with pytest.raises(TypeError, match="path must be a path of a file, got 3"):
        PhaseDiagram().save_html(3)
