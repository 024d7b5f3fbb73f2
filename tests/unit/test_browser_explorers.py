"""Explorers that run in the browser: formulas, values, pages, and one page in a real browser."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import traitlets
from PIL import Image

from tverskylib import smooth_labels, theory, tiles, tversky_from_counts, tversky_index
from tverskylib.explorers.browser import BatchComposer, Claim1Explorer, ThresholdExplorer, formulas
from tverskylib.explorers.browser.bundle import HERE, bundle
from tverskylib.explorers.browser.page import page
from tverskylib.index import terms
from tverskylib.theory.conditions import _formulas
from tverskylib.thresholds import threshold_counts

ROOT = Path(__file__).parents[2]
MODULES = sorted(HERE.glob("*.js"))
EXPLORERS = {"threshold": ThresholdExplorer, "claim1": Claim1Explorer, "batch": BatchComposer}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SAME = {"rel": 1e-9, "abs": 1e-12}

each_explorer = pytest.mark.parametrize("make", EXPLORERS.values(), ids=EXPLORERS)
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: node is missing")


def evaluate(calls):
    """The results of functions of our modules, [module, name, values] each, computed by node."""
    sent = json.dumps([dict(zip(("module", "name", "values"), call, strict=True)) for call in calls])
    run = ["node", "evaluate.mjs"]
    done = subprocess.run(
        run, input=sent, cwd=ROOT / "tests" / "javascript", capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def numbers(values):
    """Numbers as node sent them: NaN and Infinity as strings."""
    return [float(value) for value in values]


def settings(seed, many=200):
    """Random settings: counts, weights, delta, and a smoothed mask."""
    draw = np.random.default_rng(seed)
    for _ in range(many):
        yield {
            "counts": draw.integers(0, 1000, 3).astype(float).tolist(),
            "weights": draw.uniform(0.05, 2, 2).tolist(),
            "delta": float(draw.choice([0.0, 1e-6, 0.3, 40.0])),
            "p": float(10 ** draw.uniform(-4, -0.301)),
            "epsilon": float(draw.uniform(0, 0.49)),
            "classes": int(draw.integers(1, 5)),
            "index": float(draw.uniform()),
        }


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
def test_formulas_of_the_index_equal_those_of_python():
    calls, expected = [], []
    for at in settings(0):
        arguments = (*at["counts"], *at["weights"], at["delta"])
        _, denominator = terms(*arguments)
        index = tversky_from_counts(*arguments)
        for name, value in {
            "tverskyIndex": index,
            "tverskyLoss": 1 - index,
            "denominator": denominator,
            "foregroundSlope": theory.pixel_gradients(*arguments)[0],
            "backgroundSlope": theory.pixel_gradients(*arguments)[1],
        }.items():
            calls.append(("formulas.js", name, arguments))
            expected.append(value)
        calls.append(("formulas.js", "weight", (*arguments, 1234.5)))
        calls.append(("formulas.js", "optimalThreshold", (at["index"], *at["weights"])))
        expected += [denominator / 1234.5, theory.optimal_threshold(at["index"], *at["weights"])]
    assert numbers(evaluate(calls)) == pytest.approx(expected, **SAME)


@needs_node
def test_formulas_of_claim1_equal_those_of_python():
    calls, expected = [], []
    for at in settings(1):
        p, epsilon, classes, (alpha, beta) = at["p"], at["epsilon"], at["classes"], at["weights"]
        delta = at["delta"] / 100
        place = (p, delta, alpha, beta, epsilon, classes)
        a, b = smooth_labels(np.array([1.0, 0.0]).reshape(1, 1, 1, 2), epsilon, num_classes=classes).ravel()
        calls += [("formulas.js", name, (epsilon, classes)) for name in ("foregroundLabel", "backgroundLabel")]
        calls += [("formulas.js", name, place) for name in ("conditionA", "conditionB")]
        calls.append(("claim1_data.js", "criticalAt", (alpha, beta, epsilon, classes)))
        expected += [a, b, _formulas().condition_a(*place), _formulas().condition_b(*place)]
        expected.append(theory.critical_fraction(alpha, beta, epsilon, num_classes=classes))
        calls.append(("claim1_data.js", "indicesAt", place))
        sums = p * a + (1 - p) * b
        candidates = [(0, 0, sums), (p * a, p * (1 - a), (1 - p) * b), (sums, 1 - sums, 0)]
        expected.append([tversky_from_counts(*counts, alpha, beta, delta) for counts in candidates])
    for found, value in zip(evaluate(calls), expected, strict=True):
        if isinstance(value, list):
            assert numbers(found) == pytest.approx(value, **SAME)
        else:
            assert float(found) == pytest.approx(value, **SAME)


@needs_node
def test_the_index_of_the_candidates_is_that_of_a_mask():
    """The formula per entry against the index of arrays."""
    mask = np.zeros((1, 1, 20, 20))
    mask[..., :3] = 1
    labels = smooth_labels(mask, 0.3, num_classes=2)
    expected = [tversky_index(x, labels, 0.3, 0.7, delta=8.0) for x in (0 * mask, mask, 0 * mask + 1)]
    [found] = evaluate([("claim1_data.js", "indicesAt", (0.15, 8 / 400, 0.3, 0.7, 0.3, 2))])
    assert found == pytest.approx(expected, **SAME)


@needs_node
def test_the_optimum_is_that_of_python():
    names = ["zero", "target", "one"]
    calls, expected = [], []
    for at in settings(2, many=400):
        delta = at["delta"] / 40
        place = (at["p"], delta, *at["weights"], at["epsilon"], at["classes"])
        calls.append(("claim1_data.js", "optimumAt", place))
        expected.append(
            theory.claim1_optimum(
                at["p"], *at["weights"], at["epsilon"], num_classes=at["classes"], delta_per_pixel=delta
            )
        )
    assert set(expected) == set(names)
    assert [names[k] for k in evaluate(calls)] == expected
    tie = (1 / 16, 0, 0.5, 0.5, 0.2, 1)  # an exact tie: the mask is among the best
    assert evaluate([("claim1_data.js", "optimumAt", tie)]) == [1]


@needs_node
def test_a_batch_is_scored_as_in_python():
    calls, expected = [], []
    for first, second in zip(settings(3, 60), settings(4, 60), strict=True):
        weights, delta = first["weights"], first["delta"]
        counts = [first["counts"], second["counts"]]
        sums = np.sum(counts, axis=0)
        calls.append(("batch_data.js", "compose", (counts, *weights, delta)))
        batch = BatchComposer(counts, alpha=weights[0], beta=weights[1], delta=delta)
        total = terms(*sums, *weights, delta)[1]
        share = [terms(*row, *weights, delta / 2)[1] / total for row in counts]
        pooled = theory.pixel_gradients(*sums, *weights, delta)
        expected.append((*batch.losses, *share, *pooled))
    for found, value in zip(evaluate(calls), expected, strict=True):
        shares = [image["weight"] for image in found["images"]]
        assert [found["imageLoss"], found["batchLoss"], *shares, *found["batchSlopes"]] == pytest.approx(value, **SAME)


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
    assert text.count("export ") == 1 and text.endswith("export default { render };\n")
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
        bundle("entry.js", tmp_path)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_modules_are_small(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


# Values


@each_explorer
def test_values_from_the_browser_reach_python_and_back(make):
    explorer = make()
    explorer.set_state({"alpha": 0.3, "beta": 1.2})
    assert (explorer.alpha, explorer.beta) == (0.3, 1.2)
    explorer.alpha = 0.7
    assert explorer.get_state("alpha")["alpha"] == 0.7
    heard = []
    explorer.observe(lambda change: heard.append(change["new"]), names="beta")
    explorer.set_state({"beta": 0.4})
    assert heard == [0.4]


def test_counts_travel_as_lists():
    batch = BatchComposer()
    batch.set_state({"counts": [[1, 2, 3], [4, 5, 6]]})
    assert batch.counts == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    assert batch.losses == pytest.approx((1 - (1 / 3.5 + 4 / 9.5) / 2, 1 - 5 / 13))


def test_thresholds_stand_on_a_grid_where_counts_are_exact():
    explorer = ThresholdExplorer(threshold=0.33333)
    assert explorer.threshold == 0.333
    codes = np.frombuffer(explorer.codes, dtype="<u2").reshape(256, 256)
    tile = tiles.real_crop()
    for k in (0, 1, 250, 333, 500, 999, 1000):
        mask = codes >= k
        expected = threshold_counts(tile.probability, tile.target, k / 1000)
        assert ((mask & tile.target).sum(), (mask & ~tile.target).sum()) == (expected.tp, expected.fp)


def test_python_knows_what_the_page_shows():
    explorer = ThresholdExplorer(threshold=0.5)
    tile = tiles.real_crop()
    every = threshold_counts(tile.probability, tile.target, np.arange(1001) / 1000)
    assert explorer.best[1] == tversky_from_counts(*every).max()
    assert explorer.tau == pytest.approx(explorer.best[1] / 2)
    near = (tile.probability >= explorer.best[0] - 0.03) & (tile.probability < explorer.best[0] + 0.03)
    assert explorer.share_near_best == pytest.approx(tile.target[near].mean(), abs=2e-3)
    assert Claim1Explorer(p=0.01).optimum == "one" and Claim1Explorer(p=0.02).optimum == "target"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ThresholdExplorer(threshold=1.5), r"threshold must be a number in \[0, 1\], got 1.5"),
        (lambda: ThresholdExplorer(alpha="much"), r"alpha must be a number in \[0.01, 5\], got 'much'"),
        (lambda: ThresholdExplorer(beta=math.nan), r"beta must be a number in \[0.01, 5\], got nan"),
        (lambda: Claim1Explorer(p=0.0), r"p must be a number in \[0.0001, 0.5\], got 0.0"),
        (lambda: Claim1Explorer(num_classes=1.5), r"num_classes must be a whole number in \[1, 4\], got 1.5"),
        (lambda: Claim1Explorer(epsilon=True), r"epsilon must be a number in \[0, 0.49\], got True"),
        (lambda: BatchComposer([[1, 2, 3]]), "for 2 to 4 images, got 1 images"),
        (lambda: BatchComposer([[1, 2], [1, 2]]), r"counts must hold \[TP, FP, FN\] .*, got \[1, 2\]"),
        (lambda: BatchComposer([[1, 2, -3], [1, 2, 3]]), "each a finite number of at least 0, got -3"),
        (lambda: BatchComposer(7), "counts must hold .*, got 7"),
    ],
)
def test_bad_values_are_refused_by_name(make, message):
    with pytest.raises(traitlets.TraitError, match=message):
        make()


def test_a_refused_value_leaves_the_old_one():
    batch = BatchComposer()
    before = batch.counts
    with pytest.raises(traitlets.TraitError, match="counts must hold"):
        batch.counts = [[1, 2, 3]]
    assert batch.counts == before


def test_a_tile_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="tile must be a RealImage, got a ndarray"):
        ThresholdExplorer(np.zeros((4, 4)))


# What a notebook stores


@each_explorer
def test_a_notebook_gets_the_widget_and_a_grid_of_pictures(make):
    data, metadata = make()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert metadata["image/png"]["alt"].startswith("4 positions of the sliders. (1)")
    assert data["text/html"].startswith("<img alt=")
    assert Image.open(io.BytesIO(make().static_picture[0])).width > 600


# A page of its own


@each_explorer
def test_a_page_loads_nothing_from_anywhere(make, tmp_path):
    text = make().save_html(tmp_path / "page.html").read_text(encoding="utf-8")
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'<>)]*", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<link\b|<img\b|<iframe\b|\bsrc\s*=|@import|url\(|\bimport\s*[({*\"']|\bfetch\(", text)
    assert text.count("<script") == text.count("</script>") == 2


def test_a_page_starts_where_the_explorer_stands(tmp_path):
    text = Claim1Explorer(p=0.02, alpha=0.3).to_html()
    state = json.loads(re.search(r'id="state">(.*?)</script>', text, re.DOTALL)[1])
    assert state == {"p": 0.02, "epsilon": 0.2, "alpha": 0.3, "beta": 0.5, "delta": 0.0, "num_classes": 2.0}


def test_a_text_can_not_end_the_script():
    assert "</script><b>" not in page("t", {"words": "</script><b>"}, "", "")
    with pytest.raises(ValueError, match="script must not hold"):
        page("t", {}, "'</script>'", "")


def test_a_page_needs_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="path must lie in a folder that exists"):
        Claim1Explorer().save_html(tmp_path / "none" / "page.html")
    with pytest.raises(TypeError, match="path must be a path of a file, got 3"):
        Claim1Explorer().save_html(3)


# Looks


def luminance(colour):
    channels = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("theme", [r"\.tversky-explorer \{", r'\.tversky-explorer\[data-theme="dark"\] \{'])
def test_text_has_contrast_in_light_and_in_dark(theme):
    style = (HERE / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", re.search(rf"^{theme}(.*?)^\}}", style, re.S | re.M)[1]))
    for text, ground in [
        *((text, ground) for text in ("ink", "faint", "other") for ground in ("paper", "panel")),
        ("on-chosen", "chosen"),
    ]:
        high, low = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)


# In a browser


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="NOT TESTED in a browser: playwright is missing")
    if CHROMIUM is None:
        pytest.skip("NOT TESTED in a browser: chromium is missing")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


@pytest.fixture
def shown(browser, tmp_path):
    """Show an explorer's page; it must need no network and raise no error."""
    pages, faults = [], []

    def show(explorer):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
        tab = context.new_page()
        tab.faults = faults
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        tab.goto(explorer.save_html(tmp_path / "page.html").as_uri())
        pages.append(context)
        return tab

    yield show
    for context in pages:
        context.close()
    assert faults == []


def value_of(tab, name):
    return tab.evaluate("name => explorer.get(name)", name)


def shown_number(tab, name):
    return float(tab.locator(f"data[data-name='{name}']").get_attribute("value"))


def drawn(tab):
    """Wait for the redraw of what was just changed."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def press(tab, *keys):
    for key in keys:
        tab.keyboard.press(key)
    drawn(tab)


def test_threshold_page(shown):
    explorer = ThresholdExplorer()
    tab = shown(explorer)
    tab.get_by_role("slider", name="threshold").focus()
    press(tab, "ArrowLeft", "ArrowLeft", "PageDown")
    assert value_of(tab, "threshold") == 0.38
    tab.get_by_role("button", name="F2").click()
    drawn(tab)
    explorer.threshold, explorer.alpha, explorer.beta = 0.38, 0.2, 0.8
    tp, fp, fn = explorer.counts
    expected = {"tp": tp, "fp": fp, "fn": fn, "index": explorer.index}
    expected |= {"precision": tp / (tp + fp), "recall": tp / (tp + fn)}
    assert {name: shown_number(tab, name) for name in expected} == pytest.approx(expected, **SAME)
    found = tab.locator(".tversky-explorer").evaluate("root => ({...root.dataset})")
    assert [float(found[name]) for name in ("best", "peak", "tau", "share")] == pytest.approx(
        [*explorer.best, explorer.tau, explorer.share_near_best], **SAME
    )
    assert f"{int(fn):,} false negative, dotted" in tab.locator("canvas").get_attribute("aria-label")
    assert tab.get_by_role("slider", name="threshold").get_attribute("aria-valuetext") == "0.38"
    tab.wait_for_function("document.querySelector('output').textContent.startsWith('Threshold 0.380')")


def test_claim1_page(shown):
    tab = shown(Claim1Explorer())
    assert tab.locator(".tversky-explorer").get_attribute("data-optimum") == "one"
    tab.get_by_role("slider", name="point of the diagram").focus()
    press(tab, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown")
    p, epsilon = value_of(tab, "p"), value_of(tab, "epsilon")
    assert (p, epsilon) == (0.0158, 0.19)
    explorer = Claim1Explorer(p=p, epsilon=epsilon)
    assert tab.locator(".tversky-explorer").get_attribute("data-optimum") == explorer.optimum == "target"
    a, b = 1 - epsilon / 2, epsilon / 2
    mask = tversky_from_counts(p * a, p * (1 - a), (1 - p) * b)
    assert shown_number(tab, "target") == pytest.approx(mask, **SAME)
    box = tab.locator(".tversky-stack").bounding_box()
    tab.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.7 * box["height"], steps=3)
    tab.mouse.up()
    drawn(tab)
    assert value_of(tab, "p") > 0.1 and value_of(tab, "epsilon") < 0.2
    tab.get_by_role("slider", name="delta").focus()
    press(tab, "End")
    assert value_of(tab, "delta") == pytest.approx(10**0.5, rel=1e-2)


def test_batch_page(shown):
    batch = BatchComposer()
    tab = shown(batch)
    tab.get_by_role("slider", name="image 2, TP").focus()
    press(tab, "Shift+ArrowRight", "PageUp", "ArrowLeft")
    batch.counts = [[900, 100, 100], [39, 40, 40], [0, 60, 0]]
    assert value_of(tab, "counts") == batch.counts
    assert [shown_number(tab, name) for name in ("image", "batch")] == pytest.approx(batch.losses, **SAME)
    slopes = theory.pixel_gradients(39, 40, 40, 0.5, 0.5, 0)
    assert shown_number(tab, "foreground-2") == pytest.approx(slopes[0] / 3, **SAME)
    tab.get_by_role("button", name="counterexample").click()
    drawn(tab)
    assert "OUTSIDE" in tab.locator(".tversky-verdict").inner_text()


def test_reset_brings_back_the_start(shown):
    tab = shown(Claim1Explorer(p=0.03))
    tab.get_by_role("slider", name="C in the formula").focus()
    press(tab, "ArrowLeft")
    tab.get_by_role("button", name="F2").click()
    tab.get_by_role("button", name="Reset").click()
    drawn(tab)
    assert [value_of(tab, name) for name in ("p", "alpha", "beta", "num_classes")] == [0.03, 0.5, 0.5, 2]


def test_an_error_is_shown_to_the_reader(shown):
    tab = shown(BatchComposer())
    tab.evaluate("explorer.set('counts', 5)")
    assert "This could not be drawn" in tab.get_by_role("alert").inner_text()
    tab.evaluate("explorer.set('counts', [[1, 2, 3], [4, 5, 6]])")
    drawn(tab)
    assert tab.get_by_role("alert").count() == 0
    assert len(tab.faults) == 1
    tab.faults.clear()


@pytest.mark.parametrize(("make", "slider"), [(ThresholdExplorer, "threshold"), (Claim1Explorer, "alpha")])
def test_a_redraw_fits_into_a_frame(make, slider, shown):
    """Not how quick this machine is, only that no redraw is of another order: 16 ms, and room for a busy machine."""
    tab = shown(make())
    tab.get_by_role("slider", name=slider).focus()
    taken = []
    for _ in range(25):
        press(tab, "ArrowRight")
        taken.append(float(tab.locator(".tversky-explorer").get_attribute("data-redraw-ms")))
    assert np.median(taken[5:]) < 2 * 16
