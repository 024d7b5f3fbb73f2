"""The committed results: complete, readable, and the tables and lessons say what the records say."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tverskylib.tiles import GENERATOR_VERSION
from tverskylib.training import RunSettings, paired_differences, read_records, report, results_frame, runs
from tverskylib.training.record import read_record

RESULTS = Path(__file__).parents[2] / "results"
RECORDS = sorted((RESULTS / "cpu").glob("*.json"))


@pytest.fixture(scope="module")
def records():
    return read_records(RESULTS / "cpu")


@pytest.fixture(scope="module")
def frame(records):
    return results_frame(records)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_each_record_is_one(path):
    record = read_record(path)
    assert record["provenance"]["generator"] == GENERATOR_VERSION
    assert len(record["provenance"]["commit"]) == 40, "made from code that was not committed"


def test_the_records_are_those_of_the_profile():
    assert {path.stem for path in RECORDS} == {settings.name() for settings in runs("cpu")}


def test_the_records_of_real_images_are_those_of_their_recipe():
    spec = importlib.util.spec_from_file_location("make", RESULTS / "nuclei" / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    wanted = {one for seed in make.SEEDS for one in make.runs(seed)}
    found = {path: read_record(path) for path in sorted((RESULTS / "nuclei").glob("*.json"))}
    assert {RunSettings.from_dict(record["settings"]) for record in found.values()} == wanted
    for path, record in found.items():
        assert record["data"]["size"] == 64 and record["data"]["name"] == "bbbc038"
        assert path.stem == RunSettings.from_dict(record["settings"]).name(record["data"]["hash"])


def test_the_records_come_from_one_commit():
    for folder in ("cpu", "nuclei"):
        assert len({record["provenance"]["commit"] for record in read_records(RESULTS / folder)}) == 1


def test_equal_seeds_and_settings_of_tiles_had_the_same_tiles(records):
    hashes = {}
    for record in records:
        tiles = tuple(sorted(record["settings"]["tiles"].items()))
        hashes.setdefault(tiles, set()).add(record["data"]["hash"])
    assert all(len(found) == 1 for found in hashes.values())
    assert len({*map(tuple, hashes.values())}) == len(hashes)


def test_the_tables_are_made_from_the_records():
    made = report(read_records(RESULTS / "cpu"))
    assert (RESULTS / "cpu" / "TABLES.md").read_text(encoding="utf-8") == made + "\n"


def test_colour_alone_is_far_behind_the_network():
    found = json.loads((RESULTS / "colour.json").read_text(encoding="utf-8"))
    assert found["generator"] == GENERATOR_VERSION, "new tiles: run python -m tverskylib.training colour results/cpu"
    gaps = np.subtract(found["dice"]["unet"], found["dice"]["colour"])
    assert (gaps >= 0.08).all() and len(gaps) >= 3
    for name, dice in zip(found["records"], found["dice"]["unet"], strict=True):
        record = read_record(RESULTS / "cpu" / f"{name}.json")
        assert record["test"]["over_positive"]["mean_of_images"]["dice"] == dice


def cell(frame, task, domain, arm="grid"):
    return frame.query("task == @task and domain == @domain and arm == @arm and batch_size == 8")


def test_imagewise_with_a_tiny_delta_floods_empty_images(frame):
    assert cell(frame, "whole", "image")["flooded_negatives"].mean() > 0.9


def test_batchwise_has_more_than_twice_the_pooled_dice_on_the_whole_data_set(frame):
    batch, image = (cell(frame, "whole", domain)["pooled_dice_all"] for domain in ("batch", "image"))
    assert batch.mean() > 2 * image.mean()


def test_the_cells_that_the_text_leans_on_have_ten_seeds_or_five(frame):
    pairs = paired_differences(frame)[("pairs", "")]
    assert all(pairs[task, "grid", 8] == 10 for task in ("positive", "whole"))
    compound = [(task, "Dice + cross-entropy", 8) for task in ("positive", "whole")]
    assert all(pairs[key] == 5 for key in (*compound, ("positive", "constant rate 0.0001", 8)))
    assert pairs.min() >= 3


def test_the_talks_table_is_typed_as_it_was_printed():
    talk = pd.read_csv(RESULTS / "talk.csv")
    assert talk.shape == (8, 7)
    assert talk[talk["domain"] == "batch"]["dice"].tolist() == [0.690, 0.665, 0.705, 0.667]
    assert talk.drop(columns=["batch_size", "domain"]).sum().round(3).tolist() == [6.001, 7.008, 5.202, 3.986, 1.779]
