"""A U-Net that can be read in one go."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn

from tverskylib._numbers import check_whole


class UNet(nn.Module):
    r"""The U-Net of Ronneberger, Fischer and Brox, with padding and batch normalisation.

    Each step down halves height and width and doubles the channels; each step up does the reverse with a transposed
    convolution, and takes along what the step down had seen at that size.

    Args:
        in_channels: channels of the image.
        out_channels: channels of the output, one for a binary mask.
        width: channels of the first level; level l has :math:`width \cdot 2^l`.
        depth: how often the size is halved; height and width must be multiples of :math:`2^{depth}`.

    Shapes:
        (B, in_channels, H, W) to (B, out_channels, H, W): logits, not probabilities.

    Raises:
        TypeError: an image of another dtype than the weights.
        ValueError: a size that can not be halved ``depth`` times, an argument below 1, or another number of channels.

    Source: Ronneberger, Fischer and Brox 2015 (without padding and normalisation). Introduced in lesson 10.
    """

    def __init__(self, in_channels: int = 3, out_channels: int = 1, *, width: int = 8, depth: int = 4) -> None:
        super().__init__()
        in_channels, out_channels, width, depth = _checked_sizes(in_channels, out_channels, width, depth)
        self.in_channels, self.depth = in_channels, depth
        channels = [width * 2**level for level in range(depth + 1)]
        self.entry = double_convolution(in_channels, width)
        self.down = nn.ModuleList(double_convolution(c, 2 * c) for c in channels[:-1])
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * c, c, 2, stride=2) for c in reversed(channels[:-1]))
        self.merge = nn.ModuleList(double_convolution(2 * c, c) for c in reversed(channels[:-1]))
        self.exit = nn.Conv2d(width, out_channels, 1)
        self.halve = nn.MaxPool2d(2)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        self._check(image)
        x = self.entry(image)
        seen = []
        for step in self.down:
            seen.append(x)
            x = step(self.halve(x))
        for enlarge, merge in zip(self.up, self.merge, strict=True):
            x = merge(torch.cat((seen.pop(), enlarge(x)), dim=1))
        return cast(torch.Tensor, self.exit(x))

    def _check(self, image: torch.Tensor) -> None:
        factor = 2**self.depth
        if image.ndim != 4 or image.shape[1] != self.in_channels:
            raise ValueError(f"image must have shape (B, {self.in_channels}, H, W), got {tuple(image.shape)}")
        weight = self.exit.weight
        if not image.is_floating_point() or (
            image.dtype != weight.dtype and not torch.is_autocast_enabled(image.device.type)
        ):
            raise TypeError(
                f"image must have the dtype of the network, {weight.dtype}, got {image.dtype}: convert one of them"
            )
        if image.shape[2] % factor or image.shape[3] % factor:
            raise ValueError(
                f"image must have height and width that are multiples of {factor} (depth {self.depth}), "
                f"got {tuple(image.shape)}"
            )


def double_convolution(in_channels: int, out_channels: int) -> nn.Sequential:
    """Two 3 x 3 convolutions, each normalised and rectified. The normalisation has a bias, so they need none."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


def _checked_sizes(in_channels: Any, out_channels: Any, width: Any, depth: Any) -> tuple[int, int, int, int]:
    """The same as Python's integers, which do not wrap around, as NumPy's do."""
    most = 2**16
    return (
        check_whole("in_channels", in_channels, 1, most),
        check_whole("out_channels", out_channels, 1, most),
        check_whole("width", width, 1, most),
        check_whole("depth", depth, 1, 16),
    )


def parameter_count(in_channels: int, out_channels: int, width: int, depth: int) -> int:
    r"""How many parameters the U-Net has, in closed form.

    With w the width and :math:`s = 4^{depth}`, a double convolution from m to n channels has
    :math:`9mn + 9n^2 + 4n`, a transposed one from 2n to n has :math:`8n^2 + n`, and the sums over the levels are
    geometric.
    """
    in_channels, out_channels, width, depth = _checked_sizes(in_channels, out_channels, width, depth)
    squares: int = width**2 * (4**depth - 1) // 3  # sum of n^2 over the levels n = w, 2w, ..., w 2^(depth-1)
    channels: int = width * (2**depth - 1)  # sum of n
    entry = 9 * in_channels * width + 9 * width**2 + 4 * width
    down = (18 + 36) * squares + 8 * channels  # from n to 2n
    up = 8 * squares + channels
    merge = (18 + 9) * squares + 4 * channels  # from 2n to n
    return entry + down + up + merge + width * out_channels + out_channels
