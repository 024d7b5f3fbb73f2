"""Flips and turns: eight symmetries, the same for image and target, and the same again from the same seed."""

import numpy as np
import pytest
import torch

from tverskylib.tiles import augment


def batch(count=64, size=5, channels=3):
    """Images whose pixels are all different, and a target that says which pixels of the first channel are large."""
    image = np.random.default_rng(0).permutation(count * channels * size * size).reshape(count, channels, size, size)
    return image, image[:, 0] > image.size // 2


def symmetries(image):
    """All eight turns and flips of one image (C, H, W)."""
    turned = [np.rot90(image, k, (1, 2)) for k in range(4)]
    return turned + [one[:, :, ::-1] for one in turned]


def test_each_image_is_one_of_its_eight_symmetries_and_all_eight_occur():
    image, _ = batch(400)
    (changed,) = augment(image, rng=np.random.default_rng(1))
    found = [[np.array_equal(a, s) for s in symmetries(b)].index(True) for a, b in zip(changed, image, strict=True)]
    assert np.bincount(found, minlength=8).min() > 25


def test_the_target_goes_with_its_image():
    image, target = batch()
    changed, with_it, again = augment(image, target, target[:, None], rng=np.random.default_rng(2))
    np.testing.assert_array_equal(with_it, changed[:, 0] > image.size // 2)
    np.testing.assert_array_equal(again[:, 0], with_it)
    assert not np.array_equal(with_it, target)
    assert with_it.dtype == bool and changed.dtype == image.dtype


def test_tensors_and_arrays_change_alike():
    image, target = batch()
    arrays = augment(image, target, rng=np.random.default_rng(3))
    tensors = augment(torch.from_numpy(image), torch.from_numpy(target), rng=np.random.default_rng(3))
    for array, tensor in zip(arrays, tensors, strict=True):
        assert isinstance(tensor, torch.Tensor) and tensor.is_contiguous()
        np.testing.assert_array_equal(array, tensor.numpy())


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64", "bool", "float16", "bfloat16", "complex64"])
def test_tensors_of_any_dtype_change_alike(dtype):
    image = torch.arange(3 * 4 * 4).reshape(3, 4, 4)
    turned, expected = (
        augment(x, rng=np.random.default_rng(6))[0] for x in (image.to(getattr(torch, dtype)), image.numpy())
    )
    assert turned.dtype == getattr(torch, dtype)
    assert torch.equal(turned.to(torch.complex64), torch.from_numpy(expected).to(turned.dtype).to(torch.complex64))


@pytest.mark.parametrize("change", [torch.Tensor.to_sparse, lambda x: x.to(torch.float8_e5m2), lambda x: x.to("meta")])
def test_tensors_without_numbers_to_move_are_refused(change):
    with pytest.raises(TypeError, match=r"^batches must "):
        augment(change(torch.rand(2, 4, 4)), rng=np.random.default_rng(0))


def test_the_seed_decides():
    image, _ = batch()
    one, same, other = (augment(image, rng=np.random.default_rng([7, 0, k]))[0] for k in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_generator_moves_on_by_the_images_not_by_the_batches():
    image, target = batch()
    one, two = np.random.default_rng(4), np.random.default_rng(4)
    augment(image, rng=one)
    augment(image, target, target, rng=two)
    assert one.random() == two.random()


def test_the_batch_itself_is_left_alone():
    image, target = batch()
    before = image.copy(), target.copy()
    changed, _ = augment(image, target, rng=np.random.default_rng(5))
    changed[:] = 0
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(target, before[1])


def test_an_oblong_image_keeps_its_shape():
    image = np.arange(200 * 6).reshape(200, 1, 2, 3)
    (changed,) = augment(image, rng=np.random.default_rng(6))
    firsts = {int(a[0, 0, 0]) - 6 * k for k, a in enumerate(changed)}
    assert changed.shape == image.shape and firsts == {0, 2, 3, 5}


def test_an_empty_batch_stays_empty():
    (changed,) = augment(np.zeros((0, 3, 4, 4)), rng=np.random.default_rng(0))
    assert changed.shape == (0, 3, 4, 4)


RNG = np.random.default_rng(0)
IMAGE = np.zeros((2, 3, 8, 8))


@pytest.mark.parametrize(
    ("batches", "rng", "error", "message"),
    [
        ((), RNG, ValueError, "batches must be at least one"),
        (([[1]],), RNG, TypeError, "batches must be NumPy arrays or tensors, got a list at place 0"),
        ((IMAGE,), 3, TypeError, r"rng must be a numpy.random.Generator.*got 3"),
        ((IMAGE, IMAGE[:1]), RNG, ValueError, r"got \(1, 3, 8, 8\) at place 1 beside \(2, 3, 8, 8\)"),
        ((IMAGE[:, 0], IMAGE.transpose(0, 2, 3, 1)), RNG, ValueError, "channels come first"),
        ((IMAGE[0, 0],), RNG, ValueError, r"must have shape \(B, ..., H, W\).*got \(8, 8\)"),
    ],
)
def test_bad_input(batches, rng, error, message):
    with pytest.raises(error, match=message):
        augment(*batches, rng=rng)
