"""Records: what is kept of a run, read back as it was written or not at all."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from tiny import QUICK, red_tiles

from tverskylib.metrics import average_precision
from tverskylib.metrics.histogram import CUTS, LOGITS
from tverskylib.training import RunSettings, read_records, record_of, train
from tverskylib.training import record as record_module
from tverskylib.training.record import (
    FORMAT,
    SCHEMA,
    NewerFormatError,
    check_record,
    commit,
    kept_record,
    read_record,
    with_checksum,
    write_record,
)


@pytest.fixture
def record(a_record):
    return deepcopy(a_record)


@pytest.fixture
def place(tmp_path, record):
    """A file with a good record, alone in its folder."""
    path = tmp_path / "records" / "run.json"
    write_record(record, path)
    return path


def put(record, place, value):
    """Change what stands at a place such as "curves.loss.0"; None takes it away."""
    *way, last = place.split(".")
    for step in way:
        record = record[int(step) if isinstance(record, list) else step]
    key = int(last) if isinstance(record, list) else last
    if value is None:
        del record[key]
    else:
        record[key] = value


# What it holds.


def test_a_real_record_is_what_the_schema_says(record):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(record, allow_nan=False)), schema)


def test_a_record_says_from_what_and_on_what_it_was_made(record, trained):
    assert RunSettings.from_dict(record["settings"]) == trained.settings
    assert record["data"]["hash"] == trained.data_hash
    assert record["data"]["name"] == "tiles of one's own" and record["data"]["size"] == 16
    assert record["data"]["splits"]["test"] == {"tiles": 3, "images": 3, "groups": 3, "empty": 0}
    assert record["provenance"]["device"].startswith("cpu, ") and record["provenance"]["precision"] == "float32"
    assert record["provenance"]["versions"].keys() >= {"torch", "numpy", "accelerate"}


def test_a_record_holds_the_counts_of_positive_tiles():
    run = train(replace(QUICK, task="whole", epochs=1), red_tiles(negatives=6), progress=False)
    record, columns = record_of(run), run.evaluation.per_image
    assert record["test"]["over_all"]["images"] == 3
    positive = [k for k in range(3) if columns.true_positives[k] + columns.false_negatives[k]]
    assert len(positive) == 2
    kept = dict(record["positive_images"])
    for logit, k in zip(kept.pop("best_logit"), positive, strict=True):
        scores = [_dice_at(run, k, cut) for cut in CUTS]
        assert scores[[*LOGITS].index(logit)] == pytest.approx(max(scores))
    for name, counts in kept.items():
        assert counts == [getattr(columns, name)[k] for k in positive]


def _dice_at(run, k, cut):
    called, target = run.probabilities[k] >= cut, run.test.targets[k].numpy()
    return 2 * (called & target).sum() / (called.sum() + target.sum())


def test_a_record_holds_the_pixels_between_cuts(trained, record):
    found, target = record["histograms"]["test"], trained.test.targets.numpy()
    for k in (0, 40, 48, 60, 96):
        called = trained.probabilities >= CUTS[k]
        assert sum(found["foreground"][k + 1 :]) == (called & target).sum()
        assert sum(found["background"][k + 1 :]) == (called & ~target).sum()
    assert sum(found["negative"]) == 0 and sum(record["histograms"]["validation"]["foreground"]) > 0


def test_aligned_images_are_ranked_by_their_distance_from_their_own_best_cut(trained, record):
    p = trained.probabilities.astype(float)
    own = np.array(record["positive_images"]["best_logit"]).reshape(-1, 1, 1, 1)
    found = average_precision(np.log(p / (1 - p)) - own, trained.test.targets.numpy())
    assert record["aligned_average_precision"] == pytest.approx(found, rel=1e-5)


def test_a_record_holds_the_scores_at_the_best_cuts_of_the_validation_tiles():
    run = train(replace(QUICK, task="whole", epochs=3), red_tiles(30, negatives=9), progress=False)
    record = record_of(run)
    targets, validation = run.test.targets.numpy(), run.validation
    for name, found in record["tuned"].items():
        judged = validation.pooled() if name == "pooled_dice" else validation.pick(validation.positive)
        scores = judged.dice().mean(axis=0)
        assert found["validation"] == pytest.approx(scores.max(), rel=1e-5)
        assert scores[np.abs(CUTS - found["threshold"]).argmin()] == pytest.approx(scores.max())
        called = run.probabilities >= found["threshold"]
        dice = 2 * (called & targets).sum() / (called.sum() + targets.sum())
        assert found["test"]["over_all"]["pooled"]["dice"] == pytest.approx(dice, rel=1e-5)
        assert "calibration" not in found["test"]["over_all"]


def test_numbers_are_kept_to_six_digits(record, trained):
    for kept, full in zip(record["curves"]["loss"], trained.curves.loss, strict=True):
        assert kept == pytest.approx(full, rel=1e-5) and len(repr(kept)) <= 8


def test_a_run_of_a_moment_has_a_good_record(trained):
    curves = replace(trained.curves, seconds=[0.004, 0.008])
    check_record(record_of(replace(trained, curves=curves)))


def test_a_record_is_read_as_it_was_written(place, record):
    assert read_record(place) == record == json.loads(place.read_text())
    assert read_records(place.parent) == [record]


def test_lists_of_numbers_stand_on_one_line(place, record):
    assert f'"steps": {record["curves"]["steps"]}' in place.read_text()


def test_records_come_in_the_order_of_their_names(tmp_path, record):
    for name, seconds in (("b", 2.0), ("a", 1.0), ("c", 3.0)):
        settings = {**record["settings"], "seed": int(seconds)}
        write_record(with_checksum({**record, "seconds": seconds, "settings": settings}), tmp_path / f"{name}.json")
    assert [one["seconds"] for one in read_records(tmp_path)] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(("name", "words"), [("empty", "with none"), ("missing", "which does not exist")])
def test_a_folder_without_records_is_named(tmp_path, name, words):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=rf"records of runs, \*.json, got '{name}' {words}"):
        read_records(tmp_path / name)


# What is corrupt.

CORRUPTIONS = {  # place, what stands there instead, and what the message says after the file's name
    "missing field": ("steps", None, "is no record of a run, at its top: 'steps' is a required property"),
    "missing inner field": ("provenance.device", None, "is no record of a run, at provenance: 'device' is a required"),
    "unknown field": ("comment", "x", "is no record of a run, at its top: .*'comment' was unexpected"),
    "another format": ("format", 0, "is no record of a run, at format: 2 was expected"),
    "changed afterwards": ("seconds", 99.0, "was changed since it was written: its checksum is "),
    "bad checksum": ("checksum", "0" * 16, "was changed since it was written: its checksum is "),
    "text for a number": ("curves.loss.1", "0.5", "is no record of a run, at curves.loss.1: '0.5' is not of type"),
    "a Dice above 1": ("curves.dice.0", 1.5, "is no record of a run, at curves.dice.0: 1.5 is greater"),
    "NaN in a curve": ("curves.loss.1", math.nan, "is no record of a run, at curves.loss.1: nan is not finite"),
    "NaN in a score": ("test.over_all.pooled.dice", math.nan, "at test.over_all.pooled.dice: nan is not finite"),
    "NaN where anything may stand": ("test.over_all.calibration.ece", math.nan, "calibration.ece: nan is not finite"),
    "infinite time": ("seconds", math.inf, "is no record of a run, at seconds: inf is not finite"),
    "no time": ("seconds", 0, "is no record of a run, at seconds: 0 is less than or equal"),
    "short curve": ("curves.loss.1", None, ": each curve must have 2 entries, one an epoch"),
    "unknown setting": ("settings.momentum", 0.9, r"is no record of a run: .*unknown: \['momentum'\]"),
    "missing setting": ("settings.seed", None, r"is no record of a run: .*missing: \['seed'\]"),
    "missing setting of tiles": (
        "settings.tiles.size",
        None,
        r"is no record of a run: tiles must .*missing: \['size'\]",
    ),
    "bad setting": ("settings.alpha", -1, "is no record of a run: alpha must be "),
    "bad setting of tiles": ("settings.tiles.size", 3, "is no record of a run: size must be "),
    "unknown setting of tiles": ("settings.tiles.colour", 3, "is no record of a run: .*'colour'"),
    "bad hash": ("data.hash", "xyz", "at data.hash: 'xyz' does not match"),
    "negative count": ("positive_images.true_positives.0", -1, "at positive_images.true_positives.0: -1 is less"),
}


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_a_corrupt_record_is_reported_with_file_and_place(place, record, kind):
    where, value, message = CORRUPTIONS[kind]
    put(record, where, value)
    place.write_text(json.dumps(record))  # as NaN, which JSON does not know and Python reads
    with pytest.raises(ValueError, match=rf"^run\.json.*{message}"):
        read_record(place)


@pytest.mark.parametrize("content", ["half", "", "null", "[]", "{}", b"\xff\xfe\x00"], ids=repr)
def test_what_is_no_record_at_all_is_reported(place, content):
    text = place.read_bytes()[: place.stat().st_size // 2] if content == "half" else content
    place.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ValueError, match=r"^run\.json is no (JSON|record of a run)"):
        read_record(place)


def test_one_corrupt_record_among_many_is_named(place, record):
    write_record(record, place.with_name("another.json"))
    place.write_text("{")
    with pytest.raises(ValueError, match=r"^run\.json is no JSON"):
        read_records(place.parent)


def test_two_records_of_one_run_are_named(place, record):
    write_record(record, place.with_name("run copy.json"))
    with pytest.raises(ValueError, match=r"^run\.json and run copy\.json are records of the same run"):
        read_records(place.parent)


def test_a_newer_record_is_refused_and_left_alone(place, record):
    place.write_text(json.dumps({**record, "format": FORMAT + 1}))
    before = place.read_bytes()
    for read in (read_record, kept_record):
        with pytest.raises(NewerFormatError, match=rf"^run\.json has format {FORMAT + 1}, .* knows {FORMAT}: "):
            read(place)
    assert place.read_bytes() == before and [*place.parent.iterdir()] == [place]


def test_only_the_record_that_is_asked_for_is_believed(place, record, trained):
    assert kept_record(place, trained.settings, trained.data_hash) == record
    with pytest.warns(UserWarning, match=r"^run\.json is the record of another run, which differs in seed; it is set"):
        assert kept_record(place, replace(trained.settings, seed=9), trained.data_hash) is None
    write_record(record, place)
    with pytest.warns(UserWarning, match=r"^run\.json is the record of other tiles, of hash [0-9a-f]{16} instead of f"):
        assert kept_record(place, trained.settings, "f" * 16) is None


def test_a_run_on_tiles_of_ones_own_is_no_synthetic_one(place, record, trained):
    record["data"]["name"] = "my_folder"
    write_record(with_checksum(record), place)
    with pytest.warns(
        UserWarning, match=r"^run\.json is the record of tiles of one's own, my_folder, instead of synth"
    ):
        assert kept_record(place, trained.settings) is None


def test_a_folder_with_the_name_of_a_record_is_named(place):
    place.with_name("dir.json").mkdir()
    with pytest.raises(ValueError, match=r"^dir\.json is a folder"):
        read_records(place.parent)


def test_a_record_of_an_earlier_format_is_made_again(place, record):
    place.write_text(json.dumps({**record, "format": 1}))
    with pytest.raises(ValueError, match=r"^run\.json has format 1, without histograms and tuned thresholds: make the"):
        read_record(place)
    with pytest.warns(UserWarning, match="it is set aside"):
        assert kept_record(place) is None


def test_deep_nonsense_is_reported(place):
    place.write_text("[" * 100_000)
    with pytest.raises(ValueError, match=r"^run\.json is no JSON"):
        read_record(place)


def test_records_are_read_without_torch():
    code = "import sys, tverskylib.training.report; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_corrupt_record_is_set_aside(place, record):
    for k in (1, 2):
        place.write_text("{" * k)
        with pytest.warns(UserWarning, match=rf"^run\.json is no JSON.*; it is set aside as run\.corrupt{k}, and"):
            assert kept_record(place) is None
        assert not place.exists() and place.with_suffix(f".corrupt{k}").read_text() == "{" * k
    write_record(record, place)
    assert read_records(place.parent) == [record]  # what is set aside is no record


def test_a_good_record_is_kept_without_a_warning(place, record, recwarn):
    assert kept_record(place) == record and not recwarn


def test_no_record_is_no_corrupt_record(tmp_path, recwarn):
    assert kept_record(tmp_path / "run.json") is None and not recwarn


# Writing.


def test_a_record_that_is_not_good_is_not_written(place, record):
    before = place.read_bytes()
    record["curves"]["loss"][0] = math.nan
    with pytest.raises(ValueError, match=r"at curves\.loss\.0"):
        write_record(record, place)
    assert place.read_bytes() == before and [*place.parent.iterdir()] == [place]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_halfway_leaves_the_old_record(place, record, monkeypatch, step):
    def fails(*_):
        raise OSError("no space left on device")

    before = place.read_bytes()
    target = "os.fsync" if step == "fsync" else "pathlib.Path.replace"
    with monkeypatch.context() as patch:
        patch.setattr(target, fails)
        with pytest.raises(OSError, match="no space left"):
            write_record(with_checksum({**record, "seconds": 99.0}), place)
    assert place.read_bytes() == before and [*place.parent.iterdir()] == [place]


# The commit.


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package's place, somewhere else."""
    module = tmp_path / "lib" / "package" / "training" / "record.py"
    module.parent.mkdir(parents=True)
    module.write_text("")
    monkeypatch.setattr(record_module, "__file__", str(module))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    commit.cache_clear()
    yield tmp_path
    commit.cache_clear()


def git(folder, *arguments):
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_outside_a_repository_there_is_no_commit(package):
    assert commit() is None


def test_without_git_there_is_no_commit(package, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert commit() is None


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_package_installed_below_another_project_has_no_commit(package):
    git(package, "init")
    git(package, "commit", "--allow-empty", "-m", "another project")
    assert commit() is None


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_the_commit_says_whether_files_were_changed_since(package):
    git(package, "init")
    git(package, "add", ".")
    git(package, "commit", "-m", "first")
    found = commit()
    assert len(found) == 40
    (package / "lib" / "package" / "training" / "record.py").write_text("# changed")
    commit.cache_clear()
    assert commit() == found + "+"
