"""Many runs on a Dask cluster, one of whose workers dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace

import pytest
from tiny import QUICK, red_tiles

from tverskylib.training import GridError, run_grid
from tverskylib.training.data import data_hash

distributed = pytest.importorskip("distributed")

SETTINGS = [replace(QUICK, seed=seed, epochs=6) for seed in range(4)]


@pytest.fixture(scope="module")
def cluster():
    """Two workers of one thread each, on the loopback interface."""
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(host="127.0.0.1", silence_logs=50, **options) as cluster:
        yield cluster


def busy_worker(cluster):
    """The process of a worker that has a run."""
    return next(
        (cluster.workers[one.name].pid for one in [*cluster.scheduler.workers.values()] if one.processing), None
    )


def test_a_grid_outlives_a_worker(cluster, tmp_path):
    outcome = {}

    def grid():
        try:
            outcome["records"] = run_grid(
                SETTINGS, tmp_path, tiles=red_tiles(), scheduler=cluster.scheduler_address, progress=False
            )
        except Exception as error:
            outcome["error"] = error

    thread = threading.Thread(target=grid, daemon=True)
    thread.start()
    while not [*tmp_path.glob("checkpoints/*.pt")] and thread.is_alive():
        time.sleep(0.005)
    victim = busy_worker(cluster)
    assert thread.is_alive() and victim, f"the grid ended before a worker could be killed: {outcome}"
    os.kill(victim, getattr(signal, "SIGKILL", signal.SIGTERM))
    thread.join(timeout=120)
    assert [one["settings"] for one in outcome.get("records", [])] == [one.as_dict() for one in SETTINGS], outcome
    data = data_hash(red_tiles())
    assert {path.name for path in tmp_path.glob("*.json")} == {f"{one.name(data)}.json" for one in SETTINGS}
    assert [*tmp_path.glob("checkpoints/*.pt")] == []


def test_a_run_that_fails_on_a_cluster_is_named(cluster, tmp_path):
    bad = replace(QUICK, depth=5)
    with pytest.raises(GridError, match=rf"1 of 1 runs failed:\n{bad.name(data_hash(red_tiles()))}: ValueError"):
        run_grid([bad], tmp_path, tiles=red_tiles(), scheduler=cluster.scheduler_address, progress=False)
