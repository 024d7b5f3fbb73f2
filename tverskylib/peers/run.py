"""Run the libraries that are installed here, and write down what they say."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import platform
import re
from types import SimpleNamespace
from typing import Any

import torch

from tverskylib.peers import metric_probes, probes
from tverskylib.peers.calls import LOSSES, METRICS, PACKAGES
from tverskylib.peers.cases import batch
from tverskylib.peers.equivalents import GRID, WAYS, Setting
from tverskylib.peers.records import FORMAT


def run(library: str) -> dict[str, Any]:
    """The record of one library, which must be installed.

    Raises:
        ModuleNotFoundError: it is not, with what installs it.
    """
    try:
        version = importlib.metadata.version(PACKAGES[library])
    except importlib.metadata.PackageNotFoundError as error:
        raise ModuleNotFoundError(f"{library} is not installed: pip install {PACKAGES[library]}") from error
    record = {
        "format": FORMAT,
        "library": library,
        "versions": {
            PACKAGES[library]: version,
            "torch": importlib.metadata.version("torch").partition("+")[0],
            "numpy": importlib.metadata.version("numpy"),
            "python": platform.python_version(),
        },
        "losses": {loss.name: probes.all_answers(loss) for loss in LOSSES if loss.library == library},
        "metrics": {m.name: metric_probes.all_answers(m) for m in METRICS if m.library == library},
        "equivalents": [equivalent(library, setting) for setting in GRID] if library in WAYS else [],
    }
    if library == "nnunetv2":
        record["plans"], record["trainer"] = plans(), trainer()
    return record


def equivalent(library: str, setting: Setting) -> dict[str, Any]:
    """Code and value, theirs and ours, on the fixed batch and on the one with an empty image."""
    way = WAYS[library](setting)
    codes = {"theirs": way.code, "ours": way.ours or setting.ours}
    values = {}
    for name, empty in (("values", False), ("with_empty", True)):
        p, y = batch(setting.channels, empty=empty)
        values[name] = [probes.number(code, p=p, y=y) for code in codes.values()]
    return {**codes, **values}


def plans() -> dict[str, list[str]]:
    """What nnU-Net's planner sets ``batch_dice`` to: read in its source, as a plan needs a data set to be run."""
    module = importlib.import_module("nnunetv2.experiment_planning.experiment_planners.default_experiment_planner")
    source = inspect.getsource(module.ExperimentPlanner.plan_experiment)
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"plan_(\w+)\['batch_dice'\] = (\w+)", source):
        found.setdefault(name, []).append(value)
    return found


def trainer() -> dict[str, Any]:
    """The loss that nnU-Net's trainer builds for a plan with batch_dice: its trainer is run, without a data set."""
    module = importlib.import_module("nnunetv2.training.nnUNetTrainer.nnUNetTrainer")
    bare = object.__new__(module.nnUNetTrainer)
    bare.label_manager = SimpleNamespace(has_regions=False, ignore_label=None)
    bare.configuration_manager = SimpleNamespace(batch_dice=True)
    bare.is_ddp, bare.enable_deep_supervision, bare.device = False, False, torch.device("cpu")
    loss = bare._build_loss()
    return {
        "loss": type(loss).__name__,
        "dice": type(loss.dc).__name__,
        "weights": [loss.weight_dice, loss.weight_ce],
        **{name: getattr(loss.dc, name) for name in ("batch_dice", "do_bg", "smooth")},
    }
