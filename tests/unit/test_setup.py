"""pyproject.toml, requirements*.txt and environment.yml name the same packages in the same ranges."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tverskylib._extras import EXTRA_OF

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Only packages whose name on conda-forge is another one.
CONDA_NAMES = {
    "jupyter-client": "jupyter_client",
    "lazy-loader": "lazy_loader",
    "matplotlib": "matplotlib-base",
    "torch": "pytorch",
}


def parsed(lines: list[str]) -> dict[str, Requirement]:
    """Requirements by name; a package that stands there twice fails."""
    found = [Requirement(line) for line in lines]
    by_name = {canonicalize_name(requirement.name): requirement for requirement in found}
    assert len(by_name) == len(found)
    return by_name


def pins(path: str) -> dict[str, Requirement]:
    """The pins of a requirements file, without those that it includes."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines())
    return parsed([line for line in lines if line and not line.startswith("-r ")])


EXTRAS = PROJECT["optional-dependencies"]


def together(*extras: str) -> dict[str, Requirement]:
    """What the library needs with some extras; a package that two of them name in two ranges fails."""
    return parsed(sorted({*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])}))


LESSONS = together("torch", "train", "lessons")
TEST, SITE, PEERS = (parsed(EXTRAS[extra]) for extra in ("test", "site", "peers"))
PINNED = [
    ("requirements.txt", LESSONS),
    ("requirements-site.txt", SITE),
    ("requirements-test.txt", TEST),
    ("requirements-peers.txt", PEERS),
]


@pytest.mark.parametrize(("path", "ranges"), PINNED)
def test_every_direct_dependency_is_pinned_inside_its_range(path, ranges):
    assert pins(path).keys() == ranges.keys()
    for name, pin in pins(path).items():
        exact = re.fullmatch(r"==([\w.]+)", str(pin.specifier))
        assert exact, f"{path}: {pin} is not a pin"
        assert exact[1] in ranges[name].specifier, f"{path}: {pin} lies outside {ranges[name]}"


@pytest.mark.parametrize(
    ("path", "included"),
    [
        ("requirements-site.txt", "requirements.txt"),
        ("requirements-test.txt", "requirements-site.txt"),
        ("requirements-peers.txt", "requirements.txt"),
    ],
)
def test_requirements_include_one_another(path, included):
    assert f"-r {included}" in (ROOT / path).read_text(encoding="utf-8").splitlines()


def test_the_light_install_is_light():
    """What comes with the extras, and only with them, is what the sentences about missing extras know."""
    light = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}
    assert len(light) <= 14 and not light & parsed(EXTRAS["train"]).keys()
    known = {canonicalize_name(packages_distributions().get(name, [name])[0]) for name in EXTRA_OF}
    assert imported("tverskylib/**/*.py") - light <= known <= together("torch", "train", "cluster").keys() - light


def test_make_read_takes_its_versions_from_the_pins():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert 'pip install -c requirements.txt -e ".[lessons]"' in makefile
    assert together("lessons").keys() <= pins("requirements.txt").keys()


def test_every_range_has_a_lower_bound_and_nothing_else():
    for requirement in [*LESSONS.values(), *SITE.values(), *TEST.values(), *PEERS.values()]:
        assert [bound.operator for bound in requirement.specifier] == [">="], requirement


def imported(*patterns: str) -> set[str]:
    """The packages, by their names for pip, that some files of the project import."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for pattern in patterns for path in ROOT.glob(pattern)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0}
    installed = packages_distributions()
    own = {path.stem for folder in ("tests", "notebooks", "site") for path in ROOT.glob(f"{folder}/**/*.py")}
    own |= {"tverskylib"}
    found = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - own
    return {canonicalize_name(installed.get(name, [name])[0]) for name in found}


def test_everything_that_is_imported_is_declared():
    assert imported("tverskylib/**/*.py") <= together("torch", "train", "cluster").keys()
    # Playwright draws the strips where it is; a reader needs none of it.
    assert imported("notebooks/*.py", "notebooks/source/*.py") - {"playwright"} <= LESSONS.keys()
    assert imported("site/*.py") <= LESSONS.keys() | SITE.keys()
    assert imported("tests/**/*.py", "benchmarks/*.py") <= LESSONS.keys() | TEST.keys()


def test_conda_environment_has_the_same_packages_and_ranges():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge"]
    *packages, own = environment["dependencies"]
    assert own == {"pip": ["-e ."]}
    found = dict((package + " ").split(" ", 1) for package in packages)
    expected = {CONDA_NAMES.get(name, name): str(requirement.specifier) for name, requirement in LESSONS.items()}
    expected |= {"python": PROJECT["requires-python"], "pip": ""}
    assert {name: bounds.strip() for name, bounds in found.items()} == expected


def test_the_continuous_integration_runs_the_oldest_and_the_newest_python():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    supported = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert PROJECT["requires-python"] == f">={supported[0]}"
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == [supported[0], supported[-1]]


def test_the_citation_names_the_talk_and_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert [reference["authors"][0]["family-names"] for reference in citation["references"]] == ["Hidy", "Salehi"]
