"""The command ``python -m tverskylib.training``."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PIL import Image
from tiny import environment, red_tiles

from tverskylib.tiles import folder_tiles
from tverskylib.training import read_records, runs
from tverskylib.training.__main__ import main
from tverskylib.training.data import data_hash


def test_a_profile_becomes_records_and_records_become_tables(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # one thread: other tests run beside this one
    folder = tmp_path / "results"
    command = ["grid", "--profile", "smoke", "--results", str(folder), "--jobs", "1"]
    assert main(command) == 0
    assert f"4 records in {folder}" in capsys.readouterr().out
    assert {path.stem for path in folder.glob("*.json")} == {one.name() for one in runs("smoke")}
    assert main(["table", str(folder)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# What the runs say\n\n4 runs, ")
    assert "## Task: positive" in text and "## Task: whole" in text and "nan" not in text


@pytest.fixture
def own_images(tmp_path):
    """Nine small images, each with an object that the mask numbers 3."""
    images = red_tiles(9)
    for kind in ("images", "masks"):
        (tmp_path / "mine" / kind).mkdir(parents=True)
    for k, (image, target) in enumerate(zip(images.images, images.targets, strict=True)):
        Image.fromarray(image).save(tmp_path / "mine" / "images" / f"{k}.png")
        Image.fromarray(3 * target.astype("uint8")).save(tmp_path / "mine" / "masks" / f"{k}.png")
    return tmp_path / "mine"


@pytest.mark.parametrize("numbers", ["nonzero", "3"])
def test_a_profile_runs_on_images_of_ones_own(own_images, tmp_path, capsys, monkeypatch, numbers):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    command = ["grid", "--profile", "smoke", "--images", "mine", "--size", "16", "--foreground", numbers]
    assert main([*command, "--first", "2", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.startswith("smoke: 2 runs on 9 tiles of mine\n")
    records = read_records(tmp_path / "results" / "smoke-mine")
    tiles = folder_tiles(own_images, size=16, foreground="nonzero")
    assert [record["data"]["hash"] for record in records] == [data_hash(tiles)] * 2


def test_masks_need_the_rule_for_their_numbers(own_images, capsys):
    assert main(["grid", "--images", str(own_images), "--size", "16", "--dry-run"]) == 1
    assert "foreground" in capsys.readouterr().err


def test_options_of_ones_own_images_need_their_folder(capsys):
    assert main(["grid", "--size", "16", "--dry-run"]) == 1
    assert "name their folder with --images" in capsys.readouterr().err


def test_a_dry_run_says_what_it_would_cost_and_stops(tmp_path, capsys):
    assert main(["grid", "--profile", "talk", "--results", str(tmp_path / "none"), "--dry-run"]) == 0
    words = capsys.readouterr().out
    assert words.startswith("talk: 48 runs, ") and "core hours on a CPU" in words
    assert not (tmp_path / "none").exists()


def test_the_first_runs_are_counted(capsys):
    assert main(["grid", "--profile", "cpu", "--first", "3", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("cpu: 3 runs, ")


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing", "which does not exist"), ("empty", "with none"), ("a file", "which is no folder")],
)
def test_a_bad_folder_is_an_error_with_a_message(tmp_path, capsys, name, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a file").touch()
    assert main(["table", str(tmp_path / name)]) == 1
    assert f"got '{name}' {words}" in capsys.readouterr().err


def test_a_corrupt_record_is_an_error_with_a_message(tmp_path, capsys):
    (tmp_path / "run.json").write_text("{")
    assert main(["table", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("run.json is no JSON: ")


def test_an_unknown_profile_is_an_error_with_the_names(capsys):
    with pytest.raises(SystemExit) as found:
        main(["grid", "--profile", "huge"])
    assert found.value.code == 2 and "'smoke', 'quick', 'cpu'" in capsys.readouterr().err.replace('"', "'")


def test_it_is_a_module_to_run(tmp_path):
    run = [sys.executable, "-m", "tverskylib.training", "table", str(tmp_path)]
    done = subprocess.run(run, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("folder must hold the records of runs")
