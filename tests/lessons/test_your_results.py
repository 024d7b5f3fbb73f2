"""The page for one's own results, pointed at the records of a grid on a folder of images with ignored pixels."""

from dataclasses import replace
from pathlib import Path

import build
import numpy as np
import pytest
from PIL import Image

from tverskylib.tiles import folder_tiles
from tverskylib.training import run_grid, runs

PROJECT = build.Project(Path(__file__).parents[2])
PAGE = next(source for source in PROJECT.sources if source.name == "your_results")
READ = {"size": 16, "ignore": 255}


@pytest.fixture
def results(tmp_path):
    """Records of two runs, of one task and one domain less than usual, beside the images that they were made on."""
    rng = np.random.default_rng(0)
    for k in range(18):
        image = rng.integers(0, 120, (16, 16, 3), dtype=np.uint8)
        mask = np.zeros((16, 16), np.uint8)
        mask[4 : 8 + k % 4, 3 : 9 + k % 3] = 1
        image[mask == 1] += 120
        mask[:, 14:] = 255
        for part, array in (("images", image), ("masks", mask)):
            (tmp_path / "mine" / part).mkdir(parents=True, exist_ok=True)
            Image.fromarray(array).save(tmp_path / "mine" / part / f"{k}.png")
    chosen = [replace(one, epochs=2) for one in runs("smoke") if one.task == "whole"]
    run_grid(chosen, tmp_path / "results", tiles=folder_tiles(tmp_path / "mine", **READ), jobs=1, progress=False)
    return tmp_path


@pytest.mark.lessons
def test_the_page_shows_any_results(results):
    notebook = build.notebook_of(PROJECT, build.Document("", PAGE.cells, PAGE))
    setting = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert setting.source.startswith('RESULTS = ""\nIMAGES, READ = "", ')
    setting.source = f"RESULTS = {str(results / 'results')!r}\nIMAGES, READ = {str(results / 'mine')!r}, {READ!r}"
    build.execute(notebook, "your_results", PROJECT.notebooks)
    build.clean(notebook)
    assert list(build.faults(notebook)) == []
    texts = "\n".join(str(output.get("data", {}).get("text/markdown")) for output in build.outputs_of(notebook))
    assert "2 runs; seeds: 0; data: mine." in texts and "| train | 12 | 12 | 12 | 0 |" in texts
    assert "| whole | grid | 8 |" in texts and "Made again: whole tiles, batch-wise, seed 0" in texts


def test_the_page_claims_nothing_about_our_data():
    assert not any("assert" in cell.source or "checked(" in cell.source for cell in PAGE.cells)
