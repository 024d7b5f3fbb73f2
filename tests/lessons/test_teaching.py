"""The pages of the app, the plan for teachers, and the slides name only what exists, and numbers that are true."""

from __future__ import annotations

import ast
import functools
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import build
import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta as beta_law

from tverskylib import explorers, theory, tversky_from_counts
from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.explorers.browser.explorer import BrowserExplorer
from tverskylib.explorers.browser.values import PRESETS
from tverskylib.training import paired_differences, read_records, results_frame

PROJECT = build.Project(Path(__file__).parents[2])
APP = PROJECT.notebooks / "app"
PAGES = dict(build.pages(PROJECT))
TEACHING = (PROJECT.notebooks / "TEACHING.md").read_text(encoding="utf-8")
PRESENTED = [lesson for lesson in PROJECT.lessons if any("slideshow" in cell.metadata for cell in lesson.cells)]

RESULTS = PROJECT.root / "results"

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
each_presented = pytest.mark.parametrize("lesson", PRESENTED, ids=lambda lesson: lesson.name)


def links(text: str) -> list[str]:
    return re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", text)


# ------------------------------------------------------------------------------------------------- the pages


def test_every_source_has_its_page_and_every_page_its_source() -> None:
    assert set(APP.glob("*.ipynb")) == set(PAGES)


@each_page
def test_the_page_is_what_its_source_makes(path: Path) -> None:
    assert nbformat.read(path, as_version=4) == PAGES[path], "run: python notebooks/build.py"


@each_page
def test_the_page_has_a_title_and_sections_and_no_outputs(path: Path) -> None:
    cells = PAGES[path].cells
    headings = re.findall(r"^(#+) ", "\n\n".join(c.source for c in cells if c.cell_type == "markdown"), re.MULTILINE)
    assert headings[0] == "#"
    assert set(headings[1:]) == {"##"}
    assert not list(build.outputs_of(PAGES[path]))


@each_page
def test_explorers_and_links_of_the_page_exist(path: Path) -> None:
    named = {
        node.attr
        for cell in PAGES[path].cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "explorers"
    }
    assert named
    assert named <= set(dir(explorers))
    text = "\n".join(cell.source for cell in PAGES[path].cells if cell.cell_type == "markdown")
    assert [target for target in links(text) if not (APP / target).exists()] == []


def test_the_index_has_every_explorer() -> None:
    source = (APP / "source" / "index.py").read_text(encoding="utf-8")
    wanted = set(dir(explorers)) - {"LiveCurves", "RunChoice", "interactive"}
    assert {name for name in wanted if f"explorers.{name}" not in source} == set()


def test_the_index_says_to_which_lesson_an_explorer_belongs() -> None:
    source = (APP / "source" / "index.py").read_text(encoding="utf-8")
    named = re.findall(r"Belongs to lesson (\d\d)[^%]*%%\nexplorers\.(\w+)", source)
    named += re.findall(r'"(\d\d) [^"]+": (?:lambda: )?explorers\.(\w+)', source)
    assert {name for _, name in named} == set(catalogue())
    lessons = {lesson.name[:2]: lesson.text for lesson in PROJECT.lessons}
    assert [(number, name) for number, name in named if f"explorers.{name}(" not in lessons[number]] == []


def test_the_template_asks_nothing_of_other_hosts() -> None:
    files = [path for path in (APP / "voila").rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if "//" in path.read_text(encoding="utf-8").replace("<!--", "")] == []


# ------------------------------------------------------------------------------------------------- the plans


def test_links_of_the_plan_lead_to_files() -> None:
    """Or to a lesson that has a source, and is stored once it is built."""
    lessons = {f"{lesson.name}.ipynb" for lesson in PROJECT.lessons}
    targets = [target for target in links(TEACHING) if target not in lessons]
    assert [target for target in targets if not (PROJECT.notebooks / target).exists()] == []


def test_the_plan_names_explorers_that_exist() -> None:
    shown = re.findall(r"\| `(\w+)`", TEACHING)
    assert len(shown) > 22
    assert set(shown) <= set(dir(explorers))


def test_the_plan_names_sliders_and_buttons_that_exist() -> None:
    """In a row of a plan the names of sliders and buttons are bold, in the cell of the explorer."""
    for name, row in re.findall(r"\| `(\w+)`([^|]*)\|", TEACHING):
        for words in re.findall(r"\*\*(.+?)\*\*", row):
            assert words.partition(" (")[0] in controls(name), f"{name} has no {words}, but {sorted(controls(name))}"


def controls(name: str) -> set[str]:
    """What can be moved or pressed in an explorer."""
    about = catalogue()[name].about()
    named = {value["name"] for value in about["values"]} | {value["label"] for value in about["values"]}
    buttons = [*about["presets"].values(), *(value.get("options", {}) for value in about["values"])]
    buttons += [value.get("options", {}).values() for value in about["values"]]
    named |= {"TP", "FP", "FN"} if "counts" in named else set()
    return {*named, "Reset", "Present", *(button for group in buttons for button in group)}


def shown(name: str, **values: object) -> BrowserExplorer:
    explorer = catalogue()[name]()
    explorer.set(**values)
    return explorer


@functools.cache
def records() -> tuple[dict[str, Any], pd.DataFrame]:
    """What lesson 11 reads."""
    found = read_records(RESULTS / "cpu")
    return found, results_frame(found)


def minutes(text: str) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+)–(\d+) \|", text, re.MULTILINE)]


@pytest.mark.parametrize("length", [45, 90, 180])
def test_the_minutes_of_a_plan_follow_each_other(length: int) -> None:
    plan = minutes(TEACHING.partition(f"## {length} minutes")[2].partition("\n## ")[0])
    assert plan[0][0] == 0
    assert plan[-1][1] == length
    assert all(before[1] == after[0] for before, after in pairwise(plan))


def test_the_plan_says_what_the_browser_explorers_compute() -> None:
    rare = explorers.accuracy(p=0.001).numbers
    assert [f"{rare[name]:.3f}" for name in ("accuracy_nothing", "dice_nothing")] == ["0.999", "0.000"]
    assert f"{explorers.overlap(shift=0, radius=36).numbers['dice']:.2f}" == "0.62"
    cut = explorers.threshold()
    assert f"{cut.index:.3f}" == "0.811"
    assert [f"{value:.3f}" for value in cut.best] == ["0.425", "0.818"]
    plane = {name: explorers.weights(**pair) for name, pair in PRESETS.items()}
    read = [f"{plane[name].index:.3f}" for name in ("Jaccard", "F2")]
    read += [f"{value:.3f}" for name in ("Dice", "Jaccard", "F2") for value in plane[name].best]
    assert read == ["0.683", "0.853", "0.425", "0.818", "0.425", "0.692", "0.362", "0.892"]
    pulls = [explorers.landscape(**at).pulls for at in ({}, {"alpha": 1}, {"foreground": 0, "background": 1})]
    pulls.append(explorers.landscape(foreground=0, background=0).pulls)
    assert [f"{down:.3f}" for _, down in pulls[:2]] == ["0.111", "0.099"]
    assert [f"{up:.2f}" for up, _ in pulls[2:]] == ["0.50", "2.00"]
    empty = [explorers.empty_mask(delta=delta).numbers["pull"] for delta in (1e-5, 1024)]
    assert [f"{pull:.1e}" for pull in empty] == ["4.8e-12", "1.2e-04"]
    sharper = [explorers.sharpening(sharpness=k).numbers["dice"] for k in (1, 10**0.6, 100)]  # 12 steps to 3.98
    assert [f"{dice:.3f}" for dice in sharper] == ["0.628", "0.790", "0.811"]
    smooth, strong = (explorers.one_pixel(**at).numbers for at in ({}, {"num_classes": 1, "epsilon": 0.45}))
    assert [f"{smooth[f'cross_{kind}']:.1f}" for kind in ("foreground", "background")] == ["0.9", "0.1"]
    assert (smooth["dice_foreground"], smooth["dice_background"], strong["dice_background"]) == (1, 0, 1)
    rare_mask = explorers.phase_diagram(p=0.01).numbers
    three = [f"{rare_mask[name]:.3f}" for name in ("target", "one")]
    assert three == ["0.153", "0.195"] and [word for word in three if word not in TEACHING] == []
    start, perfect = explorers.composer(), explorers.composer([[900, 100, 100], [60, 0, 0], [0, 60, 0]])
    equal = explorers.composer([[450, 50, 50], [450, 50, 50], [200, 300, 300]])
    outside = explorers.composer([[0, 1, 0], [0, 1, 0]], delta=1)
    readings = [f"{1 - loss:.3f}" for batch in (start, perfect, equal, outside) for loss in batch.losses]
    assert readings == ["0.411", "0.844", "0.633", "0.881", "0.733", "0.733", "0.667", "0.500"]
    assert [word for word in readings if word not in TEACHING] == []
    assert tversky_from_counts(17811, 5944, 2341) == pytest.approx(cut.index)


@pytest.mark.parametrize(
    ("values", "optimum"),
    [
        ({}, "one"),
        ({"p": 0.02}, "target"),
        ({"delta": 0.2}, "target"),
        ({"alpha": 1.8, "beta": 0.2, "epsilon": 0.4, "delta": 1.0}, "zero"),
    ],
)
def test_the_walk_over_the_map_of_claim_1_is_as_planned(values: dict[str, float], optimum: str) -> None:
    assert explorers.phase_diagram(**values).optimum == optimum


def test_the_plan_says_what_the_theorem_gives() -> None:
    """The four pixels of lessons 02, 06 and 07, the law of lesson 07, the doctors and the areas of lesson 06."""
    four = np.array([0.9, 0.4, 0.3, 0.1])
    marked, index = theory.best_prediction(four, 0.5, 0.5)
    assert marked.sum() == 2
    assert f"tau is {index / 2:.3f}" in TEACHING
    assert theory.best_prediction(0.8 * four + 0.1, 0.5, 0.5)[0].sum() == 3

    chances = beta_law(0.21, 2.79).ppf((np.arange(20_001) + 0.5) / 20_001)
    found = [(e, *theory.best_prediction((1 - e) * chances + e / 2, 0.5, 0.5)) for e in (0.0, 0.2)]
    plain, smoothed = (theory.smoothed_cut(index, 0.5, 0.5, e) for e, _, index in found)
    assert f"cuts the chance at {smoothed:.3f} instead of {plain:.3f}, marks twice as much" in TEACHING
    assert found[1][1].mean() / found[0][1].mean() == pytest.approx(2, abs=0.2)
    dice = [2 * (mask @ chances) / (mask.sum() + chances.sum()) for _, mask, _ in found]
    assert f"pooled Dice falls from {dice[0]:.3f} to {dice[1]:.3f}" in TEACHING
    assert theory.claim1_holds(0.07, 0.5, 0.5, 0.2)

    doctors = np.zeros((3, 10))
    doctors[:, 0], doctors[2] = 1, 1
    means = [np.mean([2 * (m * y).sum() / (m + y).sum() for y in doctors]) for m in (np.eye(10)[0], np.ones(10))]
    assert f"The one pixel: {means[0]:.3f} against {means[1]:.3f}" in TEACHING
    assert theory.best_prediction(doctors.mean(0), 0.5, 0.5)[0].all()

    areas = [
        (theory.best_prediction(q, 0.5, 0.5)[0].sum(), q.sum()) for q in (np.r_[[1] * 5, [0.3] * 5], np.full(10, 0.3))
    ]
    assert [(int(a), round(float(b), 1)) for a, b in areas] == [(5, 6.5), (10, 3.0)]


def test_the_plan_says_what_the_stored_records_say() -> None:
    """The numbers of lessons 10 and 11, each as it stands in the plan."""
    colour = json.loads((RESULTS / "colour.json").read_text(encoding="utf-8"))["dice"]
    assert f"Dice {np.mean(colour['colour']):.2f} with colour alone, {np.mean(colour['unet']):.2f} with" in TEACHING

    _, frame = records()
    grid = frame[(frame["arm"] == "grid") & (frame["batch_size"] == 8)]
    pairs = paired_differences(grid).loc["positive", "grid", 8]
    for name, words in {"dice": "Dice differs by", "balanced_accuracy": "balanced accuracy by"}.items():
        mean, low, high = (f"{pairs[name, part]:+.3f}".replace("-", "−") for part in ("difference", "low", "high"))
        assert f"{words} {mean} ({low} to {high})" in TEACHING

    shown = [explorers.pairs(seeds=10, way=way).numbers["mean"] for way in ("images", "pooled")]
    assert f"{shown[0]:+.3f} in 10 pairs, which may be 0; pooled {shown[1]:+.3f}".replace("-", "−") in TEACHING
    pooled = explorers.pairs(seeds=10, way="pooled", metric="dice").numbers["mean"]
    assert f"pooled Dice {pooled:+.3f}" in TEACHING
    dice = explorers.pairs().runs["values"]["dice"]["images"][0]
    assert f"the ten pairs lie from {min(dice):+.3f} to {max(dice):+.3f}, on both".replace("-", "−") in TEACHING
    of_delta = frame[(frame["arm"] == "delta 41") & (frame["domain"] == "image")]
    flooded, lost = (of_delta[name].mean() for name in ("flooded_negatives", "missed_positives"))
    assert f"delta 41, 1 % of the pixels, {100 * flooded:.0f} % of the empty" in TEACHING
    assert f"and {100 * lost:.0f} % of the lesions are missed" in TEACHING

    whole = grid[grid["task"] == "whole"].groupby("domain")[["dice", "pooled_dice_all", "flooded_negatives"]].mean()
    image, batch = whole.loc["image"], whole.loc["batch"]
    assert f"the mean Dice, {image['dice']:.3f} against {batch['dice']:.3f}" in TEACHING
    assert f"floods {image['flooded_negatives']:.0%} of".replace("%", " %") in TEACHING
    assert f"batch-wise floods {batch['flooded_negatives']:.0%},".replace("%", " %") in TEACHING
    assert f"pooled Dice, {batch['pooled_dice_all']:.3f} against {image['pooled_dice_all']:.3f}" in TEACHING


def test_the_plan_says_what_networks_do_below_the_critical_fraction() -> None:
    true, smoothed = shares(0.4)
    _, plain = shares(0.0)
    below = true < theory.critical_fraction(0.5, 0.5, 0.4)
    marked, without, target = (f"{share[below].mean():.0%}".replace("%", " %") for share in (smoothed, plain, true))
    assert f"at 0.4 it marks {marked} of such an image, without smoothing {without}; {target} is true" in TEACHING


def shares(epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted foreground of each positive test image, as in lesson 11."""
    found, frame = records()
    arm = "grid" if epsilon == 0 else f"smoothing {epsilon:g}"
    chosen = frame[(frame["task"] == "positive") & (frame["domain"] == "image") & (frame["batch_size"] == 8)]
    chosen = chosen[(chosen["arm"] == arm) & (chosen["seed"] < 3)]
    tp, fp, fn, tn = (
        np.concatenate([found[key]["positive_images"][name] for key in chosen.index])
        for name in ("true_positives", "false_positives", "false_negatives", "true_negatives")
    )
    return (tp + fn) / (tp + fp + fn + tn), (tp + fp) / (tp + fp + fn + tn)


# ------------------------------------------------------------------------------------------------- the slides


def kind(cell: nbformat.NotebookNode) -> str:
    return str(cell.metadata.get("slideshow", {}).get("slide_type", ""))


def slides(lesson: build.Lesson) -> list[list[nbformat.NotebookNode]]:
    """The cells of each slide, in order; skipped ones and solutions left out."""
    found: list[list[nbformat.NotebookNode]] = []
    for cell in lesson.cells:
        if kind(cell) == "skip" or build.tagged(cell, "solution"):
            continue
        if kind(cell) in {"slide", "subslide"}:
            found.append([])
        found[-1].append(cell)
    return found


@each_presented
def test_the_lesson_begins_with_a_slide_and_every_section_too(lesson: build.Lesson) -> None:
    assert kind(lesson.cells[0]) == "slide"
    for cell in lesson.cells:
        if cell.cell_type == "markdown" and re.search(r"^## ", cell.source, re.MULTILINE):
            assert kind(cell) == "slide", cell.source


@each_presented
def test_slides_are_of_a_known_kind_and_short(lesson: build.Lesson) -> None:
    assert {kind(cell) for cell in lesson.cells} <= {"", "slide", "subslide", "fragment", "skip"}
    for slide in slides(lesson):
        assert len(slide) <= 5, slide[0].source
        assert sum(cell.cell_type == "markdown" for cell in slide) <= 3, slide[0].source


@each_presented
def test_an_explorer_has_a_slide_of_its_own(lesson: build.Lesson) -> None:
    own = [slide for slide in slides(lesson) if any(cell.source.startswith("explorers.") for cell in slide)]
    assert own
    assert [len(slide) for slide in own] == [1] * len(own)


@each_presented
def test_a_heading_comes_first_on_its_slide(lesson: build.Lesson) -> None:
    """The first slide has the headings that every lesson opens with, and the last one its references."""
    for cell in lesson.cells[1:]:
        if cell.cell_type == "markdown":
            text = cell.source.partition("\n## References")[0]
            assert re.findall(r"\n#+ ", text) == [], cell.source


@each_presented
def test_code_on_a_slide_shows_something(lesson: build.Lesson) -> None:
    """Slides hide code. So a cell that only imports, defines or checks would be an empty place, and is skipped."""
    for slide in slides(lesson):
        for cell in slide:
            if cell.cell_type == "code":
                assert any(isinstance(node, ast.Expr) for node in ast.walk(ast.parse(cell.source))), cell.source


@each_presented
def test_every_slide_has_text_or_a_picture_from_the_start(lesson: build.Lesson) -> None:
    for slide in slides(lesson):
        assert kind(slide[0]) in {"slide", "subslide"}, slide[0].source
        assert kind(slide[-1]) != "slide" or len(slide) == 1


@each_presented
def test_the_notebook_names_a_theme_that_asks_nothing_of_other_hosts(lesson: build.Lesson) -> None:
    """Reveal's theme "simple", the default, loads fonts from another host."""
    document = next(iter(build.documents(PROJECT, lesson)))
    assert build.notebook_of(PROJECT, document).metadata["rise"]["theme"] == "white"


def test_the_style_of_the_slides_lies_beside_the_lessons_and_hides_code() -> None:
    """jupyterlab-rise looks for a file of this name in the folder of the notebook."""
    style = (PROJECT.notebooks / "rise.css").read_text(encoding="utf-8")
    assert re.search(r"\.jp-CodeCell > \.jp-Cell-inputWrapper[^{]*\{\s*display: none;", style)
    assert "url(" not in style
    assert "@import" not in style


def test_the_extension_for_live_sliders_is_found_where_jupyter_looks() -> None:
    """With JUPYTER_PATH naming the folder of the app, Jupyter looks in its folder labextensions."""
    [package] = (APP / "labextensions").glob("*/package.json")
    said = json.loads(package.read_text(encoding="utf-8"))
    assert said["name"] == package.parent.name
    script = (package.parent / said["jupyterlab"]["_build"]["load"]).read_text(encoding="utf-8")
    assert f'window._JUPYTERLAB["{said["name"]}"]' in script
    assert re.findall(r"https?:", script) == []
