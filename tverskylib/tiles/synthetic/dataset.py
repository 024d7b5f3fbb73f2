"""All tiles of a synthetic data set: drawn in parallel, kept on disk."""

from __future__ import annotations

import numbers as number_types
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import check_choice, check_flag, describe
from tverskylib._extras import optional
from tverskylib._numbers import as_array
from tverskylib.tiles.cache import cached
from tverskylib.tiles.picking import checked_places
from tverskylib.tiles.synthetic.cohort import SPLITS, plan
from tverskylib.tiles.synthetic.drawing import draw_tile
from tverskylib.tiles.synthetic.settings import GENERATOR_VERSION, TileSettings

CHUNK = 16 * 64**2  # pixels that a worker draws at a time: a few times a second


@dataclass(frozen=True, eq=False)
class SyntheticTiles:
    """Tiles of a synthetic data set, in the order of their numbers.

    Args:
        images: uint8, (N, size, size, 3), red, green and blue from 0 to 255.
        targets: bool, (N, size, size), True where a pathologist marked cancer; never where there is no tissue.
        groups: int64, (N,), the number of the tile's slide.
        splits: str, (N,), "train", "validation" or "test"; all tiles of a slide are in the same.
        numbers: int64, (N,), the tile's number in the whole data set.
    """

    images: NDArray[np.uint8]
    targets: NDArray[np.bool_]
    groups: NDArray[np.int64]
    splits: NDArray[np.str_]
    numbers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """bool, (N,), whether the tile holds cancer."""
        return np.asarray(self.targets.any(axis=(1, 2)))

    def pick(self, kept: NDArray[np.bool_] | NDArray[np.int64] | slice) -> SyntheticTiles:
        """Some of the tiles, as copies: ``pick(tiles.positive)``, ``pick(np.arange(5))``.

        Raises:
            TypeError, ValueError: as :meth:`FolderTiles.pick`.
        """
        places = checked_places(kept, len(self))
        return SyntheticTiles(*(getattr(self, field.name)[places] for field in fields(self)))

    def split(self, name: str) -> SyntheticTiles:
        """The tiles of one split, as copies: ``split("train")``.

        Raises:
            ValueError: there is no such split.
        """
        check_choice("name", name, SPLITS)
        return self.pick(self.splits == name)


def draw_tiles(settings: TileSettings, numbers: Sequence[int] | NDArray[np.int64]) -> SyntheticTiles:
    """Some tiles of a data set, drawn here and now: the same as they are among all.

    Args:
        settings: of the whole data set.
        numbers: which tiles, from 0 to ``settings.tiles - 1``, in any order.

    Returns:
        The tiles, in the order of ``numbers``.

    Raises:
        TypeError, ValueError: numbers that are not whole, or that the data set does not have.

    Introduced in lesson 10.
    """
    _check_settings(settings)
    chosen = as_array("numbers", numbers)
    if chosen.ndim != 1 or (chosen.size and chosen.dtype.kind not in "iu"):
        raise TypeError(f"numbers must be a sequence of whole numbers, got {describe(numbers)}")
    if chosen.size and not (chosen.min() >= 0 and chosen.max() < settings.tiles):
        raise ValueError(
            f"numbers must be from 0 to {settings.tiles - 1}, got numbers from {chosen.min()} to {chosen.max()}"
        )
    chosen = chosen.astype(np.int64)
    cohort = plan(settings)
    images, targets = _room(settings, len(chosen))
    for place, number in enumerate(chosen):
        tile = draw_tile(settings, int(number), int(cohort.slides[number]), bool(cohort.positive[number]))
        images[place], targets[place] = tile.image, tile.mask
    return SyntheticTiles(images, targets, cohort.slides[chosen], cohort.splits[chosen], chosen)


def synthetic_tiles(
    settings: TileSettings | None = None, *, workers: int | None = None, progress: bool = True, cache: bool = True
) -> SyntheticTiles:
    r"""Synthetic histology of the lung: 2,800 tiles, 360 with cancer, unless the settings say otherwise.

    **Tissue.** Walls of alveoli lie where the absolute value of a smooth random field is small; collagen is noise
    drawn out along a field of directions, which spindle-shaped nuclei follow too. Nuclei have outlines with waves, a
    dark rim, a paler middle and a nucleolus, and keep apart.

    **Cancer** grows around one focus, in some lesions through the air spaces and in some along the walls, over an
    area that is lognormal: about a seventh of the tile in the median. Its nuclei are large, uneven
    and crowded. The annotation is as a hand draws it: smooth, and here too wide, there too narrow; never over air.

    **What misleads.** Lymphocytes in heaps, reactive epithelium, macrophages, spilt blood and soot occur in both
    kinds of tiles, so that "blue" does not mean cancer: with its threshold tuned, the best logistic regression on a
    pixel's colour reaches a Dice of about one half on the positive test tiles, and everything foreground one third.

    **Slides.** Stains are vectors of optical density, mixed by the law of Beer and Lambert. Their directions and
    strengths, the focus and the noise differ from slide to slide, and so a split never divides a slide.

    A tile depends on the settings and its number alone: not on the other tiles, nor on the number of workers. On one
    platform it is the same to the bit. Every tile is drawn at twice its size and halved.

    Args:
        settings: what to draw; None for the defaults of :class:`TileSettings`.
        workers: how many processes draw; None for one a core.
        progress: whether to show a progress bar while drawing.
        cache: whether to look for the tiles on disk first, and to leave them there
            (:func:`tverskylib.tiles.cache_folder`).

    Returns:
        A :class:`SyntheticTiles`.

    Raises:
        TypeError, ValueError: an argument out of place.

    Source: own; stains after Ruifrok and Johnston 2001, fibres after Cabral and Leedom 1993. No such tissue exists:
    what is learned here says nothing about patients. Introduced in lesson 10.
    """
    settings = TileSettings() if settings is None else settings
    _check_settings(settings)
    check_flag("progress", progress)
    check_flag("cache", cache)
    if workers is not None and (not isinstance(workers, number_types.Integral) or isinstance(workers, bool)):
        raise TypeError(f"workers must be a whole number or None, got {describe(workers)}")
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, or None for one a core, got {workers}")

    def make() -> dict[str, Any]:
        return _draw_all(settings, workers or os.cpu_count() or 1, progress)

    key = {"generator": GENERATOR_VERSION, **asdict(settings)}
    frame = (settings.tiles, settings.size, settings.size)
    shapes = {"images": (*frame, 3), "targets": frame}

    def fits(arrays: dict[str, Any]) -> bool:
        return {name: array.shape for name, array in arrays.items()} == shapes

    drawn = cached("synthetic-tiles", key, make, fits) if cache else make()
    cohort = plan(settings)
    return SyntheticTiles(drawn["images"], drawn["targets"], cohort.slides, cohort.splits, np.arange(settings.tiles))


def _draw_all(settings: TileSettings, workers: int, progress: bool) -> dict[str, Any]:
    """The images and the targets of all tiles, chunk by chunk."""
    with optional():
        from joblib import Parallel, delayed  # type: ignore[import-untyped, unused-ignore]
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

    length = max(1, CHUNK // settings.size**2)
    chunks = np.split(np.arange(settings.tiles), range(length, settings.tiles, length))
    images, targets = _room(settings, settings.tiles)
    parallel = Parallel(n_jobs=min(workers, len(chunks)), return_as="generator")
    with tqdm(total=settings.tiles, desc="Drawing tiles", unit="tile", disable=not progress) as bar:
        for chunk in parallel(delayed(draw_tiles)(settings, numbers) for numbers in chunks):
            images[chunk.numbers], targets[chunk.numbers] = chunk.images, chunk.targets
            bar.update(len(chunk))
    return {"images": images, "targets": targets}


def _room(settings: TileSettings, count: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Where images and targets go."""
    frame = (count, settings.size, settings.size)
    return np.empty((*frame, 3), np.uint8), np.empty(frame, bool)


def _check_settings(settings: object) -> None:
    if not isinstance(settings, TileSettings):
        raise TypeError(f"settings must be a TileSettings, got {describe(settings)}")
