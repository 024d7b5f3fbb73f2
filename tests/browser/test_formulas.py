"""The explorers' formulas, computed by the browser and by Python, at random settings."""

from __future__ import annotations

import numpy as np
import pytest

from tverskylib import smooth_labels, theory, tversky_from_counts, tversky_index
from tverskylib.explorers.browser import Composer
from tverskylib.explorers.browser.bundle import HERE
from tverskylib.index import terms
from tverskylib.theory.conditions import _formulas

pytestmark = pytest.mark.browser

SAME = {"rel": 1e-9, "abs": 1e-12}

# Each call is [module, name of a function, its values].
EVALUATE = """async (calls) => {
  const results = [];
  for (const [module, name, values] of calls) {
    const result = (await import(`/${module}`))[name](...values);
    results.push(ArrayBuffer.isView(result) ? [...result] : result);
  }
  return results;
}"""


@pytest.fixture(scope="module")
def evaluate(browser):
    """A function that gives the results of functions of our modules, [module, name, values] each."""
    page = browser.new_page()
    page.route("**/*", lambda route: route.fulfill(path=HERE / route.request.url.rpartition("/")[2]))
    page.route("**/empty.html", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto("http://127.0.0.1/empty.html")  # nothing listens there: all is answered by the routes
    yield lambda calls: page.evaluate(EVALUATE, calls)
    page.close()


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


def test_formulas_of_the_index_equal_those_of_python(evaluate):
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
    assert evaluate(calls) == pytest.approx(expected, **SAME)


def test_what_was_solved_for_gives_back_what_went_in(evaluate):
    calls, expected = [], []
    for at in settings(4):
        (tp, fp, fn), (alpha, beta), delta = at["counts"], at["weights"], at["delta"]
        tp, fp = tp + 1, fp + 1
        foreground, background = theory.pixel_gradients(tp, fp, fn, alpha, beta, 0.0)
        rate, loss = -foreground / background, 1 - tversky_from_counts(tp, fp, fn, alpha, beta, delta)
        for name, arguments, value in [
            ("exchangeRate", (tp, fp, fn, alpha, beta), rate),
            ("betaOfRate", (tp, fp, fn, alpha, rate), beta),
            ("falsePositivesOfLoss", (tp, fn, alpha, beta, delta, loss), fp),
            ("strongestPull", (fp,), -theory.pixel_gradients(0, fp, 0, alpha, beta, alpha * fp)[1]),
            ("strongestDelta", (fp, alpha), alpha * fp),
            ("cliff", (alpha * fp, alpha), fp),
        ]:
            calls.append(("formulas.js", name, arguments))
            expected.append(float(value))
    assert evaluate(calls) == pytest.approx(expected, **SAME)


def test_formulas_of_claim1_equal_those_of_python(evaluate):
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
            assert found == pytest.approx(value, **SAME)
        else:
            assert found == pytest.approx(value, **SAME)


def test_the_index_of_the_candidates_is_that_of_a_mask(evaluate):
    """The formula per entry against the index of arrays."""
    mask = np.zeros((1, 1, 20, 20))
    mask[..., :3] = 1
    labels = smooth_labels(mask, 0.3, num_classes=2)
    expected = [tversky_index(x, labels, 0.3, 0.7, delta=8.0) for x in (0 * mask, mask, 0 * mask + 1)]
    [found] = evaluate([("claim1_data.js", "indicesAt", (0.15, 8 / 400, 0.3, 0.7, 0.3, 2))])
    assert found == pytest.approx(expected, **SAME)


def test_the_optimum_is_that_of_python(evaluate):
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


def test_a_batch_is_scored_as_in_python(evaluate):
    calls, expected = [], []
    for first, second in zip(settings(3, 60), settings(4, 60), strict=True):
        weights, delta = first["weights"], first["delta"]
        counts = [first["counts"], second["counts"]]
        sums = np.sum(counts, axis=0)
        calls.append(("composer_data.js", "compose", (counts, *weights, delta)))
        batch = Composer(counts, alpha=weights[0], beta=weights[1], delta=delta)
        total = terms(*sums, *weights, delta)[1]
        share = [terms(*row, *weights, delta / 2)[1] / total for row in counts]
        pooled = theory.pixel_gradients(*sums, *weights, delta)
        expected.append((*batch.losses, *share, *pooled))
    for found, value in zip(evaluate(calls), expected, strict=True):
        shares = [image["weight"] for image in found["images"]]
        assert [found["imageLoss"], found["batchLoss"], *shares, *found["batchSlopes"]] == pytest.approx(value, **SAME)
