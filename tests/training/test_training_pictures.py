"""What the lessons on training show: choices, live curves, trained networks, records. No browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny import QUICK, red_tiles

from tverskylib import explorers, figures
from tverskylib.explorers import choice, live
from tverskylib.index import tversky_index
from tverskylib.training import paired_differences, read_records, results_frame, train

RESULTS = Path(__file__).parents[2] / "results" / "cpu"


@pytest.fixture(scope="module")
def records():
    return read_records(RESULTS)


@pytest.fixture(scope="module")
def frame(records):
    return results_frame(records)


@pytest.fixture
def history(trained):
    """Of two runs whose predictions are noise, so that every score is neither 0 nor 1."""
    rng = np.random.default_rng(0)
    return {name: list(rng.random((12, *trained.probabilities.shape))) for name in ("batch", "image")}


@pytest.fixture
def runs(trained, history):
    return {name: replace(trained, probabilities=found[-1]) for name, found in history.items()}


@pytest.fixture
def shown(runs, history):
    return explorers.swipe(runs, history)


# ------------------------------------------------------------------------------------------------- what to train


@pytest.mark.parametrize(("gpu", "start"), [(False, "quick"), (True, "gpu")])
def test_the_profile_is_chosen_by_what_is_there(monkeypatch, gpu, start):
    monkeypatch.delenv(choice.VARIABLE, raising=False)
    monkeypatch.setattr("torch.cuda.is_available", lambda: gpu)
    chosen = explorers.RunChoice()
    assert (chosen.profile.value, chosen.device.value) == (start, "auto")
    assert ("no graphics card" in chosen._repr_mimebundle_()["text/html"]) is not gpu


def test_the_environment_names_the_profile(monkeypatch):
    monkeypatch.setenv(choice.VARIABLE, "smoke")
    chosen = explorers.RunChoice()
    assert chosen.profile.value == "smoke" and not chosen.learns
    chosen.profile.value = "quick"
    assert chosen.learns
    monkeypatch.setenv(choice.VARIABLE, "nightly")
    with pytest.raises(ValueError, match=r"TVERSKYLIB_PROFILE must be one of smoke, quick, gpu, got 'nightly'"):
        explorers.RunChoice()


@pytest.mark.parametrize("profile", choice.PROFILES)
@pytest.mark.parametrize("task", ["positive", "whole"])
def test_the_two_runs_of_a_task_differ_in_the_domain_alone(monkeypatch, profile, task):
    monkeypatch.setenv(choice.VARIABLE, profile)
    batch, image = explorers.RunChoice().runs(task).values()
    assert {key for key, value in batch.as_dict().items() if value != image.as_dict()[key]} == {"domain"}
    assert (batch.task, batch.domain, image.domain) == (task, "batch", "image")


# ------------------------------------------------------------------------------------------------- live curves


@pytest.fixture
def screen(monkeypatch):
    """What a notebook would show, one entry a change."""
    seen = []

    class Handle:
        def update(self, data, **kwargs):
            seen.append(data["text/html"])

    def display(data, **kwargs):
        seen.append(data["text/html"])
        return Handle()

    monkeypatch.setattr(live, "display", display)
    return seen


def test_live_curves_grow_in_one_output_and_end_without_a_bar(screen, trained):
    curves = explorers.LiveCurves("batch", trained.curves.epochs + 1)
    curves(trained.curves)
    assert ["<progress" in page for page in screen] == [True, True]
    assert "epoch 0 of 3" in screen[0] and "Nothing has been trained yet" in screen[0]
    assert "epoch 2 of 3, about" in screen[1] and "batch, after 2 epochs" in screen[1]
    explorers.LiveCurves("image", 2, before={"batch": trained.curves})(trained.curves)
    assert "<progress" not in screen[-1]
    assert "batch, after 2 epochs" in screen[-1] and "image, after 2 epochs" in screen[-1]


def test_a_curve_without_negatives_has_no_panel_for_them(trained):
    assert "flooded" not in figures.learning_curves({"batch": trained.curves}).alt


# ------------------------------------------------------------------------------------------------- trained networks


@pytest.mark.parametrize(("training", "epoch"), [(0, 1), (0.4, 5), (1, 12)])
def test_the_scores_beside_the_tiles_are_those_of_the_library(shown, trained, history, training, epoch):
    shown.set(threshold=0.3, alpha=0.2, beta=0.8, training=training)
    assert shown.epoch == epoch
    for name in ("batch", "image"):
        mask, target = history[name][epoch - 1] >= 0.3, trained.test.targets.numpy().astype(bool)
        for kind, domain in (("mean", "image"), ("pooled", "batch")):
            expected = tversky_index(mask, target, 0.2, 0.8, domain=domain).mean()
            assert shown.numbers[f"{name}_{kind}"] == pytest.approx(float(expected)), kind


def test_the_lesions_go_from_small_to_large(shown):
    sizes = (shown.data.targets == 1).sum(axis=(1, 2))
    assert (np.diff(sizes) >= 0).all()


def test_the_history_of_a_run_is_what_it_predicted():
    found = []
    run = train(QUICK, red_tiles(), progress=False, on_test=found.append)
    assert len(found) == QUICK.epochs
    np.testing.assert_array_equal(found[-1], run.probabilities)
    assert run.curves.loss == train(QUICK, red_tiles(), progress=False).curves.loss


def test_the_networks_of_the_package_have_a_strip_and_others_have_none(shown):
    assert explorers.swipe().is_default and not shown.is_default
    assert "image/png" not in shown._repr_mimebundle_()[0]
    assert len(explorers.swipe().to_html()) < 500_000


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda runs, seen: runs.pop("image"), "^runs must hold batch and image, got batch"),
        (lambda runs, seen: seen.clear(), "^history must hold batch and image, got nothing"),
        (lambda runs, seen: seen["batch"].pop(), "^history must hold as many epochs of both runs"),
        (lambda runs, seen: seen["batch"].append(np.zeros((1, 1, 2, 2))) or seen["image"].pop(), "^history must"),
        (lambda runs, seen: seen.update(batch=seen["image"]), "^history must end .* that of batch is of another run"),
        (lambda runs, seen: seen["batch"].__setitem__(0, np.zeros((1, 1, 2, 2))), "^history must hold predictions of"),
    ],
)
def test_a_history_of_something_else_is_refused(runs, history, spoil, message):
    spoil(runs, history)
    with pytest.raises(ValueError, match=message):
        explorers.swipe(runs, history)


# ------------------------------------------------------------------------------------------------- records


@pytest.fixture(scope="module")
def lesions(frame):
    return frame[(frame["arm"] == "grid") & (frame["task"] == "positive")]


@pytest.mark.parametrize(
    ("way", "column"), [("images", "dice"), ("batches", "batches_dice"), ("pooled", "pooled_dice")]
)
def test_pairs_are_those_of_the_tables_under_each_convention(lesions, way, column):
    explorer = explorers.pairs(lesions, metric="dice", way=way, seeds=10)
    row = paired_differences(lesions, [column]).loc[("positive", "grid", 8)]
    expected = [row["pairs", ""], *(row[column, part] for part in ("difference", "low", "high"))]
    assert [explorer.numbers[name] for name in ("pairs", "mean", "low", "high")] == pytest.approx(expected, abs=1e-4)


def test_what_is_not_defined_is_no_pair(lesions):
    assert explorers.pairs(lesions, metric="hd95", way="pooled").numbers["pairs"] == 0


def test_pairs_of_ones_own_have_no_strip_of_others(lesions):
    own = explorers.pairs(lesions[lesions["seed"] < 3])
    assert "image/png" not in own._repr_mimebundle_()[0] and "image/png" in explorers.pairs()._repr_mimebundle_()[0]


def test_pairs_of_two_arms_or_of_one_domain_are_refused(frame, lesions):
    with pytest.raises(ValueError, match=r"^frame must hold one task and one arm, got \d+"):
        explorers.pairs(frame)
    with pytest.raises(ValueError, match=r"^frame must hold runs of both domains"):
        explorers.pairs(lesions[lesions["domain"] == "batch"])


def test_own_cuts_tell_how_far_they_lie_apart():
    cuts = {"batch": [0, 1, 2, 3], "image": [-4, 0, 4, 8]}
    shares = {name: [0.1, 0.2, 0.3, 0.4] for name in cuts}
    curves = {name: [([0, 1], [1, 0.2]), ([0, 1], [1, 0.3])] for name in cuts}
    plate = figures.own_cuts(shares, cuts, curves)
    assert "image-wise half of the best cuts lie between -1.00 and 5.00" in plate.alt
    assert len(plate.figure.axes[1].lines) == 4


def test_arms_have_a_row_each_and_their_means_in_words(frame):
    chosen = frame.query("task == 'whole' and batch_size == 8")
    plate = figures.arms(chosen, ["flooded_negatives", "missed_positives"])
    labels = [label.get_text() for label in plate.figure.axes[0].get_yticklabels()]
    assert labels[0] == "plain Dice" and len(labels) == chosen["arm"].nunique()
    mean = chosen.query("arm == 'grid' and domain == 'image'")["flooded_negatives"].mean()
    assert f"flooded negative images, plain Dice, image-wise {mean:.2f}" in plate.alt


def test_a_reliability_diagram_leaves_out_bins_of_few_pixels(records):
    found = {**records[0]["test"]["over_positive"]["calibration"]}
    found["bin_pixels"] = [0, *[100] * (len(found["bin_pixels"]) - 1)]
    plate = figures.reliability({"one": {"batch": found}})
    [_, line] = plate.figure.axes[0].lines
    assert len(line.get_xdata()) == len(found["bin_pixels"]) - 1
    assert f"calibration error {found['ece']:.3f}" in plate.alt


def test_collapse_tells_what_happens_below_the_critical_fraction():
    true, predicted = np.array([0.01, 0.02, 0.5]), np.array([1.0, 0.8, 0.4])
    alt = figures.collapse({"smoothed": (true, predicted, 0.05)}).alt
    assert "of the 2 below the critical fraction 0.050, drawn as triangles, 0.90 where 0.01 is true" in alt
    assert "critical" not in figures.collapse({"plain": (true, predicted, 0.0)}).alt


# ------------------------------------------------------------------------------------------------- tiles


def test_a_contact_sheet_has_a_place_for_every_tile_and_marks_the_empty_ones():
    images, targets = np.zeros((5, 8, 8, 3), np.uint8), np.zeros((5, 8, 8), bool)
    targets[0, :4] = True
    plate = figures.contact_sheet(images, targets, "five tiles", columns=2)
    titles = [ax.get_title() for ax in plate.figure.axes]
    assert titles == ["50%", "none", "none", "none", "none", ""]


def test_a_histogram_tells_its_quantiles_and_marks():
    plate = figures.foreground_histogram(np.linspace(0.01, 0.99, 99), {"critical": 0.083})
    assert "99 positive tiles" in plate.alt and "half below 50.0%" in plate.alt
    assert "critical is marked at 8.3%" in plate.alt
