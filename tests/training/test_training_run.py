"""One run: it learns, it can be repeated to the bit, and it says what went wrong."""

from __future__ import annotations

import io
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import QUICK, SMALL, red_tiles

from tverskylib.tiles import synthetic_tiles
from tverskylib.training import UNet, train
from tverskylib.training import run as run_module
from tverskylib.training.checkpoint import Curves, epochs_done
from tverskylib.training.data import as_input, data_hash
from tverskylib.training.device import accelerator

NO_MEMORY = "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to"


def quick(tiles=None, *, checkpoint=None, micro_batches=1, precision="auto", on_epoch=None, **changes):
    """A quick run with some settings changed."""
    return train(
        replace(QUICK, **changes),
        red_tiles() if tiles is None else tiles,
        checkpoint=checkpoint,
        micro_batches=micro_batches,
        precision=precision,
        on_epoch=on_epoch,
        progress=False,
    )


@pytest.fixture
def broken(monkeypatch):
    """Makes the objective raise, or return something else, from some step on."""

    def breaks(wrong, step=0):
        calls = []
        good = run_module.objective

        def objective(*arguments, **options):
            calls.append(1)
            if len(calls) <= step:
                return good(*arguments, **options)
            if isinstance(wrong, Exception):
                raise wrong
            return good(*arguments, **options) * wrong

        monkeypatch.setattr(run_module, "objective", objective)

    return breaks


# What comes out.


@pytest.mark.parametrize("domain", ["batch", "image"])
def test_it_learns_what_is_easy(domain):
    found = quick(red_tiles(30), epochs=8, learning_rate=5e-2, domain=domain)
    assert found.curves.loss[-1] < found.curves.loss[0] / 2
    assert found.evaluation.over_positive.pooled.dice > 0.85


@pytest.mark.parametrize("given", [None, {}, "positive"])
def test_settings_of_another_kind_are_named(given):
    with pytest.raises(TypeError, match=r"^settings must be a RunSettings, got "):
        train(given, red_tiles())


def test_cross_entropy_falls_too():
    losses = quick(red_tiles(30), epochs=8, learning_rate=5e-2, loss="cross-entropy").curves.loss
    assert losses[-1] < losses[0] / 2


def test_it_draws_the_tiles_of_its_settings():
    found = train(replace(QUICK, epochs=1), progress=False)
    tiles = synthetic_tiles(SMALL, workers=1, progress=False)
    assert found.data_hash == data_hash(tiles)
    assert len(found.test) == tiles.split("test").positive.sum()


def test_every_epoch_leaves_one_entry_in_each_curve(trained):
    curves = vars(trained.curves)
    assert {len(curve) for curve in curves.values()} == {QUICK.epochs} and trained.curves.epochs == QUICK.epochs
    assert trained.curves.steps == [3, 6]
    assert 0 < trained.curves.seconds[0] < trained.curves.seconds[1]


def test_the_result_is_that_of_the_network_on_the_test_tiles(trained):
    assert not trained.model.training and trained.probabilities.dtype == np.float32
    with torch.no_grad():
        again = trained.model(trained.test.images.float() / 255).sigmoid()
    np.testing.assert_allclose(trained.probabilities, again, atol=1e-6)
    assert trained.evaluation.over_all.images == len(trained.test) == 3


def test_negative_tiles_count_in_the_task_whole_alone():
    tiles = red_tiles(negatives=6)  # three of them in training, one each for validation and test
    whole, positive = quick(tiles, task="whole"), quick(tiles)
    assert [run.evaluation.over_all.images for run in (whole, positive)] == [3, 2]
    assert all(0 <= share <= 1 for share in whole.curves.flooded) and positive.curves.flooded == [None, None]


def test_equal_settings_give_equal_bits(trained):
    again = quick()
    np.testing.assert_array_equal(again.probabilities, trained.probabilities)
    assert again.curves.loss == trained.curves.loss


def test_another_seed_gives_other_results(trained):
    assert not np.array_equal(quick(seed=1).probabilities, trained.probabilities)


def test_augmentation_changes_what_is_learned(trained):
    assert quick(augment=False).curves.loss != trained.curves.loss


def test_the_callers_random_numbers_and_threads_stay():
    torch.manual_seed(7)
    state, drawn, threads = torch.get_rng_state(), np.random.get_state()[1].copy(), torch.get_num_threads()
    quick(epochs=1)
    assert torch.equal(torch.get_rng_state(), state) and torch.get_num_threads() == threads
    np.testing.assert_array_equal(np.random.get_state()[1], drawn)


def test_the_callers_random_numbers_do_not_matter(trained):
    torch.manual_seed(1234)
    np.testing.assert_array_equal(quick().probabilities, trained.probabilities)


def test_on_epoch_is_called_once_an_epoch():
    seen = []
    found = quick(epochs=3, on_epoch=lambda curves: seen.append((curves.epochs, curves.loss[-1])))
    assert seen == list(zip([1, 2, 3], found.curves.loss, strict=True))


def test_the_rate_falls_along_a_cosine_or_stays(monkeypatch):
    rates = {}
    for schedule in ("cosine", "constant"):
        rates[schedule] = []
        good = torch.optim.Adam.step
        with monkeypatch.context() as patch:
            patch.setattr(
                torch.optim.Adam,
                "step",
                lambda self, *rest, seen=rates[schedule], good=good: (
                    seen.append(self.param_groups[0]["lr"]),
                    good(self, *rest),
                )[1],
            )
            quick(schedule=schedule)
    assert rates["constant"] == [1e-2] * 6
    np.testing.assert_allclose(rates["cosine"], 1e-2 * (1 + np.cos(np.pi * np.arange(6) / 6)) / 2)


def test_bfloat16_is_for_the_network_alone():
    found = quick(precision="bfloat16")
    assert found.precision == "bfloat16" and found.probabilities.dtype == np.float32
    assert {parameter.dtype for parameter in found.model.parameters()} == {torch.float32}


def test_the_trained_network_is_a_plain_one():
    found = quick(precision="bfloat16")
    assert "forward" not in vars(found.model) and not found.model.training
    again = pickle.loads(pickle.dumps(found.model))
    logits = again(as_input(found.test.images))
    assert logits.dtype == torch.float32
    np.testing.assert_allclose(torch.sigmoid(logits).detach().numpy(), found.probabilities, atol=0.02)


def test_a_compiled_network_learns_the_same(monkeypatch, trained):
    # With the simplest backend: translating for a processor takes half a minute, and is PyTorch's to test.
    translated = []
    monkeypatch.setattr(
        UNet, "compile", lambda self: (translated.append(1), torch.nn.Module.compile(self, backend="eager"))
    )
    found = train(QUICK, red_tiles(), compile=True, progress=False)
    assert translated == [1]
    np.testing.assert_allclose(found.probabilities, trained.probabilities, atol=1e-5)


# Masks.


def test_what_a_mask_leaves_out_is_in_no_count():
    found = quick(red_tiles(masked=True))
    mask = found.test.mask.numpy()
    assert not mask.all() and (found.probabilities[~mask] == 0).all() and (found.probabilities[mask] > 0).all()
    called, target = found.probabilities >= 0.5, found.test.targets.numpy()
    expected = (~called & ~target & mask).sum(axis=(1, 2, 3)).tolist()
    assert list(found.evaluation.per_image.true_negatives) == expected
    kept = found.validation.foreground.sum() + found.validation.background.sum()
    assert kept == found_pixels(red_tiles(masked=True), "validation")


def found_pixels(tiles, split):
    return tiles.split(split).mask.sum()


def test_a_mask_reaches_the_loss(monkeypatch):
    seen = []
    good = run_module.objective
    monkeypatch.setattr(
        run_module,
        "objective",
        lambda settings, logits, target, mask, **rest: (
            seen.append((target, mask)),
            good(settings, logits, target, mask, **rest),
        )[1],
    )
    quick(red_tiles(masked=True), epochs=1)
    assert len(seen) == 3
    assert all(mask.shape == target.shape and not mask.all() and not target[~mask].any() for target, mask in seen)


# Pieces of a batch.


@pytest.mark.parametrize(
    "changes",
    [
        {"domain": "image"},
        {"loss": "cross-entropy", "smoothing": 0.2},
        {"domain": "image", "penalty": "confidence", "strength": 0.1},
    ],
    ids=str,
)
def test_pieces_add_up_to_the_gradients_of_the_batch(changes):
    gradients = []
    for pieces in (1, 3):
        run = run_module._Run(replace(QUICK, **changes), red_tiles(), accelerator("cpu"), False, pieces)
        run.optimizer.zero_grad = lambda: None  # they are looked at after the step
        run.model.eval()  # batch normalisation sees a piece
        loss = run._step(np.arange(4), seed=[0])
        gradients.append([loss, *(parameter.grad for parameter in run.plain.parameters())])
    torch.testing.assert_close(gradients[1], gradients[0], rtol=0, atol=1e-6)


def test_pieces_are_refused_for_the_ratio_of_a_batch():
    with pytest.raises(ValueError, match="micro_batches must be 1 for the Tversky loss with domain='batch', got 2"):
        quick(micro_batches=2)


@pytest.mark.parametrize(
    "changes",
    [{"loss": "cross-entropy"}, {"domain": "image", "penalty": "confidence", "strength": 0.1}],
    ids=str,
)
def test_pieces_are_refused_for_a_mean_over_the_pixels_of_a_mask(changes):
    with pytest.raises(ValueError, match="micro_batches must be 1 for a mean over the pixels that a mask leaves"):
        quick(red_tiles(masked=True), micro_batches=2, **changes)


@pytest.mark.parametrize(("bad", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_a_bad_number_of_pieces_is_named(bad, error):
    with pytest.raises(error, match=r"^micro_batches must be "):
        quick(micro_batches=bad, domain="image")


def test_more_pieces_than_images_are_refused():
    with pytest.raises(ValueError, match="batch_size must be at least 5, one image for each process and piece, got 4"):
        quick(micro_batches=5, domain="image")


def test_more_pieces_than_tiles_are_refused():
    with pytest.raises(ValueError, match="tiles must have at least 13 to train on, as batch_size must, got 12"):
        quick(micro_batches=13, batch_size=16, domain="image")


# What can go wrong.


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_without_positive_tiles_is_named(split):
    tiles = red_tiles()
    tiles.targets[tiles.splits == split] = False
    with pytest.raises(ValueError, match=f"at least one positive tile in the split '{split}', got none"):
        quick(tiles)


def test_tiles_that_can_not_be_halved_so_often_are_named():
    with pytest.raises(ValueError, match=r"multiples of 32, as a network of depth 5"):
        quick(depth=5)


@pytest.mark.parametrize("option", ["device", "precision"])
def test_an_unknown_device_or_precision_is_named(option):
    with pytest.raises(ValueError, match=f"^{option} must be "):
        train(QUICK, red_tiles(), progress=False, **{option: "quantum"})


def test_a_rate_that_is_too_large_ends_with_advice():
    with pytest.raises(FloatingPointError, match=r"the loss is no number since epoch 1, step 2; .* below 1e\+12"):
        quick(learning_rate=1e12)


def test_the_last_step_is_looked_at_too(tmp_path):
    place = tmp_path / "run.pt"
    with pytest.raises(FloatingPointError, match="the network's output is no number at the end of an epoch; try "):
        quick(learning_rate=1e30, epochs=1, batch_size=64, checkpoint=place)
    assert not place.exists()


def test_a_loss_that_is_no_number_leaves_the_last_good_checkpoint(broken, tmp_path):
    place = tmp_path / "run.pt"
    broken(torch.nan, step=4)
    with pytest.raises(FloatingPointError, match=r"since epoch 2, step 2; try a learning rate below 0\.01$"):
        quick(checkpoint=place)
    state = torch.load(io.BytesIO(place.read_bytes().partition(b"\n")[2]), weights_only=True)
    assert Curves(**state["curves"]).epochs == epochs_done(place) == 1
    assert all(value.isfinite().all() for value in state["model"].values())


def test_advice_names_what_may_have_caused_it(broken):
    broken(torch.inf)
    with pytest.raises(FloatingPointError, match=r"a delta above 0 .*, or precision='float32'$"):
        quick(delta=0, precision="bfloat16")


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError(NO_MEMORY)], ids=repr)
def test_where_memory_is_short_a_smaller_batch_is_named(broken, error):
    broken(error, step=1)
    with pytest.raises(MemoryError, match=r"full with batch_size=4 and width=2; try batch_size=2$") as found:
        quick()
    assert found.value.__cause__ is error


def test_where_one_image_is_too_much_the_width_is_named(broken):
    broken(RuntimeError(NO_MEMORY))
    with pytest.raises(MemoryError, match="try a smaller width, or smaller tiles"):
        quick(batch_size=1)


def test_other_errors_pass_unchanged(broken):
    error = RuntimeError("something else")
    broken(error)
    with pytest.raises(RuntimeError) as found:
        quick()
    assert found.value is error


def test_tiles_that_the_network_cannot_halve_so_often_are_refused_before_the_first_step():
    with pytest.raises(
        ValueError, match=r"^tiles must have sides that are multiples of 64, as a network of depth 6 .* size="
    ):
        quick(depth=6)
