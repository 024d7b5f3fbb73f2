"""Two processes under torchrun share a batch: same loss, same gradients, and one record."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from tiny import QUICK, environment, red_tiles

from tverskylib.training import RunSettings, UNet, objective, read_records

CASES = {
    "tversky, batch": {},
    "tversky, image": {"domain": "image"},
    "cross-entropy": {"loss": "cross-entropy", "smoothing": 0.1},
    "tversky, batch, penalty": {"penalty": "label noise", "strength": 0.2},
    "tversky, image, penalty": {"domain": "image", "penalty": "confidence", "strength": 0.2},
}
SHARES = (slice(0, 3), slice(3, 5))  # three images and two
ENTROPY = replace(QUICK, loss="cross-entropy", batch_size=5)  # of 12 tiles: unequal shares, and a rest

pytestmark = pytest.mark.skipif(
    not (dist.is_available() and dist.is_gloo_available()), reason="needs torch.distributed with gloo"
)


def batch(masked):
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(5, 3, 16, 16, generator=generator)
    target = (torch.rand(5, 1, 16, 16, generator=generator) < 0.3).float()
    target[2] = 0
    keep = torch.tensor([0.9, 0.2, 0.5, 0.9, 0.3]).reshape(5, 1, 1, 1)  # the ranks have unequal numbers of pixels
    mask = torch.rand(5, 1, 16, 16, generator=generator) < keep
    return image, target, mask if masked else None


def network():
    torch.manual_seed(0)
    return UNet(width=2, depth=2).eval()  # batch normalisation would see a process's own images


def one_step(settings, model, image, target, mask, group=None):
    """The loss, and the gradients of the parameters."""
    model.zero_grad()
    loss = objective(settings, model(image), target, mask, group=group)
    loss.backward()
    return loss.detach(), [parameter.grad.clone() for parameter in model.parameters()]


def work(folder):
    """What each process runs."""
    from accelerate import Accelerator

    from tverskylib.training import record_of, train
    from tverskylib.training.record import write_record

    accelerator = Accelerator(cpu=True)
    rank, share = accelerator.process_index, SHARES[accelerator.process_index]
    steps = {}
    for name, changes in CASES.items():
        for masked in (False, True):
            parts = (None if part is None else part[share] for part in batch(masked))
            model = accelerator.prepare(network())
            assert isinstance(model, torch.nn.parallel.DistributedDataParallel)
            loss, gradients = one_step(RunSettings(**changes), model, *parts, group=dist.group.WORLD)
            steps[name, masked] = accelerator.reduce(loss, "mean"), gradients
    wrong = None
    try:
        train(replace(QUICK, domain="image"), red_tiles(), micro_batches=2, progress=False)
    except ValueError as error:
        wrong = str(error)
    calls = []
    checkpoint = folder / "run.pt"
    found = train(
        ENTROPY, red_tiles(), device="cpu", checkpoint=checkpoint, progress=False, on_epoch=lambda _: calls.append(rank)
    )
    if accelerator.is_main_process:
        write_record(record_of(found), folder / "records" / "run.json")
    weights = [parameter.detach() for parameter in found.model.parameters()]
    state = {"steps": steps, "wrong": wrong, "calls": calls, "losses": found.curves.loss, "weights": weights}
    torch.save(state, folder / f"rank{rank}.pt")
    accelerator.end_training()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where two processes left what they found."""
    place = tmp_path_factory.mktemp("processes")
    launch = ["-m", "torch.distributed.run", "--nproc_per_node", "2", "--standalone", "--local_addr", "127.0.0.1"]
    run = [sys.executable, *launch, __file__, str(place)]
    done = subprocess.run(run, env=environment(), capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    return place


@pytest.fixture(scope="module")
def ranks(folder):
    return [torch.load(folder / f"rank{rank}.pt") for rank in (0, 1)]


@pytest.mark.parametrize("masked", [False, True], ids=["all pixels", "a mask"])
@pytest.mark.parametrize("name", CASES)
def test_two_processes_have_the_loss_and_the_gradients_of_one(ranks, name, masked):
    loss, gradients = one_step(RunSettings(**CASES[name]), network(), *batch(masked))
    for rank in ranks:
        torch.testing.assert_close(rank["steps"][name, masked], (loss, gradients), rtol=0, atol=1e-6)


def test_a_whole_run_ends_with_the_same_network_in_both(ranks):
    torch.testing.assert_close(ranks[0]["weights"], ranks[1]["weights"], rtol=0, atol=0)


def test_both_report_the_loss_of_the_whole_batch(ranks):
    assert ranks[0]["losses"] == ranks[1]["losses"] and len(ranks[0]["losses"]) == ENTROPY.epochs


def test_the_main_process_alone_reports_and_writes(ranks, folder):
    assert [rank["calls"] for rank in ranks] == [[0, 0], []]
    assert {one.name for one in folder.iterdir()} == {"rank0.pt", "rank1.pt", "run.pt", "records"}


def test_the_record_is_that_of_one_run(folder, ranks):
    (record,) = read_records(folder / "records")
    assert record["settings"] == ENTROPY.as_dict() and record["steps"] == 2 * 3
    assert record["curves"]["loss"] == pytest.approx(ranks[0]["losses"], rel=1e-5)
    assert record["test"]["over_all"]["images"] == 3


def test_pieces_are_refused_for_several_processes(ranks):
    assert all(rank["wrong"].startswith("micro_batches must be 1 for several processes") for rank in ranks)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
