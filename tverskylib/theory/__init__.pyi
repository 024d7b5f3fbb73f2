from .gradient import pixel_gradients as pixel_gradients
