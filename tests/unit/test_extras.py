"""The light install: what needs no extra works without them all, and the rest says in one sentence what it needs."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from light import without
from packaging.requirements import Requirement

from tverskylib._extras import EXTRA_OF, EXTRA_OF_OURS, optional

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
PYPI_NAMES = {"skimage": "scikit-image", "sklearn": "scikit-learn"}


def run_light(code, hidden=EXTRA_OF):
    """What a fresh interpreter without some packages prints."""
    run = [sys.executable, "-c", without(hidden) + code]
    done = subprocess.run(run, capture_output=True, encoding="utf-8", timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("module", "extra"), EXTRA_OF.items())
def test_the_extra_that_is_named_installs_the_module(module, extra):
    assert PYPI_NAMES.get(module, module) in {Requirement(line).name for line in EXTRAS[extra]}


def test_a_package_of_ours_names_an_extra_that_exists():
    assert set(EXTRA_OF_OURS.values()) <= EXTRAS.keys()


PUBLIC_NAMES = """
import importlib
for package in ("", ".theory", ".figures", ".explorers", ".explorers.browser", ".metrics", ".tiles", ".training"):
    module = importlib.import_module("tverskylib" + package)
    for name in module.__all__:
        try:
            getattr(module, name)
        except ModuleNotFoundError as error:
            print(f"tverskylib{package}", name, error, sep="|")
"""


def test_public_names_need_no_extra_but_losses_penalties_and_training():
    """And those that do say so in one sentence, with the command."""
    missing = [line.split("|") for line in run_light(PUBLIC_NAMES).splitlines()]
    at_top = {name for package, name, _ in missing if package == "tverskylib"}
    assert {"TverskyLoss", "tversky_loss", "confidence_penalty"} <= at_top
    stub = (ROOT / "tverskylib/__init__.pyi").read_text(encoding="utf-8")
    of_torch = "".join(part for part in stub.split("from ") if part.startswith((".losses", ".penalties")))
    assert all(f"{name} as {name}" in of_torch for name in at_top)
    assert {package for package, *_ in missing} == {"tverskylib", "tverskylib.training"}
    for package, _, sentence in missing:
        module, _, command = sentence.partition(" is not installed, and this needs it: ")
        assert module in {"torch", "pandas"}
        extra = "torch" if package == "tverskylib" else "train"
        assert command == f'python -m pip install "tverskylib[{extra}]"'


USES = """
from pathlib import Path
import numpy as np
from tverskylib import dice_index, explorers, one_hot, theory, threshold_counts, tiles, tversky_from_counts
from tverskylib.training import read_records

tile = tiles.real_crop()
assert 0.7 < float(dice_index((tile.probability >= 0.5)[None, None], tile.target[None, None])) < 0.9
assert one_hot(np.array([[[0, 1]]]), 2).shape == (1, 2, 1, 2)
assert tversky_from_counts(2, 1, 1) == 2 / 3
assert 0 < theory.critical_fraction(0.5, 0.5, 0.1) < 1
for explorer in (explorers.overlap(), explorers.threshold(tile), explorers.activation()):
    assert explorer._repr_mimebundle_()
assert read_records(next(Path("results").glob("cpu*")))
assert tiles.draw_tiles(tiles.TileSettings(size=48), [0]).images.shape == (1, 48, 48, 3)
"""


def test_what_the_first_lessons_use_works_without_any_extra():
    run_light(USES)


CALLS = {
    "tiles.synthetic_tiles(tiles.TileSettings(size=48), cache=False)": ("joblib", "train"),
    "metrics.hd95(np.eye(3, dtype=bool), np.ones((3, 3), bool))": ("torch", "torch"),
    "explorers.RunChoice()": ("torch", "torch"),
}


def test_a_call_that_needs_an_extra_says_so():
    calls = "\n".join(
        f"try:\n    {call}\nexcept ModuleNotFoundError as error:\n    print(error.name, error, sep='|')"
        for call in CALLS
    )
    said = run_light("import numpy as np\nfrom tverskylib import explorers, metrics, tiles\n" + calls).splitlines()
    for line, (module, extra) in zip(said, CALLS.values(), strict=True):
        sentence = f'{module} is not installed, and this needs it: python -m pip install "tverskylib[{extra}]"'
        assert line == f"{module}|{sentence}"


def test_the_command_for_training_says_so():
    code = f"{without(EXTRA_OF)}\nimport runpy\nrunpy.run_module('tverskylib.training', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith('python -m pip install "tverskylib[train]"')


def test_other_missing_modules_are_nobody_s_extra():
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'"), optional():
        importlib.import_module("no_such_module")
