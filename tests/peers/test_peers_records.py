"""The committed answers of the other libraries: complete, true to their own numbers, and up to date with ours."""

import copy
import importlib.metadata
import importlib.util
import tomllib
from pathlib import Path

import pytest
import torch
from packaging.version import Version

from tverskylib import peers
from tverskylib.peers import probes, records, table
from tverskylib.peers.__main__ import main
from tverskylib.peers.calls import LOSSES, METRICS, PACKAGES
from tverskylib.peers.cases import batch
from tverskylib.peers.equivalents import GRID, WAYS

ROOT = Path(__file__).parents[2]
each_library = pytest.mark.parametrize("library", PACKAGES)
each_way = pytest.mark.parametrize("library", WAYS)


@each_library
def test_a_record_has_every_answer_and_none_that_denies_the_list(library):
    assert records.faults(records.read(library)) == []


@each_library
def test_a_record_is_of_the_pinned_versions(library):
    pins = [line.partition("==") for path in ("requirements.txt", "requirements-peers.txt") for line in lines(path)]
    pinned = {name: version for name, _, version in pins}
    versions = records.read(library)["versions"]
    assert {name: versions[name] for name in versions if name != "python"} == {
        name: pinned[name] for name in (PACKAGES[library], "torch", "numpy")
    }


def lines(path):
    return [line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if "==" in line]


def test_the_table_is_that_of_the_records():
    stored = (records.FOLDER / "TABLE.md").read_text(encoding="utf-8")
    assert stored == table.markdown(list(PACKAGES)) + "\n", "python -m tverskylib.peers table > results/peers/TABLE.md"


@each_way
def test_our_side_of_each_equivalent_is_still_what_it_was(library):
    for setting, entry in zip(GRID, records.read(library)["equivalents"], strict=True):
        for name, empty in (("values", False), ("with_empty", True)):
            p, y = batch(setting.channels, empty=empty)
            assert probes.number(entry["ours"], p=p, y=y) == pytest.approx(entry[name][1], abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: f"{loss.library}.{loss.name}")
def test_our_side_of_each_default_is_still_what_it_was(loss):
    stored = records.read(loss.library)["losses"][loss.name]["ours"]
    if stored is None:
        assert loss.ours.startswith("no equivalent: ")
    else:
        p, y = batch(3)
        assert probes.number(f"value = {loss.ours}", p=p, y=y) == pytest.approx(stored, abs=1e-6)


@each_library
@pytest.mark.slow
def test_the_library_still_says_so(library, capsys):
    """Where it is installed: MONAI everywhere, the others in a workflow of their own."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    found = main(["check", library])
    _, *changes = capsys.readouterr().out.splitlines()
    assert found == len(changes)
    assert [change for change in changes if not comes_with_the_release(library, change)] == []


def comes_with_the_release(library, change):
    """An older one may lack an argument, as MONAI before 1.6.1 has no ignore_index; torch 2.15 narrows an error."""
    stored, _, now = change.partition(", now ")
    narrowed = "NotImplementedError" in now and stored.endswith(now.replace("NotImplementedError", "RuntimeError"))
    installed, recorded = versions(library, "torch")
    if narrowed and installed > recorded:
        return True
    installed, recorded = versions(library, PACKAGES[library])
    return "unexpected keyword argument" in now and installed < recorded


def versions(library, package):
    """That which is installed, and that of the record. Where they are equal, nothing may differ."""
    return Version(importlib.metadata.version(package)), Version(records.read(library)["versions"][package])


def test_a_wrong_record_is_found(tmp_path):
    record = records.read("monai")
    assert records.read("monai", records.write(record, tmp_path).parent) == record
    for change in (
        lambda r: r["losses"].pop("DiceLoss"),
        lambda r: r["losses"]["TverskyLoss"].update(value=0.1),
        lambda r: r["losses"]["DiceLoss"].update(ignore=0.1),
        lambda r: r["equivalents"][0]["values"].__setitem__(0, 0.1),
        lambda r: r["equivalents"][0].update(theirs="value = 0"),
        lambda r: r["equivalents"].pop(),
    ):
        wrong = copy.deepcopy(record)
        change(wrong)
        assert records.faults(wrong)
        assert records.differences(record, wrong)
    assert records.differences(record, record) == []


def test_a_record_that_is_missing_or_of_another_format_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="peers run monai"):
        records.read("monai", tmp_path)
    (tmp_path / "monai.json").write_text('{"format": 0}')
    with pytest.raises(ValueError, match="format 0"):
        records.read("monai", tmp_path)
    with pytest.raises(ValueError, match="library must be 'monai' or"):
        records.read("pytorch")


def test_nan_and_infinity_are_stored_as_words(tmp_path):
    record = {"library": "x", "numbers": [float("nan"), float("inf"), 0.1 + 0.2]}
    text = records.write(record, tmp_path).read_text()
    assert '"nan"' in text
    assert '"inf"' in text
    assert "0.3" in text
    assert "0.30000000000000004" not in text


def test_the_extra_and_the_list_have_the_same_libraries():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = {requirement.partition(">")[0] for requirement in extras["peers"]}
    assert names | {"monai"} == {*PACKAGES.values(), "lightning"}


def test_the_fixed_batch():
    p, y = batch(3)
    assert torch.allclose(p.sum(1), torch.ones(2, 8, 8))
    assert (y.sum(1) == 1).all()
    assert (y.sum((2, 3)) > 0).all()
    one, target = batch()
    assert torch.equal(one, p[:, 1:2])
    assert torch.equal(target, y[:, 1:2])
    assert batch(empty=True)[1].sum((1, 2, 3))[1] == 0
    with pytest.raises(ValueError, match="channels must be 1 or 3, got 2"):
        batch(2)


def test_the_questions_tell_right_from_wrong():
    """What is put into words comes from numbers: a changed number changes the words."""
    (loss,) = (loss for loss in LOSSES if (loss.library, loss.name) == ("monai", "TverskyLoss"))
    answers = records.read("monai")["losses"]["TverskyLoss"]
    assert "`alpha` weighs false positives" in peers.describe("monai", "TverskyLoss")["weights"]
    words = table.LOSS_ROWS["weights"](loss, {**answers, "weights": "beta"})
    assert "`beta` weighs false positives" in words
    assert table.LOSS_ROWS["smoothing"](loss, {**answers, "smoothing": {"above": 0.0, "below": 1e-7}}).startswith(
        "denominator only"
    )


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: f"{loss.library}.{loss.name}")
def test_the_listed_arguments_do_what_they_are_listed_for(loss):
    answers = records.read(loss.library)["losses"][loss.name]
    assert "neither" not in f"{answers['weights']} {answers['by_default']} {answers['domain_changed']}"
    if loss.domain:
        assert answers["domain_changed"].partition(",")[0] != answers["by_default"].partition(",")[0]
    if loss.no_background:
        assert "foreground" in answers["without_background"]
    if loss.soft:
        assert answers["soft_labels"]["asked for"] < 1e-3 < answers["soft_labels"]["at the target"]


def test_what_is_described_is_listed():
    assert "mean over images" in peers.describe("monai", "DiceMetric")["what it is"]
    assert "| domain |" in peers.describe("kornia", "DiceLoss")._repr_markdown_()
    with pytest.raises(ValueError, match="name must be 'DiceLoss' or 'GeneralizedDiceLoss'"):
        peers.describe("monai", "diceloss")
    for wrong in ("monai", ["MONAI"], [1]):
        with pytest.raises(ValueError, match="libraries must be 'monai' or"):
            peers.brief(wrong)
    assert {one.library for one in (*LOSSES, *METRICS)} == {*PACKAGES}
