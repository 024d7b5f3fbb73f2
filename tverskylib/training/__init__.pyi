from .unet import UNet as UNet
