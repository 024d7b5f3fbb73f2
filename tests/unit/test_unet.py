"""The U-Net: shapes, size, gradients, errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tverskylib.training.unet import UNet, parameter_count


@pytest.mark.parametrize(("in_channels", "out_channels", "width", "depth"), [(3, 1, 8, 4), (1, 3, 4, 2), (3, 2, 16, 3)])
def test_shapes_and_number_of_parameters(in_channels, out_channels, width, depth):
    net = UNet(in_channels, out_channels, width=width, depth=depth)
    assert net(torch.rand(2, in_channels, 32, 48)).shape == (2, out_channels, 32, 48)
    assert sum(p.numel() for p in net.parameters()) == parameter_count(in_channels, out_channels, width, depth)


def test_the_size_is_that_of_the_published_net():
    # About half a million at width 8; the published net, width 64, has 31 million.
    assert 450_000 < parameter_count(3, 1, 8, 4) < 520_000
    assert parameter_count(np.uint8(3), 1, np.uint8(255), np.uint8(2)) == parameter_count(3, 1, 255, 2)
    assert UNet(width=np.uint8(16), depth=4).down[-1][0].out_channels == 256
    assert 30e6 < parameter_count(1, 2, 64, 4) < 32e6


def test_every_parameter_gets_a_gradient():
    net = UNet(width=4, depth=3)
    net(torch.rand(2, 3, 32, 32)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_it_sees_far_and_keeps_fine_detail():
    torch.manual_seed(0)
    net = UNet(width=4, depth=3).eval()
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    net(image)[0, 0, 32, 32].backward()
    rows = image.grad.abs().sum(dim=(0, 1, 3)).nonzero()
    assert rows.max() - rows.min() > 40


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 1, 32, 32), r"image must have shape \(B, 3, H, W\), got \(1, 1, 32, 32\)"),
        ((3, 32, 32), r"image must have shape \(B, 3, H, W\), got \(3, 32, 32\)"),
        ((1, 3, 40, 32), r"multiples of 16 \(depth 4\), got \(1, 3, 40, 32\)"),
    ],
)
def test_a_wrong_image_is_named(shape, message):
    with pytest.raises(ValueError, match=message):
        UNet()(torch.rand(shape))


@pytest.mark.parametrize("name", ["in_channels", "out_channels", "width", "depth"])
def test_a_wrong_argument_is_named(name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number from 1 to [0-9]+, got 0"):
        UNet(**{name: 0})


@pytest.mark.parametrize("dtype", [torch.float64, torch.uint8])
def test_another_dtype_than_that_of_the_weights_is_named(dtype):
    with pytest.raises(TypeError, match=r"^image must have the dtype of the network, torch.float32, got torch."):
        UNet()(torch.ones(1, 3, 32, 32, dtype=dtype))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert UNet()(torch.rand(1, 3, 32, 32).bfloat16()).dtype == torch.bfloat16
