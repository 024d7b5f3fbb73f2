"""Which tiles a run sees, when, and how they are told from others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import SMALL, red_tiles

from tverskylib.tiles import synthetic_tiles
from tverskylib.training.data import (
    as_input,
    augmented,
    data_hash,
    describe_tiles,
    epoch_batches,
    pick,
    samples,
    steps_per_epoch,
)


@pytest.fixture(scope="module")
def synthetic():
    return synthetic_tiles(SMALL, workers=1, progress=False)


def batches(count, size, **more):
    return list(epoch_batches(count, size, **{"seed": 0, "epoch": 0, **more}))


# Samples.


def test_samples_of_synthetic_tiles_are_the_tiles_channels_first(synthetic):
    found, tiles = samples(synthetic, "train", "whole"), synthetic.split("train")
    assert found.images.dtype == torch.uint8 and found.targets.dtype == torch.bool and found.mask is None
    np.testing.assert_array_equal(found.images.permute(0, 2, 3, 1), tiles.images)
    np.testing.assert_array_equal(found.targets[:, 0], tiles.targets)


def test_the_task_positive_leaves_the_positive_tiles(synthetic):
    found = samples(synthetic, "train", "positive")
    assert len(found) == synthetic.split("train").positive.sum() < len(synthetic.split("train"))
    assert found.targets.any(dim=(1, 2, 3)).all()


def test_samples_of_a_folder_bring_their_mask():
    tiles = red_tiles(masked=True)
    found = samples(tiles, "test", "whole")
    np.testing.assert_array_equal(found.mask[:, 0], tiles.split("test").mask)


def test_a_mask_that_leaves_nothing_out_is_none():
    assert samples(red_tiles(), "train", "whole").mask is None


@pytest.mark.parametrize(("task", "words"), [("positive", "one positive tile"), ("whole", "one tile")])
def test_a_split_without_tiles_is_named(synthetic, task, words):
    here = synthetic.splits == "validation"
    dropped = here if task == "whole" else here & synthetic.positive
    with pytest.raises(ValueError, match=f"at least {words} in the split 'validation', got none"):
        samples(synthetic.pick(~dropped), "validation", task)


def test_a_split_that_a_folder_lacks_is_named():
    tiles = red_tiles()
    with pytest.raises(ValueError, match="got 'validation'"):
        samples(tiles.pick(tiles.splits != "validation"), "validation", "whole")


def test_the_network_sees_floats_up_to_one():
    image = as_input(torch.tensor([0, 51, 255], dtype=torch.uint8).expand(2, 3, 4, 3))
    assert image.dtype == torch.float32 and image.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(image[0, 0, 0], torch.tensor([0, 0.2, 1]))


def test_image_target_and_mask_turn_together():
    data = samples(red_tiles(masked=True), "train", "whole")
    red = torch.where(data.mask, data.targets * 200 + 50, 0).to(torch.uint8)  # the image tells both
    data = replace(data, images=red.expand(-1, 3, -1, -1).contiguous())
    image, target, mask = augmented(data, np.random.default_rng(0))
    torch.testing.assert_close(image[:, :1] > 0, mask)
    torch.testing.assert_close(image[:, :1] > 0.5, target.bool())
    assert not torch.equal(target.bool(), data.targets)


def test_without_augmentation_images_stay():
    data = samples(red_tiles(), "train", "whole")
    image, target, mask = augmented(data, None)
    torch.testing.assert_close(image * 255, data.images.float())
    assert torch.equal(target.bool(), data.targets) and mask is None


def test_picked_samples_keep_their_order():
    data = samples(red_tiles(masked=True), "train", "whole")
    some = pick(data, np.array([5, 0]))
    assert torch.equal(some.images, data.images[[5, 0]]) and torch.equal(some.mask, data.mask[[5, 0]])


# Batches.


@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize(("count", "size"), [(12, 4), (13, 4), (14, 4), (15, 4), (5, 8), (7, 7), (9, 3)])
def test_each_tile_is_seen_once_an_epoch(count, size, processes):
    shares = [batches(count, size, rank=rank, processes=processes) for rank in range(processes)]
    seen = np.concatenate([share for one in shares for share in one])
    assert sorted(seen) == list(range(count))
    assert {len(one) for one in shares} == {steps_per_epoch(count, size, processes)}


@pytest.mark.parametrize(("count", "processes"), [(12, 2), (12, 3), (14, 2), (15, 2), (15, 3)])
def test_shares_make_up_the_batch_of_one_process(count, processes):
    shares = [batches(count, 4, rank=rank, processes=processes) for rank in range(processes)]
    for whole, *parts in zip(batches(count, 4), *shares, strict=True):
        np.testing.assert_array_equal(np.concatenate(parts), whole)
        sizes = [len(part) for part in parts]
        assert min(sizes) >= 1 and max(sizes) - min(sizes) <= 1


def test_a_rest_too_small_to_share_joins_the_batch_before():
    assert [len(one) for one in batches(13, 4)] == [4, 4, 4, 1]
    assert [len(one) for one in batches(13, 4, processes=2, rank=0)] == [2, 2, 3]
    assert [len(one) for one in batches(14, 4, processes=3, rank=2)] == [1, 1, 2]


def test_the_order_depends_on_seed_and_epoch_alone():
    orders = [
        np.concatenate(batches(20, size, seed=seed, epoch=epoch)).tolist()
        for seed, epoch, size in [(0, 0, 4), (0, 0, 7), (0, 1, 4), (1, 0, 4)]
    ]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2] != orders[3] != orders[0] != list(range(20))


# Guaranteed foreground.

POSITIVE = np.array([2, 3, 11])


@pytest.mark.parametrize("processes", [1, 2])
def test_each_batch_has_its_share_of_tiles_with_foreground(processes):
    more = {"positive": POSITIVE, "foreground_share": 1 / 3, "processes": processes}
    shares = [batches(60, 8, rank=rank, **more) for rank in range(processes)]
    found = [np.concatenate(parts) for parts in zip(*shares, strict=True)]
    assert [len(one) for one in found] == [8] * 7 + [4]
    assert all(np.isin(one, POSITIVE).sum() >= round(len(one) / 3) for one in found)
    assert [*map(list, found)] == [*map(list, batches(60, 8, **{**more, "processes": 1}))]


def test_tiles_with_foreground_come_in_turns_and_the_others_once_at_most():
    seen = np.concatenate(batches(60, 8, positive=POSITIVE, foreground_share=1 / 3))
    times = np.bincount(seen, minlength=60)
    assert len(seen) == 60 and times[np.setdiff1d(np.arange(60), POSITIVE)].max() == 1
    assert np.ptp(times[POSITIVE]) <= 2 and times[POSITIVE].sum() >= 7 * 3 + 1


def test_foreground_cannot_be_guaranteed_where_there_is_none():
    with pytest.raises(ValueError, match=r"^foreground_share must be 0 where no training tile has foreground"):
        batches(60, 8, positive=np.array([], np.int64), foreground_share=0.5)


# What tiles are.


def test_tiles_are_described_split_by_split(synthetic):
    found = describe_tiles(synthetic)
    assert found["name"].startswith("synthetic") and found["hash"] == data_hash(synthetic) and found["size"] == 48
    test = synthetic.split("test")
    assert found["splits"]["test"] == {
        "tiles": len(test),
        "images": 2,
        "groups": 2,
        "empty": int((~test.positive).sum()),
    }
    folder = describe_tiles(red_tiles(negatives=3))
    assert folder["name"] == "tiles of one's own" and sum(one["empty"] for one in folder["splits"].values()) == 3


# The hash.


@pytest.mark.parametrize("part", ["images", "targets", "mask", "splits"])
def test_any_change_of_the_data_changes_their_hash(part):
    tiles, other = red_tiles(masked=True), red_tiles(masked=True)
    array = getattr(other, part)
    place = (4,) + (1,) * (array.ndim - 1)
    array[place] = "test" if part == "splits" else array[place] ^ 1
    assert data_hash(other) != data_hash(tiles) == data_hash(red_tiles(masked=True))


def test_the_order_of_tiles_is_part_of_the_hash(synthetic):
    assert data_hash(synthetic) != data_hash(synthetic.pick(np.arange(len(synthetic))[::-1]))
