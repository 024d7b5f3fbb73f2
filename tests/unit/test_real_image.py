"""The real image: what it holds, that its prediction is honest, and that a lesson can learn from it."""

import subprocess
import sys

import numpy as np
import pytest
from skimage.data import immunohistochemistry

from tverskylib import dice_index
from tverskylib.tiles import RealImage, real_crop, real_image
from tverskylib.tiles.make_real_image import MIDDLE, _annotate, _predict_right, _without_specks, make
from tverskylib.tiles.real_image import ARRAYS

THRESHOLDS = (0.25, 0.5, 0.75)


def dice(tile, threshold):
    return float(dice_index((tile.probability >= threshold)[None, None], tile.target[None, None]))


def best_threshold(tile):
    thresholds = np.linspace(0.05, 0.95, 91)
    return thresholds[np.argmax([dice(tile, threshold) for threshold in thresholds])]


@pytest.fixture(scope="module")
def slide():
    return immunohistochemistry().astype(np.float32) / np.float32(255)


@pytest.fixture(params=[real_image, real_crop])
def tile(request):
    return request.param()


@pytest.mark.parametrize(("make", "shape"), [(real_image, (512, 256)), (real_crop, (256, 256))])
def test_shapes_dtypes_and_ranges(make, shape):
    tile = make()
    assert tile.image.shape == (*shape, 3) and tile.target.shape == tile.probability.shape == shape
    assert (tile.image.dtype, tile.target.dtype, tile.probability.dtype) == (np.float32, np.bool_, np.float32)
    for array in (tile.image, tile.probability):
        assert array.min() >= 0 and array.max() <= 1


@pytest.mark.parametrize("name", ["image", "target", "probability"])
def test_nobody_changes_the_arrays_of_everybody(tile, name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(tile, name)[0] = 0


def test_made_once():
    assert real_image() is real_image()


def test_the_stored_arrays_are_what_the_script_makes():
    """To 1e-5 for the probabilities: another version of scikit-learn may stop its search a step earlier."""
    assert ARRAYS.stat().st_size < 1_000_000
    made = make()
    with np.load(ARRAYS) as stored:
        assert set(stored) == set(made)
        for name, array in made.items():
            assert stored[name].dtype == array.dtype
            np.testing.assert_allclose(stored[name], array, atol=1e-5 if name == "probability" else 0, rtol=0)


def test_it_is_the_right_half(slide):
    np.testing.assert_array_equal(real_image().image, slide[:, MIDDLE:])
    assert not np.array_equal(real_image().image, slide[:, :MIDDLE])


def test_the_target_is_what_is_brown():
    tile = real_image()
    red, blue = tile.image[..., 0], tile.image[..., 2]
    assert 0.35 < tile.target.mean() < 0.45
    assert (red - blue)[tile.target].mean() > 0.15 > 0.05 > (red - blue)[~tile.target].mean()


def test_the_target_has_neither_specks_nor_pinholes(slide):
    target = _annotate(slide)
    np.testing.assert_array_equal(_without_specks(target, 60), target)
    np.testing.assert_array_equal(_without_specks(~target, 30), ~target)


def test_specks_are_parts_of_too_few_pixels():
    mask = np.zeros((6, 6), bool)
    mask[0, :3] = mask[2:4, 0:2] = mask[5, 5] = True
    kept = _without_specks(mask, 4)
    assert kept[2:4, 0:2].all() and kept.sum() == 4
    np.testing.assert_array_equal(_without_specks(mask, 1), mask)
    assert not _without_specks(np.zeros((4, 4), bool), 1).any()
    assert _without_specks(np.ones((4, 4), bool), 16).all()


def test_the_prediction_has_seen_the_left_half_only(slide):
    """Its target comes from there, and what it learned does not change with the pixels of the right half."""
    left_target = _annotate(slide)[:, :MIDDLE]
    before = _predict_right(slide, left_target)
    # Change the right half below row 400: far above it (the camera blurs over 4 * 12 pixels) all stays the same.
    changed = slide.copy()
    changed[400:, MIDDLE:] = 1 - changed[400:, MIDDLE:]
    again = _predict_right(changed, left_target)
    np.testing.assert_array_equal(again[:340], before[:340])
    assert not np.allclose(again[400:], before[400:])


def test_the_prediction_learned_from_the_left_half(slide):
    inside_out = _predict_right(slide, ~_annotate(slide)[:, :MIDDLE])
    np.testing.assert_allclose(inside_out, 1 - real_image().probability, atol=1e-3)


def test_the_prediction_is_good_and_not_too_good(tile):
    assert 0.75 <= dice(tile, 0.5) <= 0.85


def test_there_are_errors_of_both_kinds_at_every_threshold(tile):
    for threshold in THRESHOLDS:
        mask = tile.probability >= threshold
        assert (mask & ~tile.target).sum() > 0.02 * mask.size
        assert (~mask & tile.target).sum() > 0.003 * mask.size


def test_thresholds_differ_to_the_eye(tile):
    areas = [(tile.probability >= threshold).mean() for threshold in THRESHOLDS]
    assert areas[0] - areas[1] > 0.1 and areas[1] - areas[2] > 0.1


def test_one_half_is_not_the_best_threshold_for_dice():
    tile = real_image()
    assert 0.35 <= best_threshold(tile) <= 0.46
    assert dice(tile, best_threshold(tile)) > dice(tile, 0.5) + 0.005


def test_the_best_threshold_is_about_half_the_best_dice(tile):
    assert abs(best_threshold(tile) - dice(tile, best_threshold(tile)) / 2) < 0.06


def test_the_prediction_is_unsure_and_roughly_calibrated():
    tile = real_image()
    p, y = tile.probability, tile.target
    assert ((p > 0.1) & (p < 0.9)).mean() > 0.6
    assert abs(p.mean() - y.mean()) < 0.05
    tenths = np.minimum((p * 10).astype(int), 9)
    means = [(p[tenths == k].mean(), y[tenths == k].mean(), (tenths == k).mean()) for k in range(10)]
    assert all(abs(said - found) < 0.25 for said, found, _ in means)
    assert sum(abs(said - found) * share for said, found, share in means) < 0.12
    assert np.all(np.diff([found for _, found, _ in means]) > -0.05)


def test_the_crop_is_a_window_of_the_image():
    tile = real_crop()
    assert 0.1 < tile.target.mean() < 0.4
    for name in ("image", "target", "probability"):
        assert np.shares_memory(getattr(tile, name), getattr(real_image(), name))
    np.testing.assert_array_equal(tile.target, real_image().target[192:448])


def test_crop():
    tile = real_image().crop(slice(10, 30), slice(5, 45))
    assert isinstance(tile, RealImage) and tile.image.shape == (20, 40, 3) and tile.probability.shape == (20, 40)
    np.testing.assert_array_equal(tile.image, real_image().image[10:30, 5:45])
    with pytest.raises(ValueError, match=r"rows and columns must meet the image of \(512, 256\)"):
        tile = real_image().crop(slice(600, 700))
    for rows, columns in ((5, slice(0, 5)), (slice(0, 5), None), (np.arange(3), slice(0, 5)), (..., slice(0, 5))):
        with pytest.raises(TypeError, match=r"^(rows|columns) must be a slice, as slice\(0, 128\), got"):
            real_image().crop(rows, columns)


def test_needs_neither_torch_nor_what_made_it():
    code = (
        "import sys; from tverskylib import tiles; tiles.real_crop(); tiles.real_image(); "
        "assert not {'skimage', 'sklearn', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
