"""The command ``python -m tverskylib.training``."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import warnings

import pytest
from PIL import Image
from tiny import environment, red_tiles

from tverskylib.tiles import folder_tiles
from tverskylib.training import GridError, read_records, runs
from tverskylib.training import __main__ as command
from tverskylib.training.__main__ import main
from tverskylib.training.cost import duration
from tverskylib.training.data import data_hash


def test_a_profile_becomes_records_and_records_become_tables(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # one thread: other tests run beside this one
    folder = tmp_path / "results"
    assert main(["grid", "--profile", "smoke", "--results", str(folder), "--jobs", "1"]) == 0
    assert f"4 records in {folder}" in capsys.readouterr().out
    assert {path.stem for path in folder.glob("*.json")} == {one.name() for one in runs("smoke")}
    assert main(["table", str(folder)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# What the runs say\n\n4 runs, ")
    assert "## Task: positive" in text and "## Task: whole" in text and "nan" not in text


# Images of one's own.


@pytest.fixture
def own_images(tmp_path):
    """Eighteen small images, each with an object that the mask numbers 3."""
    images = red_tiles(18)
    for kind in ("images", "masks"):
        (tmp_path / "mine" / kind).mkdir(parents=True)
    for k, (image, target) in enumerate(zip(images.images, images.targets, strict=True)):
        Image.fromarray(image).save(tmp_path / "mine" / "images" / f"{k}.png")
        Image.fromarray(3 * target.astype("uint8")).save(tmp_path / "mine" / "masks" / f"{k}.png")
    return tmp_path / "mine"


def asked(monkeypatch, *arguments):
    """With what the grid is called for these arguments, and the status."""
    calls = []

    def record(settings, folder, **options):
        calls.append({"settings": settings, "folder": folder, **options})
        return settings

    monkeypatch.setattr(command, "run_grid", record)
    status = main(["grid", *arguments])
    return calls[0] if calls else None, status


def test_a_profile_runs_on_images_of_ones_own(own_images, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = ["grid", "--profile", "smoke", "--images", "mine"]
    options = ["--size", "16", "--foreground", "nonzero", "--first", "2", "--epochs", "1", "--jobs", "1"]
    assert main([*base, *options]) == 0
    tiles = folder_tiles(own_images, size=16, foreground="nonzero")
    folder = tmp_path / "results" / f"smoke-mine-{data_hash(tiles)[:8]}"
    assert [record["data"]["hash"] for record in read_records(folder)] == [data_hash(tiles)] * 2
    said = capsys.readouterr().out
    assert "mine, in tiles of 16 pixels:" in said and "smoke: 2 runs on 18 tiles, with a split of its own" in said
    assert f"2 records in {folder.relative_to(tmp_path)}" in said
    # The same folder by name, with other tiles: they do not mix.
    assert main([*base, "--size", "8", "--foreground", "3", "--results", str(folder), "--jobs", "1"]) == 2
    assert "holds records of other tiles" in capsys.readouterr().err


def test_everything_that_a_folder_is_read_with_can_be_said(own_images, monkeypatch):
    options = [
        "--size",
        "8",
        "--overlap",
        "2",
        "--resize",
        "0.5",
        "--foreground",
        "3",
        "--ignore",
        "9",
        "--white",
        "4095",
        "--split-seed",
        "4",
    ]
    options += ["--splits", "train=0.5,validation=0.25,test=0.25", "--max-pixels", "256", "--max-gigabytes", "0.5"]
    call, status = asked(monkeypatch, "--images", str(own_images), *options)
    read = {"size": 8, "overlap": 2, "resize": 0.5, "foreground": {3}, "ignore": 9, "white": 4095}
    wanted = folder_tiles(own_images, **read, splits={"train": 0.5, "validation": 0.25, "test": 0.25}, seed=4)
    assert status == 0 and call["split_seed"] == 4
    assert data_hash(call["tiles"]) == data_hash(wanted) and call["tiles"].shares == wanted.shares
    assert call["folder"].name == f"smoke-mine-{data_hash(wanted.drawn(0))[:8]}-split4"
    names = {action.dest for action in command._parser()._subparsers._group_actions[0].choices["grid"]._actions}
    assert {*inspect.signature(folder_tiles).parameters} - {"path", "seed"} <= names


def test_the_folder_of_results_tells_sets_and_sizes_apart(own_images, monkeypatch):
    base = ("--images", str(own_images), "--foreground", "3")
    sizes = [asked(monkeypatch, *base, "--size", size)[0]["folder"] for size in ("8", "16", "16")]
    assert sizes[0] != sizes[1] == sizes[2]


def test_an_arm_of_synthetic_tiles_is_no_arm_of_ones_own(own_images, monkeypatch):
    call, _ = asked(monkeypatch, "--profile", "cpu", "--images", str(own_images), "--foreground", "3", "--size", "16")
    assert {one.tiles.positives for one in call["settings"]} == {runs("cpu")[0].tiles.positives}
    assert len({one.name("0") for one in call["settings"]}) == len(call["settings"])


def test_warnings_are_notes(own_images, monkeypatch, capsys):
    asked(monkeypatch, "--images", str(own_images), "--foreground", "3", "--size", "15")
    said = capsys.readouterr().err
    assert re.search(r"^note: 0.png \(and of 17 more images\): .* nearly coincide", said, re.MULTILINE)


def test_a_note_is_said_once(monkeypatch, capsys):
    def grid(_options):
        for _ in range(3):
            warnings.warn("the tiles are shared out badly: another seed= draws others", stacklevel=1)
        return 0

    monkeypatch.setattr(command, "_grid", grid)
    warnings.simplefilter("always")  # as a command has it, and not as the tests do
    assert main(["grid"]) == 0
    assert capsys.readouterr().err == "note: the tiles are shared out badly: another --split-seed draws others\n"


def test_a_dry_run_on_images_of_ones_own_times_a_step(own_images, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["--images", str(own_images), "--foreground", "3", "--size", "16", "--jobs", "2", "--dry-run"]
    assert main(["grid", *arguments]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^train +\d+ +\d+ +\d+ +\d+ +\d+$", said, re.MULTILINE) and "empty" in said
    assert re.search(r"smoke: 4 runs on 18 tiles, .*; about \d+ seconds? here, 2 side by side, timed on a step\n", said)
    assert not [path for path in tmp_path.iterdir() if path.name != "mine"]


# Which runs, and what they cost.


def test_runs_can_be_chosen(monkeypatch):
    call, _ = asked(monkeypatch, *["--profile", "cpu", "--task", "whole", "--arms", "grid", "--seeds", "3,7-8"])
    grid = call["settings"]
    assert {one.seed for one in grid} == {one.tiles.seed for one in grid} == {3, 7, 8}
    assert {one.task for one in grid} == {"whole"} and {one.loss for one in grid} == {"tversky"}
    arguments = ["--profile", "cpu", "--arms", "grid", "smoothing 0.4", "--batch-size", "8", "--epochs", "2"]
    some = asked(monkeypatch, *arguments)[0]["settings"]
    assert {one.smoothing for one in some} == {0, 0.4}
    assert {one.epochs for one in some} == {2} and {one.batch_size for one in some} == {8}


def test_a_batch_size_that_the_profile_lacks_takes_its_rate_from_the_smallest(monkeypatch):
    new = asked(monkeypatch, "--profile", "smoke", "--batch-size", "2")[0]["settings"]
    assert {one.batch_size for one in new} == {2} and len(new) == len(runs("smoke"))
    assert new[0].learning_rate == pytest.approx(runs("smoke")[0].learning_rate * 0.25**0.5)


def test_a_dry_run_says_what_it_would_cost_and_stops(tmp_path, capsys):
    assert main(["grid", "--profile", "talk", "--results", str(tmp_path / "none"), "--dry-run"]) == 0
    words = capsys.readouterr().out
    assert re.match(r"talk: 48 runs, .* operations; roughly [\d.]+ days on one core of a CPU, or ", words)
    assert not (tmp_path / "none").exists()


def test_the_first_runs_are_counted(capsys):
    assert main(["grid", "--profile", "cpu", "--first", "3", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("cpu: 3 runs, ")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1e-9, "1 second"),
        (59, "59 seconds"),
        (61, "1 minute"),
        (3599, "60 minutes"),
        (4000, "1.1 hours"),
        (1e6, "12 days"),
    ],
)
def test_times_are_told_in_the_unit_that_suits_them(seconds, words):
    assert duration(seconds) == words


# What goes wrong.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--first 0", "--first: must be a whole number of at least 1, got '0'"),
        ("--first -1", "--first: "),
        ("--jobs 0", "--jobs: must be a whole number of at least 1"),
        ("--jobs -5", "--jobs: "),
        ("--size 0", "--size: must be"),
        ("--epochs x", "--epochs: must be"),
        ("--foreground non-zero", "must be nonzero, or class numbers as 2,5, got 'non-zero'"),
        ("--resize big", "must be a factor as 0.5, or 512x512, got 'big'"),
        ("--splits train=1", "must be as train=0.7,validation=0.15,test=0.15"),
        ("--splits train=0.7,train=0.5,validation=0.25,test=0.25", "must be as train=0.7,validation=0.15,test=0.15"),
        ("--seeds 4-1", "must be whole numbers, as 0,1,2 or 0-4"),
        ("--task all", "invalid choice"),
        ("--profile huge", "{smoke,quick,cpu"),
    ],
)
def test_what_cannot_be_read_is_said_with_an_example(capsys, arguments, words):
    with pytest.raises(SystemExit) as found:
        main(["grid", *arguments.split()])
    assert found.value.code == 2 and words in capsys.readouterr().err.replace('"', "'")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--size 16", "--size is for images of your own: name their folder with --images"),
        ("--split-seed 1", "--split-seed is for images of your own"),
        ("--arms nothing", "arms must be of the profile, which has grid; got nothing"),
        ("--images mine --size 16", "pass --foreground 2,5 for class numbers, --foreground nonzero for instances"),
        ("--images gone", "gone/images: there must be a folder of this name"),
        ("--images mine --size 16 --foreground 3 --ignore 3", "ignore must not be one of the foreground's"),
        ("--images mine --size 16 --foreground 3 --max-pixels 9", "must have at most --max-pixels 9 pixels"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(own_images, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(own_images.parent)
    call, status = asked(monkeypatch, *arguments.split())
    said = capsys.readouterr().err
    assert call is None and status == 2 and words in said and "Traceback" not in said


def test_an_interrupt_says_how_to_go_on(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_grid", interrupted)
    assert main(["grid"]) == 130
    assert "The same command goes on where it was" in capsys.readouterr().err


def test_runs_that_fail_are_another_status(monkeypatch, capsys):
    def failed(*_, **__):
        raise GridError("1 of 4 runs failed:\nname: why")

    monkeypatch.setattr(command, "run_grid", failed)
    assert main(["grid"]) == 1 and "name: why" in capsys.readouterr().err


def test_colour_needs_the_runs_on_synthetic_tiles(tmp_path, capsys):
    assert main(["colour", str(tmp_path)]) == 2
    assert "colour compares with runs of the profile cpu on synthetic tiles" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing", "which does not exist"), ("empty", "with none"), ("a file", "which is no folder")],
)
def test_a_bad_folder_is_an_error_with_a_message(tmp_path, capsys, name, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a file").touch()
    assert main(["table", str(tmp_path / name)]) == 2
    assert f"got '{name}' {words}" in capsys.readouterr().err


def test_a_corrupt_record_is_an_error_with_a_message(tmp_path, capsys):
    (tmp_path / "run.json").write_text("{")
    assert main(["table", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("run.json is no JSON: ")


def test_it_is_a_module_to_run(tmp_path):
    run = [sys.executable, "-m", "tverskylib.training", "table", str(tmp_path)]
    done = subprocess.run(run, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("folder must hold the records of runs")
