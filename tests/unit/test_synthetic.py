"""Synthetic histology: the same tiles always, split by slide, plausible in numbers, and not solvable by colour."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tverskylib import dice_index
from tverskylib.tiles import GENERATOR_VERSION, TileSettings, draw_tiles, synthetic_tiles
from tverskylib.tiles.synthetic.cells import LYMPHOCYTE, SPINDLE, keep_apart, scatter
from tverskylib.tiles.synthetic.cohort import SPLITS, plan, seeded
from tverskylib.tiles.synthetic.drawing import draw_tile
from tverskylib.tiles.synthetic.fields import along_lines, smooth_field
from tverskylib.tiles.synthetic.stain import develop, draw_look
from tverskylib.training.colour import colour_dice

DEFAULT = TileSettings()
SMALL = TileSettings(size=48, tiles=40, positives=9, slides=4, validation_slides=1, test_slides=1)
MEANS, AREAS = [204.27, 183.47, 220.53, 173.09], [169, 974, 422, 734]  # of the first four positive tiles
FIELDS = ("images", "targets", "groups", "splits", "numbers")


def assert_equal(one, other):
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype


@pytest.fixture(scope="module")
def positives():
    """All tiles of the default data set that hold cancer."""
    return draw_tiles(DEFAULT, np.flatnonzero(plan(DEFAULT).positive))


@pytest.fixture(scope="module")
def small():
    return synthetic_tiles(SMALL, workers=1, progress=False, cache=False)


# Who is who.


@st.composite
def settings(draw):
    slides = draw(st.integers(3, 30))
    validation = draw(st.integers(1, slides - 2))
    test = draw(st.integers(1, slides - validation - 1))
    tiles = draw(st.integers(slides, 200))
    positives = draw(st.integers(3, tiles))
    return TileSettings(64, tiles, positives, slides, validation, test, seed=draw(st.integers(0, 5)))


@given(settings())
def test_counts_are_exact_and_slides_are_whole(chosen):
    cohort = plan(chosen)
    assert len(cohort.slides) == len(cohort.splits) == len(cohort.positive) == chosen.tiles
    assert cohort.positive.sum() == chosen.positives
    counts = np.bincount(cohort.slides, minlength=chosen.slides)
    assert len(counts) == chosen.slides and counts.max() - counts.min() <= 1
    slides = {split: {*cohort.slides[cohort.splits == split].tolist()} for split in SPLITS}
    assert len(slides["validation"]) == chosen.validation_slides and len(slides["test"]) == chosen.test_slides
    assert sum(map(len, slides.values())) == len(set.union(*slides.values())) == chosen.slides
    for split in SPLITS:
        here = cohort.splits == split
        found = cohort.positive[here].sum()
        assert found >= 1 and abs(found - chosen.positives * here.mean()) <= 2


def test_the_default_is_the_size_of_the_talks_data():
    cohort = plan(DEFAULT)
    assert {split: int((cohort.splits == split).sum()) for split in SPLITS} == {
        "train": 1680,
        "validation": 560,
        "test": 560,
    }
    assert [int(cohort.positive[cohort.splits == split].sum()) for split in SPLITS] == [216, 72, 72]


def test_cancer_is_spread_unevenly_over_slides():
    cohort = plan(DEFAULT)
    burden = np.bincount(cohort.slides[cohort.positive], minlength=DEFAULT.slides)
    assert burden.std() > 1.5 * np.sqrt(burden.mean())


def test_positive_tiles_are_the_planned_ones(small):
    np.testing.assert_array_equal(small.positive, plan(SMALL).positive)
    assert small.positive.sum() == SMALL.positives
    np.testing.assert_array_equal(small.groups, plan(SMALL).slides)


# The same again.


def test_a_tile_does_not_depend_on_the_others(small):
    numbers = [31, 2, 17]
    some = draw_tiles(SMALL, numbers)
    assert_equal(some, small.pick(np.array(numbers)))


def test_nor_on_the_number_of_workers(small):
    assert_equal(synthetic_tiles(SMALL, workers=2, progress=False, cache=False), small)


def test_another_seed_gives_other_tiles(small):
    other = draw_tiles(replace(SMALL, seed=1), range(4))
    assert all((a != b).mean() > 0.5 for a, b in zip(other.images, small.images, strict=False))


def test_tiles_of_a_data_set_differ(small):
    assert len({image.tobytes() for image in small.images}) == SMALL.tiles


def test_these_are_the_tiles_of_this_version():
    """Whoever changes what is drawn raises GENERATOR_VERSION, so that no old cache and no old record is believed."""
    tiles = draw_tiles(DEFAULT, np.flatnonzero(plan(DEFAULT).positive)[:4])
    assert GENERATOR_VERSION == 1
    np.testing.assert_allclose(tiles.images.mean((1, 2, 3)), MEANS, atol=0.3)  # to the bit on one platform only
    np.testing.assert_allclose(tiles.targets.sum((1, 2)), AREAS, atol=8)


# What a tile is.


def test_shapes_dtypes_and_ranges(small):
    assert small.images.shape == (40, 48, 48, 3) and small.images.dtype == np.uint8
    assert small.targets.shape == (40, 48, 48) and small.targets.dtype == bool
    assert small.groups.shape == small.splits.shape == small.numbers.shape == (40,) == (len(small),)
    assert small.groups.dtype == small.numbers.dtype == np.int64 and small.splits.dtype.kind == "U"
    assert small.images.min() < 120 and small.images.max() > 230


@pytest.mark.parametrize(("size", "microns"), [(48, 2), (49, 0.5), (51, 4), (130, 1), (512, 2)])
def test_any_size(size, microns):
    tile = draw_tile(TileSettings(size=size, microns=microns), number=0, slide=0, positive=True)
    assert tile.image.shape == (size, size, 3) and tile.mask.shape == (size, size) and tile.mask.any()


def test_the_annotation_is_never_over_air():
    found = []
    for number in range(60):
        tile = draw_tile(DEFAULT, number, slide=number, positive=True)
        assert not (tile.mask & tile.air).any()
        found.append(tile.air.any())
    assert np.mean(found) > 0.6  # there was air to leave out


def test_what_is_marked_does_not_look_empty(positives):
    """The darkest colour of a marked pixel is not as light as glass."""
    assert (positives.images.min(axis=-1)[positives.targets] > 220).mean() < 0.01


def test_an_annotation_has_neither_specks_nor_slivers(positives):
    from scipy.ndimage import binary_opening, label

    for target in positives.targets[:40]:
        parts, _ = label(target)
        assert np.bincount(parts.ravel())[1:].min() >= 6
        np.testing.assert_array_equal(binary_opening(target, np.ones((2, 2))), target)


def test_foreground_fractions(positives):
    found = np.quantile(positives.targets.mean(axis=(1, 2)), [0.05, 0.25, 0.5, 0.75, 0.95])
    windows = [(0.015, 0.035), (0.055, 0.09), (0.11, 0.17), (0.23, 0.34), (0.68, 0.92)]
    assert all(low < value < high for value, (low, high) in zip(found, windows, strict=True)), found
    assert 0.025 < positives.targets.mean() * DEFAULT.positives / DEFAULT.tiles < 0.035


def test_negative_tiles_have_no_foreground_and_as_much_blue(positives):
    """There are negative tiles whose share of dark blue pixels is as high as in most positive ones."""
    negatives = draw_tiles(DEFAULT, np.flatnonzero(~plan(DEFAULT).positive)[:100])
    assert not negatives.targets.any()

    def blue(tiles):
        return (tiles.images[..., 0] < 130).mean(axis=(1, 2))

    assert np.quantile(blue(negatives), 0.9) > np.quantile(blue(positives), 0.5)


def test_colour_does_not_solve_it(positives):
    test = positives.split("test")
    everything = np.mean(dice_index(np.ones_like(test.targets)[:, None], test.targets[:, None], domain="image"))
    assert 0.28 < everything < 0.4
    assert everything + 0.08 < colour_dice(positives) < 0.54


# What a tile is made of.


def test_smooth_fields_have_mean_0_and_deviation_1_at_every_scale():
    rng = np.random.default_rng(0)
    for knot in (1.5, 8, 40):
        values = np.stack([smooth_field(rng, 64, knot) for _ in range(200)])
        assert values.dtype == np.float32 and values.shape == (200, 64, 64)
        assert abs(values.mean()) < 0.1 and abs(values.std() - 1) < 0.1
        steps = np.diff(values, axis=2).std()
        assert 0.7 < steps * knot < 1.6  # half the scale, twice the slope


def test_fibres_run_along_their_direction():
    noise = np.random.default_rng(0).standard_normal((80, 80), dtype=np.float32)
    for angle in (0.0, np.pi / 2):
        down, right = (np.full((80, 80), f(angle), np.float32) for f in (np.sin, np.cos))
        fibres = along_lines(noise, down, right, 8)
        across, along = (np.diff(fibres, axis=axis).std() for axis in ((0, 1) if angle == 0 else (1, 0)))
        assert along < 0.4 * across
        np.testing.assert_allclose(along_lines(noise, -down, -right, 8), fibres, atol=1e-5)


def test_cells_keep_apart_and_the_first_comes_first():
    rng = np.random.default_rng(0)
    density = np.ones((100, 100), np.float32)
    groups = [scatter(rng, kind, density, 1.0) for kind in (LYMPHOCYTE, SPINDLE)]
    kept = keep_apart(groups)
    y, x, room = (np.concatenate([getattr(g, name) for g in kept]) for name in ("y", "x", "radius"))
    room = room * np.repeat([g.kind.gap for g in kept], [len(g.y) for g in kept])
    distance = np.hypot(y[:, None] - y, x[:, None] - x) + 1e9 * np.eye(len(y))
    assert (distance >= (room[:, None] + room) * 0.999).all()
    alone = keep_apart(groups[:1])[0]
    np.testing.assert_array_equal(kept[0].x, alone.x)
    assert 50 < len(alone.x) < len(groups[0].x)
    # No room is left for a cell that was turned away.
    gone = ~np.isin(groups[0].x, alone.x)
    near = np.hypot(groups[0].y[gone][:, None] - alone.y, groups[0].x[gone][:, None] - alone.x)
    touch = LYMPHOCYTE.gap * (groups[0].radius[gone][:, None] + alone.radius)
    assert (near < touch * 1.001).any(axis=1).all()


def test_no_cells_at_all():
    nowhere = [scatter(np.random.default_rng(0), SPINDLE, np.zeros((50, 50), np.float32), 1.0)]
    assert len(keep_apart(nowhere)[0].x) == 0


def test_light_follows_beer_and_lambert():
    look = replace(draw_look(np.random.default_rng(0)), noise=0.0)
    amounts = [np.full((20, 20), a, np.float32) for a in (0.4, 0.3, 0.2, 0.1)]
    one = np.ones((20, 20), np.float32)

    def light(thickness, share=1):
        return develop(np.random.default_rng(0), look, [np.float32(share) * a for a in amounts], thickness, blur=1.0)

    np.testing.assert_allclose(light(one, 0), np.broadcast_to(look.white, (10, 10, 3)), rtol=1e-5)
    np.testing.assert_allclose(light(2 * one) / look.white, (light(one) / look.white) ** 2, rtol=1e-4)
    np.testing.assert_allclose(light(one, 2), light(2 * one), rtol=1e-5)


def test_a_slide_has_a_look_of_its_own():
    looks = [draw_look(seeded(DEFAULT, 1, slide)) for slide in (3, 3, 4)]
    np.testing.assert_array_equal(looks[0].vectors, looks[1].vectors)
    assert looks[0].blur == looks[1].blur and looks[0].noise != looks[2].noise
    assert not np.allclose(looks[0].vectors, looks[2].vectors)
    assert all((look.vectors > 0).all() and (look.white <= 1).all() for look in looks)


# How it is asked for.


def test_split_and_pick(small):
    parts = [small.split(split) for split in SPLITS]
    assert sum(map(len, parts)) == len(small)
    assert not {*parts[0].groups} & {*parts[2].groups}
    assert all(part.positive.any() for part in parts)
    chosen = small.pick(small.positive)
    assert len(chosen) == 9 and chosen.targets.any(axis=(1, 2)).all()
    with pytest.raises(ValueError, match="name must be 'train' or 'validation' or 'test', got 'tests'"):
        small.split("tests")


def test_a_progress_bar_if_wanted(capsys):
    few = replace(SMALL, tiles=4, positives=3)
    synthetic_tiles(few, workers=1, cache=False)
    assert "Drawing tiles: 100%" in capsys.readouterr().err
    synthetic_tiles(few, workers=1, progress=False, cache=False)
    assert not any(capsys.readouterr())


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ({"size": 47}, ValueError, "size must be from 48 to 512, got 47"),
        ({"size": 513}, ValueError, "size must be from 48 to 512, got 513"),
        ({"size": 64.0}, TypeError, "size must be a whole number, got 64.0"),
        ({"size": True}, TypeError, "size must be a whole number, got True"),
        ({"tiles": 39}, ValueError, "tiles must be from 40 to"),
        ({"positives": 2}, ValueError, "positives must be from 3 to 2800, got 2"),
        ({"positives": 2801}, ValueError, "positives must be from 3 to 2800, got 2801"),
        ({"slides": 2}, ValueError, "slides must be from 3"),
        ({"validation_slides": 0}, ValueError, "validation_slides must be from 1 to 38, got 0"),
        ({"test_slides": 32}, ValueError, "test_slides must be from 1 to 31, got 32"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": None}, TypeError, "seed must be a whole number, got None"),
        ({"microns": 0.4}, ValueError, "microns must be from 0.5 to 4, got 0.4"),
        ({"microns": "2"}, TypeError, "microns must be a number, got '2'"),
    ],
)
def test_bad_settings(setting, error, message):
    with pytest.raises(error, match=message):
        TileSettings(**setting)


def test_equal_settings_are_equal_whatever_kind_of_number():
    assert TileSettings(size=np.int64(64), microns=2) == DEFAULT and hash(TileSettings(microns=2)) == hash(DEFAULT)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: synthetic_tiles({"size": 64}), TypeError, "settings must be a TileSettings, got a dict"),
        (lambda: synthetic_tiles(workers=0), ValueError, "workers must be at least 1, or None for one a core, got 0"),
        (lambda: synthetic_tiles(workers=1.5), TypeError, "workers must be a whole number or None, got 1.5"),
        (lambda: synthetic_tiles(progress=1), TypeError, "progress must be True or False, got 1"),
        (lambda: synthetic_tiles(cache="no"), TypeError, "cache must be True or False, got 'no'"),
        (lambda: draw_tiles(None, [0]), TypeError, "settings must be a TileSettings, got None"),
        (lambda: draw_tiles(SMALL, [40]), ValueError, "numbers must be from 0 to 39, got numbers from 40 to 40"),
        (lambda: draw_tiles(SMALL, [-1, 3]), ValueError, "got numbers from -1 to 3"),
        (lambda: draw_tiles(SMALL, [0.5]), TypeError, "numbers must be a sequence of whole numbers"),
        (
            lambda: draw_tiles(SMALL, [[1], [1, 2]]),
            TypeError,
            "numbers must be a sequence of whole numbers, got a list",
        ),
        (lambda: draw_tiles(SMALL, np.ma.array([0, 1], mask=[0, 1])), TypeError, "numbers must be a plain array"),
        (
            lambda: draw_tiles(SMALL, np.array([2**63], np.uint64)),
            ValueError,
            "got numbers from 9223372036854775808 to",
        ),
        (lambda: draw_tiles(SMALL, 3), TypeError, "numbers must be a sequence of whole numbers, got 3"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_no_tiles_are_no_tiles():
    assert draw_tiles(SMALL, []).images.shape == (0, 48, 48, 3)


def test_nothing_heavy_loads_before_tiles_are_drawn():
    code = "import sys, tverskylib.tiles; print({'scipy', 'joblib', 'tqdm', 'torch', 'skimage'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=120)
    assert done.stdout.strip() == "set()", done.stderr
