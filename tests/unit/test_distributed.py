"""Two processes with unequal shares of a batch have the loss and the gradients of one process with all of it."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import pytest
import torch
import torch.distributed as dist
from helpers import random_pair

from tverskylib import tversky_loss

RANKS = 2
SHARES = (slice(0, 3), slice(3, 5))  # three images and two

CASES = [
    {"domain": "batch"},
    {"domain": "batch", "per_class": True, "soft_labels": "minimum"},
    {"domain": "batch", "delta": 3.0, "reduction": "sum", "from_logits": True, "per_class": True},
    {"domain": "image"},
    {"domain": "image", "per_class": True, "reduction": "sum", "soft_labels": "minimum"},
    {"domain": "image", "delta": 3.0, "from_logits": True},
]


def train_once(share, group, **options):
    """Loss and parameter gradients of one step of a small model that sees `share` of the batch."""
    torch.manual_seed(0)
    model = torch.nn.Conv2d(3, 3, 3, padding=1).double()
    image, target = random_pair((5, 3, 6, 7))
    target[2] = 0  # one image without foreground, so that the images differ much
    logits = model(image[share])
    prediction = logits if options.get("from_logits") else logits.sigmoid()
    loss = tversky_loss(prediction, target[share], 0.3, 0.7, group=group, **options)
    loss.backward()
    return loss.detach(), [parameter.grad for parameter in model.parameters()]


def work(rank, folder):
    """What each process runs: all cases, gradients averaged over the ranks as DistributedDataParallel does."""
    loopback = {"linux": "lo", "darwin": "lo0"}.get(sys.platform)
    if loopback:  # the name of this machine need not resolve
        os.environ["GLOO_SOCKET_IFNAME"] = loopback
    torch.set_num_threads(1)
    store = dist.FileStore(str(folder / "rendezvous"), RANKS)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=RANKS, timeout=timedelta(seconds=60))
    results = []
    for options in CASES:
        loss, gradients = train_once(SHARES[rank], dist.group.WORLD, **options)
        for gradient in gradients:
            dist.all_reduce(gradient)
            gradient /= RANKS
        results.append((loss, gradients))
    torch.save(results, folder / f"rank{rank}.pt")
    dist.barrier()  # who leaves first closes connections on which the other may still wait
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """For each rank, for each case: the loss and the averaged gradients."""
    folder = tmp_path_factory.mktemp("ranks")
    context = torch.multiprocessing.get_context("spawn")
    processes = [context.Process(target=work, args=(rank, folder), daemon=True) for rank in range(RANKS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
        process.kill()  # if it is still there: pytest would wait for it
    assert [process.exitcode for process in processes] == [0] * RANKS
    return [torch.load(folder / f"rank{rank}.pt") for rank in range(RANKS)]


@pytest.mark.skipif(not (dist.is_available() and dist.is_gloo_available()), reason="needs torch.distributed with gloo")
@pytest.mark.parametrize("case", range(len(CASES)), ids=[str(options) for options in CASES])
def test_ranks_together_train_as_one_process(results, case):
    expected_loss, expected_gradients = train_once(slice(None), None, **CASES[case])
    for rank in range(RANKS):
        loss, gradients = results[rank][case]
        torch.testing.assert_close(loss, expected_loss, rtol=0, atol=1e-6)
        torch.testing.assert_close(gradients, expected_gradients, rtol=1e-6, atol=1e-9)


def test_without_a_group_the_ranks_would_train_something_else():
    whole, _ = train_once(slice(None), None, domain="batch")
    parts = [train_once(share, None, domain="batch")[0] for share in SHARES]
    assert not torch.isclose(torch.stack(parts).mean(), whole, rtol=1e-3)
