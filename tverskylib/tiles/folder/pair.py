"""An image and its mask: read, brought to 8-bit RGB and to foreground and background, resized."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from tverskylib._checks import describe
from tverskylib.tiles.folder.decode import Picture, read_numbers, read_picture, some
from tverskylib.tiles.folder.stored import fail

MOST = 65535  # of 16 bits


class Pair(NamedTuple):
    """uint8 (H, W, 3), bool (H, W) and bool (H, W): colours, where the foreground is, and which pixels count."""

    colour: NDArray[np.uint8]
    target: NDArray[np.bool_]
    counts: NDArray[np.bool_]


class Reader:
    """Reads pair after pair, and remembers what only the whole folder can tell.

    Args:
        foreground, ignore, white, resize: as ``folder_tiles`` has them.
    """

    def __init__(
        self,
        foreground: Literal["nonzero"] | frozenset[int] | None,
        ignore: int | None,
        white: int | None,
        resize: float | tuple[int, int] | None,
    ) -> None:
        self.foreground, self.ignore, self.white, self.resize = foreground, ignore, white, resize
        self.first_with: dict[int, Path] = {}  # of every number in a mask, the first file that has it
        self.first_one: Path | None = None  # the first mask with a 1 that more than one bit store
        self.any_foreground = False
        self.brightest: tuple[int, Path] | None = None  # of the 16-bit images: its greatest value and its file

    def read(self, image_file: Path, mask_file: Path) -> Pair:
        colour, visible = self._read_image(image_file)
        found, one_bit = read_numbers(mask_file)
        if found.shape != visible.shape:
            fail_for_shapes(image_file, visible.shape, mask_file, found.shape)
        counts = visible & (found != self.ignore) if self.ignore is not None else visible
        pair = Pair(colour, self._is_foreground(mask_file, found, one_bit) & counts, counts)
        if self.resize is not None:
            pair = _resized(pair, self.resize)
        if not pair.counts.any():
            fail(mask_file, "some pixel must count, and all hold the ignored number or are transparent in the image")
        self.any_foreground |= bool(pair.target.any())
        return pair

    def check_folder(self, folder: Path) -> None:
        """The rules that no single file can break."""
        masks, present = folder / "masks", some(sorted(self.first_with))
        if self.foreground is None and self.ignore not in (1, 255) and self.first_one and 255 in self.first_with:
            rule = f"masks must all hold 0 and 1, or all 0 and 255: this one holds 255, {self.first_one.name} holds 1"
            fail(self.first_with[255], f"{rule} (if 255 marks pixels that do not count, pass ignore=255)")
        if isinstance(self.foreground, frozenset) and not self.foreground <= self.first_with.keys():
            missing = min(self.foreground - self.first_with.keys())
            fail(
                masks, f"must hold each number of foreground=, and none holds {describe(missing)}; they hold {present}"
            )
        if not self.any_foreground:
            fail(masks, f"must hold some foreground that counts, and have none; they hold {present}")
        if self.white is None and self.brightest is not None and self.brightest[0] <= MOST // 2:
            value, file = self.brightest
            rule = (
                f"16-bit images must reach {MOST // 2 + 1}, and the greatest value in this, the brightest, is {value}"
            )
            hint = f"white={2 ** value.bit_length() - 1 or 1} if that is the camera's, white={MOST} to leave them dark"
            fail(file, f"{rule}: say which value is white, {hint}")

    def _read_image(self, file: Path) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        picture = read_picture(file)
        white = picture.white
        if white == MOST:
            brightest = int(picture.colour.max())
            if self.brightest is None or brightest > self.brightest[0]:
                self.brightest = brightest, file
            white = self.white or MOST
        colour = _as_bytes(picture, white)
        if picture.opacity is None:
            return colour, np.ones(colour.shape[:2], bool)
        behind = 255 * (1 - picture.opacity[..., None])  # what shines through of the white
        if picture.premultiplied and picture.white_is_zero:
            behind = np.zeros_like(behind)  # 0 is white, of the transparent pixels too
        front = colour if picture.premultiplied else picture.opacity[..., None] * colour
        return np.round(np.minimum(front + behind, 255)).astype(np.uint8), np.asarray(picture.opacity > 0)

    def _is_foreground(self, file: Path, found: NDArray[np.int64], one_bit: bool) -> NDArray[np.bool_]:
        present = [int(number) for number in np.unique(found)]
        for number in present:
            self.first_with.setdefault(number, file)
        if 1 in present and not one_bit:
            self.first_one = self.first_one or file
        if isinstance(self.foreground, frozenset):
            return np.isin(found, list(self.foreground))
        meant = {*present} - {self.ignore}
        if self.foreground == "nonzero" and min(meant, default=0) < 0:
            fail(file, f"instances must be numbered from 1, got {some(present)}: is {min(meant)} for ignore=?")
        if self.foreground is None and not (meant <= {0, 1} or meant <= {0, 255}):
            hint = (
                'pass foreground={...} for class numbers, foreground="nonzero" for instances, or ignore= for a number '
                "that does not count"
            )
            fail(file, f"a mask must hold 0 and 1, or 0 and 255, got {some(present)}: {hint}")
        return np.asarray(found != 0)


def fail_for_shapes(image: Path, wanted: tuple[int, ...], mask: Path, found: tuple[int, ...]) -> NoReturn:
    """Raise ValueError for a mask that has not its image's height and width."""
    fail(mask, f"must have the height and width of {image.name}, {wanted}, got {found}")


def _as_bytes(picture: Picture, white: int) -> NDArray[np.uint8]:
    """The colours with 8 bits: ``white`` becomes 255, and what exceeds it too."""
    if white == 255 and picture.colour.dtype == np.uint8 and not picture.white_is_zero:
        return np.asarray(picture.colour)
    colour = np.minimum(picture.colour, white).astype(np.uint32)
    colour = white - colour if picture.white_is_zero else colour
    return np.asarray((colour * 255 + white // 2) // white, np.uint8)


def resized_shape(shape: tuple[int, ...], resize: float | tuple[int, int] | None) -> tuple[int, int]:
    """Height and width after ``resize``."""
    if isinstance(resize, tuple):
        return resize
    height, width = (max(round(length * (1 if resize is None else resize)), 1) for length in shape)
    return height, width


def _resized(pair: Pair, resize: float | tuple[int, int]) -> Pair:
    from PIL import Image

    height, width = resized_shape(pair.target.shape, resize)

    def nearest(plane: NDArray[np.bool_]) -> NDArray[np.bool_]:
        numbers = Image.fromarray(plane.astype(np.uint8)).resize((width, height), Image.Resampling.NEAREST)
        return np.asarray(numbers).astype(bool)

    smooth = Image.fromarray(pair.colour).resize((width, height), Image.Resampling.BILINEAR)  # a mean where it shrinks
    return Pair(np.asarray(smooth), nearest(pair.target), nearest(pair.counts))
