"""The stored strips: current, with alt text, and with what the lessons promise in their last frame."""

from __future__ import annotations

import base64
import io
import re
import sys

import nbformat
import pytest
import strips
from PIL import Image

from tverskylib.explorers.browser.catalogue import catalogue
from tverskylib.explorers.browser.stored import FOLDER, SCALE, entries

EXPLORERS = catalogue()
# What the last frame of each must show: the climax that the text promises.
CLIMAX = {
    "accuracy": {"p": 0.001, "accuracy_nothing": 0.999, "accuracy_some": 0.95, "dice_some": 0.0309},
    "activation": {"share1": 0.665, "alone1": 0.953},
    "empty_mask": {"delta": 1024, "loss": 0.5, "pull": 1 / 8192},
    "landscape": {"foreground": 0, "background": 0, "up": 2, "down": 0},
    "sharpening": {"dice": 0.811, "mask": 0.811},
    "pairs": {"pairs": 10, "mean": 0.0578, "low": 0.0431, "high": 0.0725},
    "overlap": {"shift": 0, "dice": 0.615, "found": 1},
    "composer": {"image": 0.45, "batch": 0.329},
    "equivalence": {"smooth": 0.9, "penalised": 0.9, "difference": 0},
    "penalised_landscape": {"p": 0.01, "noise_background": 0.426},
    "penalised_pixel": {"foreground_noise": 0.848, "background_noise": 0.352},
    "phase_diagram": {"p": 0.01, "one": 0.195, "target": 0.153},
    "weights": {"alpha": 0.2, "beta": 0.8, "threshold": 0.362, "best": 0.362},
    "pushes": {"noise_push": 1e6, "confidence_push": 13.8},
    "one_pixel": {"num_classes": 1, "epsilon": 0.45, "cross_background": 0.45, "dice_background": 1},
    "simplex": {"share": 0.97, "smooth": 0.586},
    "sorted_labels": {"cut": 0.351, "tau": 0.351, "asked": 0.351, "index": 0.703},
    "swipe": {"threshold": 0.7, "batch_mean": 0.594, "image_mean": 0.636},
    "three_forms": {"product_background": 1, "label_background": 0.2},
    "threshold": {"threshold": 0.15, "index": 0.635},
}

each_explorer = pytest.mark.parametrize("name", EXPLORERS)


def test_no_strip_is_stale() -> None:
    assert strips.stale() == [], "run: python notebooks/strips.py"
    assert {path.stem for path in FOLDER.glob("*.png")} == set(EXPLORERS) == set(entries())


@each_explorer
def test_a_strip_is_small_and_as_wide_as_it_should_be(name: str) -> None:
    png = (FOLDER / f"{name}.png").read_bytes()
    assert Image.open(io.BytesIO(png)).width == SCALE * strips.WIDTH
    assert len(png) < 450_000


@each_explorer
def test_frames_tell_a_story_and_say_their_settings(name: str) -> None:
    kind, alt = EXPLORERS[name], entries()[name]["alt"]
    assert 2 <= len(kind.frames) <= 4
    parts = re.split(r" \(\d\) ", alt)[1:]
    assert len(parts) == len(kind.frames)
    for part, (words, values) in zip(parts, kind.frames.items(), strict=True):
        assert words in part
        assert set(values) <= {*kind.declared(), "guess"}
        assert re.match(r"\w", part.partition(":")[0]), "a frame without settings"
    assert kind.question.endswith("?")


@each_explorer
def test_the_climax_is_in_the_last_frame(name: str) -> None:
    explorer = EXPLORERS[name]()
    explorer.set(**list(explorer.frames.values())[-1])
    promised = CLIMAX[name]
    shown = {**explorer.values, **explorer.numbers}
    assert {key: shown[key] for key in promised} == pytest.approx(promised, rel=5e-3, abs=1e-9)


def test_data_of_a_lesson_gets_its_own_strip() -> None:
    with strips.started() as chromium:
        if chromium is None:
            pytest.skip("there is no Chromium")
    data, metadata = EXPLORERS["sorted_labels"]([0.8, 0.2, 0.1])._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    strips.draw_own([output])
    assert output.metadata["image/png"]["alt"] in output.data["text/plain"]
    assert output.data["image/png"] != base64.b64encode((FOLDER / "sorted_labels.png").read_bytes()).decode()


def test_without_a_chromium_the_strips_are_kept_and_it_is_said(monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)  # as if it were not installed
    before = {path: path.read_bytes() for path in FOLDER.iterdir()}
    strips.draw(["threshold"])
    assert "THE STRIPS ARE KEPT" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in FOLDER.iterdir()} == before
