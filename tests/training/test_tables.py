"""Tables and the report, from records whose numbers are known."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tiny import QUICK, red_tiles

from tverskylib import theory
from tverskylib.metrics import evaluate
from tverskylib.metrics.histogram import CUTS
from tverskylib.tiles import TileSettings
from tverskylib.training import (
    RunSettings,
    chance_at_half,
    chances,
    confirmation,
    holm,
    mean_interval,
    new_pair_interval,
    paired_differences,
    predicted_cut,
    record_of,
    report,
    results_frame,
    summary,
    train,
    trivial_baselines,
)
from tverskylib.training.tables import METRICS, arm, markdown, plain_runs

BATCH, IMAGE = [0.5, 0.7, 0.9], [0.4, 0.65, 0.6]  # Dice of three seeds
GRID = replace(QUICK, delta=RunSettings().delta)


@pytest.fixture(scope="module")
def record(a_record):
    """A function that makes records of a given Dice."""

    def of(value, **changes):
        made = deepcopy(a_record)
        made["settings"] = replace(GRID, **changes).as_dict()
        positive = made["test"]["over_positive"]
        positive["mean_of_images"] = {name: value for name in METRICS}
        positive["pooled"]["dice"] = value and value / 2
        return made

    return of


@pytest.fixture(scope="module")
def records(record):
    return [
        record(value, domain=domain, seed=seed)
        for domain, values in (("batch", BATCH), ("image", IMAGE))
        for seed, value in enumerate(values)
    ]


@pytest.fixture(scope="module")
def frame(records):
    return results_frame(records)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "grid"),
        ({"batch_size": 64, "domain": "image", "seed": 3, "learning_rate": 0.1}, "grid"),
        ({"loss": "cross-entropy", "smoothing": 0.2}, "cross-entropy, smoothing 0.2"),
        ({"companion": "cross-entropy"}, "Dice + cross-entropy"),
        ({"foreground_share": 1 / 3}, "foreground in 33% of each batch"),
        ({"smoothing": 0.1, "smoothing_classes": 1}, "smoothing 0.1, one-sided"),
        ({"epochs": 18}, "grid"),
        ({"alpha": 0.3, "beta": 0.7}, "alpha 0.3, beta 0.7"),
        ({"delta": 409.6}, "delta 410"),
        ({"smoothing": 0.4, "soft_labels": "minimum"}, "smoothing 0.4, minimum form"),
        ({"penalty": "label noise", "strength": 0.1}, "label noise penalty 0.1"),
        ({"schedule": "constant", "learning_rate": 1e-6}, "constant rate 1e-06"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_an_arm_is_told_in_words(changes, words):
    assert arm(RunSettings(**changes)) == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epochs": 18}, "18 epochs"),
        ({"epochs": 18, "companion": "cross-entropy"}, "Dice + cross-entropy, 18 epochs"),
        ({"tiles": TileSettings(positives=1400)}, "50% of the tiles empty"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_beside_the_grid_epochs_and_empty_tiles_are_told(changes, words):
    plain = RunSettings(task="whole", epochs=6)
    found = plain_runs([replace(plain, **changes), plain, replace(plain, seed=1)])
    assert found == {"whole": plain}
    assert arm(replace(plain, **changes), plain) == words and arm(plain, plain) == "grid"


def test_there_is_one_row_a_run(frame, records):
    assert len(frame) == 6 and set(frame["arm"]) == {"grid"} and set(frame["size"]) == {48}
    np.testing.assert_allclose(frame["dice"], BATCH + IMAGE)
    np.testing.assert_allclose(frame["pooled_dice"], np.array(BATCH + IMAGE) / 2)
    assert frame["seconds"].tolist() == [one["seconds"] for one in records]


def test_a_row_finds_each_metric_in_its_place(record):
    made = record(0.5)
    test = made["test"]
    test["over_positive"]["mean_of_batches"]["jaccard"] = 0.11
    test["over_all"]["pooled"]["dice"] = 0.12
    test["over_all"]["mean_of_images"]["dice"] = 0.13
    test["over_positive"]["calibration"]["ece"] = 0.14
    test["missed_positives"] = 0.15
    row = results_frame([made]).iloc[0]
    names = ["batches_jaccard", "pooled_dice_all", "dice_all", "ece", "missed_positives"]
    assert row[names].tolist() == [0.11, 0.12, 0.13, 0.14, 0.15]


def test_a_summary_has_mean_and_deviation_over_seeds(frame):
    table = summary(frame, ["dice"])
    row = table.loc[("positive", "grid", 4, "batch")]
    assert row[("dice", "mean")] == pytest.approx(0.7)
    assert row[("dice", "sd")] == pytest.approx(0.2)  # (0.04 + 0 + 0.04) / (3 - 1)
    assert row[("runs", "")] == 3 and len(table) == 2


def test_a_difference_in_pairs_has_students_interval(frame):
    row = paired_differences(frame, ["dice"]).loc[("positive", "grid", 4)]
    differences = np.subtract(BATCH, IMAGE)
    low, high = stats.ttest_rel(BATCH, IMAGE).confidence_interval(0.95)
    found = [row[("dice", name)] for name in ("difference", "low", "high")]
    np.testing.assert_allclose(found, [differences.mean(), low, high])
    reach = 4.302652729911275 * differences.std(ddof=1) / np.sqrt(3)  # Student's t with two degrees of freedom
    assert found[2] - found[0] == pytest.approx(reach) and row[("pairs", "")] == 3


def test_an_interval_of_another_level_is_narrower(frame):
    row = paired_differences(frame, ["dice"], level=0.5).iloc[0]
    low, high = stats.ttest_rel(BATCH, IMAGE).confidence_interval(0.5)
    np.testing.assert_allclose([row[("dice", "low")], row[("dice", "high")]], [low, high])


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_bad_level_is_named(frame, level):
    with pytest.raises(ValueError, match=rf"level must be a number in \(0, 1\), got {level}"):
        paired_differences(frame, level=level)


@pytest.mark.parametrize("make", [summary, paired_differences])
def test_metrics_that_are_no_columns_are_named(frame, make):
    with pytest.raises(TypeError, match=r"^metrics must be a sequence of names, got 'dice'"):
        make(frame, "dice")
    with pytest.raises(ValueError, match=r"^metrics must be columns of frame, got 'kappa'"):
        make(frame, ["dice", "kappa"])
    with pytest.raises(ValueError, match=r"^metrics must name at least one column of frame, got none"):
        make(frame, [])


@pytest.mark.parametrize("make", [summary, paired_differences, confirmation])
def test_what_is_no_table_of_runs_is_named(frame, make):
    for given in (None, frame["dice"], frame.drop(columns="seed")):
        with pytest.raises(TypeError, match=r"^frame must be a table of runs, as results_frame gives it, got "):
            make(given)


def test_columns_and_seeds_that_are_not_there_are_named(frame):
    with pytest.raises(ValueError, match=r"^by must be columns of frame, got 'kappa'"):
        summary(frame, by=["kappa"])
    for seeds in ("56", 5):
        with pytest.raises(TypeError, match=r"^seeds must be a sequence of whole numbers, got"):
            confirmation(frame, seeds)


def test_two_runs_of_one_place_make_no_pair(frame):
    twice = pd.concat([frame, frame]).assign(batch_size=8)
    for make in (paired_differences, lambda frame: confirmation(frame, seeds=range(3))):
        with pytest.raises(ValueError, match=r"^frame must hold one run for each seed of a cell, got several of task "):
            make(twice)


def test_what_is_no_record_has_no_chances(a_record):
    for given in (None, {}, RunSettings(), "record"):
        with pytest.raises(TypeError, match=r"^record must be the record of a run, as read_records gives it, got"):
            chances(given)
    for epsilon in (1, -1, "0.1", None, np.array([0.1, 0.2])):
        with pytest.raises((TypeError, ValueError), match=r"^epsilon must be a number in \[0, 1\), got"):
            predicted_cut(a_record, epsilon)


def test_no_records_make_no_report():
    with pytest.raises(ValueError, match=r"^records must hold at least one, got none"):
        report([])


def test_a_run_without_its_pair_is_left_out(record):
    made = [record(0.5, seed=0), record(0.4, seed=0, domain="image"), record(0.9, seed=1)]
    row = paired_differences(results_frame(made), ["dice"]).iloc[0]
    assert row[("dice", "difference")] == pytest.approx(0.1) and row[("pairs", "")] == 1


def test_pairs_are_made_within_arm_batch_size_and_task(record):
    made = [
        record(0.5 + 0.1 * (domain == "batch") * k, domain=domain, **changes)
        for domain in ("batch", "image")
        for k, changes in enumerate([{}, {"batch_size": 8}, {"smoothing": 0.2}, {"task": "whole"}])
    ]
    table = paired_differences(results_frame(made), ["dice"])
    found = {key: round(value, 6) for key, value in table[("dice", "difference")].items()}
    assert found == {
        ("positive", "grid", 4): 0,
        ("positive", "grid", 8): 0.1,
        ("positive", "smoothing 0.2", 4): 0.2,
        ("whole", "grid", 4): 0.3,
    }


# The planned test.


def test_the_planned_test_is_of_its_seeds_and_corrected_for_its_family(record):
    draw = np.random.default_rng(0)
    values = {
        (task, domain, seed): draw.random()
        for task in ("positive", "whole")
        for domain in ("batch", "image")
        for seed in range(10)
    }
    made = [
        record(value, task=task, domain=domain, seed=seed, batch_size=8)
        for (task, domain, seed), value in values.items()
    ]
    for one, value in zip(made, values.values(), strict=True):
        one["test"]["over_positive"]["pooled"]["average_precision"] = value**2
        one["test"]["over_all"]["pooled"]["average_precision"] = value**3
        one["test"]["flooded_negatives"] = value**4
    table = confirmation(results_frame(made))
    batch, image = ([values["positive", domain, seed] for seed in range(5, 10)] for domain in ("batch", "image"))
    row = table.loc[("positive", "dice")]
    expected = stats.ttest_rel(batch, image)
    assert row["p"] == pytest.approx(expected.pvalue) and row["pairs"] == 5
    np.testing.assert_allclose(row[["low", "high"]].astype(float), expected.confidence_interval(0.95))
    assert table["p after Holm"].tolist() == pytest.approx(holm(table["p"].tolist()).tolist())
    assert len(table) == 4 and (table["low of a new pair"] < table["low"]).all()


def test_endpoints_that_are_not_there_yet_count_in_the_correction(record):
    made = [
        record(0.1 * k + 0.01 * seed * k, seed=seed, batch_size=8, domain=domain)
        for k, domain in enumerate(("image", "batch"), 1)
        for seed in (5, 6, 7)
    ]
    for one in made:
        one["test"]["over_positive"]["pooled"]["average_precision"] = None
    table = confirmation(results_frame(made))
    assert [*table.index] == [("positive", "dice")]
    assert table["p after Holm"].iloc[0] == pytest.approx(min(1, 4 * table["p"].iloc[0]))


def test_one_new_pair_scatters_more_than_the_mean():
    values = [0.1, 0.3, 0.2, 0.6]
    mean, low, high = new_pair_interval(values)
    reach = stats.t.ppf(0.975, 3) * np.std(values, ddof=1) * np.sqrt(1 + 1 / 4)
    np.testing.assert_allclose([mean, low, high], [0.3, 0.3 - reach, 0.3 + reach])


@pytest.mark.parametrize("values", [[], [1, np.nan], [np.inf, 1], [[1, 2]], "ab"], ids=str)
def test_what_is_no_list_of_numbers_has_no_interval(values):
    with pytest.raises((TypeError, ValueError), match=r"^values must be finite numbers"):
        mean_interval(values)


@pytest.mark.parametrize(
    "given", ["ab", ["1", "2"], [True, False], [0.5 + 1j, 1], {0.5}, {"a": 0.5}, [10**400, 1]], ids=type
)
def test_text_truth_values_and_what_numpy_would_make_numbers_of_are_refused(given):
    for function, name in ((mean_interval, "values"), (new_pair_interval, "values"), (holm, "p_values")):
        with pytest.raises(TypeError, match=f"^{name} must be finite numbers"):
            function(given)


def test_a_masked_value_is_no_measurement():
    with pytest.raises(TypeError, match=r"^values must be a plain array, got a masked"):
        mean_interval(np.ma.array([1.0, 2.0, 300.0], mask=[False, False, True]))


def test_equal_values_have_an_interval_of_no_width(recwarn):
    assert mean_interval([-1.0, -1.0, -1.0]) == pytest.approx((-1, -1, -1)) and not recwarn


def test_holm_by_hand():
    assert holm([0.04, 0.01, 0.03, 0.5]).tolist() == pytest.approx([0.09, 0.04, 0.09, 0.5])
    assert holm([0.6, 0.7]).tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"^p_values must lie in \[0, 1\], got"):
        holm([0.1, 1.1])


# Without a network.


def test_trivial_baselines_are_what_evaluate_says_of_ones_and_zeros():
    run = train(replace(QUICK, task="whole", epochs=1), red_tiles(24, negatives=8), progress=False)
    table, target = trivial_baselines([record_of(run)]), run.test.targets.numpy()
    assert not target.any(axis=(1, 2, 3)).all()
    for name, constant in (("everything", 1.0), ("nothing", 0.0)):
        judged, row = evaluate(np.full(target.shape, constant), target), table.loc[("whole", name)]
        positive = judged.over_positive
        for metric in ("average_precision", "balanced_accuracy", "dice", "jaccard"):
            assert row[metric] == pytest.approx(getattr(positive.mean_of_images, metric))
        assert row["pooled_dice_all"] == pytest.approx(judged.over_all.pooled.dice)
        assert row["pooled_average_precision_all"] == pytest.approx(judged.over_all.pooled.average_precision)
        assert row["flooded_negatives"] == judged.flooded_negatives
        assert row["missed_positives"] == judged.missed_positives
        assert row["area_ratio"] == pytest.approx(positive.predicted_foreground / positive.foreground)


# The chance behind a probability.


@pytest.fixture
def calibrated(a_record):
    """A record whose validation pixels are foreground as often as their probability says."""
    made, middle = deepcopy(a_record), np.concatenate([[0], (CUTS[1:] + CUTS[:-1]) / 2, [1]])
    pixels = np.full(98, 100_000)
    pixels[:20] = 0
    foreground = np.round(pixels * middle).astype(int)
    kinds = {"foreground": foreground, "background": pixels - foreground, "negative": np.zeros(98, int)}
    made["histograms"]["validation"] = {name: counts.tolist() for name, counts in kinds.items()}
    return made, middle


def test_the_chance_of_a_calibrated_run_is_its_probability(calibrated):
    made, middle = calibrated
    chance, pixels = chances(made)
    np.testing.assert_allclose(chance[20:], middle[20:], atol=1e-5)
    assert pixels.sum() == 78 * 100_000 and chance_at_half(made) == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.4])
def test_the_predicted_cut_is_where_the_best_prediction_cuts(calibrated, epsilon):
    made, middle = calibrated
    target = np.repeat((1 - epsilon) * middle[20:] + epsilon / 2, 100)
    prediction, _ = theory.best_prediction(target, 0.5, 0.5)
    marked = np.repeat(middle[20:], 100)[prediction > 0]
    below = middle[middle < marked.min()]
    assert below.max() <= predicted_cut(made, epsilon) + 0.02 and predicted_cut(made, epsilon) <= marked.min() + 0.02


# As text.


def test_markdown_has_one_row_a_cell(frame):
    lines = markdown(summary(frame, ["dice", "hd95"])).splitlines()
    assert lines == [
        "| task | arm | batch_size | domain | dice | hd95 | runs |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| positive | grid | 4 | batch | 0.700 ± 0.200 | 0.700 ± 0.200 | 3 |",
        "| positive | grid | 4 | image | 0.550 ± 0.132 | 0.550 ± 0.132 | 3 |",
    ]


def test_a_difference_is_shown_with_its_interval(frame):
    low, high = stats.ttest_rel(BATCH, IMAGE).confidence_interval(0.95)
    assert markdown(paired_differences(frame, ["dice"]), digits=2).splitlines() == [
        "| task | arm | batch_size | dice | pairs |",
        "| --- | --- | --- | --- | --- |",
        f"| positive | grid | 4 | +0.15 [{low:+.2f}, {high:+.2f}] | 3 |",
    ]


def test_a_single_seed_is_shown_without_a_spread(record):
    frame = results_frame([record(0.5), record(0.4, domain="image")])
    assert markdown(summary(frame, ["dice"])).splitlines()[2] == "| positive | grid | 4 | batch | 0.500 | 1 |"
    assert markdown(paired_differences(frame, ["dice"])).splitlines()[2] == "| positive | grid | 4 | +0.100 | 1 |"


def test_what_is_undefined_is_a_dash(record):
    frame = results_frame([record(None, seed=seed) for seed in range(2)])
    assert markdown(summary(frame, ["dice"])).splitlines()[2] == "| positive | grid | 4 | batch | - | 2 |"


def test_a_report_has_all_cells_of_each_task(record):
    made = [
        record(0.1 * seed, task=task, domain=domain, seed=seed)
        for task, domain, seed in product(("positive", "whole"), ("batch", "image"), range(3))
    ]
    text = report(made)
    assert text.count("## Task: ") == 2 and "nan" not in text
    assert text.count("\n| grid | 4 | batch | ") == text.count("\n| grid | 4 | image | ") == 5 + 7
    assert text.startswith(f"# What the runs say\n\n12 runs, {12 * made[0]['steps']} steps, ")


@pytest.mark.parametrize("task", ["positive", "whole"])
def test_a_report_of_one_run_has_no_pairs(record, task):
    text = report([record(0.5, task=task)])
    assert "nan" not in text and "Batch-wise minus image-wise" not in text
    assert "| grid | 4 | batch | 0.500 |" in text


def test_a_report_of_domains_that_share_no_seed_has_no_pairs(record):
    text = report([record(0.5, seed=0), record(0.5, seed=1, domain="image")])
    assert "Batch-wise minus image-wise" not in text and "| grid | 4 | image | 0.500 |" in text


@pytest.mark.parametrize(
    ("commit", "words"),
    [
        ("0123456789ab" + 28 * "c", "0123456789ab."),
        ("0123456789ab" + 28 * "c" + "+", "0123456789ab+."),
        (None, "unknown."),
    ],
    ids=["clean", "changed", "none"],
)
def test_a_report_says_from_which_code_and_whether_it_was_changed(record, commit, words):
    made = record(0.5)
    made["provenance"]["commit"] = commit
    assert f"code at commit {words} Made" in report([made])


@pytest.mark.parametrize("records", [None, "records", {}, [1], [{}], [None], [{"settings": {}}], []])
@pytest.mark.parametrize("made", [results_frame, report, trivial_baselines])
def test_what_is_no_list_of_records_is_named(made, records):
    with pytest.raises((TypeError, ValueError), match=r"^records must "):
        made(records)
